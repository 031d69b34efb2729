"""Time terms: second-order backward differences (BDF2) with a variable step, and what belongs to them.

``dphi/dt = (rate phi + history)`` at the new time level, with ``rate = a0/dt`` and the old levels ``one`` (last) and
``two`` (the one before) in ``history = a1*one + a2*two``. For steps ``dt`` after ``dt_old``, ``r = dt/dt_old``:
``a0 = (1 + 2r)/(1 + r)``, ``a1 = -(1 + r)/dt``, ``a2 = r^2/(1 + r)/dt`` (Hairer and Wanner, Solving Ordinary
Differential Equations I, section III.5). The first step after a jump is backward Euler: ``1, -1/dt, 0``.
"""

from __future__ import annotations

from kernels.cell import HALF, ONE, ZERO, cell
from kernels.operators import at_face
from kernels.walls import OPENING


@cell
def time_source(c, capacity, a1, a2, one, two, out):
    """What the old levels give to the right-hand side: ``-capacity (a1 one + a2 two)``."""
    out[c] = -capacity[c] * (a1 * one[c] + a2 * two[c])


@cell
def positive_time_source(c, capacity, rate, euler, a1, a2, one, two, inertia, out):
    """As ``time_source`` for a quantity that stays positive: backward Euler where two old levels would give less than
    nothing; ``inertia`` is the part on the diagonal."""
    memory = -(a1 * one[c] + a2 * two[c])
    safe = memory > ZERO
    inertia[c] = capacity[c] * (rate if safe else euler)
    out[c] = capacity[c] * (memory if safe else euler * one[c])


@cell
def add_time_term(c, inertia, history, extra, source):
    """Put the time term of one variable into its row."""
    extra[c] += inertia[c]
    source[c] += history[c]


@cell
def extrapolate(c, weight, one, two, out):
    """Linear extrapolation ``one + weight (one - two)`` from the last two levels."""
    out[c] = one[c] + weight * (one[c] - two[c])


@cell
def transient_response(c, volume, inverse, lag, inertia, fixed_relaxation, floor, fluid, fixed):
    """Velocity response ``V/P`` (s) of the Rhie-Chow face velocity: the steady one and the time term in series."""
    plain = ONE / inverse[c] - lag[c] - inertia[c]
    fixed[c] = fluid[c] * volume[c] / (max(plain, floor) / fixed_relaxation + inertia[c])


@cell
def flux_memory(c, s, area, w, a1, a2, flux_one, flux_two, one, two, out):
    """Time term of what a face flux has beyond the interpolated cell velocity, m3/s2.

    Without it the face velocity would depend on the time step, and a steady flow would move when a transient run
    starts from it (Choi, Numer. Heat Transf. B 36 (1999) 545; Cubero and Fueyo, ibid. 52 (2007) 507).
    """
    last = flux_one[c] - area[c] * at_face(w[c], one[c - s], one[c])
    former = flux_two[c] - area[c] * at_face(w[c], two[c - s], two[c])
    out[c] = -(a1 * last + a2 * former)


@cell
def add_flux_memory(c, s, w, response, memory, flux):
    """Add the remembered part to the flux through a low face."""
    flux[c] += at_face(w[c], response[c - s], response[c]) * memory[c]


@cell
def take_resistance_memory(m, slot, memory, out):
    """Move the memory of resisting faces to a list of their own: their flux answers less."""
    out[m] = memory[slot[m]]
    memory[slot[m]] = ZERO


@cell
def add_resistance_memory(m, slot, low, linear, loss, speed, nu, rd, w, response, weight, memory, flux):
    """Add the remembered part to the flux through a resisting face."""
    c, b = slot[m], low[m]
    answer = at_face(w[c], response[b], response[c])
    slope = linear[m] * at_face(w[c], nu[b], nu[c]) + loss[m] * abs(speed[m])
    flux[c] += at_face(w[c], weight[b], weight[c]) * memory[m] / (ONE + answer * rd[c] * slope)


@cell
def opening_memory(m, start, owner, kind, axis, sign, area, a1, a2, out_one, out_two, u_one, v_one, w_one,
                   u_two, v_two, w_two, out):
    """As ``flux_memory`` for the outflow of fixed-pressure openings."""
    c = owner[m]
    for q in range(start[m], start[m + 1]):
        if kind[q] == OPENING:
            one, two = u_one[c], u_two[c]
            if axis[q] == 1:
                one, two = v_one[c], v_two[c]
            elif axis[q] == 2:
                one, two = w_one[c], w_two[c]
            normal = sign[q] * area[q]
            out[q] = -(a1 * (out_one[q] - normal * one) + a2 * (out_two[q] - normal * two))


@cell
def add_opening_memory(m, start, owner, kind, response, memory, outflow):
    """Add the remembered part to the outflow of fixed-pressure openings."""
    c = owner[m]
    for q in range(start[m], start[m + 1]):
        if kind[q] == OPENING:
            outflow[q] += response[c] * memory[q]


@cell
def courant_rate(c, sx, sy, sz, flux_x, flux_y, flux_z, fluid, volume, out):
    """Courant number per time step, 1/s: half the flux through the faces of a cell over its volume."""
    total = abs(flux_x[c]) + abs(flux_x[c + sx]) + abs(flux_y[c]) + abs(flux_y[c + sy])
    total += abs(flux_z[c]) + abs(flux_z[c + sz])
    out[c] = HALF * total / volume[c] if fluid[c] > ZERO else ZERO


@cell
def prediction_error(c, volume, one_share, two_share, three_share, one, two, three, phi, out):
    """Add ``volume (phi - prediction)^2``; the prediction extrapolates three old levels with the given shares."""
    gap = phi[c] - (one_share * one[c] + two_share * two[c] + three_share * three[c])
    out[c] += volume[c] * gap * gap


@cell
def add_square_change(c, volume, before, now, out):
    """Add ``volume (now - before)^2``."""
    gap = now[c] - before[c]
    out[c] += volume[c] * gap * gap


@cell
def server_node(m, inertia, history, effectiveness, capacity, flow, inlet, node, given, heat):
    """Temperature of the thermal mass of a stream's servers, and the heat that its air takes from it, in W.

    One node: ``C dTs/dt = P - G (Ts - T_in)``, ``G = effectiveness rho cp V`` in W/K, ``inertia = a0 C/dt``. ``heat``
    holds the servers' power when called, which ``given`` keeps; without inertia the air takes all of it.
    """
    exchange = effectiveness[m] * capacity * flow[m]
    total = inertia[m] + exchange
    given[m] = heat[m]
    if total > ZERO:
        node[m] = (history[m] + given[m] + exchange * inlet[m]) / total
    if inertia[m] > ZERO:
        heat[m] = exchange * (node[m] - inlet[m])


@cell
def patch_largest(m, start, face_owner, temperature, out):
    """Largest temperature over the cells at the faces of one patch (a rack intake), or of a part of one."""
    top = temperature[face_owner[start[m]]]
    for q in range(start[m], start[m + 1]):
        top = max(top, temperature[face_owner[q]])
    out[m] = top


@cell
def running_moments(c, share, value, mean, square):
    """Renew the weighted mean and mean square deviation; ``share`` is the new sample's share of the total weight."""
    before = value[c] - mean[c]
    mean[c] += share * before
    square[c] = (ONE - share) * (square[c] + share * before * before)
