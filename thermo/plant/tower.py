"""Evaporative cooling tower: how cold its water gets, and the fan speed that holds a colder limit.

`water_share` and fan speed are shares of the design flows, which are those of the full load of the year: the tower is
rated so that it carries the full load at the rating point of its record (YorkCalc: 35.0 to 29.44 degC water at 25.55
degC wet bulb). Fan power is cubic in speed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermo import records
from thermo.arrays import array, full, shape

Array = NDArray[np.float64]

ZERO_CELSIUS = 273.15
DEFAULT_RECORD = "YorkCalc"
LEAST_APPROACH = 1.1  # K, smallest approach the YorkCalc correlation covers


class TowerLaw(Protocol):
    """How a tower performs at wet bulb (K), range (water in minus out, K) and water share.

    `curve`: what :meth:`curve` gives for the same wet bulb and range, if that is known already.
    """

    def curve(self, wet_bulb: ArrayLike, range_: ArrayLike) -> Any:
        """What approach and speed have in common."""

    def approach(self, wet_bulb: ArrayLike, range_: ArrayLike, water_share: ArrayLike, curve: Any = None) -> Array:
        """Leaving water minus wet bulb at full fan speed, K."""

    def speed(
        self, wet_bulb: ArrayLike, range_: ArrayLike, water_share: ArrayLike, approach: ArrayLike, curve: Any = None
    ) -> Array:
        """Fan speed, 0..1, that gives `approach` (K), where full speed gives less."""

    def outside(self, wet_bulb: ArrayLike, range_: ArrayLike, water_share: ArrayLike) -> NDArray[np.bool_]:
        """True outside the range the law was measured in."""


@dataclass(frozen=True)
class FixedApproach:
    """The same approach in every hour; heat transfer in proportion to air flow, as for the dry cooler."""

    value: float

    def curve(self, wet_bulb: ArrayLike, range_: ArrayLike) -> None:
        """Nothing."""

    def approach(self, wet_bulb: ArrayLike, range_: ArrayLike, water_share: ArrayLike, curve: Any = None) -> Array:
        """The fixed value, broadcast."""
        whole = np.broadcast_shapes(*(shape(part) for part in (self.value, wet_bulb, range_, water_share)))
        return np.broadcast_to(self.value, whole) if shape(self.value) else full(whole, self.value)

    def speed(
        self, wet_bulb: ArrayLike, range_: ArrayLike, water_share: ArrayLike, approach: ArrayLike, curve: Any = None
    ) -> Array:
        """(range + fixed approach) / (range + approach)."""
        return (array(range_) + self.value) / (array(range_) + approach)

    def outside(self, wet_bulb: ArrayLike, range_: ArrayLike, water_share: ArrayLike) -> NDArray[np.bool_]:
        """Nowhere."""
        return full(np.broadcast_shapes(shape(wet_bulb), shape(range_), shape(water_share)), False, bool)


@dataclass(frozen=True)
class Correlation:
    """The 27-coefficient approach of a record. Outside its range the approach of the nearest edge is held.

    The polynomial is quadratic in water share over air share, so the fan speed for a given approach is a root.
    """

    record: records.CoolingTower

    def approach(self, wet_bulb: ArrayLike, range_: ArrayLike, water_share: ArrayLike, curve: Any = None) -> Array:
        """The polynomial at full air flow, at least 1.1 K."""
        constant, linear, square = self.curve(wet_bulb, range_) if curve is None else curve
        ratio = self._water(water_share)
        return np.maximum(constant + ratio * (linear + ratio * square), LEAST_APPROACH)

    def speed(
        self, wet_bulb: ArrayLike, range_: ArrayLike, water_share: ArrayLike, approach: ArrayLike, curve: Any = None
    ) -> Array:
        """Water share over the ratio at which the polynomial gives `approach`, the ratio at most that of its range."""
        constant, linear, square = self.curve(wet_bulb, range_) if curve is None else curve
        wanted = np.maximum(approach, LEAST_APPROACH) - constant
        root = linear + np.sqrt(np.maximum(linear**2 + 4.0 * square * wanted, 0.0))
        ratio = np.clip(2.0 * wanted / np.maximum(root, 1e-12), 1e-12, self.record.ratio_max)
        return np.minimum(self._water(water_share) / ratio, 1.0)

    def outside(self, wet_bulb: ArrayLike, range_: ArrayLike, water_share: ArrayLike) -> NDArray[np.bool_]:
        """True where wet bulb, range or water flow lies outside what the record covers."""
        held_wet_bulb, held_range = self._edge(wet_bulb, range_)
        off = np.abs(held_wet_bulb + ZERO_CELSIUS - wet_bulb) + np.abs(held_range - range_)
        return off + np.abs(self._water(water_share) - water_share) > 1e-9

    def _edge(self, wet_bulb: ArrayLike, range_: ArrayLike) -> tuple[Array, Array]:
        celsius = np.clip(array(wet_bulb) - ZERO_CELSIUS, *self.record.wet_bulb_range)
        return celsius, np.clip(range_, *self.record.range_range)

    def _water(self, water_share: ArrayLike) -> Array:
        return np.clip(water_share, *self.record.water_range)

    def curve(self, wet_bulb: ArrayLike, range_: ArrayLike) -> list[Array]:
        """Coefficients of 1, G, G^2 at this wet bulb and range, G = water share over air share."""
        t, r = self._edge(wet_bulb, range_)
        c = self.record.coefficients
        return [
            (c[k] + t * (c[k + 1] + t * c[k + 2]))
            + r * ((c[k + 3] + t * (c[k + 4] + t * c[k + 5])) + r * (c[k + 6] + t * (c[k + 7] + t * c[k + 8])))
            for k in (0, 9, 18)
        ]


def law(tower) -> TowerLaw:
    """Return the law of ``plant.tower``: `approach` if given, otherwise `record` (default "YorkCalc")."""
    if tower.approach is not None:
        return FixedApproach(tower.approach)
    return Correlation(records.cooling_tower(tower.record or DEFAULT_RECORD))


@dataclass(frozen=True)
class Leaving:
    """Water that leaves the tower: `water` K, `reach` K at full fan speed; :attr:`speed` of the fans for it, 0..1."""

    water: Array
    reach: Array
    wanted: Callable[[], Array]
    minimum: ArrayLike

    @property
    def speed(self) -> Array:
        """Below `minimum_fan_speed` a bypass holds the water, the fans at that speed."""
        return np.where(self.water > self.reach, np.maximum(self.wanted(), self.minimum), 1.0)


def leaving_water(
    tower, tower_law: TowerLaw, wet_bulb: ArrayLike, range_: ArrayLike, water_share: ArrayLike, target: ArrayLike
) -> Leaving:
    """Water at `target` (K) if the tower can make it, else what it makes at full fan speed."""
    curve = tower_law.curve(wet_bulb, range_)
    reach = array(wet_bulb) + tower_law.approach(wet_bulb, range_, water_share, curve)
    leaving = np.maximum(reach, target)

    def wanted() -> Array:
        return tower_law.speed(wet_bulb, range_, water_share, leaving - wet_bulb, curve)

    return Leaving(leaving, reach, wanted, tower.minimum_fan_speed)
