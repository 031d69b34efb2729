"""Time integration against exact solutions, thermal mass, events, and restarts that change no bit."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from room import make_case
from time_cases import AISLE, BOX, SLAB, VORTEX, run

from kernels.backend import make_backend
from thermo.field import march_state
from thermo.field.grid import make_grid
from thermo.field.properties import fluid_properties
from thermo.field.solver import FieldSolver
from thermo.field.step_control import StepControl, error_share, prediction_shares
from thermo.field.time_terms import TimeTerms, bdf


def observed_orders(values) -> list[float]:
    """Orders from the distances of results with steps that halve each time."""
    gaps = [np.sqrt(np.mean((b - a) ** 2)) for a, b in pairwise(values)]
    return [float(np.log2(a / b)) for a, b in pairwise(gaps)]


def test_taylor_green_vortex_decays_with_second_order_in_time():
    fields = []
    for step in (0.1, 0.05, 0.025):
        solver = run(VORTEX, [f"time.step={step}"]).solver
        fields.append(solver.interior(solver.velocity[0]))
    assert observed_orders(fields)[0] == pytest.approx(2.0, abs=0.1)
    x, y, _ = solver.grid.mesh()
    exact = np.sin(x) * np.cos(y)
    amplitude = (fields[-1] * exact).sum() / (exact**2).sum()
    assert amplitude == pytest.approx(np.exp(-1.0), rel=4e-3)  # 16 cells: the scheme's error is (pi/16)^2/12 = 0.3 %


def test_conduction_in_a_slab_is_second_order_in_time():
    fields = []
    for step in (0.005, 0.0025, 0.00125):
        solver = run(SLAB, [f"time.step={step}"]).solver
        fields.append(solver.interior(solver.T))
    assert observed_orders(fields)[0] == pytest.approx(2.0, abs=0.1)
    x, _, _ = solver.grid.mesh()
    wall = 293.15 - solver.datum
    exact = np.sin(np.pi * x) * np.exp(-np.pi**2 * 0.2)
    # 32 cells: pi^4/12/32^2 * 0.2 = 0.16 %
    assert abs(fields[-1] - wall - exact).max() < 2e-3 * np.exp(-np.pi**2 * 0.2)


def test_a_domain_without_fluid_loses_no_mass():
    block = '[[obstacle]]\nname = "block"\nfrom = [0, 0, 0]\nto = [1, 1, 1]\n'
    block += "material = { conductivity = 1, density = 1, heat_capacity = 1 }\n"
    solver = run(SLAB + block, ["time.step=0.01", "time.duration=0.1"]).solver
    x, _, _ = solver.grid.mesh()
    exact = np.sin(np.pi * x) * np.exp(-np.pi**2 * 0.1)
    assert abs(solver.interior(solver.T) + solver.datum - 293.15 - exact).max() < 0.01


def test_adiabatic_box_heats_as_power_times_time_over_heat_capacity():
    solution = run(BOX)
    solver = solution.solver
    rise = solver.interior(solver.T) + solver.datum - 300.0
    np.testing.assert_allclose(rise, 1000.0 * 10.0 / (1.1614 * 718.0), rtol=1e-12)
    assert max(abs(solver.interior(v)).max() for v in solver.velocity) < 1e-8
    assert solution.balance.closure < 1e-12


def test_bdf_differentiates_parabolas_exactly():
    step, former, now = 0.3, 0.7, 2.0
    rate, first, second = bdf(step, former)
    values = [1.0 + 2.0 * t + 3.0 * t * t for t in (now, now - step, now - step - former)]
    assert rate * values[0] + first * values[1] + second * values[2] == pytest.approx(2.0 + 6.0 * now, rel=1e-12)


def test_the_prediction_extrapolates_parabolas_exactly():
    step, steps = 0.3, [9.0, 0.5, 0.7]
    nodes = [0.0, -0.7, -1.2]
    shares = prediction_shares(step, steps)
    assert sum(s * (1.0 + t + t * t) for s, t in zip(shares, nodes, strict=True)) == pytest.approx(1.0 + 0.3 + 0.09)
    assert error_share(0.5, [0.5, 0.5]) == pytest.approx(2.0 / 11.0)


def test_steps_meet_the_times_that_must_be_met():
    case = make_case(AISLE)
    control = StepControl(case.time, False, [2.0, 3.0, 5.0, 6.5])
    control.wish, time, ends = 0.41, 0.0, []
    while time < 8.0:
        step, goal = control.next(time)
        assert 0.0 < step <= 0.41 * (1.0 + 1e-6)
        assert goal == pytest.approx(time + step)
        ends.append(time := goal)
    assert {2.0, 3.0, 5.0, 6.5, 8.0} <= set(ends)


@pytest.fixture(scope="module")
def failure():
    return run(AISLE)


def test_a_run_that_starts_from_the_steady_state_stays_there(failure):
    inlet = failure.history.arrays()["monitor:rack A1 inlet_mean"]
    time = failure.history.arrays()["time"]
    assert np.ptp(inlet[time <= 2.0]) < 0.01
    assert inlet[-1] > inlet[0] + 0.3


def test_heat_balance_with_storage_closes(failure):
    closure = failure.history.arrays()["heat"]
    assert np.nanmax(closure) < 2e-3
    assert failure.balance.closure < 1e-4


def test_stored_fields_and_statistics(failure):
    assert failure.times == [0.0, 3.0, 6.0, 8.0]
    assert len(failure.snapshots) == 4
    means = failure.statistics.variables(failure.solver)
    last, first = (np.nanmean(failure.snapshots[n]["T"]) for n in (-1, 0))
    assert first < np.nanmean(means["T_mean"].values) < last
    assert np.nanmax(means["T_rms"].values) > 0.05


def test_exhaust_lags_behind_a_load_step_by_the_time_constant_of_the_servers():
    case = make_case(AISLE)
    solver = FieldSolver(case, make_grid(case), make_backend("cpu", "double", 1), fluid_properties(case))
    terms = TimeTerms(solver)
    terms.server_mass.settle()
    terms.accept(0.0)
    terms.accept(0.0)
    terms.jump()
    air = solver.fluid.capacity * solver.streams[0].nominal
    constant, steps = 11.1e3 / air, 100
    solver.devices.power *= 1.5
    for _ in range(steps):
        terms.begin(constant / steps)
        solver.devices.breathe(solver)
        terms.accept(constant / steps)
    rise = float(solver.devices.outlet[0] - solver.devices.inlet[0])
    assert rise == pytest.approx(12.0 * (1.0 + 0.5 * (1.0 - np.exp(-1.0))), rel=1e-4)  # (1/100)^2 of the step
    assert terms.server_mass.storage()[0] == pytest.approx(3000.0 - air * rise, rel=1e-9)


@pytest.mark.parametrize("precision", ["single", "double"])
def test_a_resumed_run_gives_the_same_bits(precision):
    states = []

    def keep(solver, number, level, levels, measures, values, march=None):
        if march is not None and march.number in (3, 17, 30):
            states.append(march_state.save(march))

    whole = run(AISLE, precision=precision, listener=keep)
    assert len(states) == 3
    for state in states:
        resumed = run(AISLE, precision=precision, resume=state)
        assert resumed.iterations == whole.iterations
        for one, other in zip(whole.snapshots, resumed.snapshots, strict=True):
            assert all(np.array_equal(one[name], other[name], equal_nan=True) for name in one)
        assert resumed.ride_through.passed == whole.ride_through.passed
        for name, variable in whole.statistics.variables(whole.solver).items():
            again = resumed.statistics.variables(resumed.solver)[name].values
            assert np.array_equal(variable.values, again, equal_nan=True)
