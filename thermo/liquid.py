"""Closed-loop liquid cooling: what is coupled, in order.

Chips and plates on the technology loop -> warmest supply -> room field of the residual heat (where the case has a room)
-> facility loop, dry coolers and trim chillers over the weather year -> fill and metrics.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from thermo import air, arrays, liquid_transient, operation
from thermo.case.liquid_consistency import check_residual_heat
from thermo.errors import CaseError
from thermo.load.chip import FullRate, Solved
from thermo.loop import branch_table, steady
from thermo.loop.coolant import coolant
from thermo.loop.plate_maps import plate_maps
from thermo.loop.technology import Technology, solve_technology
from thermo.loop.technology_loop import KELVIN, liquid_groups, rack_heat
from thermo.loop.trip import TripResult
from thermo.loop.volume import technology_volume
from thermo.plant import closed_loop_year, fill
from thermo.result import PlateMap, Result, Year

AIR_SUPPLY = 298.15  # K of the air for the residual heat, where neither room nor air handler says otherwise
MOST_ROWS = 2500  # branches, and nodes outside the racks, in summary.json; fields.h5 has all
GALLON = 3.785411784  # L, US liquid gallon


def solve(case, backend, listener, resume=None) -> tuple[Result, str]:
    """Solve a closed-loop case; returns the result (its ``run`` section still without version and time) and the
    status of the room's field, or converged where there is no room."""
    before = before_year(case, backend, listener, resume)
    technology, room, summary, flags = before.technology, before.room, before.summary, before.summary["run"]["flags"]
    year = None
    if case.plant is not None:
        year, sections = _year(case, technology, flags)
        summary |= sections
    trip = liquid_transient.march(case, technology)
    if trip is not None:
        flags += trip.flags + liquid_transient.trip_flags(trip)
        summary["monitors"] = summary.get("monitors", []) + liquid_transient.trip_rows(trip)
    summary["limits"] = air.limit_rows(case, summary)
    of_network, of_plates, temperature, _ = technology.of_chips
    plates = plate_maps(of_network, technology.chips, of_plates, temperature, backend)
    return _result(case, room, summary, year, technology, trip, plates), before.status


@dataclass(frozen=True)
class Before:
    """What a year starts from: the loop, the result of the room around it (None without one), its `status`, and the
    `summary` so far."""

    technology: Technology
    room: Result | None
    status: str
    summary: dict[str, Any]


def before_year(case, backend, listener, resume=None) -> Before:
    """Solve what the year of a closed-loop case starts from."""
    technology = solve_loop(case)
    summary: dict[str, Any] = {"run": {"iterations": technology.solution.steps, "converged": True,
                                       "status": "converged", "flags": []}}  # fmt: skip
    room, status = None, "converged"
    if case.room is not None:
        room, status = air.solve(case.field_only(), backend, listener, resume)
        summary = room.summary
        summary.pop("limits", None)
        summary.setdefault("balance", {})
    summary["run"]["flags"] += technology.flags
    summary["balance"] = _joined_balance(summary.get("balance"), technology)
    summary |= {"chips": branch_table.chips(*technology.of_chips), "liquid": _liquid(technology)}
    return Before(technology, room, status, summary)


def _year(case, technology: Technology, flags: list) -> tuple[Year, dict[str, Any]]:
    """The year and its sections of the summary; what went wrong in it is added to ``flags``."""
    worked = operate(case, technology)
    sections = air.year_sections(case, worked, flags)
    sections["chips"] = branch_table.chips(*technology.of_chips)
    if FullRate.of(case).given is not None:
        sections["chips"] |= operation.full_rate(technology.states.state, technology.nearest)
    supply, limit = case.liquid.supply_temperature - KELVIN, technology.supply_limit - KELVIN
    sections["plant"] |= {"supply_C": supply, "supply_limit_C": limit, "supply_limit_method": "cold plates"}
    return worked.year, sections


def year_alone(case) -> bool:
    """Whether other numbers of the year leave all that it starts from as it is, and nothing comes after it."""
    return case.liquid.time is None


def year_summary(case, before: Before) -> dict[str, Any]:
    """Summary of a case that differs only in what concerns the year from the one whose loop `before` holds.

    Without the tables of branches and nodes; see :func:`thermo.air.year_summary` for many variants at once.
    """
    flags = list(before.summary["run"]["flags"])
    _, sections = _year(case, before.technology, flags)
    liquid = {key: value for key, value in before.summary["liquid"].items() if key not in ("branches", "nodes")}
    kept = {key: before.summary[key] for key in ("racks", "cooling_units", "air") if key in before.summary}
    summary = {**kept, "liquid": liquid, **sections}
    return summary | {"limits": air.limit_rows(case, summary), "run": {"flags": flags}}


def preflight(case, backend) -> dict[str, Any]:
    """Find what cannot work before the solution: the loop itself, the room, an impossible plant. Returns sizes."""
    technology = solve_loop(case)
    network = technology.solution.network
    report = {"nodes": len(network.node_names), "branches": len(network.branch_names)}
    if case.room is not None:
        report |= air.preflight(case.field_only(), backend)
    if case.plant is not None:
        operate(case, technology)
    return report


def solve_loop(case) -> Technology:
    """The technology loop at full load, its chips at the power of their temperature where the case has ``load.chip``.

    Raises :class:`CaseError` about the case's file.
    """
    loop = None if case.plant is None else case.plant.facility_loop
    facility, rise = (case.liquid.coolant, None) if loop is None else (loop.coolant, loop.temperature_rise)
    try:
        technology = solve_technology(case.liquid, facility, FullRate.of(case), rise)
    except CaseError as problem:
        raise case.error("liquid", str(problem)) from None
    if case.room is not None:
        check_residual_heat(case, rack_heat(case.liquid, technology.chips)[1])
    given = case.liquid.unit.facility_temperature
    if given is not None and given > technology.facility_limit + 1e-6:
        technology.flags.append(
            f"distribution units: facility coolant at {given - KELVIN:.1f} degC is too warm for the supply; at most "
            f"{technology.facility_limit - KELVIN:.1f} degC hold it"
        )
    return technology


def operate(case, technology: Technology) -> operation.Operation:
    """The year of the case, with the fill of all loops in its ledger; its racks at full load unless it has a load.

    The pumps of the distribution units hold their flow. Where the facility loop is warmer than the chips allow, so is
    the coolant at the plates.
    """
    liquid, scale = case.liquid, case.plant.it_scale
    groups = scale * liquid.groups
    to_coolant, to_air = rack_heat(liquid, technology.chips)
    given = case.plant.air_handler.supply_temperature
    supply = air.given_supply(case) if case.room is not None else AIR_SUPPLY if given is None else given
    full, caught = groups * liquid.racks * (to_coolant + to_air), to_coolant / (to_coolant + to_air)
    pumps = scale * technology.scale * technology.pump_power
    units = round(groups * (liquid.unit.units + liquid.unit.redundancy))
    volume = groups * technology_volume(liquid, technology.chips)
    limit = technology.facility_limit_at(case.plant.facility_loop.temperature_rise)

    def unit_flow(heat, facility):
        return technology.facility_flow_for(heat, facility, scale * technology.scale)

    def plant(it_power, _share) -> Year:
        most = np.maximum(full, arrays.largest(it_power))
        design = (most, caught * most)
        year = closed_loop_year.simulate(
            case, it_power, caught * it_power, limit, pumps, supply, design=design, unit_flow=unit_flow
        )
        return fill.with_fill(year, case, volume, liquid.coolant, units)

    return operation.run(
        case, full, plant, liquid.supply_temperature, _hottest(case, technology),
        lambda year: np.maximum(year.hourly["facility_supply"] - limit, 0.0),
    )  # fmt: skip


def _hottest(case, technology: Technology) -> Solved:
    """The chip nearest its limit, with the coolant at the plates."""
    states, nearest = technology.states, technology.nearest
    _, plates, _, _ = technology.of_chips
    share = states.state.power[nearest] / technology.chips[plates[nearest].chip].power
    return Solved(float(states.state.temperature[nearest]), case.liquid.supply_temperature, float(share))


def _joined_balance(room: dict | None, technology: Technology) -> dict[str, float]:
    """Heat into and out of room and loop together. Pumps held to a flow heat the loop inside the units."""
    solution = technology.solution
    heat = solution.heat
    heat_in = float(heat[heat > 0.0].sum())
    heat_out = float(-heat[heat < 0.0].sum())
    if room:
        heat_in, heat_out = heat_in + room["heat_in_W"], heat_out + room["heat_out_W"]
        closure = max(abs(heat_in - heat_out) / heat_in, room["closure"], steady.balances(solution)[1])
    else:
        closure = max(abs(heat_in - heat_out) / heat_in, steady.balances(solution)[0])
    return {"heat_in_W": heat_in, "heat_out_W": heat_out, "storage_W": 0.0, "closure": closure}


def _liquid(technology: Technology) -> dict[str, Any]:
    """Section `liquid`: the whole loop, and its branches."""
    solution, scale = technology.solution, technology.scale
    network = solution.network
    discharge = network.branch_names.index(next(n for n in network.branch_names if n.endswith("supply main")))
    suction = network.branch_names.index(next(n for n in network.branch_names if n.endswith("return main")))
    return {
        "supply_C": float(solution.outlet[discharge] - KELVIN),
        "return_C": float(solution.outlet[suction] - KELVIN),
        "flow_kg_s": scale * technology.flow,
        "pressure_drop_Pa": technology.head,
        "pump_W": scale * technology.pump_power,
        "nodes": [row for row in branch_table.nodes(solution) if "rack" not in row["name"].split()][:MOST_ROWS],
        "branches": branch_rows(technology),
    }


def branch_rows(technology: Technology) -> list[dict[str, Any]]:
    """One row a branch; where there are too many, those of one rack, of headers and units only.

    Where racks are fitted, the branches of the one with the least flow follow.
    """
    names = technology.solution.network.branch_names
    chosen = range(len(names))
    if len(names) > MOST_ROWS:
        chosen = [n for n in chosen if names[n].startswith("rack 1 ") or _outside_racks(names[n])][:MOST_ROWS]
    rows = branch_table.rows(names, _columns(technology), chosen)
    if technology.least_rack is not None:
        inside, plates = technology.least_rack
        columns = branch_table.columns(inside, plates, technology.chip_temperature)
        rows += branch_table.rows(inside.network.branch_names, columns, range(len(inside.flow)))
    return rows


def _outside_racks(name: str) -> bool:
    words = name.split()
    return "rack" not in words or words[-1] == "hose" or words[-2] == "rack"


def _columns(technology: Technology) -> dict[str, np.ndarray]:
    return branch_table.columns(technology.solution, technology.plates, technology.chip_temperature)


def _result(
    case, room: Result | None, summary: dict, year: Year | None, technology: Technology, trip: TripResult | None,
    plates: list[PlateMap],
) -> Result:
    loop = _columns(technology) | {"name": np.array(technology.solution.network.branch_names)}
    sources = assumptions(case, technology) + fill_lines(case, summary)
    series = {} if trip is None else trip.series
    if room is not None:
        return replace(
            room, summary=summary, year=year, loop=loop, loop_series=series, case_text=case.source_text,
            sources=[*sources, *room.sources], plates=plates,
        )  # fmt: skip
    origin = (0.0, 0.0, 0.0)
    return Result(
        summary=summary, fields=None, boxes=[], history={}, year=year, case_text=case.source_text, log=[],
        room_lo=origin, room_hi=origin, sources=sources, loop=loop, loop_series=series,
        plates=plates,
    )  # fmt: skip


def plate_lines(liquid) -> list[str]:
    """How the plates are described: by records, by designs or both."""
    lines = []
    if any(plate.record is not None for _, plate in liquid.plates):
        lines.append(
            "Plates with a record: measured resistance over flow, which does not depend on the coolant's temperature; "
            "the pressure drop is the case's own rating."
        )
    if any(plate.record and plate.design for _, plate in liquid.plates):
        lines.append("Beside a record, a design only gives the temperatures over the die.")
    if any(plate.design is not None for _, plate in liquid.plates):
        lines.append(
            "Plates with a design: conduction in finite volumes from the die to the fins; coolant along the channels "
            "by Muzychka and Yovanovich (laminar, developing) and Gnielinski (turbulent), each within about 10 %; the "
            "flow divides evenly over the channels."
        )
    return lines


def fill_lines(case, summary: dict) -> list[str]:
    """First fill and yearly make-up of one building, beside what is published of it."""
    water, liquid = summary.get("water", {}), case.liquid
    lines = []
    for key, published, what in (("first_fill_L", liquid.published_fill, "First fill"),
                                 ("makeup_L_per_year", liquid.published_makeup, "Make-up a year")):
        if key in water:
            litres = water[key] / liquid.buildings
            line = f"{what} of one building ({liquid.buildings} in all): {litres:,.0f} L, {litres / GALLON:,.0f} US gal"
            beside = f"; published: {published / GALLON * 1e3:,.0f} US gal" if published else ""
            lines.append(f"{line}{beside}.")
    return lines


def assumptions(case, technology: Technology) -> list[str]:
    """What a reviewer must know to trust the numbers, one sentence each."""
    liquid = case.liquid
    medium = coolant(liquid.coolant)
    solved = liquid_groups(liquid) * liquid.racks
    lines = [
        f"Coolant {liquid.coolant}: {medium.medium.source}.",
        f"{solved} racks of {len(technology.solution.network.branch_names)} branches in all are solved at full load; "
        f"they stand for {liquid.groups} groups of {liquid.racks} racks.",
        "Friction: Churchill 1977. All electric power of the pumps ends in the coolant.",
        "Pipes lose no heat to the room.",
        *plate_lines(liquid),
    ]
    if case.plant is not None:
        lines.append(f"The groups stand for {case.plant.it_scale:g} times their power in the plant year.")
    return lines
