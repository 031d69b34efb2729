"""Moist air: the relations of the ASHRAE Handbook, Fundamentals (SI) 2017, chapter 1, vectorised.

Arguments are scalars or arrays that broadcast; temperatures in K, pressures in Pa, humidity ratio in kg of water per kg
of dry air, relative humidity 0..1. Valid from -100 degC to 200 degC (saturation) and at pressures near atmospheric.

Near freezing: water vapour saturates over ice below the triple point (0.01 degC) and over liquid above it. The wet bulb
is an *ice bulb* below 0 degC (eq. 35) and a *water bulb* at and above it (eq. 33), as in the Handbook. The two
equations do not meet at 0 degC, so the wet bulb of other libraries can differ by up to 0.7 K there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermo.arrays import array, broadcast, full

Array = NDArray[np.float64]

MASS_RATIO = 0.621945  # molar mass of water over dry air
GAS_CONSTANT_DRY_AIR = 287.042  # J/kg/K
ZERO_CELSIUS = 273.15  # K
TRIPLE_POINT = 273.16  # K
WET_BULB_STEPS = 30  # bisection of at most about 100 K: ends below 1e-6 K

_ICE = (-5.6745359e3, 6.3925247, -9.677843e-3, 6.2215701e-7, 2.0747825e-9, -9.484024e-13, 4.1635019)
_LIQUID = (-5.8002206e3, 1.3914993, -4.8640239e-2, 4.1764768e-5, -1.4452093e-8, 6.5459673)


def saturation_pressure(temperature: ArrayLike) -> Array:
    """Saturation pressure of water vapour, Pa: over ice below 273.16 K (eq. 5), over liquid above (eq. 6).

    Source: Hyland and Wexler 1983 as given in ASHRAE Fundamentals 2017, ch. 1.
    """
    t = array(temperature)
    c = _ICE
    ice = c[0] / t + c[1] + t * (c[2] + t * (c[3] + t * (c[4] + t * c[5]))) + c[6] * np.log(t)
    c = _LIQUID
    liquid = c[0] / t + c[1] + t * (c[2] + t * (c[3] + t * c[4])) + c[5] * np.log(t)
    return np.exp(np.where(t <= TRIPLE_POINT, ice, liquid))


def humidity_ratio(temperature: ArrayLike, relative_humidity: ArrayLike, pressure: ArrayLike) -> Array:
    """Humidity ratio W = 0.621945 p_w / (p - p_w), p_w = RH p_ws (eqs. 12 and 20)."""
    vapour = array(relative_humidity) * saturation_pressure(temperature)
    return MASS_RATIO * vapour / (array(pressure) - vapour)


def vapour_pressure(ratio: ArrayLike, pressure: ArrayLike) -> Array:
    """Partial pressure of water vapour, Pa, from the humidity ratio (eq. 20 solved for p_w)."""
    ratio = array(ratio)
    return array(pressure) * ratio / (MASS_RATIO + ratio)


def relative_humidity(temperature: ArrayLike, ratio: ArrayLike, pressure: ArrayLike) -> Array:
    """Relative humidity p_w / p_ws, 0..1 (above 1 for air that is supersaturated)."""
    return vapour_pressure(ratio, pressure) / saturation_pressure(temperature)


def density(temperature: ArrayLike, ratio: ArrayLike, pressure: ArrayLike) -> Array:
    """Density of the mixture, kg of moist air per m3: (1 + W) / v with v of eq. 26."""
    ratio = array(ratio)
    volume = GAS_CONSTANT_DRY_AIR * array(temperature) * (1.0 + ratio / MASS_RATIO) / array(pressure)
    return (1.0 + ratio) / volume


def enthalpy(temperature: ArrayLike, ratio: ArrayLike) -> Array:
    """Enthalpy, J per kg of dry air, zero for dry air at 0 degC: 1006 t + W (2.501e6 + 1860 t) (eq. 30)."""
    celsius = array(temperature) - ZERO_CELSIUS
    return 1006.0 * celsius + array(ratio) * (2.501e6 + 1860.0 * celsius)


def dew_point(ratio: ArrayLike, pressure: ArrayLike) -> Array:
    """Temperature at which the air saturates, K (frost point below 0 degC): p_ws(T) = p_w by bisection, -100..200 degC.

    Solved on the saturation curve itself rather than by the fitted eqs. 37 and 38, so it inverts exactly.
    """
    target = vapour_pressure(ratio, pressure)
    low = full(target.shape, ZERO_CELSIUS - 100.0)
    high = full(target.shape, ZERO_CELSIUS + 200.0)
    for _ in range(WET_BULB_STEPS + 2):
        middle = 0.5 * (low + high)
        above = saturation_pressure(middle) > target
        high = np.where(above, middle, high)
        low = np.where(above, low, middle)
    return 0.5 * (low + high)


def humidity_ratio_of_wet_bulb(temperature: ArrayLike, wet_bulb_temperature: ArrayLike, pressure: ArrayLike) -> Array:
    """Humidity ratio from dry and wet bulb: eq. 33 for a water bulb, eq. 35 for an ice bulb."""
    t, b = array(temperature) - ZERO_CELSIUS, array(wet_bulb_temperature) - ZERO_CELSIUS
    saturated = humidity_ratio(wet_bulb_temperature, 1.0, pressure)
    water = ((2501.0 - 2.326 * b) * saturated - 1.006 * (t - b)) / (2501.0 + 1.86 * t - 4.186 * b)
    ice = ((2830.0 - 0.24 * b) * saturated - 1.006 * (t - b)) / (2830.0 + 1.86 * t - 2.1 * b)
    return np.where(b >= 0.0, water, ice)


def wet_bulb(temperature: ArrayLike, relative_humidity_: ArrayLike, pressure: ArrayLike) -> Array:
    """Thermodynamic wet bulb, K, by bisection below the dry bulb; ice bulb below 0 degC (see the module text).

    `relative_humidity_` is 0..1. Result within 1e-6 K of the equations.
    """
    t, humidity, p = broadcast(temperature, relative_humidity_, pressure)
    target = humidity_ratio(t, humidity, p)
    low, high = t - 60.0, t.copy()
    for _ in range(WET_BULB_STEPS):
        middle = 0.5 * (low + high)
        above = humidity_ratio_of_wet_bulb(t, middle, p) > target
        high = np.where(above, middle, high)
        low = np.where(above, low, middle)
    return 0.5 * (low + high)
