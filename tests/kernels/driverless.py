"""Numba CUDA without a driver: it compiles for Hopper and converts the arguments; what it would launch runs on the CPU.

Everything of a launch is real but the last call. Kernels are told by their names, arrays by their addresses.
"""

from __future__ import annotations

import ctypes
import re
from contextlib import nullcontext
from types import SimpleNamespace

import numpy as np
from numba import cuda
from numba.cuda import codegen, dispatcher
from numba.cuda.cudadrv import devices, driver
from stand_in import STREAM, StandIn, bare
from stand_in_device import ARRAYS

from kernels import backend
from kernels.cell import REGISTRY
from kernels.cpu import CpuBackend

HOPPER = (9, 0)
WORDS_OF_AN_ARRAY = 7
"""Two owners, number of elements, bytes of one, address, shape and stride."""
NAME = re.compile(r"thermo_cuda_(\w+?)6kernel")


def connect(run) -> None:
    """Let Numba find a device that it compiles for, and hand ``run(grid, name, words)`` what it launches there."""
    device = SimpleNamespace(compute_capability=HOPPER, id=0)
    context = SimpleNamespace(device=device, create_external_stream=lambda pointer: pointer)

    def compiled(library):
        library.get_asm_str(cc=HOPPER)
        name = NAME.search(library._entry_name)[1]
        return SimpleNamespace(kernel=name, module=SimpleNamespace(initialized=True))

    dispatcher.get_current_device = lambda: device
    dispatcher.CUDADispatcher.enable_caching = lambda _: None
    dispatcher.launch = lambda stream, grid, kernel, *words: run(stream, grid, kernel, words)
    driver._to_core_stream = lambda stream: stream
    devices._runtime.ensure_context = nullcontext
    devices._runtime.get_or_create_context = lambda _: context
    codegen.CUDACodeLibrary.get_cufunc = compiled


class DriverlessBackend(backend.CudaBackend):
    """The CUDA backend with everything but a device."""

    def _connect(self) -> None:
        connect(self._run)
        self.array_module, self.device = ARRAYS, "no driver"
        self._numba_stream = cuda.external_stream(STREAM)
        self.loops = CpuBackend(self.precision, threads=1)
        self.arrays: dict[int, np.ndarray] = {}
        self.names: list[str] = []

    def _view(self, array: StandIn):
        self.arrays[bare(array).ctypes.data] = bare(array)
        return super()._view(array)

    def _run(self, stream, grid, name: str, words) -> None:
        """Decode what a kernel would get and run its cell function."""
        assert stream == STREAM
        first, last, *arguments = self._decoded(list(words))
        assert (grid.grid[0] - 1) * grid.block[0] < last - first <= grid.grid[0] * grid.block[0], (name, grid)
        assert grid.grid[1:] == grid.block[1:] == (1, 1)
        self.names.append(name)
        self.loops.launch(REGISTRY[name], first, last, *arguments)

    def _decoded(self, words: list):
        while words:
            word = words.pop(0)
            if isinstance(word, ctypes._SimpleCData):
                yield word.value
                continue
            _, size, itemsize, address, length, stride = words[: WORDS_OF_AN_ARRAY - 1]
            del words[: WORDS_OF_AN_ARRAY - 1]
            array = self.arrays[address]
            assert (array.size, array.itemsize, array.size, array.itemsize) == (size, itemsize, length, stride)
            yield array
