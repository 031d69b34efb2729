"""The CPU: NumPy arrays, and cell functions as compiled loops over slabs of cells in threads."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from numba import config

from kernels import native
from kernels.bound import BoundCalls
from kernels.launch import cpu_loop, python_loop

PRECISIONS = {"single": np.float32, "double": np.float64}
CELLS_PER_THREAD = 131_072
"""Below this many cells, fields and sweeps counted, waking a second thread costs more than it saves: about 0.1 ms."""
BLOCK_BYTES, LARGEST_CUT = 2**24, 2**22
"""Bytes of a block of memory and of the largest array that is cut from one; larger arrays get large pages anyway.

Blocks of 32 MiB would go back to the system with every solver, and the page faults would double the time of its set-up.
"""
CACHE_LINE = 64
STAGGER = 5 * CACHE_LINE
"""Bytes between arrays, so that equal cells of many arrays do not fall into the same lines of the first cache."""
WAVE_SWEEPS = 8
"""Sweeps that follow each other through the planes: what they read fits in the cache."""


class Memory:
    """Zeroed arrays cut from large blocks, which the system maps with large pages.

    A kernel reads up to thirty arrays side by side; with pages of 4 KiB each, finding them costs a fifth of the time
    (measured). A block goes when all its arrays have gone.
    """

    def __init__(self):
        self.block, self.used = np.zeros(0, np.uint8), 0

    def zeros(self, shape, dtype) -> np.ndarray:
        """Return an array of zeros that no other array overlaps."""
        count = int(np.prod(shape)) * np.dtype(dtype).itemsize
        if count > LARGEST_CUT:
            return np.zeros(shape, dtype)
        if self.used + count > len(self.block):
            self.block = np.zeros(BLOCK_BYTES, np.uint8)
            self.used = -native.address(self.block) % CACHE_LINE
        start = self.used
        self.used += -(-count // CACHE_LINE) * CACHE_LINE + STAGGER
        return self.block[start : start + count].view(dtype).reshape(shape)


class CpuBackend:
    """NumPy arrays; cell functions run as compiled loops over slabs of cells in ``threads`` threads.

    Results do not depend on the number of threads: every cell is written by exactly one slab.
    """

    name = "cpu"
    array_module = np

    def __init__(self, precision: str = "single", threads: int | None = None):
        self.precision = precision
        self.dtype = PRECISIONS[precision]
        self.threads = threads or available_cores()
        self.device = f"CPU, {self.threads} thread{'s' if self.threads > 1 else ''}"
        self.reduction_blocks_contiguous = True
        self._pool = ThreadPoolExecutor(self.threads - 1) if self.threads > 1 else None
        self._memory = Memory()
        self._bound = BoundCalls()

    def zeros(self, shape, dtype=None) -> np.ndarray:
        """Return an array of zeros in the backend's precision (or ``dtype``)."""
        return self._memory.zeros(shape, dtype or self.dtype)

    def asarray(self, values, dtype=None) -> np.ndarray:
        """Return ``values`` as an array on this device in the backend's precision (or ``dtype``)."""
        values = np.asarray(values, dtype or self.dtype)
        array = self._memory.zeros(values.shape, values.dtype)
        array[...] = values
        return array

    def to_host(self, values) -> np.ndarray:
        """Return ``values`` as a NumPy array."""
        return np.asarray(values)

    def synchronise(self) -> None:
        """Wait until the device has finished. The CPU always has."""

    def launch(self, function: Callable, first: int, last: int, *arguments: Any) -> None:
        """Run the cell function for every cell ``first <= c < last``.

        Python integers reach the kernel as unsigned indices and floats in the backend's precision. A launch is bound
        once and found again by its arguments; the binding goes when one of its arrays goes.
        """
        key = (function, first, last, *[id(a) if a.__class__ is np.ndarray else a for a in arguments])
        call = self._bound.calls.get(key)
        if call is None:
            call = self._bound.keep(key, self._bind(function, first, last, arguments), self._arrays(arguments))
        call()

    def sweep(self, function: Callable, first: int, last: int, plane: int, count: int, shared, fields) -> None:
        """Run ``count`` sweeps of a cell function over each of ``fields``, which share the leading arguments.

        A field is the tuple of the other arguments; its last two are the arrays that the sweeps read and write in
        turn, beginning with the first of them. A sweep reads at most ``plane`` cells to either side of a cell.
        """
        arguments = [*shared, *(argument for field in fields for argument in field)]
        key = (function, first, last, count, *[id(a) if a.__class__ is np.ndarray else a for a in arguments])
        call = self._bound.calls.get(key)
        if call is None:
            call = self._bind_sweeps(function, first, last, plane, count, shared, fields)
            self._bound.keep(key, call, self._arrays(arguments))
        call()

    def _bind(self, function, first, last, arguments) -> Callable[[], None]:
        """Return what runs one launch."""
        if config.DISABLE_JIT:
            typed = [a if isinstance(a, np.ndarray) else typed_scalar(a, int, self.dtype) for a in arguments]
            return partial(python_loop(function), first, last, *typed)
        loop, block = self._loop(function, arguments)
        slabs = min(self.threads, max(1, (last - first) // CELLS_PER_THREAD))
        bounds = [first + (last - first) * s // slabs for s in range(slabs + 1)]
        call = native.callable_loop(loop)
        return self._together([partial(call, *pair, native.address(block)) for pair in pairwise(bounds)], [block])

    def _bind_sweeps(self, function, first, last, plane, count, shared, fields) -> Callable[[], None]:
        """Return what runs sweeps: waves of at most ``WAVE_SWEEPS`` through slabs of planes, one slab a thread."""
        if config.DISABLE_JIT:
            return partial(plain_sweeps, self, function, first, last, count, shared, fields)
        rounds = []
        for done in range(0, count, WAVE_SWEEPS):
            turned = [field if done % 2 == 0 else (*field[:-2], field[-1], field[-2]) for field in fields]
            wave = min(WAVE_SWEEPS, count - done)
            rounds += self._wave(function, first, last, plane, wave, shared, turned)
        return rounds[0] if len(rounds) == 1 else partial(run_in_order, rounds)

    def _wave(self, function, first, last, plane, sweeps, shared, fields) -> list[Callable[[], None]]:
        """Return the two parts of a wave: the slabs, which every sweep leaves narrower, then the gaps between them."""
        back = [(*field[:-2], field[-1], field[-2]) for field in fields]
        bound = [self._loop(function, (*shared, *field)) for field in (*fields, *back)]
        planes = -(-(last - first) // plane)
        work = (last - first) * sweeps * len(fields)
        slabs = min(self.threads, max(1, work // CELLS_PER_THREAD), max(1, planes // (2 * sweeps)))
        bounds = [planes * s // slabs for s in range(slabs + 1)]
        ranges = [(low, high, int(low > 0), -int(high < planes)) for low, high in pairwise(bounds)]
        parts = [ranges, [(middle, middle, -1, 1) for middle in bounds[1:-1]]]
        run, calls = native.driver(native.wave), []
        for part in filter(None, parts):
            words = [np.array([first, last, plane, sweeps, len(fields), *limits,
                               *(native.address(block) for _, block in bound)], np.int64) for limits in part]
            calls.append(self._together([partial(run, bound[0][0], native.address(w)) for w in words], [bound, words]))
        return calls

    def _loop(self, function, arguments) -> tuple[int, np.ndarray]:
        """Return the address of a compiled loop and the block of its arguments."""
        loop = cpu_loop(function, tuple(native.kind_of(a, self.dtype) for a in arguments))
        return loop, native.pack(arguments, self.dtype)

    def _together(self, calls: list[partial], kept) -> Callable[[], None]:
        """Return what runs ``calls`` at the same time, one of them in this thread, and keeps ``kept`` alive."""
        calls[0].kept = kept
        return calls[0] if len(calls) == 1 else partial(self._run_together, calls)

    def _run_together(self, calls) -> None:
        waiting = [self._pool.submit(call) for call in calls[1:]]
        calls[0]()
        for future in waiting:
            future.result()

    @staticmethod
    def _arrays(arguments) -> list[np.ndarray]:
        """Return the arrays among arguments."""
        return [argument for argument in arguments if isinstance(argument, np.ndarray)]


def run_in_order(calls: list[Callable[[], None]]) -> None:
    """Run bound calls one after the other."""
    for call in calls:
        call()


def plain_sweeps(backend, function: Callable, first: int, last: int, count: int, shared, fields) -> None:
    """Run sweeps as one launch after the other; see :meth:`CpuBackend.sweep`."""
    for n in range(count):
        for *others, old, new in fields:
            arrays = (new, old) if n % 2 else (old, new)
            backend.launch(function, first, last, *shared, *others, *arrays)


def typed_scalar(argument, index: type, real: type):
    """Return a number as a kernel takes it: integers as ``index``, floating-point numbers as ``real``.

    A NumPy scalar in double precision would otherwise bring double arithmetic into a single-precision kernel.
    """
    if isinstance(argument, (int, np.integer)):
        return index(argument)
    return real(argument) if isinstance(argument, (float, np.floating)) else argument


def available_cores() -> int:
    """Return how many cores this process may use (``THERMO_THREADS`` overrides)."""
    given = os.environ.get("THERMO_THREADS")
    if given:
        return max(1, int(given))
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
