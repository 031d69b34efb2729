"""Subgrid viscosity of large-eddy simulation: WALE and Vreman's model.

Arguments ``uy`` and the like are cell gradients of the velocity in 1/s, here du/dy. Both models vanish in pure shear;
neither vanishes in solid rotation, where WALE gives ``(C_w width)^2 (2/3)^(1/4) Omega`` for the rate Omega.
"""

from __future__ import annotations

import math

from kernels.cell import HALF, TWO, ZERO, cell

WALE_CONSTANT = 0.5
"""C_w of Nicoud and Ducros (Flow Turbul. Combust. 62 (1999) 183); calibrations range from 0.325 to 0.6."""
VREMAN_CONSTANT = 0.07
"""c = 2.5 C_s^2 with C_s = 0.17 (Vreman, Phys. Fluids 16 (2004) 3670)."""
VANISHING = 1e-30
"""Gradients whose square is below this, in 1/s2, make no eddy viscosity."""


@cell
def wale_viscosity(c, fluid, constant_square, third, volume, vanishing, ux, uy, uz, vx, vy, vz, wx, wy, wz, out):
    """``nu_t = (C_w width)^2 (Sd:Sd)^(3/2) / ((S:S)^(5/2) + (Sd:Sd)^(5/4))`` with ``width = volume^(1/3)``.

    S is the strain rate and Sd the traceless symmetric part of the square of the velocity gradient (Nicoud and Ducros
    1999, eqs. 10 and 13): near walls it falls like the cube of the distance without any damping function. The rates
    are scaled by the largest gradient, so that high powers stay in range in single precision.
    """
    big = max(max(max(abs(ux[c]), abs(uy[c])), max(abs(uz[c]), abs(vx[c]))), max(abs(vy[c]), abs(vz[c])))
    big = max(big, max(max(abs(wx[c]), abs(wy[c])), abs(wz[c])))
    out[c] = ZERO
    if fluid[c] > ZERO and big * big > vanishing:
        a, b, d = ux[c] / big, uy[c] / big, uz[c] / big
        e, f, g = vx[c] / big, vy[c] / big, vz[c] / big
        h, i, j = wx[c] / big, wy[c] / big, wz[c] / big
        strain = a * a + f * f + j * j + HALF * ((b + e) * (b + e) + (d + h) * (d + h) + (g + i) * (g + i))
        xx, yy, zz = a * a + b * e + d * h, e * b + f * f + g * i, h * d + i * g + j * j
        mean = third * (xx + yy + zz)
        xx, yy, zz = xx - mean, yy - mean, zz - mean
        xy = HALF * (a * b + b * f + d * i + e * a + f * e + g * h)
        xz = HALF * (a * d + b * g + d * j + h * a + i * e + j * h)
        yz = HALF * (e * d + f * g + g * j + h * b + i * f + j * i)
        square = xx * xx + yy * yy + zz * zz + TWO * (xy * xy + xz * xz + yz * yz)
        root = math.sqrt(square)
        bottom = strain * strain * math.sqrt(strain) + square * math.sqrt(root)
        width = math.exp(third * math.log(volume[c]))
        if bottom > ZERO:
            out[c] = constant_square * width * width * big * square * root / bottom


@cell
def vreman_viscosity(c, fluid, constant, vanishing, half_x, half_y, half_z, ux, uy, uz, vx, vy, vz, wx, wy, wz, out):
    """``nu_t = c sqrt(B / (a:a))``, ``a_ij = du_j/dx_i``, B the second invariant of ``b_ij = width_m^2 a_mi a_mj``
    (Vreman 2004, eqs. 5 to 8), with the widths of the cell along each axis."""
    total = ux[c] * ux[c] + uy[c] * uy[c] + uz[c] * uz[c] + vx[c] * vx[c] + vy[c] * vy[c] + vz[c] * vz[c]
    total += wx[c] * wx[c] + wy[c] * wy[c] + wz[c] * wz[c]
    out[c] = ZERO
    if fluid[c] > ZERO and total > vanishing:
        x, y, z = TWO * half_x[c], TWO * half_y[c], TWO * half_z[c]
        x, y, z = x * x, y * y, z * z
        xx = x * ux[c] * ux[c] + y * uy[c] * uy[c] + z * uz[c] * uz[c]
        yy = x * vx[c] * vx[c] + y * vy[c] * vy[c] + z * vz[c] * vz[c]
        zz = x * wx[c] * wx[c] + y * wy[c] * wy[c] + z * wz[c] * wz[c]
        xy = x * ux[c] * vx[c] + y * uy[c] * vy[c] + z * uz[c] * vz[c]
        xz = x * ux[c] * wx[c] + y * uy[c] * wy[c] + z * uz[c] * wz[c]
        yz = x * vx[c] * wx[c] + y * vy[c] * wy[c] + z * vz[c] * wz[c]
        invariant = xx * yy - xy * xy + xx * zz - xz * xz + yy * zz - yz * yz
        out[c] = constant * math.sqrt(max(invariant, ZERO) / total)
