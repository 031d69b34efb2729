#!/usr/bin/env python3
"""Speed of many years: 10,000 variant-years of the halls of cases/sweeps/dry_or_evaporative.toml, into a JSON file.

Run it:  python validation/benchmarks/variant_years.py [--years N] [--alone N] [--processes N]
Half of the variants are the dry hall, half the evaporative one; each is read, simulated over its 8760 hours with load,
tokens, water and cost, and summarised, as `thermo sweep` does: put together, and for comparison --alone of them one by
one. The fields are solved before the clock starts. CPU seconds are those of the processes that compute; wall seconds
include starting them. The shares say what the time of years put together goes to.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("OMP_NUM_THREADS", "1")

from machine import describe

from thermo import arrays
from thermo.case.shipped import cases_directory
from thermo.study import batch, design, sweep, sweep_file
from thermo.study.points import Point, evaluate

SWEEP = "sweeps/dry_or_evaporative.toml"
BATCH = 50
TARGET_WALL_S = 120.0
"""What the design asks of 10,000 variant-years on two cores."""


def draws(years: int) -> dict[str, list[tuple[str, ...]]]:
    """The overrides of the variants by case, both cases under the same draws."""
    loaded = sweep_file.load(cases_directory() / SWEEP)
    settings = loaded.settings.model_copy(update={"samples": years // len(loaded.cases)})
    values = [design.overrides(settings, one) for one in design.hypercube(settings)]
    return {str(case): values for case in loaded.cases}


def points(years: int) -> list[Point]:
    """The variants with their solved fields."""
    found = []
    for case, overrides in draws(years).items():
        with tempfile.TemporaryDirectory() as folder:
            field = sweep.solved_field(Path(case), Path(folder), True)
        found += [Point(case, one, field) for one in overrides]
    return found


def together(some: list[Point]) -> tuple[float, int]:
    """CPU seconds of points put together and how many of them failed."""
    started = time.process_time()
    failed = sum("failed" in result for _, result in batch.evaluate_all(some))
    return time.process_time() - started, failed


def alone(some: list[Point]) -> tuple[float, int]:
    """The same one by one."""
    started = time.process_time()
    failed = sum("failed" in evaluate(point) for point in some)
    return time.process_time() - started, failed


def shares(some: list[Point], backend: str = "cpu", size: int | None = None) -> dict[str, Any]:
    """Milliseconds a year of reading the cases, of their years and of taking the results apart: on the CPU of its time,
    on a GPU of the clock."""
    clock = time.process_time if backend == "cpu" else time.perf_counter
    spent = {"reading": 0.0, "years": 0.0, "taking_apart": 0.0}
    size = size or batch.LARGEST[backend]
    with arrays.of_module(batch.array_module(backend)):
        for start in range(0, len(some), size):
            few, marks = some[start : start + size], [clock()]
            case = batch.stacked(few)
            marks.append(clock())
            summary = batch.summary_of_all(case, few[0])
            marks.append(clock())
            batch.apart(summary, len(few))
            marks.append(clock())
            for name, first, last in zip(spent, marks, marks[1:], strict=False):
                spent[name] += last - first
    return {name: round(1e3 * seconds / len(some), 3) for name, seconds in spent.items()}


def run(pool, way: Callable[[list[Point]], tuple[float, int]], todo: list[Point]) -> dict[str, Any]:
    """Every point in batches over the processes of a pool."""
    batches = [todo[start : start + BATCH] for start in range(0, len(todo), BATCH)]
    started = time.perf_counter()
    found = pool.map(way, batches, chunksize=1)
    wall, cpu = time.perf_counter() - started, sum(seconds for seconds, _ in found)
    return {"variant_years": len(todo), "failed": sum(failed for _, failed in found), "cpu_s": round(cpu, 1),
            "wall_s": round(wall, 1), "cpu_ms_per_year": round(1e3 * cpu / len(todo), 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--years", type=int, default=10_000)
    parser.add_argument("--alone", type=int, default=1000, help="years computed one by one")
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    todo, few = points(given.years), points(given.alone)
    machine = describe()
    with get_context("spawn").Pool(given.processes) as pool:
        found = {"together": run(pool, together, todo), "one_by_one": run(pool, alone, few)}
    ratio = found["one_by_one"]["cpu_ms_per_year"] / found["together"]["cpu_ms_per_year"]
    report = {
        "date": datetime.date.today().isoformat(), "machine": machine, "processes": given.processes, **found,
        "one_by_one_over_together": round(ratio, 2),
        "together_ms_per_year": {"dry": shares(todo[:100]), "evaporative": shares(todo[-100:])},
        "target_wall_s_for_10000_on_two_cores": TARGET_WALL_S,
    }  # fmt: skip
    folder = Path(os.environ.get("OUT") or Path(__file__).parent / "results")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"variant-years-{report['date']}.json"
    path.write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps(report, indent=1), f"\nwritten: {path}")


if __name__ == "__main__":
    main()
