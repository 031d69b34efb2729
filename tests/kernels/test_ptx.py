"""Every cell function compiled for CUDA without a GPU: no double arithmetic in single precision, calls or spills."""

from __future__ import annotations

import re
import subprocess
from types import SimpleNamespace

import pytest
from field_cases import import_all_kernels, record_launches

from kernels.cell import REGISTRY
from kernels.launch import cuda_kernel

pytest.importorskip("numba_cuda", reason="the test extra brings numba-cuda, which compiles for CUDA without a GPU")

MODULES = import_all_kernels()
DOUBLE_PRECISION = {name for module in MODULES for name in getattr(module, "DOUBLE_PRECISION_CELLS", ())}
HOPPER = (9, 0)
RESOURCES = re.compile(r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads")


@pytest.fixture(scope="session")
def launches():
    return record_launches("single")


@pytest.fixture
def no_device_needed(monkeypatch):
    """Numba CUDA asks the present device for its capability when a kernel calls a device function."""
    import numba.cuda.dispatcher

    device = SimpleNamespace(compute_capability=HOPPER)
    monkeypatch.setattr(numba.cuda.dispatcher, "get_current_device", lambda: device)


def compile_kernel(name: str, signature: tuple[str, ...]) -> str:
    """Return the PTX of a cell function's kernel for argument types as they were recorded."""
    from numba import cuda, types

    arguments = [
        types.Array(getattr(types, kind[:-2]), 1, "C") if kind.endswith("[]") else getattr(types, kind)
        for kind in ("uint32", "uint32", *signature)
    ]
    text, _ = cuda.compile_ptx(cuda_kernel(REGISTRY[name]).py_func, tuple(arguments), cc=HOPPER)
    return text


def in_double_precision(signature: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(kind.replace("float32", "float64") for kind in signature)


def assert_fits_registers(ptx: str, folder) -> None:
    """Assemble for sm_90 and check that nothing lives in local memory."""
    from cuda.pathfinder import find_nvidia_binary_utility

    source = folder / "kernel.ptx"
    source.write_text(ptx)
    command = [find_nvidia_binary_utility("ptxas"), "-v", "-arch=sm_90", "-o", str(folder / "kernel.cubin"), source]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = RESOURCES.findall(done.stderr)
    assert found, done.stderr
    assert all(int(number) == 0 for entry in found for number in entry), found


def test_the_cases_launch_every_cell_function(launches):
    assert sorted(set(REGISTRY) - set(launches)) == []


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_cuda_kernel_in_single_precision(name, launches, no_device_needed, tmp_path):
    for signature in launches[name]:
        if name not in DOUBLE_PRECISION:
            assert "float64" not in "".join(signature), signature
        ptx = compile_kernel(name, signature)
        assert (".f64" in ptx) == (name in DOUBLE_PRECISION)
        assert not re.search(r"\bcall\b", ptx)
        assert_fits_registers(ptx, tmp_path)


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_cuda_kernel_in_double_precision(name, launches, no_device_needed):
    for signature in {in_double_precision(signature) for signature in launches[name]}:
        ptx = compile_kernel(name, signature)
        assert not re.search(r"\bcall\b", ptx)
