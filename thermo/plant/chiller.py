"""The chillers of the plant: which law they follow, how many there are, how they share the load of each hour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermo import records
from thermo.arrays import array, ratio
from thermo.plant.chiller_laws import CarnotFraction, ChillerLaw, Curves, FixedCop, Grid, Lift, Unlimited

Array = NDArray[np.float64]

DEFAULT_RECORD = {"air": "Carrier 30RB390", "water": "Carrier 30XWP1012"}
CONDENSER_APPROACH = {"air": 15.0, "water": 8.0}  # K, in the Carnot COP when the case gives none


def law(chiller) -> ChillerLaw:
    """Return the law of ``plant.chiller``: `cop`, `carnot_fraction`, or `record` (default by the condenser)."""
    approach = chiller.condenser_approach
    if approach is None:
        approach = CONDENSER_APPROACH[chiller.condenser]
    lift = Lift(chiller.evaporator_approach, approach, chiller.minimum_lift)
    if chiller.cop is not None:
        return FixedCop(chiller.cop)
    if chiller.carnot_fraction is not None:
        return CarnotFraction(chiller.carnot_fraction, lift)
    record = records.chiller(chiller.record or DEFAULT_RECORD[chiller.condenser])
    return Grid(record, lift) if isinstance(record, records.ChillerTable) else Curves(record, lift)


@dataclass(frozen=True)
class Cooling:
    """What the chillers do: `heat` taken from the water, `power`, `unmet` beyond capacity (W); `running` units."""

    heat: Array
    power: Array
    unmet: Array
    running: Array


def size(chiller_law: ChillerLaw, design_heat: ArrayLike, leaving_water: ArrayLike, entering: ArrayLike) -> Array:
    """Number of units that carry `design_heat` (W) with the design `entering` air or water (K), at least 1."""
    needed = np.ceil(array(design_heat) / chiller_law.capacity(leaving_water, entering) - 1e-9)
    return np.maximum(needed, 1.0)


def units_of(chiller, chiller_law: ChillerLaw, design_heat: ArrayLike, leaving: ArrayLike, entering: Array) -> Array:
    """Units that may run: those of the case, or sized for `design_heat` (W) in the hour of warmest `entering` (K)."""
    if chiller.units is not None:
        return array(chiller.units)
    return size(chiller_law, design_heat, leaving, np.max(entering, axis=-1, keepdims=True))


def installed(chiller, chiller_law: ChillerLaw, units: ArrayLike) -> Array | None:
    """Units that may run and spares; None for a law that has no size."""
    if isinstance(chiller_law, Unlimited):
        return None
    return array(units) + (1 if chiller.redundancy is None else chiller.redundancy)


def run(
    chiller_law: ChillerLaw,
    units: ArrayLike,
    heat: ArrayLike,
    leaving_water: ArrayLike,
    entering: ArrayLike,
    cop: ArrayLike,
) -> Cooling:
    """Stage the units for `heat` (W): as few as carry it, loaded equally. `cop` is the law's full-load COP there."""
    capacity = chiller_law.capacity(leaving_water, entering)
    heat = array(heat)
    needed = np.where(np.isinf(capacity), 1.0, np.ceil(heat / capacity - 1e-9))
    running = np.where(heat > 0.0, np.clip(needed, 1.0, units), 0.0)
    served = np.minimum(heat, np.where(np.isinf(capacity), heat, units * capacity))
    if isinstance(chiller_law, Unlimited):
        power = served / cop
    else:
        each = running * capacity
        power = each / cop * chiller_law.part_load_input(ratio(served, each))
    return Cooling(served, power, heat - served, running)


def hourly(
    chiller, chiller_law: ChillerLaw, units: Array, cooling: Cooling, leaving_water: Array, entering: ArrayLike
) -> dict[str, Array | None]:
    """The hourly arrays of the chillers, whatever cools their condensers; `chillers_installed` may be None."""
    return {
        "mechanical_cooling": cooling.heat,
        "unmet_cooling": cooling.unmet,
        "chiller_power": cooling.power,
        "chillers_running": cooling.running,
        "chillers_installed": installed(chiller, chiller_law, units),
        "condenser_entering": array(entering),
        "chiller_outside_range": chiller_law.outside(leaving_water, entering) & (cooling.heat > 0.0),
    }
