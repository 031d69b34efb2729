"""Speed of coolant loops: ``python validation/benchmarks/loop_speed.py``, process CPU time.

Steady: racks on two headers, every solve warm after heats that change by 5 % at random. In time: 257 distribution units
with 8 racks each, steps of 1 s, every rack with a new random load every other step.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

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


def steady(name: str, network, repeats: int) -> None:
    """Print the mean and the best CPU time of warm solves."""
    medium, random = coolant("propylene glycol 25%"), np.random.default_rng(0)
    started = time.process_time()
    solution = solve(network, medium, 308.15)
    cold = time.process_time() - started
    heated, full = np.flatnonzero(network.heat > 0.0), network.heat.copy()
    times = []
    for _ in range(repeats):
        network.heat[heated] = full[heated] * (1.0 + 0.05 * random.standard_normal(len(heated)))
        started = time.process_time()
        solution = solve(network, medium, former=solution)
        times.append(1e3 * (time.process_time() - started))
    print(f"{name}: {len(network.start)} branches, first {1e3 * cold:.1f} ms, warm mean {np.mean(times):.2f} ms, "
          f"best {min(times):.2f} ms, {solution.steps} steps")  # fmt: skip


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


def twin(steps: int = 600) -> None:
    """Print the CPU time of a step of the twin."""
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
    print(f"twin: 257 units, {len(march.plates)} racks, {len(march.march.T)} cells, {1e3 * each:.2f} ms a step of 1 s: "
          f"{1.0 / each:.0f} times faster than real time")  # fmt: skip


if __name__ == "__main__":
    from networks import hall

    steady("64 racks", hall(64), 200)
    steady("512 racks of 100 trays", resolved(512, 100), 5)
    twin()
