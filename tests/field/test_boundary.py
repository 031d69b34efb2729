"""Every temperature that a case gives reaches the boundary face it was given for."""

from __future__ import annotations

import numpy as np
import pytest
from room import make_case

from kernels import walls
from thermo.field.boundary import build_boundary
from thermo.field.grid import make_grid
from thermo.field.mesh import build_mesh
from thermo.field.properties import fluid_properties

CASE = """
[room]
size = ["2 m", "1 m", "1 m"]
[room.sides]
x_max = { kind = "outlet", temperature = "30 degC" }
y_min = { kind = "wall", u_value = "2 W/m^2/K", outside = "31 degC" }
[fluid]
name = "air"
[grid]
cell = "0.25 m"
[[supply]]
name = "in"
from = ["0 m", "0.25 m", "0.25 m"]
to = ["0 m", "0.75 m", "0.75 m"]
temperature = "18 degC"
flow = "0.1 m^3/s"
[[return]]
name = "grille"
from = ["0.5 m", "0.25 m", "1 m"]
to = ["1 m", "0.75 m", "1 m"]
temperature = "26 degC"
[initial]
temperature = "21 degC"
"""


@pytest.fixture(scope="module")
def table():
    case = make_case(CASE)
    fluid = fluid_properties(case)
    return build_boundary(case, build_mesh(case, make_grid(case), 0.026), fluid)[0]


@pytest.mark.parametrize(("patch", "kelvin"), [("in", 291.15), ("grille", 299.15), ("side:x_max", 303.15)])
def test_openings_take_their_own_temperature(table, patch, kelvin):
    np.testing.assert_allclose(table.temperature[table.patches[patch]], kelvin)


def test_a_wall_with_a_u_value_sees_the_outside(table):
    faces = table.patches["side:y_min"]
    np.testing.assert_allclose(table.temperature[faces], 304.15)
    np.testing.assert_allclose(table.resistance[faces], 0.5)


SOLID_AT_INLET = """
[room]
size = ["2 m", "1 m", "1 m"]
[room.sides]
x_min = { kind = "inlet", velocity = [1, 0, 0], temperature = "18 degC" }
x_max = { kind = "outlet" }
[fluid]
name = "air"
[grid]
cell = "0.25 m"
[[obstacle]]
name = "slab"
from = ["0 m", "0 m", "0 m"]
to = ["2 m", "1 m", "0.5 m"]
material = "copper"
"""


def test_fluid_enters_where_there_is_fluid_only():
    """Half of the side is a conducting solid: half of the flow enters, and the solid's end is an adiabatic wall."""
    case = make_case(SOLID_AT_INLET)
    table = build_boundary(case, build_mesh(case, make_grid(case), 0.026), fluid_properties(case))[0]
    faces = table.patches["side:x_min"]
    assert table.outflow[faces].sum() == pytest.approx(-0.5)
    solid = faces[table.centre[2, faces] < 0.5]
    assert solid.size == 8 and (table.kind[solid] == walls.WALL).all() and (table.resistance[solid] < 0.0).all()
    out = table.patches["side:x_max"]
    assert (table.kind[out] == walls.OPENING).sum() == 8
