"""Water-side economizer: a dry cooler in series before the chiller, and the mode it runs in each hour.

Mode, by the water the dry cooler could deliver at full fan speed, T_free = dry bulb + approach:

- free: T_free <= chilled-water supply: no chiller, fans slow down to hold the supply;
- mixed: T_free below the return: fans at full speed pre-cool the return, the chiller does the rest. Only where that
  saves more chiller power than the fans use;
- mechanical: otherwise; the dry cooler is off and bypassed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermo import records
from thermo.arrays import array, full, shape, zeros

Array = NDArray[np.float64]

FREE, MIXED, MECHANICAL = 0, 1, 2
MODES = {FREE: "free", MIXED: "mixed", MECHANICAL: "mechanical"}


@dataclass(frozen=True)
class FreeCooling:
    """What the economizer does: `mode` (0 free, 1 mixed, 2 mechanical), `heat` W taken by it, `fan_power` W."""

    mode: NDArray[np.int8]
    heat: Array
    fan_power: Array


def approach(economizer) -> ArrayLike:
    """Leaving water minus dry bulb at full fan speed, K: the case's, or that of the record's rating point."""
    if economizer.approach is not None:
        return economizer.approach
    return records.dry_cooler(economizer.record).approach


def fan_power_fraction(economizer) -> ArrayLike:
    """Fan power at full speed over design heat: the case's, or that of the record's rating point."""
    if economizer.fan_power_fraction is not None:
        return economizer.fan_power_fraction
    return records.dry_cooler(economizer.record).fan_power_fraction


def none(heat: ArrayLike) -> FreeCooling:
    """No free cooling in any hour."""
    none_of_it = zeros(shape(heat))
    return FreeCooling(full(shape(heat), MECHANICAL, np.int8), none_of_it, none_of_it)


def run(
    economizer,
    heat: ArrayLike,
    design_heat: ArrayLike,
    supply: ArrayLike,
    return_: ArrayLike,
    dry_bulb: ArrayLike,
    chiller_cop: ArrayLike,
) -> FreeCooling:
    """Pick the mode of each hour and split `heat` (W) between dry cooler and chiller.

    `supply`, `return_` (chilled water) and `dry_bulb` (of the air that enters the dry cooler) in K. Fan speed in free
    mode is the share of full-speed effectiveness that is needed, range / (return - dry bulb) over range / (range +
    approach): heat transfer is taken as proportional to air flow, which asks for more fan than the concave curve of a
    real coil. Fan power is cubic.
    """
    range_ = array(return_) - supply
    reach = approach(economizer)
    excess = array(dry_bulb) + reach - supply  # K by which the dry cooler misses the supply; <= 0 is free cooling
    free = excess <= 0.0
    share = np.where(free, 1.0, np.clip(1.0 - excess / range_, 0.0, 1.0))
    full_power = fan_power_fraction(economizer) * array(design_heat)
    mixed = ~free & (share * heat > full_power * chiller_cop)
    speed = np.where(free, (range_ + reach) / np.maximum(range_ + reach - excess, range_ + reach), 1.0)
    speed = np.where(free, np.maximum(speed, economizer.minimum_fan_speed), speed)
    running = free | mixed
    return FreeCooling(
        mode=np.where(free, FREE, np.where(mixed, MIXED, MECHANICAL)).astype(np.int8),
        heat=np.where(running, share * heat, 0.0),
        fan_power=np.where(running, full_power * speed**3, 0.0),
    )
