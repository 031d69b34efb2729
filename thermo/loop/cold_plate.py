"""A cold plate as the loop sees it: resistance, pressure drop, metal and coolant content; and measured plates.

Every function takes arrays that broadcast, one value a plate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermo.media import fluid
from thermo.records import ColdPlateRecord

Array = NDArray[np.float64]

LEAST_FLOW = 0.01  # of the smallest flow of a record: a plate without flow keeps a finite resistance
COPPER_PLATE_MASS = 190.0  # J/K: 0.5 kg of copper, when nothing else is known
PLATE_VOLUME = 30e-6  # m3 of coolant, when nothing else is known


class ColdPlate(Protocol):
    """What the loop asks of a plate. Flows in kg/s through one plate, temperatures of its coolant inlet in K."""

    name: str
    coolant: str
    thermal_mass: float
    """Heat capacity of chip and metal, J/K."""
    coolant_volume: float
    """Coolant inside, m3."""

    def resistance(self, flow: ArrayLike, temperature: ArrayLike) -> Array:
        """Hottest point minus coolant inlet over heat, K/W."""

    def pressure_drop(self, flow: ArrayLike, temperature: ArrayLike) -> Array:
        """Pressure lost from inlet to outlet, Pa; negative where the flow is."""

    def pressure_slope(self, flow: ArrayLike, temperature: ArrayLike) -> Array:
        """Derivative of the pressure drop in the flow, Pa s/kg, above 0."""

    def outside(self, flow: ArrayLike, temperature: ArrayLike) -> NDArray[np.bool_]:
        """True where the plate was not measured or its correlations do not hold."""


@dataclass(frozen=True)
class PressureLaw:
    """Pressure drop of one plate from its rating point: a part linear and a part quadratic in the flow.

    `drop` Pa at `flow` kg/s of coolant at `temperature` K; `laminar_share` of it is friction in laminar channels, which
    follows viscosity / density; the rest are turns and ports, which follow 1 / density.
    """

    coolant: str
    flow: float
    drop: float
    temperature: float
    laminar_share: float = 0.5

    def factors(self, temperature: ArrayLike) -> tuple[Array, Array]:
        """Linear (Pa s/kg) and quadratic (Pa s2/kg2) coefficients at a coolant temperature, K."""
        liquid = fluid(self.coolant)
        thinner = liquid.density(self.temperature) / liquid.density(temperature)
        viscous = liquid.viscosity(temperature) / liquid.viscosity(self.temperature)
        linear = self.laminar_share * self.drop / self.flow * viscous * thinner
        return linear, (1.0 - self.laminar_share) * self.drop / self.flow**2 * thinner

    def pressure_drop(self, flow: ArrayLike, temperature: ArrayLike) -> Array:
        """Pressure drop, Pa, at `flow` kg/s; odd in the flow."""
        linear, quadratic = self.factors(temperature)
        flow = np.asarray(flow, dtype=np.float64)
        return flow * (linear + quadratic * np.abs(flow))

    def pressure_slope(self, flow: ArrayLike, temperature: ArrayLike) -> Array:
        """Derivative of :meth:`pressure_drop` in the flow, Pa s/kg."""
        linear, quadratic = self.factors(temperature)
        return linear + 2.0 * quadratic * np.abs(np.asarray(flow, dtype=np.float64))


@dataclass(frozen=True)
class MeasuredPlate:
    """A plate by its measured resistance, from the chip's case to the coolant inlet, over the volume flow.

    Between two points the resistance is linear in 1 / flow. Below the smallest flow it rises with 1 / flow, the
    steepest a plate can be; above the largest the last value holds; both count as `outside`. The record does not know
    the coolant temperature. `case_resistance` (K/W) from the case to the hottest point of the chip is added. `inside`:
    a plate by its design that stands for this one where temperatures over the die are asked for.
    """

    record: ColdPlateRecord
    pressure: PressureLaw
    case_resistance: float = 0.0
    inside: ColdPlate | None = None
    thermal_mass: float = COPPER_PLATE_MASS
    coolant_volume: float = PLATE_VOLUME

    @property
    def name(self) -> str:
        """Name of the record."""
        return self.record.name

    @property
    def coolant(self) -> str:
        """The coolant the plate was measured with."""
        return self.record.coolant

    def resistance(self, flow: ArrayLike, temperature: ArrayLike) -> Array:
        """Hottest point of the chip minus coolant inlet over heat, K/W, at `flow` kg/s in either direction."""
        volume = self.volume_flow(flow, temperature)
        least = self.record.volume_flow[0]
        inverse = 1.0 / np.maximum(volume, LEAST_FLOW * least)
        points = 1.0 / np.array(self.record.volume_flow[::-1])
        between = np.interp(inverse, points, self.record.resistance[::-1])
        return self.case_resistance + between * np.maximum(inverse * least, 1.0)

    def pressure_drop(self, flow: ArrayLike, temperature: ArrayLike) -> Array:
        """Pressure drop, Pa."""
        return self.pressure.pressure_drop(flow, temperature)

    def pressure_slope(self, flow: ArrayLike, temperature: ArrayLike) -> Array:
        """Derivative of the pressure drop in the flow, Pa s/kg."""
        return self.pressure.pressure_slope(flow, temperature)

    def outside(self, flow: ArrayLike, temperature: ArrayLike) -> NDArray[np.bool_]:
        """True where the flow lies outside the record."""
        volume = self.volume_flow(flow, temperature)
        return (volume < self.record.volume_flow[0]) | (volume > self.record.volume_flow[-1])

    def volume_flow(self, flow: ArrayLike, temperature: ArrayLike) -> Array:
        """Volume flow at the inlet, m3/s."""
        return np.abs(np.asarray(flow, dtype=np.float64)) / fluid(self.coolant).density(temperature)
