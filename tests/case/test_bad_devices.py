"""Wrong racks, fans, cooling units, plates and ducts: one clear line that names the key and the cure, exit status 2."""

import pytest
from small_case import SMALL, changed
from test_bad_input import assert_refused, outcome

from thermo.cli import main

RISE = 'temperature_rise = "12 K"'
HEAT = f'power = "10 kW"\n{RISE}\n'
UNIT = """
[[cooling_unit]]
name = "CRAH"
from = ["0.2 m", "1.2 m", "0.4 m"]
to = ["0.8 m", "1.8 m", "2 m"]
intake = "z_max"
discharge = "x_max"
flow = "0.8 m^3/s"
"""
COIL = '[cooling_unit.coil]\nua = "1500 W/K"\nwater_temperature = "10 degC"\nwater_flow = "0.6 kg/s"\n'
PLATE = 'from = ["0 m", "0 m", "{0} m"]\nto = ["1 m", "2 m", "{0} m"]\n'
PANEL = '[[panel]]\nname = "plate"\n' + PLATE.format("2.5")
DUCT = '[[duct]]\nname = "d"\nloss_coefficient = 2\nfrom = [0, 1.2, 2.2]\n'
SITE = '[site]\nweather = { dry_bulb = "20 degC" }\n'


def server(u, height=1, more=RISE):
    return f'[[rack.server]]\nu = {u}\nheight = {height}\npower = "5 kW"\n{more}\n'


BAD_RACKS = {
    "fan without resistance": (RISE, "fan = { flow = [0, 1], pressure = [100, 0] }", ["rack.A1", "belong together"]),
    "resistance without fan": (
        RISE,
        RISE + '\nresistance = { flow = "1 m^3/s", pressure = "10 Pa" }',
        ["rack.A1", "fan and resistance belong together"],
    ),
    "fan curve that rises": (
        RISE,
        'fan = { flow = [0, 1], pressure = [0, 100] }\nresistance = { flow = "1 m^3/s", pressure = "10 Pa" }',
        ["rack.A1.fan", "pressure must fall"],
    ),
    "fan curve with a dip": (
        RISE,
        'fan = { flow = [0, 1, 2], pressure = [50, 60, 0] }\nresistance = { flow = "1 m^3/s", pressure = "10 Pa" }',
        ["rack.A1.fan", "a curve with a dip has no single operating point"],
    ),
    "fan curve of one point": (RISE, "fan = { flow = [0], pressure = [9] }", ["rack.A1.fan", "at least two"]),
    "fan curve backwards": (RISE, "fan = { flow = [1, 0], pressure = [9, 0] }", ["rack.A1.fan", "flow must rise"]),
    "response of unequal length": (
        RISE,
        RISE + '\nresponse = { inlet = ["20 degC", "30 degC"], factor = [1] }',
        ["rack.A1.response", "same number of values", "given 2 and 1"],
    ),
    "response that does not rise": (
        RISE,
        RISE + '\nresponse = { inlet = ["30 degC", "20 degC"], factor = [1, 2] }',
        ["rack.A1.response", "inlet must rise"],
    ),
    "fan power without response": (RISE, RISE + '\nfan_power = "1 kW"', ["rack.A1", "fan_power has no effect"]),
    "fan power above power": (
        RISE,
        RISE + '\nfan_power = "20 kW"\nresponse = { inlet = ["20 degC", "30 degC"], factor = [1, 2] }',
        ["rack.A1", "fan_power is a part of power", "10000 W"],
    ),
    "all exhaust returns": (RISE, RISE + "\nrecirculation = 1", ["rack.A1.recirculation", "at most 0.9"]),
    "negative bypass": (RISE, RISE + "\nbypass = -0.1", ["rack.A1.bypass", "at least 0"]),
    "open slot without servers": (
        RISE,
        RISE + "\nopen_slot = [{ u = 1, loss_coefficient = 2 }]",
        ["rack.A1", "open_slot has no effect without servers"],
    ),
    "power beside servers": (RISE, RISE + "\n" + server(1), ["rack.A1", "belongs to the servers"]),
    "servers that overlap": (HEAT, server(1, 4) + server(3), ["rack.A1", "server u3 and server u1 both fill unit 3"]),
    "server above the rack": (HEAT, server(40, 9), ["rack.A1", "reaches unit 48", "has 44 units"]),
    "server below the rack": (HEAT, server(0), ["rack.A1.server", "u"]),
    "two servers of one name": (
        HEAT,
        server(1, 1, f'{RISE}\nname = "s"') + server(5, 1, f'{RISE}\nname = "s"'),
        ["rack.A1", "two servers are called s"],
    ),
    "server without airflow": (HEAT, server(1, 1, ""), ["rack.A1.server", "exactly one of temperature_rise"]),
    "servers breathing upwards": (
        f'intake = "x_max"\nexhaust = "x_min"\n{HEAT}',
        f'intake = "x_max"\nexhaust = "z_max"\n{server(1)}',
        ["rack.A1", "upright faces"],
    ),
    "open slot in a server": (
        HEAT,
        server(1, 4) + "[[rack.open_slot]]\nu = 2\nloss_coefficient = 3\n",
        ["rack.A1", "open_slot at u2 and server u1 both fill unit 2"],
    ),
    "rear door of two laws": (
        RISE,
        RISE + '\nrear_door = { effectiveness = 0.5, ua = 900, water_temperature = "18 degC", water_flow = 1 }',
        ["rack.A1.rear_door", "exactly one of effectiveness, ua"],
    ),
    "rear door without water": (RISE, RISE + "\nrear_door = { ua = 900 }", ["rack.A1.rear_door", "is missing"]),
    "arrangement of a fixed effectiveness": (
        RISE,
        RISE + '\nrear_door = { effectiveness = 0.5, arrangement = "counterflow", water_temperature = "18 degC", '
        "water_flow = 1 }",
        ["rack.A1.rear_door", "arrangement has no effect"],
    ),
}
BAD_UNITS = {
    "no coil": (UNIT, ["cooling_unit.CRAH", "exactly one of coil, supply_temperature, duty"]),
    "two coils": (UNIT + 'duty = "9 kW"\n' + COIL, ["cooling_unit.CRAH", "exactly one of coil"]),
    "no flow": (UNIT.replace('flow = "0.8 m^3/s"\n', "") + COIL, ["cooling_unit.CRAH", "exactly one of flow, fan"]),
    "nowhere to blow": (
        UNIT.replace('discharge = "x_max"\n', "") + COIL,
        ["cooling_unit.CRAH", "exactly one of discharge and feeds"],
    ),
    "into its own intake": (
        UNIT.replace('discharge = "x_max"', 'discharge = "z_max"') + COIL,
        ["cooling_unit.CRAH", "intake and discharge are both z_max"],
    ),
    "feeds what is not there": (
        UNIT.replace('discharge = "x_max"', 'feeds = ["flor"]') + COIL,
        ["cooling_unit.CRAH.feeds", 'no supply "flor"', "Did you mean floor?"],
    ),
    "feeds a supply of given temperature": (
        UNIT.replace('discharge = "x_max"', 'feeds = ["floor"]') + COIL,
        ["supply.floor.temperature", "has no effect", "CRAH feeds it"],
    ),
    "valve without water": (
        UNIT + 'supply_temperature = "18 degC"\nwater_control = { on = "supply", set_point = "18 degC" }\n',
        ["cooling_unit.CRAH", "water_control needs a coil"],
    ),
    "set-point below the water": (
        UNIT + COIL + '[cooling_unit.water_control]\non = "supply"\nset_point = "9 degC"\n',
        ["cooling_unit.CRAH", "above the temperature of the water"],
    ),
    "two controls of one air": (
        UNIT + COIL + '[cooling_unit.water_control]\non = "return"\nset_point = "30 degC"\n'
        '[cooling_unit.fan_control]\non = "return"\nset_point = "30 degC"\n',
        ["cooling_unit.CRAH", "both hold the return air"],
    ),
    "control on the room": (
        UNIT + COIL + '[cooling_unit.water_control]\non = "room"\nset_point = "30 degC"\n',
        ["cooling_unit.CRAH.water_control.on", "'supply' or 'return'"],
    ),
    "fan that holds an ideal supply": (
        UNIT + 'supply_temperature = "18 degC"\nfan_control = { on = "supply", set_point = "18 degC" }\n',
        ["cooling_unit.CRAH", "fan_control on supply needs a coil"],
    ),
    "efficiency without curve": (UNIT + "fan_efficiency = 0.6\n" + COIL, ["cooling_unit.CRAH", "needs a fan curve"]),
    "minimum speed above one": (
        UNIT + COIL + '[cooling_unit.fan_control]\non = "return"\nset_point = "30 degC"\nminimum_speed = 2\n',
        ["cooling_unit.CRAH.fan_control.minimum_speed", "at most 1"],
    ),
    "unit in a rack": (
        UNIT.replace('["0.2 m", "1.2 m"', '["0.2 m", "0.2 m"').replace('["0.8 m"', '["1.4 m"') + COIL,
        ["rack A1 and cooling unit CRAH overlap"],
    ),
    "unit that blows into the wall": (
        UNIT.replace('discharge = "x_max"', 'discharge = "x_min"').replace('["0.2 m"', '["0 m"') + COIL,
        ["cooling_unit.CRAH.discharge", "side x_min of the room"],
    ),
    "air handler said twice": (
        UNIT + COIL + SITE + "[plant.air_handler]\nflow_margin = 1.2\n",
        ["plant.air_handler.flow_margin", "the cooling units of the room say it"],
    ),
    "water said twice": (
        UNIT + COIL + SITE + '[plant.chilled_water]\nsupply_temperature = "12 degC"\n',
        ["plant.chilled_water.supply_temperature", "12.00 degC is not the 10.00 degC of the coldest coil"],
    ),
    # plates and ducts
    "cutout without panel": (
        '[[cutout]]\nname = "c"\n' + PLATE.format("2.5") + 'open_area = "0.01 m^2"\n',
        ["cutout.c", "lies in no panel"],
    ),
    "cutout larger than itself": (
        PANEL + '[[cutout]]\nname = "c"\n' + PLATE.format("2.5") + 'open_area = "3 m^2"\n',
        ["cutout.c", "more than the rectangle's 2 m2"],
    ),
    "two leakages": (
        PANEL + "leakage_fraction = 0.1\nleakage_area = 0.1\n",
        ["panel.plate", "only one of leakage_area, leakage_fraction"],
    ),
    "coefficient of a tight panel": (PANEL + "discharge_coefficient = 0.7\n", ["panel.plate", "has no effect"]),
    "panel on the ceiling": (PANEL.replace("2.5", "3"), ["panel.plate", "room side z_max"]),
    "tile half in a panel": (
        PANEL + '[[tile]]\nname = "t"\nfrom = [0.5, 0, 2.5]\nto = [1.5, 1, 2.5]\nfree_area = 0.5\n',
        ["tile.t", "tile t and panel plate overlap"],
    ),
    "duct with one end": (
        DUCT + 'to = [1, 2, 2.8]\nends = ["z_min", "z_min"]\n',
        ["duct.d", "both ends are z_min"],
    ),
    "duct that ends in the wall": (
        DUCT + 'to = [0.9, 2, 2.8]\nends = ["x_min", "x_max"]\n',
        ["duct.d.ends", "side x_min of the room"],
    ),
    "plenum pressure of a hole": (
        '[[supply]]\nname = "s"\nfrom = [0, 0, 0]\nto = [0.5, 0.4, 0]\ntemperature = "18 degC"\n'
        'plenum_pressure = "9 Pa"\n',
        ["supply.s", "plenum_pressure needs a free_area below 1"],
    ),
}


@pytest.mark.parametrize("name", BAD_RACKS)
def test_bad_rack_is_refused_in_one_line(name, tmp_path, monkeypatch, capsys):
    old, new, fragments = BAD_RACKS[name]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.toml").write_text(changed(old, new))
    assert_refused(["run", "bad.toml", "-o", "results"], ["bad.toml: ", *fragments], tmp_path, capsys)


@pytest.mark.parametrize("name", BAD_UNITS)
def test_bad_unit_or_plate_is_refused_in_one_line(name, tmp_path, monkeypatch, capsys):
    more, fragments = BAD_UNITS[name]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.toml").write_text(SMALL + more)
    assert_refused(["run", "bad.toml", "-o", "results"], ["bad.toml: ", *fragments], tmp_path, capsys)


CLOSED = (
    ('[[supply]]\nname = "floor"\nfrom = ["2.2 m", "0.5 m", "0 m"]\nto = ["2.8 m", "1.1 m", "0 m"]\n'
     'temperature = "18 degC"\nflow = "0.69 m^3/s"\n', ""),
    ('[[return]]\nname = "ceiling"\nfrom = ["0.2 m", "0.5 m", "3 m"]\nto = ["0.8 m", "1.5 m", "3 m"]\n', ""),
    ('y_min = { kind = "wall", temperature = "25 degC" }', ""),
)  # fmt: skip


def refused_on_the_grid(fragments, capsys):
    """What only the grid shows is refused after the overview: status 2 and one line on standard error."""
    status, _, err = outcome(["check", "bad.toml"], capsys)
    assert status == 2
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    for fragment in fragments:
        assert fragment in err


@pytest.mark.parametrize(("old", "new", "fragments"), [
    ('cell = "0.1 m"', 'cell = "0.2 mm"', ["grid: ", "cells need about", "GiB are free"]),
    ('cell = "0.1 m"', "cells = [3, 2, 3]", ["obstacle.column: falls between the grid planes"]),
    ("", '[[monitor]]\nname = "in"\nkind = "volume"\nquantity = "u"\nfrom = [1.2, 0.6, 0.5]\nto = [1.8, 1.0, 1.5]',
     ["monitor.in: lies inside a solid"]),
])  # fmt: skip
def test_what_the_grid_cannot_hold_is_refused(old, new, fragments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.toml").write_text(changed(old, new))
    refused_on_the_grid(fragments, capsys)


def test_a_fixed_duty_in_a_closed_room_is_refused(tmp_path, monkeypatch, capsys):
    """Nothing would say how warm the room is."""
    monkeypatch.chdir(tmp_path)
    text = SMALL
    for old, new in CLOSED:
        text = changed(old, new, text) if new else text.replace(old, "", 1)
    (tmp_path / "bad.toml").write_text(text + UNIT + 'duty = "10 kW"\n')
    refused_on_the_grid(["bad.toml: cooling_unit", "nothing fixes the temperature", "fixed duty"], capsys)


def test_a_law_driven_rack_between_sealed_halves_is_refused(tmp_path, monkeypatch, capsys):
    """Two halves that only the rack joins: its flow must balance, which a fan curve does not promise."""
    monkeypatch.chdir(tmp_path)
    walls = ('[[panel]]\nname = "above"\nfrom = [1.5, 0, 2]\nto = [1.5, 2, 3]\n'
             '[[panel]]\nname = "left"\nfrom = [1.5, 0, 0]\nto = [1.5, 0.5, 2]\n'
             '[[panel]]\nname = "right"\nfrom = [1.5, 1.1, 0]\nto = [1.5, 2, 2]\n')  # fmt: skip
    fan = 'fan = { flow = [0, 2], pressure = [100, 0] }\nresistance = { flow = "0.69 m^3/s", pressure = "60 Pa" }'
    text = changed(RISE, fan) + walls
    text = text.replace('from = ["1 m", "1.5 m", "0 m"]\nto = ["1.3 m", "1.8 m", "3 m"]',
                        'from = ["0.1 m", "1.5 m", "0 m"]\nto = ["0.3 m", "1.8 m", "3 m"]')  # fmt: skip
    (tmp_path / "bad.toml").write_text(text)
    refused_on_the_grid(["the flow of A1 is not fixed", "sealed region"], capsys)


def test_what_can_be_said_of_devices_is_accepted(tmp_path, capsys):
    stack = server(1, 8) + server(20, 2) + "[[rack.open_slot]]\nu = 30\nheight = 2\nloss_coefficient = 3\n"
    (tmp_path / "good.toml").write_text(changed(HEAT, stack) + UNIT + COIL)
    with pytest.raises(SystemExit) as left:
        main(["check", str(tmp_path / "good.toml")])
    assert left.value.code == 0
    assert "cooling unit CRAH" in capsys.readouterr().out
