"""A single-phase tank: its field, the heated solids in it, and the exchanger behind it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from thermo import air, air_transient, records
from thermo.case.immersion_consistency import cold_temperatures
from thermo.errors import CaseError
from thermo.field import outcome, transient_outcome
from thermo.field.porous import SolidRow, limits_of, solid_rows
from thermo.field.properties import fluid_properties
from thermo.field.steady import solve_steady
from thermo.field.transient import solve_transient
from thermo.load.chip import FullRate
from thermo.load.tank_feedback import TankChips, TankFeedback
from thermo.loop import exchanger
from thermo.media import fluid
from thermo.result import Result

KELVIN = 273.15
LEAST_APPROACH = 1e-3  # K: an exchanger that would need less cannot do it


@dataclass(frozen=True)
class TankState:
    """One tank as the plant sees it.

    `heat` W, `reference_heat` with all chips at their reference temperature; `facility_limit` K: warmest coolant;
    coolant in and out K, its flow kg/s and `pressure_drop` Pa; `pump` W;
    `balance` and `section`: parts of the summary; `chips` with a limit, None in time; `flags` and `sources` for the
    reader; `monitors` of a run in time.
    """

    heat: float
    reference_heat: float
    facility_limit: float
    coolant_inlet: float
    coolant_outlet: float
    coolant_flow: float
    pressure_drop: float
    pump: float
    balance: dict[str, float]
    section: dict[str, Any]
    chips: TankChips | None = None
    flags: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    monitors: list[dict[str, Any]] = field(default_factory=list)


def solve(case, backend, listener, resume=None) -> tuple[Result, str, TankState]:
    """Solve the field of the tank, steady or in time; returns the result, the status of the field, and what the plant
    must know. With ``load.chip`` chips leak and slow down by their temperature."""
    properties = fluid_properties(case)
    field_only = case.field_only()
    air.preflight(field_only, backend)
    rate = FullRate.of(case)
    feedback = None if rate.given is None else TankFeedback(rate)
    if case.time is None:
        draw = None if feedback is None else feedback.steady
        solution = solve_steady(field_only, backend, properties, listener, resume, draw_solids=draw)
        summary, _ = air.summarise(field_only, solution)
        fields, followed = outcome.fields_of(case, solution.solver), None
    else:
        solution = solve_transient(field_only, backend, properties, listener, resume, solid_feedback=feedback)
        summary, _ = air_transient.summarise(field_only, solution)
        fields, followed = transient_outcome.transient_fields(case, solution), solution
    summary.pop("limits", None)
    result = Result(
        summary=summary, fields=fields, boxes=outcome.boxes_of(case), history=solution.history.arrays(), year=None,
        case_text=case.source_text, log=[], room_lo=case.room.lo, room_hi=case.room.hi,
    )  # fmt: skip
    state = _state(case, solution.solver, properties, summary["balance"], followed, rate)
    if followed is not None and feedback is not None:
        begin = followed.solids.begin
        state.flags.extend(feedback.flags(begin))
        state.monitors.extend(feedback.rows(begin))
    return result, solution.status, state


def _state(case, solver, properties, balance: dict[str, float], followed, full: FullRate) -> TankState:
    """The tank behind its exchanger, from the solved field. The plant meets the tank as it is before its events, which
    the ``followed`` run in time has kept."""
    immersion, rows = case.immersion, solid_rows(solver.case, solver)
    rows = [row if row.limit is None else replace(row, limit=full.limits(row.limit)[0]) for row in rows]
    reference = sum(box.power or 0.0 for box in (*case.obstacle, *case.heat_sink, *case.heat, *case.porous))
    heat = reference + (0.0 if followed is not None else solver.solids.change)
    coolant = fluid("water" if case.plant is None else case.plant.facility_loop.coolant)
    flow = sum(opening.nominal_flow for opening in case.supply)
    cold = min(cold_temperatures(case))
    rate = immersion.exchanger.flow * float(coolant.density(cold) * coolant.heat_capacity(cold))
    inlet = _coolant_inlet(case, heat, cold, flow * properties.capacity, rate)
    chips = None if followed is not None else TankFeedback(full).chips(rows, solver.solids.reference)
    slack = _slack(case, rows, full) if followed is None else _slack_before(case, followed, full)
    given = immersion.exchanger
    pumps = given.flow * given.pressure_drop + flow * given.liquid_pressure_drop
    plain = case.model_copy(update={"plant": None})
    in_time = [] if followed is None else [*air_transient.assumptions(plain, followed), stored_in(case)]
    return TankState(
        heat=heat, reference_heat=reference, facility_limit=inlet + slack, coolant_inlet=inlet,
        coolant_outlet=inlet + heat / rate, coolant_flow=immersion.exchanger.flow * float(coolant.density(inlet)),
        pressure_drop=immersion.exchanger.pressure_drop, pump=pumps / immersion.exchanger.pump_efficiency,
        balance=balance, section=_section(case, solver, properties, heat, chip_rows(rows, followed)),
        chips=chips,
        flags=[flag for row in rows for flag in row.flags] + _limit_flags(case, rows, followed, chips, full)
        + _flags(case, solver, rows, followed),
        sources=[*air.assumptions(plain, properties), *in_time, *SOURCES],
    )  # fmt: skip


def _slack(case, rows: list[SolidRow], full: FullRate) -> float:
    """K by which the liquid about every chip may be warmer until one is the margin below its limit, at full clock."""
    margin, reference, found = case.immersion.margin, {box.name: box.power or 0.0 for box in _limited(case)}, []
    for row in rows:
        if row.limit is not None:
            highest = row.limit - margin
            power = float(full.power_at(reference[row.name], highest))
            resistance = (row.temperature - row.fluid) / row.power if row.power else 0.0
            found.append(highest - resistance * power - row.fluid)
    return min(found, default=0.0)


def _slack_before(case, followed, full: FullRate) -> float:
    """The same before the events of a run in time, as if the chips' power did not change."""
    limits = {name: full.limits(limit)[0] - case.immersion.margin for name, limit in limits_of(case).items()}
    return min((limit - KELVIN - followed.solids_before[name] for name, limit in limits.items()), default=0.0)


def _limited(case) -> list:
    """Heated solids that have a limit."""
    return [box for box in (*case.heat_sink, *case.porous, *case.obstacle) if box.limit is not None]


SOURCES = [
    "Fins that are not resolved resist as plane Poiseuille flow and heat by Edwards, Denny and Mills 1979; a sink has "
    "one temperature over the mean of the liquid in it.",
    "The warmest coolant follows from the chips' margin as if they warmed with the coolant kelvin for kelvin; warmer "
    "liquid is thinner, so they warm by less.",
]
FULL_RATE = "the demand of [load] acts in the plant's year only: in time the servers of the tank work at full rate"


def stored_in(case) -> str:
    """One sentence on what stores heat in a run in time, and what does not."""
    chips, porous = [sink.thermal_mass for sink in case.heat_sink], [block.thermal_mass for block in case.porous
                                                                     if block.temperature is None]  # fmt: skip
    parts = {
        "fins": [1.0 for _ in case.heat_sink], "bases": [sink.base_thickness for sink in case.heat_sink],
        "chips": chips, "porous blocks": porous, "other blocks": [box.material for box in case.obstacle],
    }  # fmt: skip
    stores = ["the liquid", *(name for name, given in parts.items() if any(given))]
    lacking = [name for name, given in parts.items() if not all(given)]
    short = f"; {_and(lacking)} that are given no mass store none, so chips pass their limits early" if lacking else ""
    return f"Heat is stored in {_and(stores)}{short}."


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _coolant_inlet(case, heat: float, cold: float, liquid_rate: float, rate: float) -> float:
    """Coolant, K, that must enter the exchanger so that the liquid leaves it, or its cold surface is, at `cold`, K.

    With supplies a plate exchanger in counterflow; without, a surface of one temperature. Rates in W/K.
    Raises CaseError where no coolant is cold enough.
    """
    given = case.immersion.exchanger
    if liquid_rate > 0.0:
        least, most = min(liquid_rate, rate), max(liquid_rate, rate)
        share = float(exchanger.effectiveness(given.conductance / least, least / most))
        inlet = cold + heat / liquid_rate - heat / (share * least)
    else:
        inlet = cold - heat / (rate * -np.expm1(-given.conductance / rate))
    freezing = case.plant is not None and records.coolant(case.plant.facility_loop.coolant).freezing
    if inlet <= max(KELVIN, freezing or 0.0) + LEAST_APPROACH:
        needed = f"{heat / 1e3:.3g} kW need coolant at {inlet - KELVIN:.1f} degC"
        raise case.error("immersion.exchanger", f"is too small: {needed}; give more conductance or flow")
    return inlet


def chip_rows(rows: list[SolidRow], followed) -> list[dict[str, Any]]:
    """One row a chip. In time its hottest is that of the run from the first event on, beside those before it and at the
    end, and the seconds from the event until it passed its limit."""
    found = []
    for row in rows:
        entry = {"name": row.name, "count": 1, "power_W": row.power, "liquid_C": row.fluid - KELVIN,
                 "max_C": row.temperature - KELVIN}  # fmt: skip
        if followed is not None:
            peak = followed.solids.peaks[row.name][1]
            entry |= {"max_C": peak, "start_C": followed.solids_before[row.name], "end_C": entry["max_C"]}
            entry |= followed.solids.times(row.name)
        found.append(entry if row.limit is None else entry | {"limit_C": row.limit - KELVIN})
    return found


def _section(case, solver, properties, heat: float, chips: list[dict[str, Any]]) -> dict[str, Any]:
    """Section `immersion` of the summary."""
    temperature = solver.interior(solver.T) + solver.datum - KELVIN
    volume = solver.grid.volume * solver.mesh.fluid
    return {
        "liquid": properties.name, "tanks": case.immersion.tanks, "heat_W": heat,
        "pool_C": float(np.average(temperature, weights=volume)),
        "liquid_max_C": float(temperature[solver.mesh.fluid].max()),
        "liquid_kg": float(volume.sum()) * properties.density,
        "removed_fan_W": case.immersion.removed_fan_power, "lost_W": _lost(case, solver), "chips": chips,
    }  # fmt: skip


def _lost(case, solver) -> float | None:
    """Heat in W through the sides that have a U-value, lid included; None where no side has one."""
    sides = [name for name, side in case.room.sides.items() if getattr(side, "u_value", None) is not None]
    sums = solver.heat_groups.sums(solver.heat.face_heat())
    return -sum(sums.get(name, 0.0) for name in sides) if sides else None


def _limit_flags(case, rows: list[SolidRow], followed, chips: TankChips | None, full: FullRate) -> list[str]:
    """Chips beyond their limit, or those that slow down at it; in time those that pass it, unless they slow down."""
    if full.given is None:
        return _beyond(rows) if followed is None else _passed(case, rows, followed)
    if chips is None:
        return []
    named = zip(chips.names, chips.state.clock, chips.state.shutdown, strict=True)
    return [f"{name}: even the lowest clock is too hot at full rate; it would shut down" if shut else
            f"{name}: at full rate it slows down to {clock:.0%} of full clock"
            for name, clock, shut in named if shut or clock < 1.0]  # fmt: skip


def _beyond(rows: list[SolidRow]) -> list[str]:
    return [f"{row.name}: {row.temperature - row.limit:.1f} K beyond its limit" for row in rows
            if row.limit is not None and row.temperature > row.limit]  # fmt: skip


def _passed(case, rows: list[SolidRow], followed) -> list[str]:
    """One line for all chips that pass their limits in a run in time."""
    limited = [row.name for row in rows if row.limit is not None]
    times = {name: followed.solids.times(name).get("ride_through_s") for name in limited}
    passed = {name: time for name, time in times.items() if time is not None}
    if not passed:
        return []
    first = min(passed, key=lambda name: passed[name])
    since = "first event" if case.event else "start"
    return [f"{len(passed)} of {len(limited)} chips pass their limit, {first} first: {passed[first]:.0f} s after the "
            f"{since}"]  # fmt: skip


def _flags(case, solver, rows: list[SolidRow], followed) -> list[str]:
    """Surfaces that would boil or catch fire, a load that does not act."""
    flags: list[str] = []
    if followed is not None and case.load is not None:
        flags.append(FULL_RATE)
    known = _dangers(case.fluid)
    if known is None:
        return [*flags, f"{case.fluid.name} is no dielectric liquid: servers cannot stand in it"]
    name, boiling, flash = known
    temperature = solver.interior(solver.T)[solver.mesh.fluid] + solver.datum
    peaks = [] if followed is None else [top + KELVIN for _, top in followed.solids.peaks.values()]
    hottest = max([float(temperature.max()), *(row.temperature for row in rows), *peaks])
    if boiling is not None and hottest > boiling:
        flags.append(f"{name} boils at {boiling - KELVIN:.0f} degC; the hottest surface has "
                     f"{hottest - KELVIN:.0f} degC, and boiling is not in this field")  # fmt: skip
    if flash is not None and hottest > flash:
        flags.append(f"{name} has its flash point at {flash - KELVIN:.0f} degC")
    return flags


def _dangers(fluid) -> tuple[str, float | None, float | None] | None:
    """Name, boiling and flash point (K) of the liquid as far as they are known; None for a record that is no
    dielectric liquid."""
    if fluid.name is None:
        table = fluid.table
        return ("the liquid", None, None) if table is None else ("the liquid", table.boiling_point, table.flash_point)
    try:
        record = records.dielectric(fluid.name)
    except CaseError:
        return None
    return record.name, record.boiling, record.flash
