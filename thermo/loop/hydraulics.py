"""Newton's method for pressures and flows: residual, analytic Jacobian, one step, and what opens and closes.

Unknown are the flow of every branch and the pressure of every node without a given one. The Jacobian's flow block is
diagonal (d dp / d m of each branch), so it is eliminated and the pressures' matrix is a weighted Laplacian (Todini and
Pilati 1988, the global gradient algorithm). Mass balances are linear: every full step meets them to round-off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from thermo.errors import CaseError, DivergedError
from thermo.loop.groups import State
from thermo.loop.network import Network

Array = NDArray[np.float64]

GRAVITY = 9.80665  # m/s2
MOST_STEPS, TOLERANCE = 200, 1e-6  # of flows at given temperatures
LEAK = 1e-9  # conductance of a closed branch over the median: keeps cut-off nodes solvable, carries nothing
FLOOR, FLOOR_ALL = 1e-4, 1e-3  # least slope of a branch: of its own at usual flow, of the least of all branches
START_DENSITY, START_VISCOSITY = 1000.0, 1e-3


@dataclass
class Hydraulics:
    """Flow (branches,) kg/s and pressure (nodes,) Pa while they are solved; `open` says which branches can flow."""

    flow: Array
    pressure: Array
    open: NDArray[np.bool_]
    step: float = 1.0
    residual: float = np.inf


def start(network: Network, temperature: Array) -> Hydraulics:
    """A state to start from: usual flows of the elements, pressures of the references."""
    count = len(network.start)
    ones = np.ones(count)
    state = State(0.0 * ones, START_DENSITY * ones, START_VISCOSITY * ones, temperature)
    usual = np.full(count, np.inf)
    for group in network.groups:
        np.minimum.at(usual, group.of, group.usual_flow(state))
    usual = np.where(np.isfinite(usual), usual, 1.0)
    slope = total_drop(network, State(usual, state.density, state.viscosity, temperature))[1]
    least = slope[slope > 0.0].min(initial=1e12)
    network.slope_floor = np.maximum(FLOOR * slope, FLOOR_ALL * least)
    pressure = np.where(network.fixed, network.reference, network.reference[network.fixed][0])
    return Hydraulics(usual, pressure, np.ones(count, dtype=bool))


def set_openings(network: Network, hydraulics: Hydraulics) -> None:
    """Close branches with shut valves or stopped pumps, open all others; fixed flows are set."""
    open_ = np.ones(len(network.start), dtype=bool)
    for valves in network.valves:
        open_[valves.shut()] = False
    for pumps in network.pumps:
        open_[pumps.stopped()] = False
    given = ~np.isnan(network.fixed_flow)
    hydraulics.shut = ~open_
    hydraulics.open = open_ & (hydraulics.open | ~network.check)
    blocked = given & (network.fixed_flow != 0.0) & ~open_
    if blocked.any():
        name = network.branch_names[int(np.argmax(blocked))]
        raise CaseError(f"branch {name}: a fixed flow through a shut valve or stopped pump; open it or remove the flow")
    hydraulics.flow = np.where(given, network.fixed_flow, np.where(hydraulics.open, hydraulics.flow, 0.0))


def total_drop(network: Network, state: State) -> tuple[Array, Array]:
    """Pressure drop of every branch without gravity, Pa, and d dp / d m."""
    count = len(network.start)
    drop, slope = np.zeros(count), np.zeros(count)
    for group in network.groups:
        dp, by_flow = group.drop(state)
        if len(group.of) == count and group.of[0] == 0 and group.of[-1] == count - 1:
            order = group.of
            drop[order] += dp
            slope[order] += by_flow
        else:
            drop += np.bincount(group.of, dp, count)
            slope += np.bincount(group.of, by_flow, count)
    return drop, slope


def newton_step(network: Network, hydraulics: Hydraulics, state: State, share: float | None = None) -> float:
    """Advance flows and pressures by one Newton step; returns the largest flow change, kg/s.

    `share` of the step is taken (default: all of it, less while the residual grows). `hydraulics.residual` is the
    largest pressure residual before the step, Pa. Raises :class:`CaseError` for a node whose pressure is undetermined.
    """
    drop, slope = total_drop(network, state)
    fall = GRAVITY * (network.elevation[network.start] - network.elevation[network.end])
    lift = state.density * fall
    if state.buoyancy is not None:
        slope = slope - fall * state.buoyancy
    free = hydraulics.open & np.isnan(network.fixed_flow)
    head = hydraulics.pressure[network.start] - hydraulics.pressure[network.end] + lift
    residual = np.where(free, head - drop, 0.0)
    size = float(np.abs(residual).max(initial=0.0))
    if share is None:
        share = max(0.5 * hydraulics.step, 0.125) if size > 2.0 * hydraulics.residual else 1.0
    hydraulics.step = share
    hydraulics.residual = size
    hydraulics.scale = float(np.abs(drop).max(initial=0.0))
    conductance = np.where(free, 1.0 / np.maximum(slope, network.slope_floor), 0.0)
    flow = hydraulics.flow + conductance * residual
    right = (network.inflow - network.divergence(flow))[network.node_of_unknown]
    matrix = conductance if free.all() else np.where(free, conductance, LEAK * _typical(conductance))
    unknown, singular = network.laplacian.solve(matrix, right)
    if singular >= 0:
        name = network.node_names[network.node_of_unknown[singular]]
        raise CaseError(f"node {name}: its pressure is undetermined: no open branch leads to a node of known pressure")
    change = np.zeros(len(network.node_names))
    change[network.node_of_unknown] = unknown
    flow = flow + conductance * (change[network.start] - change[network.end])
    moved = np.where(free, flow - hydraulics.flow, 0.0)
    hydraulics.flow = hydraulics.flow + hydraulics.step * moved
    hydraulics.pressure = hydraulics.pressure + hydraulics.step * change
    return float(np.abs(moved).max(initial=0.0))


def solve_flows(network: Network, coolant, hydraulics: Hydraulics, inlet: Array, outlet: Array) -> Array:
    """Flows (branches,) for given temperatures of the branches' ends (K), from a former state that is changed.

    Raises :class:`DivergedError` where they do not settle.
    """
    mean = 0.5 * (inlet + outlet)
    density, viscosity, _ = coolant.properties(mean)
    set_openings(network, hydraulics)
    for _ in range(MOST_STEPS):
        state = State(hydraulics.flow, density, viscosity, mean)
        moved = newton_step(network, hydraulics, state)
        near = hydraulics.residual <= TOLERANCE * (100.0 + hydraulics.scale)
        if near and moved <= TOLERANCE * (1e-2 + np.abs(hydraulics.flow).max()):
            state = State(hydraulics.flow, density, viscosity, mean)
            if not switch_check_valves(network, hydraulics, state):
                return hydraulics.flow
    raise DivergedError(f"flows did not settle in {MOST_STEPS} steps: residual {hydraulics.residual:.3g} Pa")


def _typical(conductance: Array) -> float:
    positive = conductance[conductance > 0.0]
    return float(np.median(positive)) if len(positive) else 1.0


def switch_check_valves(network: Network, hydraulics: Hydraulics, state: State) -> bool:
    """Close check valves that flow backwards and open those that are pushed open; returns whether any changed."""
    if not network.check.any():
        return False
    lift = state.density * GRAVITY * (network.elevation[network.start] - network.elevation[network.end])
    push = hydraulics.pressure[network.start] - hydraulics.pressure[network.end] + lift
    still = State(np.zeros_like(state.flow), state.density, state.viscosity, state.temperature)
    push = push - total_drop(network, still)[0]
    may = network.check & np.isnan(network.fixed_flow) & ~hydraulics.shut
    backwards = may & hydraulics.open & (hydraulics.flow < -1e-12)
    pushed = may & ~hydraulics.open & (push > 1e-6 * (1.0 + hydraulics.scale))
    hydraulics.open = (hydraulics.open & ~backwards) | pushed
    hydraulics.flow = np.where(backwards, 0.0, hydraulics.flow)
    return bool(backwards.any() or pushed.any())
