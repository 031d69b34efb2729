#!/usr/bin/env python3
"""Everything that needs a GPU, in one call of less than eight minutes, into one JSON file.

Run it:  python validation/benchmarks/gpu_suite.py
Device and versions, the GPU tests, parity with the CPU per kernel and per solve, the copy bandwidth and each kernel's
share of it, launches per step, graph capture on and off, years of many variants put together, and the half aisle at
0.3, 2.4 and 7.4 million fluid cells.
A section that fails or finds no time left says so in its place in the file; the exit status is 1 when a check fails.
A section that leaves the device unusable is the last of its process; another process goes on after it.
``--cpu-rehearsal`` runs the same logic on the CPU with tiny sizes.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import re
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import launches  # noqa: F401 - puts the repository on the path
from gpu import device, parity, speed, years

from kernels.backend import CpuBackend, make_backend, why_no_cuda

TIME_LIMIT_S = 460.0
RESERVED_S, GRAPHS_S = 150.0, 40.0
"""Kept for what comes after the aisles, the GPU tests and the graphs, and of this for the graphs alone."""
FULL = {"parity": (0.1, 10), "bandwidth": 0.0172, "copy": 2**30, "graph": ((0.1, 50), (0.05, 50), (0.025, 20)),
        "aisle": ((0.05, 45.0), (0.025, 60.0), (0.0172, 150.0)), "settings": (), "years": 2000}
TINY = {"parity": (0.3, 2), "bandwidth": 0.3, "copy": 2**16, "graph": ((0.3, 2),), "aisle": ((0.3, 2.0), (0.25, 2.0)),
        "settings": ("solve.max_iterations=60",), "years": 8}
"""Edges of the cells (m) with steps or seconds. 0.05, 0.025 and 0.0172 m give 0.3, 2.4 and 7.4 million fluid cells."""


class DeviceLostError(Exception):
    """After a failed section the device answers no more: a fault on it ends its use by the whole process."""


class Suite:
    """Runs sections one after the other, keeps what they return or why they did not, and saves after each.

    Sections that ``path`` already has are left out. ``alive`` says whether the device can still be used.
    """

    def __init__(self, path: Path, limit_s: float, alive: Callable[[], bool] = lambda: True, go_on: bool = False):
        self.path, self.limit_s, self.alive, self.started = path, limit_s, alive, time.perf_counter()
        self.report: dict[str, Any] = {"date": datetime.date.today().isoformat(), "sections": {}}
        if go_on:
            self.report = json.loads(path.read_text())
        self.before_s = self.report.get("wall_s", 0.0)

    @property
    def left_s(self) -> float:
        """Seconds left."""
        return self.limit_s - (time.perf_counter() - self.started)

    def section(self, name: str, work: Callable[[], Any], needs_s: float = 10.0) -> None:
        """Run one section unless fewer than ``needs_s`` seconds are left. Raises :class:`DeviceLostError`."""
        if name in self.report["sections"]:
            return
        started, entry = time.perf_counter(), {}
        if self.left_s < needs_s:
            entry["skipped"] = f"{max(self.left_s, 0.0):.0f} s left, {needs_s:.0f} s wanted"
        else:
            try:
                entry["result"] = work()
            except Exception as error:  # one broken section must not cost the others
                entry["error"] = f"{type(error).__name__}: {error}"
                entry["trace"] = traceback.format_exc().splitlines()[-12:]
        entry["wall_s"] = round(time.perf_counter() - started, 2)
        self.report["sections"][name] = entry
        self.save()
        print(f"{name:28} {entry['wall_s']:7.1f} s  {entry.get('error') or entry.get('skipped') or 'done'}", flush=True)
        if "error" in entry and not self.alive():
            raise DeviceLostError

    def save(self) -> None:
        """Write the report as it is now."""
        self.report["wall_s"] = round(self.before_s + time.perf_counter() - self.started, 1)
        self.path.write_text(json.dumps(self.report, indent=1, default=float) + "\n")

    def failures(self) -> list[str]:
        """Names of sections that broke or whose check failed."""
        return [name for name, entry in self.report["sections"].items()
                if "error" in entry or (entry.get("result") or {}).get("passed") is False]


def run(suite: Suite, make: Callable[[str], Any], size: dict[str, Any], commit: str | None = None) -> None:
    """All sections: what is cheap and what must not be missed first, what may upset the device last."""

    def aisle(cell: float, budget_s: float) -> None:
        budget_s = min(budget_s, suite.left_s - RESERVED_S)
        work = partial(speed.steady_aisle, single, cell, budget_s, size["settings"])
        suite.section(f"aisle {cell:g} m", work, RESERVED_S)

    single = make("single")
    suite.section("device", partial(device.describe, single, commit))
    for precision in ("double", "single"):
        suite.section(f"parity {precision}", partial(parity.check, make, precision, *size["parity"]))
    for cell, budget_s in size["aisle"][:-1]:
        aisle(cell, budget_s)
    suite.section("bandwidth", partial(speed.kernels, single, size["bandwidth"], size["copy"]), 40.0)
    suite.section("years", partial(years.check, single.name, size["years"]), 40.0)
    aisle(*size["aisle"][-1])
    if single.name == "cuda":
        suite.section("tests", lambda: device.run_tests(suite.left_s - GRAPHS_S), GRAPHS_S + 20.0)
    for cell, steps in size["graph"]:
        suite.section(f"graph {cell:g} m", partial(speed.graph, single, cell, steps))


def result_path(name: str) -> Path:
    """Where the report goes: the folder in ``$OUT`` when it is set, else ``results`` beside this script."""
    folder = Path(os.environ.get("OUT") or Path(__file__).parent / "results")
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"gpu-{re.sub('[^a-z0-9]+', '-', name.lower()).strip('-')}-{datetime.date.today().isoformat()}.json"


def answers(backend) -> bool:
    """Whether the device still computes."""
    try:
        return float(backend.zeros(1)[0] + 1.0) == 1.0
    except Exception:
        return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cpu-rehearsal", action="store_true", help="tiny sizes on the CPU backend")
    parser.add_argument("--limit", type=float, default=TIME_LIMIT_S, help="seconds for everything")
    parser.add_argument("--commit", help="what to call the commit where there is no repository")
    parser.add_argument("--go-on", type=Path, metavar="FILE", help="do what is not in this report yet")
    arguments = parser.parse_args()
    if not arguments.cpu_rehearsal and (reason := why_no_cuda()):
        sys.exit(f"gpu_suite: {reason}; --cpu-rehearsal runs the logic without a GPU")
    make = partial(CpuBackend, threads=1) if arguments.cpu_rehearsal else partial(make_backend, "cuda")
    size = TINY if arguments.cpu_rehearsal else FULL
    backend = make("single")
    path = arguments.go_on or result_path("cpu-rehearsal" if arguments.cpu_rehearsal else backend.device)
    suite = Suite(path, arguments.limit, partial(answers, backend), go_on=arguments.go_on is not None)
    try:
        run(suite, make, size, arguments.commit)
    except DeviceLostError:
        print("the device answers no more: the rest in a new process", flush=True)
        options = ["--go-on", str(path), "--limit", f"{suite.left_s:.0f}"]
        sys.exit(subprocess.run([sys.executable, __file__, *options], check=False).returncode)
    print(f"written: {suite.path}")
    failed = suite.failures()
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
