"""Small cases run without the compiler: the cell functions are plain Python, for debugging and for reading."""

from __future__ import annotations

from few_steps import few_steps
from test_simulator import assert_same, run_apart

from kernels.backend import CpuBackend


def test_plain_python_equals_the_compiled_loops(tmp_path):
    found = run_apart(["cpu", "double", "3", str(tmp_path / "fields.npz")], NUMBA_DISABLE_JIT="1")
    assert_same(found, few_steps(CpuBackend("double", threads=1), 3), 1e-10)
