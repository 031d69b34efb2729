"""Work that can wait moves to the best hours of its day."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DAY = 24


def moved(asked: Array, order: Array, given) -> Array:
    """Demand (hours, steps) after moving; `order` (hours,) is what an hour costs, in any unit; lower is better.

    Of every day's work ``given.share`` is taken out of all hours alike and put into the hours in rising `order`, each
    up to ``given.highest`` (never below what it already holds). What does not fit goes back to where it came from.
    Within an hour the work that stays keeps its shape and the work that comes is spread evenly. The work of a day is
    kept.
    """
    days = len(asked) // DAY
    mean = asked[: days * DAY].mean(axis=1).reshape(days, DAY)
    kept = mean * (1.0 - given.share)
    room = np.maximum(given.highest - kept, 0.0)
    best = np.argsort(order[: days * DAY].reshape(days, DAY), axis=1, kind="stable")
    sorted_room = np.take_along_axis(room, best, axis=1)
    pool = (mean - kept).sum(axis=1, keepdims=True)
    before = np.cumsum(sorted_room, axis=1) - sorted_room
    put = np.clip(pool - before, 0.0, sorted_room)
    gained = np.empty_like(put)
    np.put_along_axis(gained, best, put, axis=1)
    left = pool - put.sum(axis=1, keepdims=True)
    gained += left * np.divide(mean, mean.sum(axis=1, keepdims=True), out=np.zeros_like(mean), where=mean > 0.0)
    result = asked.copy()
    result[: days * DAY] = asked[: days * DAY] * (1.0 - given.share) + gained.reshape(-1, 1)
    return result
