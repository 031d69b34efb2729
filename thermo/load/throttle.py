"""Chips with thermal mass in warming coolant: none passes its limit while the lowest clock allows it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from thermo.load import chip as chips

Array = NDArray[np.float64]

MOST_GROWTH = 500.0  # time constants in a step; what was stored is gone long before


@dataclass(frozen=True)
class Held:
    """Over one step, per branch: `power` W, `clock` and work `made` as shares of full, (branches,)."""

    power: Array
    clock: Array
    made: Array


def held(
    given, full: Array, resistance: Array, capacity: Array, limit: Array, temperature: Array, coolant: Array,
    load: float, step: float,
) -> Held:
    """What chips draw over the next `step` s: what `load` (share of full rate) takes, or the most that keeps them cool.

    `given`: ``[load.chip]``; of each branch: `full` power of its chips at reference temperature, W, their `resistance`
    to the coolant, K/W, heat `capacity`, J/K, `limit` and present `temperature`, K, and `coolant`, K. The heat balance
    C dT/dt = P - (T - coolant) / R, solved exactly over the step, says which power ends it at the limit. Where even
    the lowest clock takes more, the limit is passed.
    """  # fmt: skip
    chip = replace(chips.law(given), power=full, resistance=resistance, limit=limit)
    leakage = chip.leakage(temperature)
    growth = np.expm1(np.minimum(step / (resistance * capacity), MOST_GROWTH))
    most = (limit - coolant + (limit - temperature) / growth) / resistance - leakage
    clock = np.where(chip.dynamic * load > most, chips.clock_within(chip, most, load), 1.0)
    busy = np.minimum(load / clock, 1.0)
    return Held(chip.dynamic * busy * clock**chip.clock_exponent + leakage, clock, busy * clock)
