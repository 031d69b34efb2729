"""Conditions of the boundary faces of a case: sides, openings, racks and cooling units."""

from __future__ import annotations

import numpy as np

from kernels import walls
from kernels.turbulence import KEpsilon
from thermo.case.consistency import default_temperature
from thermo.field.boundary_table import BoundaryTable, device_face, list_faces, select, select_flat
from thermo.field.mesh import Mesh, evaluate
from thermo.field.passages import AXES
from thermo.field.porous import slip_on_fins
from thermo.field.streams import Faces, Rack, Stream, evenly, plenum_stream, rack_streams, unit_stream


def build_boundary(case, mesh: Mesh, fluid) -> tuple[BoundaryTable, list[Stream], list[Rack]]:
    """Return the table of boundary faces of a case with every condition filled in, its air streams and its racks.

    The streams of racks come first, in the order of the racks.
    """
    table, lookup = list_faces(mesh)
    table.temperature[:] = start_temperature(case)
    _set_sides(case, mesh, table, lookup, fluid)
    for box in case.obstacle:
        if getattr(box, "temperature", None) is not None:
            _set_fixed_temperature(table, lookup, mesh, box)
    for opening in case.supply:
        _set_supply(case, table, select_flat(mesh, lookup, opening), opening, fluid)
    for opening in case.returns:
        _set_return(case, table, select_flat(mesh, lookup, opening), opening, fluid)
    slip_on_fins(case, mesh, table)
    streams: list[Stream] = []
    racks = [_set_rack(case, mesh, table, lookup, rack, fluid, streams) for rack in case.rack]
    streams += [_set_unit(case, mesh, table, lookup, unit) for unit in case.cooling_unit]
    for opening in case.supply:
        if opening.plenum_pressure is not None:
            faces = evenly(table, table.patches[opening.name], 1.0 / opening.free_area)
            streams.append(plenum_stream(opening, faces, fluid))
    return table, streams, racks


def _set_sides(case, mesh, table, lookup, fluid) -> None:
    """Conditions of the six sides of the room."""
    origin, size = case.room.origin, case.room.size
    top = tuple(o + s for o, s in zip(origin, size, strict=True))
    for name in ("x_min", "x_max", "y_min", "y_max", "z_min", "z_max"):
        axis, high = AXES[name[0]], name.endswith("max")
        faces = select(mesh, lookup, axis, (top if high else origin)[axis], origin, top)
        table.patches[f"side:{name}"] = faces
        side = getattr(case.room.sides, name)
        if side.kind in ("symmetry", "periodic"):
            table.kind[faces] = walls.SYMMETRY if side.kind == "symmetry" else -1
        elif side.kind == "wall":
            _set_wall(table, faces, side)
        elif side.kind == "inlet":
            faces = _of_fluid(mesh, table, faces)
            table.velocity[:, faces] = [evaluate(v, *table.centre[:, faces]) for v in side.velocity]
            _set_inflow(case, table, faces, side.temperature, side)
        else:
            _set_return(case, table, _of_fluid(mesh, table, faces), side, fluid)


def _of_fluid(mesh, table, faces) -> np.ndarray:
    """The faces that fluid touches: a conducting solid at an open side keeps an adiabatic wall there."""
    return faces[np.pad(mesh.fluid, 1).ravel()[table.owner[faces]]]


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
            faces = select(mesh, lookup, axis, position, box.lo, box.hi, inward)
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
    table.steady[faces] = turbulence is not None and turbulence.k is not None


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


def _set_supply(case, table, faces, supply, fluid) -> None:
    """Inflow by a given flow, by its part of the flow of the units that feed it, or through a tile from a plenum."""
    units = [unit for unit in case.cooling_unit if supply.name in unit.feeds]
    flow = supply.nominal_flow
    if units:
        flow = sum(unit.nominal_flow * feed_share(case, unit, supply) for unit in units)
    elif flow is None:
        flow = plenum_stream(supply, evenly(table, faces), fluid).nominal
    table.patches[supply.name] = faces
    _blow(case, table, evenly(table, faces, 1.0 / supply.free_area), flow, supply.temperature, supply)


def _blow(case, table, ends: Faces, flow: float, temperature, turbulence) -> None:
    """Inflow of ``flow`` m3/s through faces, each with its share, normal and as fast as its jets are."""
    faces = ends.index
    speed = flow * ends.share / table.area[faces] * ends.jet
    table.velocity[table.axis[faces], faces] = -table.sign[faces] * speed
    _set_inflow(case, table, faces, temperature, turbulence)
    table.outflow[faces] = -flow * ends.share


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


def _set_rack(case, mesh, table, lookup, rack, fluid, streams: list[Stream]) -> Rack:
    """Intake and exhaust faces of a rack; adds its streams to the list."""
    intake, exhaust = (device_face(mesh, lookup, rack, side) for side in (rack.intake, rack.exhaust))
    table.patches[f"{rack.name}.intake"], table.patches[f"{rack.name}.exhaust"] = intake, exhaust
    first = len(streams)
    streams += rack_streams(mesh.grid, table, rack, intake, exhaust, fluid.capacity)
    _set_ends(case, table, streams[first:], rack.turbulence)
    used = (np.unique(np.concatenate([getattr(s, end).index for s in streams[first:]]))
            for end in ("intake", "exhaust"))
    return Rack(rack.name, *used, first, len(streams))


def _set_ends(case, table, streams: list[Stream], turbulence) -> None:
    """Kinds, fluxes and turbulence of the faces that streams enter and leave by, at their nominal flow."""
    outward, inward = np.zeros(len(table.owner)), np.zeros(len(table.owner))
    for stream in streams:
        np.add.at(outward, stream.intake.index, stream.nominal * stream.intake.share)
        np.add.at(inward, stream.exhaust.index, stream.nominal * stream.exhaust.share)
    intake, exhaust = np.nonzero(outward)[0], np.nonzero(inward)[0]
    _set_intake(case, table, intake, outward[intake])
    flow = inward[exhaust].sum()
    _blow(case, table, Faces(exhaust, inward[exhaust] / flow, np.ones(len(exhaust))), flow, None, turbulence)
    table.conducts[exhaust] = 0.0


def _set_intake(case, table, faces, flow) -> None:
    """Faces that take ``flow`` m3/s out of the room, an array over them."""
    table.kind[faces] = walls.INTAKE_FIXED_VALUE if case.physics.outflow == "fixed-value" else walls.INTAKE
    table.outflow[faces] = flow
    table.velocity[table.axis[faces], faces] = table.sign[faces] * flow / table.area[faces]


def _set_unit(case, mesh, table, lookup, unit) -> Stream:
    """Intake and discharge of a cooling unit, or the supplies it feeds in the ratio of their given flows."""
    intake = device_face(mesh, lookup, unit, unit.intake)
    table.patches[f"{unit.name}.intake"] = intake
    if unit.discharge:
        exhaust = device_face(mesh, lookup, unit, unit.discharge)
        table.patches[f"{unit.name}.discharge"] = exhaust
        stream = unit_stream(unit, evenly(table, intake), evenly(table, exhaust))
        _set_ends(case, table, [stream], unit.turbulence)
        return stream
    parts = [(evenly(table, table.patches[s.name], 1.0 / s.free_area), feed_share(case, unit, s))
             for s in case.supply if s.name in unit.feeds]
    exhaust = Faces(np.concatenate([p.index for p, _ in parts]), np.concatenate([p.share * part for p, part in parts]),
                    np.concatenate([p.jet for p, _ in parts]))
    table.conducts[exhaust.index] = 0.0
    stream = unit_stream(unit, evenly(table, intake), exhaust)
    _set_intake(case, table, intake, stream.nominal * stream.intake.share)
    return stream


def feed_share(case, unit, supply) -> float:
    """Share of a unit's air that a supply gets which it feeds: as the given flows of all that it feeds."""
    return supply.nominal_flow / sum(s.nominal_flow for s in case.supply if s.name in unit.feeds)
