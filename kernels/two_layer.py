"""Two-layer k-epsilon: a one-equation model from the wall through the viscous layer, k-epsilon beyond it.

Near the wall k alone is transported. Length scales follow from the distance y to the wall and the wall-normal
fluctuation v, which follows from ``Re_y = sqrt(k) y / nu`` (Rodi, Mansour and Michelassi, J. Fluids Eng. 115 (1993)
196, fitted to direct simulations of channel flow)::

    v^2 / k = 4.65e-5 Re_y^2 + 4.00e-4 Re_y,   nu_t = 0.33 v y,   epsilon = v k / l,   l = 1.3 y / (1 + 2.12 nu / (v y))

The two models give the same viscosity near ``Re_y = 80`` and are blended there by a hyperbolic tangent (Jongen, thesis,
EPFL 1998). At a wall the viscosity of both layers, k-epsilon in local equilibrium, is integrated from the wall to the
cell centre with the k of the cell, so that one formula serves whether the centre lies in the viscous layer or far
outside it: there it becomes the log law.
"""

from __future__ import annotations

import math

import numpy as np

from kernels.cell import HALF, ONE, TWO, ZERO, cell, scalar
from kernels.walls import SMALLEST, WALL

SQUARE, LINEAR = np.float32(4.65e-5), np.float32(4.00e-4)
MIXING, LENGTH, VISCOUS = np.float32(0.33), np.float32(1.3), np.float32(2.12)
"""Constants of Rodi, Mansour and Michelassi 1993."""
POINTS = 16
"""Points of the integral from the wall to the cell centre."""
STRETCH = np.float32(10.0)
"""Re_y about which the points of the integral pass from evenly spaced to spaced by ratio."""
PEAK = np.float32(28.0)
"""Re_y where k is largest, y+ = 15: below it k rises from the wall in proportion to the distance."""


@scalar
def fluctuation(re_y):
    """``v y / nu`` in the layer at the wall."""
    return re_y * math.sqrt(re_y * (SQUARE * re_y + LINEAR))


@scalar
def outer_share(re_y, limit, width):
    """Share of the k-epsilon model, ``(1 + tanh((Re_y - limit) / width)) / 2``: zero at the wall, one far from it."""
    return width / (width + width * math.exp(TWO * (limit - re_y) / width))


@scalar
def near_dissipation(k, distance, nu, re_y):
    """Dissipation in the layer at the wall in m2/s3, ``1.63 nu k / y^2`` where Re_y vanishes."""
    return nu * k * (fluctuation(re_y) + VISCOUS) / (LENGTH * distance * distance)


@scalar
def equilibrium_ratio(re_y, slope, limit, width):
    """Turbulent over molecular viscosity of both layers; k-epsilon in local equilibrium is ``slope Re_y``."""
    share = outer_share(re_y, limit, width)
    return share * slope * re_y + (ONE - share) * MIXING * fluctuation(re_y)


@scalar
def layer_resistance(re_y, slope, limit, width, prandtl_ratio):
    """Resistance between wall and cell centre over that of molecular conduction, from 1 down.

    It is the mean of ``1 / (1 + prandtl_ratio nu_t/nu)``; ``prandtl_ratio`` is Pr over Pr_t for heat, 1 for momentum.
    ``zero`` gives the results of ``math`` the precision of the arguments where the compiler is off.
    """
    reach = re_y / STRETCH
    zero = ZERO * re_y
    step = (zero + math.log(reach + math.sqrt(reach * reach + ONE))) / np.float32(POINTS)
    rise = max(min(re_y, PEAK), SMALLEST)
    resistance, length = zero, zero
    for n in range(POINTS):
        grown = zero + math.exp((np.float32(n) + HALF) * step)
        weight = grown + ONE / grown
        at = HALF * STRETCH * (grown - ONE / grown)
        local = at * math.sqrt(min(at / rise, ONE))
        resistance += weight / (ONE + prandtl_ratio * equilibrium_ratio(local, slope, limit, width))
        length += weight
    return resistance / length


@cell
def two_layer_viscosity(c, c_mu, largest_ratio, floor_k, floor_epsilon, limit, width, distance, nu, k, epsilon, out):
    """Turbulent viscosity of both layers, blended; k and epsilon are kept above their floors."""
    k[c] = max(k[c], floor_k)
    epsilon[c] = max(epsilon[c], floor_epsilon)
    re_y = distance[c] * math.sqrt(k[c]) / nu[c]
    share = outer_share(re_y, limit, width)
    far = min(c_mu * k[c] * k[c] / epsilon[c], largest_ratio * nu[c])
    out[c] = share * far + (ONE - share) * nu[c] * MIXING * fluctuation(re_y)


@cell
def hold_dissipation(c, volume, limit, width, fix, fluid, distance, nu, k, epsilon, epsilon_source, epsilon_extra):
    """Draw epsilon to its value of the layer at the wall, the harder the less the k-epsilon model counts there."""
    re_y = distance[c] * math.sqrt(k[c]) / nu[c]
    share = outer_share(re_y, limit, width)
    if fluid[c] > ZERO and share < ONE:
        hold = min(volume[c] * epsilon[c] / k[c] * (ONE - share) / max(share, SMALLEST), fix)
        epsilon_extra[c] += hold
        epsilon_source[c] += hold * near_dissipation(k[c], distance[c], nu[c], re_y)


@cell
def two_layer_wall(m, start, owner, kind, rdist, ub, vb, wb, u, v, w, k, nu, slope, length_slope, limit, width, wall_nu,
                   wall_epsilon, wall_production, wall_dissipation):
    """Wall shear, and production and dissipation of k at the cell centre under that shear, means over the wall faces.

    ``slope`` is ``kappa C_mu^(1/4)`` and ``length_slope`` ``kappa C_mu^(-3/4)``. Negative epsilon: no wall.
    """
    c = owner[m]
    count, epsilon, production = ZERO, ZERO, ZERO
    energy = max(k[c], ZERO)
    for q in range(start[m], start[m + 1]):
        if kind[q] == WALL:
            du, dv, dw = u[c] - ub[q], v[c] - vb[q], w[c] - wb[q]
            re_y = math.sqrt(energy) / (rdist[q] * nu[c])
            wall_nu[q] = nu[c] / layer_resistance(re_y, slope, limit, width, ONE)
            ratio = equilibrium_ratio(re_y, slope, limit, width)
            strain = wall_nu[q] * rdist[q] * math.sqrt(du * du + dv * dv + dw * dw) / (nu[c] * (ONE + ratio))
            production += nu[c] * ratio * strain * strain
            share = outer_share(re_y, limit, width)
            epsilon += share * energy * math.sqrt(energy) * rdist[q] / length_slope
            epsilon += (ONE - share) * near_dissipation(energy, ONE / rdist[q], nu[c], re_y)
            count += ONE
    faces = max(count, ONE)
    wall_epsilon[m] = epsilon / faces if count > ZERO else -ONE
    wall_production[m] = production / faces
    wall_dissipation[m] = epsilon / faces


@cell
def two_layer_film(m, start, owner, kind, rdist, conductivity, k, nu, heat_capacity, prandtl_t, slope, limit, width,
                   film):
    """Heat transfer coefficient between the cell and each wall face, in W/(m2 K)."""
    c = owner[m]
    ratio = heat_capacity * nu[c] / (conductivity[c] * prandtl_t)
    for q in range(start[m], start[m + 1]):
        if kind[q] == WALL:
            re_y = math.sqrt(max(k[c], ZERO)) / (rdist[q] * nu[c])
            film[q] = conductivity[c] * rdist[q] / layer_resistance(re_y, slope, limit, width, ratio)
