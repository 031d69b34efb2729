"""The technology loop at full load: flows and temperatures of every branch, chips, pumps, and what must be flagged."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermo import records
from thermo.errors import CaseError, DivergedError
from thermo.load.chip import FullRate
from thermo.loop import distribution_unit, state_flags, steady
from thermo.loop.coolant import Coolant, coolant
from thermo.loop.distribution_unit import DistributionUnit
from thermo.loop.elements import PowerLaw
from thermo.loop.network import Builder, Network
from thermo.loop.steady import Solution
from thermo.loop.technology_loop import (
    KELVIN,
    Chip,
    LoopBuilder,
    PlateBranch,
    PlateStates,
    chips_of,
    liquid_groups,
    loop_network,
    plate_flags,
    plate_states,
    rack_heat,
)

Array = NDArray[np.float64]

FIT_FLOWS = (0.6, 1.0, 1.4)  # of the mean flow, at which the pressure drop of a rack is fitted
FULL_SPEED = 1.0 + 1e-6
MOST_ROUNDS = 50
SAME_HEAT = 1e-9  # of the largest heat of a branch: its chips draw what their temperature says


@dataclass
class Technology:
    """A solved technology loop.

    `states`: the chip of every plate of `plates` (of `least_rack` for fitted racks). `rack_flow` kg/s, `rack_heat` W
    of the racks that were solved. `scale` is how many times the whole is bigger than what was solved. `pump_power` W,
    `pump_speed`, `heat` W into the units and `units` running are of the solved part. `supply` K, and `supply_limit` K:
    the warmest that keeps the hottest chip `margin` below its limit. `facility`: coolant behind the units;
    `facility_limit` K: the warmest of it that holds the supply at full load. `curve`: what stands for a fitted rack;
    `least_rack`: the fitted rack with the least flow solved plate by plate, whose chips count.
    """

    solution: Solution
    unit: DistributionUnit
    chips: dict[str, Chip]
    plates: list[PlateBranch]
    states: PlateStates
    rack_flow: Array
    rack_heat: Array
    scale: int
    units: int
    pump_speed: float
    pump_power: float
    heat: float
    supply: float
    supply_limit: float
    facility: Coolant
    curve: PowerLaw | None
    least_rack: tuple[Solution, list[PlateBranch]] | None = None
    flags: list[str] = field(default_factory=list)
    facility_limit: float = 0.0

    def facility_limit_at(self, rise: ArrayLike | None) -> Array:
        """Warmest facility coolant that holds the supply at full load, K, with the flow that its `rise` over the units
        (K) gives; None: with the rated flow."""
        each, flow, medium = self.heat / self.units, self.flow / self.units, self.solution.coolant
        facility_flow = self.unit.flow_at_rise(each, self.facility, self.supply, rise)
        approach = self.unit.approach(each, flow, medium, self.facility, self.supply, facility_flow)
        return self.supply - approach

    def facility_flow_for(self, heat: ArrayLike, facility: ArrayLike, parts: float) -> Array:
        """Facility coolant, kg/s, that holds the supply against `heat` (W) of `parts` times the units solved, with
        coolant at `facility` (K) to them. Their pumps hold the flow."""
        units = parts * self.units
        run = self.unit.operate(
            heat / units, self.flow / self.units, self.supply, facility, self.solution.coolant, self.facility
        )
        return units * run.facility_flow

    @property
    def nearest(self) -> int:
        """The chip nearest its limit: the least margin, and the slowest among those that are held at their limit."""
        state = self.states.state
        return int(np.lexsort((state.clock, np.round(self.states.limit - state.temperature, 6)))[0])

    @property
    def of_chips(self) -> tuple[Solution, list[PlateBranch], Array, Array]:
        """The network with plates, the plates, their chips' temperature and limit, K."""
        solution, plates = self.least_rack or (self.solution, self.plates)
        return solution, plates, self.chip_temperature, self.states.limit

    @property
    def chip_temperature(self) -> Array:
        """Hottest point of the chips, K."""
        return self.states.state.temperature

    @property
    def flow(self) -> float:
        """Coolant through all distribution units that were solved, kg/s."""
        network = self.solution.network
        units = [n for n, name in enumerate(network.branch_names) if _is_unit(name)]
        return float(self.solution.flow[units].sum())

    @property
    def head(self) -> float:
        """Pressure the units make for the rack side, Pa."""
        network, pressure = self.solution.network, self.solution.pressure
        first = next(n for n, name in enumerate(network.branch_names) if _is_unit(name))
        return float(pressure[network.end[first]] - pressure[network.start[first]])


def _is_unit(name: str) -> bool:
    return name.split(" ")[-2] == "unit"


@dataclass(frozen=True)
class Heating:
    """What plates give to the coolant at the temperature of their chips. `fit`: flow kg/s and heat W of a fitted rack,
    each (flows,)."""

    chips: dict[str, Chip]
    rate: FullRate
    fit: tuple[Array, Array] | None = None

    def of(self, plates: list[PlateBranch], solution: Solution) -> Array:
        """Heat of the branch of every plate, W, with the flows and inlets of a solution."""
        if plates[0].chip:
            capture = np.array([self.chips[plate.chip].capture for plate in plates])
            return capture * plate_states(self.chips, plates, solution, self.rate).state.power
        return np.interp(np.abs(solution.flow[[plate.branch for plate in plates]]), *self.fit)


def settled(
    network: Network, plates: list[PlateBranch], medium: Coolant, temperature: float, heating: Heating
) -> Solution:
    """Steady state of a network whose chips on `plates` draw what their temperature says; see :func:`steady.solve`.

    The network is left with that heat. Heat moves the flows little and flows the chips little: a few rounds do.
    """
    solution = steady.solve(network, medium, temperature)
    branch = np.array([plate.branch for plate in plates], dtype=np.int64)
    for _ in range(MOST_ROUNDS):
        heat = heating.of(plates, solution)
        if np.abs(heat - network.heat[branch]).max() <= SAME_HEAT * heat.max():
            return solution
        network.heat[branch] = heat
        solution = steady.solve(network, medium, former=solution)
    raise DivergedError(f"the power of the chips did not settle in {MOST_ROUNDS} rounds with their temperature")


def solve_technology(
    liquid, facility_coolant: str, rate: FullRate | None = None, rise: float | None = None
) -> Technology:
    """Solve the loop of a case's ``[liquid]`` with every chip at full `rate` (None: at its reference power).

    `rise`: of the facility coolant over the units, K, which sets its flow (None: the rated flow of the units).
    Raises :class:`CaseError` for a loop that cannot be: dry or boiling branches, unknown records.
    """
    medium = coolant(liquid.coolant)
    rate = FullRate() if rate is None else rate
    chips = chips_of(liquid, rate)
    unit = distribution_unit.make(liquid.unit, records.cdu(liquid.unit.record), medium, coolant(facility_coolant))
    density = float(medium.density(liquid.supply_temperature))
    curve, fit = None, None
    if liquid.rack_model == "fitted":
        curve, fit = fitted_rack(liquid, chips, medium, density, rate)
    heating = Heating(chips, rate, fit)
    network, plates = loop_network(liquid, chips, unit.pump, density, liquid.pump_speed, curve)
    solution = settled(network, plates, medium, liquid.supply_temperature, heating)
    speed, flags = _pump_speed(liquid, unit, solution, density), []
    if speed > FULL_SPEED:
        wanted = _unit_flow(solution)
        network, plates = loop_network(liquid, chips, unit.pump, density, 1.0, curve)
        solution, speed = settled(network, plates, medium, liquid.supply_temperature, heating), 1.0
        share = _unit_flow(solution) / wanted
        flags.append(f"distribution units: pumps at full speed make {share:.0%} of the flow the control asks for")
    steady.refuse_boiling(solution)
    flags += _state_flags(liquid, unit, solution)
    return _technology(liquid, coolant(facility_coolant), rise, solution, unit, heating, plates, curve, speed, flags)


def _unit_flow(solution: Solution) -> float:
    first = next(n for n, name in enumerate(solution.network.branch_names) if _is_unit(name))
    return float(solution.flow[first])


def _pump_speed(liquid, unit: DistributionUnit, solution: Solution, density: float) -> float:
    """Speed of the pumps that makes the flow and head which their control holds."""
    if liquid.pump_speed is not None:
        return liquid.pump_speed
    names = solution.network.branch_names
    first = next(n for n, name in enumerate(names) if _is_unit(name))
    rise = solution.pressure[solution.network.end[first]] - solution.pressure[solution.network.start[first]]
    return unit.speed(solution.flow[first] / density, float(rise))


def _technology(liquid, facility, rise, solution, unit, heating: Heating, plates, curve, speed, flags) -> Technology:
    """Chips, pumps and limits of a solved network."""
    network, medium, chips, rate = solution.network, solution.coolant, heating.chips, heating.rate
    of_chips = [plate for plate in plates if plate.chip]
    racks = liquid.racks * liquid_groups(liquid)
    rack_flow, heat = np.zeros(racks), np.zeros(racks)
    for plate in plates:
        rack_flow[plate.rack] += abs(solution.flow[plate.branch])
        heat[plate.rack] += network.heat[plate.branch]
    units = [n for n, name in enumerate(network.branch_names) if _is_unit(name)]
    volume = solution.flow[units] / medium.density(solution.inlet[units])
    power = float(np.sum(unit.pump.power_at(volume, speed)))
    duty = float(heat.sum()) + power
    least = None if of_chips else _least_rack(liquid, heating, medium, rack_flow, network.branch_names, plates)
    with_plates, counted = least or (solution, of_chips)
    states = plate_states(chips, counted, with_plates, rate)
    flags += plate_flags(chips, counted, with_plates, liquid.coolant) + _chip_flags(states, rate)
    full = np.array([chips[plate.chip].power for plate in counted])
    slack = float((states.warmest_inlet(full, rate, liquid.margin) - states.inlet).min())
    each = duty / len(units)
    if each > unit.heat * (1.0 + 1e-6):
        flags.append(f"distribution units: {each / unit.heat:.0%} of their rated heat")
    technology = Technology(
        solution, unit, chips, of_chips, states, rack_flow, heat, liquid.groups // liquid_groups(liquid), len(units),
        speed, power, duty, liquid.supply_temperature, liquid.supply_temperature + slack, facility, curve, least,
        flags,
    )  # fmt: skip
    technology.facility_limit = float(technology.facility_limit_at(rise))
    return technology


def _chip_flags(states: PlateStates, rate: FullRate) -> list[str]:
    """Chips that are too hot: those that slow down, and without a clock that could fall those beyond their limit."""
    state, beyond = states.state, float((states.state.temperature - states.limit).max())
    if rate.given is None:
        return [f"chips: the hottest is {beyond:.1f} K beyond the temperature at which it slows down"] * (beyond > 0.0)
    if state.shutdown.any():
        return ["chips: even the lowest clock is too hot for the hottest at full rate; it would shut down"]
    slowed = state.clock < 1.0
    return [f"chips: at full rate {slowed.mean():.0%} of them slow down, to {state.clock.min():.0%} of full clock at "
            "worst"] * bool(slowed.any())  # fmt: skip


def _least_rack(
    liquid, heating: Heating, medium: Coolant, flow: Array, names: list[str], plates: list[PlateBranch]
) -> tuple[Solution, list[PlateBranch]]:
    """The fitted rack with the least flow, its plates sharing the flow as those of a solved rack do."""
    least = int(np.argmin(flow))
    name = next(names[plate.branch] for plate in plates if plate.rack == least)
    return one_rack(liquid, heating.chips, medium, float(flow[least]), heating.rate, name)


def one_rack(
    liquid, chips: dict[str, Chip], medium: Coolant, flow: float, rate: FullRate, name: str = "rack"
) -> tuple[Solution, list[PlateBranch]]:
    """One rack, called `name`, alone with `flow` kg/s through it at the supply temperature."""
    made = LoopBuilder(liquid, chips)
    made.build = Builder()
    made.build.node("in", inflow=flow, temperature=liquid.supply_temperature)
    made.build.node("out", pressure=liquid.static_pressure)
    made.rack(name, 0, "in", "out")
    network, heating = made.build.network(), Heating(chips, rate)
    return settled(network, made.plates, medium, liquid.supply_temperature, heating), made.plates


def fitted_rack(
    liquid, chips: dict[str, Chip], medium: Coolant, density: float, rate: FullRate
) -> tuple[PowerLaw, tuple[Array, Array]]:
    """Pressure drop of a rack as a power of its flow, fitted to the solved rack about its mean flow; and its heat, W,
    at those flows, kg/s."""
    if liquid.flow_per_power is None:
        raise CaseError('liquid.rack_model: "fitted" needs flow_per_power, which says what flow to fit about')
    mean = liquid.flow_per_power * rack_heat(liquid, chips)[0] * density
    drops, heats = [], []
    for share in FIT_FLOWS:
        solution = one_rack(liquid, chips, medium, share * mean, rate)[0]
        drops.append(float(solution.pressure[0] - solution.pressure[1]))
        heats.append(float(solution.network.heat.sum()))
    exponent = float(np.polyfit(np.log(FIT_FLOWS), np.log(drops), 1)[0])
    warm = liquid.supply_temperature + 0.5 / (liquid.flow_per_power * density * 4000.0)
    curve = PowerLaw(drops[1], mean, exponent, float(medium.density(warm)), float(medium.viscosity(warm)))
    return curve, (mean * np.array(FIT_FLOWS), np.array(heats))


def _state_flags(liquid, unit: DistributionUnit, solution: Solution) -> list[str]:
    """Cavitation, coolant outside its table and condensation, each by the node where it is worst."""
    cure = "raise liquid.static_pressure"
    flags = state_flags.cavitation(solution, cure)
    for n, name in enumerate(solution.network.node_names):
        if name.endswith("suction"):
            flags += state_flags.suction(solution, n, unit.pump.npsh, cure)
    flags += state_flags.outside_range(solution)
    if liquid.supply_temperature < liquid.room_dew_point:
        flags.append(
            f"condensation: the supply at {liquid.supply_temperature - KELVIN:.1f} degC is colder than the room's dew "
            f"point of {liquid.room_dew_point - KELVIN:.1f} degC: pipes and plates get wet"
        )
    return flags
