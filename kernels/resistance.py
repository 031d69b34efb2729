"""Faces that resist the flow: perforated tiles, grilles, screens, the inside of porous blocks.

The pressure jump is ``L nu u + K/2 u |u|`` per density; ``linear`` is L in 1/m, ``loss`` is K.

The jump is linearised in the flux by Newton's method around the face's last velocity ``speed`` and the face is left
out of the neighbouring cells' mean force, which needs neither a start-up ramp nor damping and makes no checkerboard.
Each face is its own worker: ``slot`` is the cell whose low face it is, ``low`` the cell on the other side.
"""

from __future__ import annotations

from kernels.cell import HALF, ONE, ZERO, cell
from kernels.operators import at_face


@cell
def resistance_flux(
    m, slot, low, linear, loss, speed, nu, area, rd, w, velocity, force, mean_force, response, flux
):
    """Replace the Rhie-Chow flux of a resisting face by the one that its pressure jump lets through."""
    c, b = slot[m], low[m]
    answer = at_face(w[c], response[b], response[c])
    before = speed[m]
    jump = HALF * loss[m] * abs(before) * before
    difference = force[c] - at_face(w[c], mean_force[b], mean_force[c]) + jump * rd[c]
    free = at_face(w[c], velocity[b], velocity[c]) + answer * difference
    slope = linear[m] * at_face(w[c], nu[b], nu[c]) + loss[m] * abs(before)
    flux[c] = area[c] * free / (ONE + answer * rd[c] * slope)


@cell
def resistance_conductance(m, slot, low, linear, loss, speed, nu, area, rd, w, response, conductance):
    """Reduce the pressure conductance of a resisting face by the linearised resistance."""
    c, b = slot[m], low[m]
    answer = at_face(w[c], response[b], response[c]) * rd[c]
    slope = linear[m] * at_face(w[c], nu[b], nu[c]) + loss[m] * abs(speed[m])
    conductance[c] = area[c] * answer / (ONE + answer * slope)


@cell
def resistance_speed(m, slot, area, flux, speed):
    """Remember the face velocity for the next linearisation."""
    speed[m] = flux[slot[m]] / area[slot[m]]


@cell
def jet_momentum(m, slot, low, jet, area, flux, source):
    """Momentum of the jets of a perforated face: the air leaves the holes ``1 + jet`` times faster than the face mean.

    ``jet`` is ``1/sigma - 1`` for a free-area ratio sigma (body-force model of Arghode and Joshi, IEEE Trans. CPMT 3
    (2013) 1426); it acts on the cell that the flow enters.
    """
    c, b = slot[m], low[m]
    through = flux[c]
    gain = jet[m] * through * through / area[c]
    if through > ZERO:
        source[c] += gain
    else:
        source[b] -= gain


@cell
def screen(m, slot, diffusion):
    """Faces of leaking panels pass air through their gaps, but neither shear nor turbulence."""
    diffusion[slot[m]] = ZERO
