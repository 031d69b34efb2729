"""The technology loop in time: what chips, coolant and facility do when pumps, units or heat rejection trip.

Pumps without power run down by their inertia: speed = 1 / (1 + t / coast_down). Chips keep their power when they get
too hot; when the first passes the temperature at which it would slow down or shut down is what is reported. Where the
coolant would boil the march ends. With feedback chips slow down instead and draw nothing from a shutdown on, and what
is not done in time is reported.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from thermo.load.chip import FullRate
from thermo.loop import hydraulics as flow_solver
from thermo.loop import steady
from thermo.loop.coolant import coolant
from thermo.loop.groups import Pipes
from thermo.loop.march import March, dispersion, film_coefficient
from thermo.loop.technology import Technology, one_rack
from thermo.loop.technology_loop import KELVIN, loop_network
from thermo.loop.volume import UNIT_VOLUME, rack_volume

Array = NDArray[np.float64]

SERIES = ("time_s", "chip_max_C", "supply_C", "return_C", "flow_kg_s", "facility_C", "load")
FEEDBACK = ("clock", "made")
SETTLING = 120.0  # s
MOST_CELLS = 40  # of a branch: its front is then at most a few percent of its length wide
SETTLED = 1e-4  # change of pump speed below which flows are kept
STOPPED = 0.02  # speed below which a pump stands still behind its check valve
WALL = 3e-3  # m of steel around pipes of more than this bore
LEAST_BORE = 0.02  # m
STEEL = 7850.0 * 480.0  # J/m3/K


@dataclass
class TripResult:
    """Series over the time steps, each (steps,), and when the first chip reached its limits (s; None: none did).

    ``begin``: the first event, s. With feedback the series hold the lowest ``clock`` and what is ``made`` too.
    """

    series: dict[str, Array]
    throttle: tuple[float, str] | None
    shutdown: tuple[float, str] | None
    flags: list[str] = field(default_factory=list)
    begin: float = 0.0


class LoopMarch:
    """A technology loop in time. `load` (share of full power, a number or one a branch) may be set between steps.

    `feedback` gives power, clock and what is made for (full power, resistance, capacity, limit, chip, coolant) of every
    branch with chips, load and step, as :func:`thermo.load.throttle.held` does; without it chips keep their power.
    """

    def __init__(self, liquid, technology: Technology, time, facility_coolant: str, feedback=None) -> None:
        self.liquid, self.technology, self.settings = liquid, technology, time
        self.medium, self.facility_medium = coolant(liquid.coolant), coolant(facility_coolant)
        density = float(self.medium.density(liquid.supply_temperature))
        self.network, self.plates = loop_network(
            liquid, technology.chips, technology.unit.pump, density, technology.pump_speed, technology.curve
        )
        self.solution = steady.solve(self.network, self.medium, liquid.supply_temperature)
        names = self.network.branch_names
        self.units = np.array([n for n, name in enumerate(names) if name.split(" ")[-2] == "unit"])
        self.group_of_unit = np.array([int(names[n].split(" ")[1]) if names[n].startswith("group") else 1
                                       for n in self.units])  # fmt: skip
        self.pumps = self.network.pumps[0]
        self.volume_flow = float(self.solution.flow[self.units[0]]) / density
        self.tripped = np.full(len(self.units), np.inf)
        mean = liquid.supply_temperature + 5.0
        self.march = March(
            self.network, self._masses(density), self.solution.flow, time.step, float(self.medium.heat_capacity(mean)),
            self.solution.inlet, self.solution.outlet, MOST_CELLS,
        )  # fmt: skip
        self.load, self.feedback, self.held = 1.0, feedback, None
        self.full_power = self.network.heat.copy()
        self.rejecting = True
        groups = int(self.group_of_unit.max())
        self.facility = np.full(groups, liquid.unit.facility_temperature or technology.facility_limit)
        self._facility_flow = np.full(len(self.units), technology.unit.facility_flow)
        self._walls()
        self._chips()
        self._flows_changed()
        self.march.chip = self.march.node[self.network.start] + self.march.power * self.march.resistance

    def _masses(self, density: float) -> Array:
        mass = np.zeros(len(self.network.start))
        for group in self.network.groups:
            if isinstance(group, Pipes):
                np.add.at(mass, group.of, density * group.volume)
        mass[self.units] += density * UNIT_VOLUME
        for plate in self.plates:
            chips = self.technology.chips
            volume = chips[plate.chip].plate.coolant_volume if plate.chip else rack_volume(self.liquid, chips)
            mass[plate.branch] += density * volume
        return mass

    def _walls(self) -> None:
        """Steel walls of the wider pipes."""
        for group in self.network.groups:
            if isinstance(group, Pipes):
                for n, branch in enumerate(group.of):
                    bore, length = float(group.diameter[n]), float(group.length[n])
                    if bore > LEAST_BORE and branch not in self.units:
                        flow, warm = self.solution.flow[branch], self.solution.inlet[branch]
                        film = film_coefficient(flow, bore, self.medium, warm)
                        self.march.contact[branch] += film * np.pi * bore * length
                        spread = dispersion(flow, bore, self.medium, warm)
                        self.march.spread[branch] = spread / max(length, bore) ** 2
                        self.march.wall_capacity[branch] += STEEL * WALL * np.pi * bore * length

    def _chips(self) -> None:
        """Branches with chips: which kind stands for each, and what share of the branch's flow one plate gets."""
        self.chip_of, self.chip_share = [], np.ones(len(self.plates))
        chips, liquid = self.technology.chips, self.liquid
        self.branch = np.array([plate.branch for plate in self.plates])
        if self.plates[0].chip:
            self.chip_of = [chips[plate.chip] for plate in self.plates]
        else:
            flow = float(self.solution.flow[self.branch].mean())
            solution, plates = one_rack(liquid, chips, self.medium, flow, FullRate())
            excess = []
            for plate in plates:
                chip, branch = chips[plate.chip], plate.branch
                resistance = chip.plate.resistance(solution.flow[branch], solution.inlet[branch])
                excess.append(solution.inlet[branch] + resistance * chip.heat - chip.throttle)
            worst = plates[int(np.argmax(excess))]
            self.chip_of = [chips[worst.chip]] * len(self.plates)
            self.chip_share[:] = solution.flow[worst.branch] / flow
        self.down = np.zeros(len(self.chip_of), dtype=bool)  # shut down, for the rest of the run
        self.throttle = np.array([chip.throttle for chip in self.chip_of])
        self.shutdown = np.array([chip.shutdown for chip in self.chip_of])

    def _flows_changed(self) -> None:
        """Resistance of plates and reach of exchangers follow the flows."""
        march, flow = self.march, self.march.flow
        inlet = march.node[self.network.start]
        for chip in set(self.chip_of):
            rows = np.array([n for n, other in enumerate(self.chip_of) if other is chip])
            branch = self.branch[rows]
            each = np.abs(flow[branch]) * self.chip_share[rows]
            one = chip.plate.resistance(each, inlet[branch])
            share = chip.heat / np.maximum(self.full_power[branch], 1e-9)
            march.resistance[branch] = one * share
            march.capacity[branch] = chip.plate.thermal_mass / share
        units = self.units
        hot_capacity = march.cp
        cold_capacity = float(self.facility_medium.heat_capacity(self.technology.facility_limit))
        hot = np.maximum(np.abs(flow[units]), 1e-9)
        e, least = self.technology.unit.exchanger.effectiveness(hot, self._facility_flow, hot_capacity, cold_capacity)
        march.reach[units] = np.maximum(e * least / (hot * hot_capacity), 1e-12)
        march.setpoint[units] = self.liquid.supply_temperature

    def trip(self, event) -> None:
        """Start an event of the case."""
        here = np.flatnonzero(self.group_of_unit == event.group)
        if event.kind == "unit_trip":
            self.tripped[here[: event.units or 1]] = self.march.time
        elif event.kind == "pump_trip":
            self.tripped[here] = self.march.time
        elif event.kind == "facility_pump_trip":
            self._facility_flow[here] = 1e-9
            self._flows_changed()
        elif event.kind == "rejection_trip":
            self.rejecting = False
        else:
            self.load = event.load

    def _speeds(self) -> Array:
        """Speeds the pumps have now: run down where tripped, run up towards what makes up for that elsewhere."""
        full = self.technology.pump_speed
        since = self.march.time - self.tripped
        gone = np.isfinite(self.tripped) & (since >= 0.0)
        speed = self.pumps.speed.copy()
        down = full / (1.0 + np.maximum(since, 0.0) / self.settings.coast_down)
        speed = np.where(gone, np.where(down > STOPPED, down, 0.0), speed)
        for group in np.unique(self.group_of_unit[gone]):
            mine = self.group_of_unit == group
            left = mine & ~gone
            if left.any():
                each = self.volume_flow * mine.sum() / left.sum()
                wanted = min(1.0, self.technology.unit.speed(each, self.technology.head))
                share = 1.0 - np.exp(-self.settings.step / self.settings.run_up)
                speed[left] += (max(wanted, full) - speed[left]) * share
        return speed

    def step(self) -> None:
        """Advance by one time step."""
        speed = self._speeds()
        if np.abs(speed - self.pumps.speed).max() > SETTLED:
            self.pumps.speed[:] = speed
            inlet = self.march.node[self.network.start]
            former = self.solution.hydraulics
            flow = flow_solver.solve_flows(self.network, self.medium, former, inlet, self.march.outlet)
            self.march.set_flow(flow)
            self._flows_changed()
        march = self.march
        march.power[:] = self.full_power * self.load
        if self.feedback is not None:
            self._hold()
        march.facility[self.units] = self.facility[self.group_of_unit - 1]
        march.step()
        removed = np.bincount(self.group_of_unit - 1, march.removed[self.units], len(self.facility))
        rejected = removed if self.rejecting else 0.0
        capacity = self.settings.facility_volume * float(self.facility_medium.density(310.0)) * 3900.0
        self.facility += (removed - rejected) * march.dt / capacity

    def _hold(self) -> None:
        """Power of chips that follow their temperature and the coolant that reaches them; none from a shutdown on."""
        march, b = self.march, self.branch
        upstream = np.where(march.flow[b] >= 0.0, self.network.start[b], self.network.end[b])
        coolant = np.where(march.flow[b] != 0.0, march.node[upstream], march.T[march.first[b]])
        load = self.load if np.ndim(self.load) == 0 else self.load[b]
        held = self.feedback(
            self.full_power[b], march.resistance[b], march.capacity[b], self.throttle, march.chip[b], coolant, load,
            march.dt,
        )  # fmt: skip
        self.down |= march.chip[b] >= self.shutdown
        off = np.where(self.down, 0.0, 1.0)
        self.held = replace(held, power=held.power * off, made=held.made * off)
        march.power[b] = self.held.power

    def settle(self) -> None:
        """March to the steady state that the events start from, then set the clock to zero."""
        for _ in range(round(SETTLING / self.settings.step)):
            self.step()
        self.march.time = 0.0

    def run(self, load: Array | None = None) -> TripResult:
        """March to the end; `load` (steps,) is the share of full power of every step, if a trace gives it."""
        self.load = 1.0 if load is None else load[0]
        self.settle()
        count = round(self.settings.duration / self.settings.step)
        rows: list[tuple[float, ...]] = []
        waiting = sorted(self.settings.event, key=lambda event: event.at)
        first: dict[str, tuple[float, str] | None] = {"throttle": None, "shutdown": None}
        flags: list[str] = []
        for n in range(count):
            while waiting and waiting[0].at <= self.march.time + 1e-9:
                self.trip(waiting.pop(0))
            self.load = self.load if load is None else load[n]
            self.step()
            chip = self.march.chip[self.branch]
            for key, limit in (("throttle", self.throttle), ("shutdown", self.shutdown)):
                reached = (chip >= limit) | (self._slowed() if key == "throttle" else False)
                if first[key] is None and reached.any():
                    hottest = int(np.argmax(np.where(reached, chip - limit, -np.inf)))
                    first[key] = (self.march.time, self.network.branch_names[self.branch[hottest]])
            rows.append(self._row(chip))
            flags = self._boils()
            if flags:
                break
        names = SERIES if self.feedback is None else SERIES + FEEDBACK
        series = {name: np.array(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}
        begin = min((event.at for event in self.settings.event), default=0.0)
        return TripResult(series, first["throttle"], first["shutdown"], flags, begin)

    def _slowed(self):
        """Which chips run below full clock."""
        return False if self.held is None else self.held.clock < 1.0

    def _row(self, chip: Array) -> tuple[float, ...]:
        march = self.march
        supply = march.outlet[self.units]
        returned = march.node[self.network.start[self.units[0]]]
        row = (march.time, chip.max() - KELVIN, supply.max() - KELVIN, returned - KELVIN,
               march.flow[self.units].sum(), self.facility.max() - KELVIN, float(np.mean(self.load)))  # fmt: skip
        if self.held is None:
            return row
        made = np.average(self.held.made, weights=self.full_power[self.branch])
        return (*row, float(self.held.clock.min()), float(made))

    def _boils(self) -> list[str]:
        """A flag naming the branch whose coolant would boil, if one does."""
        march = self.march
        if self.medium.vapour_pressure(march.T.max()) <= self.liquid.static_pressure:
            return []
        branch = int(np.searchsorted(march.first, int(np.argmax(march.T)), side="right") - 1)
        where = self.network.branch_names[branch]
        return [f"in time: the coolant boils after {march.time:.0f} s in branch {where}; the march ends there"]
