"""The CUDA backend on arrays that refuse what CuPy's refuse, with the compiled loops of the CPU in place of kernels.

Launches take what Numba CUDA takes: flat contiguous arrays of the device, numbers of fixed width.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from stand_in import StandIn, asarray, bare, wrapped

from kernels import backend
from kernels.cpu import CpuBackend


def _function(name: str):
    def call(*args, **kwargs):
        return wrapped(getattr(np, name)(*bare(list(args)), **kwargs))

    return call


def _asarray(values, dtype=None):
    if isinstance(values, StandIn):
        return values if dtype is None or values.dtype == dtype else values.astype(dtype)
    assert not StandIn.capturing, "memory comes from the host during a capture"
    return asarray(values, dtype)


def _zeros(shape, dtype):
    assert not StandIn.capturing, "memory is asked for during a capture"
    return StandIn(np.zeros(shape, dtype))


def _asnumpy(values):
    return values.get() if isinstance(values, StandIn) else np.asarray(values)


ARRAYS = SimpleNamespace(
    ndarray=StandIn, asarray=_asarray, asnumpy=_asnumpy, zeros=_zeros, float64=np.float64,
    get_default_memory_pool=lambda: SimpleNamespace(free_bytes=lambda: 2**20),
    cuda=SimpleNamespace(runtime=SimpleNamespace(
        memGetInfo=lambda: (2**34, 2**34), runtimeGetVersion=lambda: 13000, driverGetVersion=lambda: 13000,
        getDeviceProperties=lambda _: {"major": 9, "minor": 0, "multiProcessorCount": 1, "l2CacheSize": 1})),
    **{name: _function(name) for name in (
        "abs", "ascontiguousarray", "concatenate", "exp", "expm1", "full_like", "interp", "maximum", "minimum", "pad",
        "stack", "where")})
"""The functions that the program takes from its array module."""


class StandInBackend(backend.CudaBackend):
    """The CUDA backend on device arrays, with the compiled loops of the CPU in the place of its kernels."""

    def _connect(self) -> None:
        self.array_module, self.device = ARRAYS, "stand-in"
        self.loops = CpuBackend(self.precision, threads=1)

    def synchronise(self) -> None:
        """Nothing waits."""
        assert not StandIn.capturing, "the host waits for the device during a capture"

    def capture(self, work):
        """Go through ``work`` without launching, and return what does it."""
        StandIn.capturing = True
        try:
            work()
        finally:
            StandIn.capturing = False
        return work

    def launch(self, function, first, last, *arguments) -> None:
        """Check the arguments as Numba would find them, then run."""
        for name in (first, last):
            assert isinstance(name, int | np.integer), (function.__name__, name)
        if last <= first:
            return
        for n, argument in enumerate(arguments):
            assert not isinstance(argument, np.ndarray), (function.__name__, n, "an array of the host")
            if isinstance(argument, StandIn):
                assert argument.ndim == 1, (function.__name__, n)
                assert bare(argument).flags.c_contiguous, (function.__name__, n)
            else:
                assert isinstance(argument, int | float | np.integer | np.floating), (function.__name__, n, argument)
        if not StandIn.capturing:
            self.loops.launch(function, first, last, *map(bare, arguments))
