"""Porous blocks: fins, filters, boards that are not resolved. Their drag is a resistance of every face inside them.

``dp/dx = rho (D nu u + F/2 |u| u)`` on the superficial velocity, with D in 1/m2 and F in 1/m along each axis: see
:mod:`kernels.resistance` for the faces. The velocity of a porous cell is what its faces pass.
Each porous cell is its own worker: ``where`` is its place. Means over a block are taken by one worker a block, whose
cells are ``start[m] <= q < start[m + 1]`` of the list ``where``.
"""

from __future__ import annotations

from kernels.cell import ZERO, cell, scalar

HOLD = 1e6
"""By how much a held row outweighs its neighbours."""


@scalar
def through(low_flux, high_flux, low_area, high_area):
    """Mean velocity through two opposite faces, of which either may be closed."""
    area = low_area + high_area
    return (low_flux + high_flux) / area if area > ZERO else ZERO


@cell
def hold_velocity(m, where, sx, sy, sz, area_x, area_y, area_z, flux_x, flux_y, flux_z, hold, inverse, bu, bv, bw):
    """Make the momentum rows of a porous cell say that its velocity is that of its face fluxes."""
    c = where[m]
    inverse[c] /= hold
    bu[c] = through(flux_x[c], flux_x[c + sx], area_x[c], area_x[c + sx]) / inverse[c]
    bv[c] = through(flux_y[c], flux_y[c + sy], area_y[c], area_y[c + sy]) / inverse[c]
    bw[c] = through(flux_z[c], flux_z[c + sz], area_z[c], area_z[c + sz]) / inverse[c]


@cell
def block_mean(m, start, where, share, values, out):
    """Mean of ``values`` over the cells of a block; ``share`` is the part of each cell in its block's volume."""
    total = ZERO
    for q in range(start[m], start[m + 1]):
        total += share[q] * values[where[q]]
    out[m] = total


@cell
def block_exchange(q, where, member, share, surplus, slope, temperature, extra, source):
    """Put what a block's solid gives its fluid beyond its power into the row of a cell.

    ``member`` is the block of each cell, ``surplus`` in W at the present ``temperature``; it falls by ``slope`` W per
    kelvin that the fluid of the block warms.
    """
    c, m = where[q], member[q]
    extra[c] += share[q] * slope[m]
    source[c] += share[q] * (surplus[m] + slope[m] * temperature[c])
