"""Direct solution of the pressure equation on the coarsest grid, on the device and in double precision.

One worker factorises the band matrix (Cholesky) whenever the coefficients change and one worker solves. With at most
a few dozen unknowns this is cheaper than a transfer to the host, and a step of the solver never waits for the host.
The diagonal is minus the sum of the off-diagonal coefficients in double precision: assembled from rounded values the
zero eigenvalue of a closed region would become 1e-7 and its constant would be amplified.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from kernels.cell import ONE, ZERO, cell

DOUBLE_PRECISION_CELLS = ("assemble_coarsest", "factorise_coarsest", "solve_coarsest")


@cell
def assemble_coarsest(
    worker, count, band, width, sx, sy, sz, cells, number, component, cx, cy, cz, diag, openings, members, lower
):
    """Assemble the lower half of the band matrix: row ``m`` holds columns ``m-band .. m`` at ``lower[m*width]``.

    ``openings`` sums the openings of each component and ``members`` counts its unknowns. A component without an
    opening is singular: doubling the diagonal of its first unknown leaves the solution for a compatible right-hand
    side exact.
    """
    for m in range(count):
        openings[m] = ZERO
        members[m] = ZERO
    for m in range(count):
        openings[component[m]] += diag[cells[m]]
    for q in range(count * width):
        lower[q] = ZERO
    for m in range(count):
        c, g, here = cells[m], component[m], m * width + band
        west, south, bottom = np.float64(cx[c]), np.float64(cy[c]), np.float64(cz[c])
        diagonal = np.float64(cx[c + sx]) + np.float64(cy[c + sy]) + np.float64(cz[c + sz]) + np.float64(diag[c])
        diagonal += west + south + bottom
        if members[g] == ZERO and openings[g] == ZERO:
            diagonal += diagonal
        members[g] += ONE
        lower[here] = diagonal if diagonal > ZERO else np.float64(ONE)
        if west > ZERO:
            lower[here - (m - number[c - sx])] -= west
        if south > ZERO:
            lower[here - (m - number[c - sy])] -= south
        if bottom > ZERO:
            lower[here - (m - number[c - sz])] -= bottom


@cell
def factorise_coarsest(worker, count, band, width, lower):
    """Cholesky factor of the band matrix in place; the diagonal is stored inverted."""
    for m in range(count):
        start = m - min(m, band)
        here = m * width + band
        for n in range(start, m):
            other = n * width + band
            total = lower[here - (m - n)]
            for k in range(start, n):
                total -= lower[here - (m - k)] * lower[other - (n - k)]
            lower[here - (m - n)] = total * lower[other]
        total = lower[here]
        for k in range(start, m):
            total -= lower[here - (m - k)] * lower[here - (m - k)]
        lower[here] = np.float64(ONE) / math.sqrt(total)


@cell
def solve_coarsest(worker, count, final, band, width, cells, component, openings, members, lower, mean, work, b, x):
    """Solve with the factorised matrix; components without an opening get their mean-free solution."""
    for m in range(count):
        mean[m] = ZERO
    for m in range(count):
        work[m] = b[cells[m]]
        mean[component[m]] += work[m]
    for m in range(count):
        g, here = component[m], m * width + band
        total = work[m] - mean[g] / members[g] if openings[g] == ZERO else work[m]
        for k in range(m - min(m, band), m):
            total -= lower[here - (m - k)] * work[k]
        work[m] = total * lower[here]
    for m in range(count):
        mean[m] = ZERO
    for r in range(count):
        m = final - r
        here = m * width + band
        value = work[m] * lower[here]
        work[m] = value
        mean[component[m]] += value
        for k in range(m - min(m, band), m):
            work[k] -= lower[here - (m - k)] * value
    for m in range(count):
        g = component[m]
        x[cells[m]] = work[m] - mean[g] / members[g] if openings[g] == ZERO else work[m]


class CoarsestSolver:
    """Direct solver of one level, whose ``shape`` is (nz, ny, nx) and ``open_faces`` are padded (z, y, x)."""

    def __init__(self, backend, shape, open_faces):
        self.backend = backend
        strides = ((shape[1] + 2) * (shape[2] + 2), shape[2] + 2, 1)
        axes = np.argsort([-n for n in shape], kind="stable")
        padded = np.arange(np.prod([n + 2 for n in shape])).reshape([n + 2 for n in shape])[1:-1, 1:-1, 1:-1]
        cells = padded.transpose(axes).ravel()
        number = np.zeros(np.prod([n + 2 for n in shape]), np.int64)
        number[cells] = np.arange(len(cells))
        self.count, self.band = len(cells), int(shape[axes[1]] * shape[axes[2]])
        pairs = [np.flatnonzero(faces.ravel()) for faces in open_faces]
        low = np.concatenate([number[c - stride] for c, stride in zip(pairs, strides, strict=True)])
        high = np.concatenate([number[c] for c in pairs])
        graph = coo_array((np.ones(len(low)), (low, high)), shape=(self.count, self.count))
        _, component = connected_components(graph, directed=False)
        self.strides = strides[::-1]
        self.cells, self.number = backend.asarray(cells, np.uint32), backend.asarray(number, np.uint32)
        self.component = backend.asarray(component, np.uint32)
        self.openings, self.members, self.mean, self.work = (backend.zeros(self.count, np.float64) for _ in range(4))
        self.lower = backend.zeros(self.count * (self.band + 1), np.float64)

    def update(self, cx, cy, cz, diag) -> None:
        """Factorise the matrix of new coefficients."""
        size = (self.count, self.band, self.band + 1)
        self.backend.launch(
            assemble_coarsest, 0, 1, *size, *self.strides, self.cells, self.number, self.component, cx, cy, cz, diag,
            self.openings, self.members, self.lower,
        )
        self.backend.launch(factorise_coarsest, 0, 1, *size, self.lower)

    def solve(self, b, x) -> None:
        """Store the solution for ``b`` in ``x``."""
        self.backend.launch(
            solve_coarsest, 0, 1, self.count, self.count - 1, self.band, self.band + 1, self.cells, self.component,
            self.openings, self.members, self.lower, self.mean, self.work, b, x,
        )
