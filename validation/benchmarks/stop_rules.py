"""When is a run done? The two rules of the race and one between them, on arrays kept per iteration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

ENGINEERING_TOLERANCE = 0.05
FINE_TOLERANCE = 0.02
WINDOW = 300
BALANCE_TOLERANCE = 5e-3
RESIDUAL_LIMITS = {"p": 1e-3, "U": 1e-3, "T": 1e-4}


@dataclass(frozen=True)
class Record:
    """One run on its finest grid, one entry per iteration.

    rack_mean: (n, racks) mean intake temperature, K or degC. imbalance: (n,) heat in minus heat out over heat in.
    residuals: name of RESIDUAL_LIMITS -> (n,) initial residual; empty where the solver reports none.
    cpu_s: (n,) CPU seconds of all cores together since the start of the iterations, coarse grids included.
    wall_s: the same on the clock on the wall; None where the solver does not keep it.
    """

    cpu_s: np.ndarray
    rack_mean: np.ndarray
    imbalance: np.ndarray
    residuals: dict[str, np.ndarray]
    wall_s: np.ndarray | None = None


def _first_of_tail(ok: np.ndarray) -> int | None:
    """First index from which `ok` holds to the end; None where the last entry fails."""
    if ok.size == 0 or not ok[-1]:
        return None
    failed = np.flatnonzero(~ok)
    return int(failed[-1]) + 1 if failed.size else 0


def settled(record: Record, tolerance: float = ENGINEERING_TOLERANCE) -> int | None:
    """Index from which every rack mean stays within `tolerance` (K) of its final value."""
    away = np.abs(record.rack_mean - record.rack_mean[-1]).max(axis=1)
    return _first_of_tail(away < tolerance)


def settled_and_balanced(record: Record) -> int | None:
    """Index from which rack means stay within 0.02 K of their final value and the heat imbalance below 0.5 %."""
    away = np.abs(record.rack_mean - record.rack_mean[-1]).max(axis=1)
    return _first_of_tail((away < FINE_TOLERANCE) & (np.abs(record.imbalance) < BALANCE_TOLERANCE))


def full_stop(record: Record) -> int | None:
    """First index at which all hold: rack means moved < 0.02 K over 300 iterations, balance, initial residuals."""
    n = len(record.cpu_s)
    if n <= WINDOW:
        return None
    windows = np.lib.stride_tricks.sliding_window_view(record.rack_mean, WINDOW + 1, axis=0)
    moved = (windows.max(axis=-1) - windows.min(axis=-1)).max(axis=1)
    ok = (moved < FINE_TOLERANCE) & (np.abs(record.imbalance[WINDOW:]) < BALANCE_TOLERANCE)
    for name, values in record.residuals.items():
        ok &= values[WINDOW:] < RESIDUAL_LIMITS[name]
    hits = np.flatnonzero(ok)
    return int(hits[0]) + WINDOW if hits.size else None


def _cost(record: Record, index: int | None) -> dict[str, float] | None:
    if index is None:
        return None
    cost = {"iterations": index + 1, "cpu_s": round(float(record.cpu_s[index]), 3)}
    if record.wall_s is not None:
        cost["wall_s"] = round(float(record.wall_s[index]), 3)
    return cost


def table(record: Record) -> dict[str, dict[str, float] | None]:
    """Iterations on the finest grid, CPU and wall seconds to each rule; None for a rule that was not reached."""
    found = {"within_0.05_K": settled(record), "within_0.02_K_and_balance": settled_and_balanced(record),
             "full_stop": full_stop(record)}
    return {rule: _cost(record, index) for rule, index in found.items()}
