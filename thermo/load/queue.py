"""Work that arrives faster than it is done waits: a fluid queue over equal steps."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from thermo.arrays import array, broadcast, host, on_host, ratio, resized, running_minimum, shape, zeros

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Served:
    """Per step, shares of full rate: `served`, `refused` (turned away), `backlog` at its end (seconds of full rate),
    `wait` of the work that arrives in it, s. Each (steps,) or (variants, steps)."""

    served: Array
    refused: Array
    backlog: Array
    wait: Array


def serve(demand: Array, capacity: Array, step: float, longest_wait: ArrayLike | None = None) -> Served:
    """Serve ``demand`` with ``capacity``, as shares of full rate, first come first served.

    Both are (steps,) or (variants, steps), the capacity also (1,) or (variants, 1). Backlog by Lindley's recursion
    Q = max(Q + (demand - capacity) step, 0), started empty; it takes no loop. With ``longest_wait``, s, a number or
    (variants, 1), work that would wait longer is turned away, so Q stays below longest_wait x capacity.
    """
    gain = (demand - capacity) * step
    level = np.cumsum(gain, axis=-1)
    backlog = level - np.minimum(running_minimum(level), 0.0)
    refused = 0.0
    if longest_wait is not None and np.any(backlog > longest_wait * capacity):
        backlog, refused = _bounded(gain, longest_wait * capacity)
    before = np.concatenate([zeros((*backlog.shape[:-1], 1)), backlog[..., :-1]], axis=-1)
    served = demand - refused / step + (before - backlog) / step
    wait = ratio(0.5 * (before + backlog), capacity)
    return Served(np.maximum(served, 0.0), refused / step + 0.0 * backlog, backlog, wait)


def _bounded(gain: Array, most: Array) -> tuple[Array, Array]:
    """The recursion with a ceiling: backlog and what does not fit, both in seconds of full rate. On the host."""
    gain, most = (host(part) for part in broadcast(gain, most))
    size = gain.shape[-1]
    found = _bounded_rows(np.ascontiguousarray(gain).reshape(-1, size), np.ascontiguousarray(most).reshape(-1, size))
    backlog, refused = (part.reshape(gain.shape) for part in found)
    return (backlog, refused) if on_host() else (array(backlog), array(refused))


@njit(cache=True)
def _bounded_rows(gain, most):
    """:func:`_bounded` for every row."""
    backlog, refused = np.empty_like(gain), np.zeros_like(gain)
    for row in range(gain.shape[0]):
        here = 0.0
        for i in range(gain.shape[1]):
            here = max(here + gain[row, i], 0.0)
            if here > most[row, i]:
                refused[row, i] = here - most[row, i]
                here = most[row, i]
            backlog[row, i] = here
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
        return np.concatenate([values[..., :period], resized(values[..., period:], size - period)], axis=-1)

    return Served(*(longer(getattr(served, field.name)) for field in fields(Served)))


def weighted_percentile(values: Array, weights: Array, percent: float) -> float | Array:
    """Value (none is negative) that ``percent`` of the weight lies at or below; most may be zero.

    (steps,) give a float; with variants (variants, steps) or (steps,) they give (variants, 1).
    """
    if on_host():
        if len(np.broadcast_shapes(values.shape, weights.shape)) < 2:
            return _percentile(values, weights, percent)
        rows = zip(*np.broadcast_arrays(values, weights), strict=True)
        return np.array([[_percentile(*row, percent)] for row in rows])
    values, weights = broadcast(values, weights)
    order = np.argsort(values, axis=-1)
    share = np.cumsum(np.take_along_axis(weights, order, axis=-1), axis=-1)
    wanted = percent / 100.0 * share[..., -1:] * (1.0 - 1e-12)
    place = np.minimum(np.sum(share < wanted, axis=-1, keepdims=True), shape(values)[-1] - 1)
    found = np.take_along_axis(np.take_along_axis(values, order, axis=-1), place, axis=-1)
    return found if len(shape(values)) > 1 else float(found[0])


def _percentile(values: Array, weights: Array, percent: float) -> float:
    """The percentile of one year, by sorting only what can hold it."""
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
