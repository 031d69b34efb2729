"""Work that can wait moves to the best hours of its day."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DAY = 86400.0  # s


def moved(asked: Array, order: Array, given, step: float) -> Array:
    """Demand (rows, steps) after moving; a row is `step` s; `order` (rows,) is what it costs, in any unit; lower is
    better.

    Of every day's work ``given.share`` is taken out of all rows alike and put into the rows in rising `order`, each
    up to ``given.highest`` (never below what it already holds). What does not fit goes back to where it came from.
    Within a row the work that stays keeps its shape and the work that comes is spread evenly. The work of a day is
    kept.
    """
    size = round(DAY / step)
    days = len(asked) // size
    mean = asked[: days * size].mean(axis=1).reshape(days, size)
    kept = mean * (1.0 - given.share)
    room = np.maximum(given.highest - kept, 0.0)
    best = np.argsort(order[: days * size].reshape(days, size), axis=1, kind="stable")
    sorted_room = np.take_along_axis(room, best, axis=1)
    pool = (mean - kept).sum(axis=1, keepdims=True)
    before = np.cumsum(sorted_room, axis=1) - sorted_room
    put = np.clip(pool - before, 0.0, sorted_room)
    gained = np.empty_like(put)
    np.put_along_axis(gained, best, put, axis=1)
    left = pool - put.sum(axis=1, keepdims=True)
    gained += left * np.divide(mean, mean.sum(axis=1, keepdims=True), out=np.zeros_like(mean), where=mean > 0.0)
    result = asked.copy()
    result[: days * size] = asked[: days * size] * (1.0 - given.share) + gained.reshape(-1, 1)
    return result
