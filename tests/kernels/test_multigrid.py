"""The pressure solver: operator oracle, iteration ceilings, closed regions, precision, threads."""

from __future__ import annotations

import numpy as np
import pytest
from pressure_cases import conductances, faces_between, make_case
from scipy.fft import dctn, idctn

from kernels.backend import CpuBackend
from kernels.coarsening import hierarchy, merge_axis
from kernels.multigrid import PressureMultigrid, chebyshev_weights, inverse_diagonal, operator_residual, smoother_sweep
from kernels.regions import label_regions

CEILING = 12
KINDS = [
    "uniform", "stretched", "slab", "boxes", "boxes stretched", "thin", "thin stretched", "baffle", "baffle stretched",
    "pocket", "opening boxes", "opening stretched", "tile boxes",
]


def backend(precision="double", threads=1):
    return CpuBackend(precision, threads)


def interior(case, values):
    """A flat field as (z, y, x) without ghosts."""
    return values.reshape(case.diag.shape)[1:-1, 1:-1, 1:-1]


@pytest.mark.parametrize("kind", KINDS)
def test_iterations_in_double_precision_stay_below_the_ceiling(kind):
    case = make_case(kind)
    solver, b = case.solver(backend())
    x = np.zeros_like(b)
    iterations, residual = solver.solve(b, x, 1e-6, 40)
    assert iterations <= CEILING
    assert residual <= 1.01e-6
    assert np.isfinite(x).all()
    assert not interior(case, x)[~case.fluid].any()
    assert solver.complexity < 3.0
    assert solver.solve(b, x, 0.1, 40)[0] <= 4


@pytest.mark.parametrize("kind", ["uniform", "stretched", "boxes", "thin stretched", "baffle", "opening boxes"])
def test_single_precision_needs_no_more_iterations(kind):
    case = make_case(kind)
    solver, b = case.solver(backend("single"))
    x = np.zeros_like(b)
    iterations, residual = solver.solve(b, x, 1e-4, 40)
    assert iterations <= CEILING
    assert residual <= 1e-3  # the solution itself is rounded: the residual recomputed from it ends above 1e-4
    assert x.dtype == np.float32


def test_iterations_do_not_grow_with_the_grid():
    counts = []
    for n in (24, 48):
        solver, b = make_case("boxes stretched", n).solver(backend())
        counts.append(solver.solve(b, np.zeros_like(b), 1e-6, 40)[0])
    assert counts[1] <= counts[0] + 2


def test_an_empty_box_agrees_with_the_cosine_transform():
    n = 32
    case = make_case("uniform", n)
    solver, b = case.solver(backend())
    x = np.zeros_like(b)
    solver.solve(b, x, 1e-11, 60)
    right = interior(case, b) - interior(case, b).mean()
    waves = 2.0 * (1.0 - np.cos(np.pi * np.arange(n) / n)) / n
    eigenvalues = waves[:, None, None] + waves[None, :, None] + waves[None, None, :]
    eigenvalues[0, 0, 0] = 1.0
    spectrum = dctn(right, norm="ortho") / eigenvalues
    spectrum[0, 0, 0] = 0.0
    exact = idctn(spectrum, norm="ortho")
    assert np.abs(interior(case, x) - exact).max() <= 1e-8 * np.abs(exact).max()


@pytest.mark.parametrize("kind", ["stretched", "boxes opening", "thin", "pocket"])
@pytest.mark.parametrize(("precision", "tolerance"), [("double", 1e-13), ("single", 2e-6)])
def test_operator_and_smoother_agree_with_array_slices(kind, precision, tolerance):
    case = make_case(kind, 16)
    device = backend(precision)
    solver, b = case.solver(device)
    level = solver.grids[0]
    field = np.random.default_rng(3).normal(size=case.fluid.shape)
    x = device.asarray(np.pad(np.where(case.fluid, field, 0.0), 1).ravel())
    expected = case.apply(x.astype(float))
    out = np.zeros_like(x)
    solver.apply(x, out)
    scale = np.abs(expected).max()
    assert np.abs(out - expected).max() <= tolerance * scale
    level.launch(operator_residual, *level.operator, b, x, out)
    assert np.abs(out - (b - expected)).max() <= tolerance * scale
    total = np.zeros(case.diag.shape)
    for axis, c in enumerate(case.conductance):
        total += c + np.roll(c, -1, axis)
    total = (total + case.diag).ravel()
    inverse = np.divide(1.0, total, out=np.zeros_like(total), where=total > 0)
    level.launch(inverse_diagonal, *level.operator, out)
    assert np.abs(out - inverse).max() <= tolerance * inverse.max()
    level.launch(smoother_sweep, *level.strides, 0.7, *level.operator[3:], level.inverse, b, x, out)
    expected = x + 0.7 * inverse * (b - expected)
    assert np.abs(out - expected).max() <= 4 * tolerance * np.abs(expected).max()


@pytest.mark.parametrize("kind", ["stretched", "boxes opening", "thin", "baffle", "pocket"])
def test_the_v_cycle_is_symmetric_and_positive(kind):
    case = make_case(kind, 20)
    solver, _ = case.solver(backend())
    random = np.random.default_rng(1)
    fields = [np.pad(np.where(case.fluid, random.normal(size=case.fluid.shape), 0.0), 1).ravel() for _ in range(2)]
    images = []
    for field in fields:
        field[:] = solver_projection(solver, field)
        images.append(np.zeros_like(field))
        solver.cycle(field, images[-1])
    assert fields[0] @ images[1] == pytest.approx(fields[1] @ images[0], rel=1e-10)
    assert fields[0] @ images[0] > 0.0


def solver_projection(solver, values):
    """``values`` without the mean of closed regions."""
    out = np.zeros_like(values)
    solver.regions.remove_mean(values, out)
    return out


@pytest.mark.parametrize("kind", ["uniform", "pocket", "opening boxes"])
def test_coarse_grids_keep_the_sums_of_the_fine_grid(kind):
    case = make_case(kind, 20)
    solver, _ = case.solver(backend())
    fine, coarse = solver.grids[0], solver.grids[1]
    assert coarse.cx.sum() == pytest.approx(0.5 * case.conductance[2][:, :, 1::2].sum())
    assert coarse.diag.sum() == pytest.approx(0.5 * case.diag.sum())
    assert all(not field.reshape([n + 2 for n in coarse.shape])[:, :, [0, -1]].any() for field in (coarse.cx, coarse.b))
    assert fine.size > coarse.size


def test_each_closed_region_gets_its_own_compatible_solution():
    case = make_case("pocket", 20)
    labels = label_regions(case.open_faces, case.fluid)
    assert labels.max() == 1
    solver, b = case.solver(backend())
    field = interior(case, b)
    field[case.fluid] += np.where(labels[case.fluid] == 1, 3.0, -2.0) * np.abs(field).max()
    x = np.zeros_like(b)
    _, residual = solver.solve(b, x, 1e-8, 40)
    assert residual < 1.01e-8
    defect = interior(case, b - case.apply(x))
    for region in (0, 1):
        cells = labels == region
        assert interior(case, x)[cells].mean() == pytest.approx(0.0, abs=1e-10 * np.abs(x).max())
        assert defect[cells] == pytest.approx(field[cells].mean(), abs=1e-6 * np.abs(field).max())


def test_a_pocket_beside_an_open_room_leaves_the_room_alone():
    case = make_case("pocket opening", 20)
    solver, b = case.solver(backend())
    x = np.zeros_like(b)
    _, residual = solver.solve(b, x, 1e-8, 40)
    assert residual < 1.01e-8
    room = label_regions(case.open_faces, case.fluid) == 0
    assert interior(case, b - case.apply(x))[room] == pytest.approx(0.0, abs=1e-6 * np.abs(b).max())


@pytest.mark.parametrize("precision", ["single", "double"])
def test_results_do_not_depend_on_the_number_of_threads(precision):
    case = make_case("boxes stretched", 36)
    solutions = []
    for threads in (1, 2):
        solver, b = case.solver(backend(precision, threads))
        x = np.zeros_like(b)
        solver.solve_fixed(b, x, 3)
        solutions.append(x)
    assert np.array_equal(*solutions)


def test_a_fixed_number_of_iterations_equals_the_same_iterations_to_a_tolerance():
    case = make_case("boxes opening", 20)
    solver, b = case.solver(backend())
    fixed, free = np.zeros_like(b), np.zeros_like(b)
    solver.solve_fixed(b, fixed, 4)
    assert solver.solve(b, free, 0.0, 4)[0] == 4
    assert np.array_equal(fixed, free)


def test_a_zero_right_hand_side_gives_zero():
    case = make_case("boxes", 16)
    solver, b = case.solver(backend("single"))
    b[:] = 0.0
    x = np.ones_like(b)
    assert solver.solve(b, x, 1e-6, 5) == (0, 0.0)
    assert not x.any()
    solver.solve_fixed(b, x, 2)
    assert not x.any()


def test_new_coefficients_replace_the_old_ones():
    case = make_case("boxes", 20)
    solver, b = case.solver(backend())
    cz, cy, cx = (4.0 * c.ravel() for c in case.conductance)
    before, after = np.zeros_like(b), np.zeros_like(b)
    solver.solve(b, before, 1e-10, 40)
    solver.update(cx, cy, cz, case.diag.ravel())
    solver.solve(b, after, 1e-10, 40)
    assert np.allclose(before, 4.0 * after, rtol=1e-7, atol=1e-7 * np.abs(before).max())


@pytest.mark.parametrize("shape", [(1, 1, 40), (1, 24, 30), (3, 3, 3), (2, 37, 5)])
def test_flat_and_tiny_grids(shape):
    widths = [np.full(n, 1.0 / n) for n in shape]
    fluid = np.ones(shape, bool)
    faces = faces_between(fluid)
    device = backend()
    solver = PressureMultigrid(device, shape, widths, faces, fluid)
    cz, cy, cx = (c.ravel() for c in conductances(widths, faces))
    solver.update(cx, cy, cz, np.zeros_like(cx))
    b = np.pad(np.random.default_rng(0).normal(size=shape), 1).ravel()
    iterations, residual = solver.solve(b, np.zeros_like(b), 1e-6, 30)
    assert iterations <= CEILING
    assert residual <= 1.01e-6


def test_region_labels_honour_solids_and_baffles():
    fluid = np.ones((4, 5, 6), bool)
    fluid[:, 2, :3] = False
    faces = faces_between(fluid)
    assert set(np.unique(label_regions(faces, fluid))) == {-1, 0}
    faces[1][:, 3, :] = False
    labels = label_regions(faces, fluid)
    assert labels.max() == 1
    assert (labels[:, :2] == labels[0, 0, 0]).all()
    assert (labels[:, 3:] == labels[0, 4, 0]).all()
    assert (labels[~fluid] == -1).all()


def test_cells_merge_up_to_the_width_of_the_level_and_not_across_a_wall():
    blocked = np.zeros(8, bool)
    blocked[2] = True
    merged = merge_axis(np.array([1.0, 1.0, 1.0, 1.0, 3.0, 1.0]), blocked, 2.0)
    assert merged.widths.tolist() == [1.0, 2.0, 1.0, 3.0, 1.0]
    assert merged.parent.tolist() == [0, 1, 2, 2, 3, 4, 5, 6]
    assert merged.ratio[2] == pytest.approx(1.0 / 1.5)


def test_many_walls_still_lead_to_a_small_coarsest_grid():
    fluid = np.ones((24, 24, 24), bool)
    faces = faces_between(fluid)
    for axis in range(3):
        index = [slice(4, 20)] * 3
        index[axis] = slice(3, 24, 2)
        faces[axis][tuple(index)] = False
    steps = hierarchy([np.full(24, 1.0)] * 3, faces, np.pad(fluid, 1))
    assert np.prod(steps[-1].shape) <= 64


def test_the_smoother_damps_the_upper_eigenvalues():
    eigenvalues = np.linspace(0.49, 1.96, 200)
    damping = np.prod([1.0 - weight * eigenvalues for weight in chebyshev_weights(2)], axis=0)
    assert np.abs(damping).max() == pytest.approx(9.0 / 41.0, rel=1e-3)  # 1 / T_2(5/3)
