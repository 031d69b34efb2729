"""Mesh and boundary table as flat padded arrays on the device, in the layout of :mod:`kernels.operators`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kernels import walls
from thermo.field.boundary_table import BoundaryTable
from thermo.field.mesh import Mesh, face_axis

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
