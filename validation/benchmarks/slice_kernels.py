"""Stencils by NumPy slicing, for timing Numba against NumPy on one thread. Arguments as the cell functions."""

from __future__ import annotations

import numpy as np


def _inside(stride: int, first: int, last: int, *offsets: int) -> list[slice]:
    return [slice(first + offset * stride, last + offset * stride) for offset in offsets]


def jacobi_sweep(first, last, sx, sy, sz, W, E, S, N, B, T, inverse, b, old, new):
    """One Jacobi sweep."""
    here = slice(first, last)
    total = b[here].copy()
    for side, shift in ((W, -sx), (E, sx), (S, -sy), (N, sy), (B, -sz), (T, sz)):
        total += side[here] * old[first + shift : last + shift]
    new[here] = inverse[here] * total


def rhie_chow_flux(first, last, s, area, w, velocity, force, mean_force, response, out):
    """Volume flux through low faces."""
    low, here = _inside(s, first, last, -1, 0)
    weight = w[here]
    other = 1 - weight
    difference = force[here] - (weight * mean_force[low] + other * mean_force[here])
    speed = weight * velocity[low] + other * velocity[here]
    out[here] = area[here] * (speed + (weight * response[low] + other * response[here]) * difference)


def limited_correction(first, last, s, factor, area, w, half, rd, flux, phi, out):
    """Limited second-order flux minus the upwind flux."""
    far, low, here, high = _inside(s, first, last, -2, -1, 0, 1)
    slope = (phi[here] - phi[low]) * rd[here]
    forward = flux[here] > 0
    behind = np.where(forward, np.where(area[low] > 0, (phi[low] - phi[far]) * rd[low], 0),
                      np.where(area[high] > 0, (phi[high] - phi[here]) * rd[high], 0))
    product = np.maximum(behind * slope, 0)
    squares = behind * behind + slope * slope
    limited = np.divide(product * (behind + slope), squares, out=np.zeros_like(slope), where=product > 0)
    out[here] = factor * flux[here] * np.where(forward, half[low], -half[here]) * limited


def smoother_sweep(first, last, sx, sy, sz, weight, cx, cy, cz, diag, inverse, b, x, out):
    """One sweep of the pressure smoother."""
    here = slice(first, last)
    centre = x[here]
    total = b[here] - diag[here] * centre
    for c, stride in ((cx, sx), (cy, sy), (cz, sz)):
        low, _, high = _inside(stride, first, last, -1, 0, 1)
        total -= c[here] * (centre - x[low]) + c[high] * (centre - x[high])
    out[here] = centre + weight * inverse[here] * total


def viscous_row(first, last, sx, sy, sz, inverse_sigma, inverse_relaxation, inverse_step, floor, ax, ay, az, wx, wy, wz,
                nu, nu_t, fx, fy, fz, extra, volume, W, E, S, N, B, T, inverse, lag):
    """Coefficients, inverse diagonal and lag of a quantity that diffuses by ``nu + inverse_sigma nu_t``."""
    own = slice(first, last)
    viscosity = nu + inverse_sigma * nu_t
    plain = extra[own].copy()
    for a, w, flux, stride, low, high in ((ax, wx, fx, sx, W, E), (ay, wy, fy, sy, S, N), (az, wz, fz, sz, B, T)):
        below, here, above = _inside(stride, first, last, -1, 0, 1)
        low[here] = a[here] * (w[here] * viscosity[below] + (1 - w[here]) * viscosity[here]) + np.maximum(flux[here], 0)
        high[here] = (a[above] * (w[above] * viscosity[here] + (1 - w[above]) * viscosity[above])
                      + np.maximum(-flux[above], 0))
        plain += low[here] + high[here]
    relaxed = np.maximum(plain * inverse_relaxation + volume[own] * inverse_step, floor)
    inverse[own] = 1 / relaxed
    lag[own] = relaxed - plain


def lagged_source(first, last, lag, old, source, out):
    """Right-hand side of an equation."""
    here = slice(first, last)
    out[here] = source[here] + lag[here] * old[here]


def strain_rate(first, last, sx, sy, sz, ax, ay, az, wx, wy, wz, hx, hy, hz, u, v, w, out):
    """Squared strain rate."""
    rates = {}
    for axis, (stride, area, weight, half) in enumerate(((sx, ax, wx, hx), (sy, ay, wy, hy), (sz, az, wz, hz))):
        low, here, high = _inside(stride, first, last, -1, 0, 1)
        for component, phi in enumerate((u, v, w)):
            below = np.where(area[here] > 0, weight[here] * phi[low] + (1 - weight[here]) * phi[here], phi[here])
            above = np.where(area[high] > 0, weight[high] * phi[here] + (1 - weight[high]) * phi[high], phi[here])
            rates[component, axis] = (above - below) / (half[here] + half[here])
    total = 2 * sum(rates[i, i] ** 2 for i in range(3))
    out[first:last] = total + sum((rates[i, j] + rates[j, i]) ** 2 for i, j in ((0, 1), (0, 2), (1, 2)))


SLICES = {f.__name__: f for f in (jacobi_sweep, rhie_chow_flux, limited_correction, smoother_sweep, viscous_row,
                                  strain_rate, lagged_source)}
