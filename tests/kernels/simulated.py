"""The CUDA backend on Numba's CUDA simulator, with NumPy arrays in the place of CuPy's."""

from __future__ import annotations

import numpy as np

from kernels import backend
from kernels.launch import cuda_kernel

BLOCK = 16


class SimulatedBackend(backend.CudaBackend):
    """Launches go through the generated CUDA kernels; set ``NUMBA_ENABLE_CUDASIM=1`` before Numba is imported."""

    def _connect(self) -> None:
        backend.CUDA_BLOCK = BLOCK  # the simulator starts a Python thread for every thread of a block
        self.array_module, self.device = np, "CUDA simulator"

    def to_host(self, values) -> np.ndarray:
        """Return ``values`` themselves."""
        return np.asarray(values)

    def _launcher(self, function, blocks):
        kernel = cuda_kernel(function)  # the simulator's own configured kernel forgets its grid at the next one
        return lambda *arguments: kernel[blocks, BLOCK](*arguments)

    def _view(self, array):
        from numba.cuda.simulator.cudadrv.devicearray import FakeCUDAArray

        return FakeCUDAArray(array)
