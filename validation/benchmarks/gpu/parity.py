"""The device against one CPU thread: every kernel on the arrays of a real step, then whole solves."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from launches import aisle_solver, step, watched

from kernels.aggregation import EnergyMultigrid
from kernels.backend import CpuBackend

CHECKED = 3
"""Launches of every cell function that are checked."""
LIMITS = {"kernel": {"double": 1e-9, "single": 1e-4}, "solve": {"double": 1e-9, "single": 2e-3}}
"""Relative to the largest value. A GPU fuses multiplications and additions and sums in another order than a CPU."""


def difference(found: np.ndarray, expected: np.ndarray) -> float:
    """Largest difference over the largest value; infinite where one is not finite."""
    if not (np.isfinite(found).all() and np.isfinite(expected).all()):
        return float("inf")
    scale = float(np.abs(expected).max(initial=0.0))
    return float(np.abs(found - expected).max(initial=0.0)) / scale if scale else float(np.abs(found).max(initial=0.0))


class KernelParity:
    """Observer of launches: repeats the first of every cell function on the CPU from the same arrays."""

    def __init__(self, backend):
        self.backend, self.cpu = backend, CpuBackend(backend.precision, threads=1)
        self.counts: dict[str, int] = {}
        self.worst: dict[str, float] = {}

    def __call__(self, launch, run) -> None:
        count = self.counts[launch.name] = self.counts.get(launch.name, 0) + 1
        if count > CHECKED:
            run()
            return
        copies = {id(a): np.array(self.backend.to_host(a)) for a in launch.arrays}
        arguments = [copies.get(id(a), a) for a in launch.arguments]
        self.cpu.launch(launch.function, launch.first, launch.last, *arguments)
        run()
        found = max((difference(np.array(self.backend.to_host(a), float), copies[id(a)].astype(float))
                     for a in launch.arrays), default=0.0)
        self.worst[launch.name] = max(found, self.worst.get(launch.name, 0.0))


def _energy_solve(solver) -> tuple[int, np.ndarray]:
    """BiCGStab with the aggregation V-cycle on the energy equation as the last step assembled it."""
    backend, rows, equation = solver.backend, solver.heat.rows, solver.heat.equation
    system = EnergyMultigrid(backend, solver.grid.shape)
    system.update(tuple(rows.diffusion), tuple(rows.neighbours), equation.extra + equation.lag)
    temperature = solver.T.copy()
    iterations, _ = system.solve(equation.b, temperature, 1e-5, 40)
    return iterations, backend.to_host(temperature)


def _pressure_solve(solver) -> tuple[int, np.ndarray]:
    correction = solver.backend.zeros(solver.size)
    iterations, _ = solver.multigrid.solve(solver.imbalance, correction, 1e-5, 30)
    return iterations, solver.backend.to_host(correction)


def _solve(backend, cell: float, steps: int) -> dict[str, Any]:
    """Fields after ``steps`` steps of the aisle, and the two linear solves from there with their iterations."""
    solver = aisle_solver(backend, cell)
    for _ in range(steps):
        step(solver)
    fields = {"velocity": solver.velocity, "T": [solver.T], "flux": solver.flux, "p": [solver.p],
              "k": [solver.turbulence.k]}
    found = {name: np.concatenate([backend.to_host(a) for a in arrays]) for name, arrays in fields.items()}
    pressure, energy = _pressure_solve(solver), _energy_solve(solver)
    return found | {"pressure solve": pressure[1], "energy solve": energy[1],
                    "iterations": np.array([pressure[0], energy[0]])}


def check(make_backend, precision: str, cell: float, steps: int) -> dict[str, Any]:
    """Differences per kernel and per solve in one precision, and whether all stay below the limits."""
    backend = make_backend(precision)
    observer = KernelParity(backend)
    with watched(backend, observer):
        solver = aisle_solver(backend, cell)
        step(solver)
        _pressure_solve(solver)
        _energy_solve(solver)
    found, expected = (run() for run in (partial(_solve, backend, cell, steps),
                                         partial(_solve, CpuBackend(precision, threads=1), cell, steps)))
    iterations = {"device": found.pop("iterations").tolist(), "cpu": expected.pop("iterations").tolist()}
    solves = {name: difference(found[name].astype(float), expected[name].astype(float)) for name in expected}
    worst = {"kernel": max(observer.worst.values()), "solve": max(solves.values())}
    return {"cells": solver.grid.cells, "steps": steps, "kernels": dict(sorted(observer.worst.items())),
            "solves": solves, "iterations_pressure_energy": iterations, "worst": worst,
            "limits": {kind: limits[precision] for kind, limits in LIMITS.items()},
            "passed": all(worst[kind] <= LIMITS[kind][precision] for kind in worst)}
