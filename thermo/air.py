"""Air cooling: what is coupled, in order.

Room field with racks and openings -> rack inlets -> highest supply temperature -> plant and weather year -> metrics.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from thermo import metrics, operation, records
from thermo.field import checks, outcome
from thermo.field.grid import make_grid
from thermo.field.monitors import KELVIN
from thermo.field.properties import fluid_properties
from thermo.field.solver import FieldSolver
from thermo.field.steady import coarsenings, solve_steady
from thermo.plant.year import Year, simulate
from thermo.result import Result

DEFAULT_CLASS = "A1"


def solve(case, backend, listener, resume=None) -> tuple[Result, str]:
    """Solve an air-cooled case; returns the result (its ``run`` section still without version and time) and the
    status of the field: converged, wandering or not converged."""
    fluid = fluid_properties(case)
    preflight(case, backend)
    solution = solve_steady(case, backend, fluid, listener, resume)
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
    coarsest = make_grid(case, coarsenings(case)[0])
    checks.check_regions(case, FieldSolver(case, coarsest, backend, fluid_properties(case)))
    if case.plant is not None:
        plant_year(case)
    return make_grid(case).report()


def summarise(case, solution) -> tuple[dict[str, Any], Year | None]:
    """Sections of the summary that follow from the field and the plant."""
    solver = solution.solver
    flags = list(solution.flags)
    summary: dict[str, Any] = {
        "run": {"cells": solver.grid.cells, "iterations": solution.iterations,
                "converged": solution.status == "converged", "status": solution.status, "flags": flags},
        "racks": outcome.rack_rows(solution), "monitors": outcome.monitor_rows(case, solution),
    }
    if solver.heat:
        summary["balance"] = outcome.balance_section(solver)
    if solution.status == "wandering":
        flags.append("the flow keeps moving about a steady mean: values are means of the last 200 iterations, "
                     "uncertainties include half their range")
        flags += [f"{name} ranges from {low:.4g} to {high:.4g}" for name, (low, high) in solution.ranges.items()]
    if solution.status == "not converged":
        flags.append(f"not converged after {solution.iterations} iterations: the values below are the last state")
    if solver.heat and summary["balance"]["closure"] > 10 * case.solve.tolerance_balance:
        flags.append(f"heat balance closes to {summary['balance']['closure']:.1e} only")
    year = None
    racks = summary["racks"]
    if racks and case.supply:
        summary["air"] = _air_section(case, racks)
    if case.plant is not None:
        inlets = {row["name"]: row["inlet_mean_C"] + KELVIN for row in racks}
        worked = operate(case, max(inlets.values(), default=None))
        year = worked.year
        flags += year.flags + ([] if worked.work is None else worked.work.flags)
        summary |= metrics.summarise(year, case, _supply_limit(case, racks), operation.carbon_per_kwh(worked))
        summary |= operation.sections(case, worked)
        if case.load is not None and case.load.chip is not None:
            summary["chips"] = operation.chip_section(case, inlets)
    summary["limits"] = limit_rows(case, summary)
    return summary, year


def supply_state(case) -> tuple[float, float]:
    """Flow-weighted temperature (K) and volume flow (m3/s) of the supply openings."""
    flows = []
    for supply in case.supply:
        area = 1.0
        for a, b in zip(supply.lo, supply.hi, strict=True):
            area *= (b - a) if b > a else 1.0
        flows.append(supply.flow if supply.flow is not None else supply.velocity * area)
    total = sum(flows)
    return sum(f * s.temperature for f, s in zip(flows, case.supply, strict=True)) / total, total


def _air_section(case, racks) -> dict[str, Any]:
    """Rack cooling indices; the return temperature follows from the heat and the supply flow."""
    supply, flow = supply_state(case)
    inlets, outlets = ([r[key] + KELVIN for r in racks] for key in ("inlet_mean_C", "outlet_mean_C"))
    power = sum(r["power_W"] for r in racks)
    fluid = fluid_properties(case)
    classes = {rack.ashrae_class for rack in case.rack if rack.ashrae_class}
    return metrics.rack_air(inlets, outlets, [r["flow_m3_s"] for r in racks], supply,
                            supply + power / (fluid.capacity * flow), sorted(classes)[0] if classes else DEFAULT_CLASS)


def _supply_limit(case, racks) -> float | None:
    """Warmest supply air (K) that keeps every rack inlet allowable, with the field's temperature rises.

    Allowable is the upper end of the rack's ASHRAE class, or ``limits.rack_inlet_max`` for racks without a class, or
    class A1 where neither is given.
    """
    if not racks or not case.supply:
        return None
    supply, _ = supply_state(case)
    default = case.limits.rack_inlet_max or records.air_class(DEFAULT_CLASS).allowable[1]
    allowable = {rack.name: records.air_class(rack.ashrae_class).allowable[1] if rack.ashrae_class else default
                 for rack in case.rack}
    return min(metrics.supply_limit(supply, row["inlet_max_C"] + KELVIN, allowable[row["name"]]) for row in racks)


def operate(case, inlet: float | None = None) -> operation.Operation:
    """The year of the case, fed by the modelled racks times ``plant.it_scale``.

    `inlet`: air that enters the warmest rack, K (from the field; None: as supplied).
    """
    if not case.supply or not case.rack:
        raise case.error("plant", "a plant year needs racks and a supply; add them or remove [plant]")
    fluid = fluid_properties(case)
    supply = getattr(case.plant.air_handler, "supply_temperature", None) or supply_state(case)[0]
    scale = case.plant.it_scale
    full = scale * sum(rack.power for rack in case.rack)
    flows = {rack.name: scale * rack.airflow(fluid.capacity) for rack in case.rack}
    steady = sum(flows[rack.name] for rack in case.rack if rack.flow is not None)
    total = sum(flows.values())

    def plant(it_power, share) -> Year:
        airflow = steady + (total - steady) * np.minimum(share, 1.0)
        return simulate(case, it_power, supply, None, airflow, design=(np.maximum(full, np.max(it_power)), total))

    return operation.run(case, full, plant, supply if inlet is None else inlet)


def plant_year(case) -> Year:
    """The plant of the case over its weather year."""
    return operate(case).year


def limit_rows(case, summary) -> list[dict[str, Any]]:
    """Every limit of the case with the value it is held against. Temperatures in degC."""
    racks, found = summary.get("racks") or [], summary.get("metrics", {})
    values = {
        "rack_inlet_max": max((r["inlet_max_C"] for r in racks), default=None),
        "rack_inlet_mean": max((r["inlet_mean_C"] for r in racks), default=None),
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
        rows.append({"name": name, "value": value, "limit": shown, "met": bool(value <= shown)})
    return rows


def assumptions(case, fluid) -> list[str]:
    """What a reviewer must know to trust the numbers, one sentence each."""
    physics = case.physics
    reference = f"density {fluid.density:.4g} kg/m3 at {fluid.reference_temperature - KELVIN:.2f} degC"
    lines = [f"Fluid {fluid.name}: {reference}, buoyancy by the Boussinesq approximation." if physics.buoyancy
             else f"Fluid {fluid.name}, no buoyancy."]
    if physics.turbulence == "k-epsilon":
        lines.append("Turbulence: standard k-epsilon with wall functions (Launder and Spalding 1974).")
    lines.append(f"Convection scheme of velocity and temperature: {physics.convection}.")
    lines.append("Radiation is not solved. Racks pass air straight through; their exhaust is mean intake plus heat.")
    if case.plant is not None:
        lines.append(f"The racks of the field stand for {case.plant.it_scale:g} times their power in the plant year.")
    return lines
