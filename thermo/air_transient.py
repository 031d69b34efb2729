"""Air cooling in time: the room field through a trip or a load step, and how long the racks last.

Room field in time with the thermal mass of racks and solids -> ride-through -> the plant's year of the case as it is
before its events.
"""

from __future__ import annotations

from typing import Any

from thermo import air
from thermo.field import outcome, transient_outcome
from thermo.field.properties import fluid_properties
from thermo.field.transient import solve_transient
from thermo.load import series
from thermo.load.feedback import RackFeedback
from thermo.plant.year import Year
from thermo.result import Result

preflight = air.preflight


def solve(case, backend, listener, resume=None) -> tuple[Result, str]:
    """Solve a time-dependent case; returns the result and ``completed``. See :func:`thermo.air.solve`."""
    fluid = fluid_properties(case)
    preflight(case, backend)
    driven, feedback = case, None
    if case.load is not None:
        racks = series.of_racks(case, case.time.duration)
        driven, feedback = series.in_time(case, racks), RackFeedback(case, racks)
    solution = solve_transient(driven, backend, fluid, listener, resume, feedback)
    summary, year = summarise(case, solution, feedback)
    result = Result(
        summary=summary, fields=transient_outcome.transient_fields(case, solution), boxes=outcome.boxes_of(case),
        history=solution.history.arrays(), year=year, case_text=case.source_text, log=[], room_lo=case.room.lo,
        room_hi=case.room.hi, sources=[*air.assumptions(case, fluid), *assumptions(case, solution)],
    )
    return result, solution.status


def summarise(case, solution, feedback=None) -> tuple[dict[str, Any], Year | None]:
    """Sections of the summary of a time-dependent run. Limits of rack inlets are held against the peak of the run, and
    the plant's year is that of the case before its events."""
    balance = transient_outcome.balance_section(solution) if solution.solver.heat else None
    summary = air.field_summary(case, solution, True, transient_outcome.transient_rack_rows(solution), balance)
    flags, year = summary["run"]["flags"], None
    if feedback is not None:
        summary["monitors"] += feedback.rows(solution.ride_through.begin)
        flags += feedback.flags(solution.ride_through.begin)
        if feedback.chip is not None:
            summary["chips"] = feedback.chip_section()
    if case.plant is not None:
        worked = air.operate(case)
        year = worked.year
        summary |= air.year_sections(case, worked, flags)
        if case.plant.air_handler.at_supply_limit:
            flags.append("the plant year supplies the air of the case: the supply limit needs a steady run")
    summary["limits"] = air.limit_rows(case, {**summary, "racks": transient_outcome.peaks(solution)})
    return summary, year


def assumptions(case, solution) -> list[str]:
    """What a reviewer must know of the march in time."""
    lines = [f"Time: second-order backward differences, {solution.iterations} steps over {case.time.duration:g} s, "
             f"{case.time.iterations} iterations a step."]
    lines += [f"Event at {event.at:g} s: {', '.join(event.target)} changes {', '.join(event.change)}." for event in
              case.event]
    if case.load is not None:
        lines.append("The racks follow the demand of [load], step by step; work that is not done at once waits.")
        if case.load.chip is not None:
            lines.append("Chips leak and slow down by the mean intake of their rack.")
    masses = {rack.name: rack.thermal_mass for rack in case.rack if rack.thermal_mass is not None}
    if masses:
        lines.append(f"Thermal mass of servers: {sum(masses.values()) / 1e3:g} kJ/K in {len(masses)} racks, one node "
                     "each.")
    elif case.rack:
        lines.append("Servers have no thermal mass in this case: their exhaust follows their intake at once.")
    if case.rack:
        lines.append("Ride-through is counted from the first event until the hottest point of a rack's intake passes "
                     "the allowable temperature of its class.")
    return lines
