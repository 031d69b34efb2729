"""Aggregation multigrid and BiCGStab against NumPy and SciPy, and their iteration ceilings."""

from __future__ import annotations

import numpy as np
import pytest
from conjugate_cases import AIR, board_in_oil, cold_plate, thin_walled_room
from scipy.sparse import csr_matrix, diags
from scipy.sparse.linalg import spsolve

from kernels.aggregation import DIFFUSION_DIVISOR, EnergyMultigrid
from kernels.backend import CpuBackend
from kernels.pairing import aggregate, face_graph, match, segments

CASES = {
    "cold plate with water": cold_plate,
    "cold plate with air": lambda: cold_plate(coolant=AIR, speed=5.0),
    "board in oil": board_in_oil,
    "room with thin walls": thin_walled_room,
}
CEILING = 35


@pytest.fixture(scope="module", params=CASES)
def case(request):
    return CASES[request.param]()


@pytest.fixture(scope="module")
def small_plate():
    return cold_plate(channels=3, length=12)


def prepare(case, backend, **options):
    """Return the solver and the right-hand side of a case."""
    solver = EnergyMultigrid(backend, case.shape)
    arrays = [[backend.asarray(a) for a in group] for group in (case.conductance, case.neighbours)]
    solver.update(*arrays, backend.asarray(case.excess), **options)
    return solver, backend.asarray(case.b)


def solve(case, backend, tolerance, limit=60):
    """Return (iterations, relative residual, solution) from a zero start."""
    solver, b = prepare(case, backend)
    x = backend.zeros(solver.cells.size)
    return (*solver.solve(b, x, tolerance, limit), x)


def coarse_matrix(level):
    """Return a coarse level's matrix as SciPy sparse."""
    pattern = (level.value, level.column.astype(int), level.start.astype(int))
    off = csr_matrix(pattern, shape=(level.rows, level.rows))
    return diags(np.asarray(off.sum(1)).ravel() + level.excess[: level.rows]) - off


def test_iterations_stay_below_the_ceiling(case):
    iterations, residual, _ = solve(case, CpuBackend("double", 1), 1e-6)
    assert residual <= 1e-6
    assert iterations <= CEILING


def test_heat_leaves_as_it_enters_without_over_or_undershoot(case):
    _, residual, x = solve(case, CpuBackend("double", 1), 1e-10)
    assert residual <= 1e-10
    assert case.closure(x) <= 1e-8
    assert x.min() >= -1e-10 * x.max()  # nothing is colder than the inlet
    assert case.source[np.argmax(x)] > 0  # the maximum lies where heat is put in


def test_single_precision_agrees_with_double(case):
    _, _, exact = solve(case, CpuBackend("double", 1), 1e-10)
    iterations, _, x = solve(case, CpuBackend("single", 1), 1e-6)
    assert iterations <= CEILING
    assert np.abs(x - exact).max() <= 1e-4 * exact.max()
    assert case.closure(x.astype(float)) <= 1e-5


def test_agrees_with_a_direct_solve(small_plate):
    _, _, x = solve(small_plate, CpuBackend("double", 1), 1e-12)
    exact = spsolve(small_plate.matrix(), small_plate.b)
    np.testing.assert_allclose(x, exact, atol=1e-9 * exact.max())


def test_residual_is_measured_by_the_matrix(small_plate):
    _, residual, x = solve(small_plate, CpuBackend("double", 1), 1e-5)
    defect = small_plate.b - small_plate.matrix() @ x
    assert residual == pytest.approx(np.linalg.norm(defect) / np.linalg.norm(small_plate.b), rel=1e-8)


def test_result_does_not_depend_on_threads():
    case = cold_plate()
    one, two = (solve(case, CpuBackend("single", threads), 1e-4) for threads in (1, 3))
    assert one[:2] == two[:2]
    np.testing.assert_array_equal(one[2], two[2])


def test_coarse_operators_are_galerkin_sums_with_divided_diffusion(small_plate):
    solver, _ = prepare(small_plate, CpuBackend("double", 1))
    matrix = small_plate.matrix()
    diffusive = 0 * matrix
    for axis, stride in enumerate(solver.cells.strides):
        g = small_plate.conductance[axis][stride:]
        diffusive = diffusive - diags([g, g], [-stride, stride], shape=matrix.shape)
    diffusive = diffusive - diags(np.asarray(diffusive.sum(1)).ravel())
    for level in solver.coarse:
        inside = np.flatnonzero(level.group < level.rows)
        P = csr_matrix((np.ones(inside.size), (inside, level.group[inside].astype(int))), (matrix.shape[0], level.rows))
        diffusive_sum, rest = P.T @ diffusive @ P, P.T @ (matrix - diffusive) @ P
        matrix, diffusive = diffusive_sum / DIFFUSION_DIVISOR + rest, diffusive_sum / DIFFUSION_DIVISOR
        assert abs(coarse_matrix(level) - matrix).max() <= 1e-12 * abs(matrix).max()


def test_frozen_aggregates_follow_new_coefficients(small_plate):
    backend = CpuBackend("double", 1)
    faster = cold_plate(channels=3, length=12, speed=2.0)
    solver, _ = prepare(small_plate, backend)
    groups = [level.group.copy() for level in solver.coarse]
    solver.update(faster.conductance, faster.neighbours, faster.excess)
    for level, group in zip(solver.coarse, groups, strict=True):
        np.testing.assert_array_equal(level.group, group)
    x = backend.zeros(solver.cells.size)
    iterations, _ = solver.solve(faster.b, x, 1e-10, 60)
    assert iterations <= CEILING
    assert faster.closure(x) <= 1e-8


def test_warm_start_at_the_solution_needs_no_iteration(small_plate):
    solver, b = prepare(small_plate, CpuBackend("double", 1))
    x = spsolve(small_plate.matrix(), small_plate.b)
    before = x.copy()
    iterations, residual = solver.solve(b, x, 1e-8, 60)
    assert iterations == 0 and residual <= 1e-8
    np.testing.assert_array_equal(x, before)


def test_tolerance_zero_makes_the_iterations_asked_for(small_plate):
    solver, b = prepare(small_plate, CpuBackend("double", 1))
    x = solver.backend.zeros(solver.cells.size)
    iterations, first = solver.solve(b, x, 0.0, 2)
    assert iterations == 2
    _, second = solver.solve(b, x, 0.0, 2)
    assert second < first < 1.0


def test_single_iterations_with_warm_starts_converge(case):
    """What a coupled run does: one or two iterations per flow step. The first ones may raise the residual."""
    solver, b = prepare(case, CpuBackend("double", 1))
    x = solver.backend.zeros(solver.cells.size)
    for _ in range(30):
        _, residual = solver.solve(b, x, 0.0, 1)
    assert residual < 1e-3


def test_values_of_rows_without_neighbours_are_kept_and_felt():
    """A bar between two fixed end cells: the exact solution is linear."""
    n = 40
    W, E, zero = np.zeros(n + 2), np.ones(n + 2), np.zeros((n + 2, 9))
    W[2:-2], E[:2], E[-2:] = 1.0, 0.0, 0.0

    def line(values):
        field = zero.copy().reshape(3, 3, n + 2)
        field[1, 1] = values
        return field.ravel()

    excess = np.ones(9 * (n + 2)).reshape(3, 3, n + 2)
    excess[1, 1, 2:-2] = 0.0
    fixed = np.zeros(n + 2)
    fixed[1], fixed[-2] = 20.0, 60.0
    conductance = line(np.where((W > 0) | np.roll(E > 0, 1), 1.0, 0.0))
    backend = CpuBackend("double", 1)
    solver = EnergyMultigrid(backend, (1, 1, n))
    blank = line(np.zeros(n + 2))
    solver.update((conductance, blank, blank), (line(W), line(E), blank, blank, blank, blank), excess.ravel())
    x = line(fixed)
    _, residual = solver.solve(line(fixed), x, 1e-12, 60)
    assert residual <= 1e-12
    np.testing.assert_allclose(x.reshape(3, 3, n + 2)[1, 1, 1:-1], np.linspace(20.0, 60.0, n), rtol=1e-10)


def test_no_heat_gives_no_temperature(small_plate):
    solver, b = prepare(small_plate, CpuBackend("double", 1))
    x = np.zeros_like(b)
    assert solver.solve(0 * b, x, 1e-8, 60) == (0, 0.0)
    assert not x.any()


def test_closed_region_without_excess_is_solved_up_to_a_constant():
    shape = (8, 10, 12)
    field = np.ones(shape)
    W, S, B = (
        np.pad(np.where(np.arange(n) > 0, field.swapaxes(a, 2), 0).swapaxes(a, 2), 1).ravel()
        for a, n in ((2, 12), (1, 10), (0, 8))
    )
    E, N, T = np.roll(W, -1), np.roll(S, -14), np.roll(B, -14 * 12)
    excess = np.pad(0 * field, 1, constant_values=1.0).ravel()
    heat = np.random.default_rng(2).random(shape)
    b = np.pad(heat - heat.mean(), 1).ravel()
    solver = EnergyMultigrid(CpuBackend("double", 1), shape)
    solver.update((W, S, B), (W, E, S, N, B, T), excess)
    iterations, residual = solver.solve(b, np.zeros_like(b), 1e-8, 40)
    assert residual <= 1e-8 and iterations <= 20


def test_islands_are_solved_each_by_itself():
    """Pairs of cells that touch nothing else: their mean is found although coarser levels cannot join them."""
    shape = (12, 12, 12)
    x = np.arange(12)
    joined = np.broadcast_to((x % 3 == 1).astype(float), shape)
    W = np.pad(joined, 1).ravel()
    E = np.roll(W, -1)
    excess = np.pad(np.where(x % 3 == 2, 1.0, 1e-4) * np.ones(shape), 1, constant_values=1.0).ravel()
    b = np.pad(np.random.default_rng(1).random(shape), 1).ravel()
    zero = np.zeros_like(W)
    solver = EnergyMultigrid(CpuBackend("double", 1), shape)
    solver.update((W, zero, zero), (W, E, zero, zero, zero, zero), excess)
    found = np.zeros_like(b)
    iterations, residual = solver.solve(b, found, 1e-10, 20)
    assert residual <= 1e-10 and iterations <= 5


def test_matching_takes_the_strongest_free_neighbour():
    start, column = np.array([0, 1, 3, 5, 6]), np.array([1, 0, 2, 1, 3, 2], np.int32)
    weak_first = np.array([1.0, 1.0, 5.0, 5.0, 1.0, 1.0])
    pair, count = match(start, column, weak_first, False)
    assert pair.tolist() == [0, 0, 1, 1] and count == 2
    pair, count = match(start[:1].repeat(3), column[:0], weak_first[:0], False)
    assert pair.tolist() == [-1, -1] and count == 0
    pair, count = match(start[:1].repeat(3), column[:0], weak_first[:0], True)
    assert pair.tolist() == [0, 1] and count == 2


def test_aggregates_hold_about_four_cells_and_every_coupled_cell_once(case):
    _, ny, nx = case.shape
    offsets = np.array([-1, 1, -(nx + 2), nx + 2, -(nx + 2) * (ny + 2), (nx + 2) * (ny + 2)])
    start, column, _, strength = face_graph(np.stack(case.neighbours), offsets)
    made = aggregate(start, column, strength)
    coupled = np.diff(start) > 0
    assert np.array_equal(made.group >= 0, coupled)
    assert coupled.sum() / made.count > 3.8
    members = segments(made.group, made.count)[1]
    assert np.array_equal(np.sort(members), np.flatnonzero(coupled))
