"""Air-cooled chillers: EIR curves, a fixed COP, or a fixed fraction of Carnot; capacity, staging and part load."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermo import records

Array = NDArray[np.float64]

ZERO_CELSIUS = 273.15
DEFAULT_RECORD = "Carrier 30RB390"


@dataclass(frozen=True)
class Lift:
    """Refrigerant temperatures behind the Carnot COP: approaches of evaporator and condenser, least lift; all K.

    The condenser control holds `minimum`: colder air than that gives no further gain. With the defaults of the case
    (5 K, 15 K) the ratio of two Carnot COPs follows the York YCAL0033EE map from 33 to 24 degC air within -8..0 %.
    """

    evaporator_approach: float
    condenser_approach: float
    minimum: float

    def carnot_cop(self, leaving_water: ArrayLike, air: ArrayLike) -> Array:
        """T_e / (T_c - T_e) with T_e = leaving water - approach, T_c = outdoor air + approach; all in K."""
        evaporating = np.asarray(leaving_water, dtype=np.float64) - self.evaporator_approach
        condensing = np.asarray(air, dtype=np.float64) + self.condenser_approach
        return evaporating / np.maximum(condensing - evaporating, self.minimum)


class ChillerLaw(Protocol):
    """How one chiller performs at leaving water and outdoor air temperature (K)."""

    def cop(self, leaving_water: ArrayLike, air: ArrayLike) -> Array:
        """Cooling over electric power at full load."""

    def capacity(self, leaving_water: ArrayLike, air: ArrayLike) -> Array:
        """Cooling of one unit at full load, W; infinite where the law sets no limit."""

    def part_load_input(self, part_load: Array) -> Array:
        """Power over full-load power at the same temperatures."""

    def outside(self, leaving_water: ArrayLike, air: ArrayLike) -> NDArray[np.bool_]:
        """True outside the range the law was measured in."""


class _Unlimited:
    """A law without size, part-load gain or range."""

    def capacity(self, leaving_water: ArrayLike, air: ArrayLike) -> Array:
        return np.full(np.broadcast_shapes(np.shape(leaving_water), np.shape(air)), np.inf)

    def part_load_input(self, part_load: Array) -> Array:
        return part_load

    def outside(self, leaving_water: ArrayLike, air: ArrayLike) -> NDArray[np.bool_]:
        return np.zeros(np.broadcast_shapes(np.shape(leaving_water), np.shape(air)), dtype=bool)


@dataclass(frozen=True)
class FixedCop(_Unlimited):
    """The same COP in every hour."""

    value: float

    def cop(self, leaving_water: ArrayLike, air: ArrayLike) -> Array:
        """The fixed value, broadcast."""
        return np.broadcast_to(self.value, np.broadcast_shapes(np.shape(leaving_water), np.shape(air)))


@dataclass(frozen=True)
class CarnotFraction(_Unlimited):
    """COP as a fixed fraction of the Carnot COP of the :class:`Lift`."""

    fraction: float
    lift: Lift

    def cop(self, leaving_water: ArrayLike, air: ArrayLike) -> Array:
        """fraction x Carnot COP."""
        return self.fraction * self.lift.carnot_cop(leaving_water, air)


@dataclass(frozen=True)
class Curves:
    """EIR curves of a record. Outside their range: the value at the nearest edge scaled by the Carnot COP.

    The polynomial is never evaluated outside. Capacity outside is that of the edge, reduced with the COP where the lift
    is larger, never increased.
    """

    record: records.Chiller
    lift: Lift

    def _edge(self, leaving_water: ArrayLike, air: ArrayLike) -> tuple[Array, Array]:
        """The nearest point inside the range, degC."""
        water = np.clip(np.asarray(leaving_water) - ZERO_CELSIUS, *self.record.leaving_water_range)
        return water, np.clip(np.asarray(air) - ZERO_CELSIUS, *self.record.air_range)

    def _carnot_ratio(self, leaving_water: ArrayLike, air: ArrayLike) -> Array:
        """Carnot COP at the point over that at the edge; exactly 1 inside the range."""
        water, outdoor = self._edge(leaving_water, air)
        edge = self.lift.carnot_cop(water + ZERO_CELSIUS, outdoor + ZERO_CELSIUS)
        ratio = self.lift.carnot_cop(leaving_water, air) / edge
        return np.where(self.outside(leaving_water, air), ratio, 1.0)

    def cop(self, leaving_water: ArrayLike, air: ArrayLike) -> Array:
        """COP_ref / eirft at the edge x Carnot ratio."""
        eir = _biquadratic(self.record.eirft, *self._edge(leaving_water, air))
        return self.record.reference_cop / eir * self._carnot_ratio(leaving_water, air)

    def capacity(self, leaving_water: ArrayLike, air: ArrayLike) -> Array:
        """Q_ref x capft at the edge x min(1, Carnot ratio), W."""
        share = _biquadratic(self.record.capft, *self._edge(leaving_water, air))
        return self.record.reference_capacity * share * np.minimum(self._carnot_ratio(leaving_water, air), 1.0)

    def part_load_input(self, part_load: Array) -> Array:
        """eirfplr, cycling in proportion below the smallest part load of the record."""
        least = self.record.part_load_range[0]
        c = self.record.eirfplr
        held = np.maximum(part_load, least)
        return (c[0] + held * (c[1] + held * c[2])) * np.minimum(part_load / least, 1.0)

    def outside(self, leaving_water: ArrayLike, air: ArrayLike) -> NDArray[np.bool_]:
        """True where water or air lies outside the range of the curves."""
        water, outdoor = self._edge(leaving_water, air)
        difference = np.abs(water + ZERO_CELSIUS - leaving_water) + np.abs(outdoor + ZERO_CELSIUS - air)
        return difference > 1e-9


def _biquadratic(c: tuple[float, ...], x: Array, y: Array) -> Array:
    return c[0] + x * (c[1] + c[2] * x + c[5] * y) + y * (c[3] + c[4] * y)


def law(chiller) -> ChillerLaw:
    """Return the law of ``plant.chiller``: `cop`, `carnot_fraction`, or `record` (default "Carrier 30RB390")."""
    lift = Lift(chiller.evaporator_approach, chiller.condenser_approach, chiller.minimum_lift)
    if chiller.cop is not None:
        return FixedCop(chiller.cop)
    if chiller.carnot_fraction is not None:
        return CarnotFraction(chiller.carnot_fraction, lift)
    return Curves(records.chiller(chiller.record or DEFAULT_RECORD), lift)


@dataclass(frozen=True)
class Cooling:
    """What the chillers do: `heat` taken from the water, `power`, `unmet` beyond capacity (W); `running` units."""

    heat: Array
    power: Array
    unmet: Array
    running: Array


def size(chiller_law: ChillerLaw, design_heat: ArrayLike, leaving_water: ArrayLike, design_air: ArrayLike) -> Array:
    """Number of units that carry `design_heat` (W) at the design air temperature (K), at least 1."""
    needed = np.ceil(np.asarray(design_heat) / chiller_law.capacity(leaving_water, design_air) - 1e-9)
    return np.maximum(needed, 1.0)


def run(
    chiller_law: ChillerLaw, units: ArrayLike, heat: ArrayLike, leaving_water: ArrayLike, air: ArrayLike, cop: ArrayLike
) -> Cooling:
    """Stage the units for `heat` (W): as few as carry it, loaded equally. `cop` is the law's full-load COP there."""
    capacity = chiller_law.capacity(leaving_water, air)
    heat = np.asarray(heat, dtype=np.float64)
    needed = np.where(np.isinf(capacity), 1.0, np.ceil(heat / capacity - 1e-9))
    running = np.where(heat > 0.0, np.clip(needed, 1.0, units), 0.0)
    served = np.minimum(heat, np.where(np.isinf(capacity), heat, units * capacity))
    if isinstance(chiller_law, _Unlimited):
        power = served / cop
    else:
        each = running * capacity
        part_load = np.divide(served, each, out=np.zeros(np.broadcast_shapes(served.shape, each.shape)), where=each > 0)
        power = each / cop * chiller_law.part_load_input(part_load)
    return Cooling(served, power, heat - served, running)
