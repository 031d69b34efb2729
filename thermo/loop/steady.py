"""A network's steady state: flows, pressures and temperatures together, properties at the local temperature."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from thermo.errors import CaseError, DivergedError
from thermo.loop import heat as heat_transport
from thermo.loop import hydraulics as flow_solver
from thermo.loop.groups import State
from thermo.loop.hydraulics import Hydraulics
from thermo.loop.network import Network

Array = NDArray[np.float64]

MOST_STEPS = 300
CALM_AFTER, CALM, CALMER_EVERY = 12, 0.6, 60  # steps: buoyancy and flow may chase each other
TOLERANCE = 1e-7  # of the pressure residual before the last step, over the largest drop of a branch
TOLERANCE_FLOW = 1e-7  # of the last step, over the largest flow; Newton's error behind it is its square
ROUND_OFF = 1e-12  # of the largest pressure
TOLERANCE_TEMPERATURE = 1e-5  # K, of the last step; what is left is a thousandth of it


@dataclass
class Solution:
    """Steady state of a network.

    Branches: `flow` kg/s, `inlet`, `outlet` K at the ends where coolant
    comes in and goes out, `density` kg/m3, `viscosity` Pa*s, `heat` W taken up. Nodes: `pressure` Pa, `temperature` K.
    `pump_power` W of each branch, `flags` what a reader must know, `steps` of Newton's method.
    """

    network: Network
    coolant: object
    hydraulics: Hydraulics
    flow: Array
    inlet: Array
    outlet: Array
    density: Array
    viscosity: Array
    heat: Array
    pressure: Array
    temperature: Array
    pump_power: Array
    steps: int
    flags: list[str] = field(default_factory=list)

    def of(self, name: str) -> int:
        """Number of a branch by its name."""
        return self.network.branch(name)

    @cached_property
    def drop(self) -> Array:
        """Pressure drop of every branch from its start to its end without gravity, Pa; negative for a pump's rise."""
        network, state = self.network, State(self.flow, self.density, self.viscosity, 0.5 * (self.inlet + self.outlet))
        return np.where(np.isnan(network.fixed_flow), flow_solver.total_drop(network, state)[0], self.drop_between_ends)

    @cached_property
    def drop_between_ends(self) -> Array:
        """Drop of every branch by the pressures of its nodes without gravity, Pa; of a shut one, what stands there."""
        network = self.network
        lift = self.density * flow_solver.GRAVITY * (network.elevation[network.start] - network.elevation[network.end])
        return self.pressure[network.start] - self.pressure[network.end] + lift


def solve(network: Network, coolant, temperature: float | Array = 298.15, former: Solution | None = None) -> Solution:
    """Solve for the steady state, from a `former` one of the same network (warm) or from `temperature` (K) everywhere.

    Raises :class:`CaseError` for a network without a solution and :class:`DivergedError` where none was found.
    """
    march = _Iteration(network, coolant, temperature, former)
    for steps in range(1, MOST_STEPS + 1):
        change = march.mix()
        state, march.capacity = state_of(network, coolant, march.hydraulics.flow, march.inlet, march.outlet)
        moved = flow_solver.newton_step(network, march.hydraulics, state, _share(steps))
        settled = change <= TOLERANCE_TEMPERATURE and _settled(march.hydraulics, moved)
        if settled and not flow_solver.switch_check_valves(network, march.hydraulics, state):
            march.mix()
            return march.solution(state, steps)
    raise DivergedError(_why(network, march.hydraulics))


class _Iteration:
    """Flows and temperatures on their way to the steady state."""

    def __init__(self, network: Network, coolant, temperature, former: Solution | None) -> None:
        self.network, self.coolant = network, coolant
        if former:
            self.nodes, self.inlet, self.outlet = former.temperature, former.inlet, former.outlet
            self.hydraulics = _copy(former.hydraulics)
        else:
            self.nodes = np.broadcast_to(temperature, len(network.node_names)).astype(np.float64)
            self.inlet = self.outlet = self.nodes[network.start]
            self.hydraulics = flow_solver.start(network, self.inlet)
        flow_solver.set_openings(network, self.hydraulics)
        self.outside = heat_transport.Outside(network, coolant)
        self.enthalpy = coolant.enthalpy(self.nodes)
        self.capacity = coolant.heat_capacity(self.outlet)

    def mix(self) -> float:
        """Take the temperatures of the present flows; returns the largest change of an outlet, K."""
        network, coolant, flow = self.network, self.coolant, self.hydraulics.flow
        self.power = pump_power(network, coolant, flow, self.inlet, self.outlet)
        self.enthalpy, self.leaving = heat_transport.transport(
            network, self.outside, flow, network.heat + self.power, self.capacity, self.enthalpy
        )
        self.nodes, before = coolant.temperature(self.enthalpy), self.outlet
        self.inlet = self.nodes[np.where(flow >= 0.0, network.start, network.end)]
        self.outlet = coolant.temperature(self.leaving)
        return float(np.abs(self.outlet - before).max())

    def solution(self, state: State, steps: int) -> Solution:
        """What was found."""
        hydraulics = self.hydraulics
        taken = np.abs(hydraulics.flow) * (self.leaving - self.coolant.enthalpy(self.inlet))
        return Solution(
            self.network, self.coolant, hydraulics, hydraulics.flow, self.inlet, self.outlet, state.density,
            state.viscosity, taken, hydraulics.pressure, self.nodes, self.power, steps,
        )  # fmt: skip


def _share(steps: int) -> float | None:
    """Share of a Newton step to take: its own choice at first, then ever less."""
    return None if steps <= CALM_AFTER else CALM / (1 + steps // CALMER_EVERY)


def _settled(hydraulics: Hydraulics, moved: float) -> bool:
    """Whether the pressures balance and the flows stand; where pressures balance to round-off, flows may flicker."""
    if hydraulics.residual > TOLERANCE * (100.0 + hydraulics.scale):
        return False
    exact = hydraulics.residual <= ROUND_OFF * np.abs(hydraulics.pressure).max()
    return exact or moved <= TOLERANCE_FLOW * (1e-2 + np.abs(hydraulics.flow).max())


def _copy(hydraulics: Hydraulics) -> Hydraulics:
    return Hydraulics(hydraulics.flow.copy(), hydraulics.pressure.copy(), hydraulics.open.copy())


def state_of(network: Network, coolant, flow: Array, inlet: Array, outlet: Array) -> tuple[State, Array]:
    """Properties of every branch at the mean of its inlet and outlet temperature (K), and its heat capacity, J/kg/K."""
    mean = 0.5 * (inlet + outlet)
    density, viscosity, capacity = coolant.properties(mean)
    buoyancy = None
    if np.ptp(network.elevation) > 0.0:
        expansion = coolant.density(mean + 0.5) - coolant.density(mean - 0.5)
        buoyancy = expansion * 0.5 * (inlet - outlet) / np.where(np.abs(flow) > 1e-6, flow, np.inf)
    return State(flow, density, viscosity, mean, buoyancy), capacity


def pump_power(network: Network, coolant, flow: Array, inlet: Array, outlet: Array) -> Array:
    """Electric power of the pumps in each branch, W; all of it ends in the coolant."""
    power = np.zeros(len(network.start))
    for group in network.pumps:
        density = coolant.density(0.5 * (inlet[group.of] + outlet[group.of]))
        np.add.at(power, group.of, group.power(flow[group.of], density))
    return power


def _why(network: Network, hydraulics: Hydraulics) -> str:
    worst = network.branch_names[int(np.argmax(np.abs(hydraulics.flow)))]
    return (
        f"the network did not settle in {MOST_STEPS} steps (largest pressure residual {hydraulics.residual:.3g} Pa, "
        f"largest flow in branch {worst}); two controls may work against each other"
    )


def carried_in(solution: Solution) -> Array:
    """Enthalpy that coolant from outside brings into each node, and takes with it where negative, W, (nodes,)."""
    network = solution.network
    outside = network.divergence(solution.flow)
    carried = np.where(np.abs(outside) > heat_transport.NO_FLOW, outside, 0.0)
    warm = np.where(carried > 0.0, np.nan_to_num(network.inflow_temperature, nan=300.0), solution.temperature)
    return carried * solution.coolant.enthalpy(warm)


def balances(solution: Solution) -> tuple[float, float]:
    """Largest mass defect of a node over the largest flow, and heat in minus heat out over heat in."""
    network = solution.network
    defect = (network.divergence(solution.flow) - network.inflow)[network.node_of_unknown]
    gained = solution.heat[solution.heat > 0.0].sum()
    across = carried_in(solution)
    total = float(solution.heat.sum() + across.sum())
    largest = float(np.abs(solution.flow).max(initial=1e-300))
    brought = float(np.maximum(across, 0.0).sum())
    return float(np.abs(defect).max(initial=0.0)) / largest, abs(total) / max(gained, brought, 1e-300)


def refuse_boiling(solution: Solution) -> None:
    """Raise :class:`CaseError` for liquid that could not be: heat without flow, or hotter than its boiling point."""
    network, coolant = solution.network, solution.coolant
    dry = (np.abs(solution.flow) <= heat_transport.NO_FLOW) & (network.heat > 0.0)
    if dry.any():
        branch = int(np.argmax(dry))
        raise CaseError(
            f"branch {network.branch_names[branch]}: no coolant flows, but {network.heat[branch] / 1e3:.4g} kW go into "
            "it; open its valve, or start its pump"
        )
    end = np.where(solution.flow >= 0.0, network.end, network.start)
    pressure = solution.pressure[end]
    excess = np.where(solution.outlet > 275.0, coolant.vapour_pressure(solution.outlet) - pressure, -1.0)
    excess = np.where(network.heat > 0.0, excess, -1.0)
    if (excess > 0.0).any():
        branch = int(np.argmax(np.where(excess > 0.0, solution.outlet, -np.inf)))
        raise CaseError(
            f"branch {network.branch_names[branch]}: its coolant would boil: {solution.heat[branch] / 1e3:.4g} kW into "
            f"{abs(solution.flow[branch]):.3g} kg/s make {solution.outlet[branch] - 273.15:.0f} degC at "
            f"{pressure[branch] / 1e5:.2f} bar; give it more flow, or the loop more pressure"
        )
