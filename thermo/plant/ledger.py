"""The closed books of a year: hourly arrays, yearly totals, hours in each mode, and what a reader must know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    `mode_hours` counts hours by mode. With variants, totals and mode hours are (variants,) arrays. `months` is 1..12.
    """

    hourly: dict[str, Array]
    units: dict[str, str]
    months: NDArray[np.int64]
    totals: dict[str, Any]
    mode_hours: dict[str, Any]
    flags: list[str]
    step: float = HOUR


def close_year(
    hourly: dict[str, Array], months: NDArray[np.int64], chillers: Array | None, spares_given: bool, step: float = HOUR
) -> Year:
    """Add totals, mode hours and flags to the hourly arrays (any that broadcast to the common shape).

    `chillers`: number installed, (1,) or (variants, 1), None if the law has no size; then `spares_given` is flagged.
    """
    hourly = hourly | {"pue": hourly["facility_power"] / hourly["it_power"]}
    shape = np.broadcast_shapes(*(values.shape for values in hourly.values()), months.shape)
    hourly = {name: np.broadcast_to(values, shape) for name, values in hourly.items()}
    totals = {
        name: plain(sum(hourly[part].sum(axis=-1) for part in parts) * (KWH_PER_WATT_HOUR * step / HOUR))
        for name, parts in ENERGIES.items()
        if parts[0] in hourly
    }
    totals |= {
        name: plain(hourly[rate].sum(axis=-1) * step) for name, rate in WATERS.items() if rate in hourly
    }
    totals["peak_power_W"] = plain(hourly["facility_power"].max(axis=-1))
    totals["energy_balance"] = plain(np.abs(hourly["energy_balance"]).max(axis=-1))
    if chillers is not None:
        totals["chillers_installed"] = plain(np.broadcast_to(chillers, shape)[..., 0])
    mode_hours = {name: plain(_hours((hourly["mode"] == mode).sum(axis=-1), step)) for mode, name in MODES.items()}
    units = {name: UNITS.get(name, UNITS.get(name.removeprefix("air_"), "W")) for name in hourly}
    flags = _flags(hourly, step)
    if chillers is None and spares_given:
        flags.append("plant.chiller.redundancy has no effect: a fixed cop or carnot_fraction has no size")
    return Year(hourly, units, months, totals, mode_hours, flags, step)


def plain(values: Array) -> Any:
    """A Python number for one variant, the array for many."""
    return values.item() if np.ndim(values) == 0 else values


def _flags(hourly: dict[str, Array], step: float) -> list[str]:
    """Hours outside the range of a record, unmet cooling, and air that does not carry the heat it should."""
    flags = []
    for machine, (mask, runs, what) in OUTSIDE.items():
        if mask in hourly and hourly[mask].any():
            share = hourly[mask].sum() / (hourly[runs] > 0.0).sum()
            hours = f"{hours_of(hourly[mask], step)}, {share:.0%} of the hours it runs"
            flags.append(f"{machine}: {hours}, lie outside the range of its {what}")
    short = hourly["unmet_cooling"] > 0.0
    if short.any():
        worst = (hourly["unmet_cooling"] / hourly["cooling_load"]).max()
        flags.append(f"chiller: capacity falls short in {hours_of(short, step)}, by {worst:.0%} of the load at worst")
    load = hourly["coil_load"]
    carried = hourly["air_heat_capacity_rate"] * (hourly["return_air_temperature"] - hourly["supply_air_temperature"])
    mismatch = (np.abs(carried - load) / load).max()
    if mismatch > FLOW_MISMATCH:
        flags.append(
            f"air handler: its flow times the given air temperature rise is up to {mismatch:.0%} off the heat it "
            "takes; check plant.air_handler.flow_margin against the supply openings"
        )
    return flags


def _hours(count: Array, step: float) -> Array:
    """So many steps in hours; whole where a step is an hour."""
    return count if step == HOUR else count * step / HOUR


def hours_of(mask: NDArray[np.bool_], step: float = HOUR) -> str:
    """Hours in which `mask` is true, as a text: "12 h", or of many variants the most."""
    hours = _hours(mask.sum(axis=-1), step)
    return f"{'up to ' if np.size(hours) > 1 else ''}{np.max(hours):g} h"
