"""Multigrid on pairwise aggregates for the energy equation, and the Krylov solve it preconditions.

The fine level is the matrix-free seven-point equation

    excess x_c + sum a_nb (x_c - x_nb) = b,      a_nb = W, E, S, N, B, T >= 0,

where ``excess`` holds boundaries and time terms. Sweeps stall where conductivities differ by thousands; aggregates
that follow the strongest couplings do not. Coarse diffusion is the summed conductance divided by 1.8, because a
piecewise constant correction makes it too stiff; coarse convection is the summed flux. Braess, D. (1995), "Towards
algebraic multigrid for elliptic problems of second order", Computing 55, 379-393, introduced that divisor.
"""

from __future__ import annotations

import math

import numpy as np

from kernels import aggregation_cells as cells
from kernels.bicgstab import BiCGStab
from kernels.pairing import Aggregates, aggregate, face_graph, segments
from kernels.transport import row_defect

DIFFUSION_DIVISOR = 1.8
"""Divisor of the summed conductance, once per level (four rows to one)."""
SWEEPS = 3
"""Damped Jacobi sweeps before and after the coarse correction; odd, because a sweep swaps two vectors."""
DAMPING = 0.8
DIRECT_ROWS = 128
"""Coarsening stops at this many rows, which the inverse of the coarse matrix solves. Inverting 500 rows takes 16 ms on
one core, more than everything else in a step on 1000 cells; 128 rows take 0.5 ms and as many iterations."""
DIRECT_ROWS_LIMIT = 500
"""Where coarsening stalls, the last level is solved with its inverse up to this size and swept above it."""
STALLED = 0.7
"""Coarsening has stalled when a level keeps more than this share of the rows of the finer one."""


class CellLevel:
    """The finest level: cells of a padded grid joined through faces."""

    def __init__(self, backend, shape: tuple[int, int, int]):
        nz, ny, nx = shape
        self.backend = backend
        self.strides = (1, nx + 2, (nx + 2) * (ny + 2))
        self.size = (nz + 2) * self.strides[2]
        self.range = (self.strides[2], self.size - self.strides[2])
        self.inverse, self.work = backend.zeros(self.size), backend.zeros(self.size)

    def update(self, conductance, neighbours, excess) -> None:
        """Take new coefficients (the arrays are kept, not copied)."""
        self.conductance, self.neighbours, self.excess = tuple(conductance), tuple(neighbours), excess
        self._launch(cells.face_inverse, *self.neighbours, excess, self.inverse)

    def operator(self, x, out) -> None:
        """Store the left-hand side for ``x``."""
        self._launch(cells.face_operator, *self.strides, *self.neighbours, self.excess, x, out)

    def defect(self, b, x, out) -> None:
        """Store right-hand side minus left-hand side."""
        self._launch(row_defect, *self.strides, *self.neighbours, self.excess, b, x, out)

    def first_sweep(self, b, new) -> None:
        """Sweep once from zero."""
        self._launch(cells.damped_first_sweep, DAMPING, self.inverse, b, new)

    def sweep(self, b, old, new) -> None:
        """Sweep once from ``old``."""
        self._launch(cells.damped_face_sweep, *self.strides, DAMPING, *self.neighbours, self.inverse, b, old, new)

    def contract(self, coarse: CoarseLevel) -> None:
        """Fill the coefficients of the next coarser level."""
        shrink = 1.0 / DIFFUSION_DIVISOR
        members, rows = (coarse.entry_start, coarse.entry_members), coarse.rows
        coefficients = (*self.conductance, *self.neighbours, coarse.value, coarse.diffusion)
        self.backend.launch(
            cells.contract_faces, 0, coarse.entries, 1, self.size, *self.strides, shrink, *members, *coefficients
        )
        fixed = (*self.strides, rows, coarse.group, *self.neighbours, self.excess, self.work)
        self._launch(cells.excess_and_fixed_links, *fixed)
        coarse.restrict(self.work, coarse.excess)

    def _launch(self, function, *arguments) -> None:
        self.backend.launch(function, *self.range, *arguments)


class CoarseLevel:
    """Aggregates of the rows of the next finer level: the map, the coefficients in row form, and three vectors."""

    def __init__(self, backend, aggregates: Aggregates, fine_range: tuple[int, int], code=None):
        def indices(values):
            return backend.asarray(values, np.uint32)

        self.backend, self.rows, self.entries = backend, aggregates.count, aggregates.column.size
        self.range, self.fine_range = (0, self.rows), fine_range
        self.host_start, self.host_column = aggregates.start, aggregates.column
        self.start, self.column = indices(aggregates.start), indices(aggregates.column)
        self.group = indices(np.where(aggregates.group < 0, self.rows, aggregates.group))
        row_start, row_members = segments(aggregates.group, self.rows)
        self.row_start, self.row_members = indices(row_start), indices(row_members)
        entry_start, entry_members = segments(aggregates.entry, self.entries)
        self.entry_start = indices(entry_start)
        self.entry_members = indices(entry_members if code is None else code[entry_members])
        self.value, self.diffusion = backend.zeros(self.entries), backend.zeros(self.entries)
        self.excess, self.inverse, self.b, self.x, self.work = (backend.zeros(self.rows + 1) for _ in range(5))
        self.dense = None

    def restrict(self, fine, coarse) -> None:
        """Sum a finer vector over each aggregate."""
        self._launch(cells.sum_of_members, 1, self.row_start, self.row_members, fine, coarse)

    def prolong(self, fine) -> None:
        """Add the solution of this level to the finer vector."""
        self.backend.launch(cells.add_aggregate_value, *self.fine_range, self.group, self.x, fine)

    def finish(self) -> None:
        """Compute what follows from the coefficients."""
        self._launch(cells.row_inverse, 1, self.start, self.value, self.excess, self.inverse)

    def defect(self, b, x, out) -> None:
        """Store right-hand side minus left-hand side."""
        self._launch(cells.row_residual, 1, self.start, self.column, self.value, self.excess, b, x, out)

    def first_sweep(self, b, new) -> None:
        """Sweep once from zero."""
        self._launch(cells.damped_first_sweep, DAMPING, self.inverse, b, new)

    def sweep(self, b, old, new) -> None:
        """Sweep once from ``old``."""
        rows = (self.start, self.column, self.value, self.inverse)
        self._launch(cells.damped_row_sweep, 1, DAMPING, *rows, b, old, new)

    def contract(self, coarse: CoarseLevel) -> None:
        """Fill the coefficients of the next coarser level."""
        shrink = 1.0 / DIFFUSION_DIVISOR
        members = (coarse.entry_start, coarse.entry_members)
        values = (self.value, self.diffusion, coarse.value, coarse.diffusion)
        self.backend.launch(cells.contract_entries, 0, coarse.entries, 1, shrink, *members, *values)
        coarse.restrict(self.excess, coarse.excess)

    def invert(self) -> None:
        """Store the inverse of this level's matrix, computed in double precision on the host.

        The diagonal is raised by a rounding error of single precision: a region without excess then has an inverse too.
        """
        rows, start, column = self.rows, self.host_start, self.host_column
        value = self.backend.to_host(self.value).astype(np.float64)
        matrix = np.zeros((rows, rows))
        row = np.repeat(np.arange(rows), np.diff(start))
        matrix[row, column] = -value
        diagonal = self.backend.to_host(self.excess)[:rows] + np.bincount(row, value, rows)
        matrix[np.arange(rows), np.arange(rows)] = diagonal * (1.0 + np.finfo(np.float32).eps)
        self.dense = self.backend.asarray(np.linalg.inv(matrix).T.ravel())

    def solve_directly(self, b, x) -> None:
        """Multiply by the stored inverse."""
        self._launch(cells.inverse_row, self.rows, self.dense, b, x)

    def _launch(self, function, *arguments) -> None:
        self.backend.launch(function, *self.range, *arguments)


class EnergyMultigrid:
    """Solver of the energy equation on a padded grid of ``shape`` = (nz, ny, nx) cells plus one ghost layer.

    All arrays are flat, of (nz + 2)(ny + 2)(nx + 2) values, x fastest. Rows without neighbour coefficients (ghosts,
    blocked cells) must hold ``excess * x = b``; their values act as fixed ones on cells that are linked to them.
    A connected region without any ``excess`` (an inflow, a fixed temperature, a time term) has a solution only when
    its ``b`` sums to zero, and then up to a constant.
    """

    def __init__(self, backend, shape: tuple[int, int, int]):
        self.backend = backend
        self.cells = CellLevel(backend, shape)
        self.coarse: list[CoarseLevel] = []
        self.krylov = BiCGStab(backend, self.cells.size, *self.cells.range)
        self.built = False

    def update(self, conductance, neighbours, excess, rebuild: bool = False) -> None:
        """Take the coefficients; call after every change of them.

        ``conductance`` = (Dx, Dy, Dz): diffusive part (W/K) of the low faces. ``neighbours`` = (W, E, S, N, B, T):
        conductance plus heat-capacity inflow (W/K), zero in ghosts and blocked cells. ``excess`` (W/K): diagonal
        minus the sum of the six, >= 0, positive in rows without neighbours. The first call, and one with
        ``rebuild``, chooses the aggregates; later calls renew the coarse coefficients only.
        """
        self.cells.update(conductance, neighbours, excess)
        if rebuild or not self.built:
            self._build()
        levels = [self.cells, *self.coarse]
        for fine, coarse in zip(levels, self.coarse, strict=False):
            fine.contract(coarse)
            coarse.finish()
        if self.coarse and self.coarse[-1].rows <= DIRECT_ROWS_LIMIT:
            self.coarse[-1].invert()

    def solve(self, b, x, tolerance: float, max_iterations: int, from_start: bool = False) -> tuple[int, float]:
        """Improve ``x`` (K, in place) until the residual has fallen to ``tolerance``, starting from the ``x`` given.

        ``b`` (W) is the right-hand side. The residual is measured against the one that all unknowns zero would
        leave, so a good start saves iterations; with ``from_start`` against that of the ``x`` given, so every call
        makes progress (a march to a steady state needs this). Returns the number of BiCGStab iterations (two cycles
        each) and the relative residual that was reached. ``tolerance`` zero makes exactly ``max_iterations``.
        """
        reference = self._defect_norm_of_zero(b, x) if self.coarse and not from_start else 0.0
        calls = (self.cells.operator, self.cells.defect, self.cycle)
        return self.krylov.solve(*calls, self.cells.inverse, b, x, reference, tolerance, max_iterations)

    def cycle(self, b, x) -> None:
        """Store the approximate solution that one V-cycle from zero gives."""
        self._cycle(0, b, x)

    def _defect_norm_of_zero(self, b, x) -> float:
        level, group = self.cells, (self.coarse[0].rows, self.coarse[0].group)
        coefficients = (*level.strides, *group, *level.neighbours, level.excess)
        self.backend.launch(cells.defect_of_zero, *level.range, *coefficients, b, x, self.krylov.r)
        return math.sqrt(self.krylov.reducer.dot(self.krylov.r, self.krylov.r))

    def _cycle(self, depth: int, b, x) -> None:
        level = self.coarse[depth - 1] if depth else self.cells
        if depth and level.dense is not None:
            level.solve_directly(b, x)
            return
        level.first_sweep(b, level.work)
        now, spare = self._sweeps(level, b, level.work, x, SWEEPS - 1)
        if depth < len(self.coarse):
            coarse = self.coarse[depth]
            level.defect(b, now, spare)
            coarse.restrict(spare, coarse.b)
            self._cycle(depth + 1, coarse.b, coarse.x)
            coarse.prolong(now)
        self._sweeps(level, b, now, spare, SWEEPS)

    @staticmethod
    def _sweeps(level, b, now, spare, count: int):
        for _ in range(count):
            level.sweep(b, now, spare)
            now, spare = spare, now
        return now, spare

    def _build(self) -> None:
        """Choose the aggregates of every level from the present coefficients."""
        host = self.backend.to_host
        sides = np.stack([host(side) for side in self.cells.neighbours])
        offsets = np.array([sign * stride for stride in self.cells.strides for sign in (-1, 1)])
        start, column, code, strength = face_graph(sides, offsets)
        self.coarse, rows, fine_range = [], np.count_nonzero(np.diff(start)), self.cells.range
        while rows > (DIRECT_ROWS if self.coarse else 0):
            aggregates = aggregate(start, column, strength)
            if aggregates.count == 0 or (self.coarse and aggregates.count > STALLED * rows):
                break
            self.coarse.append(CoarseLevel(self.backend, aggregates, fine_range, code))
            start, column, strength, code = aggregates.start, aggregates.column, aggregates.strength, None
            rows, fine_range = aggregates.count, (0, aggregates.count)
        self.built = True
