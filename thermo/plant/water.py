"""Water of what evaporates: evaporation, drift, blowdown, make-up, in kg/s. One kilogram counts as one litre."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermo.arrays import array
from thermo.media import moist_air

Array = NDArray[np.float64]

LATENT_HEAT = 2.43e6  # J/kg, of water near 30 degC; goes with `latent_fraction`


def balance(evaporation: ArrayLike, drift: ArrayLike, cycles: ArrayLike) -> dict[str, Array]:
    """Rates of evaporation, drift, blowdown and make-up.

    The salts that come in with the make-up leave with blowdown and drift at `cycles` times the concentration:
    blowdown = evaporation / (cycles - 1) - drift, at least 0; make-up = evaporation + drift + blowdown.
    """
    evaporation, drift = array(evaporation), array(drift)
    blowdown = np.maximum(evaporation / (array(cycles) - 1.0) - drift, 0.0)
    return {
        "water_evaporation": evaporation,
        "water_drift": drift,
        "water_blowdown": blowdown,
        "water_makeup": evaporation + drift + blowdown,
    }


def tower_evaporation(heat: ArrayLike, water_in: ArrayLike, water_out: ArrayLike, outdoor) -> Array:
    """Water that a tower evaporates, kg/s, to reject `heat` (W) from water between two temperatures (K).

    The air leaves saturated at the mean water temperature (a rule of thumb of tower design), so its flow follows from
    the heat and the evaporation from its humidity: heat (W_out - W_in) / (h_out - h_in). In dry hot air more than all
    the heat can evaporate water, in cold air about half of it. The enthalpy of the make-up is left out (under 3 %).
    Never more than what the air can take: nothing where the leaving air holds no more heat than the outdoor air.
    """
    leaving = 0.5 * (array(water_in) + water_out)
    saturated = moist_air.humidity_ratio(leaving, 1.0, outdoor.pressure)
    humidity = outdoor.humidity_ratio
    gained = moist_air.enthalpy(leaving, saturated) - moist_air.enthalpy(outdoor.dry_bulb, humidity)
    share = np.where(gained > 0.0, np.maximum(saturated - humidity, 0.0) / np.maximum(gained, 1.0), 0.0)
    return array(heat) * share


def evaporation_of_fraction(heat: ArrayLike, latent_fraction: ArrayLike) -> Array:
    """Water evaporated, kg/s, when a fixed share of `heat` (W) leaves as vapour: heat x share / 2430 kJ/kg."""
    return array(heat) * latent_fraction / LATENT_HEAT
