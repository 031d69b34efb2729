"""A tank without a pump: it settles, its coil takes all the heat, and the pseudo-time step leaves hardly a trace."""

from __future__ import annotations

import pytest
from time_cases import make_case

from kernels.backend import make_backend
from thermo.errors import CaseError
from thermo.field import pseudo_time
from thermo.field.balance import heat_balance
from thermo.field.porous import solid_rows
from thermo.field.properties import fluid_properties
from thermo.field.steady import solve_steady

TANK = """
[case]
cooling = "immersion"
[room]
size = ["0.32 m", "0.2 m", "0.6 m"]
[room.sides]
y_min = "symmetry"
y_max = "symmetry"
z_max = { kind = "wall", u_value = "2 W/m^2/K", outside = "25 degC" }
[fluid]
name = "white mineral oil"
[physics]
turbulence = "laminar"
[grid]
cells = [8, 1, 15]
[solve]
sequence = false
[immersion.exchanger]
conductance = "0.2 kW/K"
flow = "0.1 L/s"
[[obstacle]]
name = "chassis"
from = ["0.08 m", "0 m", "0.08 m"]
to = ["0.16 m", "0.2 m", "0.52 m"]
[[porous]]
name = "cold plates"
from = ["0.16 m", "0 m", "0.28 m"]
to = ["0.32 m", "0.2 m", "0.52 m"]
linear = ["9.4e5 1/m^2", "9.4e5 1/m^2", "9.4e5 1/m^2"]
conductance = "20 kW/m^3/K"
temperature = "35 degC"
[[heat_sink]]
name = "GPU"
from = ["0 m", "0 m", "0.12 m"]
to = ["0.08 m", "0.2 m", "0.32 m"]
across = "y"
base = "x_max"
pitch = "6 mm"
thickness = "1 mm"
material = "copper"
power = "600 W"
"""


def solved(text=TANK):
    case = make_case(text)
    return case, solve_steady(case, make_backend("cpu", "double", 1), fluid_properties(case), lambda *_: None)


@pytest.fixture(scope="module")
def tank():
    return solved()


def test_it_settles(tank):
    assert tank[1].status == "converged"


def test_coil_and_lid_take_all_heat(tank):
    solver = tank[1].solver
    balance = heat_balance(solver)
    assert balance.heat_in == pytest.approx(600.0, rel=1e-9)
    assert balance.closure < 1e-8
    assert solver.heat.coils.given() == pytest.approx(-600.0 - balance.by_patch["z_max"], rel=1e-7)


def test_coil_by_hand(tank):
    """Its heat is 20 kW/(m3 K) over 0.16 x 0.2 x 0.24 m3 times the mean excess of the oil over the plates."""
    case, solution = tank
    solver = solution.solver
    cells = solver.grid.box_slices(case.porous[0].lo, case.porous[0].hi)
    excess = (solver.interior(solver.T)[cells] + solver.datum - 308.15).mean()
    assert solver.heat.coils.given() == pytest.approx(-20e3 * 0.16 * 0.2 * 0.24 * excess, rel=1e-6)


def test_the_answer_hardly_depends_on_the_pseudo_time_step(tank, monkeypatch):
    """Only the Rhie-Chow term knows the rates, where those of neighbours differ: 0.02 K is allowed, a thousandth of the
    rise over the plates."""
    monkeypatch.setattr(pseudo_time, "COUPLING", 2.0)
    case, other = solved()
    (here,), (there,) = (solid_rows(case, solution.solver) for solution in (tank[1], other))
    assert other.status == "converged"
    assert there.temperature == pytest.approx(here.temperature, abs=0.02)


BLOCKS = """
[case]
cooling = "immersion"
[room]
size = ["0.32 m", "0.02 m", "0.6 m"]
[room.sides]
y_min = "symmetry"
y_max = "symmetry"
x_max = { kind = "wall", temperature = "30 degC" }
[fluid]
name = "white mineral oil"
[physics]
turbulence = "laminar"
[grid]
cell = "0.02 m"
heated_face_cell = "4 mm"
[immersion.exchanger]
conductance = "0.2 kW/K"
flow = "0.1 L/s"
[[obstacle]]
name = "board"
from = ["0 m", "0 m", "0.08 m"]
to = ["0.08 m", "0.02 m", "0.52 m"]
[[obstacle]]
name = "chip"
from = ["0.08 m", "0 m", "0.12 m"]
to = ["0.10 m", "0.02 m", "0.26 m"]
material = "copper"
power = "4 W"
repeat = { count = 2, step = ["0 m", "0 m", "0.2 m"] }
"""
"""Heated blocks on a board beside a cold side, without a porous cell."""


@pytest.fixture(scope="module")
def blocks():
    return solved(BLOCKS)


def test_a_tank_without_fins_settles(blocks):
    """Oil on heated blocks follows its buoyancy at once, as between fins. What may still swing is a few hundredths of a
    kelvin; the heat is closed to a thousandth."""
    case, solution = blocks
    assert solution.status in ("converged", "wandering")
    assert all(high - low < 0.1 for low, high in solution.ranges.values())
    balance = heat_balance(solution.solver)
    assert balance.heat_in == pytest.approx(8.0, rel=1e-9) and balance.closure < 2e-3
    low, high = (row.temperature - 303.15 for row in solid_rows(case, solution.solver))
    assert 20.0 < low < high < 60.0  # the upper one stands in what the lower one has warmed


BAD = [
    (TANK.replace('conductance = "20 kW/m^3/K"\n', ""), "temperature needs conductance"),
    (TANK.replace('conductance = "20 kW/m^3/K"', 'conductance = "20 kW/m^3/K"\npower = "5 W"'), "power has no effect"),
    (TANK.replace('temperature = "35 degC"\n', ""), "has nothing to cool"),
]


@pytest.mark.parametrize(("text", "message"), BAD, ids=[row[1] for row in BAD])
def test_bad_coils_are_refused(text, message):
    with pytest.raises(CaseError, match=message):
        make_case(text)
