"""Time kernels against the copy bandwidth of the same machine, measured in the same call."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from launches import Launch

COPY_BYTES = 256 * 2**20
ROUNDS = 5
LEAST_CELLS = 1000


def seconds(backend, work: Callable[[], None], repeats: int = 10, rounds: int = ROUNDS) -> float:
    """Seconds of one ``work()``, the least over ``rounds`` of ``repeats`` in a row, after one to warm up.

    On the CPU it is CPU time of the one thread, so what else runs on the machine counts less. On CUDA the repeats are
    replayed as one graph where that works, so launching does not count.
    """
    work()
    backend.synchronise()
    batch = _as_graph(backend, work, repeats)
    clock = time.process_time if backend.name == "cpu" else time.perf_counter
    found = []
    for _ in range(rounds):
        started = clock()
        batch()
        backend.synchronise()
        found.append((clock() - started) / repeats)
    return min(found)


def _as_graph(backend, work, repeats) -> Callable[[], None]:
    def plain():
        for _ in range(repeats):
            work()

    if not hasattr(backend, "capture"):
        return plain
    try:
        replay = backend.capture(plain)
        replay()
        backend.synchronise()
        return replay
    except Exception:  # whatever CUDA refuses, the plain loop still measures
        return plain


def copy_bandwidth(backend, size_bytes: int = COPY_BYTES) -> dict[str, float]:
    """Bytes read plus written per second by the copy kernel and by the array module's own copy, GB/s."""
    from kernels.launch import copy_cell

    count = size_bytes // backend.zeros(1).itemsize
    source, target = backend.zeros(count) + 1, backend.zeros(count)
    ways = {"copy_kernel": lambda: backend.launch(copy_cell, 0, count, source, target),
            "array_module": lambda: target.__setitem__(slice(None), source)}
    return {name: round(2e-9 * source.nbytes / seconds(backend, way), 2) for name, way in ways.items()}


def kernel_table(backend, launches: list[Launch], best_copy: float, repeats: int = 10) -> list[dict[str, Any]]:
    """Time the largest launch of every cell function; ``share`` is its bytes per second over the copy's.

    Bytes are those of every array argument touched once, so a kernel that reads and writes an array counts it once.
    ``per_step`` is the number of launches in the list and ``step_ms`` what the whole list spends in this kernel if
    smaller ranges cost in proportion to their cells.
    """
    rows = []
    for name in dict.fromkeys(launch.name for launch in launches):
        same = [launch for launch in launches if launch.name == name]
        largest = max(same, key=lambda launch: launch.cells)
        taken = seconds(backend, partial(largest.run, backend), repeats)
        in_step = taken * sum(launch.cells for launch in same) / max(largest.cells, 1)
        row: dict[str, Any] = {"kernel": name, "per_step": len(same), "cells": largest.cells,
                               "us": round(1e6 * taken, 2), "step_ms": round(1e3 * in_step, 4)}
        if largest.bytes_once is not None and largest.cells >= LEAST_CELLS:
            row["bytes_per_cell"] = round(largest.bytes_once / largest.cells, 1)
            row["GB_per_s"] = round(1e-9 * largest.bytes_once / taken, 2)
            row["share"] = round(row["GB_per_s"] / best_copy, 3)
        rows.append(row)
    return sorted(rows, key=lambda row: -row["step_ms"])
