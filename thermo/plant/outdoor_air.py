"""Air-side economizers: outdoor air in the room itself, or outdoor air on the other side of an air-to-air exchanger.

Both share the modes of the water-side economizer: free (no chilled water), mixed (full outdoor air, the coil does the
rest), mechanical. The coil stays dry, and room and outdoor air have the same heat capacity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermo.arrays import array
from thermo.case import schema_heat_rejection as schema
from thermo.media import Air, moist_air
from thermo.plant import adiabatic
from thermo.plant.economizer import FREE, MECHANICAL, MIXED

Array = NDArray[np.float64]

RELIEF_FAN_FRACTION = 0.015  # of full heat: 125 Pa at 60 % for air that warms by 12 K
OUTDOOR_FAN_FRACTION = 0.03  # of full heat: 250 Pa at 60 % for air that warms by 12 K
EFFECTIVENESS = 0.7  # of an air-to-air plate exchanger
HEAT_OF_VAPORISATION = 2.501e6  # J/kg at 0 degC, as in the enthalpy of moist air


@dataclass(frozen=True)
class OutdoorAir:
    """What outdoor air does: `mode` (0, 1, 2), `heat` W it takes, `fan_power` W; water in kg/s, None if never any."""

    mode: NDArray[np.int8]
    heat: Array
    fan_power: Array
    evaporation: Array | None


def direct(economizer, outdoor, heat: Array, design_heat: Array, supply: Array, return_: Array, rate: Array):
    """Outdoor air mixed with return air (K) to the supply temperature (K); `rate` is the air's heat capacity rate, W/K.

    Locked out above `dew_point_max`, and above `relative_humidity_max` at supply temperature. Air below
    `dew_point_min` is humidified adiabatically, which cools it too: the share of outdoor air is
    (return - supply) / (return - outdoor + W h_fg / cp), W the water added per kg.
    """
    highest = schema.DEW_POINT_MAX if economizer.dew_point_max is None else economizer.dew_point_max
    lowest = schema.DEW_POINT_MIN if economizer.dew_point_min is None else economizer.dew_point_min
    damp = economizer.relative_humidity_max
    damp = schema.RELATIVE_HUMIDITY_MAX if damp is None else damp
    humidity, pressure = outdoor.humidity_ratio, outdoor.pressure
    wettest = np.minimum(
        moist_air.humidity_ratio(highest, 1.0, pressure), moist_air.humidity_ratio(supply, damp, pressure)
    )
    added = np.maximum(moist_air.humidity_ratio(lowest, 1.0, pressure) - humidity, 0.0)
    capacity = Air().heat_capacity(300.0)
    gain = (return_ - outdoor.dry_bulb) + added * HEAT_OF_VAPORISATION / capacity
    reach = np.where(humidity <= wettest, gain / (return_ - supply), 0.0)  # share of the heat full outdoor air takes
    mode = _mode(reach)
    outdoor_share = np.where(mode == FREE, 1.0 / np.maximum(reach, 1.0), np.where(mode == MIXED, 1.0, 0.0))
    fraction = economizer.fan_power_fraction
    fans = (RELIEF_FAN_FRACTION if fraction is None else fraction) * design_heat * outdoor_share**3
    taken = np.where(mode == MECHANICAL, 0.0, np.minimum(reach, 1.0)) * heat
    return OutdoorAir(mode, taken, fans, outdoor_share * rate / capacity * added)


def indirect(
    economizer, pads, outdoor, heat: Array, design_heat: Array, supply: Array, return_: Array, rate: Array
) -> OutdoorAir:
    """Return air (K) cooled by outdoor air over an exchanger of given effectiveness, equal flows at full fan speed.

    Room air leaves at return - effectiveness (return - outdoor). Fans slow down in free mode as those of the dry
    cooler do: heat transfer is taken as proportional to outdoor air flow. `pads` (or None) wet the outdoor air where
    dry air cannot hold the supply temperature (K).
    """
    effectiveness = EFFECTIVENESS if economizer.effectiveness is None else economizer.effectiveness
    span = return_ - supply
    air, wet = adiabatic.entering_air(pads, outdoor, effectiveness * (return_ - outdoor.dry_bulb) < span)
    reach = effectiveness * (return_ - air) / span
    mode = _mode(reach)
    slowed = np.maximum(1.0 / np.maximum(reach, 1.0), economizer.minimum_fan_speed)
    speed = np.where(mode == FREE, slowed, np.where(mode == MIXED, 1.0, 0.0))
    fraction = economizer.fan_power_fraction
    fans = (OUTDOOR_FAN_FRACTION if fraction is None else fraction) * design_heat * speed**3
    taken = np.where(mode == MECHANICAL, 0.0, np.minimum(reach, 1.0)) * heat
    if pads is None:
        return OutdoorAir(mode, taken, fans, None)
    outdoor_flow = speed * rate / Air().heat_capacity(300.0)
    return OutdoorAir(mode, taken, fans, adiabatic.evaporation(outdoor, air, wet, outdoor_flow))


def _mode(reach: ArrayLike) -> NDArray[np.int8]:
    """Free where outdoor air can take all the heat, mixed where some, mechanical where none."""
    reach = array(reach)
    return np.where(reach >= 1.0, FREE, np.where(reach > 0.0, MIXED, MECHANICAL)).astype(np.int8)
