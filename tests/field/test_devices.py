"""Cooling units, fans and rear doors in a solved room against the formulas and hand calculations they stand for."""

from __future__ import annotations

import math

import pytest
from room import CLOSED_ROOM, FORCED, replaced, solved

UA_COIL = 'ua = "1500 W/K"\nwater_temperature = "10 degC"\nwater_flow = "0.6 kg/s"'


@pytest.fixture(scope="module")
def closed():
    return solved(CLOSED_ROOM)


def unit(summary, name="CRAH1"):
    return next(row for row in summary["cooling_units"] if row["name"] == name)


def capacity_of(row):
    """Volumetric heat capacity that the solver used, from the unit's own air-side balance."""
    return (row["duty_W"] - row["fan_W"]) / (row["flow_m3_s"] * (row["return_C"] - row["supply_C"]))


def test_a_closed_room_closes_its_heat_balance(closed):
    """Heat of rack and fan leaves by the coil alone; the balance of a closed room is the coil's."""
    row = unit(closed)
    assert closed["balance"]["closure"] < 1e-6
    assert closed["balance"]["heat_in_W"] == pytest.approx(10.5e3, rel=1e-6)
    assert row["duty_W"] == pytest.approx(10e3 + 500.0, rel=1e-6)
    assert row["fan_W"] == pytest.approx(500.0, rel=1e-9)


def test_the_duty_is_that_of_the_published_formula(closed):
    """Crossflow, both unmixed: Incropera and others 2007, eq. 11.32, with the temperatures of the solved room."""
    row = unit(closed)
    air_side, water_side = capacity_of(row) * row["flow_m3_s"], 0.6 * 4186.0
    least, ratio = min(air_side, water_side), min(air_side, water_side) / max(air_side, water_side)
    units = 1500.0 / least
    effectiveness = 1.0 - math.exp((math.exp(-ratio * units**0.78) - 1.0) * units**0.22 / ratio)
    hot = row["return_C"] + row["fan_W"] / air_side
    assert row["duty_W"] == pytest.approx(effectiveness * least * (hot - 10.0), rel=1e-6)


def test_counterflow_takes_more_and_is_exact():
    text = replaced(CLOSED_ROOM, ('ua = "1500 W/K"', 'ua = "1500 W/K"\narrangement = "counterflow"'))
    row = unit(solved(text))
    air_side, water_side = capacity_of(row) * row["flow_m3_s"], 0.6 * 4186.0
    least, ratio = min(air_side, water_side), min(air_side, water_side) / max(air_side, water_side)
    decay = math.exp(-1500.0 / least * (1.0 - ratio))
    hot = row["return_C"] + row["fan_W"] / air_side
    assert row["duty_W"] == pytest.approx((1 - decay) / (1 - ratio * decay) * least * (hot - 10.0), rel=1e-6)


def test_a_valve_holds_the_supply_and_says_where_it_stands():
    text = replaced(CLOSED_ROOM, (UA_COIL, UA_COIL + '\n[cooling_unit.water_control]\non = "supply"\n'
                                           'set_point = "18 degC"'))
    summary = solved(text)
    row = unit(summary)
    assert row["supply_C"] == pytest.approx(18.0, abs=1e-6)
    assert 0.05 < row["valve"] < 1.0
    assert not row["saturated"]
    assert row["duty_W"] == pytest.approx(10.5e3, rel=1e-6)
    assert not [flag for flag in summary["run"]["flags"] if "set-point" in flag]


def test_a_set_point_out_of_reach_is_said():
    text = replaced(CLOSED_ROOM, (UA_COIL, UA_COIL + '\n[cooling_unit.water_control]\non = "supply"\n'
                                           'set_point = "12 degC"'))
    summary = solved(text)
    row = unit(summary)
    assert row["supply_C"] > 13.0
    assert row["saturated"]
    assert row["valve"] == pytest.approx(1.0, abs=1e-6)
    assert any("CRAH1" in flag and "set-point 12.00 degC" in flag for flag in summary["run"]["flags"])


def test_a_valve_holds_the_return():
    text = replaced(CLOSED_ROOM, (UA_COIL, UA_COIL + '\n[cooling_unit.water_control]\non = "return"\n'
                                           'set_point = "30 degC"'))
    row = unit(solved(text))
    assert row["return_C"] == pytest.approx(30.0, abs=0.05)
    assert row["duty_W"] == pytest.approx(10.5e3, rel=1e-4)


def test_a_fan_slows_down_to_hold_the_return():
    text = replaced(CLOSED_ROOM, (UA_COIL, UA_COIL + '\n[cooling_unit.fan_control]\non = "return"\n'
                                           'set_point = "28 degC"\nminimum_speed = 0.3'))
    row = unit(solved(text))
    assert row["return_C"] == pytest.approx(28.0, abs=0.05)
    assert 0.3 < row["fan_speed"] < 1.0
    assert row["flow_m3_s"] == pytest.approx(0.8 * row["fan_speed"], rel=1e-3)
    assert row["fan_W"] == pytest.approx(500.0 * row["fan_speed"] ** 3, rel=1e-4)


def test_a_rack_fan_runs_where_curve_and_resistance_meet():
    """``120 (1 - q) = 100 (q / 0.5)^2`` by hand: 400 q^2 + 120 q - 120 = 0, q = 0.41794 m3/s; the room adds little."""
    text = replaced(CLOSED_ROOM, ('temperature_rise = "12 K"', 'fan = { flow = [0, 1], pressure = [120, 0] }\n'
                                  'resistance = { flow = "0.5 m^3/s", pressure = "100 Pa" }'))
    by_hand = (-120.0 + math.sqrt(120.0**2 + 4 * 400.0 * 120.0)) / 800.0
    summary = solved(text)
    assert summary["racks"][0]["flow_m3_s"] == pytest.approx(by_hand, rel=0.01)
    assert summary["run"]["flags"] == []


def test_servers_follow_their_inlet_and_their_fans_the_cube():
    """With a held supply of 30 degC the servers breathe warmer air: flow, and fan heat by the cube of the factor."""
    text = replaced(CLOSED_ROOM,
                    ('temperature_rise = "12 K"', 'flow = "0.5 m^3/s"\nfan_power = "1 kW"\n'
                     'response = { inlet = ["20 degC", "40 degC"], factor = [1.0, 1.5] }'),
                    (f"[cooling_unit.coil]\n{UA_COIL}", 'supply_temperature = "30 degC"'))
    summary = solved(text)
    row = summary["racks"][0]
    factor = 1.0 + 0.5 * (row["inlet_mean_C"] - 20.0) / 20.0
    assert row["inlet_mean_C"] > 29.9
    assert row["flow_m3_s"] == pytest.approx(0.5 * factor, rel=1e-3)
    assert row["power_W"] == pytest.approx(10e3 + 1e3 * (factor**3 - 1.0), rel=1e-3)
    assert not summary["run"]["flags"]


def test_a_response_that_ends_before_the_inlet_is_said():
    text = replaced(CLOSED_ROOM,
                    ('temperature_rise = "12 K"', 'flow = "0.5 m^3/s"\n'
                     'response = { inlet = ["20 degC", "25 degC"], factor = [1.0, 1.5] }'),
                    (f"[cooling_unit.coil]\n{UA_COIL}", 'supply_temperature = "30 degC"'))
    summary = solved(text)
    assert summary["racks"][0]["flow_m3_s"] == pytest.approx(0.75, rel=1e-3)
    assert any("A1: its servers breathe air of" in flag for flag in summary["run"]["flags"])


def test_a_coil_that_warms_is_said():
    """A rear door with water of 60 degC gives heat instead of taking it."""
    door = 'rear_door = { effectiveness = 0.5, water_temperature = "60 degC", water_flow = "1 kg/s" }'
    text = replaced(CLOSED_ROOM, ('temperature_rise = "12 K"', f'temperature_rise = "12 K"\n{door}'))
    summary = solved(text)
    assert unit(summary, "A1 rear door")["duty_W"] < 0.0
    assert any("warms the air" in flag for flag in summary["run"]["flags"])


def test_internal_recirculation_and_bypass_follow_from_the_mixing_balances():
    """Servers draw Qs = P / (C 12 K); 20 % of it returns inside and 10 % of the rack's air passes by."""
    text = replaced(CLOSED_ROOM, ('temperature_rise = "12 K"', 'temperature_rise = "12 K"\nrecirculation = 0.2\n'
                                  'bypass = 0.1'))
    summary = solved(text)
    row = summary["racks"][0]
    capacity = capacity_of(unit(summary))
    server_flow = 10e3 / (capacity * 12.0)
    assert row["flow_m3_s"] == pytest.approx(server_flow * 0.8 / 0.9, rel=1e-6)
    rise = 10e3 / (capacity * row["flow_m3_s"])
    assert row["outlet_mean_C"] - row["inlet_mean_C"] == pytest.approx(rise, rel=1e-6)
    assert row["server_inlet_C"] == pytest.approx(row["inlet_mean_C"] + 0.2 / 0.8 * 12.0, abs=1e-5)


def test_a_rear_door_takes_its_effectiveness():
    """Effectiveness 0.5 on the air: half of the distance from the exhaust to the water, and the coil takes the rest."""
    door = 'rear_door = { effectiveness = 0.5, water_temperature = "18 degC", water_flow = "1 kg/s" }'
    text = replaced(CLOSED_ROOM, ('temperature_rise = "12 K"', 'temperature_rise = "12 K"\n' + door))
    summary = solved(text)
    rack, door = summary["racks"][0], unit(summary, "A1 rear door")
    hot = rack["inlet_mean_C"] + 12.0
    assert door["return_C"] == pytest.approx(hot, abs=1e-4)
    assert rack["outlet_mean_C"] == pytest.approx(hot - 0.5 * (hot - 18.0), abs=1e-4)
    assert door["duty_W"] + unit(summary)["duty_W"] == pytest.approx(10.5e3, rel=1e-5)


def test_stacked_servers_share_the_rack():
    """Two servers of different power: each has its own flow; the rack is their sum, mixed where they share faces."""
    servers = ('[[rack.server]]\nname = "gpu"\nu = 1\nheight = 8\npower = "8 kW"\ntemperature_rise = "16 K"\n'
               '[[rack.server]]\nu = 30\nheight = 2\npower = "2 kW"\ntemperature_rise = "10 K"\n[[cooling_unit]]')
    text = replaced(CLOSED_ROOM, ('power = "10 kW"\ntemperature_rise = "12 K"\n[[cooling_unit]]', servers))
    summary = solved(text)
    rack = summary["racks"][0]
    gpu, other = rack["servers"]
    assert (gpu["name"], other["name"]) == ("gpu", "u30")
    assert rack["flow_m3_s"] == pytest.approx(gpu["flow_m3_s"] + other["flow_m3_s"], rel=1e-9)
    assert gpu["outlet_mean_C"] - gpu["inlet_mean_C"] == pytest.approx(16.0, abs=1e-6)
    assert other["outlet_mean_C"] - other["inlet_mean_C"] == pytest.approx(10.0, abs=1e-6)
    assert unit(summary)["duty_W"] == pytest.approx(10.5e3, rel=1e-6)


def test_units_that_feed_supplies_carry_their_air():
    """A given plenum: two tiles get 1:3 of the unit's air, more than they were given, and the run says so."""
    tiles = "".join(f'[[supply]]\nname = "{name}"\nfrom = [{x}, 0.5, 0]\nto = [{x + 0.5}, 1, 0]\n'
                    f'flow = "{flow} m^3/s"\nfree_area = 0.4\n'
                    for name, x, flow in (("t1", 1.5, 0.15), ("t2", 3, 0.45)))
    text = replaced(CLOSED_ROOM, ('discharge = "x_max"', 'feeds = ["t1", "t2"]')) + tiles
    summary = solved(text)
    assert unit(summary)["duty_W"] == pytest.approx(10.5e3, rel=1e-6)
    assert summary["balance"]["closure"] < 1e-6
    flags = [flag for flag in summary["run"]["flags"] if "fed by CRAH1" in flag]
    assert flags and "0.6 m3/s" in flags[0] and "0.8 m3/s" in flags[0] and "1.333" in flags[0]


def test_a_plenum_of_given_pressure_follows_the_tile_law():
    """25 % tile: K by Idelchik; 12 Pa in the plenum, a return at 0 Pa: the room's own pressure is small."""
    text = FORCED + """
[room]
size = ["2 m", "2 m", "3 m"]
[[supply]]
name = "tile"
from = ["0.5 m", "0.5 m", "0 m"]
to = ["1 m", "1 m", "0 m"]
temperature = "18 degC"
plenum_pressure = "12 Pa"
free_area = 0.25
[[return]]
name = "ceiling"
from = ["1 m", "1 m", "3 m"]
to = ["2 m", "2 m", "3 m"]
"""
    summary = solved(text)
    loss = (1 + 0.5 * 0.75**0.75 + 1.414 * 0.75**0.375) / 0.25**2
    row = next(row for row in summary["plates"] if row["name"] == "tile")
    assert row["flow_m3_s"] == pytest.approx(0.25 * math.sqrt(2 * row["pressure_drop_Pa"] / (1.2 * loss)), rel=1e-5)
    assert row["pressure_drop_Pa"] == pytest.approx(12.0, abs=1.0)
