"""Work that arrives faster than it is done waits: a fluid queue over equal steps."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Served:
    """Per step, shares of full rate: `served`, `refused` (turned away), `backlog` at its end (seconds of full rate),
    `wait` of the work that arrives in it, s."""

    served: Array
    refused: Array
    backlog: Array
    wait: Array


def serve(demand: Array, capacity: Array, step: float, longest_wait: float | None = None) -> Served:
    """Serve ``demand`` with ``capacity``, both (steps,) as shares of full rate, first come first served.

    Backlog by Lindley's recursion Q = max(Q + (demand - capacity) step, 0), started empty; it takes no loop. With
    ``longest_wait`` (s) work that would wait longer is turned away, so Q stays below longest_wait x capacity.
    """
    gain = (demand - capacity) * step
    level = np.cumsum(gain)
    backlog = level - np.minimum(np.minimum.accumulate(level), 0.0)
    refused = np.zeros(demand.size)
    if longest_wait is not None and (backlog > longest_wait * capacity).any():
        backlog, refused = _bounded(gain, longest_wait * capacity)
    before = np.concatenate([[0.0], backlog[:-1]])
    served = demand - refused / step + (before - backlog) / step
    wait = np.divide(0.5 * (before + backlog), capacity, out=np.zeros(demand.size), where=capacity > 0.0)
    return Served(np.maximum(served, 0.0), refused / step, backlog, wait)


def _bounded(gain: Array, most: Array) -> tuple[Array, Array]:
    """The recursion with a ceiling: backlog and what does not fit, both in seconds of full rate."""
    backlog, refused, here = np.empty(gain.size), np.zeros(gain.size), 0.0
    for i, (more, ceiling) in enumerate(zip(gain.tolist(), most.tolist(), strict=True)):
        here = max(here + more, 0.0)
        if here > ceiling:
            refused[i], here = here - ceiling, ceiling
        backlog[i] = here
    return backlog, refused


def advance(
    backlog: Array, demand: Array, capacity: Array, step: float, longest_wait: float | None = None
) -> tuple[Array, Array, Array]:
    """One step of several queues: served and refused shares of full rate, and the backlog after it (s of full rate).

    `backlog`, `demand`, `capacity` are (queues,); the recursion is that of :func:`serve`.
    """
    after = np.maximum(backlog + (demand - capacity) * step, 0.0)
    most = after if longest_wait is None else np.minimum(after, longest_wait * capacity)
    refused = (after - most) / step
    return np.maximum(demand - refused + (backlog - most) / step, 0.0), refused, most


def repeated(served: Served, period: int, size: int) -> Served:
    """The first period of ``period`` steps, then the second as often as ``size`` steps ask for."""

    def longer(values: Array) -> Array:
        return np.concatenate([values[:period], np.resize(values[period:], size - period)])

    return Served(*(longer(getattr(served, field.name)) for field in fields(Served)))


def weighted_percentile(values: Array, weights: Array, percent: float) -> float:
    """Value (none is negative) that ``percent`` of the weight lies at or below; most may be zero."""
    wanted = percent / 100.0 * weights.sum() * (1.0 - 1e-12)
    some = values > 0.0
    below = weights[~some].sum()
    if below >= wanted:
        return 0.0
    values, weights = values[some], weights[some]
    middle = int(percent / 100.0 * 0.9 * values.size)
    low = values <= np.partition(values, middle)[middle]
    if below + weights[low].sum() < wanted:  # sort only what is above
        below += weights[low].sum()
        values, weights = values[~low], weights[~low]
    order = np.argsort(values)
    share = below + np.cumsum(weights[order])
    return float(values[order][min(np.searchsorted(share, wanted), share.size - 1)])
