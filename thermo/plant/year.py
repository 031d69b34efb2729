"""One year of the hall's plant, hour by hour, from the weather to the electricity meter.

The chain of one hour: racks -> room air -> coil -> chilled water -> dry cooler and chiller -> outdoor air; and back up
the power chain: every watt of electricity that enters the site leaves it as heat (`energy_balance` = 0).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermo.errors import CaseError
from thermo.media import Air, fluid
from thermo.plant import air_handler, chiller, economizer, power_chain, pump, weather
from thermo.plant.ledger import Year, close_year
from thermo.plant.weather import Weather

Array = NDArray[np.float64]

def site_weather(case) -> Weather:
    """Weather of ``case.site``: the EPW file ``case.weather_file``, or the constant weather of the case."""
    if isinstance(case.site.weather, str):
        return weather.read_epw(case.weather_file)
    given = case.site.weather
    return weather.constant(given.dry_bulb, given.relative_humidity, given.pressure)


def simulate(
    case,
    it_power_W: ArrayLike,
    supply_temperature_K: ArrayLike,
    return_temperature_K: ArrayLike | None,
    server_airflow_m3_s: ArrayLike,
    outdoor: Weather | None = None,
) -> Year:
    """Run the plant of `case` for one year of weather.

    `it_power_W`: power of all racks at their AC inlets (already times ``plant.it_scale``); `supply_temperature_K`: air
    the handlers must deliver; `return_temperature_K`: air they get back (None: from the heat balance at the handler
    flow); `server_airflow_m3_s`: air the racks draw. Each is a scalar, ``(hours,)``, ``(variants, 1)`` or
    ``(variants, hours)``, and so may be any number of ``case.plant`` when that is a plain namespace.
    `outdoor` replaces the weather of the case. Raises :class:`thermo.errors.CaseError` where the plant cannot work.
    """
    outdoor = site_weather(case) if outdoor is None else outdoor
    given = (it_power_W, supply_temperature_K, server_airflow_m3_s)
    it_power, supply_air, server_flow = (np.atleast_1d(np.asarray(value, dtype=np.float64)) for value in given)
    air = _air_side(case.plant, outdoor, it_power, supply_air, return_temperature_K, server_flow)
    hourly = {"dry_bulb": outdoor.dry_bulb, "it_power": it_power, "supply_air_temperature": supply_air, **air}
    hourly |= _water_side(case.plant, outdoor, hourly)
    hourly |= _electricity(case.plant, hourly)
    hourly |= _heat_to_ambient(case.plant, hourly)
    installed = hourly.pop("chillers_installed")
    return close_year(hourly, outdoor.month, installed, case.plant.chiller.redundancy is not None)


def _design(values: Array) -> Array:
    """Largest value over the hours, kept as a last axis of length 1."""
    return np.max(values, axis=-1, keepdims=True)


def _air_side(plant, outdoor: Weather, it_power: Array, supply: Array, return_: ArrayLike | None, flow: Array) -> dict:
    """Air handler: fan power, coil load, the chilled water it asks for."""
    handler, power = plant.air_handler, plant.power
    design_flow = handler.flow_margin * _design(flow)
    handled = air_handler.air_flow(handler, flow, design_flow)
    lighting = power.lighting_fraction * it_power
    ups_loss = power_chain.ups_loss(power.ups, it_power, _design(it_power))
    fans = air_handler.fan_power(handler, handled, design_flow)
    load = it_power + lighting + fans + power.ups_loss_to_cooling * ups_loss
    capacity_rate = handled * Air(float(np.mean(outdoor.pressure))).density(supply) * Air().heat_capacity(supply)
    balance_return = supply + load / capacity_rate
    returned = balance_return if return_ is None else np.atleast_1d(np.asarray(return_, dtype=np.float64))
    return {
        "air_handler_flow": handled,
        "air_heat_capacity_rate": capacity_rate,
        "return_air_temperature": returned,
        "lighting_power": lighting,
        "ups_loss": ups_loss,
        "crah_fan_power": fans,
        "coil_load": load,
        "chilled_water_supply": _chilled_water_supply(plant, supply, returned),
    }


def _chilled_water_supply(plant, supply_air: Array, return_air: Array) -> Array:
    """Chilled-water supply, K: the case's, or the warmest that the coil can work with in the hardest hour."""
    warmest = np.min(air_handler.entering_water(plant.air_handler, supply_air, return_air), axis=-1, keepdims=True)
    given = plant.chilled_water.supply_temperature
    chosen = warmest if given is None else np.broadcast_to(np.asarray(given, dtype=np.float64), warmest.shape)
    if np.any(chosen > warmest + 1e-6):
        raise CaseError(
            f"plant.chilled_water.supply_temperature: {np.max(chosen) - 273.15:.1f} degC is too warm for air at "
            f"{np.min(supply_air) - 273.15:.1f} degC over this coil: "
            f"give at most {np.min(warmest) - 273.15:.1f} degC, or leave it out"
        )
    if np.any(chosen < 273.65):
        raise CaseError(
            f"plant.chilled_water: the coil needs water at {np.min(chosen) - 273.15:.1f} degC, too near freezing; "
            "raise the air supply temperature or give a smaller plant.air_handler.coil_approach"
        )
    return chosen


def _water_side(plant, outdoor: Weather, hourly: dict) -> dict:
    """Pumps, economizer and chillers."""
    loop, supply, load = plant.chilled_water, hourly["chilled_water_supply"], hourly["coil_load"]
    design_flow = pump.mass_flow(loop, _design(load), _design(load), supply)
    flow = pump.mass_flow(loop, load, _design(load), supply)
    pumps = pump.pump_power(loop, flow, design_flow, supply)
    heat = load + pumps
    return_ = supply + heat / (flow * fluid("water").heat_capacity(supply))
    law = chiller.law(plant.chiller)
    cop = law.cop(supply, outdoor.dry_bulb)
    free = economizer.run(plant.economizer, heat, _design(heat), supply, return_, outdoor.dry_bulb, cop)
    units = plant.chiller.units
    if units is None:
        units = chiller.size(law, _design(heat), supply, _design(outdoor.dry_bulb))
    cooling = chiller.run(law, units, np.maximum(heat - free.heat, 0.0), supply, outdoor.dry_bulb, cop)
    return {
        "pump_power": pumps,
        "chilled_water_return": return_,
        "cooling_load": heat,
        "mode": free.mode,
        "free_cooling": free.heat,
        "heat_rejection_fan_power": free.fan_power,
        "mechanical_cooling": cooling.heat,
        "unmet_cooling": cooling.unmet,
        "chiller_power": cooling.power,
        "chillers_running": cooling.running,
        "chillers_installed": _installed(plant.chiller, law, units),
        "chiller_outside_range": law.outside(supply, outdoor.dry_bulb) & (cooling.heat > 0.0),
    }


def _installed(given, law: chiller.ChillerLaw, units: ArrayLike) -> Array | None:
    """Running units and spares; None for a law that has no size."""
    if not isinstance(law, chiller.Curves):
        return None
    return np.asarray(units, dtype=np.float64) + (1 if given.redundancy is None else given.redundancy)


def _electricity(plant, hourly: dict) -> dict:
    """Power at the site's meter: everything behind the transformer, and its loss."""
    parts = ("it_power", "ups_loss", "lighting_power", "crah_fan_power", "pump_power", "chiller_power")
    low_voltage = sum((hourly[part] for part in parts), hourly["heat_rejection_fan_power"])
    loss = power_chain.transformer_loss(plant.power, low_voltage)
    it_power = hourly["it_power"]
    psu = power_chain.psu_loss(plant.power.psu, it_power, _design(it_power))
    fans = plant.power.server_fan_fraction
    inside = {} if psu is None else {"psu_loss": psu}
    if fans is not None:
        inside["server_fan_power"] = fans * it_power
    return {"transformer_loss": loss, "facility_power": low_voltage + loss, **inside}


def _heat_to_ambient(plant, hourly: dict) -> dict:
    """Where the heat leaves, and the closure (electricity in - heat out) / electricity in of each hour."""
    dry_cooler = hourly["free_cooling"] + hourly["heat_rejection_fan_power"]
    condenser = hourly["mechanical_cooling"] + hourly["chiller_power"]
    rooms = hourly["transformer_loss"] + (1.0 - plant.power.ups_loss_to_cooling) * hourly["ups_loss"]
    out = dry_cooler + condenser + rooms
    facility = hourly["facility_power"]
    return {
        "dry_cooler_heat": dry_cooler,
        "condenser_heat": condenser,
        "electrical_room_heat": rooms,
        "heat_rejected": out,
        "energy_balance": (facility - out - hourly["unmet_cooling"]) / facility,
    }
