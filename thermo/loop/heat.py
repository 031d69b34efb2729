"""Steady temperatures of a network: enthalpy carried with the flow, mixed where branches meet, heated on the way."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.linalg import splu

from thermo.errors import CaseError
from thermo.loop.network import Network

Array = NDArray[np.float64]

NO_FLOW = 1e-9  # kg/s, below which a branch carries no heat


class Outside:
    """Enthalpies, J/kg: `around` each branch, `held` at its outlet (NaN: not held), `entering` each node."""

    def __init__(self, network: Network, coolant) -> None:
        self.around = coolant.enthalpy(network.surroundings)
        controlled = ~np.isnan(network.outlet)
        self.held = np.where(controlled, coolant.enthalpy(np.where(controlled, network.outlet, 300.0)), np.nan)
        self.entering = coolant.enthalpy(np.nan_to_num(network.inflow_temperature, nan=300.0))


def transport(network: Network, outside: Outside, flow: Array, heat: Array, capacity: Array, old: Array):
    """Enthalpy of every node (nodes,) and at the outlet of every branch (branches,), J/kg.

    `flow` kg/s, `heat` W into each branch, `capacity` J/kg/K of each branch, `old` the nodes' former enthalpies, which
    nodes without flow keep. On its way a branch's coolant follows h_out = a h_in + b with a = exp(-UA / (m cp)).
    Raises :class:`CaseError` for a closed loop whose heat has no way out.
    """
    upstream, downstream, size, keep, gain, entering = _ways(
        network.start, network.end, flow, heat, capacity, network.conductance, outside.around, outside.held, len(old)
    )
    nodes = np.array(old)
    source = entering * outside.entering
    if not _sweep(upstream, downstream, size, keep, gain, entering, source, nodes):
        nodes = _solve(network, upstream, downstream, size, keep, gain, entering, source, old)
    return nodes, keep * nodes[upstream] + gain


@njit(cache=True)
def _ways(start, end, flow, heat, capacity, conductance, around, held, nodes):
    """Upstream and downstream node of every branch, the size of its flow, a and b; and what comes in at each node."""
    count = len(flow)
    upstream, downstream = np.empty(count, np.int64), np.empty(count, np.int64)
    size, keep, gain = np.zeros(count), np.ones(count), np.zeros(count)
    entering = np.zeros(nodes)
    for e in range(count):
        forward = flow[e] >= 0.0
        upstream[e] = start[e] if forward else end[e]
        downstream[e] = end[e] if forward else start[e]
        entering[start[e]] += flow[e]
        entering[end[e]] -= flow[e]
        carried = abs(flow[e])
        if carried > NO_FLOW:
            size[e] = carried
        if not np.isnan(held[e]):
            keep[e], gain[e] = 0.0, held[e]
        elif carried > NO_FLOW:
            transfer = conductance[e] / (carried * capacity[e])
            even = 1.0
            if transfer > 0.0:
                keep[e] = np.exp(-transfer)
                even = -np.expm1(-transfer) / transfer if transfer > 1e-8 else 1.0
            gain[e] = even * heat[e] / carried + (1.0 - keep[e]) * around[e]
    for n in range(nodes):
        if entering[n] <= NO_FLOW:
            entering[n] = 0.0
    return upstream, downstream, size, keep, gain, entering


@njit(cache=True)
def _sweep(upstream, downstream, size, keep, gain, entering, source, nodes):
    """Mix node after node in the order of the flow; False where the flow runs in a circle that nothing cuts."""
    count, branches = len(nodes), len(size)
    waiting = np.zeros(count, np.int64)
    starts = np.zeros(count + 1, np.int64)
    for e in range(branches):
        if size[e] > 0.0:
            starts[upstream[e] + 1] += 1
            if keep[e] > 0.0:
                waiting[downstream[e]] += 1
    for n in range(count):
        starts[n + 1] += starts[n]
    leaving = np.empty(starts[count], np.int64)
    filled = starts[:-1].copy()
    mass = entering.copy()
    energy = source.copy()
    for e in range(branches):
        if size[e] > 0.0:
            leaving[filled[upstream[e]]] = e
            filled[upstream[e]] += 1
            if keep[e] <= 0.0:
                mass[downstream[e]] += size[e]
                energy[downstream[e]] += size[e] * gain[e]
    queue = np.empty(count, np.int64)
    done, ready = 0, 0
    for n in range(count):
        if waiting[n] == 0:
            queue[ready] = n
            ready += 1
    while done < ready:
        n = queue[done]
        done += 1
        if mass[n] > 0.0:
            nodes[n] = energy[n] / mass[n]
        for q in range(starts[n], starts[n + 1]):
            e = leaving[q]
            if keep[e] > 0.0:
                d = downstream[e]
                mass[d] += size[e]
                energy[d] += size[e] * (keep[e] * nodes[n] + gain[e])
                waiting[d] -= 1
                if waiting[d] == 0:
                    queue[ready] = d
                    ready += 1
    return done == count


def _solve(network: Network, upstream, downstream, size, keep, gain, entering, source, old: Array) -> Array:
    """All nodes at once, for flow that runs in a circle."""
    count = len(old)
    mass = entering + np.bincount(downstream, size, count)
    energy = source + np.bincount(downstream, size * gain, count)
    still = mass <= 0.0
    mass, energy = np.where(still, 1.0, mass), np.where(still, old, energy)
    where = np.flatnonzero(size > 0.0)
    rows = np.concatenate((np.arange(count), downstream[where]))
    columns = np.concatenate((np.arange(count), upstream[where]))
    values = np.concatenate((mass, -size[where] * keep[where]))
    try:
        found = splu(coo_array((values, (rows, columns)), shape=(count, count)).tocsc()).solve(energy)
    except RuntimeError:
        found = np.full(count, np.inf)
    if not np.abs(found).max() < 1e9:
        heated = int(np.argmax(np.abs(network.heat)))
        raise CaseError(
            f"branch {network.branch_names[heated]}: the coolant runs in a circle and its heat has no way out; start "
            "its pumps, or give the loop an exchanger, a conductance to its surroundings or a controlled outlet"
        )
    return found
