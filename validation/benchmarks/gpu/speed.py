"""Speed of the device: kernels against the copy bandwidth, launches and time of a step, graphs, steady aisles."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import numpy as np
from bandwidth import copy_bandwidth, kernel_table
from launches import CASE, aisle_solver, record, step


def kernels(backend, cell: float, copy_bytes: int) -> dict[str, Any]:
    """Copy bandwidth and every kernel's share of it, measured in this call, on the arrays of a step of the aisle."""
    solver = aisle_solver(backend, cell)
    step(solver)
    launches = record(backend, partial(step, solver))
    copy = copy_bandwidth(backend, copy_bytes)
    return {"cells": solver.grid.cells, "copy_GB_per_s": copy, "launches_per_step": len(launches),
            "kernels": kernel_table(backend, launches, max(copy.values()))}


def _timed(backend, work, steps: int) -> dict[str, float]:
    """Milliseconds of a step: until the host has launched it, and until the device has done it."""
    backend.synchronise()
    started = time.perf_counter()
    for _ in range(steps):
        work()
    launched = time.perf_counter() - started
    backend.synchronise()
    return {"host_ms": round(1e3 * launched / steps, 3),
            "step_ms": round(1e3 * (time.perf_counter() - started) / steps, 3)}


def graph(backend, cell: float, steps: int) -> dict[str, Any]:
    """A step launched kernel by kernel, and the same step captured in a graph and replayed; where that fails, why."""
    plain, captured = (aisle_solver(backend, cell) for _ in range(2))
    for solver in (plain, captured):
        step(solver)
        step(solver)
    launches = record(backend, partial(step, captured))
    step(plain)
    found: dict[str, Any] = {"cells": plain.grid.cells, "launches_per_step": len(launches),
                             "off": _timed(backend, partial(step, plain), steps)}
    if not hasattr(backend, "capture"):
        return found | {"on": None, "why": f"the {backend.name} backend has no graphs"}
    try:
        replay = backend.capture(partial(step, captured))
        found["on"] = _timed(backend, replay, steps)
    except Exception as error:  # CUDA, CuPy or Numba may refuse; the record says so and the suite goes on
        return found | {"on": None, "why": f"{type(error).__name__}: {error}"[:300]}
    a, b = (np.concatenate([backend.to_host(v) for v in (*s.velocity, s.T)]) for s in (plain, captured))
    return found | {"difference": float(np.abs(a - b).max() / np.abs(a).max())}


class OutOfTimeError(Exception):
    """The run used up its share of the time."""


def steady_aisle(backend, cell: float, budget_s: float, overrides=()) -> dict[str, Any]:
    """Solve the aisle to its steady state with its grid sequence, or as far as ``budget_s`` seconds go."""
    from thermo.case import load
    from thermo.field.properties import fluid_properties
    from thermo.field.steady import solve_steady

    case = load(CASE, [f"grid.cell={cell:g} m", *overrides])
    started = time.perf_counter()
    seen: dict[str, Any] = {}

    def listener(solver, iteration, level, levels, measures, monitors):
        seen.update(cells=solver.grid.cells, fluid_cells=int(solver.mesh.fluid.sum()), iterations=iteration,
                    grid=f"{level + 1} of {levels}", measures={k: float(v) for k, v in measures.items()},
                    rack_inlet_C={k: round(float(v), 4) for k, v in monitors.items() if k.startswith("rack ")})
        if time.perf_counter() - started > budget_s:
            raise OutOfTimeError

    try:
        status = solve_steady(case, backend, fluid_properties(case), listener).status
    except OutOfTimeError:
        status = f"stopped after {budget_s:.0f} s"
    backend.synchronise()
    wall = time.perf_counter() - started
    return {"cell_m": cell, "status": status, "wall_s": round(wall, 2), **seen}
