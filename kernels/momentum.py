"""Momentum on the collocated grid: forces at faces, their mean in the cell, the right-hand side."""

from __future__ import annotations

from kernels.cell import ONE, cell
from kernels.operators import at_face

RHIE_CHOW_RELAXATION = 0.7
"""The face velocity uses the diagonal of this relaxation whatever the solver's own is, so the answer does not depend
on the solver's setting (Majumdar 1988 describes the defect that this avoids)."""


@cell
def face_force(c, s, rd, w, p, buoyancy, gravity, out):
    """Pressure and buoyancy force per mass at a low face in m/s2. A fluid at rest under its weight gives zero."""
    weight = gravity * at_face(w[c], buoyancy[c - s], buoyancy[c])
    out[c] = weight - (p[c] - p[c - s]) * rd[c]


@cell
def cell_force(c, s, share_low, share_high, force, out):
    """Mean force over the faces of one axis that carry force: both, or the one that is not a wall or a resistance."""
    out[c] = share_low[c] * force[c] + share_high[c] * force[c + s]


@cell
def momentum_source(c, volume, force, body_force, lag, old, source, out):
    """Right-hand side of one velocity component."""
    out[c] = source[c] + volume[c] * (force[c] + body_force) + lag[c] * old[c]


@cell
def velocity_response(c, volume, inverse, lag, extra, fixed_relaxation, softening, floor, fluid, fixed, simplec):
    """How a cell's velocity answers a force: ``V/P`` in seconds.

    ``fixed`` serves the Rhie-Chow face velocity and is independent of the solver's relaxation; ``simplec`` serves the
    pressure correction, ``V / (P - softening * sum a_nb)`` (Van Doormaal and Raithby 1984).
    """
    relaxed = ONE / inverse[c]
    plain = relaxed - lag[c]
    fixed[c] = fluid[c] * fixed_relaxation * volume[c] / max(plain, floor)
    simplec[c] = fluid[c] * volume[c] / (relaxed - softening * (plain - extra[c]))


@cell
def add_lag(c, volume, fluid, rate, inverse, lag):
    """Put a pseudo-time term of ``rate`` (1/s) into a momentum row."""
    more = fluid[c] * volume[c] * rate[c]
    inverse[c] = inverse[c] / (ONE + more * inverse[c])
    lag[c] += more
