"""On a real GPU: steps and solutions equal the CPU's, views do not keep arrays alive, a captured step equals others."""

from __future__ import annotations

import gc

import numpy as np
import pytest
from few_steps import few_steps
from field_cases import ROOM, TRIP, make_solver
from test_cuda_backend import FEW, STEADY, case_of, found_by
from test_simulator import assert_same

from kernels.backend import CpuBackend, CudaBackend, why_no_cuda
from kernels.launch import copy_cell

REASON = why_no_cuda()
pytestmark = [pytest.mark.gpu, pytest.mark.skipif(REASON is not None, reason=REASON or "")]


@pytest.mark.parametrize(("precision", "tolerance"), [("double", 1e-9), ("single", 5e-4)])
def test_steps_on_the_gpu_equal_the_cpu(precision, tolerance):
    found = few_steps(CudaBackend(precision), 2)
    assert_same(found, few_steps(CpuBackend(precision, threads=1), 2), tolerance)


@pytest.mark.parametrize("name", ["limited room", "two layers", "fins in oil", "trip"])
def test_a_whole_solution_on_the_gpu_equals_the_cpu(name):
    """A difference in the last digit grows a thousandfold on the way; see the same without a GPU."""
    text, overrides = STEADY.get(name, (TRIP, []))
    case = case_of(text, [*overrides, *(FEW if name in STEADY else [])])
    assert_same(found_by(CudaBackend("double"), case), found_by(CpuBackend("double", threads=1), case), 1e-6)


def test_views_let_arrays_go_and_follow_new_ones():
    backend = CudaBackend("single")
    pool, target = backend.array_module.get_default_memory_pool(), backend.zeros(1 << 20)
    before = pool.total_bytes()
    for n in range(50):
        source = backend.zeros(1 << 20) + n
        backend.launch(copy_cell, 0, 1 << 20, source, target)
        assert float(target[12345]) == n
    del source
    gc.collect()
    assert len(backend._views) == 1
    assert pool.total_bytes() < before + 10 * target.nbytes


def test_two_backends_share_one_stream():
    first, second = CudaBackend("single"), CudaBackend("double")
    assert first.stream.ptr == second.stream.ptr == first.array_module.cuda.get_current_stream().ptr


def test_a_captured_step_equals_a_launched_one():
    fields = []
    for captured in (False, True):
        backend = CudaBackend("double")
        solver = make_solver(ROOM, backend)

        def step(solver=solver):
            solver.step(0.7, (2, 2, 2), 2)

        step()
        again = backend.capture(step) if captured else step
        for _ in range(3):
            again()
        fields.append(np.concatenate([backend.to_host(f) for f in (*solver.velocity, solver.T)]))
    assert np.abs(fields[1] - fields[0]).max() <= 1e-9 * np.abs(fields[0]).max()
