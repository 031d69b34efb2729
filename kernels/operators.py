"""The grid, drawn once, and the differences every other file uses.

Fields are flat arrays of the padded shape ``(nz+2, ny+2, nx+2)``, x fastest, one layer of ghost cells around the
interior. ``s`` is the stride of an axis: 1 along x, ``nx+2`` along y, ``(nx+2)*(ny+2)`` along z. A function that
takes ``s`` serves all three axes::

             face c              face c+s
    ----+------|---------+---------|------+----
       c-s               c               c+s
        |<- 1/rd[c] ---->|

    area[c]  open area of the low face of cell c; zero at walls, solids and domain sides
    rd[c]    one over the distance between the centres on either side of that face
    w[c]     weight of the low cell c-s when a value is interpolated to the face
    half[c]  half the width of cell c along the axis

Faces with a boundary condition are not in these arrays but in the lists of :mod:`kernels.walls`.
"""

from __future__ import annotations

import numpy as np

from kernels.cell import HALF, ONE, ZERO, cell, scalar

LEAST = np.float32(1e-20)
"""Diffusivity that stands for none, where one divides by it."""


@scalar
def at_face(weight, low, high):
    """Interpolate two neighbouring cell values to the face between them."""
    return weight * low + (ONE - weight) * high


@scalar
def series(weight, low, high):
    """Diffusivity of two half cells in series, exact where it jumps at the face (Patankar 1980, section 4.2)."""
    return low * high / max((ONE - weight) * high + weight * low, LEAST)


@cell
def gradient(c, s, area, w, half, phi, out):
    """Cell gradient of ``phi`` along one axis from face values; a closed face takes the cell's own value."""
    here = phi[c]
    low = at_face(w[c], phi[c - s], here) if area[c] > ZERO else here
    high = at_face(w[c + s], here, phi[c + s]) if area[c + s] > ZERO else here
    out[c] = HALF * (high - low) / half[c]


@cell
def divergence(c, sx, sy, sz, flux_x, flux_y, flux_z, outflow, out):
    """Net volume inflow of a cell in m3/s; ``outflow`` is what leaves through its boundary faces."""
    net = flux_x[c] - flux_x[c + sx] + flux_y[c] - flux_y[c + sy] + flux_z[c] - flux_z[c + sz]
    out[c] = net - outflow[c]


@cell
def stress_divergence(c, volume, viscosity_slope, velocity_slope, source):
    """Add one term ``d nu/dx_j * du_j/dx_i`` of the transposed viscous stress to the source of component i."""
    source[c] += volume[c] * viscosity_slope[c] * velocity_slope[c]
