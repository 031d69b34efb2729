"""Objects of a case as cells and faces: which cells are fluid or conducting solid, which faces are open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thermo.field.grid import Grid
from thermo.field.passages import AXES, Passage, passages


@dataclass(frozen=True)
class Mesh:
    """Cells and faces of a grid, on the host. Cell arrays are ``(nz, ny, nx)``; face arrays of axis ``a`` have one
    more entry along that axis (faces, domain sides included)."""

    grid: Grid
    object_id: np.ndarray
    object_names: dict[int, str]
    fluid: np.ndarray
    conducting: np.ndarray
    conductivity: np.ndarray
    heat_source: np.ndarray
    open_faces: tuple[np.ndarray, np.ndarray, np.ndarray]
    heat_faces: tuple[np.ndarray, np.ndarray, np.ndarray]
    contact: tuple[np.ndarray, np.ndarray, np.ndarray]

    @property
    def active(self) -> np.ndarray:
        """Cells with a temperature of their own: fluid or conducting solid."""
        return self.fluid | self.conducting

    @property
    def conjugate(self) -> bool:
        """Whether any solid conducts."""
        return bool(self.conducting.any())


def face_axis(axis: int) -> int:
    """Array axis of coordinate axis 0, 1, 2 (x is the last)."""
    return 2 - axis


def neighbours(cells: np.ndarray, axis: int, outside) -> tuple[np.ndarray, np.ndarray]:
    """Values of the low and the high cell of every face along an axis; ``outside`` beyond the domain."""
    pad = [(0, 0)] * 3
    pad[face_axis(axis)] = (1, 1)
    padded = np.pad(cells, pad, constant_values=outside)
    along = face_axis(axis)
    low = [slice(None)] * 3
    high = [slice(None)] * 3
    low[along], high[along] = slice(0, -1), slice(1, None)
    return padded[tuple(low)], padded[tuple(high)]


def flat_axis(box) -> int:
    """Return the axis in which a flat box has no extent."""
    return int(np.argmin([b - a for a, b in zip(box.lo, box.hi, strict=True)]))


def faces_in(grid: Grid, axis: int, position: float, lo, hi) -> tuple[slice, slice, slice]:
    """Slices into the face array of ``axis``: faces on the plane at ``position`` with centres inside ``lo``..``hi``."""
    slices = list(grid.box_slices(lo, hi))
    plane = int(np.argmin(np.abs(grid.nodes[axis] - position)))
    slices[face_axis(axis)] = slice(plane, plane + 1)
    return tuple(slices)


def plate_faces(grid: Grid, box) -> tuple[slice, slice, slice]:
    """Slices of the faces that a flat box covers, into the face array of its axis."""
    axis = flat_axis(box)
    return faces_in(grid, axis, box.lo[axis], box.lo, box.hi)


def end_faces(grid: Grid, passage: Passage) -> list[tuple[int, tuple[slice, slice, slice]]]:
    """Axis and face slices of both ends of a passage."""
    places = [(AXES[end[0]], passage.lo if end.endswith("min") else passage.hi) for end in passage.ends]
    return [(axis, faces_in(grid, axis, corner[axis], passage.lo, passage.hi)) for axis, corner in places]


def inner_faces(grid: Grid, passage: Passage, axis: int) -> tuple[slice, slice, slice]:
    """Slices of the faces inside a passage, where no panel that it passes through can close it."""
    slices = list(grid.box_slices(passage.lo, passage.hi))
    along = slices[face_axis(axis)]
    slices[face_axis(axis)] = slice(along.start + 1, along.stop)
    return tuple(slices)


def build_mesh(case, grid: Grid, fluid_conductivity: float) -> Mesh:
    """Turn the objects of a case into cells and faces of ``grid``."""
    object_id = np.zeros(grid.shape, np.int32)
    names = {0: "fluid"}
    conducting = np.zeros(grid.shape, bool)
    conductivity = np.full(grid.shape, fluid_conductivity)
    heat_source = np.zeros(grid.shape)
    for number, box in enumerate([*case.rack, *case.cooling_unit, *case.obstacle], start=1):
        cells = grid.box_slices(box.lo, box.hi)
        object_id[cells] = number
        names[number] = box.name
        material = getattr(box, "material", None)
        conducting[cells] = material is not None
        if material is not None:
            conductivity[cells] = material.conductivity
            _spread_power(grid, heat_source, cells, box.power)
    for passage in passages(case):
        object_id[grid.box_slices(passage.lo, passage.hi)] = 0
    fluid = object_id == 0
    for box in (*case.heat, *case.heat_sink, *case.porous):
        _spread_power(grid, heat_source, grid.box_slices(box.lo, box.hi), box.power)
    heat_source += evaluate(case.physics.heat_source, *grid.mesh())
    open_faces, heat_faces, contact = _faces(case, grid, fluid, fluid | conducting)
    return Mesh(grid, object_id, names, fluid, conducting, conductivity, heat_source, open_faces, heat_faces, contact)


def evaluate(value, x, y, z) -> np.ndarray:
    """A case value (number or expression) at points given in metres."""
    result = value(x, y, z) if callable(value) else value
    return np.broadcast_to(np.asarray(result, float), np.shape(x))


def _spread_power(grid, heat_source, cells, power) -> None:
    """Distribute a power in watts over cells as W/m3."""
    if power:
        heat_source[cells] += power / grid.volume[cells].sum()


def _close(case, grid, axis, open_axis, heat_axis) -> None:
    """Close the faces of baffles, panels and the walls of passages, and open what lies in panels."""
    through = open_axis.copy()
    for box in (*case.baffle, *case.panel):
        if flat_axis(box) == axis:
            faces = plate_faces(grid, box)
            open_axis[faces] &= box.kind == "panel" and box.open_area > 0.0
            heat_axis[faces] = False
    for plate in (*case.tile, *case.cutout):
        if flat_axis(plate) == axis:
            faces = plate_faces(grid, plate)
            open_axis[faces] = heat_axis[faces] = through[faces]
    for sink in case.heat_sink:
        if AXES[sink.across] == axis:
            slices = list(grid.box_slices(sink.lo, sink.hi))
            along = slices[face_axis(axis)]
            slices[face_axis(axis)] = slice(along.start, along.stop + 1)
            open_axis[tuple(slices)] = heat_axis[tuple(slices)] = False
    for passage in passages(case):
        for position in (passage.lo[axis], passage.hi[axis]):
            faces = faces_in(grid, axis, position, passage.lo, passage.hi)
            open_axis[faces] = heat_axis[faces] = False
        inside = inner_faces(grid, passage, axis)
        open_axis[inside] = heat_axis[inside] = through[inside]
        for end_axis, faces in end_faces(grid, passage):
            if end_axis == axis:
                open_axis[faces] = heat_axis[faces] = through[faces]


def _faces(case, grid, fluid, active):
    """Open faces, heat-conducting faces and contact resistances of the three axes."""
    open_faces, heat_faces, contact = [], [], []
    for axis in range(3):
        low, high = neighbours(fluid, axis, False)
        open_axis = low & high
        low, high = neighbours(active, axis, False)
        heat_axis = low & high
        resistance = np.zeros(heat_axis.shape)
        _close(case, grid, axis, open_axis, heat_axis)
        for box in case.obstacle:
            if getattr(box, "contact_resistance", None):
                for position in (box.lo[axis], box.hi[axis]):
                    resistance[faces_in(grid, axis, position, box.lo, box.hi)] += box.contact_resistance
        open_faces.append(open_axis)
        heat_faces.append(heat_axis)
        contact.append(resistance)
    return tuple(open_faces), tuple(heat_faces), tuple(contact)
