"""Waves of sweeps, and launches that are bound once."""

from __future__ import annotations

import gc

import numpy as np
import pytest

from kernels import bound, cpu
from kernels.cpu import CpuBackend, plain_sweeps
from kernels.launch import copy_cell
from kernels.transport import jacobi_sweep

SHAPE = (19, 7, 9)
PLANE = SHAPE[1] * SHAPE[2]


def problem(fields: int):
    random = np.random.default_rng(5)
    size = int(np.prod(SHAPE))
    coefficients = [random.random(size, np.float32) for _ in range(6)]
    inverse = 1.0 / (np.sum(coefficients, axis=0) + np.float32(0.1))
    arrays = [tuple(random.random(size, np.float32) for _ in range(3)) for _ in range(fields)]
    return (1, SHAPE[2], PLANE, *coefficients, inverse.astype(np.float32)), arrays


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize(("count", "fields"), [(1, 1), (3, 1), (8, 3), (11, 2), (16, 1)])
def test_a_wave_equals_sweeps_one_after_the_other(threads, count, fields, monkeypatch):
    monkeypatch.setattr(cpu, "CELLS_PER_THREAD", 100)
    monkeypatch.setattr(cpu, "WAVE_SWEEPS", 4)
    shared, arrays = problem(fields)
    wanted = [tuple(a.copy() for a in field) for field in arrays]
    first, last = PLANE, int(np.prod(SHAPE)) - PLANE
    plain_sweeps(CpuBackend("single", 1), jacobi_sweep, first, last, count, shared, wanted)
    CpuBackend("single", threads).sweep(jacobi_sweep, first, last, PLANE, count, shared, arrays)
    for found, expected in zip(arrays, wanted, strict=True):
        np.testing.assert_array_equal(found[1 + count % 2], expected[1 + count % 2])


def test_a_bound_launch_goes_with_its_arrays():
    backend = CpuBackend("single", 1)
    source, target = np.ones(10, np.float32), np.zeros(10, np.float32)
    backend.launch(copy_cell, 0, 10, source, target)
    backend.launch(copy_cell, 0, 10, source, target)
    assert len(backend._bound.calls) == 1
    assert target.sum() == 10.0
    del source
    gc.collect()
    assert not backend._bound.calls


def test_scalars_that_change_make_new_launches_without_end(monkeypatch):
    monkeypatch.setattr(bound, "MOST_CALLS", 4)
    backend = CpuBackend("single", 1)
    source, target = np.ones(20, np.float32), np.zeros(20, np.float32)
    for last in range(1, 20):
        backend.launch(copy_cell, 0, last, source, target)
    assert len(backend._bound.calls) <= 4
    assert target.sum() == 19.0


def test_a_kernel_refuses_arrays_it_cannot_walk():
    backend = CpuBackend("single", 1)
    with pytest.raises(ValueError, match="flat contiguous"):
        backend.launch(copy_cell, 0, 4, np.ones((2, 2), np.float32), np.zeros(4, np.float32))
