"""Racks, cooling units and plates of a solved field as rows of the summary, and what they failed to do as flags."""

from __future__ import annotations

from typing import Any

import numpy as np

from kernels.devices import effectiveness
from thermo.field.devices import CROSSFLOW, LARGEST_RISE
from thermo.field.mesh import end_faces, flat_axis, plate_faces
from thermo.field.monitors import KELVIN, intake_heights
from thermo.field.outcome import uncertainty_of
from thermo.field.passages import passages

OUT_OF_REACH = 0.05
"""K by which a controlled temperature may miss its set-point before that is said."""
NEAR_END = 1e-3
"""Share of its range within which a valve or a fan counts as fully open, closed, fast or slow."""
DISAGREES = 0.005
"""Share by which flows that belong together may differ before that is said."""
LEAST_CHANGE = 1e-6
"""Share of a rack's power by which it must differ from what the case gives before that is said."""


class Readings:
    """Host values of every stream in SI units, temperatures in degC, one array entry a stream."""

    def __init__(self, solver):
        d, to_host = solver.devices, solver.backend.to_host
        self.names = [stream.name for stream in solver.streams]
        offset = solver.datum - KELVIN
        for name in ("flow", "power", "heat", "fan", "duty", "full_duty", "speed"):
            setattr(self, name, to_host(getattr(d, name)).astype(np.float64))
        self.inlet, self.outlet = (to_host(a).astype(np.float64) + offset for a in (d.inlet, d.outlet))
        difference = to_host(d.outlet_pressure).astype(np.float64) - to_host(d.inlet_pressure)
        self.back_pressure = solver.fluid.density * difference
        with np.errstate(divide="ignore", invalid="ignore"):
            rise = np.where(self.flow > 0.0, self.heat / (solver.fluid.capacity * self.flow), 0.0)
        self.hot = self.inlet + rise
        self.breathed = self.inlet + rise * np.array([s.recirculated for s in solver.streams])


def _mixed(values: np.ndarray, flow: np.ndarray) -> float:
    """Mean by flow; the plain mean where nothing flows."""
    return float(np.average(values, weights=flow) if flow.any() else values.mean())


def rack_rows(solution) -> list[dict[str, Any]]:
    """One row a rack: inlet mean and hottest with their grid uncertainty, inlet over the height, outlet, servers.

    `power_change_W`: what warm chips add to the power that the case gives, or slow ones take from it."""
    solver, rows = solution.solver, []
    if solver.heat is None:
        return rows
    readings = Readings(solver)
    heights = intake_heights(solver)
    for box, rack in zip(solver.case.rack, solver.racks, strict=True):
        names = [f"rack {rack.name} inlet_{what}" for what in ("mean", "max")]
        mean, hottest = (solution.levels[-1][name] for name in names)
        mine = slice(rack.first, rack.last)
        flow = readings.flow[mine]
        leaves = _mixed(readings.outlet[mine] - readings.inlet[mine], flow)
        row = {"name": rack.name, "power_W": float(readings.heat[mine].sum()), "inlet_mean_C": mean,
               "inlet_max_C": hottest, "outlet_mean_C": mean + leaves,
               "flow_m3_s": float(flow.sum()),
               "inlet_heights_C": heights[rack.name]}
        change = float(readings.power[mine].sum() - sum(stream.power for stream in solver.streams[mine]))
        if abs(change) > LEAST_CHANGE * row["power_W"]:
            row["power_change_W"] = change
        if box.recirculation > 0.0:
            row["server_inlet_C"] = _mixed(readings.breathed[mine], flow)
        if box.server:
            row["servers"] = [_server_row(readings, server, n) for n, server in enumerate(box.server, rack.first)]
        for key, name in zip(("inlet_mean_uncertainty_K", "inlet_max_uncertainty_K"), names, strict=True):
            uncertainty = uncertainty_of(solution, name)
            if uncertainty is not None:
                row[key] = uncertainty
        rows.append(row)
    return rows


def _server_row(readings, server, n: int) -> dict[str, Any]:
    return {"name": server.title, "u": server.u, "power_W": float(readings.heat[n]),
            "inlet_mean_C": float(readings.breathed[n]), "outlet_mean_C": float(readings.outlet[n]),
            "flow_m3_s": float(readings.flow[n])}


def unit_rows(solver) -> list[dict[str, Any]]:
    """One row a cooling unit or rear door: air flow, supply and return, duty, fan power, how far its control is open.

    ``valve`` is the water flow as a share of all of it, ``fan_speed`` the share of full speed, ``saturated`` whether a
    control is at its end without holding its set-point.
    """
    if solver.heat is None or not solver.streams:
        return []
    readings, rows = Readings(solver), []
    numbers = {stream.name: n for n, stream in enumerate(solver.streams)}
    for unit in solver.case.cooling_unit:
        n = numbers[unit.name]
        row = {"name": unit.name, "flow_m3_s": float(readings.flow[n]), "supply_C": float(readings.outlet[n]),
               "return_C": float(readings.inlet[n]), "duty_W": float(readings.duty[n]), "fan_W": float(readings.fan[n])}
        if unit.water_control:
            row["valve"] = valve_position(solver.streams[n].coil, solver.fluid.capacity * row["flow_m3_s"],
                                          float(readings.hot[n] + KELVIN), row["duty_W"])
        if unit.fan_control:
            row["fan_speed"] = float(readings.speed[n])
        if unit.water_control or unit.fan_control:
            row["saturated"] = bool(_missed(unit, row)) and _at_an_end(unit, row)
        rows.append(row)
    for box, rack in zip(solver.case.rack, solver.racks, strict=True):
        if box.rear_door:
            mine = slice(rack.first, rack.last)
            flow = readings.flow[mine]
            rows.append({"name": f"{rack.name} rear door", "flow_m3_s": float(flow.sum()),
                         "supply_C": _mixed(readings.outlet[mine], flow),
                         "return_C": _mixed(readings.hot[mine], flow),
                         "duty_W": float(readings.duty[mine].sum()), "fan_W": 0.0})
    return rows


def valve_position(coil, air: float, hot: float, duty: float) -> float:
    """Share of the water flow with which a coil takes ``duty`` (W) from air of capacity rate ``air`` (W/K) at K.

    UA is taken as independent of the water flow.
    """
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        water = coil.water_capacity * middle
        least, most = min(air, water), max(air, water)
        share = coil.given if coil.kind == "effectiveness" else effectiveness(
            coil.ua / max(least, 1e-30), least / most, coil.counterflow, *CROSSFLOW)
        low, high = (middle, high) if share * least * (hot - coil.water_temperature) < duty else (low, middle)
    return high if duty > 0.0 else 0.0


def plate_rows(solver) -> list[dict[str, Any]]:
    """One row a tile, cut-out or leaking panel: flow through it towards higher coordinates, and pressure drop. One row
    a duct or open slot: flow from its first end to its second, and how much lower the pressure is there."""
    rows, case = [], solver.case
    plates = [*case.tile, *case.cutout, *(p for p in case.panel if p.open_area)]
    ways = passages(case)
    if not (plates or ways) or not case.physics.flow:
        return rows
    flux = [solver.backend.to_host(f).astype(np.float64).reshape(solver.grid.padded_shape) for f in solver.flux]
    pressure = solver.interior(solver.p) * solver.fluid.density
    inner = {id(p): [q for q in (*case.tile, *case.cutout) if p.kind == "panel" and _lies_in(q, p)] for p in plates}
    for plate in plates:
        axis, faces = flat_axis(plate), plate_faces(solver.grid, plate)
        through = flux[axis][tuple(slice(s.start + 1, s.stop + 1) for s in faces)].copy()
        place = 2 - axis
        above, below = list(faces), list(faces)
        below[place] = slice(faces[place].start - 1, faces[place].stop - 1)
        drop = pressure[tuple(below)] - pressure[tuple(above)]
        for other in inner[id(plate)]:
            mine = [slice(o.start - f.start, o.stop - f.start)
                    for o, f in zip(plate_faces(solver.grid, other), faces, strict=True)]
            through[tuple(mine)], drop[tuple(mine)] = 0.0, np.nan
        live = solver.mesh.open_faces[axis][faces] & ~np.isnan(drop)
        rows.append({"name": plate.name, "kind": plate.kind, "flow_m3_s": float(through[live].sum()),
                     "pressure_drop_Pa": float(drop[live].mean()) if live.any() else 0.0})
    return rows + [_passage_row(solver, way, flux, pressure) for way in ways]


def _passage_row(solver, way, flux, pressure) -> dict[str, Any]:
    through, before = [], []
    for end, (axis, faces) in zip(way.ends, end_faces(solver.grid, way), strict=True):
        place, low = 2 - axis, end.endswith("min")
        live = solver.mesh.open_faces[axis][faces]
        inwards = (1.0 if low else -1.0) * flux[axis][tuple(slice(s.start + 1, s.stop + 1) for s in faces)]
        beside = list(faces)
        beside[place] = slice(faces[place].start - low, faces[place].stop - low)
        through.append(float(inwards[live].sum()))
        before.append(float(pressure[tuple(beside)][live].mean()) if live.any() else 0.0)
    return {"name": way.name, "kind": way.kind, "flow_m3_s": 0.5 * (through[0] - through[1]),
            "pressure_drop_Pa": before[0] - before[1]}


def _lies_in(plate, panel) -> bool:
    return all(panel.lo[a] - 1e-6 <= plate.lo[a] and plate.hi[a] <= panel.hi[a] + 1e-6 for a in range(3))


def plenum_rows(solver) -> list[dict[str, Any]]:
    """One row a supply over a plenum of given pressure: its flow into the room and the pressure lost in its tile."""
    if not solver.streams:
        return []
    readings = Readings(solver)
    return [{"name": stream.name, "kind": "supply", "flow_m3_s": float(readings.flow[n]),
             "pressure_drop_Pa": -float(readings.back_pressure[n])}
            for n, stream in enumerate(solver.streams) if stream.outside_pressure]


def device_flags(solver) -> list[str]:
    """What a reviewer must know of the devices: set-points out of reach, curves left, flows that disagree."""
    if not solver.streams:
        return []
    readings, flags = Readings(solver), []
    when = "" if solver.case.time is None else "at the end "
    for row, unit in zip(unit_rows(solver), solver.case.cooling_unit, strict=False):
        flags += [f"cooling unit {unit.name}: {when}{text}" for text in _missed(unit, row)]
    for n, stream in enumerate(solver.streams):
        flags += _outside_curve(stream, readings, n) + _outside_response(stream, readings, n)
        stored = solver.time_terms and stream.thermal_mass
        power = readings.power[n]
        if not stored and power - readings.heat[n] > DISAGREES * power:
            flags.append(f"{stream.name}: {readings.flow[n]:.3g} m3/s cannot carry its {power:.4g} W: cut to "
                         f"{readings.heat[n]:.4g} W, {LARGEST_RISE:g} K warmer air")
        if readings.duty[n] < 0.0:
            flags.append(f"{stream.name}: its coil warms the air by {-readings.duty[n]:.4g} W: the water is too warm")
    return flags + _fed_flows(solver)


def _at_an_end(unit, row) -> bool:
    """Whether valve or fan of a unit stand at an end of their range."""
    valve, speed = row.get("valve", 0.5), row.get("fan_speed")
    return not NEAR_END < valve < 1.0 - NEAR_END or (
        speed is not None and not unit.fan_control.minimum_speed + NEAR_END < speed < 1.0 - NEAR_END)


def _missed(unit, row) -> list[str]:
    """Set-points that a unit's controls do not hold, in words."""
    said = []
    for control, position, what in ((unit.water_control, row.get("valve"), "valve"),
                                    (unit.fan_control, row.get("fan_speed"), "fan speed")):
        if control is None:
            continue
        reached, wanted = row[f"{control.on}_C"], control.set_point - KELVIN
        if abs(reached - wanted) > OUT_OF_REACH:
            said.append(f"the {control.on} air is {reached:.2f} degC instead of the set-point {wanted:.2f} degC, "
                        f"with the {what} at {100 * position:.0f} %")
    return said


def _outside_curve(stream, readings, n: int) -> list[str]:
    if stream.curve is None or stream.outside_pressure:
        return []
    flow = readings.flow[n] / stream.net / max(readings.speed[n], 1e-9)
    low, high = stream.curve[0][0], stream.curve[0][-1]
    if flow <= 0.0:
        return [f"{stream.name}: its fan does not move air against {readings.back_pressure[n]:.3g} Pa"]
    if low <= flow <= high:
        return []
    return [f"{stream.name}: its fan moves {flow:.4g} m3/s at full speed, outside its curve of {low:.4g} to "
            f"{high:.4g} m3/s"]


def _outside_response(stream, readings, n: int) -> list[str]:
    if stream.response is None:
        return []
    low, high = (limit - KELVIN for limit in (stream.response[0][0], stream.response[0][-1]))
    inlet = readings.breathed[n]
    if low - OUT_OF_REACH <= inlet <= high + OUT_OF_REACH:
        return []
    return [f"{stream.name}: its servers breathe air of {inlet:.2f} degC, outside their response of {low:.2f} to "
            f"{high:.2f} degC: the nearest factor holds"]


def _fed_flows(solver) -> list[str]:
    """Supplies whose given flows do not add up to what the units that feed them move."""
    flags, case, done = [], solver.case, set()
    for unit in case.cooling_unit:
        group = frozenset(unit.feeds)
        if not group or group in done:
            continue
        done.add(group)
        asked = sum(s.nominal_flow for s in case.supply if s.name in group)
        moved = sum(u.nominal_flow for u in case.cooling_unit if frozenset(u.feeds) == group)
        if abs(moved - asked) > DISAGREES * moved:
            names = ", ".join(u.name for u in case.cooling_unit if frozenset(u.feeds) == group)
            flags.append(f"the supplies fed by {names} were given {asked:.4g} m3/s, but the units move {moved:.4g} "
                         f"m3/s: the flow of each supply is {moved / asked:.3f} times the given one")
    return flags
