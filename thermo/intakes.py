"""What the field says of the air at rack intakes: cooling indices, where it comes from, how warm it may be."""

from __future__ import annotations

from typing import Any

import numpy as np

from thermo import metrics, records
from thermo.field import device_rows, supply_limit
from thermo.field.monitors import KELVIN
from thermo.field.properties import fluid_properties
from thermo.field.supply_air import supplied, supply_state
from thermo.field.tracers import trace_air

DEFAULT_CLASS = "A1"
MOST_NAMED = 6


def air_section(case, solution, racks, units) -> dict[str, Any]:
    """Section `air` of the summary; adds to every rack row what belongs to one rack. Empty without racks."""
    section = _cooling(case, racks, units) if racks and supplied(case) else {}
    if racks and case.solve.tracers and solution.status != "not converged":
        section |= _sources(solution.solver, racks)
    return section


def _cooling(case, racks, units) -> dict[str, Any]:
    """Rack cooling indices; the return temperature follows from the heat and the supply flow.

    Adds to every rack row its ASHRAE class and whether its intake, at all heights, is inside it.
    """
    supply, flow = supply_state(case, units)
    inlets, outlets = ([r[key] + KELVIN for r in racks] for key in ("inlet_mean_C", "outlet_mean_C"))
    samples = [[each + KELVIN for each in r["inlet_heights_C"]] for r in racks]
    power = sum(r["power_W"] for r in racks)
    given = {rack.name: rack.ashrae_class or DEFAULT_CLASS for rack in case.rack}
    extremes = [(min(heights), row["inlet_max_C"] + KELVIN) for row, heights in zip(racks, samples, strict=True)]
    for row, (coolest, hottest) in zip(racks, extremes, strict=True):
        row["ashrae_class"] = given[row["name"]]
        row["ashrae_status"] = metrics.air_status(coolest, hottest, row["ashrae_class"])
    section = metrics.rack_air(inlets, outlets, [r["flow_m3_s"] for r in racks], supply,
                               supply + power / (fluid_properties(case).capacity * flow),
                               [r["ashrae_class"] for r in racks], samples)
    return section | {"ashrae_class": metrics.ashrae_class(np.ravel(extremes))}


def class_flags(case, racks) -> list[str]:
    """A flag for each ASHRAE class that racks of the case have and that their intakes leave; of solved rack rows."""
    has = {rack.name: rack.ashrae_class for rack in case.rack if rack.ashrae_class}
    flags = []
    for name in sorted(set(has.values())):
        low, high = (kelvin - KELVIN for kelvin in records.air_class(name).allowable)
        out = [row["name"] for row in racks if has.get(row["name"]) == name and row.get("ashrae_status") == "outside"]
        if out:
            more = f" and {len(out) - MOST_NAMED} more" if len(out) > MOST_NAMED else ""
            flags.append(f"intakes outside ASHRAE class {name} ({low:.0f} to {high:.0f} degC) that the racks have: "
                         + ", ".join(out[:MOST_NAMED]) + more)
    return flags


def _sources(solver, racks) -> dict[str, Any]:
    """Capture indices of the room; adds to every rack row its own, and the shares of its intake air by source."""
    traced = trace_air(solver)
    shares = {receiver: dict(zip(traced.sources, map(float, row), strict=True))
              for receiver, row in zip(traced.receivers, traced.fractions, strict=True)}
    names = {row["name"] for row in racks}
    is_source, is_receiver = ([each in names for each in group] for group in (traced.sources, traced.receivers))
    cold, hot = metrics.capture_index(traced.fractions, traced.receiver_flow, is_source, is_receiver)
    cold = dict(zip([r for r in traced.receivers if r in names], map(float, cold), strict=True))
    hot = dict(zip([s for s in traced.sources if s in names], map(float, hot), strict=True))
    breathing = [row for row in racks if row["name"] in cold and row["name"] in hot]
    for row in breathing:
        name = row["name"]
        row |= {"capture_index_cold": cold[name], "capture_index_hot": hot[name], "sources": shares[name]}
    if not breathing:
        return {}
    flows, indices = [row["flow_m3_s"] for row in breathing], ("capture_index_cold", "capture_index_hot")
    section = {index: float(np.average([row[index] for row in breathing], weights=flows)) for index in indices}
    return section | {"return_sources": {name: row for name, row in shares.items() if name not in names}}


def warmest_supply(case, solution, units) -> supply_limit.SupplyLimit | None:
    """Warmest supply air that keeps every rack inlet allowable; None where the case does not ask or has no supply.

    Allowable is the lower of the upper end of the rack's ASHRAE class and ``limits.rack_inlet_max``; where neither is
    given, the upper end of class A1.
    """
    method = case.solve.supply_limit or ("field" if case.plant is not None else "off")
    if method == "off" or not case.rack or not supplied(case):
        return None
    allowable = allowable_intakes(case)
    if method == "linear":
        return supply_limit.linear(solution.solver, supply_state(case, units)[0], allowable)
    return supply_limit.by_field(solution, _supply_of, allowable)


def allowable_intakes(case) -> dict[str, float]:
    """Hottest intake that a rack's class and the limits of the case both allow, K by rack name."""
    limit = case.limits.rack_inlet_max
    default = records.air_class(DEFAULT_CLASS).allowable[1] if limit is None else limit
    of_class = {rack.name: records.air_class(rack.ashrae_class).allowable[1] if rack.ashrae_class else default
                for rack in case.rack}
    return of_class if limit is None else {name: min(kelvin, limit) for name, kelvin in of_class.items()}


def _supply_of(solver) -> float:
    """Temperature in K of the air that a solved field is supplied with."""
    rows = [*device_rows.unit_rows(solver), *device_rows.plenum_rows(solver)]
    return supply_state(solver.case, rows)[0]
