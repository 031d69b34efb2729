"""Boundary terms of the energy equation, in watts and watts per kelvin.

Temperatures are offsets from a datum, so a rise of 12 K keeps its digits in single precision.
"""

from __future__ import annotations

import math

from kernels.cell import ONE, ZERO, cell, scalar
from kernels.walls import INLET, OPENING, WALL, log_law


@scalar
def wall_conductance(velocity_scale, distance, nu, heat_capacity, conductivity, prandtl_t, pee, kappa, roughness):
    """Heat transfer coefficient of the thermal wall function in W/(m2 K).

    ``T+ = Pr_t (u+ + P)`` with Jayatilleke's P (``pee``) outside the conductive sublayer; never below pure
    conduction. ``heat_capacity`` is rho cp in J/(m3 K).
    """
    conductive = conductivity / distance
    y_plus = max(velocity_scale * distance / nu, ONE)
    t_plus = prandtl_t * (log_law(y_plus, roughness, kappa) + pee)
    return max(conductive, heat_capacity * velocity_scale / max(t_plus, ONE))


@cell
def wall_film(m, start, owner, kind, rdist, conductivity, k, nu, heat_capacity, prandtl_t, pee, quarter_power,
              von_karman, roughness_constant, film):
    """Heat transfer coefficient between the cell and each wall face with the thermal wall function."""
    c = owner[m]
    velocity_scale = quarter_power * math.sqrt(max(k[c], ZERO))
    for q in range(start[m], start[m + 1]):
        if kind[q] == WALL:
            film[q] = wall_conductance(
                velocity_scale, ONE / rdist[q], nu[c], heat_capacity, conductivity[c], prandtl_t, pee, von_karman,
                roughness_constant,
            )


@cell
def solid_face_conductance(m, along, s, start, owner, kind, axis, sign, film, area, half, conductivity, resistance,
                           conductance):
    """Conductance in W/K of faces along axis ``along`` between turbulent fluid and a conducting solid: the film of the
    thermal wall function, the contact resistance and half the solid cell in series."""
    c = owner[m]
    for q in range(start[m], start[m + 1]):
        if axis[q] == along and kind[q] == WALL:
            face = c + s if sign[q] > ZERO else c
            solid = c + s if sign[q] > ZERO else c - s
            if area[face] > ZERO:
                series = ONE / film[q] + resistance[face] + half[solid] / conductivity[solid]
                conductance[face] = area[face] / series


@cell
def conductive_film(m, start, owner, rdist, conductivity, film):
    """Heat transfer coefficient between the cell and each boundary face by conduction."""
    for q in range(start[m], start[m + 1]):
        film[q] = conductivity[owner[m]] * rdist[q]


@cell
def energy_boundary(
    m, start, owner, kind, area, outflow, tb, resistance, heat_flux, conducts, film, heat_capacity, exchange, source,
    extra,
):
    """Heat through boundary faces: film and wall resistance in series, given flux, inflow at its own temperature.

    ``exchange[q]`` keeps the conductance to ``tb[q]`` in W/K for the heat balance; ``resistance`` in m2 K/W is
    negative for an adiabatic face; ``conducts`` says whether an inlet also conducts.
    """
    c = owner[m]
    for q in range(start[m], start[m + 1]):
        conductance = ZERO
        if kind[q] == WALL and resistance[q] >= ZERO:
            conductance = area[q] / (resistance[q] + ONE / film[q])
        elif kind[q] == INLET:
            conductance = conducts[q] * area[q] * film[q] + heat_capacity * max(-outflow[q], ZERO)
        elif kind[q] == OPENING:
            conductance = heat_capacity * max(-outflow[q], ZERO)
        exchange[q] = conductance
        extra[c] += conductance
        source[c] += conductance * tb[q] + area[q] * heat_flux[q]


@cell
def mixed_outflow(m, start, face, owner, outflow, temperature, tb):
    """Give what flows back through opening ``m`` the mean temperature of what leaves through it, over its entries
    ``start[m] <= e < start[m+1]`` of ``face`` and ``owner``; where nothing leaves it keeps the one it has."""
    leaving, warm = ZERO, ZERO
    for e in range(start[m], start[m + 1]):
        out = max(outflow[face[e]], ZERO)
        leaving += out
        warm += out * temperature[owner[e]]
    if leaving > ZERO:
        for e in range(start[m], start[m + 1]):
            tb[face[e]] = warm / leaving
