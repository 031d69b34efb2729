"""Connected fluid regions, and the pressure level that a closed region leaves free.

Without a fixed-pressure opening the pressure of a region is known up to a constant, and a solution exists only when
the right-hand side of the region sums to zero. The mean of the region is then taken out of both.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from kernels.cell import ONE, ZERO, cell

SHARE = 2048
"""Cells of one region that one worker sums on the CPU."""
CUDA_SHARE, CUDA_WORKERS, CUDA_LAST_WORKERS = 32, 16_384, 128
"""Least number of cells of a worker on CUDA, and largest number of workers of a region: of those that sum cells, and of
those that sum what these have found."""
DOUBLE_PRECISION_CELLS = ("region_sum", "region_mean", "closed_weight")


def label_regions(open_faces, fluid) -> np.ndarray:
    """Number the fluid regions that open faces connect, 0, 1, ...; -1 in solids.

    ``open_faces`` are three boolean arrays (z, y, x) of padded shape ``(nz+2, ny+2, nx+2)`` for the low faces of the
    cells, ``fluid`` is ``(nz, ny, nx)``. Returns int32 ``(nz, ny, nx)``. Runs of connected cells along x are the
    nodes of the graph, so the graph is much smaller than the grid.
    """
    wet = np.pad(np.asarray(fluid, bool), 1)
    _, ny, nx = wet.shape
    open_z, open_y, open_x = (np.asarray(faces, bool).ravel() for faces in open_faces)
    flat = wet.ravel()
    run = np.cumsum(flat & ~open_x) - 1
    low, high = [], []
    for faces, stride in ((open_y, nx), (open_z, nx * ny)):
        c = np.flatnonzero(faces)
        a, b = run[c - stride], run[c]
        new = np.concatenate([[True], (a[1:] != a[:-1]) | (b[1:] != b[:-1])]) if len(c) else np.zeros(0, bool)
        low.append(a[new])
        high.append(b[new])
    low, high = np.concatenate(low), np.concatenate(high)
    runs = int(run[-1]) + 1
    graph = coo_array((np.ones(len(low), bool), (low, high)), shape=(runs, runs))
    _, component = connected_components(graph, directed=False)
    labels = np.full(flat.shape, -1, np.int32)
    labels[flat] = component[run[flat]]
    return np.ascontiguousarray(labels.reshape(wet.shape)[1:-1, 1:-1, 1:-1])


@cell
def region_sum(m, begin, end, step, cells, values, out):
    """Sum ``values`` over one worker's share of a region's cells in double precision, four sums side by side."""
    q, s, last = begin[m], step[m], end[m]
    total, second, third, fourth = np.float64(ZERO), np.float64(ZERO), np.float64(ZERO), np.float64(ZERO)
    while q + s + s + s < last:
        total += np.float64(values[cells[q]])
        second += np.float64(values[cells[q + s]])
        third += np.float64(values[cells[q + s + s]])
        fourth += np.float64(values[cells[q + s + s + s]])
        q += s + s + s + s
    while q < last:
        total += np.float64(values[cells[q]])
        q += s
    out[m] = (total + second) + (third + fourth)


@cell
def region_mean(m, first_share, partials, weight, mean):
    """Mean of one region from the sums of its shares; ``weight`` is one over its cells, or zero to leave it alone."""
    total = np.float64(0.0)
    for q in range(first_share[m], first_share[m + 1]):
        total += partials[q]
    mean[m] = total * weight[m]


@cell
def closed_weight(m, first_share, partials, size, weight):
    """One over the number of cells of a region without any opening, zero for a region with one."""
    total = ZERO
    for q in range(first_share[m], first_share[m + 1]):
        total += abs(partials[q])
    weight[m] = ONE / size[m] if total == ZERO else ZERO


@cell
def subtract_mean(c, slot, mean, values, out):
    """Take the region's mean out of ``values``; cells outside every region get zero."""
    n = slot[c]
    out[c] = values[c] - mean[n] if n > 0 else ZERO


class ClosedRegions:
    """Takes the mean out of fields in the regions that have no fixed-pressure opening, without a host transfer.

    ``labels`` are those of :func:`label_regions`. Each region is summed by workers with fixed shares of its cells, so
    the result does not depend on the number of threads.
    """

    def __init__(self, backend, labels: np.ndarray):
        self.backend = backend
        slot = np.pad(labels, 1, constant_values=-1).ravel() + 1
        sizes = np.bincount(slot)
        self.slots, self.size, contiguous = len(sizes), len(slot), backend.reduction_blocks_contiguous
        self.rounds, bounds = [], np.cumsum(sizes)
        cells, last = np.argsort(slot, kind="stable"), SHARE if contiguous else CUDA_WORKERS
        for most in (last,) if contiguous else (last, CUDA_LAST_WORKERS):
            shares = [region_shares(*pair, contiguous, most) for pair in pairwise(bounds)]
            begin, end, step = np.concatenate([np.zeros((3, 0), int), *shares], axis=1)
            columns = [backend.asarray(values, np.uint32) for values in (begin, end, step, cells)]
            self.rounds.append((len(begin), columns, backend.zeros(max(1, len(begin)), np.float64)))
            bounds = np.cumsum([0] + [share.shape[1] for share in shares])
            cells = np.arange(len(begin))
        self.partials = self.rounds[-1][2]
        self.slot = backend.asarray(slot, np.uint32)
        self.first_share = backend.asarray(np.concatenate([[0], bounds]), np.uint32)
        self.sizes, self.weight = backend.asarray(sizes, np.float64), backend.zeros(self.slots, np.float64)
        self.mean = backend.zeros(self.slots)

    def update(self, diag) -> None:
        """Find the closed regions from the diagonal of the fixed-pressure openings."""
        self._sum(diag)
        self.backend.launch(closed_weight, 1, self.slots, self.first_share, self.partials, self.sizes, self.weight)

    def remove_mean(self, values, out) -> None:
        """Store ``values`` without the mean of each closed region in ``out``, and zero outside the fluid."""
        self._sum(values)
        self.backend.launch(region_mean, 1, self.slots, self.first_share, self.partials, self.weight, self.mean)
        self.backend.launch(subtract_mean, 0, self.size, self.slot, self.mean, values, out)

    def _sum(self, values) -> None:
        for workers, columns, partials in self.rounds:
            self.backend.launch(region_sum, 0, workers, *columns, values, partials)
            values = partials


def region_shares(low: int, high: int, contiguous: bool, most: int) -> np.ndarray:
    """Begin, end and step of the workers that sum cells ``low <= q < high`` of the list, shape ``(3, workers)``:
    contiguous shares of ``most`` cells, or at most so many workers that stride."""
    if contiguous:
        begin = np.arange(low, high, most)
        return np.array([begin, np.minimum(begin + most, high), np.ones_like(begin)])
    workers = min(most, -(-(high - low) // CUDA_SHARE))
    begin = low + np.arange(workers)
    return np.array([begin, np.full(workers, high), np.full(workers, workers)])
