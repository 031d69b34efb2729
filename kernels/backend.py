"""Where arrays live and kernels run: the CPU, or an NVIDIA GPU through CuPy and Numba CUDA.

Everything that depends on the device is here and in :mod:`kernels.cpu`. The rest of the package asks the backend for
arrays and launches cell functions over a range of cells.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import cache, partial
from typing import Any

import numpy as np

from kernels.bound import BoundCalls
from kernels.cpu import PRECISIONS, CpuBackend, plain_sweeps, typed_scalar
from kernels.launch import cuda_kernel

CUDA_BLOCK = 256


class BackendUnavailableError(RuntimeError):
    """The asked-for device cannot be used on this machine; the text says why."""


class CudaBackend:
    """CuPy arrays; cell functions run as Numba CUDA kernels.

    All CUDA backends of a process share one stream, which is also CuPy's current one, so kernels, array algebra and
    copies run in the order in which they were asked for. Use it from the thread that made it: CuPy's current stream
    belongs to a thread.
    """

    name = "cuda"

    def __init__(self, precision: str = "single"):
        self.precision = precision
        self.dtype = PRECISIONS[precision]
        self.reduction_blocks_contiguous = False
        self._views: dict[int, tuple[Any, Any]] = {}
        self._launchers: dict[tuple[Callable, int], Callable] = {}
        self._bound = BoundCalls()
        self._connect()

    def _connect(self) -> None:
        """Take the device's array module, name and stream."""
        import cupy

        self.array_module = cupy
        self.stream, self._numba_stream = cuda_stream()
        self.stream.use()
        self.device = cupy.cuda.runtime.getDeviceProperties(cupy.cuda.Device().id)["name"].decode()

    def zeros(self, shape, dtype=None):
        """Return an array of zeros in the backend's precision (or ``dtype``)."""
        return self.array_module.zeros(shape, dtype or self.dtype)

    def asarray(self, values, dtype=None):
        """Return ``values`` as an array on this device in the backend's precision (or ``dtype``)."""
        return self.array_module.ascontiguousarray(self.array_module.asarray(values, dtype or self.dtype))

    def to_host(self, values) -> np.ndarray:
        """Return ``values`` as a NumPy array."""
        return self.array_module.asnumpy(values)

    def synchronise(self) -> None:
        """Wait until the device has finished."""
        self.stream.synchronize()

    def launch(self, function: Callable, first: int, last: int, *arguments: Any) -> None:
        """Run the cell function for every cell ``first <= c < last`` on this backend's stream.

        A launch is bound once and found again by its arguments: Numba takes 0.1 ms to find and convert those of a large
        kernel, the bound call a tenth of it. The binding goes when one of its arrays goes.
        """
        if last <= first:
            return
        kind = self.array_module.ndarray
        key = (function, first, last, *[id(a) if a.__class__ is kind else a for a in arguments])
        call = self._bound.calls.get(key)
        if call is not None:
            call()
            return
        typed = [np.uint32(first), np.uint32(last), *map(self._typed, arguments)]
        launcher = self._launcher(function, (last - first + CUDA_BLOCK - 1) // CUDA_BLOCK)
        launcher(*typed)
        self._bound.keep(key, bound_launch(launcher, typed), [a for a in arguments if isinstance(a, kind)])

    def sweep(self, function: Callable, first: int, last: int, plane: int, count: int, shared, fields) -> None:
        """Run ``count`` sweeps of a cell function over each of ``fields``; see :meth:`CpuBackend.sweep`."""
        plain_sweeps(self, function, first, last, count, shared, fields)

    def _launcher(self, function: Callable, blocks: int) -> Callable:
        """Return the kernel of a cell function bound to a grid of blocks and to the stream."""
        launcher = self._launchers.get((function, blocks))
        if launcher is None:
            launcher = cuda_kernel(function)[blocks, CUDA_BLOCK, self._numba_stream]
            self._launchers[function, blocks] = launcher
        return launcher

    def capture(self, work: Callable[[], None]) -> Callable[[], None]:
        """Record what ``work`` launches as one CUDA graph, without running it, and return what replays the graph.

        ``work`` must have run before, so that its kernels are compiled and CuPy's memory pool holds its temporaries,
        and must not wait for the device. Its scalars and arrays are frozen into the graph; arrays that it makes and
        drops must not be freed to the driver while the graph is used. Raises what CUDA says where it cannot record.
        """
        self.stream.begin_capture()
        try:
            work()
        finally:
            graph = self.stream.end_capture()
        return lambda: graph.launch(self.stream)

    def _typed(self, argument):
        if isinstance(argument, self.array_module.ndarray):
            return self._view(argument)
        return typed_scalar(argument, np.uint32, self.dtype)

    def _view(self, array):
        """Return Numba's view of a CuPy array without waiting for the device.

        Making one costs tens of microseconds, so it is kept, without owning the memory, until the array goes.
        """
        key = id(array)
        known = self._views.get(key)
        if known is None:
            from numba import cuda

            view = cuda.from_cuda_array_interface(array.__cuda_array_interface__, owner=None, sync=False)
            known = (view, weakref.ref(array, lambda _, views=self._views: views.pop(key, None)))
            self._views[key] = known
        return known[0]


def bound_launch(launcher: Callable, arguments: list[Any]) -> Callable[[], None]:
    """Return what launches a kernel, which has run before, once more with the same arguments.

    It is the last line of what Numba does in every launch, with all that comes before done once. A Numba that keeps its
    kernels in another way launches as usual.
    """
    try:
        dispatcher, words = launcher.dispatcher, []
        from numba.cuda.dispatcher import LaunchConfig, launch

        kernel = dispatcher.overloads[tuple(dispatcher.typeof_pyval(argument) for argument in arguments)]
        for kind, argument in zip(kernel.argument_types, arguments, strict=True):
            kernel._prepare_args(kind, argument, launcher.stream, [], words)
        grid = LaunchConfig(grid=launcher.griddim, block=launcher.blockdim)
        return partial(launch, launcher.stream, grid, kernel._codelibrary.get_cufunc().kernel, *words)
    except (AttributeError, ImportError, KeyError, TypeError, ValueError):
        return partial(launcher, *arguments)


@cache
def cuda_stream() -> tuple[Any, Any]:
    """Return the stream of this process as CuPy's and as Numba's object."""
    import cupy
    from numba import config, cuda

    config.CUDA_LOW_OCCUPANCY_WARNINGS = 0  # coarse grids are small, and Numba would warn of every one
    stream = cupy.cuda.Stream(non_blocking=True)
    return stream, cuda.external_stream(stream.ptr)


def why_no_cuda() -> str | None:
    """Return why CUDA cannot be used here in one line, or ``None`` when it can."""
    try:
        import cupy
    except ImportError:
        return "CuPy is not installed (pip install thermo-dc[cuda12] or [cuda13])"
    try:
        if not cupy.cuda.is_available():
            return "CuPy finds no CUDA device or driver"
    except Exception as error:
        return "CuPy cannot start CUDA: " + " ".join(str(error).split())[:200]
    from numba import cuda

    if cuda.is_available():
        return None
    return "Numba CUDA finds no device, driver or compiler (libnvvm: of thermo-dc[cuda12] or [cuda13], or CUDA_HOME)"


def make_backend(kind: str = "auto", precision: str = "single", threads: int | None = None):
    """Return the backend ``"cpu"``, ``"cuda"``, or for ``"auto"`` CUDA where it works and the CPU otherwise.

    Raises :class:`BackendUnavailableError` when ``"cuda"`` is asked for and cannot be had.
    """
    if kind == "cpu":
        return CpuBackend(precision, threads)
    reason = why_no_cuda()
    if reason is None:
        return CudaBackend(precision)
    if kind == "cuda":
        raise BackendUnavailableError(f"backend cuda: {reason}")
    return CpuBackend(precision, threads)
