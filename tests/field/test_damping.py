"""Oscillations about a steady solution: seen, damped, and no solution changed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kernels.cpu import CpuBackend
from kernels.damping import damp_oscillation
from thermo.case import load
from thermo.field import transfer
from thermo.field.damping import GAIN, MEMORY, WINDOW, stalled
from thermo.field.grid import make_grid
from thermo.field.history import History
from thermo.field.march import March, relaxation_of
from thermo.field.properties import fluid_properties
from thermo.field.solver import FieldSolver
from thermo.field.steady import coarsenings, solve_steady, start_fields

CASES = Path(__file__).resolve().parents[2] / "cases" / "air"
AISLE = CASES / "aisle.toml"


def test_falling_updates_are_not_stalled():
    assert not stalled([0.95**n for n in range(60)])
    assert not stalled([1.0] * (2 * WINDOW - 1))


def test_updates_of_a_cycle_are_stalled():
    assert stalled([1e-3 * (1.0 + 0.1 * np.sin(n)) for n in range(60)])


@pytest.mark.parametrize("period", [10.0, 20.0, 50.0])
def test_a_growing_oscillation_dies_out_about_its_solution(period):
    backend = CpuBackend("double", 1)
    turn = 1.01 * np.exp(2j * np.pi / period)
    z, solution = 1.0 + 0.0j, np.array([3.0, -2.0])
    value = np.array([z.real, z.imag]) + solution
    mean = value.copy()
    for _ in range(1500):
        z = turn * complex(*(value - solution))
        value = np.array([z.real, z.imag]) + solution
        backend.launch(damp_oscillation, 0, 2, GAIN, 1.0 / MEMORY, mean, value)
    np.testing.assert_allclose(value, solution, atol=1e-6)


def test_a_run_that_ends_at_its_limit_tells_what_its_monitors_did():
    case = load(AISLE, ["grid.cell=0.3 m", "solve.sequence=false", "solve.max_iterations=30"])
    solution = solve_steady(case, CpuBackend("single", 1), fluid_properties(case), lambda *_: None)
    assert solution.status == "not converged"
    low, high = solution.ranges["rack A1 inlet_mean"]
    assert low < high
    told = next(flag for flag in solution.flags if flag.startswith("not settled"))
    assert "change of velocity" in told
    assert "asked for" in told
    assert "grid.cell" in told
    assert not any("steady solution" in flag for flag in solution.flags)
    assert low <= solution.levels[-1]["rack A1 inlet_mean"] <= high


@pytest.mark.parametrize("damped", [0, 1])
def test_damping_is_told_of_every_grid(damped, monkeypatch):
    class Damped(March):
        def run(self):
            self.damping = [None, object()][self.number == damped]
            self.status, self.iteration, self.values, self.ranges = "wandering", 0, {}, {}

    case = load(AISLE, ["grid.cell=0.2 m"])
    monkeypatch.setattr("thermo.field.steady.March", Damped)
    monkeypatch.setattr("thermo.field.steady.coarsenings", lambda case: [2, 1])
    solution = solve_steady(case, CpuBackend("single", 1), fluid_properties(case), lambda *_: None)
    (flag,) = solution.flags
    assert "selective frequency damping" in flag
    assert (f"coarse grid of {make_grid(case, 2).cells} cells" in flag) == (damped == 0)


@pytest.mark.slow
def test_coarse_grids_of_a_closed_room_settle():
    """At 0.2 m the air of the room with three units swings about its solution; left alone it does so for ever."""
    case = load(CASES / "crah_room.toml", ["grid.cell=0.1 m"])
    backend, fluid, before = CpuBackend("single", 1), fluid_properties(case), None
    factors = coarsenings(case)
    for number, factor in enumerate(factors[:-1]):
        solver = FieldSolver(case, make_grid(case, factor), backend, fluid)
        if before is None:
            start_fields(case, solver)
        else:
            transfer.restore(solver, transfer.interpolate(transfer.state(before), before, solver))
        march = March(case, solver, relaxation_of(case, solver), number, len(factors), False, History(),
                      lambda *_: None, cold=before is None)
        march.run()
        assert march.status == "converged", factor
        before = solver
