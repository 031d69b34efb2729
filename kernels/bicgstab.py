"""BiCGStab with a preconditioner, for non-symmetric systems on flat arrays.

van der Vorst, H. A. (1992), "Bi-CGSTAB: a fast and smoothly converging variant of Bi-CG", SIAM J. Sci. Stat. Comput.
13, 631-644, preconditioned from the right, so the residual is the true one. Vectors have the backend's precision,
dot products are accumulated in double precision, and the coefficients stay on the device.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from kernels.cell import cell
from kernels.launch import copy_cell
from kernels.reduce import Reducer

BREAKDOWN = 1e-14
"""Cosine between the residual and its shadow below which the recurrence is started anew."""
PROGRESS = 0.5
"""A recurrence that reports success has to reduce the true residual by this factor, else rounding is reached."""
LOST = 10.0
"""Growth of the residual that undoes a recurrence. The first iterations may well raise it."""

ROUNDING_SHARE = 0.1
"""The recurrence goes on until its residual is this share of the rounding error: smooth errors hide below that."""


@cell
def search_direction(c, beta, omega, r, v, p):
    """Advance the search direction."""
    p[c] = r[c] + beta[0] * (p[c] - omega[0] * v[c])


@cell
def half_step_residual(c, alpha, v, r):
    """Residual after the step along the search direction."""
    r[c] -= alpha[0] * v[c]


@cell
def full_step(c, alpha, omega, y, z, t, x, r):
    """Advance the solution along both directions, and the residual along the second."""
    x[c] += alpha[0] * y[c] + omega[0] * z[c]
    r[c] -= omega[0] * t[c]


@cell
def over_inverse_diagonal(c, inverse, x, out):
    """Diagonal times ``x``: the size of the terms that a residual is the difference of."""
    out[c] = x[c] / inverse[c]


class BiCGStab:
    """Workspace of the solver for vectors of ``size`` values of which ``first <= c < last`` are unknowns.

    Outside that range the vectors keep the zeros they are made with.
    """

    def __init__(self, backend, size: int, first: int, last: int):
        self.backend, self.first, self.last = backend, first, last
        self.reducer = Reducer(backend, size)
        self.epsilon = float(np.finfo(backend.dtype).eps)
        self.r, self.shadow, self.p, self.v, self.t, self.y, self.z, self.kept = (backend.zeros(size) for _ in range(8))
        self.alpha, self.beta, self.omega = (backend.zeros(1) for _ in range(3))

    def solve(
        self,
        operator: Callable,
        defect: Callable,
        precondition: Callable,
        inverse,
        b,
        x,
        reference: float,
        tolerance: float,
        max_iterations: int,
    ) -> tuple[int, float]:
        """Improve ``x`` in place until ``|b - A x| <= tolerance * reference``.

        ``operator(x, out)`` stores ``A x``, ``defect(b, x, out)`` stores ``b - A x``, ``precondition(b, out)`` an
        approximate solution; ``inverse`` is the inverse diagonal of ``A``. A ``reference`` of zero stands for the
        first residual. With ``tolerance`` zero the host waits for the device only before and after the iterations.

        Returns the iterations made and the true relative residual. It ends above ``tolerance`` when that lies below
        the rounding error of the residual, as it may in single precision. A recurrence that loses its way (not
        finite, or far above the residual it started from) is undone.
        """
        norm = self._residual(defect, b, x)
        scale = reference if reference > 0.0 else norm
        iterations, stuck = 0, False
        while scale > 0.0 and norm > tolerance * scale and iterations < max_iterations and not stuck:
            self._launch(copy_cell, x, self.kept)
            before, most = norm, max_iterations - iterations
            made, reached = self._iterate(operator, precondition, inverse, x, norm, tolerance * scale, most)
            iterations += made
            norm = self._residual(defect, b, x)
            stuck = reached and norm > PROGRESS * before
            if not norm <= LOST * before:
                self._launch(copy_cell, self.kept, x)
                norm, stuck = before, True
        return iterations, norm / scale if scale > 0.0 else 0.0

    def _iterate(self, operator, precondition, inverse, x, shadow_norm: float, target: float, most: int):
        """Run the recurrence from the residual in ``r``; return the iterations made and whether ``target`` is met."""
        dot = self.reducer.dot_on_device
        self._launch(copy_cell, self.r, self.shadow)
        self._launch(copy_cell, self.r, self.p)
        rho = dot(self.shadow, self.r)
        for iteration in range(1, most + 1):
            precondition(self.p, self.y)
            operator(self.y, self.v)
            alpha = quotient(rho, dot(self.shadow, self.v))
            self.alpha[0] = alpha
            self._launch(half_step_residual, self.alpha, self.v, self.r)
            precondition(self.r, self.z)
            operator(self.z, self.t)
            omega = quotient(dot(self.t, self.r), dot(self.t, self.t))
            self.omega[0] = omega
            self._launch(full_step, self.alpha, self.omega, self.y, self.z, self.t, x, self.r)
            last, rho = rho, dot(self.shadow, self.r)
            if target > 0.0:
                norm = math.sqrt(self.reducer.dot(self.r, self.r))
                reached = norm <= max(target, self._rounding(inverse, x))
                if reached or not abs(float(rho)) > BREAKDOWN * norm * shadow_norm:
                    return iteration, reached
            self.beta[0] = quotient(rho, last) * quotient(alpha, omega)
            self._launch(search_direction, self.beta, self.omega, self.r, self.v, self.p)
        return most, False

    def _residual(self, defect, b, x) -> float:
        defect(b, x, self.r)
        return math.sqrt(self.reducer.dot(self.r, self.r))

    def _rounding(self, inverse, x) -> float:
        """Return the residual below which rounding of ``x`` makes further iterations useless."""
        self._launch(over_inverse_diagonal, inverse, x, self.t)
        return ROUNDING_SHARE * self.epsilon * math.sqrt(self.reducer.dot(self.t, self.t))

    def _launch(self, function, *arguments) -> None:
        self.backend.launch(function, self.first, self.last, *arguments)


def quotient(a, b):
    """Return ``a/b``, and ``a`` where ``b`` is zero (then ``a`` is zero too: the residual has vanished)."""
    return a / (b + (b == 0.0))
