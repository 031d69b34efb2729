"""One conservative transport equation for every variable: velocity components, temperature, k, epsilon, tracers.

Each equation is ``P phi_c - sum a_nb phi_nb = b`` over the six neighbours W, E (x), S, N (y), B, T (z). The matrix
coefficients of the neighbours are shared by all variables with the same diffusivity; what differs between variables
is the diagonal (boundaries, sinks, pseudo-time) and the right-hand side.
"""

from __future__ import annotations

from kernels.cell import ONE, ZERO, cell, scalar
from kernels.operators import at_face, series


@cell
def row_diagonal(c, W, E, S, N, B, T, extra, volume, inverse_relaxation, inverse_step, floor, inverse, lag):
    """Invert the relaxed diagonal and keep the part that multiplies the old value.

    ``P = (sum a_nb + extra) / relaxation + volume / step``; ``inverse = 1/P``; ``lag = P - sum a_nb - extra``.
    """
    plain = W[c] + E[c] + S[c] + N[c] + B[c] + T[c] + extra[c]
    relaxed = max(plain * inverse_relaxation + volume[c] * inverse_step, floor)
    inverse[c] = ONE / relaxed
    lag[c] = relaxed - plain


@scalar
def exchange(conductance, weight, nu_low, nu_high, nu_t_low, nu_t_high, inverse_sigma, inflow):
    """Coefficient of a neighbour: diffusion by the viscosity at the face between the two, plus what flows in."""
    viscosity = at_face(weight, nu_low, nu_high) + inverse_sigma * at_face(weight, nu_t_low, nu_t_high)
    return conductance * viscosity + max(inflow, ZERO)


@scalar
def series_exchange(conductance, weight, nu_low, nu_high, nu_t_low, nu_t_high, inverse_sigma, inflow):
    """:func:`exchange` with the viscosities of the two half cells in series."""
    low, high = nu_low + inverse_sigma * nu_t_low, nu_high + inverse_sigma * nu_t_high
    return conductance * series(weight, low, high) + max(inflow, ZERO)


@cell
def viscous_row(c, sx, sy, sz, inverse_sigma, inverse_relaxation, inverse_step, floor, ax, ay, az, wx, wy, wz,
                 nu, nu_t, fx, fy, fz, extra, volume, W, E, S, N, B, T, inverse, lag):
    """Neighbour coefficients, inverse diagonal and lag of a quantity that diffuses by ``nu + inverse_sigma nu_t``.

    For each axis ``a`` are the areas of the low faces over the distances of the centres, ``w`` the weights of the low
    cells and ``f`` the volume fluxes; the diagonal is the one of :func:`row_diagonal`.
    """
    x, y, z = c + sx, c + sy, c + sz
    here, turbulent = nu[c], nu_t[c]
    west = exchange(ax[c], wx[c], nu[c - sx], here, nu_t[c - sx], turbulent, inverse_sigma, fx[c])
    east = exchange(ax[x], wx[x], here, nu[x], turbulent, nu_t[x], inverse_sigma, -fx[x])
    south = exchange(ay[c], wy[c], nu[c - sy], here, nu_t[c - sy], turbulent, inverse_sigma, fy[c])
    north = exchange(ay[y], wy[y], here, nu[y], turbulent, nu_t[y], inverse_sigma, -fy[y])
    bottom = exchange(az[c], wz[c], nu[c - sz], here, nu_t[c - sz], turbulent, inverse_sigma, fz[c])
    top = exchange(az[z], wz[z], here, nu[z], turbulent, nu_t[z], inverse_sigma, -fz[z])
    plain = west + east + south + north + bottom + top + extra[c]
    relaxed = max(plain * inverse_relaxation + volume[c] * inverse_step, floor)
    W[c] = west
    E[c] = east
    S[c] = south
    N[c] = north
    B[c] = bottom
    T[c] = top
    inverse[c] = ONE / relaxed
    lag[c] = relaxed - plain


@cell
def series_row(c, sx, sy, sz, inverse_sigma, inverse_relaxation, inverse_step, floor, ax, ay, az, wx, wy, wz,
                 nu, nu_t, fx, fy, fz, extra, volume, W, E, S, N, B, T, inverse, lag):
    """:func:`viscous_row` with half cells in series at the faces, for layers at walls that few cells resolve: there the
    viscosity of neighbours differs by factors, and the linear mean carries too much momentum."""
    x, y, z = c + sx, c + sy, c + sz
    here, turbulent = nu[c], nu_t[c]
    west = series_exchange(ax[c], wx[c], nu[c - sx], here, nu_t[c - sx], turbulent, inverse_sigma, fx[c])
    east = series_exchange(ax[x], wx[x], here, nu[x], turbulent, nu_t[x], inverse_sigma, -fx[x])
    south = series_exchange(ay[c], wy[c], nu[c - sy], here, nu_t[c - sy], turbulent, inverse_sigma, fy[c])
    north = series_exchange(ay[y], wy[y], here, nu[y], turbulent, nu_t[y], inverse_sigma, -fy[y])
    bottom = series_exchange(az[c], wz[c], nu[c - sz], here, nu_t[c - sz], turbulent, inverse_sigma, fz[c])
    top = series_exchange(az[z], wz[z], here, nu[z], turbulent, nu_t[z], inverse_sigma, -fz[z])
    plain = west + east + south + north + bottom + top + extra[c]
    relaxed = max(plain * inverse_relaxation + volume[c] * inverse_step, floor)
    W[c] = west
    E[c] = east
    S[c] = south
    N[c] = north
    B[c] = bottom
    T[c] = top
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
