"""From the coolant distribution units to the outdoors: pumps, then dry coolers and trim chillers, or towers.

Modes with dry coolers, by what they can do at full fan speed with the coolant that comes back:

- free: they hold the supply temperature; the fans slow down. Without trim chillers every hour is free, and the supply
  becomes warmer than asked for where they cannot hold it;
- mixed: full fan speed, the trim chillers in series behind them take the rest. Only where that saves more chiller power
  than the fans use;
- mechanical: otherwise; the dry coolers are off and bypassed.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermo import records
from thermo.arrays import array, full, ratio, spread, zeros
from thermo.case.schema_heat_rejection import Economizer
from thermo.media import fluid
from thermo.plant import adiabatic, chiller, pump, tower_loop, water
from thermo.plant.dry_cooler import Coil, units_for
from thermo.plant.economizer import FREE, MECHANICAL, MIXED
from thermo.plant.weather import Weather

Array = NDArray[np.float64]


def run(
    plant, outdoor: Weather, load: Array, design_load: Array, supply: Array, least_flow: ArrayLike = 0.0
) -> dict[str, Array | None]:
    """Hourly arrays of the facility loop and everything behind it.

    `load`: heat that distribution units (and coils on this loop) give to the coolant, W; `design_load`: at full load;
    `supply`: coolant asked for, K; `least_flow`: coolant, kg/s, that what is cooled needs, whatever its rise.
    `chillers_installed` is None for a chiller law that has no size.
    """
    loop = plant.facility_loop
    design_flow = pump.mass_flow(loop, design_load, design_load, supply, loop.coolant)
    wanted = np.maximum(pump.mass_flow(loop, load, design_load, supply, loop.coolant), least_flow)
    flow = np.where(load > 0.0, wanted, 0.0)
    pumps = pump.pump_power(loop, flow, design_flow, supply, loop.coolant)
    heat = load + pumps
    rate = flow * fluid(loop.coolant).heat_capacity(supply)
    rise = ratio(heat, rate)
    design_heat = design_load + pump.pump_power(loop, design_flow, design_flow, supply, loop.coolant)
    rejection = _tower if loop.rejection == "tower" else _dry
    hourly = rejection(plant, outdoor, heat, design_heat, supply, rise, rate)
    return hourly | {
        "facility_pump_power": pumps,
        "pump_power": pumps + hourly.get("condenser_pump_power", 0.0),
        "facility_return": hourly["facility_supply"] + rise,
        "facility_flow": flow,
        "cooling_load": heat,
    }


@dataclass(frozen=True)
class Reach:
    """What the dry coolers can do: `share` of the heat at full speed, `speed` of the fans where that is all of it,
    `fan_power` of all units at full speed (W), `air_rate` W/K through them at full speed; number of units."""

    share: Array
    speed: Array
    fan_power: Array
    air_rate: Array
    full: Array
    running: Array
    installed: Array


def dry_cooler_reach(
    plant, air: Array, pressure: Array, heat: Array, design_heat: Array, return_: Array, rise: Array, rate: Array
) -> Reach:
    """Reach of the dry coolers in entering `air` (K) for `heat` (W) at coolant `return_` (K), `rate` W/K."""
    given, coil = plant.dry_cooler, Coil(records.dry_cooler(plant.dry_cooler.record))
    density = coil.density_share(air, pressure)
    units = given.units
    if units is None:
        approach = coil.record.approach if given.design_approach is None else given.design_approach
        thinnest = np.min(density, axis=-1, keepdims=True)
        units = units_for(coil, design_heat, plant.facility_loop.temperature_rise, approach, thinnest)
    installed = array(units) + given.redundancy
    running = installed if given.spares_run else array(units)
    coolant = np.maximum(rate / (running * coil.coolant_rate), 1e-3)
    whole = coil.drop_share(density, coolant)
    drive = np.maximum(return_ - air, 0.0)
    share = ratio(whole * drive, rise)
    wanted = np.where(share > 1.0, rise / np.maximum(drive, 1e-9), whole)
    speed = np.where(share > 1.0, np.maximum(coil.speed_for(wanted, density, coolant), given.minimum_fan_speed), 1.0)
    air_rate = running * density * coil.air_ratio * coil.coolant_rate
    return Reach(share, speed, running * coil.fan_power(1.0, density), air_rate, whole, running, installed)


def _dry(plant, outdoor: Weather, heat: Array, design_heat: Array, supply: Array, rise: Array, rate: Array) -> dict:
    """Dry coolers and trim chillers in series, their air through wetted pads where there are any."""
    air, wet, reach = _entering(plant, outdoor, heat, design_heat, supply, rise, rate)
    free = reach.share >= 1.0 - 1e-12
    if plant.trim_chiller is None:
        floating = np.where(free | (heat <= 0.0), supply, air + rise * (1.0 / reach.full - 1.0))
        mode, taken, fans = full(heat.shape, FREE, np.int8), heat, reach.fan_power * reach.speed**3
        hourly = {"facility_supply": floating, "condenser_heat": zeros(heat.shape), **_no_chillers(heat)}
    else:
        mode, taken, fans, hourly = _with_trim_chillers(plant, air, heat, supply, reach, free)
        hourly["facility_supply"] = spread(supply, heat)
    fans = np.where(heat > 0.0, fans, 0.0)
    hourly |= {
        "mode": mode,
        "free_cooling": taken,
        "heat_rejection_fan_power": fans,
        "dry_cooler_heat": taken + fans,
        "dry_cooler_fan_speed": np.where((mode == MECHANICAL) | (heat <= 0.0), 0.0, reach.speed),
        "dry_coolers_installed": reach.installed,
    }
    if plant.adiabatic is not None:
        through = np.where(mode == MECHANICAL, 0.0, reach.speed) * reach.air_rate / 1006.0
        evaporated = adiabatic.evaporation(outdoor, air, wet, through)
        hourly |= {"pads_wet": wet, **water.balance(evaporated, 0.0, plant.water.cycles_of_concentration)}
    return hourly


def _entering(plant, outdoor: Weather, heat: Array, design_heat: Array, supply: Array, rise: Array, rate: Array):
    """Air that enters the dry coolers, K, when pads wet it, and what the coolers reach in it.

    The pads are wet where dry air cannot hold the supply temperature.
    """
    shape = (heat, design_heat, supply + rise, rise, rate)
    reach = dry_cooler_reach(plant, outdoor.dry_bulb, outdoor.pressure, *shape)
    air, wet = adiabatic.entering_air(plant.adiabatic, outdoor, (heat > 0.0) & (reach.share < 1.0))
    if np.any(wet):
        reach = dry_cooler_reach(plant, air, outdoor.pressure, *shape)
    return spread(air, heat), wet, reach


def _with_trim_chillers(plant, air: Array, heat: Array, supply: Array, reach: Reach, free: Array):
    """Mode, heat of the dry coolers and their fan power (W), and the hourly arrays of the chillers."""
    law, built_in = chiller.law(plant.trim_chiller), plant.dry_cooler.kind == "in_chiller"
    share = np.where(free, 1.0, reach.share)
    warmed = air + (share * heat / reach.air_rate if built_in else 0.0)
    fans = np.where(free, reach.fan_power * reach.speed**3, 0.0 if built_in else reach.fan_power)
    mechanical_power = heat / law.cop(supply, air)
    mixed_power = (1.0 - share) * heat / law.cop(supply, warmed) + fans
    mixed = ~free & (share > 0.0) & (mixed_power < mechanical_power)
    running = free | mixed
    taken = np.where(running, share * heat, 0.0)
    entering = np.where(mixed, warmed, air)
    left = np.maximum(heat - taken, 0.0)
    hardest = np.max(left, axis=-1, keepdims=True)
    units = np.where(hardest > 0.0, chiller.units_of(plant.trim_chiller, law, hardest, supply, entering), 0.0)
    cooling = chiller.run(law, units, left, supply, entering, law.cop(supply, entering))
    mode = np.where(free, FREE, np.where(mixed, MIXED, MECHANICAL)).astype(np.int8)
    hourly = {
        "condenser_heat": cooling.heat + cooling.power,
        **chiller.hourly(plant.trim_chiller, law, units, cooling, supply, entering),
    }
    return mode, taken, np.where(running, fans, 0.0), hourly


def _no_chillers(heat: Array) -> dict[str, Array | None]:
    """The arrays of chillers that are not there."""
    none = zeros(heat.shape)
    return {"mechanical_cooling": none, "unmet_cooling": none, "chiller_power": none, "chillers_running": none,
            "chillers_installed": zeros((1,)), "chiller_outside_range": none > 0.0}


def _tower(plant, outdoor: Weather, heat: Array, design_heat: Array, supply: Array, rise: Array, rate: Array) -> dict:
    """Evaporative towers over a plate exchanger and water-cooled trim chillers: the loop of :mod:`tower_loop`."""
    approach = plant.economizer.approach if plant.economizer.kind == "tower" else None
    behind = SimpleNamespace(
        tower=plant.tower,
        condenser_water=plant.condenser_water,
        chiller=plant.trim_chiller,
        economizer=Economizer(kind="tower", approach=approach),
        water=plant.water,
    )
    hourly = tower_loop.run(behind, outdoor, heat, design_heat, supply, supply + rise)
    return hourly | {"facility_supply": spread(supply, heat)}
