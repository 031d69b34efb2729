"""Sums, dot products and maxima of flat arrays, accumulated in double precision and repeatable bit for bit.

Each worker reduces a fixed share of the array into one double-precision partial result; the shares do not depend on
the number of threads. The partials are then summed by the array module. These are the only kernels that hold double
arithmetic in a single-precision run.
"""

from __future__ import annotations

import numpy as np

from kernels.cell import ZERO, cell

BLOCK = 2048
"""Elements of one contiguous share on the CPU."""
CUDA_WORKERS = 16_384
"""Threads of a strided reduction on CUDA: neighbouring threads read neighbouring elements."""
CUDA_LAST_WORKERS = 128
"""Threads that sum the partials of a strided reduction, before one sums theirs."""
DOUBLE_PRECISION_CELLS = ("partial_dot", "partial_sum", "partial_largest")


@cell
def partial_dot(c, lead, step, count, size, a, b, out):
    """Sum ``a*b`` over ``count`` elements from ``c*lead`` in steps of ``step``, four sums side by side."""
    i = c * lead
    last = min(size, i + count * step)
    total, second, third, fourth = np.float64(ZERO), np.float64(ZERO), np.float64(ZERO), np.float64(ZERO)
    while i + step + step + step < last:
        total += np.float64(a[i]) * np.float64(b[i])
        second += np.float64(a[i + step]) * np.float64(b[i + step])
        third += np.float64(a[i + step + step]) * np.float64(b[i + step + step])
        fourth += np.float64(a[i + step + step + step]) * np.float64(b[i + step + step + step])
        i += step + step + step + step
    while i < last:
        total += np.float64(a[i]) * np.float64(b[i])
        i += step
    out[c] = (total + second) + (third + fourth)


@cell
def partial_sum(c, lead, step, count, size, a, out):
    """Sum ``a`` over ``count`` elements from ``c*lead`` in steps of ``step``, four sums side by side."""
    i = c * lead
    last = min(size, i + count * step)
    total, second, third, fourth = np.float64(ZERO), np.float64(ZERO), np.float64(ZERO), np.float64(ZERO)
    while i + step + step + step < last:
        total += np.float64(a[i])
        second += np.float64(a[i + step])
        third += np.float64(a[i + step + step])
        fourth += np.float64(a[i + step + step + step])
        i += step + step + step + step
    while i < last:
        total += np.float64(a[i])
        i += step
    out[c] = (total + second) + (third + fourth)


@cell
def partial_largest(c, lead, step, count, size, a, out):
    """Take the largest ``|a|`` over ``count`` elements from ``c*lead`` in steps of ``step``; NaN is kept."""
    largest = np.float64(0.0)
    i = c * lead
    for _ in range(count):
        if i < size:
            value = abs(np.float64(a[i]))
            if value > largest or value != value:
                largest = value
        i += step
    out[c] = largest


class Reducer:
    """Reductions over arrays of one length on one backend.

    The ``*_on_device`` methods return a 0-d array of double precision without synchronising with the host.
    """

    def __init__(self, backend, size: int):
        self.backend, self.size = backend, size
        if backend.reduction_blocks_contiguous:
            self.workers = (size + BLOCK - 1) // BLOCK
            self.layout = (BLOCK, 1, BLOCK, size)
        else:
            self.workers = min(size, CUDA_WORKERS)
            self.layout = (1, self.workers, (size + self.workers - 1) // self.workers, size)
        self.partials = backend.zeros(self.workers, np.float64)
        self.few = backend.zeros(min(self.workers, CUDA_LAST_WORKERS), np.float64)

    def dot_on_device(self, a, b):
        """Return the sum of ``a*b``."""
        self.backend.launch(partial_dot, 0, self.workers, *self.layout, a, b, self.partials)
        return self.partials.sum()

    def store_dot(self, a, b, out) -> None:
        """Store the sum of ``a*b`` in ``out``, a double-precision array of one element.

        The partials are summed by kernels too: the array module's sum may allocate, which a captured step must not.
        """
        launch, few = self.backend.launch, len(self.few)
        launch(partial_dot, 0, self.workers, *self.layout, a, b, self.partials)
        if self.backend.reduction_blocks_contiguous:
            launch(partial_sum, 0, 1, 1, 1, self.workers, self.workers, self.partials, out)
            return
        launch(partial_sum, 0, few, 1, few, (self.workers + few - 1) // few, self.workers, self.partials, self.few)
        launch(partial_sum, 0, 1, 1, 1, few, few, self.few, out)

    def sum_on_device(self, a):
        """Return the sum of ``a``."""
        self.backend.launch(partial_sum, 0, self.workers, *self.layout, a, self.partials)
        return self.partials.sum()

    def largest_on_device(self, a):
        """Return the largest absolute value of ``a`` (NaN when there is one)."""
        self.backend.launch(partial_largest, 0, self.workers, *self.layout, a, self.partials)
        return self.partials.max()

    def dot(self, a, b) -> float:
        """Return the sum of ``a*b`` as a float."""
        return float(self.dot_on_device(a, b))

    def sum(self, a) -> float:
        """Return the sum of ``a`` as a float."""
        return float(self.sum_on_device(a))

    def largest(self, a) -> float:
        """Return the largest absolute value of ``a`` as a float (NaN when there is one)."""
        return float(self.largest_on_device(a))
