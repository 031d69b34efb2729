"""One year of the hall's plant, hour by hour, from the weather to the electricity meter.

The chain of one hour: racks -> room air -> coil -> chilled water -> free cooling and chiller -> outdoor air or tower;
with an air-side economizer outdoor air comes before the coil. And back up the power chain: every watt of electricity
that enters the site leaves it as heat (`energy_balance` = 0).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermo import arrays
from thermo.case.schema_heat_rejection import economizer_kind
from thermo.errors import CaseError
from thermo.media import Air
from thermo.plant import air_handler, coolant_limits, outdoor_air, power_chain, real_years, water, water_side, weather
from thermo.plant.ledger import Year, close_year
from thermo.plant.outdoor_air import OutdoorAir
from thermo.plant.weather import Weather

Array = NDArray[np.float64]


def site_weather(case) -> Weather:
    """Weather of ``case.site`` on the steps of ``case.plant.step``: the EPW file or real year of ``case.weather_file``,
    or the case's constant weather."""
    return weather.where_arrays_are_made(weather.on_step(_hourly_weather(case), case.plant.step))


def _hourly_weather(case) -> Weather:
    given = case.site.weather
    if isinstance(given, str):
        return weather.read_epw(case.weather_file)
    if hasattr(given, "year"):
        return real_years.read_year(case.weather_file, given.site, given.year, given.elevation)
    return weather.constant(given.dry_bulb, given.relative_humidity, given.pressure)


def simulate(
    case,
    it_power_W: ArrayLike,
    supply_temperature_K: ArrayLike,
    return_temperature_K: ArrayLike | None,
    server_airflow_m3_s: ArrayLike,
    outdoor: Weather | None = None,
    design: tuple[ArrayLike, ArrayLike] | None = None,
) -> Year:
    """Run the plant of `case` for one year of weather.

    `it_power_W`: power of all racks at their AC inlets (already times ``plant.it_scale``); `supply_temperature_K`: air
    the handlers must deliver; `return_temperature_K`: air they get back (None: from the heat balance at the handler
    flow); `server_airflow_m3_s`: air the racks draw. Each is a scalar, ``(hours,)``, ``(variants, 1)`` or
    ``(variants, hours)``, and so may be any number of ``case.plant`` when that is a plain namespace.
    `outdoor` replaces the weather of the case. `design`: IT power (W) and server airflow (m3/s) that everything is
    sized for, each scalar or (variants, 1); the largest of the year when it is None.
    Raises :class:`thermo.errors.CaseError` where the plant cannot work.
    """
    outdoor = site_weather(case) if outdoor is None else outdoor
    given = (it_power_W, supply_temperature_K, server_airflow_m3_s)
    it_power, supply_air, server_flow = (arrays.line(value) for value in given)
    sizes = sizes_of(it_power, server_flow, design)
    air = air_side(case.plant, outdoor, it_power, supply_air, return_temperature_K, server_flow, sizes)
    hourly = {"dry_bulb": outdoor.dry_bulb, "it_power": it_power, "supply_air_temperature": supply_air, **air}
    hourly |= behind_coils(case.plant, outdoor, hourly, hourly.pop("design_coil_load"))
    hourly |= electricity(case.plant, hourly, sizes[0])
    hourly |= heat_to_ambient(case.plant, hourly)
    installed = hourly.pop("chillers_installed")
    return close_year(hourly, outdoor.month, installed, case.plant.chiller.redundancy is not None, outdoor.step)


def _design(values: Array) -> Array:
    """Largest value over the hours, kept as a last axis of length 1."""
    return np.max(values, axis=-1, keepdims=True)


def sizes_of(it_power: Array, flow: Array, design: tuple[ArrayLike, ArrayLike] | None) -> tuple[Array, Array]:
    """IT power and server airflow that everything is sized for, with a last axis of length 1."""
    if design is None:
        return _design(it_power), _design(flow)
    it, air = (arrays.line(value) for value in design)
    if np.any(it < _design(it_power) * (1.0 - 1e-9)) or np.any(air < _design(flow) * (1.0 - 1e-9)):
        raise ValueError("the design power and airflow must be at least the largest of the year")
    return it, air


def _coil_load(plant, it_power: Array, handled: Array, sizes: tuple[Array, Array], liquid: ArrayLike) -> dict:
    """What the coils take, W, and its parts, at the air handler flow `handled`, m3/s."""
    handler, power = plant.air_handler, plant.power
    lighting = power.lighting_fraction * it_power
    ups_loss = power_chain.ups_loss(power.ups, it_power, sizes[0])
    fans = air_handler.fan_power(handler, handled, handler.flow_margin * sizes[1])
    load = it_power - liquid + lighting + fans + power.ups_loss_to_cooling * ups_loss
    return {"lighting_power": lighting, "ups_loss": ups_loss, "crah_fan_power": fans, "coil_load": load}


def air_side(
    plant,
    outdoor: Weather,
    it_power: Array,
    supply: Array,
    return_: ArrayLike | None,
    flow: Array,
    sizes: tuple[Array, Array],
    liquid: tuple[ArrayLike, ArrayLike] = (0.0, 0.0),
) -> dict:
    """Air handler: fan power, coil load, the chilled water it asks for.

    `liquid`: part of the IT power (W) that a coolant takes and the air does not get, and the same at full load.
    """
    design_flow = plant.air_handler.flow_margin * sizes[1]
    handled = air_handler.air_flow(plant.air_handler, flow, design_flow)
    coil = _coil_load(plant, it_power, handled, sizes, liquid[0])
    load = coil["coil_load"]
    capacity_rate = handled * Air(float(np.mean(outdoor.pressure))).density(supply) * Air().heat_capacity(supply)
    balance_return = supply + load / capacity_rate
    returned = balance_return if return_ is None else arrays.line(return_)
    return {
        "air_handler_flow": handled,
        "air_heat_capacity_rate": capacity_rate,
        "return_air_temperature": returned,
        **coil,
        "design_coil_load": _coil_load(plant, sizes[0], design_flow, sizes, liquid[1])["coil_load"],
        "chilled_water_supply": _chilled_water_supply(plant, supply, returned),
    }


def _chilled_water_supply(plant, supply_air: Array, return_air: Array) -> Array:
    """Chilled-water supply, K: the case's, or the warmest that the coil can work with in the hardest hour."""
    warmest = np.min(air_handler.entering_water(plant.air_handler, supply_air, return_air), axis=-1, keepdims=True)
    use = f"air at {float(np.min(supply_air)) - 273.15:.1f} degC over this coil"
    key = "plant.chilled_water.supply_temperature"
    chosen = coolant_limits.chosen_supply(key, plant.chilled_water.supply_temperature, warmest, use)
    if np.any(chosen < 273.65):
        raise CaseError(
            f"plant.chilled_water: the coil needs water at {float(np.min(chosen)) - 273.15:.1f} degC, too near "
            "freezing; raise the air supply temperature or give a smaller plant.air_handler.coil_approach"
        )
    return chosen


def behind_coils(plant, outdoor: Weather, hourly: dict, design_load: Array) -> dict:
    """Hourly arrays of what takes the coils' heat: an air-side economizer, chilled water and what is behind it."""
    outside_air, load = _outdoor_air(plant, outdoor, hourly, design_load)
    behind = water_side.run(plant, outdoor, load, design_load, hourly["chilled_water_supply"])
    return _joined(behind, outside_air, plant.water.cycles_of_concentration)


def _outdoor_air(plant, outdoor: Weather, hourly: dict, design_load: Array) -> tuple[OutdoorAir | None, Array]:
    """What an air-side economizer does (None without one), and the heat it leaves to the coils, W."""
    load, kind = hourly["coil_load"], economizer_kind(plant)
    if not kind.startswith("air_side"):
        return None, load
    supply, returned = hourly["supply_air_temperature"], hourly["return_air_temperature"]
    side = (outdoor, load, design_load, supply, returned, hourly["air_heat_capacity_rate"])
    if kind == "air_side":
        air = outdoor_air.direct(plant.economizer, *side)
    else:
        air = outdoor_air.indirect(plant.economizer, plant.adiabatic, *side)
    return air, np.maximum(load - air.heat, 0.0)


def _joined(behind: dict, air: OutdoorAir | None, cycles: ArrayLike) -> dict:
    """The arrays behind the coils with those of an air-side economizer: its mode, heat, fans and water."""
    if air is None:
        return behind
    joined = behind | {
        "mode": air.mode,
        "free_cooling": air.heat,
        "heat_rejection_fan_power": behind["heat_rejection_fan_power"] + air.fan_power,
        "outdoor_air_heat": air.heat + air.fan_power,
    }
    if air.evaporation is not None:
        evaporation = air.evaporation + behind.get("water_evaporation", 0.0)
        joined |= water.balance(evaporation, behind.get("water_drift", 0.0), cycles)
    return joined


def electricity(plant, hourly: dict, design_it: Array) -> dict:
    """Power at the site's meter: everything behind the transformer, and its loss."""
    parts = ("it_power", "ups_loss", "lighting_power", "crah_fan_power", "pump_power", "chiller_power")
    low_voltage = sum((hourly[part] for part in parts), hourly["heat_rejection_fan_power"])
    it_power = hourly["it_power"]
    design_low_voltage = _design(low_voltage) * design_it / _design(it_power)
    loss = power_chain.transformer_loss(plant.power, low_voltage, design_low_voltage)
    psu = power_chain.psu_loss(plant.power.psu, it_power, design_it)
    fans = plant.power.server_fan_fraction
    inside = {} if psu is None else {"psu_loss": psu.loss, "psu_outside_range": psu.outside}
    if fans is not None:
        inside["server_fan_power"] = fans * it_power
    return {"transformer_loss": loss, "facility_power": low_voltage + loss, **inside}


HEATS = ("dry_cooler_heat", "condenser_heat", "tower_heat", "outdoor_air_heat")


def heat_to_ambient(plant, hourly: dict) -> dict:
    """What leaves as heat, and the closure (electricity in - heat out - unmet) / electricity in of each hour."""
    rooms = hourly["transformer_loss"] + (1.0 - plant.power.ups_loss_to_cooling) * hourly["ups_loss"]
    out = rooms + sum(hourly[name] for name in HEATS if name in hourly)
    facility = hourly["facility_power"]
    return {
        "electrical_room_heat": rooms,
        "heat_rejected": out,
        "energy_balance": (facility - out - hourly["unmet_cooling"]) / facility,
    }
