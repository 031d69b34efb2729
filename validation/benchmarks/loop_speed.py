"""Speed of coolant loops, process CPU time: ``python validation/benchmarks/loop_speed.py [-o results/FILE.json]``.

Steady: racks on two headers, every solve warm after heats that change by 5 % at random. In time: 257 distribution units
with 8 racks each, steps of 1 s, every rack with a new random load every other step.
"""

from __future__ import annotations

import argparse
import datetime
import json
import sys
import time
from pathlib import Path

import numpy as np
from machine import describe

from thermo import liquid
from thermo.case import load
from thermo.case.shipped import shipped_cases
from thermo.loop.coolant import coolant
from thermo.loop.elements import Pipe, PowerLaw, Valve
from thermo.loop.network import Builder
from thermo.loop.steady import solve
from thermo.loop.trip import LoopMarch

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "loop"))

TWIN = (
    "liquid.groups=257", "liquid.racks=8", "liquid.unit.units=1", "liquid.unit.redundancy=0", "liquid.buildings=1",
    'liquid.time={duration="10 min", step="1 s"}',
)  # fmt: skip


def steady(network, repeats: int) -> dict[str, float]:
    """CPU time of the first and of warm solves, ms."""
    medium, random = coolant("propylene glycol 25%"), np.random.default_rng(0)
    started = time.process_time()
    solution = solve(network, medium, 308.15)
    first = time.process_time() - started
    heated, full = np.flatnonzero(network.heat > 0.0), network.heat.copy()
    times = []
    for _ in range(repeats):
        network.heat[heated] = full[heated] * (1.0 + 0.05 * random.standard_normal(len(heated)))
        started = time.process_time()
        solution = solve(network, medium, former=solution)
        times.append(1e3 * (time.process_time() - started))
    return {
        "branches": len(network.start), "first_ms": round(1e3 * first, 2), "warm_mean_ms": round(np.mean(times), 3),
        "warm_median_ms": round(np.median(times), 3), "warm_best_ms": round(min(times), 3), "steps": solution.steps,
    }  # fmt: skip


def resolved(racks: int, trays: int):
    """Racks of parallel trays on their own manifolds, between two headers."""
    build = Builder()
    build.node("in", inflow=2.5 * racks, temperature=308.15)
    build.node("out", pressure=3e5)
    for i in range(racks):
        for side in ("s", "r", "ms", "mr"):
            build.node(f"{side}{i}")
    build.branch("main", "in", "s0", Pipe(20.0, 0.8))
    build.branch("back", "r0", "out", Pipe(20.0, 0.8))
    for i in range(racks - 1):
        build.branch(f"hs{i}", f"s{i}", f"s{i + 1}", Pipe(0.6, 0.8))
        build.branch(f"hr{i}", f"r{i + 1}", f"r{i}", Pipe(0.6, 0.8))
    for i in range(racks):
        build.branch(f"hose {i}", f"s{i}", f"ms{i}", Pipe(4.0, 0.05, loss=3.0))
        build.branch(f"back hose {i}", f"mr{i}", f"r{i}", Pipe(4.0, 0.05, loss=3.0))
        for k in range(trays):
            parts = (PowerLaw(30e3, 2.5 / trays, 1.85, 1000.0, 1e-3), Valve(24.0 / trays))
            build.branch(f"tray {i} {k}", f"ms{i}", f"mr{i}", *parts, heat=120e3 / trays)
    return build.network()


def twin(steps: int = 600) -> dict[str, float]:
    """CPU time of a step of the twin, and how many times faster than real time that is."""
    case = load(shipped_cases()["abilene_campus"], TWIN)
    march = LoopMarch(case.liquid, liquid.solve_loop(case), case.liquid.time, "propylene glycol 40%")
    march.settle()
    random, share = np.random.default_rng(0), np.ones(len(march.full_power))
    started = time.process_time()
    for step in range(steps):
        if step % 2 == 0:
            share[march.branch] = random.uniform(0.4, 1.0, len(march.branch))
            march.load = share
        march.step()
    each = (time.process_time() - started) / steps
    return {"units": 257, "racks": len(march.plates), "cells": len(march.march.T), "step_s": 1.0,
            "step_ms": round(1e3 * each, 3), "times_real_time": round(1.0 / each)}  # fmt: skip


def main() -> None:
    """Measure, print, and write JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path)
    wanted = parser.parse_args().output
    from networks import hall

    found = {
        "what": "coolant loops, process CPU time of one thread", "date": datetime.date.today().isoformat(),
        "machine": describe(), "64 racks": steady(hall(64), 400),
        "512 racks of 100 trays": steady(resolved(512, 100), 5), "twin": twin(),
    }  # fmt: skip
    text = json.dumps(found, indent=1)
    print(text)
    if wanted:
        wanted.write_text(text + "\n")


if __name__ == "__main__":
    main()
