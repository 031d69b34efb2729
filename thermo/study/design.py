"""Where the points of a sweep lie: grids, Latin hypercubes, Sobol samples, and values from numbers between 0 and 1."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from thermo.study.points import override
from thermo.study.sweep_file import Span, SweepFile

Array = NDArray[np.float64]


class Choice:
    """A distribution over the items of a list, for scipy: ``ppf`` gives the index."""

    def __init__(self, count: int):
        self.count = count

    def ppf(self, share: Array) -> Array:
        """Index of the item at this share of probability."""
        return np.minimum(np.floor(np.asarray(share) * self.count), self.count - 1)


def distributions(settings: SweepFile) -> list[Any]:
    """One distribution a key, in the order of the file: uniform, normal or over a list."""
    found = []
    for values in settings.vary.values():
        if not isinstance(values, Span):
            found.append(Choice(len(values)))
        elif values.mean is None:
            low, high = values.numbers
            found.append(stats.uniform(low, high - low))
        else:
            found.append(stats.norm(*values.numbers))
    return found


def grid(settings: SweepFile) -> list[tuple[Any, ...]]:
    """Every combination of the values."""
    axes = []
    for values in settings.vary.values():
        if isinstance(values, Span):
            axes.append([values.text(float(v)) for v in np.linspace(*values.numbers, values.steps)])
        else:
            axes.append(list(values))
    return list(product(*axes))


def hypercube(settings: SweepFile) -> list[tuple[Any, ...]]:
    """A Latin hypercube of ``samples`` points; the same seed gives the same."""
    unit = stats.qmc.LatinHypercube(len(settings.vary), seed=settings.seed).random(settings.samples)
    numbers = np.column_stack([law.ppf(unit[:, i]) for i, law in enumerate(distributions(settings))])
    return [values_of(settings, row) for row in numbers]


def values_of(settings: SweepFile, numbers: Array) -> tuple[Any, ...]:
    """Values as a case file would have them, from the numbers of their distributions."""
    found = []
    for number, values in zip(numbers, settings.vary.values(), strict=True):
        found.append(values.text(float(number)) if isinstance(values, Span) else values[int(number)])
    return tuple(found)


def overrides(settings: SweepFile, values: tuple[Any, ...]) -> tuple[str, ...]:
    """The ``key=value`` texts of one point."""
    return tuple(override(key, value) for key, value in zip(settings.vary, values, strict=True))
