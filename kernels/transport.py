"""One conservative transport equation for every variable: velocity components, temperature, k, epsilon, tracers.

Each equation is ``P phi_c - sum a_nb phi_nb = b`` over the six neighbours W, E (x), S, N (y), B, T (z). The matrix
coefficients of the neighbours are shared by all variables with the same diffusivity; what differs between variables
is the diagonal (boundaries, sinks, pseudo-time) and the right-hand side.
"""

from __future__ import annotations

from kernels.cell import ONE, cell


@cell
def row_diagonal(c, W, E, S, N, B, T, extra, volume, inverse_relaxation, inverse_step, floor, inverse, lag):
    """Invert the relaxed diagonal and keep the part that multiplies the old value.

    ``P = (sum a_nb + extra) / relaxation + volume / step``; ``inverse = 1/P``; ``lag = P - sum a_nb - extra``.
    """
    plain = W[c] + E[c] + S[c] + N[c] + B[c] + T[c] + extra[c]
    relaxed = max(plain * inverse_relaxation + volume[c] * inverse_step, floor)
    inverse[c] = ONE / relaxed
    lag[c] = relaxed - plain


@cell
def lagged_source(c, lag, old, source, out):
    """Right-hand side: the source plus the implicit relaxation's share of the old value."""
    out[c] = source[c] + lag[c] * old[c]


@cell
def jacobi_sweep(c, sx, sy, sz, W, E, S, N, B, T, inverse, b, old, new):
    """One Jacobi sweep of a transport equation."""
    neighbours = W[c] * old[c - sx] + E[c] * old[c + sx]
    neighbours += S[c] * old[c - sy] + N[c] * old[c + sy]
    neighbours += B[c] * old[c - sz] + T[c] * old[c + sz]
    new[c] = inverse[c] * (b[c] + neighbours)


@cell
def row_defect(c, sx, sy, sz, W, E, S, N, B, T, extra, source, phi, out):
    """Residual of the unrelaxed equation, ``b + sum a_nb phi_nb - P phi``, in flux form."""
    here = phi[c]
    total = W[c] * (phi[c - sx] - here) + E[c] * (phi[c + sx] - here)
    total += S[c] * (phi[c - sy] - here) + N[c] * (phi[c + sy] - here)
    total += B[c] * (phi[c - sz] - here) + T[c] * (phi[c + sz] - here)
    out[c] = total + source[c] - extra[c] * here
