"""The table of boundary faces: every face where fluid or conducting solid meets something else, and how to find it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from kernels import walls
from thermo.errors import CaseError
from thermo.field.mesh import Mesh, face_axis, faces_in, flat_axis, neighbours
from thermo.field.passages import AXES

ADIABATIC = -1.0


@dataclass
class BoundaryTable:
    """Columns, one entry a face, sorted by owner cell. Units SI; ``outflow`` in m3/s, temperatures in K.

    ``steady`` marks inflow whose turbulence is given and does not follow the flow. ``patches`` maps a patch name
    (``"A1.intake"``, ``"floor"``, ``"side:x_min"``) to the indices of its faces.
    """

    owner: np.ndarray
    axis: np.ndarray
    sign: np.ndarray
    slot: np.ndarray
    area: np.ndarray
    half: np.ndarray
    centre: np.ndarray
    kind: np.ndarray = None
    outflow: np.ndarray = None
    velocity: np.ndarray = None
    pressure: np.ndarray = None
    temperature: np.ndarray = None
    resistance: np.ndarray = None
    heat_flux: np.ndarray = None
    conducts: np.ndarray = None
    k: np.ndarray = None
    epsilon: np.ndarray = None
    steady: np.ndarray = None
    patches: dict[str, np.ndarray] = field(default_factory=dict)

    def __post_init__(self):
        count = len(self.owner)
        self.kind = np.full(count, walls.WALL, np.int32)
        for name in ("outflow", "pressure", "temperature", "heat_flux", "k", "epsilon"):
            setattr(self, name, np.zeros(count))
        self.velocity = np.zeros((3, count))
        self.resistance = np.full(count, ADIABATIC)
        self.conducts = np.ones(count)
        self.steady = np.zeros(count, np.int32)


def list_faces(mesh: Mesh):
    """List every face of an active cell that is not open to flow (fluid) or to heat (solid).

    ``lookup[axis]`` holds for every face of an axis the table index seen from its low and its high cell (-1: none).
    """
    grid = mesh.grid
    columns: dict[str, list[np.ndarray]] = {n: [] for n in ("owner", "axis", "sign", "slot", "area", "half", "centre")}
    places = []
    for axis in range(3):
        closed_flow, closed_heat = ~mesh.open_faces[axis], ~mesh.heat_faces[axis]
        for sign, pick in ((1, 0), (-1, 1)):
            fluid = neighbours(mesh.fluid, axis, False)[pick]
            solid = neighbours(mesh.conducting, axis, False)[pick]
            faces = np.nonzero((fluid & closed_flow) | (solid & closed_heat))
            _append_faces(grid, columns, axis, sign, faces)
            places.append((axis, pick, faces))
    joined = {name: np.concatenate(parts, axis=-1) for name, parts in columns.items()}
    order = np.argsort(joined["owner"], kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    lookup = [np.full((2, *mesh.open_faces[axis].shape), -1, np.int64) for axis in range(3)]
    first = 0
    for axis, pick, faces in places:
        lookup[axis][(pick, *faces)] = rank[first : first + len(faces[0])]
        first += len(faces[0])
    return BoundaryTable(**{name: column[..., order] for name, column in joined.items()}), lookup


def _append_faces(grid, columns, axis, sign, faces) -> None:
    """Add the geometry of faces (indices into the face array of ``axis``) of the cells on one side."""
    index = [np.array(f) for f in faces]
    cell = [i.copy() for i in index]
    along = face_axis(axis)
    cell[along] = index[along] - (1 if sign == 1 else 0)
    k, j, i = cell
    sx, sy, sz = grid.strides
    owner = (k + 1) * sz + (j + 1) * sy + (i + 1) * sx
    dx, dy, dz = (w[n] for w, n in zip(grid.widths, (i, j, k), strict=True))
    volume = dx * dy * dz
    width = (dx, dy, dz)[axis]
    centre = np.array([grid.centres[0][i], grid.centres[1][j], grid.centres[2][k]])
    centre[axis] = grid.nodes[axis][index[along]]
    count = len(owner)
    columns["owner"].append(owner)
    columns["axis"].append(np.full(count, axis, np.int32))
    columns["sign"].append(np.full(count, float(sign)))
    columns["slot"].append(owner + (grid.strides[axis] if sign == 1 else 0))
    columns["area"].append(volume / width)
    columns["half"].append(0.5 * width)
    columns["centre"].append(centre)


def select(mesh, lookup, axis, position, lo, hi, inward: int = 0) -> np.ndarray:
    """Table indices of the boundary faces on a plane inside a box; ``inward`` +1/-1 keeps one side of the plane."""
    faces = faces_in(mesh.grid, axis, position, lo, hi)
    sides = {0: (0, 1), 1: (1,), -1: (0,)}[inward]
    found = np.concatenate([lookup[axis][(side, *faces)].ravel() for side in sides])
    return found[found >= 0]


def select_flat(mesh, lookup, opening) -> np.ndarray:
    axis = flat_axis(opening)
    found = select(mesh, lookup, axis, opening.lo[axis], opening.lo, opening.hi)
    if not len(found):
        raise CaseError(f"{opening.name}: no wall face of the fluid lies under this opening; "
                        "place it on a side of the room or on the face of an obstacle")
    return found


def device_face(mesh, lookup, box, side) -> np.ndarray:
    """Table indices of the faces of one side of a rack or cooling unit; open slots of a rack are left out."""
    axis, high = AXES[side[0]], side.endswith("max")
    position = (box.hi if high else box.lo)[axis]
    faces = select(mesh, lookup, axis, position, box.lo, box.hi, 1 if high else -1)
    place = faces_in(mesh.grid, axis, position, box.lo, box.hi)
    inside = neighbours(mesh.fluid, axis, False)[0 if high else 1][place]
    if len(faces) < inside.size - inside.sum():
        raise CaseError(f"{box.label}: its face {side} touches a wall or another object; air cannot pass there")
    return faces
