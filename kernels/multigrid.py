"""Geometric multigrid for the pressure equation, a preconditioner of conjugate gradients.

``(A x)_c = sum over faces cf (x_c - x_nb) + diag_c x_c`` in flux form, so rounding makes no error on constants.
Width-equalising, wall-aware coarsening (:mod:`kernels.coarsening`), piecewise-constant transfers both ways, coarse
conductances summed over the fine faces times the ratio of centre distances, Chebyshev-Jacobi smoothing before and
after, a direct solve on the coarsest grid (:mod:`kernels.coarsest`). The V-cycle is symmetric.
"""

from __future__ import annotations

import math

import numpy as np

from kernels.cell import ONE, ZERO, cell
from kernels.coarsening import Coarsening, hierarchy
from kernels.coarsest import CoarsestSolver
from kernels.conjugate_gradient import ConjugateGradient
from kernels.regions import ClosedRegions, label_regions

LARGEST_EIGENVALUE = 1.96
"""Of the matrix scaled by its diagonal; Gershgorin's bound is 2."""
SMOOTHED_SHARE = 0.25
"""The smoother acts on eigenvalues from this share of the largest up to the largest."""


@cell
def operator_apply(c, sx, sy, sz, cx, cy, cz, diag, x, out):
    """Apply the pressure operator."""
    here = x[c]
    total = cx[c] * (here - x[c - sx]) + cx[c + sx] * (here - x[c + sx])
    total += cy[c] * (here - x[c - sy]) + cy[c + sy] * (here - x[c + sy])
    total += cz[c] * (here - x[c - sz]) + cz[c + sz] * (here - x[c + sz])
    out[c] = total + diag[c] * here


@cell
def operator_residual(c, sx, sy, sz, cx, cy, cz, diag, b, x, out):
    """Residual ``b - A x`` of the pressure equation."""
    here = x[c]
    total = cx[c] * (here - x[c - sx]) + cx[c + sx] * (here - x[c + sx])
    total += cy[c] * (here - x[c - sy]) + cy[c + sy] * (here - x[c + sy])
    total += cz[c] * (here - x[c - sz]) + cz[c + sz] * (here - x[c + sz])
    out[c] = b[c] - total - diag[c] * here


@cell
def smoother_sweep(c, sx, sy, sz, weight, cx, cy, cz, diag, inverse, b, x, out):
    """One Jacobi sweep with one of the weights that make up the Chebyshev polynomial."""
    here = x[c]
    total = cx[c] * (here - x[c - sx]) + cx[c + sx] * (here - x[c + sx])
    total += cy[c] * (here - x[c - sy]) + cy[c + sy] * (here - x[c + sy])
    total += cz[c] * (here - x[c - sz]) + cz[c + sz] * (here - x[c + sz])
    out[c] = here + weight * inverse[c] * (b[c] - total - diag[c] * here)


@cell
def smoother_start(c, weight, inverse, b, out):
    """The first sweep from a zero guess."""
    out[c] = weight * inverse[c] * b[c]


@cell
def inverse_diagonal(c, sx, sy, sz, cx, cy, cz, diag, inverse):
    """One over the diagonal of the pressure operator, zero in solids."""
    diagonal = cx[c] + cx[c + sx] + cy[c] + cy[c + sy] + cz[c] + cz[c + sz] + diag[c]
    inverse[c] = ONE / diagonal if diagonal > ZERO else ZERO


@cell
def restrict_sum(c, child, ax, ay, az, fine, coarse):
    """Sum a fine field over the children of a coarse cell: ``child`` and its partners ``ax``, ``ay``, ``az`` away."""
    f, x, y, z = child[c], ax[c], ay[c], az[c]
    low = fine[f] + fine[f + x] + fine[f + y] + fine[f + y + x]
    f += z
    coarse[c] = low + fine[f] + fine[f + x] + fine[f + y] + fine[f + y + x]


@cell
def coarse_conductance(c, child, ay, az, ratio, fine, coarse):
    """Conductance of a coarse low face: its fine faces (one child along the axis, partners across), scaled."""
    f, y, z = child[c], ay[c], az[c]
    coarse[c] = ratio[c] * (fine[f] + fine[f + y] + fine[f + z] + fine[f + z + y])


@cell
def coarse_opening(c, child, ax, ay, az, share, fine, coarse):
    """Opening of a coarse cell: the sum over its children, scaled by the ratio of distances to the opening."""
    f, x, y, z = child[c], ax[c], ay[c], az[c]
    low = fine[f] + fine[f + x] + fine[f + y] + fine[f + y + x]
    f += z
    coarse[c] = share[c] * (low + fine[f] + fine[f + x] + fine[f + y] + fine[f + y + x])


@cell
def prolong_add(c, parent, correction, x, out):
    """Add the correction of the coarse cell that a cell belongs to."""
    out[c] = x[c] + correction[parent[c]]


def chebyshev_weights(sweeps: int) -> list[float]:
    """Weights of the Jacobi sweeps whose product is the Chebyshev polynomial on the smoothed eigenvalues."""
    middle = 0.5 * LARGEST_EIGENVALUE * (1.0 + SMOOTHED_SHARE)
    radius = 0.5 * LARGEST_EIGENVALUE * (1.0 - SMOOTHED_SHARE)
    return [1.0 / (middle + radius * math.cos(math.pi * (i + 0.5) / sweeps)) for i in range(sweeps)]


class Level:
    """One grid of the hierarchy: coefficients, work arrays, and the way to the next coarser grid."""

    def __init__(self, backend, shape, finest: bool):
        self.backend, self.shape = backend, tuple(int(n) for n in shape)
        nz, ny, nx = (n + 2 for n in self.shape)
        self.strides = (1, nx, nx * ny)
        self.size = nx * ny * nz
        self.first, self.last = nx * ny, self.size - nx * ny
        self.inverse, self.spare = backend.zeros(self.size), backend.zeros(self.size)
        if not finest:
            self.cx, self.cy, self.cz, self.diag, self.b, self.x = (backend.zeros(self.size) for _ in range(6))

    def launch(self, function, *arguments) -> None:
        """Run a cell function over the interior planes of this level."""
        self.backend.launch(function, self.first, self.last, *arguments)

    @property
    def operator(self):
        """Strides and coefficients, the leading arguments of the operator's cells."""
        return (*self.strides, self.cx, self.cy, self.cz, self.diag)

    def connect(self, step: Coarsening, fluid: np.ndarray) -> None:
        """Build the maps to the coarser grid ``step``: children and distance ratios per coarse cell, parents.

        Cells outside ``fluid`` (padded) get ghost 0 as their parent, so corrections leave them at zero.
        """
        grids = [
            np.meshgrid(*[getattr(axis, name) for axis in step.axes], indexing="ij", sparse=True)
            for name in ("first", "second", "ratio")
        ]
        shape = [len(axis.first) for axis in step.axes]
        ghosts = [n + 1 for n in self.shape]
        first = sum(f * s for f, s in zip(grids[0], self.strides[::-1], strict=True))

        def flat(values, dtype):
            return self.backend.asarray(np.broadcast_to(values, shape).ravel(), dtype)

        self.children = flat(first, np.uint32)
        self.az, self.ay, self.ax = (
            flat((s - f) * stride, np.uint32)
            for f, s, stride in zip(grids[0], grids[1], self.strides[::-1], strict=True)
        )
        self.ratio_z, self.ratio_y, self.ratio_x = (flat(ratio, self.backend.dtype) for ratio in grids[2])
        merged = np.any(np.broadcast_arrays(*(s < ghost for s, ghost in zip(grids[1], ghosts, strict=True))), axis=0)
        self.opening_share = flat(np.where(merged, 0.5, 1.0), self.backend.dtype)
        coarse_strides = (shape[1] * shape[2], shape[2], 1)
        parents = np.meshgrid(*[axis.parent for axis in step.axes], indexing="ij", sparse=True)
        parent = sum(p * s for p, s in zip(parents, coarse_strides, strict=True))
        self.parent = self.backend.asarray(np.where(fluid, parent, 0).ravel(), np.uint32)

    def coarsen_coefficients(self, coarse: Level) -> None:
        """Compute the coefficients of the coarser level from this one's."""
        coarse.launch(coarse_conductance, self.children, self.ay, self.az, self.ratio_x, self.cx, coarse.cx)
        coarse.launch(coarse_conductance, self.children, self.ax, self.az, self.ratio_y, self.cy, coarse.cy)
        coarse.launch(coarse_conductance, self.children, self.ax, self.ay, self.ratio_z, self.cz, coarse.cz)
        coarse.launch(
            coarse_opening, self.children, self.ax, self.ay, self.az, self.opening_share, self.diag, coarse.diag
        )

    def invert_diagonal(self) -> None:
        """Refresh the inverse diagonal."""
        self.launch(inverse_diagonal, *self.operator, self.inverse)


class PressureMultigrid:
    """Solver of the pressure equation of one grid.

    ``shape`` is (nz, ny, nx), ``widths`` the cell widths (dz, dy, dx) in m, ``open_faces`` three boolean host arrays
    (z, y, x) of padded shape: low faces open between two fluid cells; ``fluid`` a boolean host array of ``shape``.
    ``resisting`` marks open faces of tiles and screens, three boolean arrays like ``open_faces``.
    Fields are flat arrays of padded shape whose ghosts are zero. ``levels`` counts the grids and ``complexity`` is
    the sum of their cells over those of the finest.
    """

    def __init__(self, backend, shape, widths, open_faces, fluid, resisting=None, sweeps: int = 2):
        self.backend = backend
        open_faces = tuple(np.asarray(faces, bool) for faces in open_faces)
        wet = np.pad(np.asarray(fluid, bool), 1)
        steps = hierarchy(widths, open_faces, wet, resisting)
        self.grids = [Level(backend, s, i == 0) for i, s in enumerate([tuple(shape), *(step.shape for step in steps)])]
        for level, step in zip(self.grids, steps, strict=False):
            level.connect(step, wet)
            wet = step.fluid
        self.coarsest = CoarsestSolver(
            backend, self.grids[-1].shape, steps[-1].open_faces if steps else open_faces
        )
        self.weights = chebyshev_weights(sweeps)
        self.regions = ClosedRegions(backend, label_regions(open_faces, fluid))
        self.levels = len(self.grids)
        self.complexity = sum(float(np.prod(level.shape)) for level in self.grids) / float(np.prod(shape))
        finest = self.grids[0]
        self.solver = ConjugateGradient(backend, finest.size, finest.first, finest.last)

    def update(self, cx, cy, cz, diag) -> None:
        """Keep (not copy) the conductances of the low faces and the openings' diagonal; refresh every level."""
        finest = self.grids[0]
        finest.cx, finest.cy, finest.cz, finest.diag = cx, cy, cz, diag
        for level, coarse in zip(self.grids[:-1], self.grids[1:], strict=True):
            level.invert_diagonal()
            level.coarsen_coefficients(coarse)
        last = self.grids[-1]
        self.coarsest.update(last.cx, last.cy, last.cz, last.diag)
        self.regions.update(diag)

    def apply(self, x, out) -> None:
        """Store ``A x`` in ``out``."""
        self.grids[0].launch(operator_apply, *self.grids[0].operator, x, out)

    def cycle(self, b, x) -> None:
        """Store an approximate solution for ``b`` in ``x`` by one V-cycle; ``b`` must be zero outside the fluid."""
        self._cycle(0, b, x)

    def _cycle(self, depth: int, b, x) -> None:
        if depth == self.levels - 1:
            self.coarsest.solve(b, x)
            return
        level, coarse = self.grids[depth], self.grids[depth + 1]
        held, free = x, level.spare  # each sweep moves the solution to the other array; in the end it is in x
        level.launch(smoother_start, self.weights[0], level.inverse, b, held)
        for weight in self.weights[1:]:
            level.launch(smoother_sweep, *level.strides, weight, *level.operator[3:], level.inverse, b, held, free)
            held, free = free, held
        level.launch(operator_residual, *level.operator, b, held, free)
        coarse.launch(restrict_sum, level.children, level.ax, level.ay, level.az, free, coarse.b)
        self._cycle(depth + 1, coarse.b, coarse.x)
        level.launch(prolong_add, level.parent, coarse.x, held, free)
        held, free = free, held
        for weight in reversed(self.weights):
            level.launch(smoother_sweep, *level.strides, weight, *level.operator[3:], level.inverse, b, held, free)
            held, free = free, held

    def solve_fixed(self, b, x, iterations: int) -> None:
        """Store in ``x`` what ``iterations`` of preconditioned conjugate gradients make from zero; no host transfer."""
        self.solver.solve_fixed(self, b, x, iterations)

    def solve(self, b, x, tolerance: float, max_iterations: int) -> tuple[int, float]:
        """Solve to ``|b - A x| <= tolerance |b|``; returns the iterations and the relative residual reached."""
        return self.solver.solve(self, b, x, tolerance, max_iterations)
