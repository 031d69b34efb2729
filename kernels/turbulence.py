"""The standard k-epsilon model (Launder and Spalding, Comput. Methods Appl. Mech. Eng. 3 (1974) 269) and its
renormalisation-group variant (Yakhot, Orszag, Thangam, Gatski and Speziale, Phys. Fluids A 4 (1992) 1510)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from kernels.cell import ONE, ZERO, cell
from kernels.walls import INLET, OPENING, SMALLEST


@dataclass(frozen=True)
class KEpsilon:
    """Constants of a k-epsilon model, by default the standard one, and of its wall functions.

    The log law is that of smooth channels and pipes, ``u+ = ln(y+)/0.41 + 5.2`` (Pope, Turbulent Flows, 2000, equations
    7.43 and 7.44): ``roughness_constant`` is exp(0.41 * 5.2), and ``laminar_limit`` where it meets ``u+ = y+``.
    """

    c_mu: float = 0.09
    c_1: float = 1.44
    c_2: float = 1.92
    sigma_k: float = 1.0
    sigma_epsilon: float = 1.3
    von_karman: float = 0.41
    roughness_constant: float = 8.43
    laminar_limit: float = 11.07
    eta_0: float = 0.0
    beta: float = 0.0


STANDARD = KEpsilon()
RENORMALISED = KEpsilon(c_mu=0.0845, c_1=1.42, c_2=1.68, sigma_k=0.7194, sigma_epsilon=0.7194, eta_0=4.38, beta=0.012)
"""Constants of Yakhot et al. 1992; ``eta_0`` and ``beta`` belong to the strain term, zero in the standard model."""


@cell
def turbulent_viscosity(c, c_mu, largest_ratio, floor_k, floor_epsilon, nu, k, epsilon, out):
    """``nu_t = C_mu k^2 / epsilon``; k and epsilon are kept above their floors."""
    k[c] = max(k[c], floor_k)
    epsilon[c] = max(epsilon[c], floor_epsilon)
    out[c] = min(c_mu * k[c] * k[c] / epsilon[c], largest_ratio * nu[c])


@cell
def turbulence_sources(c, volume, c_1, c_2, strain, nu_t, k, epsilon, k_source, k_extra, epsilon_source, epsilon_extra):
    """Production as a source and dissipation as an implicit sink of k and epsilon (Patankar's linearisation)."""
    production = nu_t[c] * strain[c]
    rate = epsilon[c] / k[c]
    k_source[c] = volume[c] * production
    k_extra[c] += volume[c] * rate
    epsilon_source[c] = volume[c] * c_1 * rate * production
    epsilon_extra[c] += volume[c] * c_2 * rate


@cell
def strain_term(c, volume, inverse_eta_0, beta, strain, nu_t, k, epsilon, epsilon_source, epsilon_extra):
    """The strain term of the renormalised model, ``-P eps/k eta (1 - eta/eta_0) / (1 + beta eta^3)``.

    P is the production of k and ``eta = S k / epsilon``; the sink is implicit.
    """
    rate = epsilon[c] / k[c]
    eta = math.sqrt(strain[c]) / rate
    term = nu_t[c] * strain[c] * rate * eta * (ONE - eta * inverse_eta_0) / (ONE + beta * eta * eta * eta)
    epsilon_source[c] += volume[c] * max(-term, ZERO)
    epsilon_extra[c] += volume[c] * max(term, ZERO) / epsilon[c]


@cell
def add_weight(c, gravity, slope, out):
    """Add ``g_i d(relative density)/dx_i`` of one axis, in 1/s2: negative where the fluid is stably stratified."""
    out[c] -= gravity * slope[c]


@cell
def buoyancy_production(c, volume, inverse_prandtl, c_1, gx, gy, gz, stability, u, v, w, nu_t, k, epsilon, k_source,
                        k_extra, epsilon_source, epsilon_extra):
    """Turbulence that buoyancy makes or destroys, ``G = nu_t/Pr_t * stability``; sinks are implicit.

    In epsilon it counts with ``C_3 = tanh |velocity along gravity / velocity across|`` (Henkes, van der Vlugt and
    Hoogendoorn, Int. J. Heat Mass Transfer 34 (1991) 377): fully in plumes and wall layers, not in layers that lie.
    """
    production = inverse_prandtl * nu_t[c] * stability[c]
    strength = math.sqrt(gx * gx + gy * gy + gz * gz)
    along = abs(gx * u[c] + gy * v[c] + gz * w[c]) / strength
    across = math.sqrt(max(u[c] * u[c] + v[c] * v[c] + w[c] * w[c] - along * along, ZERO))
    share = c_1 * math.tanh(along / max(across, SMALLEST))
    k_source[c] += volume[c] * max(production, ZERO)
    k_extra[c] += volume[c] * max(-production, ZERO) / k[c]
    epsilon_source[c] += volume[c] * share * max(production, ZERO) * epsilon[c] / k[c]
    epsilon_extra[c] += volume[c] * share * max(-production, ZERO) / k[c]


@cell
def turbulence_wall_cell(
    m, owner, volume, wall_epsilon, wall_production, wall_dissipation, k, k_source, k_extra, epsilon_source,
    epsilon_extra, k_base, fix,
):
    """In cells on a wall: production and dissipation of the wall law, epsilon held at its value by a large diagonal."""
    c = owner[m]
    if wall_epsilon[m] >= ZERO:
        k_source[c] = volume[c] * wall_production[m]
        k_extra[c] = k_base[c] + volume[c] * wall_dissipation[m] / k[c]
        epsilon_extra[c] = fix
        epsilon_source[c] = fix * wall_epsilon[m]


@cell
def turbulence_boundary(
    m, start, owner, kind, area, rdist, outflow, kb, eb, nu, nu_t, inverse_sigma_k, inverse_sigma_epsilon,
    k_source, k_extra, epsilon_source, epsilon_extra,
):
    """Inflow of k and epsilon through inlets and openings."""
    c = owner[m]
    for q in range(start[m], start[m + 1]):
        inflow = max(-outflow[q], ZERO)
        if kind[q] == INLET:
            shear = area[q] * rdist[q]
            exchange = inflow + shear * (nu[c] + inverse_sigma_k * nu_t[c])
            k_extra[c] += exchange
            k_source[c] += exchange * kb[q]
            exchange = inflow + shear * (nu[c] + inverse_sigma_epsilon * nu_t[c])
            epsilon_extra[c] += exchange
            epsilon_source[c] += exchange * eb[q]
        elif kind[q] == OPENING:
            k_extra[c] += inflow
            k_source[c] += inflow * kb[q]
            epsilon_extra[c] += inflow
            epsilon_source[c] += inflow * eb[q]
