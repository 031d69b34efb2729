"""From the chilled water to the outdoors: pumps, free cooling, chillers, and either outdoor air or a cooling tower."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from thermo.arrays import ratio
from thermo.case.schema_heat_rejection import economizer_kind
from thermo.media import fluid
from thermo.plant import adiabatic, chiller, economizer, pump, tower_loop, water
from thermo.plant.weather import Weather

Array = NDArray[np.float64]


def run(plant, outdoor: Weather, load: Array, design_load: Array, supply: Array) -> dict[str, Array]:
    """Hourly arrays of everything behind the coils.

    `load`: heat that the coils give to the chilled water, W; `design_load`: the same at full load, what pumps and
    machines are sized for; `supply`: chilled water to the coils, K.
    """
    loop = plant.chilled_water
    design_flow = pump.mass_flow(loop, design_load, design_load, supply)
    flow = np.where(load > 0.0, pump.mass_flow(loop, load, design_load, supply), 0.0)
    pumps = pump.pump_power(loop, flow, design_flow, supply)
    heat = load + pumps
    capacity_rate = flow * fluid("water").heat_capacity(supply)
    rise = ratio(heat, capacity_rate)
    design_heat = design_load + pump.pump_power(loop, design_flow, design_flow, supply)
    rejection = tower_loop.run if plant.chiller.condenser == "water" else _outdoor_air
    hourly = rejection(plant, outdoor, heat, design_heat, supply, supply + rise)
    condenser_pumps = hourly.get("condenser_pump_power", 0.0)
    return hourly | {
        "chilled_water_pump_power": pumps,
        "pump_power": pumps + condenser_pumps,
        "chilled_water_return": supply + rise,
        "cooling_load": heat,
    }


def _outdoor_air(plant, outdoor: Weather, heat: Array, design_heat: Array, supply: Array, return_: Array) -> dict:
    """Dry cooler and air-cooled chillers, their air through wetted pads where there are any.

    The pads are wet where a chiller would have to run with dry air.
    """
    law = chiller.law(plant.chiller)
    has_dry_cooler = economizer_kind(plant) == "water_side"
    dry_reach = economizer.approach(plant.economizer) if has_dry_cooler else np.inf
    air, wet = adiabatic.entering_air(plant.adiabatic, outdoor, (heat > 0.0) & (outdoor.dry_bulb + dry_reach > supply))
    cop = law.cop(supply, air)
    free = economizer.none(heat)
    if has_dry_cooler:
        free = economizer.run(plant.economizer, heat, design_heat, supply, return_, air, cop)
    units = chiller.units_of(plant.chiller, law, design_heat, supply, air)
    cooling = chiller.run(law, units, np.maximum(heat - free.heat, 0.0), supply, air, cop)
    hourly = {
        "mode": free.mode,
        "free_cooling": free.heat,
        "heat_rejection_fan_power": free.fan_power,
        "dry_cooler_heat": free.heat + free.fan_power,
        "condenser_heat": cooling.heat + cooling.power,
        **chiller.hourly(plant.chiller, law, units, cooling, supply, air),
    }
    if plant.adiabatic is not None:
        through = adiabatic.air_mass_flow(plant.adiabatic, free.heat + cooling.heat + cooling.power)
        evaporated = adiabatic.evaporation(outdoor, air, wet, through)
        hourly |= {"pads_wet": wet, **water.balance(evaporated, 0.0, plant.water.cycles_of_concentration)}
    return hourly
