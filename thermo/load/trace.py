"""Demand over time from a table: requests one by one, rates of requests, or the measured power of a server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from thermo.errors import CaseError
from thermo.load import table

Array = NDArray[np.float64]

REQUEST_STEP = 60.0  # s, when the case says nothing
TOKENS = ("output_tokens", "generated_tokens")  # column of a table of requests that counts the work
EVEN = 1e-3  # by how much steps of a table of rates may differ
MOST_STEPS = 40_000_000  # a year of seconds
FINEST = 1e-3  # s, shortest step


@dataclass(frozen=True)
class Series:
    """Values of equal steps [s]: tokens or requests per second (only the shape counts), or ``power`` in W."""

    step: float
    values: Array
    power: bool = False


def read(path: Path, column: str | None = None, step: float | None = None) -> Series:
    """Read a trace; its kind follows from its columns. ``step`` (s) bins requests. Raises :class:`CaseError`."""
    head = table.columns(path)
    if head[0] != "t_s":
        raise CaseError(f"{path}: is no trace: its first column must be t_s, not {head[0]}")
    tokens = next((name for name in TOKENS if name in head), None)
    if column is None and tokens is not None:
        return _requests(path, tokens, REQUEST_STEP if step is None else step)
    if step is not None:
        raise CaseError(f"{path}: a step is for tables of requests; this one has steps of its own")
    if column is None:
        column = _only(path, head)
    return _rates(path, column)


def _only(path: Path, head: list[str]) -> str:
    if "power_w" in head:
        return "power_w"
    rates = [name for name in head if name.endswith("_per_s")]
    if len(rates) != 1:
        what = f"choose one of {', '.join(rates)} as column" if rates else f"it has {', '.join(head)}"
        raise CaseError(f"{path}: needs one column output_tokens, NAME_per_s or power_w; {what}")
    return rates[0]


def _requests(path: Path, name: str, step: float) -> Series:
    """Tokens asked for per second, in whole steps from the first request."""
    t, tokens = table.read(path, ("t_s", name))
    if (tokens < 0.0).any():
        raise CaseError(f"{path}: {name} must not be negative")
    since = t - t.min()
    _check_steps(path, float(since.max()), step)
    count = int(since.max() // step)
    if count < 2:
        raise CaseError(f"{path}: {since.max():g} s of requests hold fewer than two steps of {step:g} s")
    place = (since / step).astype(np.int64)
    inside = place < count
    return Series(step, np.bincount(place[inside], weights=tokens[inside], minlength=count) / step)


def _rates(path: Path, name: str) -> Series:
    t, values = table.read(path, ("t_s", name))
    again = np.concatenate([[False], (np.diff(t) == 0.0) & (np.diff(values) == 0.0)])  # a meter that was read twice
    t, values = t[~again], values[~again]
    steps = np.diff(t)
    step = float(np.median(steps)) if steps.size else 0.0
    if not steps.size or not (steps > 0.0).all():
        raise CaseError(f"{path}: t_s must rise from row to row")
    _check_steps(path, float(t[-1] - t[0]), step)
    if (values < 0.0).any():
        raise CaseError(f"{path}: {name} must not be negative")
    if np.abs(steps - step).max() > EVEN * step:
        even = np.arange(t[0], t[-1], step)
        t, values = even, np.interp(even, t, values)
    return Series(step, values, power=name.endswith("_w"))


def _check_steps(path: Path, duration: float, step: float) -> None:
    if step < FINEST:
        raise CaseError(f"{path}: steps of {step:g} s are too short; {FINEST:g} s is the shortest")
    if duration > MOST_STEPS * step:
        raise CaseError(f"{path}: {duration:g} s are more than {MOST_STEPS} steps of {step:g} s")


def on_step(series: Series, step: float) -> Array:
    """The series on another step: means when it is longer, repeated values when it is shorter.

    The series is repeated as often as it takes to end with a whole step; at most 1000 times.
    """
    fine = np.gcd(round(series.step * 1000), round(step * 1000))
    repeat, bins = round(series.step * 1000) // fine, round(step * 1000) // fine
    values = np.repeat(series.values, repeat)
    times = min(bins // np.gcd(values.size, bins), 1000)
    values = np.tile(values, times)
    return values[: values.size - values.size % bins].reshape(-1, bins).mean(axis=1)
