"""The streams of a solver on the device: what they do is in :mod:`kernels.devices`, in the order of :meth:`move`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kernels import devices as kernels
from thermo.field.streams import Faces, Rack, Stream

COILS = {"none": 0, "effectiveness": 1, "ua": 2, "ideal": 3, "duty": 4}
HOLDS = {"supply": 1, "return": 2}
CROSSFLOW = (0.78, 0.22)
FAN_GAIN, VALVE_GAIN = 0.05, 0.2
"""How far fan speed (relative) and supply target move at one iteration of a steady state by a deviation as large as the
air's rise, respectively as the deviation; in time the time constants of the controls say it."""
LARGEST_GAIN = 0.5
"""Most that a control moves in one time step, as a share of its deviation: longer steps than this share of its time
constant slow it down. Adaptive steps are kept shorter, given ones are flagged."""
LARGEST_RISE = 200.0
"""K by which a device may warm its air. A server whose fan stands still melts instead; it is flagged. In time, one with
a thermal mass keeps its heat in that."""
CONTROLLED = ("speed", "valve", "target")
"""What controls set: fan speed and water valve as shares, and the supply temperature with which a return is held."""
SOFTEST_FAN = 1e-6
"""Least stiffness in Pa s/m3 of a fan with its resistance: a guard of the division, far below any fan's."""


class Devices:
    """Device arrays, one entry a stream; ``inlet`` and ``outlet`` are offsets from the datum, ``flow`` in m3/s.

    ``running`` is the speed that the case gives the fan, 0 for a device that has tripped; ``power`` is the heat in W
    at nominal fan speed. ``nodes`` lists what each boundary face gets from its streams. ``rack_inlet`` holds the mean
    inlet of every rack.
    """

    def __init__(self, backend, table, streams: list[Stream], racks: list[Rack], datum: float, density: float):
        self.backend, self.streams, self.racks, self.count = backend, streams, racks, len(streams)
        self.density = density
        self.law_driven = any(s.curve or s.response or s.fan_control for s in streams)
        self._parameters(datum)
        self.intake = _ends(backend, table, [s.intake for s in streams])
        self.exhaust = _ends(backend, table, [s.exhaust for s in streams])
        self.nodes = _nodes(backend, table, streams)
        self.curve = _points(backend, [s.curve for s in streams])
        at = [s.response and (tuple(t - datum for t in s.response[0]), s.response[1]) for s in streams]
        self.response = _points(backend, at)
        zeros, real = backend.zeros, backend.asarray
        self.flow = real([s.nominal * s.running for s in streams])
        self.running, self.speed = real([s.running for s in streams]), real(np.ones(self.count))
        self.change, self.heat = zeros(self.count), real([s.power for s in streams])
        self.share, self.valve = real(np.full(self.count, 0.25)), real(np.ones(self.count))
        self.fan_gain, self.valve_gain, self.breathing = (zeros(self.count) for _ in range(3))
        self.valve_follow = zeros(self.count)
        self.former = {name: getattr(self, name) for name in CONTROLLED}
        self.fan_gain[:], self.valve_gain[:], self.valve_follow[:] = FAN_GAIN, VALVE_GAIN, 1.0
        self.inlet, self.outlet, self.fan, self.duty, self.full_duty = (zeros(self.count) for _ in range(5))
        self.inlet_pressure, self.outlet_pressure, self.at_exhaust = (zeros(self.count) for _ in range(3))
        starts = [r.first for r in racks] + ([racks[-1].last] if racks else [0])
        self.rack_start = backend.asarray(starts, np.int64)
        self.rack_inlet = zeros(max(1, len(racks)))

    def _parameters(self, datum: float) -> None:
        """What the case says of each stream."""
        real, streams = self.backend.asarray, self.streams

        def whole(values):
            return self.backend.asarray(values, np.int32)

        self.law = whole([1 if s.curve else 0 for s in streams])
        self.serves = whole([1 if s.serves else 0 for s in streams])
        self.bounded = whole([1 for s in streams])
        self.bounded_in_time = whole([0 if s.thermal_mass else 1 for s in streams])
        for name in ("nominal", "net", "resistance", "recirculated", "power", "fan_power", "fan_efficiency",
                     "minimum_speed"):
            setattr(self, name, real([getattr(s, name) for s in streams]))
        self.outside = real([s.outside_pressure / self.density for s in streams])
        self.zero = real([0.0 for s in streams])
        self.coil_kind = whole([COILS[s.coil.kind] for s in streams])
        self.counterflow = whole([1 if s.coil.counterflow else 0 for s in streams])
        self.given = real([s.coil.given - (datum if s.coil.kind == "ideal" else 0.0) for s in streams])
        self.ua, self.water_capacity = (real([getattr(s.coil, n) for s in streams]) for n in ("ua", "water_capacity"))
        self.water = real([s.coil.water_temperature - datum for s in streams])
        for name in ("water_control", "fan_control"):
            given = [getattr(s, name) for s in streams]
            setattr(self, name, whole([HOLDS[g[0]] if g else 0 for g in given]))
            setattr(self, f"{name}_point", real([g[1] - datum if g else 0.0 for g in given]))
            setattr(self, f"{name}_time", real([g[2] if g else 1.0 for g in given]))
        self.target = real([g[1] - datum if g else 0.0 for g in (s.water_control for s in streams)])

    def _run(self, function, *arguments: Any) -> None:
        self.backend.launch(function, 0, self.count, *arguments)

    def move(self, solver) -> None:
        """Find the flow of every stream from the present field and hand it to the boundary faces."""
        if not self.count:
            return
        self.look(solver)
        capacity = solver.fluid.capacity
        self._run(kernels.response_speed, *self.response, capacity, self.recirculated, self.heat, self.flow, self.inlet,
                  self.speed)
        self._run(kernels.control_speed, self.fan_control, self.fan_control_point, self.minimum_speed,
                  self.fan_gain, self.inlet, self.outlet, self.former["speed"], self.speed)
        self._run(kernels.device_flow, self.law, self.nominal, self.net, self.resistance, *self.curve, self.density,
                  self.inlet_pressure, self.outlet_pressure, self.running, self.speed, SOFTEST_FAN, self.share,
                  self.change, self.flow)
        self._leave(solver, self.valve_gain)

    def begin(self, step: float, former: dict[str, Any]) -> None:
        """Let the controls act with their time constants over a time step of ``step`` seconds from ``former``, the
        speeds, valves and targets at its beginning: backward Euler, for the gains half the way at most."""
        minimum = self.backend.array_module.minimum
        self.former, self.breathing = former, self.valve_gain
        self.fan_gain[:] = minimum(step / self.fan_control_time, LARGEST_GAIN)
        self.valve_gain[:] = minimum(step / self.water_control_time, LARGEST_GAIN)
        self.valve_follow[:] = step / (step + self.water_control_time)

    def longest_step(self) -> float:
        """Longest time step in s over which every fan control and every held return keeps its time constant."""
        controls = [s.fan_control for s in self.streams if s.fan_control]
        controls += [s.water_control for s in self.streams if s.water_control and s.water_control[0] == "return"]
        return LARGEST_GAIN * min((control[2] for control in controls), default=np.inf)

    def breathe(self, solver) -> None:
        """Renew the outlet temperatures at the present flow, with the controls where they are."""
        if self.count:
            self.look(solver)
            self._leave(solver, self.breathing)

    def draw(self, watts) -> None:
        """Give every rack so many `watts` (racks,), shared by its streams as the case shares its power."""
        power = np.array([s.power for s in self.streams])
        for rack, total in zip(self.racks, watts, strict=True):
            given = power[rack.first : rack.last].sum()
            if given > 0.0:
                power[rack.first : rack.last] *= total / given
        self.power[:] = self.backend.asarray(power)

    def look(self, solver) -> None:
        """Mean temperatures and pressures at both ends."""
        for end, warm, push, outside in ((self.intake, self.inlet, self.inlet_pressure, self.outside),
                                         (self.exhaust, self.at_exhaust, self.outlet_pressure, self.zero)):
            self.backend.launch(kernels.end_means, 0, end.parts, end.start, end.owner, end.share, solver.T, solver.p,
                                end.warm, end.push)
            self._run(kernels.device_means, end.first, end.warm, end.push, outside, warm, push)
        self.backend.launch(kernels.rack_means, 0, len(self.racks), self.rack_start, self.inlet, self.flow,
                            self.rack_inlet)

    def _leave(self, solver, gain) -> None:
        """Heat, coil and outlet temperature of every stream; then flows and temperatures of their faces."""
        self._run(kernels.device_heat, self.power, self.fan_power, self.serves, self.fan_efficiency, self.resistance,
                  self.net, self.nominal, self.density, self.inlet_pressure, self.outlet_pressure, self.speed,
                  self.bounded_in_time if solver.time_terms else self.bounded, LARGEST_RISE * solver.fluid.capacity,
                  self.flow, self.fan, self.heat)
        if solver.time_terms:
            solver.time_terms.servers()
        self._run(kernels.device_outlet, self.coil_kind, self.given, self.ua, self.counterflow, self.water_capacity,
                  self.water, self.water_control, self.water_control_point, gain, self.valve_follow, *CROSSFLOW,
                  solver.fluid.capacity, self.flow, self.inlet, self.heat, self.former["target"],
                  self.former["valve"], self.target, self.valve, self.full_duty, self.duty, self.outlet)
        f, n = solver.faces, self.nodes
        self.backend.launch(kernels.device_faces, 0, n["count"], n["face"], n["start"], n["device"], n["share"],
                            n["direction"], n["jet"], n["steady"], f.axis, f.sign, f.area, self.flow, self.outlet,
                            n["speed"], n["k"], n["epsilon"], f.outflow, *f.velocity, f.temperature, f.k, f.epsilon)

    def unsettled(self) -> float:
        """Largest relative distance of a flow to its law: fan curve, response or control."""
        return float(abs(self.backend.to_host(self.change)).max()) if self.count and self.law_driven else 0.0


@dataclass(frozen=True)
class End:
    """Faces of every stream at one end, in parts: begin of each part, owner cell and share of each face, first part of
    each stream, and the sums over each part."""

    parts: int
    start: Any
    owner: Any
    share: Any
    first: Any
    warm: Any
    push: Any


def _ends(backend, table, ends: list[Faces]) -> End:
    start, first = kernels.in_parts(np.concatenate([[0], np.cumsum([len(e.index) for e in ends])]).astype(np.int64))
    index = np.concatenate([e.index for e in ends]) if ends else np.zeros(0, np.int64)
    share = np.concatenate([e.share for e in ends]) if ends else np.zeros(0)
    parts = len(start) - 1
    return End(parts, backend.asarray(start, np.int64), backend.asarray(table.owner[index], np.int64),
               backend.asarray(share), backend.asarray(first, np.int64), backend.zeros(parts), backend.zeros(parts))


def _points(backend, curves: list) -> tuple[Any, Any, Any]:
    """Start, abscissae and ordinates of the curves of every stream; streams without one have no points."""
    start = np.concatenate([[0], np.cumsum([len(c[0]) if c else 0 for c in curves])])
    columns = [[v for c in curves if c for v in c[n]] or [0.0] for n in (0, 1)]
    return backend.asarray(start, np.int64), *(backend.asarray(column) for column in columns)


def _nodes(backend, table, streams) -> dict[str, Any]:
    """Faces with what passes through them: streams, their shares, direction, jets and nominal turbulence."""
    entries = [(int(q), number, share, direction, jet)
               for number, s in enumerate(streams)
               for direction, end in ((1.0, s.intake), (-1.0, s.exhaust))
               for q, share, jet in zip(end.index, end.share, end.jet, strict=True)]
    entries.sort(key=lambda entry: entry[:2])
    face = np.array([entry[0] for entry in entries], np.int64)
    unique, first = np.unique(face, return_index=True)
    flow = np.bincount(face, weights=[e[2] * streams[e[1]].nominal for e in entries], minlength=len(table.owner))
    whole, real = (lambda v: backend.asarray(v, np.int64)), backend.asarray
    jet = np.array([entries[i][4] for i in first])
    return {
        "count": len(unique), "face": whole(unique), "start": whole(np.append(first, len(entries))),
        "device": whole([e[1] for e in entries]), "share": real([e[2] for e in entries]),
        "direction": real([entries[i][3] for i in first]), "jet": real(jet),
        "steady": backend.asarray(table.steady[unique], np.int32),
        "speed": real(flow[unique] / table.area[unique] * jet), "k": real(table.k[unique]),
        "epsilon": real(table.epsilon[unique]),
    }
