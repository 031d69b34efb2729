"""The closed books of a year: hourly arrays, yearly totals, hours in each mode, and what a reader must know."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermo.arrays import Each, full, host, over_year, ratio, shape, texts, total
from thermo.plant.economizer import MODES

Array = NDArray[np.float64]

KWH_PER_WATT_HOUR = 1e-3
HOUR = 3600.0  # s
FLOW_MISMATCH = 0.15  # share by which the air's heat and the coil load may differ before it is flagged

UNITS = {
    "dry_bulb": "K",
    "supply_air_temperature": "K",
    "return_air_temperature": "K",
    "chilled_water_supply": "K",
    "chilled_water_return": "K",
    "facility_supply": "K",
    "facility_return": "K",
    "facility_flow": "kg/s",
    "air_handler_flow": "m3/s",
    "air_heat_capacity_rate": "W/K",
    "condenser_entering": "K",
    "tower_water_leaving": "K",
    "water_evaporation": "kg/s",
    "water_drift": "kg/s",
    "water_blowdown": "kg/s",
    "water_makeup": "kg/s",
    "mode": "1",
    "pads_wet": "1",
    "air_mode": "1",
    "dry_cooler_fan_speed": "1",
    "chillers_running": "1",
    "trim_chiller_outside_range": "1",
    "chiller_outside_range": "1",
    "tower_outside_range": "1",
    "psu_outside_range": "1",
    "pue": "1",
    "energy_balance": "1",
}

# yearly energy in kWh and the hourly powers it adds up
ENERGIES = {
    "it_kWh": ("it_power",),
    "server_fans_kWh": ("server_fan_power",),
    "psu_loss_kWh": ("psu_loss",),
    "crah_fans_kWh": ("crah_fan_power",),
    "pumps_kWh": ("pump_power",),
    "chiller_kWh": ("chiller_power",),
    "heat_rejection_fans_kWh": ("heat_rejection_fan_power",),
    "power_chain_kWh": ("transformer_loss", "ups_loss"),
    "other_kWh": ("lighting_power",),
    "facility_kWh": ("facility_power",),
    "heat_rejected_kWh": ("heat_rejected",),
    "free_cooling_kWh": ("free_cooling",),
    "mechanical_cooling_kWh": ("mechanical_cooling",),
    "unmet_cooling_kWh": ("unmet_cooling",),
}


# yearly water in L (one kilogram is one litre) and the hourly rate it adds up, kg/s
WATERS = {
    "makeup_L": "water_makeup",
    "evaporation_L": "water_evaporation",
    "blowdown_L": "water_blowdown",
    "drift_L": "water_drift",
}
# what runs outside its range: hourly mask, hourly array that is positive when it runs, what is done there
OUTSIDE = {
    "chiller": ("chiller_outside_range", "mechanical_cooling", "curves: COP scaled by Carnot from the edge"),
    "trim chiller": ("trim_chiller_outside_range", "trim_cooling", "curves: COP scaled by Carnot from the edge"),
    "cooling tower": ("tower_outside_range", "tower_heat", "curve: the approach of the edge is held"),
    "power supply": ("psu_outside_range", "it_power", "points: the efficiency of the nearest is held"),
}


@dataclass(frozen=True)
class Year:
    """The year, as plain data.

    `hourly` maps a name to (hours,) or (variants, hours); `units` gives the unit of each. With a `step` (s) below an
    hour its arrays are as much longer. Powers and heats are the mean of the hour or step in W; `mode` is 0 free,
    1 mixed, 2 mechanical; `energy_balance` is (electricity in - heat out - unmet)
    over electricity in. `totals` are kWh and L over the year, plus `peak_power_W`, `energy_balance` (the worst hour)
    and `chillers_installed` (with the spares; absent for a chiller law that has no size);
    `mode_hours` counts hours by mode. With variants, totals and mode hours are (variants, 1) arrays and a flag is an
    :class:`thermo.arrays.Each`; what all variants agree in may lack their axis. `months` is 1..12.
    """

    hourly: dict[str, Array]
    units: dict[str, str]
    months: NDArray[np.int64]
    totals: dict[str, Any]
    mode_hours: dict[str, Any]
    flags: list[str | Each]
    step: float = HOUR


def close_year(
    hourly: dict[str, Array], months: NDArray[np.int64], chillers: Array | None, spares_given: bool, step: float = HOUR
) -> Year:
    """Add totals, mode hours and flags to the hourly arrays (any that broadcast to the common shape).

    `chillers`: number installed, (1,) or (variants, 1), None if the law has no size; then `spares_given` is flagged.
    """
    hourly = hourly | {"pue": hourly["facility_power"] / hourly["it_power"]}
    steps = max(months.size, *(values.shape[-1] for values in hourly.values() if shape(values)))
    hourly = {name: _whole(values, steps) for name, values in hourly.items()}
    to_kwh = KWH_PER_WATT_HOUR * step / HOUR
    totals = {
        name: total(over_year(np.sum, hourly[part]) for part in parts) * to_kwh
        for name, parts in ENERGIES.items()
        if parts[0] in hourly
    }
    totals |= {name: over_year(np.sum, hourly[rate]) * step for name, rate in WATERS.items() if rate in hourly}
    totals["peak_power_W"] = over_year(np.max, hourly["facility_power"])
    totals["energy_balance"] = over_year(np.max, np.abs(hourly["energy_balance"]))
    if chillers is not None:
        totals["chillers_installed"] = plain(chillers)
    mode_hours = {name: _hours(_count(hourly["mode"] == mode), step) for mode, name in MODES.items()}
    units = {name: UNITS.get(name, UNITS.get(name.removeprefix("air_"), "W")) for name in hourly}
    flags = _flags(hourly, step)
    if chillers is None and spares_given:
        flags.append("plant.chiller.redundancy has no effect: a fixed cop or carnot_fraction has no size")
    return Year(hourly, units, months, totals, mode_hours, flags, step)


def _whole(values: Array, steps: int) -> Array:
    """All steps of the year; variants that agree share one."""
    return np.broadcast_to(values, (*values.shape[:-1], steps)) if shape(values) else full((steps,), values)


def _count(mask: NDArray[np.bool_]) -> Any:
    """Steps in which `mask` is true: a whole number, or (variants, 1)."""
    return int(mask.sum()) if mask.ndim < 2 else mask.sum(axis=-1, keepdims=True)


def plain(values: ArrayLike) -> Any:
    """A Python number for one variant, the array for many."""
    return host(values).item() if math.prod(shape(values)) == 1 else values


def _flags(hourly: dict[str, Array], step: float) -> list[str | Each]:
    """Hours outside the range of a record, unmet cooling, and air that does not carry the heat it should."""
    flags: list[str | Each] = []
    for machine, (mask, runs, what) in OUTSIDE.items():
        if mask in hourly:
            running = _count(hourly[runs] > 0.0)
            share = _count(hourly[mask]) / np.maximum(running, 1)
            words = f"{machine}: {{hours}}, {{share:.0%}} of the hours it runs, lie outside the range of its {what}"
            flags += hours_flag(hourly[mask], step, words, share=share)
    short = _count(hourly["unmet_cooling"] > 0.0)
    if host(short).any():
        worst = over_year(np.max, ratio(hourly["unmet_cooling"], hourly["cooling_load"]))
        flags += texts(short > 0, lambda of: f"chiller: capacity falls short in {_hours(of(short), step):g} h, by "
                                             f"{of(worst):.0%} of the load at worst")
    load = hourly["coil_load"]
    carried = hourly["air_heat_capacity_rate"] * (hourly["return_air_temperature"] - hourly["supply_air_temperature"])
    mismatch = over_year(np.max, np.abs(carried - load) / load)
    return flags + texts(mismatch > FLOW_MISMATCH, lambda of: (
        f"air handler: its flow times the given air temperature rise is up to {of(mismatch):.0%} off the heat it "
        "takes; check plant.air_handler.flow_margin against the supply openings"
    ))


def _hours(count: Any, step: float) -> Any:
    """So many steps in hours; whole where a step is an hour."""
    return count if step == HOUR else count * step / HOUR


def hours_flag(mask: NDArray[np.bool_], step: float, words: str, **more: ArrayLike) -> list[str | Each]:
    """The text `words` where `mask` is ever true: ``{hours}`` in it is how long, other names are numbers of `more`."""
    count = _count(mask)
    return texts(count > 0, lambda of: words.format(
        hours=f"{_hours(of(count), step):g} h", **{name: of(values) for name, values in more.items()}
    ))
