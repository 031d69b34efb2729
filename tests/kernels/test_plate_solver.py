"""Many plates at once: against a sparse direct solution, one by one, and conservation."""

import numpy as np
import pytest
from field_cases import make_plates
from scipy.sparse.linalg import LinearOperator, gmres

from kernels.backend import CpuBackend


@pytest.fixture
def solved():
    plates, source = make_plates(CpuBackend("double", threads=1))
    plates.solve(source, 1e-12, 100)
    return plates, source


def dense_matrix(plates) -> np.ndarray:
    """The operator, column by column, of all plates."""
    level = plates.level
    unit, out = np.zeros(level.x.size), np.zeros(level.x.size)
    columns = []
    for c in range(level.first, level.last):
        unit[c] = 1.0
        level.operator(unit, out)
        columns.append(out[level.first : level.last].copy())
        unit[c] = 0.0
    return np.stack(columns, axis=1)


def test_against_a_dense_direct_solution(solved):
    plates, source = solved
    direct = np.linalg.solve(dense_matrix(plates), source.ravel())
    assert np.abs(plates.rises()[0].ravel() - direct).max() < 1e-10 * np.abs(direct).max()


def test_plates_do_not_see_one_another(solved):
    """The matrix is block diagonal: a plate's rises are its own."""
    plates, _ = solved
    matrix, size = dense_matrix(plates), plates.level.size
    matrix[:size, :size] = matrix[size : 2 * size, size : 2 * size] = matrix[2 * size :, 2 * size :] = 0.0
    assert not matrix.any()


def test_all_heat_leaves_with_the_coolant(solved):
    plates, source = solved
    rise, coolant = plates.rises()
    film = plates.level.film[plates.level.first : plates.level.last].reshape(rise.shape)
    caught = (film * (rise - coolant[:, None])).sum(axis=(1, 2, 3))
    assert caught == pytest.approx(source.sum(axis=(1, 2, 3)), rel=1e-11)


def test_coolant_warms_along_both_ways(solved):
    coolant = solved[0].rises()[1]
    assert (np.diff(coolant[:, 1:5, 5:9], axis=2) > 0.0).all()
    assert (np.diff(coolant[:, 1:5, 1:5][..., ::-1], axis=2) > 0.0).all()


def test_the_cycle_is_a_good_preconditioner(solved):
    """GMRES with one V-cycle needs few iterations where without it takes many."""
    plates, source = solved
    level, n = plates.level, source.size
    b, x, out = (np.zeros(level.x.size) for _ in range(3))

    def through(function):
        def product(values):
            x[level.first : level.last] = values
            function(x, out)
            return out[level.first : level.last].copy()

        return LinearOperator((n, n), matvec=product, dtype=np.float64)

    counts = []
    for cycle in (None, through(plates.precondition)):
        steps = []
        gmres(through(level.operator), source.ravel(), rtol=1e-8, restart=200, maxiter=1, M=cycle,
              callback=steps.append, callback_type="pr_norm")
        counts.append(len(steps))
    assert counts[1] < 20 < counts[0]
    assert not b.any()
