"""Mesh and boundary table as flat padded arrays on the device, in the layout of :mod:`kernels.operators`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kernels import walls
from thermo.field.boundary import BoundaryTable
from thermo.field.mesh import Mesh, face_axis, faces_in, flat_axis

Triple = tuple[Any, Any, Any]


@dataclass(frozen=True)
class Geometry:
    """Flat padded device arrays; triples are in the order x, y, z and hold values of the low face of each cell."""

    volume: Any
    fluid: Any
    still: Any
    inert: Any
    half: Triple
    area: Triple
    rd: Triple
    w: Triple
    share_low: Triple
    share_high: Triple
    heat_area: Triple
    contact: Triple


@dataclass(frozen=True)
class Resistances:
    """Resisting faces of one axis: cell whose low face it is, cell below, loss coefficient, jet gain, face speed."""

    slot: Any
    low: Any
    loss: Any
    jet: Any
    speed: Any
    count: int


def pad(cells: np.ndarray, value=None) -> np.ndarray:
    """Add one ghost layer: a constant, or the edge value when ``value`` is ``None``."""
    return np.pad(cells, 1, mode="edge") if value is None else np.pad(cells, 1, constant_values=value)


def pad_faces(faces: np.ndarray, axis: int, value=0.0) -> np.ndarray:
    """Put the faces of an axis at the padded cell whose low face they are."""
    widths = [(1, 1)] * 3
    widths[face_axis(axis)] = (1, 0)
    return np.pad(np.asarray(faces, float), widths, constant_values=value)


def face_distances(grid, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """One over the distance of the two centres of each face, and the weight of the low cell, 1-D over the faces."""
    half = 0.5 * grid.widths[axis]
    low = np.concatenate([[0.0], half])
    high = np.concatenate([half, [0.0]])
    return 1.0 / (low + high), high / (low + high)


def along(values: np.ndarray, axis: int) -> np.ndarray:
    """Shape a 1-D array so that it varies along one coordinate axis."""
    shape = [1, 1, 1]
    shape[face_axis(axis)] = -1
    return values.reshape(shape)


def face_areas(grid, axis: int) -> np.ndarray:
    """Areas of the faces of an axis, broadcastable to its face array."""
    first, second = (along(grid.widths[a], a) for a in range(3) if a != axis)
    return first * second


def device_geometry(backend, mesh: Mesh, table: BoundaryTable, resisting: list[np.ndarray]) -> Geometry:
    """Build the device arrays. ``resisting[axis]`` marks faces with a resistance, which carry no cell force."""
    grid = mesh.grid

    def flat(array):
        return backend.asarray(np.ascontiguousarray(array).ravel())

    columns: dict[str, list] = {name: [] for name in
                                ("half", "area", "rd", "w", "share_low", "share_high", "heat_area", "contact")}
    for axis in range(3):
        shape = mesh.open_faces[axis].shape
        rd, w = (np.broadcast_to(along(v, axis), shape) for v in face_distances(grid, axis))
        area = np.broadcast_to(face_areas(grid, axis), shape)
        bears = mesh.open_faces[axis] & ~resisting[axis]
        padded = {"area": pad_faces(area * mesh.open_faces[axis], axis), "rd": pad_faces(rd, axis, 1.0),
                  "w": pad_faces(w, axis, 0.5), "heat_area": pad_faces(area * mesh.heat_faces[axis], axis),
                  "contact": pad_faces(mesh.contact[axis], axis)}
        padded["half"] = pad(np.broadcast_to(along(0.5 * grid.widths[axis], axis), grid.shape))
        low, high = _force_shares(grid, table, axis, bears)
        padded["share_low"], padded["share_high"] = pad(low, 0.0), pad(high, 0.0)
        _opening_slots(table, axis, padded)
        for name, array in padded.items():
            columns[name].append(flat(array))
    return Geometry(flat(pad(grid.volume, 0.0)), flat(pad(mesh.fluid, 0.0)), flat(pad(~mesh.fluid, 1.0)),
                    flat(pad(~mesh.active, 1.0)), **{name: tuple(parts) for name, parts in columns.items()})


def _force_shares(grid, table, axis, bears) -> tuple[np.ndarray, np.ndarray]:
    """Weights of the low and high face in a cell's mean force: equal over the faces that carry force."""
    at = face_axis(axis)
    low = np.take(bears, range(grid.shape[at]), axis=at).astype(float)
    high = np.take(bears, range(1, grid.shape[at] + 1), axis=at).astype(float)
    openings = (table.kind == walls.OPENING) & (table.axis == axis)
    _, sy, sz = grid.strides
    for sign, weight in ((-1, low), (1, high)):
        owner = table.owner[openings & (table.sign == sign)]
        weight[owner // sz - 1, owner % sz // sy - 1, owner % sy - 1] = 1.0
    count = np.maximum(low + high, 1.0)
    return low / count, high / count


def _opening_slots(table, axis, padded) -> None:
    """At fixed-pressure openings the ghost cell stands on the face: distance one half cell, weight on the cell."""
    chosen = (table.kind == walls.OPENING) & (table.axis == axis)
    slot = table.slot[chosen]
    padded["rd"].ravel()[slot] = 1.0 / table.half[chosen]
    padded["w"].ravel()[slot] = np.where(table.sign[chosen] > 0, 1.0, 0.0)


def opening_pressures(grid, table: BoundaryTable) -> np.ndarray:
    """Initial kinematic pressure, padded: zero, and the given pressure in the ghost cells of openings."""
    pressure = np.zeros(grid.size)
    chosen = table.kind == walls.OPENING
    ghost = np.where(table.sign > 0, table.slot, table.slot - np.take(grid.strides, table.axis))
    pressure[ghost[chosen]] = table.pressure[chosen]
    return pressure


def resistance_faces(backend, case, mesh: Mesh) -> tuple[list[np.ndarray], list[Resistances]]:
    """Tiles as resisting faces: a mask per axis and the device lists."""
    grid = mesh.grid
    masks = [np.zeros(faces.shape, bool) for faces in mesh.open_faces]
    losses = [np.zeros(faces.shape) for faces in mesh.open_faces]
    jets = [np.zeros(faces.shape) for faces in mesh.open_faces]
    for tile in case.tile:
        axis = flat_axis(tile)
        faces = faces_in(grid, axis, tile.lo[axis], tile.lo, tile.hi)
        masks[axis][faces] = mesh.open_faces[axis][faces]
        losses[axis][faces] = tile_loss(tile)
        if tile.jet and tile.free_area:
            jets[axis][faces] = 1.0 / tile.free_area - 1.0
    lists = []
    for axis in range(3):
        slot = np.nonzero(pad_faces(masks[axis], axis).ravel())[0]
        loss, jet = (pad_faces(values[axis], axis).ravel()[slot] for values in (losses, jets))
        index = [backend.asarray(i, np.int64) for i in (slot, slot - grid.strides[axis])]
        lists.append(Resistances(*index, backend.asarray(loss), backend.asarray(jet),
                                 backend.zeros(len(slot)), len(slot)))
    return masks, lists


def tile_loss(tile) -> float:
    """Loss coefficient K of ``dp = K rho/2 u|u|`` on the face velocity u.

    From the free-area ratio s of a perforated plate: ``K = (1 + 0.5 (1-s)^0.75 + 1.414 (1-s)^0.375) / s^2``
    (Fried and Idelchik, Flow Resistance, 1989, as used for raised-floor tiles by VanGilder and Schmidt 2005).
    """
    if tile.loss_coefficient is not None:
        return tile.loss_coefficient
    s = tile.free_area
    return (1.0 + 0.5 * (1.0 - s) ** 0.75 + 1.414 * (1.0 - s) ** 0.375) / s**2
