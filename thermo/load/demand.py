"""What is asked of the hall over the year, as a share of what its servers can do at full rate."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from thermo import arrays
from thermo.errors import CaseError
from thermo.load import trace
from thermo.load.server import ServerLaw

Array = NDArray[np.float64]

HOUR = 3600.0
MOST_RACKS = 1000  # more do not change the sum
FINEST_STEP = 1.0  # s


@dataclass(frozen=True)
class Shape:
    """One period of the demand of one rack, equal steps [s], as a share of full rate: (steps,) or (variants, steps)."""

    step: float
    values: Array


def shape(case, server: ServerLaw, capacity: float) -> Shape:
    """The period of ``case.load``; ``capacity`` is the full rate of the whole hall, tokens/s."""
    load = case.load
    with arrays.of_module(np):
        relative = _relative(case, server)
    mean = load.utilisation if load.demand is None else load.demand / capacity
    if mean is None:
        return Shape(relative.step, arrays.array(relative.values))
    average = float(relative.values.mean())
    if not average > 0.0:
        raise case.error("load.trace", "asks for nothing at all: its values are all zero")
    return Shape(relative.step, arrays.array(relative.values) * (mean / average))


def _relative(case, server: ServerLaw) -> Shape:
    load = case.load
    if load.training is not None:
        return _steps(load.training)
    if load.trace is None:
        return Shape(HOUR, np.ones(1))
    base = _read(case, "load.trace", load.trace)
    if base.power:
        base = trace.Series(base.step, server.utilisation_of(base.values))
    elif load.kind == "training" and load.utilisation is None and load.demand is None:
        raise case.error("load.utilisation", "is missing: only a trace of power_w says it by itself")
    if load.bursts is None:
        return _whole(base)
    bursts = _read(case, "load.bursts", load.bursts)
    if bursts.step > base.step:
        raise case.error("load.bursts", f"has steps of {bursts.step:g} s, longer than those of the trace")
    if not bursts.values.mean() > 0.0:
        raise case.error("load.bursts", "holds no bursts: its values are all zero")
    fine = trace.on_step(base, bursts.step)
    return _whole(trace.Series(bursts.step, fine * np.resize(bursts.values / bursts.values.mean(), fine.size)))


def _read(case, key: str, given) -> trace.Series:
    try:
        return trace.read(case.table_file(key), given.column, given.step)
    except CaseError as problem:
        raise case.error(key, str(problem)) from None


def _steps(training) -> Shape:
    """Full rate, then the pause, on the coarsest step that holds both."""
    step = max(np.gcd(round(training.period), max(round(training.pause), 1)), FINEST_STEP)
    values = np.ones(max(round(training.period / step), 1))
    values[values.size - max(round(training.pause / step), 1) :] = training.pause_utilisation
    return _whole(trace.Series(float(step), values))


def _whole(series: trace.Series) -> Shape:
    """On a step that divides an hour, or is an hour."""
    step = series.step
    if abs(HOUR / step - round(HOUR / step)) < 1e-9:
        return Shape(step, series.values)
    finer = next(float(s) for s in (1800, 1200, 900, 600, 300, 120, 60, 30, 20, 10, 5, 2, 1) if s <= step or s == 1)
    return Shape(finer, trace.on_step(series, finer))


def of_racks(case, period: Shape, racks: int) -> Array:
    """The period for each of ``racks`` racks, (racks, steps): own places in it by ``independence`` and ``seed``."""
    own = case.load.independence
    places = np.random.default_rng(case.load.seed).integers(0, period.values.size, racks)
    return np.stack([(1.0 - own) * period.values + own * np.roll(period.values, place) for place in places])


def racks_of(case) -> float:
    """Racks that the plant's year stands for, those of a liquid loop or immersed tanks included."""
    if case.liquid is not None:
        solved = case.liquid.groups * case.liquid.racks
    else:
        solved = len(case.rack) if case.immersion is None else case.immersion.tanks
    return solved * case.plant.it_scale


def of_hall(case, period: Shape) -> Array:
    """The mean over all racks of the hall, (steps,) or (variants, steps)."""
    own = case.load.independence
    if own == 0.0:
        return period.values
    count = int(np.clip(round(racks_of(case)), 1, MOST_RACKS))
    size = period.values.shape[-1]
    places = np.random.default_rng(case.load.seed).integers(0, size, count)
    weights = arrays.array(np.bincount(places, minlength=size) / count)
    rolled = np.fft.irfft(np.fft.rfft(period.values) * np.fft.rfft(weights), n=size)
    return np.maximum((1.0 - own) * period.values + own * rolled, 0.0)


def on_steps(values: Array, own: float, step: float) -> tuple[Array, int]:
    """The period of steps of `own` s on steps that fit a year of steps of `step` s, and how many of them are one.

    Both are parts of an hour. What is longer is repeated, so the work stays.
    """
    ours, theirs = round(HOUR / own), round(HOUR / step)
    fine = math.lcm(ours, theirs)
    return np.repeat(values, fine // ours, axis=-1), fine // theirs

