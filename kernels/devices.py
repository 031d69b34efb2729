"""Devices that air passes through: servers, racks, cooling units, tiles over a plenum that is not solved.

Each device is one worker ``m`` and moves one stream: in over its intake faces, out over its exhaust faces. Per device:
``flow`` in m3/s through its faces; temperatures are offsets from the datum; pressures are kinematic (m2/s2). Faces of
device ``m`` are entries ``start[m] <= e < start[m+1]`` with ``share[e]`` of the device's flow.
"""

from __future__ import annotations

import math

import numpy as np
from numpy import float32

from kernels.cell import HALF, ONE, TWO, ZERO, cell, scalar

TINY_RATIO = float32(2.0**-20)
FACES_AT_ONCE = 64
"""Most faces that one worker goes through."""
LARGEST_STEP = HALF
SMALLEST_STEP = float32(2.0**-6)
RECOVERY = float32(2.0**-6)
"""Share of the distance to its law that a flow moves in one step, and by how much the share recovers each step."""


def in_parts(start: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cut lists ``start[m] <= e < start[m+1]``, none where the two are equal, into parts of ``FACES_AT_ONCE``.

    Returns the begin of every part and the end of the last, and the first part of every list and the end of the last.
    """
    counts = -(-np.diff(start) // FACES_AT_ONCE)
    first = np.concatenate([[0], np.cumsum(counts)])
    place = np.arange(first[-1]) - np.repeat(first[:-1], counts)
    return np.append(np.repeat(start[:-1], counts) + FACES_AT_ONCE * place, start[-1]), first


@scalar
def effectiveness(transfer_units, ratio, counterflow, reduced, entry):
    """Effectiveness of a heat exchanger from NTU and the ratio of capacity rates (smaller over larger).

    Counterflow: exact. Crossflow, both streams unmixed: ``1 - exp((exp(-C NTU^0.78) - 1) NTU^0.22 / C)``; the exponents
    are ``reduced`` and ``entry``. Incropera, DeWitt, Bergman, Lavine, Fundamentals of Heat and Mass Transfer, 6th ed.
    2007, eqs. 11.29a and 11.32.
    """
    if transfer_units <= ZERO:
        return ZERO
    if ratio < TINY_RATIO:
        return -math.expm1(-transfer_units)
    if counterflow:
        if ONE - ratio < TINY_RATIO:
            return transfer_units / (ONE + transfer_units)
        gone = -math.expm1(-transfer_units * (ONE - ratio))
        return gone / (ONE - ratio + ratio * gone)
    size = math.log(transfer_units)
    return -math.expm1(math.expm1(-ratio * math.exp(reduced * size)) * math.exp(entry * size) / ratio)


@cell
def end_means(n, start, owner, share, temperature, pressure, warm, push):
    """Flow-weighted temperature and pressure over one part of the faces of an end. A part is one worker: an end may
    have thousands of faces, and one worker would take longer over them than a GPU over all its cells."""
    total_warm, total_push = ZERO, ZERO
    for e in range(start[n], start[n + 1]):
        total_warm += share[e] * temperature[owner[e]]
        total_push += share[e] * pressure[owner[e]]
    warm[n] = total_warm
    push[n] = total_push


@cell
def device_means(m, start, warm, push, outside, mean_temperature, mean_pressure):
    """The same over all parts ``start[m] <= n < start[m+1]`` of one end; ``outside`` adds a pressure given there."""
    total_warm, total_push = ZERO, outside[m]
    for n in range(start[m], start[m + 1]):
        total_warm += warm[n]
        total_push += push[n]
    mean_temperature[m] = total_warm
    mean_pressure[m] = total_push


@cell
def response_speed(m, start, at, factor, capacity, recirculated, heat, flow, inlet, speed):
    """Speed of server fans from the temperature at the servers, straight between points and flat beyond.

    The servers breathe some of their own exhaust: they feel ``recirculated`` of the rise of the rack's air.
    """
    first, last = start[m], start[m + 1]
    if last > first:
        air = capacity * flow[m]
        breathed = inlet[m] + (recirculated[m] * heat[m] / air if air > ZERO else ZERO)
        value = factor[first]
        for e in range(first + 1, last):
            width = at[e] - at[e - 1]
            position = min(max((breathed - at[e - 1]) / width, ZERO), ONE)
            value += position * (factor[e] - factor[e - 1])
        speed[m] = value


@cell
def control_speed(m, control, set_point, lowest, gain, inlet, outlet, former, speed):
    """Move the speed of a controlled fan from `former` towards its set-point: more air where the return is too warm,
    less where the supply is. `gain` is the relative step at a deviation as large as the rise of the air, or larger."""
    if control[m] > 0:
        span = max(abs(inlet[m] - outlet[m]), ONE)
        error = inlet[m] - set_point[m] if control[m] == 2 else set_point[m] - outlet[m]
        wanted = former[m] * (ONE + gain[m] * min(max(error / span, -ONE), ONE))
        speed[m] = min(max(wanted, lowest[m]), ONE)


@cell
def device_flow(m, law, nominal, net, resistance, start, at, rise, density, inlet_pressure, outlet_pressure, running,
                speed, step, share, change, flow):
    """Move the flow towards what the law gives, one Newton step on the fan curve, damped where it overshoots.

    Fan curve: ``s^2 P(q/s) = R q^2 + dp`` with the flow q of the fan itself, ``flow = net q``. ``change`` keeps the
    relative distance to the law; ``share`` of it is taken, halved whenever the distance changes its sign.
    """
    s = speed[m] * running[m]
    wanted = nominal[m] * s
    if law[m] == 1:
        q = flow[m] / net[m]
        against = density * (outlet_pressure[m] - inlet_pressure[m])
        e = start[m]
        while e + 2 < start[m + 1] and at[e + 1] * s < q:
            e += 1
        slope = (rise[e + 1] - rise[e]) / (at[e + 1] - at[e])
        surplus = s * s * rise[e] + s * slope * (q - s * at[e]) - resistance[m] * q * q - against
        stiffness = TWO * resistance[m] * q - s * slope
        wanted = net[m] * max(q + surplus / max(stiffness, step), ZERO) if s > ZERO else ZERO
    distance = wanted - flow[m]
    if distance * change[m] < ZERO:
        share[m] = max(HALF * share[m], SMALLEST_STEP)
    else:
        share[m] = min(share[m] + RECOVERY, LARGEST_STEP)
    change[m] = distance / max(nominal[m], flow[m])
    if s <= ZERO:
        share[m] = ONE
    flow[m] += share[m] * distance
    if wanted <= ZERO and flow[m] < TINY_RATIO * nominal[m]:
        flow[m] = ZERO


@cell
def device_heat(m, power, fan_power, cubic, efficiency, resistance, net, nominal, density, inlet_pressure,
                outlet_pressure, speed, bounded, most, flow, fan, heat):
    """Power of the fan and heat that the device gives to its air, in W; where ``bounded`` is 1 never more than ``most``
    (J/m3) per air.

    Server fans (``cubic`` 1) are part of the power and grow with the cube of the speed; unit fans with that of the
    flow over the nominal one, or as flow times fan pressure over efficiency.
    """
    if efficiency[m] > ZERO:
        q = flow[m] / net[m]
        pressure = resistance[m] * q * q + density * (outlet_pressure[m] - inlet_pressure[m])
        fan[m] = q * max(pressure, ZERO) / efficiency[m]
        heat[m] = power[m] + fan[m]
    elif cubic[m] > 0:
        fan[m] = fan_power[m] * speed[m] * speed[m] * speed[m]
        heat[m] = power[m] - fan_power[m] + fan[m]
    else:
        turn = flow[m] / nominal[m]
        fan[m] = fan_power[m] * turn * turn * turn
        heat[m] = power[m] + fan[m]
    if bounded[m] > 0:
        heat[m] = min(heat[m], most * flow[m])


@cell
def device_outlet(m, kind, given, ua, counterflow, water_capacity, water, control, set_point, gain, follow, reduced,
                  entry, capacity, flow, inlet, heat, former_target, former_valve, target, valve, full_duty, duty,
                  outlet):
    """Temperature of the air that leaves, after the device's heat and its coil, and the coil's duty in W.

    ``kind``: 0 no coil, 1 effectiveness ``given``, 2 from ``ua``, 3 ideal (``given`` is the outlet), 4 fixed duty
    ``given``. ``full_duty`` is what the coil takes with all its water; a control takes the share ``valve`` of it to
    reach ``target``: the set-point of the supply, which the valve follows by the share ``follow`` of the way from
    ``former_valve``; for a held return, ``former_target`` moved by ``gain`` of the return's distance from it.
    """
    air = capacity * flow[m]
    outlet[m] = inlet[m]
    duty[m] = ZERO
    full_duty[m] = ZERO
    if air > ZERO:
        hot = inlet[m] + heat[m] / air
        if kind[m] == 3:
            duty[m] = air * (hot - given[m])
            full_duty[m] = duty[m]
        elif kind[m] == 4:
            duty[m] = given[m]
            full_duty[m] = given[m]
        elif kind[m] > 0:
            least, most = min(air, water_capacity[m]), max(air, water_capacity[m])
            share = given[m]
            if kind[m] == 2:
                share = effectiveness(ua[m] / least, least / most, counterflow[m] > 0, reduced, entry)
            full_duty[m] = share * least * (hot - water[m])
            duty[m] = full_duty[m]
            if control[m] > 0:
                aim = set_point[m]
                if control[m] == 2:
                    aim = former_target[m] + gain[m] * (set_point[m] - inlet[m])
                opened = former_valve[m]
                if full_duty[m] > ZERO:
                    opened = min(max(air * (hot - aim) / full_duty[m], ZERO), ONE)
                if control[m] == 1:
                    opened = former_valve[m] + follow[m] * (opened - former_valve[m])
                valve[m] = opened
                duty[m] = opened * max(full_duty[m], ZERO)
                target[m] = hot - duty[m] / air if control[m] == 2 else aim
        outlet[m] = hot - duty[m] / air


@cell
def device_faces(n, face, start, device, share, direction, jet, steady, axis, sign, area, flow, outlet, nominal_speed,
                 nominal_k, nominal_epsilon, outflow, u, v, w, temperature, k, epsilon):
    """Hand flow and temperature of the devices to the boundary face ``face[n]`` that one or several of them share.

    ``direction`` is +1 at intakes and -1 at exhausts, whose air is ``jet`` times faster than the face mean. Turbulence
    of exhausts keeps its intensity and length when the flow changes, unless it was given (``steady``).
    """
    q = face[n]
    through, warm = ZERO, ZERO
    for e in range(start[n], start[n + 1]):
        part = share[e] * flow[device[e]]
        through += part
        warm += part * outlet[device[e]]
    outflow[q] = direction[n] * through
    speed = through / area[q] * jet[n]
    normal = direction[n] * sign[q] * speed
    if axis[q] == 0:
        u[q] = normal
    elif axis[q] == 1:
        v[q] = normal
    else:
        w[q] = normal
    if direction[n] < ZERO:
        if through > ZERO:
            temperature[q] = warm / through
        if steady[n] == 0:
            ratio = speed / nominal_speed[n]
            k[q] = nominal_k[n] * ratio * ratio
            epsilon[q] = nominal_epsilon[n] * ratio * ratio * ratio


@cell
def rack_means(m, start, inlet, flow, mean):
    """Flow-weighted inlet temperature of a rack over its devices ``start[m] <= d < start[m+1]``."""
    total, warm = ZERO, ZERO
    for d in range(start[m], start[m + 1]):
        total += flow[d]
        warm += flow[d] * inlet[d]
    mean[m] = warm / total if total > ZERO else inlet[start[m]]
