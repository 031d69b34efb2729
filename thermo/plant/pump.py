"""Pumps of a plant loop: variable flow that keeps the coolant's temperature rise, affinity laws."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermo.arrays import array
from thermo.media import fluid

Array = NDArray[np.float64]


def mass_flow(
    loop, heat: ArrayLike, design_heat: ArrayLike, supply: ArrayLike, coolant: str = "water"
) -> Array:
    """Coolant flow, kg/s: heat (W) / (cp rise), at least `minimum_flow` of that at `design_heat` (W); `supply` in K."""
    served = np.maximum(array(heat), loop.minimum_flow * array(design_heat))
    return flow_at_rise(loop, served, supply, coolant)


def flow_at_rise(loop, heat: ArrayLike, supply: ArrayLike, coolant: str) -> Array:
    """Coolant flow, kg/s: heat (W) / (cp rise); `supply` in K."""
    return array(heat) / (fluid(coolant).heat_capacity(supply) * loop.temperature_rise)


def pump_power(
    loop, flow: ArrayLike, design_flow: ArrayLike, supply: ArrayLike, coolant: str = "water"
) -> Array:
    """Electric pump power, W: V head / efficiency at the design flow (kg/s), cubic in flow below it.

    All of it ends up as heat in the coolant.
    """
    design_power = design_flow / fluid(coolant).density(supply) * loop.pump_head / loop.pump_efficiency
    return design_power * (array(flow) / design_flow) ** 3
