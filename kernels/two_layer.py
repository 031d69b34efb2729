"""Two-layer k-epsilon: a one-equation model from the wall through the viscous layer, k-epsilon beyond it.

Near the wall k alone is transported; viscosity and dissipation follow from k, the distance y to the wall and
``Re_y = sqrt(k) y / nu``. In forced flow (Wolfshtein, Int. J. Heat Mass Transfer 12 (1969) 301, with the constants of
Chen and Patel, AIAA J. 26 (1988) 641)::

    nu_t / nu = kappa C_mu^(1/4) Re_y (1 - exp(-Re_y/70)),   epsilon = k^1.5 / (c y (1 - exp(-Re_y/(2 c))))

with ``c = kappa C_mu^(-3/4)``. In natural convection v, the fluctuation across the wall, and ``y_v = v y / nu`` come
from direct simulation between heated plates (Xu, Chen and Nieuwstadt, Int. J. Heat Mass Transfer 41 (1998) 3161)::

    v^2 / k = 7.19e-3 Re_y - 4.33e-5 Re_y^2 + 8.8e-8 Re_y^3,   nu_t / nu = 0.544 y_v / (1 + 5.025e-4 y_v^1.65)
    epsilon = v k (1 + 10 / y_v + 0.0515 y_v) / (8.8 y)

The two models are blended at a given ``Re_y`` by a hyperbolic tangent (Jongen, thesis, EPFL 1998). At a wall the
viscosity of both layers, k-epsilon in local equilibrium, is integrated from the wall to the cell centre with the k of
the cell, so that one formula serves whether the centre lies in the viscous layer or far outside it: there it becomes
the log law.
"""

from __future__ import annotations

import math

import numpy as np

from kernels.cell import HALF, ONE, TWO, ZERO, cell, scalar
from kernels.operators import series
from kernels.walls import SMALLEST, WALL

DAMPING = np.float32(70.0)
"""Re_y of the damping of the viscosity in forced flow."""
FITTED = np.float32(256.0)
"""Re_y up to which v^2 / k of natural convection is used: the models have changed over before."""
NEARLY_ZERO = np.float32(1.0 / 1024.0)
"""Reach in Re_y / (2 c) below which ``x / (1 - exp(-x))`` is at its limit of 1 within 0.05 %."""
TINY = np.float32(1e-30)
"""Square of a shear in (m2/s2)^2 that stands for none, where one divides by it."""
POINTS = 16
"""Points of the integral from the wall to the cell centre."""
STRETCH = np.float32(10.0)
"""Re_y about which the points of the integral pass from evenly spaced to spaced by ratio."""
SUBLAYER = np.float32(14.0)
"""Re_y up to which k rises from the wall with the square of the distance: with 14, y+ = 8, the integral of forced flow
is the law of the wall within 5 % from y+ 5 to 1000."""


@scalar
def outer_share(re_y, limit, width):
    """Share of the k-epsilon model, ``(1 + tanh((Re_y - limit) / width)) / 2``: zero at the wall, one far from it."""
    return width / (width + width * math.exp(TWO * (limit - re_y) / width))


@scalar
def natural_units(re_y):
    """``y_v`` of natural convection, from the published 7.19e-3, 4.33e-5 and 8.8e-8, here in units of 1e-9."""
    at = min(re_y, FITTED)
    share = at * (np.float32(7190000.0) - at * (np.float32(43300.0) - np.float32(88.0) * at)) / np.float32(1e9)
    return re_y * math.sqrt(share)


@scalar
def layer_ratio(re_y, slope, natural):
    """Turbulent over molecular viscosity in the layer at the wall; ``natural`` is 1 for natural convection, else 0.

    The published 0.544 is 68 / 125, 5.025e-4 is 201 / 400000 and 1.65 is 33 / 20. ``zero`` gives the results of
    ``math`` the precision of the arguments where the compiler is off.
    """
    if natural > ZERO:
        y_v = natural_units(re_y)
        zero = ZERO * y_v
        power = zero + math.exp(np.float32(33.0) * (zero + math.log(max(y_v, SMALLEST))) / np.float32(20.0))
        return np.float32(68.0) * y_v / (np.float32(125.0) * (ONE + np.float32(201.0) * power / np.float32(400000.0)))
    undamped = slope * re_y
    return undamped - undamped * math.exp(-re_y / DAMPING)


@scalar
def layer_decay(re_y, length_slope, natural):
    """Dissipation over ``nu k / y^2`` in the layer at the wall.

    In natural convection ``(10 + y_v + 0.0515 y_v^2) / 8.8``, with numerator and denominator times 2000.
    """
    if natural > ZERO:
        y_v = natural_units(re_y)
        return (np.float32(20000.0) + y_v * (np.float32(2000.0) + np.float32(103.0) * y_v)) / np.float32(17600.0)
    reach = max(re_y / (TWO * length_slope), NEARLY_ZERO)
    return TWO * reach * reach / (reach - reach * math.exp(-reach))


@scalar
def equilibrium_ratio(re_y, slope, natural, limit, width):
    """Turbulent over molecular viscosity of both layers; k-epsilon in local equilibrium is ``slope Re_y``."""
    share = outer_share(re_y, limit, width)
    return share * slope * re_y + (ONE - share) * layer_ratio(re_y, slope, natural)


@scalar
def layer_resistance(re_y, slope, natural, limit, width, prandtl_ratio):
    """Resistance between wall and cell centre over that of molecular conduction, from 1 down, and where it sits.

    The first is the mean of ``1 / (1 + prandtl_ratio nu_t/nu)`` with ``prandtl_ratio`` Pr over Pr_t for heat, 1 for
    momentum; the second the mean distance of the resistance from the wall, in widths of the cell: a quarter where the
    flow is laminar, less where turbulence leaves it next to the wall. ``zero`` as in :func:`layer_ratio`.
    """
    reach = re_y / STRETCH
    zero = ZERO * re_y
    step = (zero + math.log(reach + math.sqrt(reach * reach + ONE))) / np.float32(POINTS)
    rise = max(min(re_y, SUBLAYER), SMALLEST)
    resistance, length, moment = zero, zero, zero
    for n in range(POINTS):
        grown = zero + math.exp((np.float32(n) + HALF) * step)
        weight = grown + ONE / grown
        at = HALF * STRETCH * (grown - ONE / grown)
        local = at * min(at / rise, ONE)
        part = weight / (ONE + prandtl_ratio * equilibrium_ratio(local, slope, natural, limit, width))
        resistance += part
        length += weight
        moment += part * at
    return resistance / length, HALF * moment / (max(re_y, SMALLEST) * resistance)


@cell
def two_layer_viscosity(c, c_mu, largest_ratio, floor_k, floor_epsilon, slope, natural, limit, width, distance, nu, k,
                        epsilon, out):
    """Turbulent viscosity of both layers, blended; k and epsilon are kept above their floors."""
    k[c] = max(k[c], floor_k)
    epsilon[c] = max(epsilon[c], floor_epsilon)
    re_y = distance[c] * math.sqrt(k[c]) / nu[c]
    share = outer_share(re_y, limit, width)
    far = min(c_mu * k[c] * k[c] / epsilon[c], largest_ratio * nu[c])
    out[c] = share * far + (ONE - share) * nu[c] * layer_ratio(re_y, slope, natural)


@cell
def hold_dissipation(c, volume, length_slope, natural, limit, width, fix, fluid, distance, nu, k, epsilon,
                     epsilon_source, epsilon_extra):
    """Draw epsilon to its value of the layer at the wall, the harder the less the k-epsilon model counts there."""
    re_y = distance[c] * math.sqrt(k[c]) / nu[c]
    share = outer_share(re_y, limit, width)
    if fluid[c] > ZERO and share < ONE:
        hold = min(volume[c] * epsilon[c] / k[c] * (ONE - share) / max(share, SMALLEST), fix)
        epsilon_extra[c] += hold
        decay = layer_decay(re_y, length_slope, natural)
        epsilon_source[c] += hold * decay * nu[c] * k[c] / (distance[c] * distance[c])


@cell
def two_layer_wall(m, start, owner, kind, axis, sign, rdist, ub, vb, wb, sx, sy, sz, ax, ay, az, wx, wy, wz, rx, ry, rz,
                   u, v, w, k, nu, nu_t, slope, length_slope, natural, limit, width, wall_nu, wall_epsilon,
                   wall_production, wall_dissipation):
    """Wall shear, and production and dissipation of k at the cell centre, means over the wall faces.

    The shear is taken as linear from the wall to the face opposite, where the difference of the velocities gives it; it
    falls fast where buoyancy drives the layer. Between equal laminar cells that is the gradient of second order at the
    wall, ``(9 u_1 - u_2) / 3h``. For each axis ``a`` are the areas of the low faces, ``w`` their weights and ``r`` one
    over the distances of the centres. ``slope`` is ``kappa C_mu^(1/4)`` and ``length_slope`` ``kappa C_mu^(-3/4)``.
    Negative epsilon: no wall.
    """
    c = owner[m]
    count, epsilon, production = ZERO, ZERO, ZERO
    energy = max(k[c], ZERO)
    for q in range(start[m], start[m + 1]):
        if kind[q] == WALL:
            du, dv, dw = u[c] - ub[q], v[c] - vb[q], w[c] - wb[q]
            re_y = math.sqrt(energy) / (rdist[q] * nu[c])
            resistance, lever = layer_resistance(re_y, slope, natural, limit, width, ONE)
            wall_nu[q] = nu[c] / resistance
            ratio = equilibrium_ratio(re_y, slope, natural, limit, width)
            stress = wall_nu[q] * rdist[q]
            tau_x, tau_y, tau_z = stress * du, stress * dv, stress * dw
            step, area, weight, rd = sx, ax, wx, rx
            if axis[q] == 1:
                step, area, weight, rd = sy, ay, wy, ry
            elif axis[q] == 2:
                step, area, weight, rd = sz, az, wz, rz
            inner = c - step if sign[q] > ZERO else c + step
            face = c if sign[q] > ZERO else inner
            if area[face] > ZERO:
                low, high = face - step, face
                stress = rd[face] * series(weight[face], nu[low] + nu_t[low], nu[high] + nu_t[high])
                far_x, far_y, far_z = stress * (u[inner] - u[c]), stress * (v[inner] - v[c]), stress * (w[inner] - w[c])
                square = tau_x * tau_x + tau_y * tau_y + tau_z * tau_z
                along = (tau_x * far_x + tau_y * far_y + tau_z * far_z) / max(square, TINY)
                correction = min(max((ONE - lever * along) / (ONE - lever), HALF), TWO)
                wall_nu[q] *= correction
                tau_x = HALF * (correction * tau_x + far_x)
                tau_y = HALF * (correction * tau_y + far_y)
                tau_z = HALF * (correction * tau_z + far_z)
            strain = math.sqrt(tau_x * tau_x + tau_y * tau_y + tau_z * tau_z) / (nu[c] * (ONE + ratio))
            production += nu[c] * ratio * strain * strain
            share = outer_share(re_y, limit, width)
            epsilon += share * energy * math.sqrt(energy) * rdist[q] / length_slope
            decay = layer_decay(re_y, length_slope, natural)
            epsilon += (ONE - share) * decay * nu[c] * energy * rdist[q] * rdist[q]
            count += ONE
    faces = max(count, ONE)
    wall_epsilon[m] = epsilon / faces if count > ZERO else -ONE
    wall_production[m] = production / faces
    wall_dissipation[m] = epsilon / faces


@cell
def two_layer_film(m, start, owner, kind, rdist, conductivity, k, nu, heat_capacity, prandtl_t, slope, natural,
                   limit, width, film):
    """Heat transfer coefficient between the cell and each wall face, in W/(m2 K)."""
    c = owner[m]
    ratio = heat_capacity * nu[c] / (conductivity[c] * prandtl_t)
    for q in range(start[m], start[m + 1]):
        if kind[q] == WALL:
            re_y = math.sqrt(max(k[c], ZERO)) / (rdist[q] * nu[c])
            resistance, _ = layer_resistance(re_y, slope, natural, limit, width, ratio)
            film[q] = conductivity[c] * rdist[q] / resistance
