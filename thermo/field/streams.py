"""Air streams through devices: where each enters and leaves the field, by which law it flows, what heats and cools it.

A server, a rack as a whole, a cooling unit and a supply over a plenum of given pressure are one stream each.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from thermo.case.schema_coil import WATER_HEAT_CAPACITY
from thermo.field.resistances import perforated_loss

NO_FACES = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Faces:
    """Boundary faces of one end of a stream, the share of its flow through each, and how much faster its jets are."""

    index: np.ndarray = field(default_factory=lambda: NO_FACES)
    share: np.ndarray = field(default_factory=lambda: np.zeros(0))
    jet: np.ndarray = field(default_factory=lambda: np.zeros(0))


@dataclass(frozen=True)
class Coil:
    """What takes heat from a stream. ``kind``: none, effectiveness, ua, ideal, duty; ``given``: effectiveness, outlet
    temperature (K) or duty (W); UA and the water's capacity rate in W/K, water temperature in K."""

    kind: str = "none"
    given: float = 0.0
    ua: float = 0.0
    counterflow: bool = False
    water_capacity: float = 0.0
    water_temperature: float = 0.0


@dataclass(frozen=True)
class Stream:
    """One stream. ``nominal`` is its flow in m3/s through the faces, ``net`` that over the flow of its fan; the fan
    curve is ``(flows, pressures)`` in m3/s and Pa, ``resistance`` in Pa s2/m6, the response ``(temperatures K,
    factors)``; controls are ``(on, set_point K, time constant s)``; ``recirculated`` is what the inlets of servers
    feel of the rise. ``running`` is the fan's speed over the normal one; ``thermal_mass`` in J/K exchanges heat with
    the air with ``effectiveness``."""

    name: str
    intake: Faces
    exhaust: Faces
    nominal: float
    net: float = 1.0
    power: float = 0.0
    fan_power: float = 0.0
    fan_efficiency: float = 0.0
    serves: bool = False
    curve: tuple[tuple, tuple] | None = None
    resistance: float = 0.0
    response: tuple[tuple, tuple] | None = None
    recirculated: float = 0.0
    coil: Coil = Coil()
    water_control: tuple[str, float, float] | None = None
    fan_control: tuple[str, float, float] | None = None
    minimum_speed: float = 0.0
    running: float = 1.0
    thermal_mass: float = 0.0
    effectiveness: float = 1.0
    outside_pressure: float = 0.0
    feeds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rack:
    """A rack: the faces of its ends and its streams ``first <= n < last`` of the solver's list."""

    name: str
    intake: np.ndarray
    exhaust: np.ndarray
    first: int
    last: int


def evenly(table, faces, jet: float = 1.0) -> Faces:
    """Faces that share a flow by area."""
    area = table.area[faces]
    return Faces(faces, area / area.sum(), np.full(len(faces), jet))


def by_height(grid, table, faces, lo: float, hi: float) -> Faces:
    """Faces of an upright rack side that share a flow by the area they have between the heights ``lo`` and ``hi`` in m.

    A slot above the last row of faces, which may end below it, takes the nearest row.
    """
    row = table.owner[faces] // grid.strides[2] - 1
    bottom, top = grid.z_nodes[row], grid.z_nodes[row + 1]
    overlap = np.clip(np.minimum(top, hi) - np.maximum(bottom, lo), 0.0, None) / (top - bottom) * table.area[faces]
    if not overlap.any():
        away = np.abs(0.5 * (bottom + top - lo - hi))
        overlap = np.where(away < away.min() + 1e-9, table.area[faces], 0.0)
    kept = overlap > 0.0
    return Faces(faces[kept], overlap[kept] / overlap[kept].sum(), np.ones(int(kept.sum())))


def rack_streams(grid, table, rack, intake, exhaust, capacity: float) -> list[Stream]:
    """Streams of a rack: one, or one a server; each has its part of a rear door."""
    total = sum(part.airflow(capacity) for part in rack.contents)
    streams = []
    for part in rack.contents:
        if rack.server:
            ends = [by_height(grid, table, faces, *rack.heights(part)) for faces in (intake, exhaust)]
        else:
            ends = [evenly(table, faces) for faces in (intake, exhaust)]
        flow = part.airflow(capacity)
        streams.append(Stream(
            name=f"{rack.name}/{part.title}" if rack.server else rack.name, intake=ends[0], exhaust=ends[1],
            nominal=flow * rack.net, net=rack.net, power=part.power, fan_power=part.fan_power or 0.0, serves=True,
            curve=(part.fan.flow, part.fan.pressure) if part.fan else None,
            resistance=part.resistance.coefficient if part.fan else 0.0,
            response=(part.response.inlet, part.response.factor) if part.response else None,
            recirculated=rack.recirculation / (1.0 - rack.bypass), coil=coil_of(rack.rear_door, flow / total),
            running=rack.running, thermal_mass=(rack.thermal_mass or 0.0) * part.power / max(rack.heat, 1e-30),
            effectiveness=rack.effectiveness))
    return streams


def coil_of(coil, share: float = 1.0) -> Coil:
    """A water coil, or a stream's share of it."""
    if coil is None:
        return Coil()
    water = coil.water_flow * WATER_HEAT_CAPACITY * share
    if coil.ua is None:
        return Coil("effectiveness", coil.effectiveness, 0.0, False, water, coil.water_temperature)
    return Coil("ua", 0.0, coil.ua * share, coil.arrangement == "counterflow", water, coil.water_temperature)


def unit_stream(unit, intake: Faces, exhaust: Faces) -> Stream:
    """Stream of a cooling unit."""
    coil = coil_of(unit.coil)
    if unit.supply_temperature is not None:
        coil = Coil("ideal", unit.supply_temperature)
    elif unit.duty is not None:
        coil = Coil("duty", unit.duty)
    water, fan = unit.water_control, unit.fan_control
    return Stream(
        name=unit.name, intake=intake, exhaust=exhaust, nominal=unit.nominal_flow, fan_power=unit.fan_power or 0.0,
        fan_efficiency=unit.fan_efficiency or 0.0, curve=(unit.fan.flow, unit.fan.pressure) if unit.fan else None,
        resistance=unit.resistance.coefficient if unit.fan else 0.0, coil=coil,
        water_control=(water.on, water.set_point, water.lag) if water else None,
        fan_control=(fan.on, fan.set_point, fan.lag) if fan else None, minimum_speed=fan.minimum_speed if fan else 0.0,
        feeds=unit.feeds, running=unit.running,
    )


def plenum_stream(supply, exhaust: Faces, fluid) -> Stream:
    """Stream through a supply from a plenum of given pressure: the tile's loss is its only resistance."""
    resistance = perforated_loss(supply.free_area) * fluid.density / 2.0 / supply.area**2
    nominal = float(np.sqrt(supply.plenum_pressure / resistance))
    return Stream(
        name=supply.name, intake=Faces(), exhaust=exhaust, nominal=nominal, curve=((0.0, 1.0), (0.0, 0.0)),
        resistance=resistance, coil=Coil("none" if supply.temperature is None else "ideal", supply.temperature or 0.0),
        outside_pressure=supply.plenum_pressure,
    )
