"""Networks that cannot be: each is refused in one line that names the node or the branch."""

import pytest
from networks import CURVE, hall

from thermo.errors import CaseError
from thermo.loop.coolant import ConstantCoolant, coolant
from thermo.loop.elements import FixedFlow, Resistance, Valve
from thermo.loop.network import Builder
from thermo.loop.steady import refuse_boiling, solve

LOAD = Resistance(quadratic=1e4)
LIQUID = ConstantCoolant(1000.0, 1e-3, 4000.0)


def builder(*nodes):
    build = Builder()
    build.node("tank", pressure=2e5, temperature=300.0)
    for name in nodes:
        build.node(name)
    return build


def refused(act, *words):
    with pytest.raises(CaseError) as error:
        act()
    assert "\n" not in str(error.value)
    for word in words:
        assert word in str(error.value)


def test_unknown_node_with_the_nearest():
    refused(lambda: builder("rack 1").branch("a", "tank", "rack1", LOAD), "branch a", "no node rack1", "rack 1")


def test_node_twice():
    refused(lambda: builder("a", "a"), "two nodes are called a")


def test_branch_twice():
    build = builder("a")
    build.branch("x", "tank", "a", LOAD)
    refused(lambda: build.branch("x", "a", "tank", LOAD), "two branches are called x")


def test_branch_onto_itself():
    refused(lambda: builder().branch("x", "tank", "tank", LOAD), "branch x", "starts and ends at node tank")


def test_branch_of_nothing():
    refused(lambda: builder("a").branch("x", "tank", "a"), "branch x", "made of nothing")


def test_no_branches():
    refused(builder().network, "no branches")


def test_lonely_node():
    build = builder("a", "b")
    build.branch("x", "tank", "a", LOAD)
    refused(build.network, "node b", "no branch leads there")


def test_part_without_reference():
    build = builder("a", "b", "c")
    build.branch("x", "tank", "a", LOAD)
    build.branch("y", "b", "c", LOAD)
    refused(build.network, "node b", "not connected", "expansion vessel")


def test_fixed_flows_against_each_other():
    build = builder("a", "b")
    build.branch("first pump", "tank", "a", FixedFlow(2.0))
    build.branch("second pump", "a", "tank", FixedFlow(3.0))
    build.branch("x", "b", "tank", LOAD)
    refused(build.network, "first pump", "node a", "two fixed flows")


def test_fixed_flow_through_a_shut_valve():
    build = builder("a")
    build.branch("pump", "tank", "a", FixedFlow(2.0), Valve(5.0, opening=0.0))
    build.branch("x", "a", "tank", LOAD)
    refused(lambda: solve(build.network(), LIQUID), "branch pump", "shut valve")


def test_heat_without_a_way_out():
    build = builder("a", "b")
    build.branch("pump", "tank", "a", FixedFlow(1.0))
    build.branch("chip", "a", "tank", LOAD, heat=1e4)
    build.branch("dead end", "a", "b", LOAD)
    refused(lambda: solve(build.network(), LIQUID), "branch chip", "no way out")


def test_heat_without_flow():
    network = hall(4)
    network.valves[0].opening[2] = 0.0
    solution = solve(network, coolant("water"), 308.15)
    refused(lambda: refuse_boiling(solution), "branch rack 2", "no coolant flows", "120 kW")


def test_water_that_would_boil_is_no_result():
    """512 racks on headers for 64: where a peer reports liquid water of 1,116 K as converged."""
    network = hall(512, heat=300e3)
    solution = solve(network, coolant("water"), 308.15)
    refused(lambda: refuse_boiling(solution), "branch rack", "would boil", "degC at", "bar")


def test_nearest_branch_is_offered():
    refused(lambda: hall(3).branch("rack 9"), "no branch rack 9", "rack")


def test_pump_curve_is_used_as_measured():
    assert CURVE.head_at(0.01, 1.0)[0] == pytest.approx(3.8e5)
    assert CURVE.head_at(0.03, 1.0)[0] == pytest.approx(1.5e5)
