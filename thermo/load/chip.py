"""Temperature of a chip, the leakage that grows with it, and the clock that falls at its limit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermo import records
from thermo.arrays import array, broadcast, full, shape

Array = NDArray[np.float64]

STEPS = 40  # of Newton's method; it ends sooner


@dataclass(frozen=True)
class ChipLaw:
    """One chip: `power` W at full rate and `reference` K, `resistance` K/W to what enters, `limit` and `shutdown` K.

    Leakage is `leakage_fraction` x power x exp(`leakage_per_kelvin` (T - reference)) up to the shutdown, and no more
    beyond it, where the law does not hold; the rest is dynamic and goes with the tokens and the clock: tokens = clock x
    busy, dynamic power = busy x clock^`clock_exponent`.
    """

    power: float
    resistance: float
    limit: float
    shutdown: float
    reference: float
    leakage_fraction: float
    leakage_per_kelvin: float
    clock_exponent: float
    minimum_clock: float

    @property
    def dynamic(self) -> float:
        """Dynamic power at full rate, W."""
        return self.power * (1.0 - self.leakage_fraction)

    def leakage(self, temperature: ArrayLike) -> Array:
        """Leakage power, W, at `temperature` K."""
        rise = np.minimum(array(temperature), self.shutdown) - self.reference
        return self.power * self.leakage_fraction * np.exp(self.leakage_per_kelvin * rise)


@dataclass(frozen=True)
class ChipState:
    """`temperature` K, `power` W, `clock` as a share of full, and `shutdown` where the lowest clock is too hot."""

    temperature: Array
    power: Array
    clock: Array
    shutdown: NDArray[np.bool_]


@dataclass(frozen=True)
class Solved:
    """A chip that was solved with what cools it, at full rate: its `temperature` and that of the `coolant` that enters,
    K; `share` is its power over that at the reference temperature."""

    temperature: float
    coolant: float
    share: float = 1.0


def law(given, hottest: Solved | None = None) -> ChipLaw:
    """The chip of ``[load.chip]``: its record, and what the case gives over it; its resistance that of `hottest`."""
    values = {name: getattr(given, name) for name in ChipLaw.__dataclass_fields__}
    if given.record is not None:
        record = records.chip(given.record)
        known = {"power": record.power, "limit": record.throttle, "shutdown": record.shutdown}
        values |= {name: value for name, value in known.items() if values[name] is None}
    if hottest is not None:
        values["resistance"] = (hottest.temperature - hottest.coolant) / (values["power"] * hottest.share)
    shutdown = values["limit"] if values["shutdown"] is None else values["shutdown"]
    values["shutdown"] = np.maximum(shutdown, values["limit"])
    return ChipLaw(**values)


@dataclass(frozen=True)
class FullRate:
    """Chips of any kind at full rate, with the leakage and clock of ``[load.chip]`` (`given`; None: they draw the same
    at every temperature). Arguments are scalars or arrays that broadcast: `power` W at the reference temperature,
    `resistance` K/W to the coolant, temperatures in K."""

    given: Any = None

    @classmethod
    def of(cls, case) -> FullRate:
        """The chips of a case."""
        return cls(None if case.load is None else case.load.chip)

    def limits(self, limit: float, shutdown: float | None = None) -> tuple[float, float]:
        """Where a chip with these limits slows down and shuts down: the lower of them and those of the case; where it
        shuts down may be for the case alone to say."""
        if self.given is None:
            return limit, limit if shutdown is None else shutdown
        own = law(self.given)
        if shutdown is None:
            shutdown = own.shutdown
        elif self.given.shutdown is not None or self.given.record is not None:
            shutdown = min(shutdown, own.shutdown)
        limit = min(limit, own.limit)
        return limit, max(shutdown, limit)

    def power_at(self, power: ArrayLike, temperature: ArrayLike) -> Array:
        """Power at full clock and `temperature`, W."""
        power = array(power)
        if self.given is None:
            return power
        chip = replace(law(self.given), power=power)
        return chip.dynamic + chip.leakage(temperature)

    def state(
        self, power: ArrayLike, resistance: ArrayLike, limit: ArrayLike, shutdown: ArrayLike, coolant: ArrayLike
    ) -> ChipState:
        """The chips with coolant entering at `coolant`."""
        power, resistance, limit, shutdown, coolant = broadcast(power, resistance, limit, shutdown, coolant)
        if self.given is None:
            never = full(power.shape, False, bool)
            return ChipState(coolant + resistance * power, power, full(power.shape, 1.0), never)
        chip = replace(law(self.given), power=power, resistance=resistance, limit=limit, shutdown=shutdown)
        return state(chip, coolant)


def state(chip: ChipLaw, coolant: ArrayLike, rate: ArrayLike = 1.0) -> ChipState:
    """The chip that makes `rate` (share of full) with air or coolant entering at `coolant` K; arrays broadcast.

    Full clock where the limit allows it: T = coolant + resistance x (dynamic x rate + leakage(T)). Otherwise the clock
    at which T is the limit; the chip is then busy rate / clock of the time, at most all of it. Where leakage would run
    away, the balance is that of the leakage at shutdown, above it.
    """
    coolant, rate = broadcast(coolant, rate)
    warm = _balance(chip, coolant, chip.dynamic * rate)
    throttled = warm > chip.limit
    if not np.any(throttled):
        whole = full(shape(warm), 1.0)
        return ChipState(warm, chip.dynamic * rate + chip.leakage(warm), whole, throttled)
    room = (chip.limit - coolant) / chip.resistance - chip.leakage(chip.limit)  # W of dynamic power that may flow
    clock = np.where(throttled, clock_within(chip, room, rate), 1.0)
    busy = np.minimum(rate / clock, 1.0)
    dynamic = chip.dynamic * busy * clock**chip.clock_exponent
    temperature = _balance(chip, coolant, dynamic)
    temperature = np.where(throttled & (temperature <= chip.limit * (1 + 1e-9)), chip.limit, temperature)
    shutdown = throttled & (temperature > chip.shutdown * (1.0 + 1e-9))
    return ChipState(temperature, dynamic + chip.leakage(temperature), clock, shutdown)


def clock_within(chip: ChipLaw, room: ArrayLike, rate: ArrayLike) -> Array:
    """Clock, as a share of full, at which no more than `room` W of dynamic power serve `rate` (share of full).

    A chip that has time to spare slows down and is busy longer; else it is busy all the time and does what it can.
    """
    share, exponent = np.maximum(array(room) / chip.dynamic, 0.0), array(chip.clock_exponent)
    clock = share ** (1.0 / exponent)
    above = exponent > 1.0
    if np.any(above):
        spare = (share / np.maximum(rate, 1e-12)) ** (1.0 / np.where(above, exponent - 1.0, 1.0))
        clock = np.where(above & (spare >= rate), spare, clock)
    return np.clip(clock, chip.minimum_clock, 1.0)


def _balance(chip: ChipLaw, coolant: Array, dynamic: Array) -> Array:
    """Lowest temperature where conduction carries dynamic power and leakage, K.

    Newton from below on a convex function reaches the lower (stable) root of the leakage as it grows. Where its slope
    says that there is none, the leakage is that at shutdown.
    """
    without = coolant + chip.resistance * dynamic
    hottest = without + chip.resistance * chip.leakage(chip.shutdown)
    temperature = without
    for _ in range(STEPS):
        rise = chip.resistance * chip.leakage(temperature)
        slope = 1.0 - np.where(temperature < chip.shutdown, chip.leakage_per_kelvin * rise, 0.0)
        stable = slope > 0.0
        following = temperature + (without + rise - temperature) / np.where(stable, slope, 1.0)
        following = np.where(stable, np.minimum(following, hottest), hottest)
        change, temperature = following - temperature, following
        if not np.any(np.abs(change) >= 1e-10):
            break
    return temperature
