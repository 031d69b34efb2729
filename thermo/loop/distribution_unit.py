"""Coolant distribution units: how far their exchanger cools, how much facility coolant that takes, what pumps draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermo import arrays
from thermo.loop.coolant import Coolant
from thermo.loop.elements import PumpCurve
from thermo.loop.exchanger import PlateExchanger, rated

Array = NDArray[np.float64]

BISECTIONS = 50
MOST_SPEED = 3.0  # beyond which no pump speed is looked for


@dataclass(frozen=True)
class Operation:
    """How units run: technology `supply` and `return_`, facility `facility_return` (K), `facility_flow` kg/s a unit."""

    supply: Array
    return_: Array
    facility_flow: Array
    facility_return: Array


@dataclass(frozen=True)
class DistributionUnit:
    """One unit: exchanger, pump curve, most facility flow (kg/s), and the rated pressure drop of its facility side."""

    exchanger: PlateExchanger
    pump: PumpCurve
    facility_flow: float
    facility_drop: float
    heat: float

    def operate(
        self, heat: ArrayLike, flow: ArrayLike, wanted: ArrayLike, facility: ArrayLike, technology: Coolant,
        facility_coolant: Coolant,
    ) -> Operation:
        """Hold the supply at `wanted` (K) with as little facility coolant as that takes, at most the rated flow.

        `heat` W and technology `flow` kg/s of one unit; `facility` coolant to it, K. Where the rated facility flow is
        not enough the supply gets warmer; where the facility is warmer than `wanted` it does too.
        """
        capacity, cold_capacity = _capacities(wanted, technology, facility_coolant)
        heat, flow, wanted, facility = arrays.broadcast(heat, flow, wanted, facility)
        rise = heat / (flow * capacity)

        def supply_of(facility_flow: Array) -> Array:
            e, least = self.exchanger.effectiveness(flow, facility_flow, capacity, cold_capacity)
            return facility + heat / np.maximum(e * least, 1e-9) - rise

        low, high = arrays.zeros(heat.shape), arrays.full(heat.shape, self.facility_flow)
        for _ in range(BISECTIONS):
            middle = 0.5 * (low + high)
            enough = supply_of(middle) <= wanted
            high, low = np.where(enough, middle, high), np.where(enough, low, middle)
        supply = np.maximum(supply_of(high), np.where(heat > 0.0, -np.inf, wanted))
        supply = np.where(high < self.facility_flow * (1.0 - 1e-9), wanted, supply)
        return Operation(supply, supply + rise, high, facility + heat / np.maximum(high * cold_capacity, 1e-9))

    def flow_at_rise(
        self, heat: ArrayLike, facility: Coolant, supply: float, rise: ArrayLike | None
    ) -> Array:
        """Facility coolant of one unit, kg/s, that `heat` (W) warms by `rise` (K): at most the rated flow, and that
        where `rise` is None. `supply`: technology supply, K."""
        if rise is None:
            return arrays.array(self.facility_flow)
        return np.minimum(arrays.array(heat) / (facility.heat_capacity(supply) * rise), self.facility_flow)

    def approach(
        self, heat: ArrayLike, flow: ArrayLike, technology: Coolant, facility: Coolant, supply: float,
        facility_flow: ArrayLike,
    ) -> Array:
        """Technology supply minus facility supply, K, of one unit with `heat` W, `flow` and `facility_flow` kg/s."""
        capacity, cold = _capacities(supply, technology, facility)
        e, least = self.exchanger.effectiveness(flow, facility_flow, capacity, cold)
        return heat / (e * least) - heat / (flow * capacity)

    def speed(self, volume_flow: float, head: float) -> float:
        """Pump speed (share of full speed) that makes `head` (Pa) at `volume_flow` (m3/s); above 1 it cannot."""
        low, high = 1e-3, MOST_SPEED
        for _ in range(BISECTIONS):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if self.pump.head_at(volume_flow, middle)[0] < head else (low, middle)
        return high


def _capacities(supply: ArrayLike, technology: Coolant, facility: Coolant) -> tuple[Array, Array]:
    """Heat capacities of both coolants, J/kg/K, about a technology supply, K."""
    return technology.heat_capacity(supply + 5.0), facility.heat_capacity(supply)


def make(unit, record, technology: Coolant, facility: Coolant) -> DistributionUnit:
    """The unit of a case's ``liquid.unit`` and its record, for the coolants of the case."""
    medium = record.supply + 5.0
    exchanger = rated(
        record.heat, record.approach, record.technology_flow, record.facility_flow,
        float(technology.heat_capacity(medium)), float(facility.heat_capacity(medium - record.approach)),
        unit.film_exponent,
    )  # fmt: skip
    volume = record.technology_flow / float(technology.density(record.supply))
    efficiency = unit.pump_efficiency
    if record.power is not None:
        efficiency = record.technology_head * volume / record.power
    if record.pump_curve is None:
        shares = np.linspace(0.0, 1.0, 6)
        heads = unit.shutoff_head - (unit.shutoff_head - 1.0) * shares**2
    else:
        shares, heads = (np.array(column) for column in record.pump_curve)
    curve = PumpCurve(
        tuple(shares * volume), tuple(heads * record.technology_head), efficiency=efficiency, npsh=unit.npsh
    )
    return DistributionUnit(exchanger, curve, record.facility_flow, record.facility_drop, record.heat)
