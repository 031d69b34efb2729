"""Pressure-velocity coupling: Rhie-Chow fluxes and the SIMPLEC correction."""

from __future__ import annotations

from kernels.cell import cell
from kernels.operators import at_face


@cell
def rhie_chow_flux(c, s, area, w, velocity, force, mean_force, response, out):
    """Volume flux through a low face: interpolated velocity plus the difference of face and cell forces."""
    difference = force[c] - at_face(w[c], mean_force[c - s], mean_force[c])
    speed = at_face(w[c], velocity[c - s], velocity[c])
    out[c] = area[c] * (speed + at_face(w[c], response[c - s], response[c]) * difference)


@cell
def pressure_conductance(c, s, area, rd, w, response, out):
    """Flux through a low face per pressure difference, ``A d / dx``."""
    out[c] = area[c] * rd[c] * at_face(w[c], response[c - s], response[c])


@cell
def correct_flux(c, s, conductance, correction, flux):
    """Apply a pressure correction to the flux through a low face."""
    flux[c] -= conductance[c] * (correction[c] - correction[c - s])


@cell
def correct_velocity(c, s, share_low, share_high, rd, correction, response, velocity):
    """Apply a pressure correction to one velocity component at the cell centre."""
    low = share_low[c] * (correction[c] - correction[c - s]) * rd[c]
    high = share_high[c] * (correction[c + s] - correction[c]) * rd[c + s]
    velocity[c] -= response[c] * (low + high)


@cell
def add_to(c, increment, target):
    """Add one field to another."""
    target[c] += increment[c]
