"""Boundary faces: one list for walls, inlets, openings, rack faces and symmetry planes.

Faces are grouped by the cell they belong to, so each worker owns one cell and nothing is added twice:
faces ``start[m] <= q < start[m+1]`` belong to cell ``owner[m]``. For face ``q``: ``kind`` (below), ``axis`` 0, 1, 2
for x, y, z, ``sign`` +1 when the outward normal points to higher coordinates, ``area`` in m2, ``rdist`` one over the
distance from the cell centre to the face in 1/m, ``outflow`` the volume flux out of the domain in m3/s.
"""

from __future__ import annotations

import math

import numpy as np

from kernels.cell import ONE, TWO, ZERO, cell, scalar

WALL = 0
INLET = 1
OPENING = 2
INTAKE = 3
SYMMETRY = 4
INTAKE_FIXED_VALUE = 5
"""Kinds of boundary face. INTAKE is a prescribed outflow that takes the cell's own momentum along;
INTAKE_FIXED_VALUE convects the prescribed vector out instead, as OpenFOAM's fixedValue patch does."""

SMALLEST = np.float32(1e-12)
"""Friction velocity in m/s that stands for none, where one divides by it."""


@cell
def boundary_outflow(m, start, owner, outflow, out):
    """Sum of the boundary outflow of each boundary cell."""
    total = ZERO
    for q in range(start[m], start[m + 1]):
        total += outflow[q]
    out[owner[m]] = total


@cell
def laminar_wall_viscosity(m, start, owner, nu, wall_nu):
    """The wall shear of a laminar flow uses the fluid's own viscosity."""
    for q in range(start[m], start[m + 1]):
        wall_nu[q] = nu[owner[m]]


@cell
def momentum_boundary(
    m, start, owner, kind, axis, area, rdist, outflow, ub, vb, wb, wall_nu, nu, nu_t, u, v, w, extra, su, sv, sw
):
    """Boundary terms of the three velocity components: shear, inflow, symmetry, OpenFOAM-like intake."""
    c = owner[m]
    for q in range(start[m], start[m + 1]):
        shear = area[q] * rdist[q]
        if kind[q] == WALL:
            shear *= wall_nu[q]
            extra[c] += shear
            su[c] += shear * ub[q]
            sv[c] += shear * vb[q]
            sw[c] += shear * wb[q]
        elif kind[q] == INLET:
            shear = shear * (nu[c] + nu_t[c]) + max(-outflow[q], ZERO)
            extra[c] += shear
            su[c] += shear * ub[q]
            sv[c] += shear * vb[q]
            sw[c] += shear * wb[q]
        elif kind[q] == SYMMETRY:
            shear *= nu[c] + nu_t[c]
            extra[c] += shear
            su[c] += ZERO if axis[q] == 0 else shear * u[c]
            sv[c] += ZERO if axis[q] == 1 else shear * v[c]
            sw[c] += ZERO if axis[q] == 2 else shear * w[c]
        elif kind[q] == INTAKE_FIXED_VALUE:
            shear *= nu[c] + nu_t[c]
            extra[c] += shear
            su[c] += shear * ub[q] + outflow[q] * (u[c] - ub[q])
            sv[c] += shear * vb[q] + outflow[q] * (v[c] - vb[q])
            sw[c] += shear * wb[q] + outflow[q] * (w[c] - wb[q])


@cell
def gradient_boundary(m, along, start, owner, kind, axis, sign, half, value, phi, out):
    """Complete a cell gradient along axis ``along``: known face values of walls, inlets and fixed-value intakes."""
    c = owner[m]
    for q in range(start[m], start[m + 1]):
        if axis[q] == along and (kind[q] == WALL or kind[q] == INLET or kind[q] == INTAKE_FIXED_VALUE):
            out[c] += sign[q] * (value[q] - phi[c]) / (half[c] + half[c])


@cell
def opening_flux(m, start, owner, kind, axis, sign, area, rdist, u, v, w, fx, fy, fz, p, pb, gx, gy, gz, buoyancy,
                 response, outflow):
    """Volume flux out of a fixed-pressure opening: cell velocity plus the difference of face and cell forces."""
    c = owner[m]
    for q in range(start[m], start[m + 1]):
        if kind[q] == OPENING:
            speed, mean_force, gravity = u[c], fx[c], gx
            if axis[q] == 1:
                speed, mean_force, gravity = v[c], fy[c], gy
            elif axis[q] == 2:
                speed, mean_force, gravity = w[c], fz[c], gz
            force = (p[c] - pb[q]) * rdist[q] + sign[q] * gravity * buoyancy[c]
            outflow[q] = area[q] * (sign[q] * speed + response[c] * (force - sign[q] * mean_force))


@cell
def opening_conductance(m, start, owner, kind, area, rdist, response, diagonal):
    """Diagonal of the pressure equation in cells with a fixed-pressure opening."""
    c = owner[m]
    total = ZERO
    for q in range(start[m], start[m + 1]):
        if kind[q] == OPENING:
            total += area[q] * rdist[q] * response[c]
    diagonal[c] = total


@cell
def correct_opening(m, start, owner, kind, area, rdist, response, correction, outflow):
    """Apply a pressure correction to the flux through fixed-pressure openings."""
    c = owner[m]
    for q in range(start[m], start[m + 1]):
        if kind[q] == OPENING:
            outflow[q] += area[q] * rdist[q] * response[c] * correction[c]


@scalar
def log_law(y_plus, roughness_constant, von_karman):
    """Velocity over friction velocity of the log law, ``ln(E y+)/kappa``."""
    return math.log(roughness_constant * y_plus) / von_karman


@cell
def wall_function(
    m, start, owner, kind, rdist, ub, vb, wb, u, v, w, k, nu, quarter_power, von_karman, roughness_constant,
    laminar_limit, wall_nu, wall_epsilon, wall_production, wall_dissipation,
):
    """Standard wall functions (Launder and Spalding 1974) of the wall faces of one cell.

    ``wall_nu`` gives the shear: laminar below ``laminar_limit`` in y+, of the log law above. Production and
    dissipation of k are those of the log law above the viscous sublayer, as means over the height h of the cell (after
    Chieng and Launder, Numer. Heat Transfer 3 (1980) 189), and ``2 nu k / h^2`` remains where the cell lies inside it,
    so nothing jumps on a finer grid. ``wall_epsilon`` is the log law's value at the centre. All three are means over
    the cell's wall faces (negative epsilon: no wall). ``quarter_power`` is ``C_mu^(1/4)``.
    """
    c = owner[m]
    count, epsilon, production, dissipation = ZERO, ZERO, ZERO, ZERO
    energy = max(k[c], ZERO)
    velocity_scale = quarter_power * math.sqrt(energy)
    for q in range(start[m], start[m + 1]):
        if kind[q] == WALL:
            du, dv, dw = u[c] - ub[q], v[c] - vb[q], w[c] - wb[q]
            speed = math.sqrt(du * du + dv * dv + dw * dw)
            y_plus = velocity_scale / (rdist[q] * nu[c])
            wall_nu[q] = nu[c]
            if y_plus > laminar_limit:
                wall_nu[q] = nu[c] * y_plus / log_law(y_plus, roughness_constant, von_karman)
            height = TWO / rdist[q]
            sublayer = min(laminar_limit * nu[c] / max(velocity_scale, SMALLEST), height)
            slope = velocity_scale * math.log(height / sublayer) / (von_karman * height)
            epsilon += velocity_scale * velocity_scale * velocity_scale * rdist[q] / von_karman
            production += wall_nu[q] * speed * rdist[q] * slope
            dissipation += velocity_scale * velocity_scale * slope + TWO * nu[c] * energy / (height * height)
            count += ONE
    faces = max(count, ONE)
    wall_epsilon[m] = epsilon / faces if count > ZERO else -ONE
    wall_production[m] = production / faces
    wall_dissipation[m] = dissipation / faces
