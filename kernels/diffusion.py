"""Diffusive exchange between neighbouring cells."""

from __future__ import annotations

from kernels.cell import ZERO, cell


@cell
def face_conductance(c, s, area, half, conductivity, resistance, out):
    """Thermal conductance of a low face in W/K: two half cells and a contact resistance (m2 K/W) in series.

    This is the harmonic mean of the two conductivities, exact for a layered wall (Patankar 1980, section 4.2).
    """
    series = half[c - s] / conductivity[c - s] + resistance[c] + half[c] / conductivity[c]
    out[c] = area[c] / series if area[c] > ZERO else ZERO


@cell
def effective_conductivity(c, fluid, conductivity, nu_t, turbulent_factor, out):
    """Molecular plus turbulent conductivity in W/(m K); ``turbulent_factor`` is ``rho cp / Pr_t``."""
    out[c] = conductivity[c] + fluid[c] * turbulent_factor * nu_t[c]
