"""Faces that resist the flow: tiles, leaking panels, cut-outs, duct ends, open slots, the inside of porous blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from thermo.case.schema_objects import area_of
from thermo.field.geometry import pad_faces
from thermo.field.mesh import Mesh, end_faces, flat_axis, inner_faces, plate_faces
from thermo.field.passages import passages
from thermo.field.porous import porous_faces


@dataclass(frozen=True)
class Resistances:
    """Resisting faces of one axis: cell whose low face it is, cell below, linear resistance in 1/m, loss coefficient,
    jet gain, face speed;
    ``screens`` are the cells whose low face lets air through but no shear, heat or turbulence (leaking panels)."""

    slot: Any
    low: Any
    linear: Any
    loss: Any
    jet: Any
    speed: Any
    count: int
    screens: Any
    screened: int


def perforated_loss(free_area: float) -> float:
    """Loss coefficient K of ``dp = K rho/2 u|u|`` on the face velocity u of a perforated plate of free-area ratio s.

    ``K = (1 + 0.5 (1-s)^0.75 + 1.414 (1-s)^0.375) / s^2`` (Fried and Idelchik, Flow Resistance, 1989, as used for
    raised-floor tiles by VanGilder and Schmidt 2005).
    """
    s = free_area
    return (1.0 + 0.5 * (1.0 - s) ** 0.75 + 1.414 * (1.0 - s) ** 0.375) / s**2


def orifice_loss(open_area: float, area: float, discharge_coefficient: float) -> float:
    """Loss coefficient on the mean velocity over ``area`` of gaps with ``Q = Cd A_open sqrt(2 dp / rho)``."""
    return (area / (discharge_coefficient * open_area)) ** 2


def plate_loss(plate) -> float:
    """Loss coefficient of a tile, cut-out or leaking panel."""
    if plate.kind == "tile":
        return perforated_loss(plate.free_area) if plate.loss_coefficient is None else plate.loss_coefficient
    return orifice_loss(plate.open_area, area_of(plate), plate.discharge_coefficient)


def resistance_faces(backend, case, mesh: Mesh) -> tuple[list[np.ndarray], list[Resistances]]:
    """Every resisting face: a mask per axis and the device lists. Smaller openings win over the panel they lie in."""
    masks = [np.zeros(faces.shape, bool) for faces in mesh.open_faces]
    linears, losses, jets, screens = ([np.zeros(faces.shape) for faces in mesh.open_faces] for _ in range(4))
    for axis in range(3):
        linears[axis][...], losses[axis][...] = porous_faces(case, mesh, axis)
        masks[axis] |= mesh.open_faces[axis] & (linears[axis] + losses[axis] > 0.0)

    def resist(axis, faces, loss, jet=0.0, screen=False):
        masks[axis][faces] = mesh.open_faces[axis][faces]
        losses[axis][faces], jets[axis][faces], screens[axis][faces] = loss, jet, screen

    for panel in case.panel:
        if panel.open_area:
            resist(flat_axis(panel), plate_faces(mesh.grid, panel), plate_loss(panel), screen=True)
    for passage in passages(case):
        for axis, mask in enumerate(masks):
            mask[inner_faces(mesh.grid, passage, axis)] = False
        ends = end_faces(mesh.grid, passage)
        behind = [bool(mesh.open_faces[axis][faces].any()) for axis, faces in ends]
        for number, (axis, faces) in enumerate(ends):
            widening = passage.end_area(number) / passage.end_area(0)
            resist(axis, faces, passage.loss_coefficient * widening**2 / sum(behind))
    for plate in (*case.tile, *case.cutout):
        jet = 1.0 / plate.free_area - 1.0 if plate.kind == "tile" and plate.jet and plate.free_area else 0.0
        resist(flat_axis(plate), plate_faces(mesh.grid, plate), plate_loss(plate), jet)
    return masks, [_on_device(backend, mesh.grid, axis, *parts)
                   for axis, parts in enumerate(zip(masks, linears, losses, jets, screens, strict=True))]


def _on_device(backend, grid, axis, mask, linear, loss, jet, screen) -> Resistances:
    slot = np.nonzero(pad_faces(mask, axis).ravel())[0]
    linear, loss, jet = (backend.asarray(pad_faces(values, axis).ravel()[slot]) for values in (linear, loss, jet))
    low, screens = slot - grid.strides[axis], np.nonzero(pad_faces(mask & (screen > 0), axis).ravel())[0]
    index = [backend.asarray(i, np.int64) for i in (slot, low, screens)]
    speed = backend.zeros(len(slot))
    return Resistances(index[0], index[1], linear, loss, jet, speed, len(slot), index[2], len(screens))
