"""Preconditioned conjugate gradients for the symmetric pressure equation.

Hestenes and Stiefel, J. Res. Natl. Bur. Stand. 49 (1952) 409. Dot products are summed in double precision and the
two scalars of an iteration stay on the device as arrays of one element, so a fixed number of iterations runs without
waiting for the host.
"""

from __future__ import annotations

import math

import numpy as np

from kernels.cell import ZERO, cell
from kernels.reduce import Reducer

DOUBLE_PRECISION_CELLS = ("divide_scalars",)


@cell
def divide_scalars(worker, numerator, denominator, out):
    """Quotient of two dot products; zero over zero, as a zero right-hand side makes it, is zero."""
    out[worker] = numerator[worker] / denominator[worker] if denominator[worker] > ZERO else ZERO


@cell
def first_step(c, step, direction, x):
    """The solution after the first step, from a zero guess."""
    x[c] = step[0] * direction[c]


@cell
def step_along(c, step, direction, x):
    """Move the solution along the search direction."""
    x[c] += step[0] * direction[c]


@cell
def reduce_residual(c, step, applied, r):
    """Residual after a step along the direction to which the operator was ``applied``."""
    r[c] -= step[0] * applied[c]


@cell
def turn_direction(c, ratio, z, direction):
    """Next search direction, conjugate to the former ones."""
    direction[c] = z[c] + ratio[0] * direction[c]


class ConjugateGradient:
    """Work arrays of the solver for flat arrays of ``size`` with unknowns in ``first <= c < last``."""

    def __init__(self, backend, size: int, first: int, last: int):
        self.backend, self.first, self.last = backend, first, last
        self.r, self.z, self.direction, self.applied = (backend.zeros(size) for _ in range(4))
        self.rz, self.former, self.curvature = (backend.zeros(1, np.float64) for _ in range(3))
        self.step, self.ratio = backend.zeros(1), backend.zeros(1)
        self.reducer = Reducer(backend, size)

    def _launch(self, function, *arguments) -> None:
        self.backend.launch(function, self.first, self.last, *arguments)

    def solve_fixed(self, system, b, x, iterations: int) -> None:
        """Store the result of a fixed number of iterations from a zero guess in ``x``."""
        system.regions.remove_mean(b, self.r)
        for iteration in range(iterations):
            self._iterate(system, x, first=iteration == 0, last=iteration == iterations - 1)

    def solve(self, system, b, x, tolerance: float, max_iterations: int) -> tuple[int, float]:
        """Solve to ``|b - A x| <= tolerance |b|``, ``b`` and ``x`` without the mean of closed regions.

        Returns the number of iterations and the relative residual, computed anew from the solution.
        """
        system.regions.remove_mean(b, self.r)
        x[...] = 0
        norm = math.sqrt(self.reducer.dot(self.r, self.r))
        iterations, residual = 0, norm
        while residual > tolerance * norm and iterations < max_iterations:
            self._iterate(system, x, first=iterations == 0, last=False)
            iterations += 1
            residual = math.sqrt(self.reducer.dot(self.r, self.r))
        system.regions.remove_mean(x, x)
        if norm == 0.0:
            return 0, 0.0
        system.regions.remove_mean(b, self.r)
        system.apply(x, self.applied)
        self.r -= self.applied
        return iterations, math.sqrt(self.reducer.dot(self.r, self.r)) / norm

    def _iterate(self, system, x, first: bool, last: bool) -> None:
        """One iteration; the ``first`` starts from zero, the ``last`` leaves the residual alone."""
        direction = self.direction if first else self.z
        system.cycle(self.r, direction)
        self.rz, self.former = self.former, self.rz
        self.reducer.store_dot(self.r, direction, self.rz)
        if not first:
            self.backend.launch(divide_scalars, 0, 1, self.rz, self.former, self.ratio)
            self._launch(turn_direction, self.ratio, self.z, self.direction)
        system.apply(self.direction, self.applied)
        self.reducer.store_dot(self.direction, self.applied, self.curvature)
        self.backend.launch(divide_scalars, 0, 1, self.rz, self.curvature, self.step)
        self._launch(first_step if first else step_along, self.step, self.direction, x)
        if not last:
            self._launch(reduce_residual, self.step, self.applied, self.r)
