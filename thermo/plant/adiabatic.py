"""Wetted pads: outdoor air is cooled towards its wet bulb before it meets a coil."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermo import arrays
from thermo.media import Air, moist_air

Array = NDArray[np.float64]


def entering_air(pads, outdoor, wanted: ArrayLike) -> tuple[Array, NDArray[np.bool_]]:
    """Air behind the pads, K, and the hours they are wet: where `wanted` and at least `start_temperature`.

    Wet: dry bulb - effectiveness (dry bulb - wet bulb). `pads` None: the outdoor air, never wet. The pressure drop of
    the pads belongs to the fans' power and is not added here.
    """
    if pads is None:
        return outdoor.dry_bulb, arrays.zeros(arrays.shape(wanted), bool)
    wet = wanted & (outdoor.dry_bulb >= pads.start_temperature)
    cooled = outdoor.dry_bulb - pads.effectiveness * (outdoor.dry_bulb - outdoor.wet_bulb)
    return np.where(wet, cooled, outdoor.dry_bulb), wet


def evaporation(outdoor, air_in: ArrayLike, wet: ArrayLike, air_mass_flow: ArrayLike) -> Array:
    """Water taken up by `air_mass_flow` (kg/s) that the pads cool to `air_in` (K) at constant wet bulb, kg/s."""
    behind = moist_air.humidity_ratio_of_wet_bulb(air_in, outdoor.wet_bulb, outdoor.pressure)
    return np.where(wet, np.maximum(behind - outdoor.humidity_ratio, 0.0) * air_mass_flow, 0.0)


def air_mass_flow(pads, heat: ArrayLike) -> Array:
    """Outdoor air over the coils behind the pads, kg/s: heat (W) / (cp rise)."""
    return arrays.array(heat) / (Air().heat_capacity(300.0) * pads.air_temperature_rise)
