"""Work that can wait moves to the best hours of its day."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from thermo.arrays import ratio, shape

Array = NDArray[np.float64]

DAY = 86400.0  # s


def moved(asked: Array, order: Array, given, step: float) -> Array:
    """Demand (rows, steps) after moving; a row is `step` s; `order` (rows,) is what it costs, in any unit; lower is
    better. All may have an axis of variants before; ``given.share`` and ``given.highest`` are then (variants, 1).

    Of every day's work ``given.share`` is taken out of all rows alike and put into the rows in rising `order`, each up
    to ``given.highest`` (never below what it already holds). What does not fit goes back to where it came from. Within
    a row the work that stays keeps its shape and the work that comes is spread evenly. The work of a day is kept.
    """
    size, rows = round(DAY / step), asked.shape[-2]
    days = rows // size
    whole = days * size
    share, highest = (part[..., None] if shape(part) else part for part in (given.share, given.highest))
    mean = asked[..., :whole, :].mean(axis=-1).reshape(*asked.shape[:-2], days, size)
    kept = mean * (1.0 - share)
    room = np.maximum(highest - kept, 0.0)
    best = np.argsort(order[..., :whole].reshape(*order.shape[:-1], days, size), axis=-1, kind="stable")
    best = np.broadcast_to(best, np.broadcast_shapes(best.shape, room.shape))
    sorted_room = np.take_along_axis(np.broadcast_to(room, best.shape), best, axis=-1)
    pool = (mean - kept).sum(axis=-1, keepdims=True)
    before = np.cumsum(sorted_room, axis=-1) - sorted_room
    put = np.clip(pool - before, 0.0, sorted_room)
    gained = np.take_along_axis(put, np.argsort(best, axis=-1), axis=-1)
    left = pool - put.sum(axis=-1, keepdims=True)
    gained = gained + left * ratio(mean, mean.sum(axis=-1, keepdims=True))
    there = asked[..., :whole, :] * (1.0 - share) + gained.reshape(*gained.shape[:-2], whole, 1)
    rest = np.broadcast_to(asked[..., whole:, :], (*there.shape[:-2], rows - whole, asked.shape[-1]))
    return np.concatenate([there, rest], axis=-2)
