"""Strain rate of the velocity, ``2 S_ij S_ij``, from cell gradients in one pass over the grid."""

from __future__ import annotations

from kernels.cell import HALF, TWO, ZERO, cell, scalar
from kernels.operators import at_face
from kernels.walls import INLET, INTAKE_FIXED_VALUE, WALL


@scalar
def slope(area_low, w_low, low, here, area_high, w_high, high, half):
    """Cell gradient along one axis from face values; a closed face takes the cell's own value."""
    below = at_face(w_low, low, here) if area_low > ZERO else here
    above = at_face(w_high, here, high) if area_high > ZERO else here
    return HALF * (above - below) / half


@scalar
def squared_strain(ux, uy, uz, vx, vy, vz, wx, wy, wz):
    """``2 S_ij S_ij`` from the nine velocity gradients."""
    normal = TWO * (ux * ux + vy * vy + wz * wz)
    xy, xz, yz = uy + vx, uz + wx, vz + wy
    return normal + xy * xy + xz * xz + yz * yz


@cell
def strain_rate(c, sx, sy, sz, ax, ay, az, wx, wy, wz, hx, hy, hz, u, v, w, out):
    """Squared strain rate in 1/s2 without the faces on the boundary, see :func:`boundary_strain_rate`.

    For each axis ``a`` are the open areas of the low faces, ``w`` their weights and ``h`` half the cell widths.
    """
    x, y, z = c + sx, c + sy, c + sz
    out[c] = squared_strain(
        slope(ax[c], wx[c], u[c - sx], u[c], ax[x], wx[x], u[x], hx[c]),
        slope(ay[c], wy[c], u[c - sy], u[c], ay[y], wy[y], u[y], hy[c]),
        slope(az[c], wz[c], u[c - sz], u[c], az[z], wz[z], u[z], hz[c]),
        slope(ax[c], wx[c], v[c - sx], v[c], ax[x], wx[x], v[x], hx[c]),
        slope(ay[c], wy[c], v[c - sy], v[c], ay[y], wy[y], v[y], hy[c]),
        slope(az[c], wz[c], v[c - sz], v[c], az[z], wz[z], v[z], hz[c]),
        slope(ax[c], wx[c], w[c - sx], w[c], ax[x], wx[x], w[x], hx[c]),
        slope(ay[c], wy[c], w[c - sy], w[c], ay[y], wy[y], w[y], hy[c]),
        slope(az[c], wz[c], w[c - sz], w[c], az[z], wz[z], w[z], hz[c]),
    )


@cell
def boundary_strain_rate(m, start, owner, kind, axis, sign, ub, vb, wb, sx, sy, sz, ax, ay, az, wx, wy, wz, hx, hy, hz,
                         u, v, w, out):
    """Squared strain rate of a cell on the boundary, with the known velocities of walls, inlets and fixed intakes."""
    c = owner[m]
    x, y, z = c + sx, c + sy, c + sz
    dudx = slope(ax[c], wx[c], u[c - sx], u[c], ax[x], wx[x], u[x], hx[c])
    dudy = slope(ay[c], wy[c], u[c - sy], u[c], ay[y], wy[y], u[y], hy[c])
    dudz = slope(az[c], wz[c], u[c - sz], u[c], az[z], wz[z], u[z], hz[c])
    dvdx = slope(ax[c], wx[c], v[c - sx], v[c], ax[x], wx[x], v[x], hx[c])
    dvdy = slope(ay[c], wy[c], v[c - sy], v[c], ay[y], wy[y], v[y], hy[c])
    dvdz = slope(az[c], wz[c], v[c - sz], v[c], az[z], wz[z], v[z], hz[c])
    dwdx = slope(ax[c], wx[c], w[c - sx], w[c], ax[x], wx[x], w[x], hx[c])
    dwdy = slope(ay[c], wy[c], w[c - sy], w[c], ay[y], wy[y], w[y], hy[c])
    dwdz = slope(az[c], wz[c], w[c - sz], w[c], az[z], wz[z], w[z], hz[c])
    for q in range(start[m], start[m + 1]):
        if kind[q] == WALL or kind[q] == INLET or kind[q] == INTAKE_FIXED_VALUE:
            du, dv, dw = sign[q] * (ub[q] - u[c]), sign[q] * (vb[q] - v[c]), sign[q] * (wb[q] - w[c])
            if axis[q] == 0:
                dudx += HALF * du / hx[c]
                dvdx += HALF * dv / hx[c]
                dwdx += HALF * dw / hx[c]
            elif axis[q] == 1:
                dudy += HALF * du / hy[c]
                dvdy += HALF * dv / hy[c]
                dwdy += HALF * dw / hy[c]
            else:
                dudz += HALF * du / hz[c]
                dvdz += HALF * dv / hz[c]
                dwdz += HALF * dw / hz[c]
    out[c] = squared_strain(dudx, dudy, dudz, dvdx, dvdy, dvdz, dwdx, dwdy, dwdz)
