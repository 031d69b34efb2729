"""How one chiller performs: EIR curves, a measured table, a fixed COP, or a fixed fraction of Carnot.

`entering` is what enters the condenser, K: outdoor air, or the water of a cooling tower.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermo import records
from thermo.arrays import array, beside, full, host, interpolated, shape

Array = NDArray[np.float64]

ZERO_CELSIUS = 273.15


@dataclass(frozen=True)
class Lift:
    """Refrigerant temperatures behind the Carnot COP: approaches of evaporator and condenser, least lift; all K.

    The condenser control holds `minimum`: a colder condenser than that gives no further gain. With the defaults of an
    air-cooled case (5 K, 15 K) the ratio of two Carnot COPs follows the York YCAL0033EE map from 33 to 24 degC air
    within -8..0 %.
    """

    evaporator_approach: float
    condenser_approach: float
    minimum: float

    def carnot_cop(self, leaving_water: ArrayLike, entering: ArrayLike) -> Array:
        """T_e / (T_c - T_e) with T_e = leaving water - approach, T_c = entering + approach; all in K."""
        evaporating = array(leaving_water) - self.evaporator_approach
        condensing = array(entering) + self.condenser_approach
        return evaporating / np.maximum(condensing - evaporating, self.minimum)


class ChillerLaw(Protocol):
    """How one chiller performs at leaving water and what enters the condenser (K)."""

    def cop(self, leaving_water: ArrayLike, entering: ArrayLike) -> Array:
        """Cooling over electric power at full load."""

    def capacity(self, leaving_water: ArrayLike, entering: ArrayLike) -> Array:
        """Cooling of one unit at full load, W; infinite where the law sets no limit."""

    def part_load_input(self, part_load: Array) -> Array:
        """Power over full-load power at the same temperatures."""

    def outside(self, leaving_water: ArrayLike, entering: ArrayLike) -> NDArray[np.bool_]:
        """True outside the range the law was measured in."""

    @property
    def coldest_entering(self) -> float | None:
        """Coldest air or water, K, the law was measured with; None if it was not measured."""


class Unlimited:
    """A law without size, part-load gain or range."""

    coldest_entering = None

    def capacity(self, leaving_water: ArrayLike, entering: ArrayLike) -> Array:
        """Infinite."""
        return full(np.broadcast_shapes(shape(leaving_water), shape(entering)), np.inf)

    def part_load_input(self, part_load: Array) -> Array:
        """In proportion to the load."""
        return part_load

    def outside(self, leaving_water: ArrayLike, entering: ArrayLike) -> NDArray[np.bool_]:
        """Nowhere."""
        return full(np.broadcast_shapes(shape(leaving_water), shape(entering)), False, bool)


@dataclass(frozen=True)
class FixedCop(Unlimited):
    """The same COP in every hour."""

    value: float

    def cop(self, leaving_water: ArrayLike, entering: ArrayLike) -> Array:
        """The fixed value, broadcast."""
        whole = np.broadcast_shapes(*(shape(part) for part in (self.value, leaving_water, entering)))
        return np.broadcast_to(self.value, whole) if shape(self.value) else full(whole, self.value)


@dataclass(frozen=True)
class CarnotFraction(Unlimited):
    """COP as a fixed fraction of the Carnot COP of the :class:`Lift`."""

    fraction: float
    lift: Lift

    def cop(self, leaving_water: ArrayLike, entering: ArrayLike) -> Array:
        """fraction x Carnot COP."""
        return self.fraction * self.lift.carnot_cop(leaving_water, entering)


@dataclass(frozen=True)
class Measured:
    """A record with a range. Outside it: the value at the nearest edge scaled by the Carnot COP.

    The data are never extrapolated. Capacity outside is that of the edge, reduced with the COP where the lift is
    larger, never increased.
    """

    record: records.Chiller | records.ChillerTable
    lift: Lift

    @property
    def coldest_entering(self) -> float:
        """Coldest air or water of the record's range, K."""
        return self.record.entering_range[0] + ZERO_CELSIUS

    def edge(self, leaving_water: ArrayLike, entering: ArrayLike) -> tuple[Array, Array]:
        """The nearest point inside the range, degC."""
        water = np.clip(array(leaving_water) - ZERO_CELSIUS, *self.record.leaving_water_range)
        return water, np.clip(array(entering) - ZERO_CELSIUS, *self.record.entering_range)

    def _ratio(self, edge: tuple[Array, Array], leaving_water: ArrayLike, entering: ArrayLike) -> Array:
        """Carnot COP at the point over that at the edge; exactly 1 inside the range."""
        outside = self._outside(edge, leaving_water, entering)
        if not np.any(outside):
            return np.float64(1.0)
        at_edge = self.lift.carnot_cop(edge[0] + ZERO_CELSIUS, edge[1] + ZERO_CELSIUS)
        return np.where(outside, self.lift.carnot_cop(leaving_water, entering) / at_edge, 1.0)

    def outside(self, leaving_water: ArrayLike, entering: ArrayLike) -> NDArray[np.bool_]:
        """True where the leaving water or what enters the condenser lies outside the record's range."""
        return self._outside(self.edge(leaving_water, entering), leaving_water, entering)

    def _outside(self, edge: tuple[Array, Array], leaving_water: ArrayLike, entering: ArrayLike) -> NDArray[np.bool_]:
        water, condenser = edge
        return np.abs(water + ZERO_CELSIUS - leaving_water) + np.abs(condenser + ZERO_CELSIUS - entering) > 1e-9


@dataclass(frozen=True)
class Curves(Measured):
    """EIR curves of a :class:`thermo.records.Chiller`."""

    record: records.Chiller

    def cop(self, leaving_water: ArrayLike, entering: ArrayLike) -> Array:
        """COP_ref / eirft at the edge x Carnot ratio."""
        edge = self.edge(leaving_water, entering)
        cop = self.record.reference_cop / _biquadratic(self.record.eirft, *edge)
        return cop * self._ratio(edge, leaving_water, entering)

    def capacity(self, leaving_water: ArrayLike, entering: ArrayLike) -> Array:
        """Q_ref x capft at the edge x min(1, Carnot ratio), W."""
        edge = self.edge(leaving_water, entering)
        least = np.minimum(self._ratio(edge, leaving_water, entering), 1.0)
        return self.record.reference_capacity * _biquadratic(self.record.capft, *edge) * least

    def part_load_input(self, part_load: Array) -> Array:
        """eirfplr, cycling in proportion below the smallest part load of the record."""
        least = self.record.part_load_range[0]
        c = self.record.eirfplr
        held = np.maximum(part_load, least)
        return (c[0] + held * (c[1] + held * c[2])) * np.minimum(part_load / least, 1.0)


@dataclass(frozen=True)
class Grid(Measured):
    """A :class:`thermo.records.ChillerTable`, bilinear between its points; power in proportion to part load."""

    record: records.ChillerTable

    def cop(self, leaving_water: ArrayLike, entering: ArrayLike) -> Array:
        """Capacity over power at the edge x Carnot ratio."""
        edge = self.edge(leaving_water, entering)
        cop = self._between(self.record.capacity, *edge) / self._between(self.record.power, *edge)
        return cop * self._ratio(edge, leaving_water, entering)

    def capacity(self, leaving_water: ArrayLike, entering: ArrayLike) -> Array:
        """Capacity at the edge x min(1, Carnot ratio), W."""
        edge = self.edge(leaving_water, entering)
        least = np.minimum(self._ratio(edge, leaving_water, entering), 1.0)
        return self._between(self.record.capacity, *edge) * least

    def part_load_input(self, part_load: Array) -> Array:
        """In proportion to the load: the table holds full load only."""
        return part_load

    def _between(self, values: tuple[tuple[float, ...], ...], water: Array, entering: Array) -> Array:
        i, s = _place(self.record.leaving_water, water)
        v = np.array(values)
        if math.prod(shape(water)) == 1:  # one line over what enters
            i, s = int(host(i).item()), host(s).item()
            return interpolated(entering, np.array(self.record.entering), v[i] * (1.0 - s) + v[i + 1] * s)
        j, t = _place(self.record.entering, entering)
        v = beside(v, i)
        low, high = v[i, j] * (1.0 - t) + v[i, j + 1] * t, v[i + 1, j] * (1.0 - t) + v[i + 1, j + 1] * t
        return low * (1.0 - s) + high * s


def _place(axis: tuple[float, ...], value: Array) -> tuple[NDArray[np.int64], Array]:
    """Interval of `axis` that holds `value` (inside its ends), and the share of the way through it."""
    nodes = beside(np.array(axis), value)
    i = np.clip(np.searchsorted(nodes, value, side="right") - 1, 0, nodes.size - 2)
    return i, (value - nodes[i]) / (nodes[i + 1] - nodes[i])


def _biquadratic(c: tuple[float, ...], x: Array, y: Array) -> Array:
    return c[0] + x * (c[1] + c[2] * x + c[5] * y) + y * (c[3] + c[4] * y)
