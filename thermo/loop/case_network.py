"""A case's own network solved: its branches built, exchangers between them coupled, chips on its plates."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from thermo import records
from thermo.errors import CaseError, DivergedError
from thermo.load.chip import FullRate
from thermo.loop import elements, state_flags, steady
from thermo.loop.cold_plate_build import make_plate
from thermo.loop.coolant import Coolant, coolant
from thermo.loop.exchanger import PlateExchanger
from thermo.loop.heat import NO_FLOW
from thermo.loop.network import Builder, Network
from thermo.loop.steady import Solution
from thermo.loop.technology_loop import Chip, PlateBranch, plate_flags, plate_states

Array = NDArray[np.float64]

MOST_ROUNDS = 3000
SAME = 1e-7  # K, and of the pumps' power, between two rounds
STILL = 1e-7  # of the largest flow: no flow
LEAST_HEAT = 1.0  # W the wrong way that are worth a flag
NEARLY_ALL = 1.0 - 1e-12  # of the largest effectiveness


@dataclass
class SolvedNetwork:
    """Steady state of a case's network: chips (K) of its plates, `volume` m3 of coolant, W of all pumps, flags."""

    solution: Solution
    chips: dict[str, Chip]
    plates: list[PlateBranch]
    chip_temperature: Array
    chip_limit: Array
    volume: float
    pump_power: float
    flags: list[str] = field(default_factory=list)


def solve_network(given) -> SolvedNetwork:
    """Solve a case's ``[network]``.

    Raises :class:`CaseError` for a network without a solution, or one whose coolant would boil, and
    :class:`DivergedError` where none was found.
    """
    medium = coolant(given.coolant)
    made = _Built(given, medium)
    solution = _coupled(made, medium)
    _refuse_backward_pumps(given, solution)
    steady.refuse_boiling(solution)
    _refuse_unknown_inflow(solution)
    plates = plate_states(made.chips, made.plates, solution, FullRate())
    flags = plate_flags(made.chips, made.plates, solution, given.coolant)
    flags += _pump_flags(given, solution) + _flow_flags(solution) + _heat_flags(given, solution)
    flags += state_flags.cavitation(solution, "raise its pressure")
    flags += state_flags.outside_range(solution) + state_flags.freezing(solution, given.coolant)
    indoors = np.array([not node.outdoors for node in given.node])
    flags += state_flags.condensation(solution, given.room_dew_point, indoors)
    power = float(solution.pump_power.sum() + made.controlled_power.sum())
    return SolvedNetwork(
        solution, made.chips, made.plates, plates.state.temperature, plates.limit, made.volume, power, flags
    )


class _Built:
    """The network of a case and what couples its branches."""

    def __init__(self, given, medium: Coolant) -> None:
        self.given, self.build = given, Builder()
        self.density, self.viscosity, _ = (float(value) for value in medium.properties(given.temperature))
        self.chips: dict[str, Chip] = {}
        for node in given.node:
            inflow = node.inflow or 0.0
            warm = np.nan if node.temperature is None else node.temperature
            self.build.node(node.name, node.elevation, node.pressure, inflow, warm)
        for kind in ("pipe", "valve", "pump", "load", "plate", "cooler", "exchanger"):
            for each in getattr(given, kind):
                getattr(self, f"_{kind}")(each)
        self.network: Network = self.build.network()
        self.plates = [PlateBranch(self.network.branch(name), 0, chip) for name, chip in self._placed()]
        self.volume = self.network.volume + sum(node.volume for node in given.node)
        self.volume += sum(self.chips[plate.chip].plate.coolant_volume for plate in self.plates)
        self.controlled = [pump for pump in given.pump if pump.flow is None]
        self.controlled_branch = np.array([self.network.branch(pump.name) for pump in self.controlled], dtype=int)
        self.controlled_power = np.zeros(len(self.controlled))

    def _placed(self) -> list[tuple[str, str]]:
        return [(f"{plate.name} {n}" if plate.count > 1 else plate.name, plate.name)
                for plate in self.given.plate for n in range(1, plate.count + 1)]  # fmt: skip

    def _drop(self, rating) -> elements.PowerLaw:
        flow = rating.rated_flow * self.density
        return elements.PowerLaw(rating.pressure_drop, flow, rating.exponent, self.density, self.viscosity)

    def _pipe(self, pipe) -> None:
        part = elements.Pipe(pipe.length, pipe.diameter, pipe.roughness, pipe.loss_coefficient)
        around = {} if pipe.conductance is None else _around(pipe)
        self.build.branch(pipe.name, pipe.start, pipe.end, part, **around)

    def _valve(self, valve) -> None:
        part = elements.Valve(valve.kv, valve.opening, valve.rangeability, valve.check)
        self.build.branch(valve.name, valve.start, valve.end, part)

    def _pump(self, pump) -> None:
        if pump.held_flow is not None:
            parts = [elements.FixedFlow(pump.held_flow * self.density)]
        elif pump.held_rise is not None:
            parts = [elements.FixedRise(pump.held_rise), elements.Resistance(linear=1e-2)]
        else:
            curve = elements.PumpCurve(pump.flow, pump.head, efficiency=pump.efficiency, npsh=pump.npsh)
            parts = [elements.Pump(curve, pump.speed, pump.parallel)]
        self.build.branch(pump.name, pump.start, pump.end, *parts)

    def _load(self, load) -> None:
        self.build.branch(load.name, load.start, load.end, self._drop(load), heat=load.heat)

    def _plate(self, plate) -> None:
        record = records.chip(plate.chip)
        power = record.power if plate.power is None else plate.power
        made = make_plate(plate, record, self.given.coolant, power * plate.capture)
        chip = Chip(plate.name, made, power, plate.capture, record.throttle, record.shutdown)
        self.chips[plate.name] = chip
        for n in range(1, plate.count + 1):
            name = f"{plate.name} {n}" if plate.count > 1 else plate.name
            self.build.branch(name, plate.start, plate.end, elements.Plate(made), heat=chip.heat)

    def _cooler(self, cooler) -> None:
        held = {"outlet": cooler.outlet_temperature} if cooler.conductance is None else _around(cooler)
        self.build.branch(cooler.name, cooler.start, cooler.end, self._drop(cooler), **held)

    def _exchanger(self, unit) -> None:
        for word, side in (("hot", unit.hot), ("cold", unit.cold)):
            self.build.branch(f"{unit.name} {word}", side.start, side.end, self._drop(side))


def _around(branch) -> dict[str, float]:
    return {"conductance": branch.conductance, "surroundings": branch.surroundings}


def _coupled(made: _Built, medium: Coolant) -> Solution:
    """Solve again and again until both sides of every exchanger, and the heat of controlled pumps, fit each other.

    Each side sees the other's inlet as its surroundings, with the conductance that gives it the exchanger's heat: the
    coolant is the same on both, so what one loses the other gains to the tolerance of the rounds.
    """
    network, pairs = made.network, _pairs(made)
    own = network.heat.copy()
    for exchanger, *sides in pairs:
        network.conductance[sides], network.surroundings[sides] = exchanger.ua, made.given.temperature
    solution = steady.solve(network, medium, made.given.temperature)
    if not pairs and not made.controlled:
        return solution
    for _ in range(MOST_ROUNDS):
        former, power = solution, made.controlled_power
        for exchanger, hot, cold in pairs:
            _link(network, solution, exchanger, hot, cold)
        made.controlled_power = _controlled_power(made, solution)
        network.heat[:] = own
        np.add.at(network.heat, made.controlled_branch, made.controlled_power)
        solution = steady.solve(network, medium, former=solution)
        moved = max(np.abs(solution.inlet - former.inlet).max(), np.abs(solution.outlet - former.outlet).max())
        stood = np.abs(made.controlled_power - power) <= SAME * (1.0 + made.controlled_power)
        if moved <= SAME and stood.all():
            return solution
    raise DivergedError(f"the exchangers of the network did not settle in {MOST_ROUNDS} rounds; the last changed a "
                        f"temperature by {moved:.2g} K")  # fmt: skip


def _pairs(made: _Built) -> list[tuple[PlateExchanger, int, int]]:
    found = []
    for unit in made.given.exchanger:
        rated = (unit.hot.rated_flow * made.density, unit.cold.rated_flow * made.density)
        sides = (made.network.branch(f"{unit.name} {side}") for side in ("hot", "cold"))
        found.append((PlateExchanger(unit.conductance, *rated, unit.film_exponent), *sides))
    return found


def _link(network: Network, solution: Solution, exchanger: PlateExchanger, hot: int, cold: int) -> None:
    """Give both branches of an exchanger the surroundings and conductance of its present flows."""
    flow = np.abs(solution.flow[[hot, cold]])
    if (flow <= NO_FLOW).any():
        network.conductance[[hot, cold]] = 0.0
        return
    capacity = solution.coolant.heat_capacity(0.5 * (solution.inlet[hot] + solution.inlet[cold]))
    reached, least = exchanger.effectiveness(*flow, capacity, capacity)
    share = np.minimum(reached * least / (capacity * flow), NEARLY_ALL)
    mean = 0.5 * (solution.inlet + solution.outlet)[[hot, cold]]
    network.conductance[[hot, cold]] = -np.log1p(-share) * flow * solution.coolant.heat_capacity(mean)
    network.surroundings[[hot, cold]] = solution.inlet[[cold, hot]]


def _controlled_power(made: _Built, solution: Solution) -> Array:
    """Electric power of pumps that hold a flow or a rise, W; all of it ends in the coolant."""
    power = []
    for pump, branch in zip(made.controlled, made.controlled_branch, strict=True):
        flow = solution.flow[branch] if solution.flow[branch] > NO_FLOW else 0.0
        power.append(max(_rise(solution, branch) * flow / solution.density[branch], 0.0) / pump.efficiency)
    return np.array(power) if power else np.zeros(0, dtype=solution.network.heat.dtype)


def _rise(solution: Solution, branch: int) -> float:
    """Pressure a branch adds to its coolant, beyond gravity, Pa; of a shut one, what stands against it."""
    return -float(solution.drop_between_ends[branch])


def _refuse_backward_pumps(given, solution: Solution) -> None:
    """A pump that holds a rise has no resistance to stop what a larger pressure difference pushes back through it."""
    least = max(NO_FLOW, STILL * float(np.abs(solution.flow).max()))
    for pump in given.pump:
        branch = solution.of(pump.name)
        if pump.held_rise is not None and solution.flow[branch] < -least:
            raise CaseError(
                f"pump.{pump.name}.held_rise: more than its {pump.held_rise / 1e3:.4g} kPa stand against it and push "
                f"{-solution.flow[branch]:.3g} kg/s backwards: raise it or add a check valve"
            )


def _refuse_unknown_inflow(solution: Solution) -> None:
    """Coolant that comes in at a node of given pressure needs a temperature."""
    network = solution.network
    entering = network.divergence(solution.flow)
    unknown = (entering > 1e-6 * np.abs(solution.flow).max()) & np.isnan(network.inflow_temperature)
    if unknown.any():
        node = int(np.argmax(np.where(unknown, entering, -np.inf)))
        raise CaseError(
            f"node.{network.node_names[node]}.temperature: is missing: {entering[node]:.3g} kg/s come in here from "
            "outside"
        )


def _pump_flags(given, solution: Solution) -> list[str]:
    """Pumps that work against each other, run out of their curve, or cavitate."""
    flags = []
    for pump in given.pump:
        branch = solution.of(pump.name)
        flow, rise = float(solution.flow[branch]), _rise(solution, branch)
        if pump.held_flow is not None and rise < 0.0:
            flags.append(f"pump {pump.name}: pumps in conflict: it holds its flow by throttling {-rise / 1e3:.3g} kPa, "
                         "because others push more than that through it")  # fmt: skip
        if pump.held_flow is None and pump.speed > 0.0 and flow <= NO_FLOW:
            flags.append(f"pump {pump.name}: pumps in conflict: it runs, but {rise / 1e3:.3g} kPa stand against it and "
                         "nothing flows forward")  # fmt: skip
        if pump.flow is not None and pump.speed > 0.0:
            each = flow / solution.density[branch] / pump.parallel / pump.speed
            if each > pump.flow[-1] * (1.0 + 1e-9):
                flags.append(f"pump {pump.name}: at {each / pump.flow[-1]:.0%} of the last flow of its curve, which "
                             "goes on straight there")  # fmt: skip
        if flow > NO_FLOW:
            flags += state_flags.suction(solution, solution.network.start[branch], pump.npsh, "raise its pressure")
    return flags


def _heat_flags(given, solution: Solution) -> list[str]:
    """Coolers that heat, and exchangers whose hot side is the colder one."""
    flags = []
    for cooler in given.cooler:
        heat = solution.heat[solution.of(cooler.name)]
        if heat > LEAST_HEAT:
            flags.append(f"cooler {cooler.name}: heats the coolant by {heat / 1e3:.3g} kW")
    for unit in given.exchanger:
        heat = solution.heat[solution.of(f"{unit.name} hot")]
        if heat > LEAST_HEAT:
            flags.append(f"exchanger {unit.name}: its hot side is the colder one and takes up {heat / 1e3:.3g} kW")
    return flags


def _flow_flags(solution: Solution) -> list[str]:
    """Branches without flow, by name; stopped pumps and shut valves are meant."""
    network = solution.network
    still = np.abs(solution.flow) <= STILL * np.abs(solution.flow).max(initial=NO_FLOW)
    still &= ~getattr(solution.hydraulics, "shut", np.zeros(len(still), dtype=bool))
    pumps = [branch for group in network.pumps for branch in group.of]
    still[pumps] = False
    names = [network.branch_names[branch] for branch in np.flatnonzero(still)]
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return [f"no flow: branch {', '.join(names[:5])}{more}"] if names else []
