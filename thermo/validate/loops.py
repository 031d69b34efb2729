"""Coolant loops that are validated by themselves: networks with a known solution, and a measured pipe in time."""

from __future__ import annotations

import csv
import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from thermo.loop.coolant import ConstantCoolant, coolant
from thermo.loop.elements import FixedRise, Pipe, Pump, PumpCurve, Resistance
from thermo.loop.march import March, dispersion, film_coefficient
from thermo.loop.network import Builder
from thermo.loop.steady import Solution, balances, solve

Array = NDArray[np.float64]

WATER_LIKE = ConstantCoolant(1000.0, 1e-3, 4000.0)
PANDAPIPES_WATER = ConstantCoolant(993.9757, 0.00071799, 4179.8425)
KELVIN = 273.15
FRONT = 0.05  # of the measured rise, at either end of the front
BORE, WALL, LENGTH, LOSS, AMBIENT = 0.05248, 0.0039, 39.0, 2.164, 291.15  # m, m, m, mK/W, K of the measured pipe
STEEL = 7900.0 * 490.0  # J/m3/K


@cache
def _manifold(shape: str, header: float) -> Solution:
    build = Builder()
    for i in range(10):
        build.node(f"s{i}", inflow=10.0 if i == 0 else 0.0, temperature=300.0)
        build.node(f"r{i}", pressure=1e5 if i == (9 if shape == "Z" else 0) else None)
    for i in range(9):
        build.branch(f"supply {i}", f"s{i}", f"s{i + 1}", Resistance(quadratic=header))
        build.branch(f"return {i}", f"r{i + 1}", f"r{i}", Resistance(quadratic=header))
    for i in range(10):
        build.branch(f"branch {i + 1}", f"s{i}", f"r{i}", Resistance(quadratic=2.0))
    return solve(build.network(), WATER_LIKE, 300.0)


def manifold_flow(shape: str, header: float, branch: float) -> float:
    """Flow of a branch of ten, dp = 2 q^2, between headers of dp = `header` q^2 a segment; 10 in all."""
    solution = _manifold(shape, header)
    return float(solution.flow[solution.of(f"branch {branch:.0f}")])


@cache
def _eight_racks() -> Solution:
    build = Builder("colebrook")
    build.node("tank", pressure=3e5)
    build.node("top")
    for i in range(8):
        build.node(f"s{i}")
        build.node(f"r{i}")
    build.branch("pump", "tank", "top", FixedRise(1e5))
    build.branch("cooler", "top", "s0", Resistance(1e-9), outlet=308.15)
    build.branch("back", "r0", "tank", Resistance(1e-9))
    for i in range(7):
        build.branch(f"supply {i}", f"s{i}", f"s{i + 1}", Pipe(1.2, 0.1))
        build.branch(f"return {i}", f"r{i + 1}", f"r{i}", Pipe(1.2, 0.1))
    for i in range(8):
        build.branch(f"rack {i + 1}", f"s{i}", f"r{i}", Pipe(4.0, 0.032, loss=6.0), heat=120e3)
    return solve(build.network(), PANDAPIPES_WATER, 308.15)


def rack_flow(rack: float) -> float:
    """Flow, kg/s, of one of eight racks of 120 kW on two headers behind a pump of 1 bar."""
    solution = _eight_racks()
    return float(solution.flow[solution.of(f"rack {rack:.0f}")])


def pumps_flow(parallel: float, series: float) -> float:
    """Flow, kg/s, of pumps of 3 bar - 50 bar/(m3/s)^2 V^2 against 20 Pa/(kg/s)^2."""
    flows = np.linspace(0.0, 0.2, 801)
    curve = PumpCurve(tuple(flows), tuple(3e5 - 5e6 * flows**2))
    build = Builder()
    build.node("in", pressure=1e5, temperature=300.0)
    build.node("out", pressure=1e5, temperature=300.0)
    build.branch("b", "in", "out", *[Pump(curve, parallel=int(parallel))] * int(series), Resistance(quadratic=20.0))
    return float(solve(build.network(), WATER_LIKE, 300.0).flow[0])


@cache
def _rack() -> Solution:
    from thermo.case import load
    from thermo.case.shipped import shipped_cases
    from thermo.liquid import solve_loop

    return solve_loop(load(shipped_cases()["rack_72gpu"])).solution


def rack_closure(balance: str) -> float:
    """Defect of "mass" at any node over the largest flow, or of "energy" over the heat, of the shipped rack."""
    return balances(_rack())[0 if balance == "mass" else 1]


def _one_pipe(length: float, bore: float, flow: float, inlet: float, start: float, dt: float, density: float) -> March:
    build = Builder()
    build.node("in", inflow=flow, temperature=inlet)
    build.node("out", pressure=2e5)
    build.branch("pipe", "in", "out", Pipe(length, bore))
    mass = density * math.pi / 4.0 * bore**2 * length
    return March(build.network(), np.array([mass]), np.array([flow]), dt, 4000.0, start)


def front_arrival(length: float, velocity: float, step: float) -> float:
    """When a step of the inlet temperature is half way through the outlet, s, by the plug of cells of a pipe."""
    march = _one_pipe(length, 0.05, velocity * 1000.0 * math.pi / 4.0 * 0.05**2, 350.0, 300.0, step, 1000.0)
    before = 300.0
    while march.outlet[0] < 325.0:
        before = march.outlet[0]
        march.step()
    share = (325.0 - before) / (march.outlet[0] - before)
    return march.time - march.dt * (1.0 - share) - 0.5 * march.dt


@cache
def measured_pipe(run: float) -> tuple[Array, Array, Array]:
    """Time (s), measured and computed outlet temperature (degC) of a run at the University of Liege.

    39 m of insulated steel pipe whose wall is marched with the water; insulation and ambient as the source gives them.
    """
    from thermo.validate import problems_directory

    file = problems_directory() / "loops" / f"pipe_{run:.0f}.csv"
    rows = list(csv.DictReader(line for line in file.open(encoding="utf-8") if not line.startswith("#")))
    time, into, out = (np.array([float(row[key]) for row in rows]) for key in ("t_s", "T_water_in_C", "T_water_out_C"))
    flow, water, mean = float(rows[0]["m_flow_kg_s"]), coolant("water"), KELVIN + 0.5 * (into.max() + into.min())
    march = _one_pipe(LENGTH, BORE, flow, 300.0, out[0] + KELVIN, 0.5, float(water.density(mean)))
    march.cp = float(water.heat_capacity(mean))
    march.wall_capacity[:] = STEEL * math.pi * (BORE + WALL) * WALL * LENGTH
    march.contact[:] = film_coefficient(flow, BORE, water, mean) * math.pi * BORE * LENGTH
    march.loss[:], march.ambient = LENGTH / LOSS, AMBIENT
    march.spread[:] = dispersion(flow, BORE, water, mean) / LENGTH**2
    times, outlets = [], []
    while march.time < time[-1]:
        march.inflow_temperature[0] = np.interp(march.time + 0.5 * march.dt, time, into) + KELVIN
        march.step()
        times.append(march.time)
        outlets.append(march.outlet[0] - KELVIN)
    return time, out, np.interp(time, times, outlets)


def _arrival(time: Array, outlet: Array) -> float:
    """When the outlet first passes the middle between its start and its largest value, s."""
    rising = np.maximum.accumulate(outlet[: np.argmax(outlet) + 1])
    middle = 0.5 * (outlet[0] + outlet.max())
    return float(np.interp(middle, rising + 1e-9 * np.arange(len(rising)), time[: len(rising)]))


def pipe_delay(run: float) -> float:
    """Computed arrival of the front minus the measured one, s."""
    time, measured, computed = measured_pipe(run)
    return _arrival(time, computed) - _arrival(time, measured)


def pipe_difference(run: float) -> float:
    """Root mean square difference of the outlet outside the front, K."""
    _, measured, computed = measured_pipe(run)
    risen = (measured - measured[0]) / (measured.max() - measured[0])
    outside = (risen < FRONT) | (risen > 1.0 - FRONT)
    return float(np.sqrt(((computed - measured)[outside] ** 2).mean()))


LOOPS = {
    "manifold_flow": manifold_flow,
    "rack_flow": rack_flow,
    "pumps_flow": pumps_flow,
    "rack_closure": rack_closure,
    "front_arrival": front_arrival,
    "pipe_delay": pipe_delay,
    "pipe_difference": pipe_difference,
}
