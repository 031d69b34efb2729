#!/usr/bin/env python3
"""Kernels on the CPU: share of the copy bandwidth, Numba against NumPy slices, and cost per cell from small to large.

Run it:  python validation/benchmarks/kernels_cpu.py          (about five minutes; --quick: seconds, for tests)
Everything runs in one thread and in one call, so the shares and ratios hold on a busy machine better than the times.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import time
from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from bandwidth import copy_bandwidth, kernel_table, seconds
from launches import aisle_solver, record, step
from machine import describe
from slice_kernels import SLICES

from kernels.backend import CpuBackend

FULL = {"kernels": 0.0275, "growth": (0.1, 0.05, 0.035, 0.0275, 0.0205), "by_kernel": (0.05, 0.0205),
        "copy": 256 * 2**20}
QUICK = {"kernels": 0.2, "growth": (0.3, 0.2), "by_kernel": (0.3, 0.2), "copy": 2**20}
"""Edges of the cells in m (0.1 m: 43 thousand cells, 0.0205 m: 5 million), bytes copied."""


def numba_over_numpy(backend, launches) -> dict[str, dict[str, float]]:
    """Seconds of stencils by compiled loop and by NumPy slices on the same arrays."""
    found = {}
    for name, slices in SLICES.items():
        launch = max((entry for entry in launches if entry.name == name), key=lambda entry: entry.cells)
        first, last = launch.first, launch.last
        if name in ("rhie_chow_flux", "limited_correction"):
            first, last = first + launch.arguments[0], last - launch.arguments[0]  # slices may not leave the arrays
        compiled = seconds(backend, partial(replace(launch, first=first, last=last).run, backend), 3)
        sliced = seconds(backend, partial(slices, first, last, *launch.arguments), 1, 3)
        found[name] = {"numba_ms": round(1e3 * compiled, 3), "numpy_ms": round(1e3 * sliced, 3),
                       "ratio": round(sliced / compiled, 1)}
    return found


def equation_over_numpy(backend, launches, fields: int, sweeps: int = 8) -> dict[str, float]:
    """Seconds of a whole transport equation of ``fields`` variables with one diagonal, compiled and by NumPy slices.

    Coefficients from viscosities and fluxes, right-hand sides, Jacobi sweeps: the momentum predictor for three fields.
    """
    first_of = {name: next(entry for entry in launches if entry.name == name)
                for name in ("viscous_row", "lagged_source", "jacobi_sweep")}
    row, lag, jacobi = first_of.values()
    shared, (b, phi, spare) = jacobi.arguments[:10], jacobi.arguments[10:]
    variables = [(b, phi, spare)] + [tuple(a.copy() for a in (b, phi, spare)) for _ in range(fields - 1)]

    def compiled():
        row.run(backend)
        for b, phi, _ in variables:
            backend.launch(lag.function, lag.first, lag.last, *lag.arguments[:1], phi, lag.arguments[2], b)
        backend.sweep(jacobi.function, jacobi.first, jacobi.last, shared[2], sweeps, shared, variables)

    def sliced():
        SLICES["viscous_row"](row.first, row.last, *row.arguments)
        for b, phi, spare in variables:
            SLICES["lagged_source"](lag.first, lag.last, lag.arguments[0], phi, lag.arguments[2], b)
            for _ in range(sweeps):
                SLICES["jacobi_sweep"](jacobi.first, jacobi.last, *shared, b, phi, spare)
                phi, spare = spare, phi

    fast, slow = seconds(backend, compiled, 3), seconds(backend, sliced, 1, 3)
    return {"numba_ms": round(1e3 * fast, 3), "numpy_ms": round(1e3 * slow, 3), "ratio": round(slow / fast, 1)}


def cost_per_cell(precision: str, cell: float, steps: int) -> dict[str, Any]:
    """Nanoseconds of CPU time per cell and step of the aisle, median of ``steps`` after one to warm up."""
    solver = aisle_solver(CpuBackend(precision, threads=1), cell)
    step(solver)
    taken = []
    for _ in range(steps):
        started = time.process_time()
        step(solver)
        taken.append(time.process_time() - started)
    cells = solver.grid.cells
    return {"cell_m": cell, "cells": cells, "ns_per_cell_and_step": round(1e9 * median(taken) / cells)}


def cost_by_kernel(precision: str, cell: float, steps: int) -> dict[str, float]:
    """The same, shared out among the cell functions as they run within a step; sweeps are those of a wave."""
    backend = CpuBackend(precision, threads=1)
    solver = aisle_solver(backend, cell)
    step(solver)
    spent: Counter[str] = Counter()

    def clocked(run, kind):
        def timed(function, *arguments):
            started = time.process_time_ns()
            run(function, *arguments)
            spent[kind + function.__name__] += time.process_time_ns() - started
        return timed

    backend.launch, backend.sweep = clocked(backend.launch, ""), clocked(backend.sweep, "waves of ")
    for _ in range(steps):
        step(solver)
    return {name: round(taken / (steps * solver.grid.cells), 3) for name, taken in spent.most_common()}


def measure(size: dict[str, Any]) -> dict[str, Any]:
    """Run everything and return the report."""
    report: dict[str, Any] = {"what": "kernels on one CPU thread", "date": datetime.date.today().isoformat(),
                              "machine": describe(),
                              "note": "shared machine, loaded as load_average says before and "
                              "machine_after says after: times are upper bounds, ratios hold better"}
    for precision in ("single", "double"):
        backend = CpuBackend(precision, threads=1)
        solver = aisle_solver(backend, size["kernels"])
        step(solver)
        launches = record(backend, partial(step, solver))
        copy = copy_bandwidth(backend, size["copy"])
        report[precision] = {
            "cells": solver.grid.cells, "launches_per_step": len(launches), "copy_GB_per_s": copy,
            "numba_over_numpy": numba_over_numpy(backend, launches) | {
                "scalar equation": equation_over_numpy(backend, launches, 1),
                "momentum predictor": equation_over_numpy(backend, launches, 3)},
            "kernels": kernel_table(backend, launches, max(copy.values()), 3),
        }
    report["growth"] = [cost_per_cell("single", cell, 3 if cell > 0.03 else 2) for cell in size["growth"]]
    report["growth_by_kernel"] = {f"{cell} m": cost_by_kernel("single", cell, 3) for cell in size["by_kernel"]}
    report["machine_after"] = describe()["load_average"]
    return report


def result_path(kind: str) -> Path:
    """Where a report goes: the folder in ``$OUT`` when it is set, else ``results`` beside this script."""
    folder = Path(os.environ.get("OUT") or Path(__file__).parent / "results")
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{kind}-{datetime.date.today().isoformat()}.json"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="tiny sizes: shows that the script works")
    arguments = parser.parse_args()
    report = measure(QUICK if arguments.quick else FULL)
    path = result_path("kernels-cpu")
    path.write_text(json.dumps(report, indent=1) + "\n")
    for precision in ("single", "double"):
        ratios = {name: times["ratio"] for name, times in report[precision]["numba_over_numpy"].items()}
        print(precision, report[precision]["copy_GB_per_s"], ratios)
    for row in report["growth"]:
        print(f"{row['cells']:>9,} cells  {row['ns_per_cell_and_step']:>6} ns per cell and step")
    print(f"written: {path}")


if __name__ == "__main__":
    main()
