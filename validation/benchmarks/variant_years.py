#!/usr/bin/env python3
"""Speed of many years: 10,000 variant-years of the halls of cases/sweeps/dry_or_evaporative.toml, into a JSON file.

Run it:  python validation/benchmarks/variant_years.py [--years N] [--processes N]
Half of the variants are the dry hall, half the evaporative one; each is read, simulated over its 8760 hours with load,
tokens, water and cost, and summarised, as `thermo sweep` does. The fields are solved before the clock starts.
CPU seconds are those of the processes that compute; wall seconds include starting them.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import sys
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("OMP_NUM_THREADS", "1")

from machine import describe

from thermo.case.shipped import cases_directory
from thermo.study import design, sweep, sweep_file
from thermo.study.points import Point, evaluate

SWEEP = "sweeps/dry_or_evaporative.toml"
BATCH = 50
TARGET_WALL_S = 120.0
"""What the design asks of 10,000 variant-years on two cores."""


def points(years: int) -> list[Point]:
    """The variants, both cases under the same draws."""
    loaded = sweep_file.load(cases_directory() / SWEEP)
    settings = loaded.settings.model_copy(update={"samples": years // len(loaded.cases)})
    with tempfile.TemporaryDirectory() as folder:
        fields = [sweep.solved_field(case, Path(folder), True) for case in loaded.cases]
    values = design.hypercube(settings)
    return [Point(str(case), design.overrides(settings, one), field)
            for case, field in zip(loaded.cases, fields, strict=True) for one in values]


def compute(batch: list[Point]) -> tuple[float, int]:
    """CPU seconds of a batch and how many of its points failed."""
    started = time.process_time()
    failed = sum("failed" in evaluate(point) for point in batch)
    return time.process_time() - started, failed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--years", type=int, default=10_000)
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    todo = points(given.years)
    batches = [todo[start : start + BATCH] for start in range(0, len(todo), BATCH)]
    before, started = describe(), time.perf_counter()
    with get_context("spawn").Pool(given.processes) as pool:
        found = pool.map(compute, batches, chunksize=1)
    wall, cpu = time.perf_counter() - started, sum(seconds for seconds, _ in found)
    report = {
        "date": datetime.date.today().isoformat(), "machine": before, "variant_years": len(todo),
        "failed": sum(failed for _, failed in found), "processes": given.processes, "cpu_s": round(cpu, 1),
        "wall_s": round(wall, 1), "cpu_ms_per_year": round(1e3 * cpu / len(todo), 2),
        "target_wall_s_for_10000_on_two_cores": TARGET_WALL_S,
    }  # fmt: skip
    folder = Path(os.environ.get("OUT") or Path(__file__).parent / "results")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"variant-years-{report['date']}.json"
    path.write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps(report, indent=1), f"\nwritten: {path}")


if __name__ == "__main__":
    main()
