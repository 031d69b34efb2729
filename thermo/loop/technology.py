"""The technology loop at full load: flows and temperatures of every branch, chips, pumps, and what must be flagged."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from thermo import records
from thermo.errors import CaseError
from thermo.loop import distribution_unit, state_flags, steady
from thermo.loop.coolant import Coolant, coolant
from thermo.loop.distribution_unit import DistributionUnit
from thermo.loop.elements import PowerLaw
from thermo.loop.network import Builder
from thermo.loop.steady import Solution
from thermo.loop.technology_loop import (
    KELVIN,
    Chip,
    LoopBuilder,
    PlateBranch,
    chip_temperatures,
    chips_of,
    liquid_groups,
    loop_network,
    rack_heat,
)

Array = NDArray[np.float64]

FIT_FLOWS = (0.6, 1.0, 1.4)  # of the mean flow, at which the pressure drop of a rack is fitted
FULL_SPEED = 1.0 + 1e-6


@dataclass
class Technology:
    """A solved technology loop.

    `chip_temperature` K of every plate of `plates` (of `least_rack` for fitted racks), `chip_limit` K where it slows
    down. `rack_flow` kg/s, `rack_heat` W of the racks that were solved. `scale` is how many times the whole is bigger
    than what was solved. `pump_power` W, `pump_speed`, `heat` W into the units and `units` running are of the solved
    part. `supply_limit` K: warmest supply that keeps the hottest chip `margin` below its limit; `facility_limit` K:
    warmest facility coolant that holds the supply. `curve`: what stands for a fitted rack; `least_rack`: the fitted
    rack with the least flow solved plate by plate, whose chips count.
    """

    solution: Solution
    unit: DistributionUnit
    chips: dict[str, Chip]
    plates: list[PlateBranch]
    chip_temperature: Array
    chip_limit: Array
    rack_flow: Array
    rack_heat: Array
    scale: int
    units: int
    pump_speed: float
    pump_power: float
    heat: float
    supply_limit: float
    facility_limit: float
    curve: PowerLaw | None
    least_rack: tuple[Solution, list[PlateBranch]] | None = None
    flags: list[str] = field(default_factory=list)

    @property
    def of_chips(self) -> tuple[Solution, list[PlateBranch], Array, Array]:
        """The network with plates, the plates, their chips' temperature and limit, K."""
        solution, plates = self.least_rack or (self.solution, self.plates)
        return solution, plates, self.chip_temperature, self.chip_limit

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


def solve_technology(liquid, facility_coolant: str) -> Technology:
    """Solve the loop of a case's ``[liquid]`` with every chip at full load.

    Raises :class:`CaseError` for a loop that cannot be: dry or boiling branches, unknown records.
    """
    medium = coolant(liquid.coolant)
    chips = chips_of(liquid)
    unit = distribution_unit.make(liquid.unit, records.cdu(liquid.unit.record), medium, coolant(facility_coolant))
    density = float(medium.density(liquid.supply_temperature))
    curve = fitted_rack(liquid, chips, medium, density) if liquid.rack_model == "fitted" else None
    network, plates = loop_network(liquid, chips, unit.pump, density, liquid.pump_speed, curve)
    solution = steady.solve(network, medium, liquid.supply_temperature)
    speed, flags = _pump_speed(liquid, unit, solution, density), []
    if speed > FULL_SPEED:
        wanted = _unit_flow(solution)
        network, plates = loop_network(liquid, chips, unit.pump, density, 1.0, curve)
        solution, speed = steady.solve(network, medium, liquid.supply_temperature), 1.0
        share = _unit_flow(solution) / wanted
        flags.append(f"distribution units: pumps at full speed make {share:.0%} of the flow the control asks for")
    steady.refuse_boiling(solution)
    flags += _state_flags(liquid, unit, solution)
    return _technology(liquid, facility_coolant, solution, unit, chips, plates, curve, speed, flags)


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


def _technology(liquid, facility, solution, unit, chips, plates, curve, speed, flags) -> Technology:
    """Chips, pumps and limits of a solved network."""
    network, medium = solution.network, solution.coolant
    of_chips = [plate for plate in plates if plate.chip]
    temperature, limit, found = chip_temperatures(chips, of_chips, solution, liquid.coolant)
    flags += found
    racks = liquid.racks * liquid_groups(liquid)
    rack_flow, heat = np.zeros(racks), np.zeros(racks)
    for plate in plates:
        rack_flow[plate.rack] += abs(solution.flow[plate.branch])
        heat[plate.rack] += network.heat[plate.branch]
    units = [n for n, name in enumerate(network.branch_names) if _is_unit(name)]
    volume = solution.flow[units] / medium.density(solution.inlet[units])
    power = float(np.sum(unit.pump.power_at(volume, speed)))
    duty = float(heat.sum()) + power
    least = None
    if not of_chips:
        least = _least_rack(liquid, chips, medium, rack_flow, network.branch_names, plates)
        temperature, limit, found = chip_temperatures(chips, least[1], least[0], liquid.coolant)
        flags += found
    slack = float((limit - temperature).min())
    supply_limit = liquid.supply_temperature + slack - liquid.margin
    each, flow = duty / len(units), solution.flow[units[0]]
    approach = float(unit.approach(each, flow, medium, coolant(facility), liquid.supply_temperature))
    if slack < 0.0:
        flags.append(f"chips: the hottest is {-slack:.1f} K beyond the temperature at which it slows down")
    if each > unit.heat * (1.0 + 1e-6):
        flags.append(f"distribution units: {each / unit.heat:.0%} of their rated heat")
    return Technology(
        solution, unit, chips, of_chips, temperature, limit, rack_flow, heat, liquid.groups // liquid_groups(liquid),
        len(units), speed, power, duty, supply_limit, liquid.supply_temperature - approach, curve, least, flags,
    )  # fmt: skip


def _least_rack(
    liquid, chips: dict[str, Chip], medium: Coolant, flow: Array, names: list[str], plates: list[PlateBranch]
) -> tuple[Solution, list[PlateBranch]]:
    """The fitted rack with the least flow, its plates sharing the flow as those of a solved rack do."""
    least = int(np.argmin(flow))
    name = next(names[plate.branch] for plate in plates if plate.rack == least)
    return one_rack(liquid, chips, medium, float(flow[least]), name)


def one_rack(
    liquid, chips: dict[str, Chip], medium: Coolant, flow: float, name: str = "rack"
) -> tuple[Solution, list[PlateBranch]]:
    """One rack, called `name`, alone with `flow` kg/s through it at the supply temperature."""
    made = LoopBuilder(liquid, chips)
    made.build = Builder()
    made.build.node("in", inflow=flow, temperature=liquid.supply_temperature)
    made.build.node("out", pressure=liquid.static_pressure)
    made.rack(name, 0, "in", "out")
    return steady.solve(made.build.network(), medium, liquid.supply_temperature), made.plates


def fitted_rack(liquid, chips: dict[str, Chip], medium: Coolant, density: float) -> PowerLaw:
    """Pressure drop of a rack as a power of its flow, fitted to the solved rack about its mean flow."""
    if liquid.flow_per_power is None:
        raise CaseError('liquid.rack_model: "fitted" needs flow_per_power, which says what flow to fit about')
    mean = liquid.flow_per_power * rack_heat(liquid, chips)[0] * density
    drops = []
    for share in FIT_FLOWS:
        solution = one_rack(liquid, chips, medium, share * mean)[0]
        drops.append(float(solution.pressure[0] - solution.pressure[1]))
    exponent = float(np.polyfit(np.log(FIT_FLOWS), np.log(drops), 1)[0])
    warm = liquid.supply_temperature + 0.5 / (liquid.flow_per_power * density * 4000.0)
    return PowerLaw(drops[1], mean, exponent, float(medium.density(warm)), float(medium.viscosity(warm)))


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
