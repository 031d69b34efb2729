"""Air cooling: what is coupled, in order.

Room field with racks and openings -> rack inlets and the sources of their air -> highest supply temperature -> plant
and weather year -> metrics.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import Any

import numpy as np

from thermo import arrays, intakes, metrics, operation
from thermo.case.schedule import Schedule
from thermo.errors import CaseError
from thermo.field import checks, device_rows, outcome, supply_limit
from thermo.field.grid import make_grid
from thermo.field.monitors import KELVIN
from thermo.field.off_grid import check_on_grid, off_grid_flags
from thermo.field.properties import fluid_properties, range_flags
from thermo.field.solver import FieldSolver
from thermo.field.steady import coarsenings, solve_steady
from thermo.field.supply_air import room_plant, supplied, supply_state
from thermo.field.thermal_layer import layer_flags, layer_report
from thermo.field.wall_layer import wall_layer_flags
from thermo.load.feedback import RackFeedback
from thermo.plant.year import Year, simulate
from thermo.result import Result

TURBULENCE = {
    "k-epsilon": "standard k-epsilon (Launder and Spalding 1974)",
    "rng-k-epsilon": "RNG k-epsilon (Yakhot et al. 1992)",
    "wale": "large-eddy simulation, WALE (Nicoud and Ducros 1999), walls by Spalding's law",
    "vreman": "large-eddy simulation, Vreman (2004), walls by Spalding's law",
    "lvel": "LVEL, viscosity from wall distance and speed (Agonafer, Gan-Li and Spalding 1996)",
}
WALLS = {
    "wall-function": ", wall functions (Launder and Spalding 1974)",
    "two-layer": ", a one-equation model in the layer at walls (Wolfshtein 1969, Chen and Patel 1988)",
    "two-layer-natural": ", a one-equation model of natural convection in the layer at walls (Xu, Chen and Nieuwstadt "
                         "1998)",
}


def solve(case, backend, listener, resume=None) -> tuple[Result, str]:
    """Solve an air-cooled case; returns the result (its ``run`` section still without version and time) and the
    status of the field: converged, wandering or not converged."""
    fluid = fluid_properties(case)
    preflight(case, backend)
    warm = case.cooling == "air" and case.load is not None and case.load.chip is not None
    draw = RackFeedback(case).at_full_rate if warm else None
    solution = solve_steady(case, backend, fluid, listener, resume, draw)
    summary, year = summarise(case, solution)
    result = Result(
        summary=summary, fields=outcome.fields_of(case, solution.solver), boxes=outcome.boxes_of(case),
        history=solution.history.arrays(), year=year, case_text=case.source_text, log=[], room_lo=case.room.lo,
        room_hi=case.room.hi, sources=assumptions(case, fluid),
    )
    return result, solution.status


def preflight(case, backend) -> dict[str, Any]:
    """Find what cannot work before minutes of solution: memory, sealed regions, an impossible plant.

    Returns the grid report. Raises :class:`thermo.errors.CaseError`.
    """
    checks.check_memory(case, backend)
    grid = make_grid(case)
    check_on_grid(case, grid)
    coarsest = make_grid(case, coarsenings(case)[0])
    states = [case] if case.time is None else [case, *(state for _, state in Schedule(case).states())]
    for state in states:
        solver = FieldSolver(state, coarsest, backend, fluid_properties(case))
        checks.check_regions(state, solver)
        checks.check_monitors(state, solver)
    if case.plant is not None:
        plant_year(case)
    return grid.report() | layer_report(case, grid, fluid_properties(case))


def summarise(case, solution) -> tuple[dict[str, Any], Year | None]:
    """Sections of the summary that follow from the field and the plant."""
    solver = solution.solver
    balance = outcome.balance_section(solver) if solver.heat else None
    converged = solution.status == "converged"
    summary = field_summary(case, solution, converged, device_rows.rack_rows(solution), balance)
    flags = summary["run"]["flags"]
    if solution.status == "wandering":
        flags.append("the flow keeps moving about a steady mean: values are means of the last 200 iterations, "
                     "uncertainties include half their range")
        flags += [f"{name} ranges from {low:.4g} to {high:.4g}" for name, (low, high) in solution.ranges.items()]
    if solution.status == "not converged":
        flags.append(f"not converged after {solution.iterations} iterations: the values below are the last state")
        flags += [f"{name} moved between {low:.4g} and {high:.4g} over the later half of the run"
                  for name, (low, high) in solution.ranges.items()]
    year = None
    racks, units = summary["racks"], [*summary["cooling_units"], *device_rows.plenum_rows(solver)]
    air = intakes.air_section(case, solution, racks, units)
    if air:
        summary["air"] = air
        flags += intakes.class_flags(case, racks)
    limit = intakes.warmest_supply(case, solution, units)
    if limit is not None:
        flags += limit.flags
        summary["plant"] = _supply_section(None, limit, flags)
    if case.plant is not None:
        inlets = {row["name"]: row["inlet_mean_C"] + KELVIN for row in racks}
        worked, supply = _operate_at(case, limit, racks, units, flags)
        year, sections = worked.year, year_sections(case, worked, flags)
        sections["plant"] |= _supply_section(supply, limit, flags)
        summary |= sections
        if case.load is not None and case.load.chip is not None:
            summary["chips"] = operation.chip_section(case, inlets)
    summary["limits"] = limit_rows(case, summary)
    return summary, year


def field_summary(case, solution, converged: bool, racks: list[dict], balance: dict | None) -> dict[str, Any]:
    """Sections of the summary that any solved room has, steady or in time; ``balance`` None without heat."""
    solver = solution.solver
    flags = [*solution.flags, *device_rows.device_flags(solver), *wall_layer_flags(solver),
             *layer_flags(case, solver.grid, solver.fluid), *off_grid_flags(case, solver.grid), *_outside(case, solver)]
    summary: dict[str, Any] = {
        "run": {"cells": solver.grid.cells, "iterations": solution.iterations, "converged": converged,
                "status": solution.status, "flags": flags},
        "racks": racks, "cooling_units": device_rows.unit_rows(solver),
        "plates": device_rows.plate_rows(solver) + device_rows.plenum_rows(solver),
        "monitors": outcome.monitor_rows(case, solution),
    }
    if balance is not None:
        summary["balance"] = balance | {"mass_defect": solution.measures.get("mass")}
        if balance["closure"] > 10 * case.solve.tolerance_balance:
            flags.append(f"heat balance closes to {balance['closure']:.1e} only")
    return summary


def _outside(case, solver) -> list[str]:
    """A flag where the fluid leaves the tables of its properties."""
    return range_flags(case.fluid, solver.interior(solver.T)[solver.mesh.fluid] + solver.datum) if solver.heat else []


def year_sections(case, worked: operation.Operation, flags: list[str]) -> dict[str, Any]:
    """Sections of the summary about the plant's year; what went wrong in it is added to ``flags``."""
    flags += worked.year.flags + ([] if worked.work is None else worked.work.flags)
    return metrics.summarise(worked.year, case, operation.carbon_per_kwh(worked)) | operation.sections(case, worked)


def given_supply(case, units=None) -> float:
    """Supply air that the case gives the plant year, K; `units` are the rows of the solved cooling units."""
    given = getattr(case.plant.air_handler, "supply_temperature", None)
    return supply_state(case, units)[0] if given is None else given


def _operate_at(case, limit, racks, units, flags: list[str]) -> tuple[operation.Operation, float]:
    """The year and its supply air in K: at the limit where the case asks for it and the plant can follow.

    `racks`, `units`: rows of the solved field; the rack inlets move with the supply air.
    """
    given = given_supply(case, units)
    warmest = max((row["inlet_mean_C"] + KELVIN for row in racks), default=None)
    if case.plant.air_handler.at_supply_limit:
        rise = limit.temperature - supply_state(case, units)[0]
        try:
            return operate(case, warmest + rise, limit.temperature, units, racks), limit.temperature
        except CaseError as problem:
            flags.append(f"the plant year is not at the supply limit, but at {given - KELVIN:.1f} degC: {problem}")
    return operate(case, warmest, given, units, racks), given


def _supply_section(supply: float | None, limit, flags: list[str]) -> dict[str, Any]:
    """Supply air of the year and the warmest that the racks allow; flags a year that is warmer."""
    section = {} if supply is None else {"supply_C": supply - KELVIN}
    if limit is None:
        return section
    if supply is not None and supply > limit.temperature + supply_limit.TOLERANCE:
        flags.append(f"the plant year supplies air of {supply - KELVIN:.1f} degC, warmer than the "
                     f"{limit.temperature - KELVIN:.1f} degC that the racks allow")
    return section | {"supply_limit_C": limit.temperature - KELVIN, "supply_limit_method": limit.method}


def operate(case, inlet: float | None = None, supply: float | None = None, units=None,
            racks=None) -> operation.Operation:
    """The year of the case, fed by the modelled racks times ``plant.it_scale``.

    `inlet`: air that enters the warmest rack, K (from the field; None: as supplied). `supply`: supply air, K (None:
    that of the case). `units`, `racks`: rows of the solved cooling units and racks, whose flow and power may follow
    the field (None: as the case describes them).
    """
    if not supplied(case) or not case.rack:
        raise case.error("plant", "a plant year needs racks and a supply or cooling unit; add them or remove [plant]")
    fluid = fluid_properties(case)
    supply = given_supply(case, units) if supply is None else supply
    scale = case.plant.it_scale
    nominal = [{"name": r.name, "power_W": r.heat, "flow_m3_s": r.face_flow(fluid.capacity)} for r in case.rack]
    full = scale * sum(row["power_W"] - row.get("power_change_W", 0.0) for row in racks or nominal)
    flows = {row["name"]: scale * row["flow_m3_s"] for row in racks or nominal}
    steady = sum(flows[rack.name] for rack in case.rack if all(part.flow is not None for part in rack.contents))
    total = sum(flows.values())
    with_units = case.model_copy(update={"plant": room_plant(case, total / scale, units)})

    def plant(it_power, share) -> Year:
        airflow = steady + (total - steady) * np.minimum(share, 1.0)
        most = np.maximum(full, arrays.largest(it_power))
        return simulate(with_units, it_power, supply, None, airflow, design=(most, total))

    return operation.run(case, full, plant, supply if inlet is None else inlet)


def year_summary(case, former: dict[str, Any]) -> dict[str, Any]:
    """Summary of a case that differs from a solved one only in what concerns the year: its field is not solved again.

    Of many variants at once it has numbers as (variants, 1) and :class:`thermo.arrays.Each`.
    `former`: summary of the solved case; its rack intakes move with the supply air of the plant.
    """
    units = former.get("cooling_units")
    field_supply = supply_state(case, units)[0]
    supply, limit = given_supply(case, units), former.get("plant", {}).get("supply_limit_C")
    if case.plant.air_handler.at_supply_limit and limit is not None:
        supply = limit + KELVIN
    shift = supply - field_supply
    racks = [row | {key: row[key] + shift for key in ("inlet_mean_C", "inlet_max_C", "outlet_mean_C") if key in row}
             for row in former["racks"]]
    inlets = {row["name"]: row["inlet_mean_C"] + KELVIN for row in racks}
    worked = operate(case, _warmest(inlets.values()), supply, units, racks)
    summary = {"racks": racks, **metrics.summarise(worked.year, case, operation.carbon_per_kwh(worked)),
               **operation.sections(case, worked)}
    if case.load is not None and case.load.chip is not None:
        summary["chips"] = operation.chip_section(case, inlets)
    flags = worked.year.flags + ([] if worked.work is None else worked.work.flags)
    return summary | {"limits": limit_rows(case, summary), "run": {"flags": flags}}


def _warmest(values: Iterable[Any]) -> Any:
    """The highest of some numbers, or of those of every variant; None where there are none."""
    known = list(values)
    return max(known, default=None) if not any(map(arrays.shape, known)) else reduce(np.maximum, known)


def plant_year(case) -> Year:
    """The plant of the case over its weather year."""
    return operate(case).year


def limit_rows(case, summary) -> list[dict[str, Any]]:
    """Every limit of the case with the value it is held against. Temperatures in degC."""
    racks, found = summary.get("racks") or [], summary.get("metrics", {})
    values = {
        "rack_inlet_max": _warmest(r["inlet_max_C"] for r in racks),
        "rack_inlet_mean": _warmest(r["inlet_mean_C"] for r in racks),
        "chip_max": summary.get("chips", {}).get("max_C"), "pue": found.get("pue"),
        "wue_site": found.get("wue_site_L_per_kWh"),
    }
    rows = []
    for name, value in values.items():
        limit = getattr(case.limits, name)
        if limit is None:
            continue
        if value is None:
            raise case.error(f"limits.{name}", "this case computes nothing to hold against this limit; remove it")
        shown = limit - KELVIN if name.startswith(("rack", "chip")) else limit * (3.6e9 if name == "wue_site" else 1.0)
        met = value <= shown
        row = {"name": name, "value": value, "limit": shown, "met": met if arrays.shape(met) else bool(met)}
        key = name.removeprefix("rack_")
        at_it = (r for r in racks if f"{key}_C" in r and np.all(r[f"{key}_C"] == value))
        uncertainty = next((r.get(f"{key}_uncertainty_K") for r in at_it), None)
        rows.append(row if uncertainty is None else row | {"uncertainty": uncertainty})
    return rows


def assumptions(case, fluid) -> list[str]:
    """What a reviewer must know to trust the numbers, one sentence each."""
    physics = case.physics
    reference = f"density {fluid.density:.4g} kg/m3 at {fluid.reference_temperature - KELVIN:.2f} degC"
    lines = [f"Fluid {fluid.name}: {reference}, buoyancy by the Boussinesq approximation." if physics.buoyancy
             else f"Fluid {fluid.name}, no buoyancy."]
    if physics.turbulence in TURBULENCE:
        buoyant = ", production by buoyancy" if physics.buoyancy_production else ""
        walls = WALLS[physics.wall] if physics.has_k else ""
        lines.append(f"Turbulence: {TURBULENCE[physics.turbulence]}{walls}{buoyant}.")
    lines.append(f"Convection scheme of velocity and temperature: {physics.convection}.")
    lines.append("Radiation is not solved. Racks pass air straight through; their exhaust is mean intake plus heat.")
    if any(unit.coil for unit in case.cooling_unit) or any(rack.rear_door for rack in case.rack):
        lines.append("Coils take sensible heat only, their UA does not change with the flows. Fans let no air back.")
    if case.plant is not None:
        lines.append(f"The racks of the field stand for {case.plant.it_scale:g} times their power in the plant year.")
    return lines
