"""The generated CUDA kernels on Numba's CUDA simulator, against the compiled CPU loops: whole steps of small cases."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from few_steps import few_steps

from kernels.backend import CpuBackend

SCRIPT = Path(__file__).with_name("few_steps.py")


def run_apart(arguments: list[str], **environment: str) -> dict[str, np.ndarray]:
    """Run ``few_steps.py`` in its own process, as Numba reads its switches once; the last argument is the file."""
    done = subprocess.run([sys.executable, SCRIPT, *arguments], env=os.environ | environment, capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stderr
    with np.load(arguments[-1]) as stored:
        return dict(stored)


def assert_same(found: dict, expected: dict, tolerance: float) -> None:
    """Compare arrays by name, relative to the largest value of each."""
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        scale = np.abs(values).max()
        assert np.isfinite(values).all(), name
        assert np.abs(found[name] - values).max() <= tolerance * scale, name


@pytest.mark.slow
def test_a_step_through_the_cuda_kernels_equals_the_cpu(tmp_path):
    pytest.importorskip("numba.cuda")
    switches = {"NUMBA_ENABLE_CUDASIM": "1", "NUMBA_DISABLE_JIT": "1"}  # else scalars return as Python's own floats
    found = run_apart(["simulated", "double", "1", str(tmp_path / "fields.npz")], **switches)
    assert_same(found, few_steps(CpuBackend("double", threads=1), 1), 1e-11)
