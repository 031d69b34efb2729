"""Coolant temperature carried through pipes in time: finite volumes with a limited second-order flux, walls, chips.

Branches with room for a whole time step of flow are divided into cells and advanced explicitly: the flux through a face
is that of Lax and Wendroff, limited (van Leer) so that fronts stay sharp and make no new extremes (Sweby 1984). At a
Courant number of 1 a front moves exactly one cell a step. Shorter branches are one well-mixed cell, advanced
implicitly in the order of the flow, so their size does not limit the step. Nodes mix at once. Energy is conserved.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True)
def _limited(behind, ahead):
    """van Leer's limited slope from the differences on either side."""
    product = behind * ahead
    return 2.0 * product / (behind + ahead) if product > 0.0 else 0.0


@njit(cache=True)
def flow_order(start, end, flow, implicit, nodes):
    """Nodes in the order of the flow through implicit branches; the second value is False where they make a circle."""
    waiting = np.zeros(nodes, np.int64)
    first = np.zeros(nodes + 1, np.int64)
    for e in range(len(flow)):
        if implicit[e] and flow[e] != 0.0:
            waiting[end[e] if flow[e] > 0.0 else start[e]] += 1
            first[(start[e] if flow[e] > 0.0 else end[e]) + 1] += 1
    for n in range(nodes):
        first[n + 1] += first[n]
    leaving, filled = np.empty(first[nodes], np.int64), first[:-1].copy()
    for e in range(len(flow)):
        if implicit[e] and flow[e] != 0.0:
            n = start[e] if flow[e] > 0.0 else end[e]
            leaving[filled[n]] = e
            filled[n] += 1
    order, ready, done = np.empty(nodes, np.int64), 0, 0
    for n in range(nodes):
        if waiting[n] == 0:
            order[ready] = n
            ready += 1
    while done < ready:
        n = order[done]
        done += 1
        for q in range(first[n], first[n + 1]):
            d = end[leaving[q]] if flow[leaving[q]] > 0.0 else start[leaving[q]]
            waiting[d] -= 1
            if waiting[d] == 0:
                order[ready] = d
                ready += 1
    return order, leaving, first, done == nodes


@njit(cache=True)
def _chip(e, inlet, dt, power, resistance, capacity, chip):
    """Advance the chips of a branch exactly for a constant inlet; returns the heat they give to the coolant, W."""
    if not resistance[e] > 0.0:
        return power[e]
    goal = inlet + power[e] * resistance[e]
    before = chip[e]
    chip[e] = goal + (before - goal) * np.exp(-dt / (resistance[e] * capacity[e]))
    return power[e] - capacity[e] * (chip[e] - before) / dt


@njit(cache=True)
def _entering(e, temperature, setpoint, reach, facility):
    """What enters a branch: coolant of its node, cooled by an exchanger as far as its control and facility allow."""
    if not reach[e] > 0.0:
        return temperature
    coldest = temperature - reach[e] * (temperature - facility[e])
    return min(temperature, max(setpoint[e], coldest))


@njit(cache=True)
def _explicit(first, count, forward, courant, inlet, T):
    """Advance the cells of one branch."""
    step = 1 if forward else -1
    here = first if forward else first + count - 1
    flux = before = inlet
    share = 0.5 * (1.0 - courant)
    value = T[here]
    for n in range(count):
        ahead = T[here + step] if n < count - 1 else value
        out = value + share * _limited(value - before, ahead - value)
        T[here] = value + courant * (flux - out)
        flux, before, value = out, value, ahead
        here += step


@njit(cache=True)
def _spread(first, count, number, T):
    """Axial dispersion between the cells of a branch; `number` is D dt / dx^2, at most 1/4 a step."""
    number = min(number, 0.25)
    before = T[first]
    for c in range(first, first + count):
        value = T[c]
        after = T[c + 1] if c < first + count - 1 else value
        T[c] = value + number * (before - 2.0 * value + after)
        before = value


@njit(cache=True)
def _leaving(first, count, forward, courant, T):
    """Temperature that leaves an explicit branch during the coming step: that of its last cell."""
    return T[first + count - 1] if forward else T[first]


@njit(cache=True)
def _wall(first, count, mass, dt, cp, contact, wall_capacity, loss, ambient, T, wall):
    """Exchange with the wall and of the wall with the ambient, both exactly over the step; W/K, J/K of the branch."""
    share = 1.0 / count
    water, metal = mass * share * cp, wall_capacity * share
    decay = np.exp(-contact * share * dt * (1.0 / water + 1.0 / metal))
    of_water, of_metal = water / (water + metal), metal / (water + metal)
    lost = 0.0
    for n in range(first, first + count):
        mean = of_water * T[n] + of_metal * wall[n]
        gap = (T[n] - wall[n]) * decay
        T[n] = mean + gap * of_metal
        wall[n] = mean - gap * of_water
    if loss == 0.0:
        return lost
    fade = np.exp(-loss * share * dt / metal)
    for n in range(first, first + count):
        outward = (wall[n] - ambient) * (1.0 - fade)
        wall[n] -= outward
        lost += outward * metal
    return lost


@njit(cache=True)
def advance(
    dt, cp, start, end, flow, mass, first, count, implicit, order, leaving, leaving_first, power, resistance, capacity,
    setpoint, reach, facility, spread, contact, wall_capacity, loss, ambient, inflow, inflow_temperature, T, wall, chip,
    node, outlet, removed,
):  # fmt: skip
    """Advance one step of `dt` seconds in place; returns the heat lost through walls, J.

    Per branch: `flow` kg/s, `mass` kg, its cells `first` and `count`, `power` W of its chips and `resistance` K/W,
    `capacity` J/K of them, exchanger `setpoint` K, `reach` (share of inlet minus facility it can take) and `facility`
    K, `spread` 1/s (axial dispersion over the length squared), wall `contact` W/K, `wall_capacity` J/K, `loss` W/K to
    `ambient` K. `T` and `wall`: cells, K. Results: `node` K, `outlet` K of each branch, `removed` W by each exchanger,
    `chip` K.
    """
    nodes = len(node)
    carried, energy = np.zeros(nodes), np.zeros(nodes)
    for n in range(nodes):
        if inflow[n] > 0.0:
            carried[n] += inflow[n]
            energy[n] += inflow[n] * inflow_temperature[n]
    for e in range(len(flow)):
        if not implicit[e] and flow[e] != 0.0:
            outlet[e] = _leaving(first[e], count[e], flow[e] > 0.0, 0.0, T)
            d = end[e] if flow[e] > 0.0 else start[e]
            carried[d] += abs(flow[e])
            energy[d] += abs(flow[e]) * outlet[e]
    for place in range(nodes):
        n = order[place]
        if carried[n] > 0.0:
            node[n] = energy[n] / carried[n]
        for q in range(leaving_first[n], leaving_first[n + 1]):
            e = leaving[q]
            size = abs(flow[e])
            inlet = _entering(e, node[n], setpoint, reach, facility)
            removed[e] = size * cp * (node[n] - inlet)
            heat = _chip(e, inlet, dt, power, resistance, capacity, chip)
            cell = first[e]
            T[cell] = (mass[e] * T[cell] + size * dt * inlet + heat * dt / cp) / (mass[e] + size * dt)
            outlet[e] = T[cell]
            d = end[e] if flow[e] > 0.0 else start[e]
            carried[d] += size
            energy[d] += size * outlet[e]
    lost = 0.0
    for e in range(len(flow)):
        if not implicit[e] or flow[e] == 0.0:
            n = start[e] if flow[e] >= 0.0 else end[e]
            inlet = _entering(e, node[n], setpoint, reach, facility)
            removed[e] = abs(flow[e]) * cp * (node[n] - inlet)
            heat = _chip(e, inlet if flow[e] != 0.0 else T[first[e]], dt, power, resistance, capacity, chip)
            if flow[e] != 0.0:
                courant = abs(flow[e]) * dt * count[e] / mass[e]
                _explicit(first[e], count[e], flow[e] > 0.0, courant, inlet, T)
                if spread[e] > 0.0:
                    _spread(first[e], count[e], spread[e] * dt * count[e] ** 2, T)
            if heat != 0.0:
                for c in range(first[e], first[e] + count[e]):
                    T[c] += heat * dt / (cp * mass[e])
        if wall_capacity[e] > 0.0:
            lost += _wall(first[e], count[e], mass[e], dt, cp, contact[e], wall_capacity[e], loss[e], ambient, T, wall)
    return lost
