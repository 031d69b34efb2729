"""Boundary faces of a case: one table of every face where fluid or conducting solid meets something else."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from kernels import walls
from kernels.turbulence import KEpsilon
from thermo.case.consistency import default_temperature
from thermo.errors import CaseError
from thermo.field.mesh import AXES, Mesh, evaluate, face_axis, faces_in, flat_axis, neighbours

ADIABATIC = -1.0


@dataclass
class BoundaryTable:
    """Columns, one entry a face, sorted by owner cell. Units SI; ``outflow`` in m3/s, temperatures in K.

    ``patches`` maps a patch name (``"A1.intake"``, ``"floor"``, ``"side:x_min"``) to the indices of its faces.
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
    patches: dict[str, np.ndarray] = field(default_factory=dict)

    def __post_init__(self):
        count = len(self.owner)
        self.kind = np.full(count, walls.WALL, np.int32)
        for name in ("outflow", "pressure", "temperature", "heat_flux", "k", "epsilon"):
            setattr(self, name, np.zeros(count))
        self.velocity = np.zeros((3, count))
        self.resistance = np.full(count, ADIABATIC)
        self.conducts = np.ones(count)


@dataclass(frozen=True)
class Rack:
    """A through-flow block: its intake and exhaust faces, heat and airflow."""

    name: str
    intake: np.ndarray
    exhaust: np.ndarray
    power: float
    flow: float
    rise: float


def build_boundary(case, mesh: Mesh, fluid) -> tuple[BoundaryTable, list[Rack]]:
    """Return the table of boundary faces of a case with every condition filled in, and its racks."""
    table, lookup = _all_faces(mesh)
    table.temperature[:] = start_temperature(case)
    _set_sides(case, mesh, table, lookup, fluid)
    for box in case.obstacle:
        if getattr(box, "temperature", None) is not None:
            _set_fixed_temperature(table, lookup, mesh, box)
    for opening in case.supply:
        _set_supply(case, mesh, table, _select_flat(mesh, lookup, opening), opening)
    for opening in case.returns:
        _set_return(case, table, _select_flat(mesh, lookup, opening), opening, fluid)
    racks = [_set_rack(case, mesh, table, lookup, rack, fluid) for rack in case.rack]
    return table, racks


def _all_faces(mesh: Mesh):
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


def _select(mesh, lookup, axis, position, lo, hi, inward: int = 0) -> np.ndarray:
    """Table indices of the boundary faces on a plane inside a box; ``inward`` +1/-1 keeps one side of the plane."""
    faces = faces_in(mesh.grid, axis, position, lo, hi)
    sides = {0: (0, 1), 1: (1,), -1: (0,)}[inward]
    found = np.concatenate([lookup[axis][(side, *faces)].ravel() for side in sides])
    return found[found >= 0]


def _select_flat(mesh, lookup, opening) -> np.ndarray:
    axis = flat_axis(opening)
    found = _select(mesh, lookup, axis, opening.lo[axis], opening.lo, opening.hi)
    if not len(found):
        raise CaseError(f"{opening.name}: no wall face of the fluid lies under this opening; "
                        "place it on a side of the room or on the face of an obstacle")
    return found


def _set_sides(case, mesh, table, lookup, fluid) -> None:
    """Conditions of the six sides of the room."""
    origin, size = case.room.origin, case.room.size
    top = tuple(o + s for o, s in zip(origin, size, strict=True))
    for name in ("x_min", "x_max", "y_min", "y_max", "z_min", "z_max"):
        axis, high = AXES[name[0]], name.endswith("max")
        faces = _select(mesh, lookup, axis, (top if high else origin)[axis], origin, top)
        table.patches[f"side:{name}"] = faces
        side = getattr(case.room.sides, name)
        if side.kind in ("symmetry", "periodic"):
            if side.kind == "periodic" and mesh.grid.shape[face_axis(axis)] > 1:
                raise CaseError(f"room.sides.{name}: periodic sides need one cell between them (fully developed flow)")
            table.kind[faces] = walls.SYMMETRY if side.kind == "symmetry" else -1
        elif side.kind == "wall":
            _set_wall(table, faces, side)
        elif side.kind == "inlet":
            table.velocity[:, faces] = [evaluate(v, *table.centre[:, faces]) for v in side.velocity]
            _set_inflow(case, table, faces, side.temperature, side)
        else:
            _set_return(case, table, faces, side, fluid)


def _set_wall(table, faces, side) -> None:
    """Velocity and thermal condition of a wall: adiabatic, temperature, heat flux or U-value to the outside."""
    if side.velocity is not None:
        table.velocity[:, faces] = [evaluate(v, *table.centre[:, faces]) for v in side.velocity]
    if side.temperature is not None:
        table.temperature[faces] = evaluate(side.temperature, *table.centre[:, faces])
        table.resistance[faces] = 0.0
    elif side.heat_flux is not None:
        table.heat_flux[faces] = evaluate(side.heat_flux, *table.centre[:, faces])
    elif side.u_value is not None:
        table.temperature[faces] = side.outside
        table.resistance[faces] = 1.0 / side.u_value


def _set_fixed_temperature(table, lookup, mesh, box) -> None:
    for axis in range(3):
        for position, inward in ((box.lo[axis], -1), (box.hi[axis], 1)):
            faces = _select(mesh, lookup, axis, position, box.lo, box.hi, inward)
            table.temperature[faces] = box.temperature
            table.resistance[faces] = 0.0


def _set_inflow(case, table, faces, given_temperature, turbulence) -> None:
    """Inlet kind, volume flux, temperature and turbulence of faces whose velocity is already set."""
    table.kind[faces] = walls.INLET
    along = table.velocity[table.axis[faces], faces]
    table.outflow[faces] = table.sign[faces] * along * table.area[faces]
    temperature = start_temperature(case) if given_temperature is None else given_temperature
    table.temperature[faces] = evaluate(temperature, *table.centre[:, faces])
    speed = np.sqrt((table.velocity[:, faces] ** 2).sum(axis=0))
    table.k[faces], table.epsilon[faces] = inflow_turbulence(turbulence, speed, table.area[faces].sum())


def inflow_turbulence(given, speed, area) -> tuple[np.ndarray, np.ndarray]:
    """k in m2/s2 and epsilon in m2/s3 of an inflow: as given, or from an intensity and a length scale.

    Defaults: intensity 10 %, length 7 % of the square root of the area (a duct's hydraulic diameter), the customary
    estimate ``k = 1.5 (I U)^2``, ``epsilon = C_mu^(3/4) k^(3/2) / l`` (Versteeg and Malalasekera 2007, section 3.5).
    """
    k, epsilon = (given.k, given.epsilon) if given else (None, None)
    intensity = given.intensity if given and given.intensity else 0.1
    length = given.length if given and given.length else 0.07 * np.sqrt(area)
    k = 1.5 * (intensity * speed) ** 2 if k is None else np.full_like(speed, k)
    epsilon = KEpsilon().c_mu ** 0.75 * k**1.5 / length if epsilon is None else np.full_like(speed, epsilon)
    return k, epsilon


def _blow(table, faces, flow, free_area=1.0) -> None:
    """Uniform normal inflow of ``flow`` m3/s through faces; the jets leave the free area ``1/free_area`` faster."""
    speed = flow / table.area[faces].sum()
    table.velocity[table.axis[faces], faces] = -table.sign[faces] * speed / free_area


def _set_supply(case, mesh, table, faces, supply) -> None:
    table.patches[supply.name] = faces
    area = table.area[faces].sum()
    flow = supply.flow if supply.flow is not None else supply.velocity * area
    _blow(table, faces, flow, supply.free_area)
    _set_inflow(case, table, faces, supply.temperature, supply)
    table.outflow[faces] = -flow * table.area[faces] / area


def _set_return(case, table, faces, given, fluid) -> None:
    name = getattr(given, "name", None)
    if name:
        table.patches[name] = faces
    table.kind[faces] = walls.OPENING
    table.pressure[faces] = given.pressure / fluid.density
    backflow = start_temperature(case) if given.temperature is None else given.temperature
    table.temperature[faces] = backflow
    table.k[faces], table.epsilon[faces] = inflow_turbulence(None, np.full(len(faces), 0.5), table.area[faces].sum())


def start_temperature(case) -> float:
    """Datum of stored temperatures in K, and the temperature of what no one gave one: where the iteration starts, or
    what the case's own temperatures suggest when it starts from an expression."""
    start = case.initial.temperature
    return float(start) if isinstance(start, (int, float)) else default_temperature(case)


def _set_rack(case, mesh, table, lookup, rack, fluid) -> Rack:
    """Intake and exhaust faces of a rack; the exhaust temperature is set during the solve."""
    intake, exhaust = (_rack_face(mesh, lookup, rack, side) for side in (rack.intake, rack.exhaust))
    capacity = fluid.capacity
    flow = rack.airflow(capacity)
    table.kind[intake] = walls.INTAKE_FIXED_VALUE if case.physics.outflow == "fixed-value" else walls.INTAKE
    table.outflow[intake] = flow * table.area[intake] / table.area[intake].sum()
    speed = flow / table.area[intake].sum()
    table.velocity[table.axis[intake], intake] = table.sign[intake] * speed
    _blow(table, exhaust, flow)
    _set_inflow(case, table, exhaust, None, rack.turbulence)
    table.conducts[exhaust] = 0.0
    table.patches[f"{rack.name}.intake"], table.patches[f"{rack.name}.exhaust"] = intake, exhaust
    return Rack(rack.name, intake, exhaust, rack.power, flow, rack.power / (capacity * flow))


def _rack_face(mesh, lookup, rack, side) -> np.ndarray:
    axis, high = AXES[side[0]], side.endswith("max")
    position = (rack.hi if high else rack.lo)[axis]
    faces = _select(mesh, lookup, axis, position, rack.lo, rack.hi, 1 if high else -1)
    expected = np.prod([s.stop - s.start for s in faces_in(mesh.grid, axis, position, rack.lo, rack.hi)])
    if len(faces) < expected:
        raise CaseError(f"rack {rack.name}: its face {side} touches a wall or another object; air cannot pass there")
    return faces
