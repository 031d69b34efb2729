"""The LVEL model for narrow gaps (Agonafer, Gan-Li and Spalding, ASME 1996): viscosity from wall distance and speed.

Spalding's law of the wall holds in every cell, with the distance to the nearest wall and the speed as they are there::

    y+ = u+ + (exp(a) - 1 - a - a^2/2 - a^3/6 - a^4/24) / E,   a = kappa u+

It is solved for u+ from the Reynolds number ``|u| L / nu = u+ y+``; the effective viscosity over nu is ``dy+/du+``.
"""

from __future__ import annotations

import math

import numpy as np

from kernels.cell import HALF, ONE, TWO, ZERO, cell, scalar
from kernels.energy import wall_conductance
from kernels.walls import WALL

SIX, TWENTY_FOUR = np.float32(6.0), np.float32(24.0)
NEWTON_STEPS = 12
"""From above the root of a convex function Newton's method only falls; 8 steps reach single precision up to 1e9."""


@scalar
def spalding_rest(a, order):
    """``exp(a)`` less its series up to the fourth (``order`` 1) or third power (``order`` 0), never negative."""
    series = ONE + a * (ONE + a * (HALF + a / SIX))
    if order > ZERO:
        series += a * a * a * a / TWENTY_FOUR
    return max(math.exp(a) - series, ZERO)


@scalar
def spalding_velocity(reynolds, von_karman, roughness_constant):
    """Return u+ of Spalding's law for ``u+ y+ = reynolds``."""
    u_plus = min(math.sqrt(reynolds), math.log(roughness_constant * reynolds + ONE) / von_karman + ONE)
    for _ in range(NEWTON_STEPS):
        a = von_karman * u_plus
        y_plus = u_plus + spalding_rest(a, ONE) / roughness_constant
        slope = ONE + von_karman * spalding_rest(a, ZERO) / roughness_constant
        u_plus -= (u_plus * y_plus - reynolds) / max(y_plus + u_plus * slope, ONE)
        u_plus = max(u_plus, ZERO)
    return u_plus


@cell
def wall_exchange(m, start, owner, kind, area, rdist, diagonal):
    """Exchange of each boundary cell with its walls, for the potential that gives the wall distance."""
    total = ZERO
    for q in range(start[m], start[m + 1]):
        if kind[q] == WALL:
            total += area[q] * rdist[q]
    diagonal[owner[m]] = total


@cell
def wall_distance(c, potential, slope_x, slope_y, slope_z, out):
    """Wall distance from the potential of ``div grad W = -1``, W = 0 at walls: exact between parallel plates."""
    square = slope_x[c] * slope_x[c] + slope_y[c] * slope_y[c] + slope_z[c] * slope_z[c]
    out[c] = math.sqrt(square + TWO * max(potential[c], ZERO)) - math.sqrt(square)


@cell
def lvel_viscosity(c, fluid, von_karman, roughness_constant, distance, u, v, w, nu, out):
    """Turbulent viscosity ``nu (dy+/du+ - 1)``."""
    speed = math.sqrt(u[c] * u[c] + v[c] * v[c] + w[c] * w[c])
    u_plus = spalding_velocity(speed * distance[c] / nu[c], von_karman, roughness_constant)
    out[c] = fluid[c] * nu[c] * von_karman * spalding_rest(von_karman * u_plus, ZERO) / roughness_constant


@cell
def lvel_walls(m, start, owner, kind, rdist, ub, vb, wb, u, v, w, nu, von_karman, roughness_constant, wall_nu):
    """Wall shear of Spalding's law from the speed relative to the wall: ``nu y+ / u+``."""
    c = owner[m]
    for q in range(start[m], start[m + 1]):
        if kind[q] == WALL:
            du, dv, dw = u[c] - ub[q], v[c] - vb[q], w[c] - wb[q]
            reynolds = math.sqrt(du * du + dv * dv + dw * dw) / (rdist[q] * nu[c])
            u_plus = spalding_velocity(reynolds, von_karman, roughness_constant)
            excess = spalding_rest(von_karman * u_plus, ONE) / roughness_constant
            wall_nu[q] = nu[c] * (ONE + excess / max(u_plus, ONE))


@cell
def lvel_film(m, start, owner, kind, rdist, ub, vb, wb, u, v, w, conductivity, wall_nu, nu, heat_capacity, prandtl_t,
              pee, von_karman, roughness_constant, film):
    """Heat transfer coefficient of the thermal wall function with the friction velocity of the wall shear."""
    c = owner[m]
    for q in range(start[m], start[m + 1]):
        if kind[q] == WALL:
            du, dv, dw = u[c] - ub[q], v[c] - vb[q], w[c] - wb[q]
            friction = math.sqrt(wall_nu[q] * rdist[q] * math.sqrt(du * du + dv * dv + dw * dw))
            film[q] = wall_conductance(friction, ONE / rdist[q], nu[c], heat_capacity, conductivity[c], prandtl_t, pee,
                                       von_karman, roughness_constant)
