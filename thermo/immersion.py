"""Immersion cooling: what is coupled, in order.

Two-phase: chips in the pool and its condenser. Single-phase: the field of the tank, its heated solids, the exchanger.
Then, for both: warmest coolant -> facility loop, dry coolers and trim chillers over the weather year -> metrics.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from thermo import air, arrays, operation, tank
from thermo.errors import CaseError
from thermo.load import chip
from thermo.load.chip import ChipState, FullRate, Solved
from thermo.load.tank_feedback import TankChips
from thermo.loop.pool import KELVIN, PoolState, Tank
from thermo.plant import closed_loop_year, fill
from thermo.result import Result, Year
from thermo.tank import TankState

HALL_AIR = 298.15  # K, where no air handler says otherwise; only the lighting heats it


def solve(case, backend, listener, resume=None) -> tuple[Result, str]:
    """Solve a case of immersed servers; returns the result (its ``run`` section still without version and time) and
    the status of the tank's field, or converged for a boiling pool."""
    before = before_year(case, backend, listener, resume)
    state, summary, year = before.state, before.result.summary, None
    if case.plant is not None:
        year, sections = _year(case, state, summary["run"]["flags"])
        summary |= sections
    if state.monitors:
        summary["monitors"] = summary.get("monitors", []) + state.monitors
    summary["limits"] = air.limit_rows(case, summary)
    return replace(before.result, year=year, sources=assumptions(case, state)), before.status


@dataclass(frozen=True)
class Before:
    """What a year starts from: the `state` of a tank, the `result` so far, and the `status` of its field."""

    state: TankState
    result: Result
    status: str


def before_year(case, backend, listener, resume=None) -> Before:
    """Solve what the year of a case of immersed servers starts from."""
    if case.immersion.pool is not None:
        state, status = pool_state(case), "converged"
        run = {"iterations": 1, "converged": True, "status": status, "flags": []}
        result = Result(summary={"run": run, "balance": state.balance}, fields=None, boxes=[], history={}, year=None,
                        case_text=case.source_text, log=[], room_lo=(0.0,) * 3, room_hi=(0.0,) * 3)  # fmt: skip
    else:
        result, status, state = tank.solve(case, backend, listener, resume)
    result.summary["run"]["flags"] += state.flags
    result.summary.update({"chips": _nearest(state), "liquid": _liquid(case, state), "immersion": state.section})
    return Before(state, result, status)


def _year(case, state: TankState, flags: list) -> tuple[Year, dict[str, Any]]:
    """The year and its sections of the summary; what went wrong in it is added to ``flags``."""
    worked = operate(case, state)
    sections = air.year_sections(case, worked, flags)
    sections["chips"] = _nearest(state) | _full_rate(case, state)
    sections["plant"]["supply_limit_C"] = state.facility_limit - KELVIN
    return worked.year, sections


def year_alone(case) -> bool:
    """Whether other numbers of the year leave all that it starts from as it is, and nothing comes after it."""
    return case.time is None


def year_summary(case, before: Before) -> dict[str, Any]:
    """Summary of a case that differs only in what concerns the year from the one whose tank `before` holds.

    See :func:`thermo.air.year_summary` for many variants at once.
    """
    flags = list(before.result.summary["run"]["flags"])
    _, sections = _year(case, before.state, flags)
    summary = {key: before.result.summary[key] for key in ("liquid", "immersion")} | sections
    return summary | {"limits": air.limit_rows(case, summary), "run": {"flags": flags}}


def preflight(case, backend) -> dict[str, Any]:
    """Find what cannot work before the solution: the tank itself, an impossible plant. Returns sizes."""
    if case.immersion.pool is None:
        return air.preflight(case.field_only(), backend)
    state = pool_state(case)
    if case.plant is not None:
        operate(case, state)
    return {"tanks": case.immersion.tanks, "chips": sum(row["count"] for row in state.section["chips"])}


def pool_state(case) -> TankState:
    """The boiling tank of a case with the coolant that the case or its plant gives. Raises CaseError."""
    given = case.immersion.condenser.coolant_temperature
    try:
        boiling = Tank(case.immersion, coolant_name(case), FullRate.of(case))
        if case.plant is not None:
            given = case.plant.facility_loop.supply_temperature
        warmest = boiling.warmest_inlet()
        state = boiling.solve(warmest if given is None else given)
    except CaseError as problem:
        raise case.error("immersion", str(problem)) from None
    condenser, share = case.immersion.condenser, state.coolant_share
    record = boiling.liquid.record
    return TankState(
        heat=state.heat, reference_heat=boiling.reference_heat, facility_limit=warmest,
        coolant_inlet=state.coolant_inlet, coolant_outlet=state.coolant_outlet,
        coolant_flow=state.coolant_flow, pressure_drop=condenser.pressure_drop * share**2,
        pump=condenser.flow * share * condenser.pressure_drop * share**2 / condenser.pump_efficiency,
        balance=_closure(state), section=_pool_section(case, boiling, state), chips=_pool_chips(boiling, state),
        flags=state.flags,
        sources=[
            f"{boiling.liquid.name}, quality {record.quality}: {record.source}. Saturation: {boiling.liquid.source}.",
            "Boiling: Cooper 1984, or Rohsenow 1952 where a surface constant is given; surfaces scatter by 20 to 30 %.",
            "Critical heat flux: Zuber 1959 for a large flat plate; plain surfaces scatter by 20 % about it.",
            "The pool is saturated and well mixed; tank walls lose no heat; lid openings and leaks are allowances.",
        ],
    )  # fmt: skip


def _pool_chips(boiling: Tank, state: PoolState) -> TankChips:
    """The chips of a boiling tank."""
    count = np.array([chip.count for chip in state.chips])
    reference = np.array([boiling.power(chip, record) for chip, record in boiling.chips])
    states = [chip.state for chip in state.chips]
    joined = ChipState(*(np.array([getattr(one, name) for one in states]) for name in ChipState.__dataclass_fields__))
    return TankChips([chip.name for chip in state.chips], count, reference, joined)


def coolant_name(case) -> str:
    """The coolant behind the tanks: that of the facility loop, or water."""
    return "water" if case.plant is None else case.plant.facility_loop.coolant


def operate(case, state: TankState) -> operation.Operation:
    """The year of the case, with the fill of the facility loop in its ledger; full load unless it has a load."""
    tanks = case.plant.it_scale * case.immersion.tanks
    heat = tanks * state.reference_heat
    given = getattr(case.plant.air_handler, "supply_temperature", None)
    supply = HALL_AIR if given is None else given

    def plant(it_power, _share) -> Year:
        most = np.maximum(heat, arrays.largest(it_power))
        pumps, design = tanks * state.pump, (most, most)
        year = closed_loop_year.simulate(case, it_power, it_power, state.facility_limit, pumps, supply, design=design)
        return fill.with_fill(year, case, 0.0, case.plant.facility_loop.coolant, round(tanks))

    return operation.run(
        case, heat, plant, state.coolant_inlet, _hottest(case, state),
        lambda year: np.maximum(year.hourly["facility_supply"] - state.facility_limit, 0.0),
    )  # fmt: skip


def _hottest(case, state: TankState) -> Solved:
    """The chip nearest its limit, before any event."""
    name = _nearest(state).get("hottest")
    found = [row.get("start_C", row["max_C"]) + KELVIN for row in state.section["chips"] if row["name"] == name]
    if not found:
        return Solved(state.coolant_inlet, state.coolant_inlet)
    if state.chips is None or name not in state.chips.names:
        return Solved(found[0], state.coolant_inlet, float(FullRate.of(case).power_at(1.0, found[0])))
    number = state.chips.names.index(name)
    share = float(state.chips.state.power[number] / state.chips.reference[number])
    return Solved(found[0], state.coolant_inlet, share)


def _full_rate(case, state: TankState) -> dict[str, float]:
    """Power, clock and lost rate of the chips at full rate; nothing without ``load.chip``."""
    if FullRate.of(case).given is None:
        return {}
    hottest = _nearest(state).get("hottest")
    if state.chips is not None and hottest in state.chips.names:
        return operation.full_rate(state.chips.state, state.chips.names.index(hottest), state.chips.count)
    before = _hottest(case, state)
    return operation.full_rate(chip.state(chip.law(case.load.chip, before), np.array([before.coolant])), 0)


def _closure(state: PoolState) -> dict[str, float]:
    """Heat of the chips against what the condenser takes at the temperatures found."""
    return {"heat_in_W": state.heat, "heat_out_W": state.condensed, "storage_W": 0.0,
            "closure": abs(state.heat - state.condensed) / state.heat}  # fmt: skip


def _nearest(state: TankState) -> dict[str, Any]:
    """The chip nearest its limit."""
    limited = [row for row in state.section["chips"] if "limit_C" in row]
    if not limited:
        hottest = max(state.section["chips"], key=lambda row: row["max_C"], default=None)
        return {"max_C": hottest["max_C"], "hottest": hottest["name"]} if hottest else {}
    row = min(limited, key=lambda row: row["limit_C"] - row["max_C"])
    return {"max_C": row["max_C"], "limit_C": row["limit_C"], "margin_K": row["limit_C"] - row["max_C"],
            "hottest": row["name"]}  # fmt: skip


def _liquid(case, state: TankState) -> dict[str, float]:
    """The coolant behind all tanks, and all pumps."""
    tanks = case.immersion.tanks
    return {
        "supply_C": state.coolant_inlet - KELVIN, "return_C": state.coolant_outlet - KELVIN,
        "flow_kg_s": tanks * state.coolant_flow, "pressure_drop_Pa": state.pressure_drop, "pump_W": tanks * state.pump,
    }  # fmt: skip


def _pool_section(case, boiling: Tank, state: PoolState) -> dict[str, Any]:
    """One two-phase tank: its pool, the liquid it holds and loses, and its chips by kind."""
    at, immersion, record = state.saturation, case.immersion, boiling.liquid.record
    lost = boiling.vapour_loss(at)
    section = {
        "liquid": boiling.liquid.name, "tanks": immersion.tanks, "heat_W": state.heat,
        "pressure_Pa": at.pressure, "pool_C": at.temperature - KELVIN, "vapour_kg_s": state.vapour,
        "liquid_kg": immersion.pool.volume * at.liquid_density, "loss_kg_per_year": lost,
        "removed_fan_W": immersion.removed_fan_power,
        "chips": [
            {"name": chip.name, "count": chip.count, "power_W": chip.power, "flux_W_m2": chip.flux,
             "critical_margin": chip.critical_margin, "superheat_K": chip.superheat, "boils": chip.boils,
             "max_C": chip.temperature - KELVIN, "limit_C": chip.limit - KELVIN}
            for chip in state.chips
        ],
    }  # fmt: skip
    if record.warming_potential is not None:
        section["loss_kg_CO2e_per_year"] = lost * record.warming_potential
    return section


def assumptions(case, state: TankState) -> list[str]:
    """What a reviewer must know to trust the numbers, one sentence each."""
    lines = list(state.sources)
    if case.plant is not None:
        lines.append(f"The tanks stand for {case.plant.it_scale:g} times their power in the plant year.")
    return lines
