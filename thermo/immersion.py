"""Immersion cooling: what is coupled, in order.

Chips in the pool and its condenser -> warmest coolant -> facility loop, dry coolers and trim chillers over the weather
year -> fill and metrics.
"""

from __future__ import annotations

from typing import Any

from thermo import air, metrics
from thermo.errors import CaseError
from thermo.loop.pool import KELVIN, PoolState, Tank
from thermo.plant import closed_loop_year, fill
from thermo.result import Result, Year

HALL_AIR = 298.15  # K, where no air handler says otherwise; only the lighting heats it


def solve(case, backend, listener, resume=None) -> tuple[Result, str]:
    """Solve a case of immersed servers; returns the result (its ``run`` section still without version and time) and
    the status."""
    tank, state = balance(case)
    flags = list(state.flags)
    summary: dict[str, Any] = {
        "run": {"iterations": 1, "converged": True, "status": "converged", "flags": flags},
        "balance": _closure(state), "chips": _chips(state), "liquid": _liquid(case, state),
        "immersion": _immersion(case, tank, state),
    }
    year = None
    if case.plant is not None:
        year = plant_year(case, tank, state)
        flags += year.flags
        summary |= metrics.summarise(year, case, None)
        summary["plant"]["supply_limit_C"] = tank.warmest_inlet() - KELVIN
    summary["limits"] = air.limit_rows(case, summary)
    origin = (0.0, 0.0, 0.0)
    result = Result(
        summary=summary, fields=None, boxes=[], history={}, year=year, case_text=case.source_text, log=[],
        room_lo=origin, room_hi=origin, sources=assumptions(case, tank),
    )  # fmt: skip
    return result, "converged"


def preflight(case, backend) -> dict[str, Any]:
    """Find what cannot work before the solution: the tank itself, an impossible plant. Returns sizes."""
    tank, state = balance(case)
    if case.plant is not None:
        plant_year(case, tank, state)
    return {"tanks": case.immersion.tanks, "chips": sum(chip.count for chip in state.chips)}


def balance(case) -> tuple[Tank, PoolState]:
    """The tank of a case and its balance with the coolant that the case or its plant gives. Raises CaseError."""
    given = case.immersion.condenser.coolant_temperature
    try:
        tank = Tank(case.immersion, coolant_name(case))
        if case.plant is not None:
            given = case.plant.facility_loop.supply_temperature
        return tank, tank.solve(tank.warmest_inlet() if given is None else given)
    except CaseError as problem:
        raise case.error("immersion", str(problem)) from None


def coolant_name(case) -> str:
    """The coolant in the condenser: that of the facility loop, or water."""
    return "water" if case.plant is None else case.plant.facility_loop.coolant


def condenser_pump(case, state: PoolState) -> float:
    """Electric power, W, of the pump of one tank's condenser; the pressure drop goes with the square of the flow."""
    condenser, share = case.immersion.condenser, state.coolant_share
    return condenser.flow * share * condenser.pressure_drop * share**2 / condenser.pump_efficiency


def plant_year(case, tank: Tank, state: PoolState) -> Year:
    """The plant over its weather year, all tanks at full load, with the fill of the facility loop in its ledger."""
    tanks = case.plant.it_scale * case.immersion.tanks
    heat = tanks * tank.heat
    supply = getattr(case.plant.air_handler, "supply_temperature", None) or HALL_AIR
    pumps = tanks * condenser_pump(case, state)
    year = closed_loop_year.simulate(case, heat, heat, tank.warmest_inlet(), pumps, supply)
    return fill.with_fill(year, case, 0.0, case.plant.facility_loop.coolant, round(tanks))


def _closure(state: PoolState) -> dict[str, float]:
    """Heat of the chips against what the condenser takes at the temperatures found."""
    return {"heat_in_W": state.heat, "heat_out_W": state.condensed, "storage_W": 0.0,
            "closure": abs(state.heat - state.condensed) / state.heat}  # fmt: skip


def _chips(state: PoolState) -> dict[str, Any]:
    """The chip nearest its limit."""
    nearest = min(state.chips, key=lambda chip: chip.limit - chip.temperature)
    return {"max_C": nearest.temperature - KELVIN, "limit_C": nearest.limit - KELVIN,
            "margin_K": nearest.limit - nearest.temperature, "hottest": nearest.name}  # fmt: skip


def _liquid(case, state: PoolState) -> dict[str, float]:
    """The coolant in the condensers of all tanks."""
    tanks = case.immersion.tanks
    return {
        "supply_C": state.coolant_inlet - KELVIN, "return_C": state.coolant_outlet - KELVIN,
        "flow_kg_s": tanks * state.coolant_flow,
        "pressure_drop_Pa": case.immersion.condenser.pressure_drop * state.coolant_share**2,
        "pump_W": tanks * condenser_pump(case, state),
    }  # fmt: skip


def _immersion(case, tank: Tank, state: PoolState) -> dict[str, Any]:
    """One tank: its pool, the liquid it holds and loses, and its chips by kind."""
    at, immersion, record = state.saturation, case.immersion, tank.liquid.record
    lost = tank.vapour_loss(at)
    section = {
        "liquid": immersion.liquid, "tanks": immersion.tanks, "heat_W": state.heat,
        "pressure_Pa": at.pressure, "pool_C": at.temperature - KELVIN, "vapour_kg_s": state.vapour,
        "liquid_kg": immersion.pool.volume * at.liquid_density, "loss_kg_per_year": lost,
        "removed_fan_W": immersion.removed_fan_power, "chips": [_chip_row(chip) for chip in state.chips],
    }  # fmt: skip
    if record.warming_potential is not None:
        section["loss_kg_CO2e_per_year"] = lost * record.warming_potential
    return section


def _chip_row(chip) -> dict[str, Any]:
    return {
        "name": chip.name, "count": chip.count, "power_W": chip.power, "flux_W_m2": chip.flux,
        "critical_margin": chip.critical_margin, "superheat_K": chip.superheat, "boils": chip.boils,
        "max_C": chip.temperature - KELVIN, "limit_C": chip.limit - KELVIN,
    }  # fmt: skip


def assumptions(case, tank: Tank) -> list[str]:
    """What a reviewer must know to trust the numbers, one sentence each."""
    record = tank.liquid.record
    lines = [
        f"{tank.liquid.name}, quality {record.quality}: {record.source}. Saturation: {tank.liquid.source}.",
        "Boiling: Cooper 1984, or Rohsenow 1952 where a surface constant is given; surfaces scatter by 20 to 30 %.",
        "Critical heat flux: Zuber 1959 for a large flat plate; plain surfaces scatter by 20 % about it.",
        "The pool is saturated and well mixed; tank walls lose no heat; lid openings and leaks are allowances.",
    ]
    if case.plant is not None:
        lines.append(f"The tanks stand for {case.plant.it_scale:g} times their power in the plant year.")
    return lines
