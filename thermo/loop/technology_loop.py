"""The network of a technology loop: groups of racks with their trays and plates, headers and distribution units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from thermo import records
from thermo.load.chip import ChipState, FullRate
from thermo.loop.cold_plate import ColdPlate
from thermo.loop.cold_plate_build import make_plate
from thermo.loop.elements import FixedFlow, FixedRise, Pipe, Plate, PowerLaw, Pump, PumpCurve, Resistance, Valve
from thermo.loop.network import Builder, Network

Array = NDArray[np.float64]

KELVIN = 273.15


@dataclass(frozen=True)
class Chip:
    """A kind of chip with its plate: `power` W of one at its reference temperature, the share `capture` of it in the
    coolant, limits in K."""

    name: str
    plate: ColdPlate
    power: float
    capture: float
    throttle: float
    shutdown: float

    @property
    def heat(self) -> float:
        """What one chip gives to the coolant, W."""
        return self.power * self.capture


@dataclass(frozen=True)
class PlateBranch:
    """Where a plate is: number of its `branch`, of its `rack`, and its kind of chip."""

    branch: int
    rack: int
    chip: str


def chips_of(liquid, rate: FullRate) -> dict[str, Chip]:
    """Chips by "tray plate" name. Raises :class:`CaseError` for an unknown record."""
    found = {}
    for tray, plate in liquid.plates:
        chip = records.chip(plate.chip)
        power = chip.power if plate.power is None else plate.power
        made = make_plate(plate, chip, liquid.coolant, power * plate.capture)
        name = f"{tray.name} {plate.name}"
        found[name] = Chip(name, made, power, plate.capture, *rate.limits(chip.throttle, chip.shutdown))
    return found


def rack_heat(liquid, chips: dict[str, Chip]) -> tuple[float, float]:
    """Heat of one rack at full load to the coolant and to the air, W."""
    coolant = air = 0.0
    for tray, plate in liquid.plates:
        chip = chips[f"{tray.name} {plate.name}"]
        coolant += tray.count * plate.count * chip.heat
        air += tray.count * plate.count * (chip.power - chip.heat)
    return coolant, air + liquid.rack.air_power + sum(tray.count * tray.air_power for tray in liquid.rack.tray)


@dataclass(frozen=True)
class PlateStates:
    """The chips on the plates of a network: `resistance` K/W from the inlet of each plate to the hottest point of its
    chip, over the power of the chip; `inlet` K; their `state` at full rate and the `limit` (K) where they slow down."""

    resistance: Array
    inlet: Array
    state: ChipState
    limit: Array

    def warmest_inlet(self, power: Array, rate: FullRate, margin: float) -> Array:
        """Warmest coolant, K, with which each chip of `power` W stays `margin` K below its limit at full clock."""
        highest = self.limit - margin
        return highest - self.resistance * rate.power_at(power, highest)


def plate_states(chips: dict[str, Chip], plates: list[PlateBranch], solution, rate: FullRate) -> PlateStates:
    """The chips on `plates` with the flows and inlets of the :class:`thermo.loop.steady.Solution` of their network."""
    branch = np.array([plate.branch for plate in plates], dtype=np.int64)
    flow, inlet = np.abs(solution.flow[branch]), solution.inlet[branch]
    resistance = np.empty(len(plates))
    for name, rows in rows_by_chip(chips, plates).items():
        resistance[rows] = chips[name].plate.resistance(flow[rows], inlet[rows]) * chips[name].capture
    power, limit, shutdown = (np.array([getattr(chips[plate.chip], key) for plate in plates])
                              for key in ("power", "throttle", "shutdown"))  # fmt: skip
    return PlateStates(resistance, inlet, rate.state(power, resistance, limit, shutdown, inlet), limit)


def rows_by_chip(chips: dict[str, Chip], plates: list[PlateBranch]) -> dict[str, Array]:
    """Which of `plates` carry each kind of chip that is on any."""
    found = {name: [n for n, plate in enumerate(plates) if plate.chip == name] for name in chips}
    return {name: np.array(rows, dtype=np.int64) for name, rows in found.items() if rows}


def plate_flags(chips: dict[str, Chip], plates: list[PlateBranch], solution, coolant_name: str) -> list[str]:
    """What a reader must know of the plates in a solved network with the coolant `coolant_name`."""
    flags = []
    branch = np.array([plate.branch for plate in plates], dtype=np.int64)
    for name, rows in rows_by_chip(chips, plates).items():
        plate, of = chips[name].plate, branch[rows]
        outside = plate.outside(np.abs(solution.flow[of]), solution.inlet[of])
        if outside.any():
            flags.append(f"{name}: {outside.mean():.0%} of its plates lie outside the flows of their record")
        if plate.coolant != coolant_name:
            flags.append(f"{name}: its plate was measured with {plate.coolant}, not with {coolant_name}")
    return flags


class LoopBuilder:
    """Puts racks and units into a network; ``plates`` says which branch is which plate."""

    def __init__(self, liquid, chips: dict[str, Chip]) -> None:
        self.liquid, self.chips = liquid, chips
        self.build = Builder()
        self.plates: list[PlateBranch] = []
        self._branches = 0

    def branch(self, name: str, start: str, end: str, *parts, **keys) -> int:
        """Add a branch; returns its number."""
        self.build.branch(name, start, end, *parts, **keys)
        self._branches += 1
        return self._branches - 1

    def group(self, number: int, drive: list, curve: PowerLaw | None) -> None:
        """Distribution units, mains and headers of one group, and its racks (each fitted by `curve`, or of plates)."""
        liquid, prefix = self.liquid, f"group {number} " if liquid_groups(self.liquid) > 1 else ""
        self.build.node(f"{prefix}suction", pressure=liquid.static_pressure)
        self.build.node(f"{prefix}discharge")
        for unit, element in enumerate(drive, 1):
            ends = (f"{prefix}suction", f"{prefix}discharge")
            self.branch(f"{prefix}unit {unit}", *ends, *element, outlet=liquid.supply_temperature)
        for rack in range(1, liquid.racks + 1):
            self.build.node(f"{prefix}supply {rack}")
            self.build.node(f"{prefix}return {rack}")
        last = liquid.racks if liquid.header is not None and liquid.header.reverse_return else 1
        self.branch(f"{prefix}supply main", f"{prefix}discharge", f"{prefix}supply 1", tube(liquid.unit.main))
        self.branch(f"{prefix}return main", f"{prefix}return {last}", f"{prefix}suction", tube(liquid.unit.main))
        for rack in range(1, liquid.racks):
            piece = Pipe(liquid.header.pitch, liquid.header.diameter, loss=liquid.header.loss_coefficient)
            self.branch(f"{prefix}supply header {rack}", f"{prefix}supply {rack}", f"{prefix}supply {rack + 1}", piece)
            ends = (f"{prefix}return {rack + 1}", f"{prefix}return {rack}")
            self.branch(f"{prefix}return header {rack}", *(ends[::-1] if last > 1 else ends), piece)
        for rack in range(1, liquid.racks + 1):
            ends = (f"{prefix}supply {rack}", f"{prefix}return {rack}")
            place = (number - 1) * liquid.racks + rack - 1
            if curve is None:
                self.rack(f"{prefix}rack {rack}", place, *ends)
            else:
                heat = rack_heat(liquid, self.chips)[0]
                branch = self.branch(f"{prefix}rack {rack}", *ends, curve, heat=heat)
                self.plates.append(PlateBranch(branch, place, ""))

    def rack(self, name: str, number: int, supply: str, back: str) -> None:
        """One rack from its header nodes: hoses, manifolds, trays."""
        rack, manifold = self.liquid.rack, self.liquid.rack.manifold
        riser = Pipe(manifold.base, manifold.diameter) if manifold.base > 0.0 else None
        step = Pipe(manifold.pitch, manifold.diameter, loss=manifold.loss_coefficient)
        trays = [tray for tray in rack.tray for _ in range(tray.count)]
        for place in range(len(trays)):
            for side in ("supply", "return"):
                self.build.node(f"{name} {side} {place + 1}", elevation=manifold.base + place * manifold.pitch)
        hose = [part for part in (tube(rack.hose), riser) if part is not None]
        valve = [] if rack.valve is None else [Valve(rack.valve)]
        self.branch(f"{name} supply hose", supply, f"{name} supply 1", *hose)
        self.branch(f"{name} return hose", f"{name} return 1", back, *hose, *valve)
        for place in range(1, len(trays)):
            self.branch(f"{name} supply manifold {place}", f"{name} supply {place}", f"{name} supply {place + 1}", step)
            self.branch(f"{name} return manifold {place}", f"{name} return {place + 1}", f"{name} return {place}", step)
        counts: dict[str, int] = {}
        for place, tray in enumerate(trays, 1):
            counts[tray.name] = counts.get(tray.name, 0) + 1
            label = f"{name} {tray.name} {counts[tray.name]}"
            height = manifold.base + (place - 1) * manifold.pitch
            self.tray(label, number, tray, f"{name} supply {place}", f"{name} return {place}", height)

    def tray(self, label: str, rack: int, tray, supply: str, back: str, height: float) -> None:
        """One tray between its manifold nodes: quick disconnects and hoses, plates in parallel."""
        ends = [] if tray.quick_disconnect is None else [Valve(tray.quick_disconnect)]
        ends += [] if tray.hose is None else [tube(tray.hose)]
        inner = (supply, back)
        if ends:
            inner = tuple(self.build.node(f"{label} {side}", elevation=height) for side in ("in", "out"))
            self.branch(f"{label} inlet", supply, inner[0], *ends)
            self.branch(f"{label} outlet", inner[1], back, *ends)
        for plate in tray.plate:
            chip = self.chips[f"{tray.name} {plate.name}"]
            for number in range(1, plate.count + 1):
                branch = self.branch(f"{label} {plate.name} {number}", *inner, Plate(chip.plate), heat=chip.heat)
                self.plates.append(PlateBranch(branch, rack, chip.name))


def tube(given) -> Pipe:
    """The element of a case's tube."""
    return Pipe(given.length, given.diameter, given.roughness, given.loss_coefficient)


def liquid_groups(liquid) -> int:
    """Groups that stand in the network: one stands for all when every plate is a branch."""
    return liquid.groups if liquid.rack_model == "fitted" else 1


def running_units(liquid) -> int:
    """Distribution units of a group that run: the spares run too, those out of order do not."""
    return liquid.unit.units + liquid.unit.redundancy - liquid.unit.failed


def loop_network(
    liquid, chips: dict[str, Chip], pump: PumpCurve, density: float, speed: float | None, curve: PowerLaw | None
) -> tuple[Network, list[PlateBranch]]:
    """Network of all groups that are solved, and the places of its plates (of its racks where they are fitted).

    `density` (kg/m3) turns the case's volume flows into mass flows. `speed` runs the pumps on their `pump` curve;
    without it their control holds the case's flow or pressure. `curve` stands for the racks of a fitted model.
    """
    made = LoopBuilder(liquid, chips)
    units = running_units(liquid)
    if speed is not None:
        drive = [[Pump(pump, speed)]] * units
    elif liquid.flow_per_power is not None:
        heat = liquid.racks * rack_heat(liquid, chips)[0]
        drive = [[FixedFlow(liquid.flow_per_power * heat * density / units)]] * units
    else:
        drive = [[FixedRise(liquid.differential_pressure), Resistance(linear=1e-2)]] * units
    for number in range(1, liquid_groups(liquid) + 1):
        made.group(number, drive, curve)
    return made.build.network(), made.plates
