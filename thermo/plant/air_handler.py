"""Fan wall or CRAH: how much air, at what fan power, over which chilled-water coil."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermo.arrays import array

Array = NDArray[np.float64]

COIL_APPROACH = 6.0  # K, leaving air minus entering water when the case gives neither approach nor effectiveness


def air_flow(handler, server_flow: ArrayLike, design_flow: ArrayLike) -> Array:
    """Air handler flow, m3/s: `flow_margin` times the server flow, at least `minimum_speed` of the design flow."""
    return np.maximum(handler.flow_margin * array(server_flow), handler.minimum_speed * array(design_flow))


def fan_power(handler, flow: ArrayLike, design_flow: ArrayLike) -> Array:
    """Fan power, W, by the affinity laws: V dp / efficiency at the design flow, cubic in flow below it.

    The filters and coil are a fixed resistance, so pressure falls with the square of the flow and efficiency holds.
    """
    design_power = array(design_flow) * handler.fan_pressure / handler.fan_efficiency
    return design_power * (array(flow) / design_flow) ** 3


def entering_water(handler, supply_air: ArrayLike, return_air: ArrayLike) -> Array:
    """Warmest chilled water, K, with which the coil still makes `supply_air` (K) out of `return_air` (K).

    Approach: water = supply - approach. Effectiveness: (return - supply) = effectiveness (return - water). Dry coil;
    the fan's heat is counted as load but not as a rise behind the coil.
    """
    supply_air, return_air = array(supply_air), array(return_air)
    if handler.effectiveness is not None:
        return return_air - (return_air - supply_air) / handler.effectiveness
    approach = COIL_APPROACH if handler.coil_approach is None else handler.coil_approach
    return supply_air - approach
