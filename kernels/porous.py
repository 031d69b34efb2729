"""Porous blocks: fins, filters, boards that are not resolved. Their drag is a resistance of every face inside them.

``dp/dx = rho (D nu u + F/2 |u| u)`` on the superficial velocity, with D in 1/m2 and F in 1/m along each axis: see
:mod:`kernels.resistance` for the faces. The velocity of a porous cell is what its faces pass.
Each porous cell is its own worker: ``where`` is its place.
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
