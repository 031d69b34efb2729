"""Heat that nothing can take out of a closed part of a room is refused by name, and only such heat."""

from __future__ import annotations

import pytest
from room import make_case

from kernels.backend import make_backend
from thermo.air import preflight
from thermo.errors import CaseError

ROOM = """
[room]
size = ["3.6 m", "1.2 m", "1.2 m"]
[fluid]
name = "air"
[grid]
cell = "0.2 m"
[[rack]]
name = "A1"
from = ["2.4 m", "0.4 m", "0 m"]
to = ["2.8 m", "0.8 m", "0.8 m"]
intake = "x_max"
exhaust = "x_min"
power = "2 kW"
temperature_rise = "10 K"
[[cooling_unit]]
name = "CRAH"
from = ["0 m", "0.4 m", "0 m"]
to = ["0.4 m", "0.8 m", "0.8 m"]
intake = "z_max"
discharge = "x_max"
flow = "0.2 m^3/s"
supply_temperature = "18 degC"
[[panel]]
name = "wall"
from = ["1.4 m", "0 m", "0 m"]
to = ["1.4 m", "1.2 m", "1.2 m"]
MORE
"""
BRICK = """
[[obstacle]]
name = "brick"
from = ["1.4 m", "0 m", "0 m"]
to = ["1.6 m", "1.2 m", "1.2 m"]
material = { conductivity = 0.8 }
"""
HEATED = """
[[heat]]
name = "lamp"
from = ["3 m", "0 m", "1 m"]
to = ["3.4 m", "0.4 m", "1.2 m"]
power = "100 W"
"""


def check(more: str, text: str = ROOM) -> None:
    preflight(make_case(text.replace("MORE", more)), make_backend("cpu", "single", 1))


def test_a_rack_behind_a_tight_wall_is_refused_by_name():
    with pytest.raises(CaseError, match=r"rack\.A1: the 2000 W of A1 cannot leave the closed part"):
        check("")


@pytest.mark.parametrize("way_out", [
    "leakage_fraction = 0.01",
    '[room.sides]\nx_max = { kind = "wall", temperature = "20 degC" }',
    '[[return]]\nname = "hole"\nfrom = [3.6, 0.4, 0.8]\nto = [3.6, 0.8, 1.2]',
    '[[porous]]\nname = "coil"\nfrom = [3, 0, 1]\nto = [3.4, 0.4, 1.2]\ntemperature = "20 degC"\n'
    'conductance = "1 kW/m^3/K"\nquadratic = [1, 1, 1]',
])
def test_a_leak_a_cold_side_an_opening_or_a_coil_takes_it(way_out):
    check(way_out)


def test_a_porous_block_that_releases_heat_is_refused_by_name_too():
    block = '[[porous]]\nname = "wool"\nfrom = [3, 0, 1]\nto = [3.4, 0.4, 1.2]\nquadratic = [1, 1, 1]\n'
    lone = ROOM.replace('power = "2 kW"\ntemperature_rise = "10 K"', "power = 0\nflow = 0.2")
    check(block, lone)
    with pytest.raises(CaseError, match=r"porous\.wool: the 100 W of wool cannot leave the closed part"):
        check(block + 'power = "100 W"\n', lone)


def test_a_solid_that_conducts_joins_both_parts():
    solid = ROOM[: ROOM.index("[[panel]]")] + "MORE"
    check(BRICK, solid)
    with pytest.raises(CaseError, match="cannot leave"):
        check(BRICK.replace("material = { conductivity = 0.8 }", ""), solid)


def test_a_lamp_behind_a_second_wall_is_alone():
    wall = '[[panel]]\nname = "door"\nfrom = ["3 m", "0 m", "0 m"]\nto = ["3 m", "1.2 m", "1.2 m"]\n'
    with pytest.raises(CaseError, match=r"heat\.lamp: the 100 W of lamp"):
        check("leakage_fraction = 0.01\n" + wall + HEATED)


def test_a_rack_and_a_unit_that_blow_through_the_wall_join_both_sides():
    through = ROOM.replace("1.4 m", "2.6 m").replace('temperature_rise = "10 K"', "flow = 0.2")
    through = through.replace('discharge = "x_max"', 'feeds = ["T"]')
    lamp = '[[supply]]\nname = "T"\nfrom = [3, 0.4, 0]\nto = [3.4, 0.8, 0]\nflow = 0.2\n' + HEATED
    check(lamp, through)
