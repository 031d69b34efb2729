"""Porous blocks and heat sinks: pressure drop, heat balance and solid temperatures by hand."""

from __future__ import annotations

import numpy as np
import pytest
from room import make_case, replaced, settled

from thermo.errors import CaseError
from thermo.field.balance import heat_balance
from thermo.field.porous import fin_efficiency, plate_drag, plate_nusselt, solid_rows

DUCT = """
[room]
size = ["0.4 m", "0.1 m", "0.1 m"]
[room.sides]
x_min = { kind = "inlet", velocity = ["0.1 m/s", "0 m/s", "0 m/s"], temperature = "20 degC" }
x_max = { kind = "outlet" }
y_min = "symmetry"
y_max = "symmetry"
z_min = "symmetry"
z_max = "symmetry"
[fluid]
density = "800 kg/m^3"
viscosity = "0.01 Pa*s"
heat_capacity = "2000 J/kg/K"
conductivity = "0.13 W/m/K"
[physics]
turbulence = "laminar"
buoyancy = false
[grid]
cells = [24, 4, 4]
stretching = [3, 1, 1]
[solve]
sequence = false
"""
BLOCK = DUCT + """
[[porous]]
name = "filter"
from = ["0.1 m", "0 m", "0 m"]
to = ["0.3 m", "0.1 m", "0.1 m"]
linear = [1e6, 5e6, 2e7]
quadratic = [100, 0, 0]
power = "160 W"
conductance = "1e5 W/m^3/K"
"""
SINK = DUCT + """
[[heat_sink]]
name = "sink"
from = ["0.1 m", "0 m", "0 m"]
to = ["0.3 m", "0.1 m", "0.1 m"]
across = "y"
base = "z_min"
pitch = "3 mm"
thickness = "1 mm"
material = "aluminium"
power = "160 W"
case_resistance = "0.05 K/W"
"""


def solved(text, precision="double"):
    case = make_case(replaced(text, ("cells = [24, 4, 4]\nstretching = [3, 1, 1]", 'cell = "0.0125 m"')))
    return case, settled(case, precision).solver


def drop(solver, density=800.0):
    pressure = solver.interior(solver.p)[1, 1] * density
    return pressure[0] - pressure[-1]


def test_a_block_drops_exactly_the_pressure_of_its_law():
    """mu D U L + F rho/2 U^2 L = 0.01 x 1e6 x 0.1 x 0.2 + 100 x 400 x 0.01 x 0.2 = 280 Pa: one-dimensional, no grid
    error; the other axes' resistances do not act on a flow along x."""
    _, solver = solved(BLOCK)
    assert drop(solver) == pytest.approx(280.0, rel=1e-5)


def test_the_velocity_makes_no_checkerboard():
    _, solver = solved(BLOCK)
    np.testing.assert_allclose(solver.interior(solver.velocity[0]), 0.1, rtol=1e-4)


def test_fins_drop_the_pressure_of_plane_poiseuille_flow():
    """12 mu U_gap L / gap^2 with U_gap = 0.1 x 3/2 m/s: 12 x 0.01 x 0.15 x 0.2 / 4e-6 = 900 Pa."""
    _, solver = solved(SINK)
    assert plate_drag(2e-3, 3e-3) * 0.01 * 0.1 * 0.2 == pytest.approx(900.0)
    assert drop(solver) == pytest.approx(900.0, rel=1e-4)


@pytest.mark.parametrize("text", [BLOCK, SINK])
def test_all_heat_leaves_with_the_fluid(text):
    _, solver = solved(text)
    balance = heat_balance(solver)
    assert balance.heat_in == pytest.approx(160.0, rel=1e-9)
    assert balance.closure < 1e-9


def test_solid_of_a_block_by_hand():
    """Fluid rises 160 / (800 x 2000 x 1e-3) = 0.1 K over the block, 0.05 K to its mean; its solid is
    160 / (1e5 x 2e-3) = 0.8 K above."""
    case, solver = solved(BLOCK)
    (row,) = solid_rows(case, solver)
    assert row.fluid - 293.15 == pytest.approx(0.05, abs=2e-3)
    assert row.temperature - row.fluid == pytest.approx(0.8, rel=1e-9)


def test_fins_and_chip_by_hand():
    """Re = 0.15 x 4e-3 / 1.25e-5 = 48, Pr = 153.8, Graetz number 147.7: Nu = 7.54 + 0.03 G / (1 + 0.016 G^(2/3))."""
    case, solver = solved(SINK)
    (row,) = solid_rows(case, solver)
    graetz = 4e-3 / 0.2 * 48.0 * (0.01 * 2000.0 / 0.13)
    coefficient = (7.54 + 0.03 * graetz / (1.0 + 0.016 * graetz ** (2 / 3))) * 0.13 / 4e-3
    slope = np.sqrt(2.0 * coefficient / (case.heat_sink[0].material.conductivity * 1e-3)) * 0.1
    area = 2.0 / 3e-3 * 2e-3
    by_hand = 160.0 / (coefficient * area * np.tanh(slope) / slope) + 8.0
    assert row.temperature - row.fluid == pytest.approx(by_hand, rel=1e-4)


def test_laws_have_their_limits():
    assert plate_nusselt(4e-3, 1e9, 48.0, 150.0) == pytest.approx(7.54, abs=1e-5)
    assert fin_efficiency(1e-9, 200.0, 1e-3, 0.05) == pytest.approx(1.0, abs=1e-6)
    assert fin_efficiency(1e6, 200.0, 1e-3, 0.05) < 0.01


def test_fluid_does_not_cross_the_fins():
    _, solver = solved(SINK)
    flux = solver.interior(solver.flux[1])
    x = solver.grid.centres[0]
    assert not flux[:, :, (x > 0.1) & (x < 0.3)].any()


BAD = [
    (SINK.replace('thickness = "1 mm"', 'thickness = "3 mm"'), "leaves no gap"),
    (SINK.replace('base = "z_min"', 'base = "y_min"'), "lies along the axis"),
    (SINK.replace('across = "y"', 'across = "w"'), "heat_sink.sink.across"),
    (SINK.replace('material = "aluminium"', 'material = "aluminum"'), "aluminium"),
    (BLOCK.replace("linear = [1e6, 5e6, 2e7]\nquadratic = [100, 0, 0]\n", ""), "has no effect"),
    (BLOCK.replace("linear = [1e6, 5e6, 2e7]", "linear = [-1e6, 5e6, 2e7]"), "at least 0"),
    (BLOCK.replace('conductance = "1e5 W/m^3/K"', 'limit = "60 degC"'), "limit needs conductance"),
    (BLOCK.replace('to = ["0.3 m"', 'to = ["0.5 m"'), "lies outside the room"),
    (BLOCK.replace("buoyancy = false", "buoyancy = false\nenergy = false"), "physics.energy = false"),
]


@pytest.mark.parametrize(("text", "message"), BAD, ids=[row[1] for row in BAD])
def test_bad_blocks_are_refused(text, message):
    with pytest.raises(CaseError, match=message) as caught:
        make_case(text)
    assert "\n" not in str(caught.value)
