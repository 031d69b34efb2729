"""Work that arrives faster than it is done waits: a fluid queue over equal steps."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from thermo.arrays import array, broadcast, host, line, on_host, ratio, resized, running_minimum, shape, zeros

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
    Q = max(Q + (demand - capacity) step, 0), started empty; on a GPU from sums instead of step after step. With
    ``longest_wait``, s, a number or (variants, 1), work that would wait longer is turned away, so Q stays below
    longest_wait x capacity.
    """
    ceiling = np.inf if longest_wait is None else longest_wait
    if not on_host():
        gain = (demand - capacity) * step
        level = np.cumsum(gain, axis=-1)
        backlog = level - np.minimum(running_minimum(level), 0.0)
        if longest_wait is None or not np.any(backlog > ceiling * capacity):
            before = np.concatenate([zeros((*backlog.shape[:-1], 1)), backlog[..., :-1]], axis=-1)
            served = np.maximum(demand + (before - backlog) / step, 0.0)
            return Served(served, 0.0 * backlog, backlog, ratio(0.5 * (before + backlog), capacity))
    given = [host(part) for part in (demand, capacity, line(ceiling))]
    rows = np.broadcast_shapes(*(part.shape[:-1] for part in given))
    found = _recursion(*(_in_rows(part, rows) for part in given), step)
    shape_ = (*rows, demand.shape[-1])
    return Served(*(array(part.reshape(shape_)) for part in found))


def _in_rows(values: Array, rows: tuple[int, ...]) -> Array:
    """(rows, steps) of what may lack the axis before, or have one row for all."""
    whole = np.broadcast_to(values, (*rows, values.shape[-1]))
    return np.ascontiguousarray(whole.reshape(-1, values.shape[-1]))


@njit(cache=True)
def _recursion(demand, capacity, ceiling, step):
    """The recursion, step after step, of every row; `capacity` (rows, steps) or (rows, 1), `ceiling` (rows, 1)."""
    served, refused = np.empty(demand.shape), np.empty(demand.shape)
    backlog, wait = np.empty(demand.shape), np.empty(demand.shape)
    fixed, per_second = capacity.shape[1] == 1, 1.0 / step
    for row in range(demand.shape[0]):
        before = 0.0
        for i in range(demand.shape[1]):
            able = capacity[row, 0 if fixed else i]
            here, away = max(before + (demand[row, i] - able) * step, 0.0), 0.0
            if able > 0.0 or ceiling[row, 0] < np.inf:
                most = ceiling[row, 0] * able
                if here > most:
                    here, away = most, here - most
            served[row, i] = max(demand[row, i] + (before - here - away) * per_second, 0.0)
            refused[row, i], backlog[row, i] = away * per_second, here
            wait[row, i] = 0.5 * (before + here) / able if able > 0.0 and before + here > 0.0 else 0.0
            before = here
    return served, refused, backlog, wait


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
