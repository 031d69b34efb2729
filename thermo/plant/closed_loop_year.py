"""One year of the plant of liquid-cooled racks: the facility loop, and the air that takes what the plates do not.

Returns the same :class:`thermo.plant.ledger.Year` as the air-cooled plant, so metrics and reports need not know.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermo import arrays
from thermo.case.schema_heat_rejection import DEW_POINT_MAX
from thermo.errors import CaseError
from thermo.media import Air, fluid
from thermo.plant import coolant_limits, facility_loop, pump, rear_door, year
from thermo.plant.ledger import Year, close_year, hours_flag, plain
from thermo.plant.weather import Weather

Array = NDArray[np.float64]

RESIDUAL_AIR_RISE = 12.0  # K over the servers, when their air flow is not given: 150 cfm per kW of residual heat
LEAST_RESIDUAL = 1e-3  # of the IT power: ventilation of a room whose plates catch everything
ADDED = (
    "free_cooling", "mechanical_cooling", "unmet_cooling", "cooling_load", "chiller_power", "pump_power",
    "heat_rejection_fan_power", "dry_cooler_heat", "condenser_heat", "tower_heat", "outdoor_air_heat",
    "condenser_pump_power", "chillers_running", "water_evaporation", "water_drift", "water_blowdown", "water_makeup",
)  # fmt: skip


def simulate(
    case,
    it_power_W: ArrayLike,
    liquid_heat_W: ArrayLike,
    facility_supply_limit_K: float,
    distribution_pump_power_W: ArrayLike,
    supply_temperature_K: ArrayLike,
    server_airflow_m3_s: ArrayLike | None = None,
    outdoor: Weather | None = None,
    design: tuple[ArrayLike, ArrayLike] | None = None,
    unit_flow: Callable[[Array, Array], Array] | None = None,
) -> Year:
    """Run the plant of liquid-cooled racks for one year of weather.

    `it_power_W`: power of all racks at their AC inlets; `liquid_heat_W`: the part that the plates catch, which with
    `distribution_pump_power_W` (of the coolant distribution units) heats the facility loop;
    `facility_supply_limit_K`: warmest facility coolant that keeps every chip within its limit;
    `supply_temperature_K`: air to the servers; `server_airflow_m3_s`: air they draw (None: the residual heat at a rise
    of 12 K). Each is a scalar, ``(hours,)``, ``(variants, 1)`` or ``(variants, hours)``. `outdoor` replaces the weather
    of the case. Rear doors (`plant.rear_door`) are on the facility loop. `design`: IT power and heat caught by the
    plates (W) that everything is sized for; the largest of the year when it is None. `unit_flow`: facility
    coolant (kg/s) that the distribution units need for their heat (W) from coolant at a temperature (K); None: never
    more than the rise asks for.
    Raises :class:`thermo.errors.CaseError` where the plant cannot work: a supply warmer than the limit, a coolant that
    freezes, water too near freezing.
    """
    plant, outdoor = case.plant, year.site_weather(case) if outdoor is None else outdoor
    loop = plant.facility_loop
    given = (it_power_W, liquid_heat_W, distribution_pump_power_W, supply_temperature_K)
    it_power, liquid, distribution, supply_air = (arrays.line(part) for part in given)
    if np.any(liquid > it_power * (1.0 + 1e-9)):
        raise CaseError("liquid_heat_W: the plates cannot catch more heat than the racks draw")
    if loop.rejection == "dry":
        coolant_limits.check_freezing(loop.coolant, outdoor)
    full = _full_load(it_power, liquid, design)
    flow = _server_flow(plant, it_power, liquid, supply_air, server_airflow_m3_s)
    full_flow = _server_flow(plant, *full, np.min(supply_air, axis=-1, keepdims=True), server_airflow_m3_s)
    most_flow = np.maximum(*(np.max(part, axis=-1, keepdims=True) for part in (flow, full_flow)))
    sizes = year.sizes_of(it_power, flow, (full[0], most_flow))
    hourly = {"dry_bulb": outdoor.dry_bulb, "it_power": it_power, "supply_air_temperature": supply_air,
              "liquid_heat": liquid, "residual_air_heat": it_power - liquid, "distribution_pump_power": distribution}
    sides = (plant, outdoor, it_power, supply_air, None, flow, sizes)
    hourly |= year.air_side(*sides, (liquid, full[1]))
    supply, design_coil = _facility_supply(plant, facility_supply_limit_K, hourly), hourly.pop("design_coil_load")
    doors = rear_door.heat(plant.rear_door, it_power - liquid, flow, supply_air, supply)
    if plant.rear_door is not None:
        hourly |= {"rear_door_heat": doors} | year.air_side(*sides, (liquid + doors, full[1]))
        del hourly["design_coil_load"]
    load = liquid + distribution + doors
    design_load = full[1] + sum(np.max(part, axis=-1, keepdims=True) for part in (distribution, doors))
    if loop.residual_air == "facility_loop":
        load, design_load, air_loop = load + hourly["coil_load"], design_load + design_coil, {}
    else:
        air_loop = year.behind_coils(plant, outdoor, hourly, design_coil)
    load, least = arrays.spread(load, outdoor.dry_bulb), 0.0
    if unit_flow is not None:
        rest = load - liquid - distribution
        least = unit_flow(liquid + distribution, supply) + pump.flow_at_rise(loop, rest, supply, loop.coolant)
    liquid_loop = facility_loop.run(plant, outdoor, load, design_load, supply, least)
    hourly |= _both(liquid_loop, air_loop)
    hourly["pump_power"] = hourly["pump_power"] + distribution
    hourly |= year.electricity(plant, hourly, sizes[0])
    hourly |= year.heat_to_ambient(plant, hourly)
    return _closed(case, hourly, outdoor, facility_supply_limit_K)


def _full_load(it_power: Array, liquid: Array, design: tuple | None) -> tuple[Array, Array]:
    """IT power and heat caught by the plates at full load, W, with a last axis of length 1."""
    largest = tuple(np.max(part, axis=-1, keepdims=True) for part in (it_power, liquid))
    if design is None:
        return largest
    given = tuple(arrays.line(part) for part in design)
    if any(np.any(part < most * (1.0 - 1e-9)) for part, most in zip(given, largest, strict=True)):
        raise ValueError("the design powers must be at least the largest of the year")
    return given


def _server_flow(plant, it_power: Array, liquid: Array, supply: Array, given: ArrayLike | None) -> Array:
    """Air the servers draw, m3/s, as given or for a rise of 12 K; the lighting of a room without residual heat too."""
    if given is not None:
        return arrays.line(given)
    heat = it_power - liquid + (plant.power.lighting_fraction + LEAST_RESIDUAL) * it_power
    return heat / (Air().density(supply) * Air().heat_capacity(supply) * RESIDUAL_AIR_RISE)


def _facility_supply(plant, limit: float, hourly: dict) -> Array:
    """Facility coolant to ask for, K: the case's, or the warmest that chips, and coils on this loop, can work with."""
    warmest = arrays.line(limit)
    why = "the chips"
    if plant.facility_loop.residual_air == "facility_loop":
        coils = np.min(hourly["chilled_water_supply"], axis=-1, keepdims=True)
        why = "the chips" if np.all(warmest <= coils) else "the coils of the residual air"
        warmest = np.minimum(warmest, coils)
    key = "plant.facility_loop.supply_temperature"
    return coolant_limits.chosen_supply(key, plant.facility_loop.supply_temperature, warmest, why)


def _both(liquid: dict, air: dict) -> dict:
    """Hourly arrays of both loops: powers, heats and water added, the rest of the air's loop under its own name.

    The chillers of the facility loop are called trim chillers; `mode` is that of the facility loop.
    """
    liquid = dict(liquid, trim_cooling=liquid["mechanical_cooling"])
    liquid["trim_chiller_outside_range"] = liquid.pop("chiller_outside_range")
    joined = liquid | {f"air_{name}" if name in liquid else name: values for name, values in air.items()}
    for name in ADDED:
        if name in liquid and name in air:
            joined[name] = liquid[name] + air[name]
            del joined[f"air_{name}"]
    if air:
        joined["air_loop_cooling"] = air["mechanical_cooling"]
        counts = (liquid["chillers_installed"], joined.pop("air_chillers_installed"))
        joined["chillers_installed"] = None if any(count is None for count in counts) else sum(counts)
    return joined


def _closed(case, hourly: dict, outdoor: Weather, limit: float) -> Year:
    """Totals and flags: those of the air-cooled plant, and what can go wrong with the coolant."""
    plant, loop = case.plant, case.plant.facility_loop
    installed, coolers = hourly.pop("chillers_installed"), hourly.pop("dry_coolers_installed", None)
    spares = plant.trim_chiller is not None and plant.trim_chiller.redundancy is not None
    books = close_year(hourly, outdoor.month, installed, spares or plant.chiller.redundancy is not None,
                       outdoor.step)
    flags, totals = list(books.flags), dict(books.totals)
    step, supply = outdoor.step, books.hourly["facility_supply"]
    warmer = supply - arrays.line(limit)
    flags += hours_flag(
        warmer > 1e-6, step, "facility loop: warmer than the chips allow in {hours}, by {excess:.1f} K at worst; add "
        "[plant.trim_chiller] or dry coolers", excess=arrays.over_year(np.max, warmer),
    )  # fmt: skip
    flags += hours_flag(
        coolant_limits.condensing(supply, outdoor, DEW_POINT_MAX), step, "facility loop: colder than the dew point of "
        "the room in {hours}: insulate or raise plant.facility_loop.supply_temperature",
    )  # fmt: skip
    if plant.rear_door is not None:
        idle = (books.hourly["rear_door_heat"] <= 0.0) & (books.hourly["residual_air_heat"] > 0.0)
        flags += hours_flag(idle, step, "rear doors: the facility coolant is warmer than the exhaust air in {hours}")
    outside = arrays.over_year(np.any, fluid(loop.coolant).outside(supply))
    flags += arrays.texts(outside, lambda _: f"facility loop: supply outside the range of {loop.coolant}")
    if coolers is not None:
        totals["dry_coolers_installed"] = plain(coolers)
    return replace(books, totals=totals, flags=flags)
