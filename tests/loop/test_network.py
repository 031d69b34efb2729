"""Networks with a solution in closed form, and the balances of any network."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import CURVE, hall, manifold

from thermo.loop.coolant import ConstantCoolant, coolant
from thermo.loop.elements import FixedFlow, FixedRise, Pipe, PowerLaw, Pump, PumpCurve, Resistance, Valve
from thermo.loop.network import Builder
from thermo.loop.steady import balances, solve

LIQUID = ConstantCoolant(1000.0, 1e-3, 4000.0)
# Flow of the first, fifth and last of ten branches: closed-form network algebra, header segments of 0.02 q^2
U_SHAPED, Z_SHAPED = (1.9480222, 0.8850421, 0.5914523), (1.4407889, 0.6782953, 1.4407889)


def two_nodes(*branches, pressure=2e5, outlet=1e5, elevation=0.0, medium=LIQUID, **keys):
    build = Builder(**keys)
    build.node("in", pressure=pressure, temperature=300.0)
    build.node("out", pressure=outlet, elevation=elevation, temperature=300.0)
    for number, parts in enumerate(branches):
        build.branch(f"b{number}", "in", "out", *parts)
    return solve(build.network(), medium, 300.0)


@pytest.mark.parametrize(("far_end", "wanted"), [(False, U_SHAPED), (True, Z_SHAPED)])
def test_ten_branches_between_two_headers(far_end, wanted):
    solution = solve(manifold(0.02, far_end), LIQUID)
    found = [solution.flow[solution.of(f"branch {i}")] for i in (0, 4, 9)]
    assert found == pytest.approx(wanted, abs=6e-8)
    assert balances(solution)[0] < 1e-14


def test_laminar_pipe_is_hagen_poiseuille():
    solution = two_nodes([Pipe(10.0, 0.004)], pressure=1.02e5)
    wanted = math.pi * 0.004**4 * 2e3 / (128.0 * 1e-3 * 10.0) * 1000.0
    assert solution.flow[0] == pytest.approx(wanted, rel=1e-9)


def test_valve_passes_its_kv_at_one_bar_of_water():
    solution = two_nodes([Valve(3.6)], medium=ConstantCoolant(999.0, 1e-3, 4180.0))
    assert solution.flow[0] == pytest.approx(0.999, rel=1e-9)


def test_half_open_valves():
    solution = two_nodes([Valve(3.6, 0.5)], [Valve(3.6, 0.5, rangeability=50.0)], [Valve(3.6)])
    full = solution.flow[2]
    assert solution.flow[:2] / full == pytest.approx([0.5, 50.0**-0.5], rel=1e-9)


def test_a_held_flow_shows_the_rise_that_it_takes():
    build = Builder()
    build.node("low", pressure=2e5)
    build.node("high", elevation=5.0)
    build.branch("pump", "low", "high", FixedFlow(2.0))
    build.branch("load", "high", "low", Resistance(quadratic=1e4), outlet=300.0)
    solution = solve(build.network(), LIQUID, 300.0)
    assert solution.drop == pytest.approx([-4e4, 4e4], rel=1e-9)


def test_power_law_follows_the_fluid():
    law = PowerLaw(50e3, 1.0, 1.75, density=1000.0, viscosity=1e-3)
    thick = ConstantCoolant(1100.0, 4e-3, 3500.0)
    drop = two_nodes([law], medium=thick, pressure=1.4e5)
    wanted = (40e3 / (50e3 * 4.0**0.25 / 1.1)) ** (1.0 / 1.75)
    assert drop.flow[0] == pytest.approx(wanted, rel=1e-9)


def test_parallel_branches_add_and_series_share():
    solution = two_nodes([Resistance(quadratic=4e4)], [Resistance(quadratic=1e4), Resistance(quadratic=3e4)])
    assert solution.flow == pytest.approx([math.sqrt(1e5 / 4e4)] * 2, rel=1e-9)


@pytest.mark.parametrize(("parallel", "series"), [(1, 1), (2, 1), (1, 2), (3, 2)])
def test_pumps_in_parallel_and_in_series(parallel, series):
    """A pump of head H0 - c V^2 against k V^2: V = sqrt(n_s H0 / (k + n_s c / n_p^2))."""
    flows = np.linspace(0.0, 0.2, 801)
    curve = PumpCurve(tuple(flows), tuple(3e5 - 5e6 * flows**2))
    pumps = [Pump(curve, parallel=parallel)] * series
    solution = two_nodes([*pumps, Resistance(quadratic=20.0)], pressure=1e5)
    wanted = 1000.0 * math.sqrt(series * 3e5 / (20e6 + series * 5e6 / parallel**2))
    assert solution.flow[0] == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize("speed", [0.4, 0.8, 1.0])
def test_affinity_laws(speed):
    """Against a quadratic resistance flow goes with speed, head with its square and power with its cube."""
    full = two_nodes([Pump(CURVE), Resistance(quadratic=500.0)], pressure=1e5)
    slow = two_nodes([Pump(CURVE, speed=speed), Resistance(quadratic=500.0)], pressure=1e5)
    assert slow.flow[0] == pytest.approx(speed * full.flow[0], rel=1e-8)
    assert slow.pump_power[0] == pytest.approx(speed**3 * full.pump_power[0], rel=1e-7)


def test_column_of_liquid_at_rest_and_rising():
    height = 10.0
    weight = 1000.0 * 9.80665 * height
    still = two_nodes([Resistance(quadratic=100.0)], pressure=1e5 + weight, elevation=height)
    assert abs(still.flow[0]) < 1e-4
    rising = two_nodes([Resistance(quadratic=100.0)], pressure=1e5 + weight + 4e4, elevation=height)
    assert rising.flow[0] == pytest.approx(20.0, rel=1e-9)


def test_check_valve_stops_backward_flow_and_lets_forward_flow_pass():
    back = two_nodes([Valve(5.0, check=True)], pressure=0.5e5)
    assert back.flow[0] == 0.0
    forward = two_nodes([Valve(5.0, check=True)])
    assert forward.flow[0] > 1.0


def test_a_stopped_pump_beside_a_running_one_passes_nothing():
    build = Builder()
    build.node("suction", pressure=2e5)
    build.node("pressure")
    build.branch("A", "suction", "pressure", Pump(CURVE))
    build.branch("B", "suction", "pressure", Pump(CURVE))
    build.branch("load", "pressure", "suction", Resistance(quadratic=400.0), outlet=300.0)
    network = build.network()
    both = solve(network, LIQUID, 300.0)
    assert both.flow[0] == pytest.approx(both.flow[1], rel=1e-9)
    network.pumps[0].speed[1] = 0.0
    one = solve(network, LIQUID, former=both)
    assert one.flow[1] == 0.0
    assert both.flow[0] < one.flow[0] < both.flow[2]


def test_a_shut_valve_is_a_closed_branch():
    solution = two_nodes([Valve(5.0, opening=0.0)], [Resistance(quadratic=1e4)])
    assert solution.flow == pytest.approx([0.0, math.sqrt(10.0)], rel=1e-9)


def test_fixed_flow_and_fixed_rise():
    build = Builder()
    build.node("tank", pressure=2e5)
    build.node("top")
    build.branch("pump", "tank", "top", FixedFlow(3.0))
    build.branch("load", "top", "tank", Resistance(quadratic=1e4), outlet=300.0)
    fixed = solve(build.network(), LIQUID, 300.0)
    assert fixed.pressure[1] == pytest.approx(2e5 + 9e4, rel=1e-12)
    build = Builder()
    build.node("tank", pressure=2e5)
    build.node("top")
    build.branch("pump", "tank", "top", FixedRise(9e4))
    build.branch("load", "top", "tank", Resistance(quadratic=1e4), outlet=300.0)
    assert solve(build.network(), LIQUID, 300.0).flow == pytest.approx([3.0, 3.0], rel=1e-9)


def test_streams_mix_by_their_enthalpy():
    water = coolant("water")
    build = Builder()
    build.node("hot", inflow=1.0, temperature=350.0)
    build.node("cold", inflow=3.0, temperature=290.0)
    build.node("mix")
    build.node("out", pressure=1e5)
    for name in ("hot", "cold"):
        build.branch(name, name, "mix", Resistance(quadratic=10.0))
    build.branch("leave", "mix", "out", Resistance(quadratic=10.0), heat=5e4)
    solution = solve(build.network(), water, 300.0)
    mixed = 0.25 * (water.enthalpy(350.0) + 3.0 * water.enthalpy(290.0))
    assert water.enthalpy(solution.temperature[2]) == pytest.approx(mixed, rel=1e-12)
    assert water.enthalpy(solution.temperature[3]) == pytest.approx(mixed + 5e4 / 4.0, rel=1e-12)
    assert max(balances(solution)) < 1e-12


def test_heat_goes_to_the_surroundings_by_ntu():
    build = Builder()
    build.node("in", pressure=2e5, temperature=350.0)
    build.node("out", pressure=1e5)
    build.branch("pipe", "in", "out", Resistance(quadratic=1e5), conductance=4000.0, surroundings=290.0)
    solution = solve(build.network(), LIQUID, 300.0)
    assert solution.outlet[0] == pytest.approx(290.0 + 60.0 * math.exp(-1.0), abs=1e-9)


def test_a_circle_without_controlled_outlet_finds_its_temperature():
    """Heat Q in, UA out: the coolant leaves the exchanger at T_s + (T_in - T_s) exp(-NTU)."""
    build = Builder()
    build.node("a", pressure=2e5)
    build.node("b")
    build.node("c")
    build.branch("pump", "a", "b", FixedFlow(1.0))
    build.branch("chip", "b", "c", Resistance(quadratic=1e4), heat=4e4)
    build.branch("exchanger", "c", "a", Resistance(quadratic=1e4), conductance=8000.0, surroundings=300.0)
    solution = solve(build.network(), LIQUID, 300.0)
    hot = 300.0 + 10.0 / (1.0 - math.exp(-2.0))
    assert solution.temperature[2] == pytest.approx(hot, abs=1e-8)
    assert solution.heat.sum() == pytest.approx(0.0, abs=1e-6)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(3, 9), st.integers(0, 10_000))
def test_any_network_keeps_mass_and_energy(nodes, seed):
    random = np.random.default_rng(seed)
    build = Builder()
    for n in range(nodes):
        build.node(f"n{n}", elevation=random.uniform(0, 5), pressure=2e5 if n == 0 else None, temperature=300.0,
                   inflow=0.0 if n == 0 else random.uniform(-0.2, 0.2))
    pairs = [(n, random.integers(0, n)) for n in range(1, nodes)]
    pairs += [tuple(random.choice(nodes, 2, replace=False)) for _ in range(nodes)]
    for number, (a, b) in enumerate(pairs):
        parts = [Pipe(random.uniform(0.5, 20.0), random.uniform(0.01, 0.05), loss=random.uniform(0, 5)),
                 Valve(random.uniform(1.0, 20.0))]
        build.branch(f"b{number}", f"n{a}", f"n{b}", *parts, heat=random.uniform(0.0, 200.0))
    solution = solve(build.network(), coolant("propylene glycol 25%"), 300.0)
    mass, energy = balances(solution)
    assert mass < 1e-12
    assert energy < 1e-10


def test_warm_start_gives_the_same_answer():
    network = hall(8)
    liquid = coolant("propylene glycol 25%")
    cold = solve(network, liquid, 308.15)
    network.heat *= 1.1
    warm = solve(network, liquid, former=cold)
    again = solve(network, liquid, 308.15)
    assert warm.flow == pytest.approx(again.flow, rel=1e-8)
    assert warm.outlet == pytest.approx(again.outlet, abs=1e-6)
    assert warm.steps < again.steps


def test_the_rack_nearest_the_pump_gets_most():
    solution = solve(hall(16), coolant("propylene glycol 25%"), 308.15)
    flows = [solution.flow[solution.of(f"rack {i}")] for i in range(16)]
    assert all(a > b for a, b in itertools.pairwise(flows))
    assert max(balances(solution)) < 1e-12
