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
CALM_AFTER = 40  # steps after which temperatures follow slowly: buoyancy and friction may chase each other
TOLERANCE = 1e-9  # of the pressure residual, over the largest drop of a branch
TOLERANCE_FLOW = 1e-7  # of the last step, over the largest flow; Newton's error behind it is its square
ROUND_OFF = 1e-13
TOLERANCE_TEMPERATURE = 1e-6  # K


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
        state = State(self.flow, self.density, self.viscosity, 0.5 * (self.inlet + self.outlet))
        return flow_solver.total_drop(self.network, state)[0]


def solve(network: Network, coolant, temperature: float | Array = 298.15, former: Solution | None = None) -> Solution:
    """Solve for the steady state, from a `former` one of the same network (warm) or from `temperature` (K) everywhere.

    Raises :class:`CaseError` for a network without a solution and :class:`DivergedError` where none was found.
    """
    nodes = former.temperature if former else np.broadcast_to(temperature, len(network.node_names)).astype(np.float64)
    if former:
        hydraulics, inlet, outlet = _copy(former.hydraulics), former.inlet, former.outlet
    else:
        inlet = outlet = nodes[network.start]
        hydraulics = flow_solver.start(network, inlet)
    flow_solver.set_openings(network, hydraulics)
    enthalpy = coolant.enthalpy(nodes)
    for steps in range(1, MOST_STEPS + 1):
        state, capacity = state_of(network, coolant, hydraulics.flow, inlet, outlet)
        moved = flow_solver.newton_step(network, hydraulics, state)
        power = pump_power(network, State(hydraulics.flow, state.density, state.viscosity, state.temperature))
        enthalpy, leaving = heat_transport.transport(
            network, coolant, hydraulics.flow, network.heat + power, capacity, enthalpy
        )
        nodes, former_outlet = coolant.temperature(enthalpy), outlet
        inlet = nodes[np.where(hydraulics.flow >= 0.0, network.start, network.end)]
        outlet = former_outlet + (coolant.temperature(leaving) - former_outlet) * min(1.0, CALM_AFTER / steps)
        still = np.abs(outlet - former_outlet).max() <= TOLERANCE_TEMPERATURE
        settled = still and _settled(hydraulics, moved)
        if settled and not flow_solver.switch_check_valves(network, hydraulics, state):
            break
    else:
        raise DivergedError(_why(network, hydraulics))
    taken = np.abs(hydraulics.flow) * (leaving - coolant.enthalpy(inlet))
    return Solution(
        network, coolant, hydraulics, hydraulics.flow, inlet, outlet, state.density, state.viscosity, taken,
        hydraulics.pressure, nodes, power, steps,
    )  # fmt: skip


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


def pump_power(network: Network, state: State) -> Array:
    """Electric power of the pumps in each branch, W; all of it ends in the coolant."""
    power = np.zeros(len(network.start))
    for group in network.pumps:
        power += np.bincount(group.of, group.power(state), len(power))
    return power


def _why(network: Network, hydraulics: Hydraulics) -> str:
    worst = network.branch_names[int(np.argmax(np.abs(hydraulics.flow)))]
    return (
        f"the network did not settle in {MOST_STEPS} steps (largest pressure residual {hydraulics.residual:.3g} Pa, "
        f"largest flow in branch {worst}); two controls may work against each other"
    )


def balances(solution: Solution) -> tuple[float, float]:
    """Largest mass defect of a node over the largest flow, and heat in minus heat out over heat in."""
    network = solution.network
    defect = (network.divergence(solution.flow) - network.inflow)[network.node_of_unknown]
    gained = solution.heat[solution.heat > 0.0].sum()
    coolant = solution.coolant
    outside = network.divergence(solution.flow)
    carried = np.where(np.abs(outside) > heat_transport.NO_FLOW, outside, 0.0)
    warm = np.where(carried > 0.0, np.nan_to_num(network.inflow_temperature, nan=300.0), solution.temperature)
    across = float((carried * coolant.enthalpy(warm)).sum())
    total = float(solution.heat.sum())
    largest = float(np.abs(solution.flow).max(initial=1e-300))
    carried_in = float((np.maximum(carried, 0.0) * coolant.enthalpy(warm)).sum())
    return float(np.abs(defect).max(initial=0.0)) / largest, abs(total + across) / max(gained, carried_in, 1e-300)


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
