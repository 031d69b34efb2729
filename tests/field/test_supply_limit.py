"""The warmest supply air: at the limit that the search returns, the hottest intake is at what is allowable."""

from __future__ import annotations

from dataclasses import replace

import pytest
from room import make_case, settled

from thermo import intakes
from thermo.field import supply_limit
from thermo.field.monitors import KELVIN, hottest_intakes
from thermo.field.supply_air import supply_state

DUCT = """
[room]
size = ["2.4 m", "0.6 m", "0.6 m"]
[room.sides]
y_min = { kind = "wall", u_value = 40, outside = "10 degC" }
z_max = { kind = "wall", u_value = 40, outside = "10 degC" }
[fluid]
name = "air"
[physics]
convection = "upwind"
buoyancy = false
[grid]
cell = "0.2 m"
[solve]
sequence = false
relaxation = 0.7
[[rack]]
name = "A"
from = ["0.8 m", "0 m", "0 m"]
to = ["1.4 m", "0.4 m", "0.6 m"]
intake = "x_min"
exhaust = "x_max"
power = "3 kW"
flow = 0.3
[[supply]]
name = "supply"
from = ["0 m", "0 m", "0 m"]
to = ["0 m", "0.6 m", "0.6 m"]
flow = 0.2
temperature = "18 degC"
[[return]]
name = "return"
from = ["1.8 m", "0 m", "0.6 m"]
to = ["2.4 m", "0.6 m", "0.6 m"]
"""
SUPPLY, ALLOWABLE = 291.15, {"A": 318.15}


@pytest.fixture(scope="module")
def solution():
    return settled(make_case(DUCT))


def buoyant(text):
    """The duct with buoyancy and adiabatic walls: all its air may be warmer and nothing else changes."""
    lines = text.replace("buoyancy = false", "buoyancy = true").splitlines()
    return "\n".join(line for line in lines if "u_value" not in line)


def supplied(solver):
    return supply_state(solver.case)[0]


def test_the_field_at_the_limit_is_at_the_limit(solution):
    """Heat lost to the cold outside grows with the supply temperature, so the linear estimate is too careful."""
    found = supply_limit.by_field(solution, supplied, ALLOWABLE)
    guess = supply_limit.linear(solution.solver, SUPPLY, ALLOWABLE)
    assert (found.method, found.flags) == ("field", ())
    assert found.solves >= 1
    assert found.temperature > guess.temperature + 0.2
    again = settled(supply_limit.warmer(solution.solver.case, found.temperature - SUPPLY))
    assert hottest_intakes(again.solver)["A"] + KELVIN == pytest.approx(ALLOWABLE["A"], abs=0.1)


def test_a_supply_at_its_limit_needs_no_solve(solution):
    hottest = hottest_intakes(solution.solver)["A"] + KELVIN
    found = supply_limit.by_field(solution, supplied, {"A": hottest + 0.01})
    assert (found.method, found.solves) == ("field", 0)
    assert found.temperature == pytest.approx(SUPPLY + 0.01)


@pytest.mark.parametrize("allowable", [{"A": 400.0}, {"A": 250.0}])
def test_supply_air_that_no_room_has_is_left_to_the_estimate(solution, allowable):
    found = supply_limit.by_field(solution, supplied, allowable)
    assert found.method == "linear"
    assert "linear estimate" in found.flags[0]


def test_a_flow_that_did_not_settle_is_not_solved_again(solution):
    found = supply_limit.by_field(replace(solution, status="wandering"), supplied, ALLOWABLE)
    assert (found.method, found.solves) == ("linear", 0)
    assert "did not settle" in found.flags[0]


def test_a_warmer_room_starts_in_balance():
    """Its pressure carries the lighter air from the start: no step but the fewest that the stop rule wants."""
    solution = settled(make_case(buoyant(DUCT)))
    assert solution.status == "converged"
    found = supply_limit.by_field(solution, supplied, {"A": hottest_intakes(solution.solver)["A"] + KELVIN + 20.0})
    assert (found.method, found.solves) == ("field", 1)
    assert found.temperature == pytest.approx(SUPPLY + 20.0, abs=0.02)


@pytest.mark.parametrize(("class_of_rack", "limit", "allowed"), [
    ("A2", None, 35.0), ("A2", 27.0, 27.0), ("A1", 35.0, 32.0), (None, 35.0, 35.0), (None, None, 32.0),
])  # fmt: skip
def test_the_lower_of_class_and_limit_holds(class_of_rack, limit, allowed):
    """ASHRAE (2021): A1 allows 32 degC, A2 35 degC."""
    given = [f"rack.A.ashrae_class={class_of_rack}"] if class_of_rack else []
    given += [f"limits.rack_inlet_max={limit} degC"] if limit else []
    assert intakes.allowable_intakes(make_case(DUCT, given)) == pytest.approx({"A": allowed + KELVIN})


def test_a_rack_that_leaves_its_class_is_flagged():
    case = make_case(DUCT, ["rack.A.ashrae_class=A2"])
    row = {"name": "A", "ashrae_class": "A2", "ashrae_status": "outside"}
    assert intakes.class_flags(case, [row]) == [
        "intakes outside ASHRAE class A2 (10 to 35 degC) that the racks have: A"]
    assert not intakes.class_flags(case, [row | {"ashrae_status": "allowable"}])
    assert not intakes.class_flags(make_case(DUCT), [row])
