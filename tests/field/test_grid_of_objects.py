"""Grids and objects: given planes that miss an object, coarse grids that keep it, one cell between periodic sides."""

from __future__ import annotations

import numpy as np
import pytest
from room import make_case, solved, solver_of

from thermo.errors import CaseError
from thermo.field.checks import check_monitors
from thermo.field.grid import make_grid
from thermo.field.mesh import build_mesh
from thermo.field.monitors import monitor_value
from thermo.field.off_grid import check_on_grid, off_grid_flags

BAR = """
[room]
size = [1, 1, 1]
[room.sides]
x_min = { kind = "wall", temperature = 300 }
[fluid]
density = 1
heat_capacity = 1000
conductivity = 1
[physics]
flow = false
[grid]
cells = [40, 8, 2]
[[heat]]
name = "foil"
from = [0.325, 0, 0]
to = [0.35, 1, 1]
power = 10
[[obstacle]]
name = "bar"
from = [0.625, 0, 0]
to = [0.65, 1, 1]
power = 20
material = "copper"
"""
CHANNEL = """
[room]
size = [4, 1, 1]
[room.sides]
x_min = "periodic"
x_max = "periodic"
y_min = "symmetry"
y_max = "symmetry"
[fluid]
density = 1
viscosity = 1
[physics]
turbulence = "laminar"
energy = false
body_force = [12, 0, 0]
[grid]
cell = 0.0625
[solve]
sequence = false
tolerance_update = 1e-9
[[monitor]]
name = "bulk"
kind = "volume"
quantity = "u"
from = [0, 0, 0]
to = [4, 1, 1]
[[monitor]]
name = "part"
kind = "volume"
quantity = "u"
from = [0, 0, 0]
to = [1, 1, 1]
"""


def monitor(quantity: str, lo, hi) -> str:
    return f'[[monitor]]\nname = "m"\nkind = "volume"\nquantity = "{quantity}"\nfrom = {lo}\nto = {hi}\n'


@pytest.mark.parametrize("factor", [1, 2, 4])
def test_coarse_grids_of_given_planes_keep_every_object(factor):
    """Both are one cell wide and lie on odd planes, which halving the grid would drop."""
    case = make_case(BAR)
    grid = make_grid(case, factor)
    mesh = build_mesh(case, grid, 1.0)
    assert (mesh.heat_source * grid.volume).sum() == pytest.approx(30.0, rel=1e-12)
    assert (mesh.conducting * grid.volume).sum() == pytest.approx(0.025, rel=1e-12)
    assert len(grid.x_nodes) - 1 <= 40 / factor + 4


def test_an_object_between_given_planes_is_refused():
    case = make_case(BAR, ["grid.cells=[10, 8, 2]"])
    with pytest.raises(CaseError, match=r"obstacle.bar: falls between the grid planes: .* along x"):
        check_on_grid(case, make_grid(case))


def test_faces_that_miss_the_planes_are_flagged():
    case = make_case(BAR, ["obstacle.bar.to=[0.69, 1, 1]"])
    (flag,) = off_grid_flags(case, make_grid(case))
    assert "1 objects: obstacle bar at x = 0.69 m is solved at 0.7 m" in flag
    aligned = make_case(BAR)
    assert off_grid_flags(aligned, make_grid(aligned)) == []


def test_a_grid_by_cell_size_meets_every_face():
    case = make_case(BAR.replace("cells = [40, 8, 2]", "cell = 0.3"), ["obstacle.bar.to=[0.6512, 1, 1]"])
    assert off_grid_flags(case, make_grid(case)) == []


def test_a_monitor_smaller_than_a_cell_reads_the_cell_it_lies_in():
    case = make_case(BAR + monitor("T", [0.126, 0.4, 0.4], [0.13, 0.41, 0.41]))
    solver = solver_of(case)
    solver.set_interior(solver.T, 300.0 + 40.0 * solver.grid.mesh()[0] - solver.datum)
    assert monitor_value(solver, case.monitor[0], None)[0] == pytest.approx(26.85 + 40.0 * 5.5 / 40)


def test_a_monitor_inside_a_solid_is_refused_before_anything_is_solved():
    still = BAR.replace("flow = false", 'turbulence = "laminar"\nbuoyancy = false')
    case = make_case(still + monitor("u", [0.625, 0, 0], [0.65, 1, 1]), ["fluid.viscosity=1"])
    with pytest.raises(CaseError, match=r"monitor\.m: lies inside a solid, where u is not solved"):
        check_monitors(case, solver_of(case))


def test_one_cell_lies_between_periodic_sides_and_the_flow_is_developed():
    """Plane Poiseuille flow of force 12 and viscosity 1 has the bulk velocity 1. On n cells it is 1 + 2/n^2: the mean
    of the parabola at the centres is 1 + 1/(2 n^2), and the half cells at the walls lift all by 3/(2 n^2)."""
    assert make_grid(make_case(CHANNEL)).shape == (16, 16, 1)
    bulk, part = solved(CHANNEL)["monitors"]
    assert bulk["value"] == pytest.approx(1.0 + 2.0 / 16**2, rel=1e-6)
    assert part["value"] == bulk["value"]


@pytest.mark.parametrize(("changes", "message"), [
    (["grid={cells=[2, 4, 4]}"], "grid.cells: give 1 cell along x: x_min and x_max are periodic"),
    (["grid={x=[0, 1, 4], y=[0, 1], z=[0, 1]}"], "grid.x: give the two end planes only"),
    (["obstacle=[{name='b', from=[1, 0, 0], to=[2, 1, 0.5]}]"], "obstacle.b: must reach from side to side along x"),
    (["grid={cell=0.1, refine=[{cell=0.05, box={from=[0, 0, 0], to=[1, 1, 1]}}]}"], "grid.refine.0.box: must reach"),
    (["physics.body_force=['=x', 0, 0]"], 'physics.body_force.x: "=x" depends on x, but x_min and x_max are periodic'),
])  # fmt: skip
def test_what_varies_between_periodic_sides_is_refused(changes, message):
    with pytest.raises(CaseError) as refused:
        make_case(CHANNEL, changes)
    assert message in str(refused.value)


def test_what_reaches_from_side_to_side_is_accepted():
    case = make_case(CHANNEL, ["obstacle=[{name='b', from=[0, 0.25, 0], to=[4, 0.5, 0.5]}]"])
    assert not build_mesh(case, make_grid(case), 1.0).fluid.all()
    assert np.diff(make_grid(case).x_nodes) == pytest.approx([4.0])
