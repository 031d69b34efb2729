"""Controls of cooling units in time: each acts with its own time constant while steps are no longer than half of it,
longer ones are not taken or flagged, and events move them."""

from __future__ import annotations

import numpy as np
import pytest
from time_cases import CRAH_ROOM, make_case, run

from kernels.backend import make_backend
from thermo.errors import CaseError
from thermo.field.grid import make_grid
from thermo.field.properties import fluid_properties
from thermo.field.solver import FieldSolver
from thermo.field.time_terms import TimeTerms

COIL = """flow = "0.2 m^3/s"
coil = { effectiveness = 0.8, water_temperature = "10 degC", water_flow = "0.2 kg/s" }
CONTROL"""
ROOM = CRAH_ROOM.replace("RACK", "").replace("UNIT", COIL) + """
[initial]
temperature = "30 degC"
[time]
duration = "4 s"
start = "initial"
step = "0.5 s"
"""


def march(control: str, change: str, values: tuple[float, float], steps: int, duration: float):
    """Devices of the room, whose air stays at 30 degC, after ``duration`` s in which a control follows a change."""
    case = make_case(ROOM.replace("CONTROL", control))
    solver = FieldSolver(case, make_grid(case), make_backend("cpu", "double", 1), fluid_properties(case))
    devices, unit = solver.devices, len(solver.streams) - 1
    terms = TimeTerms(solver)
    getattr(devices, change)[unit] = values[0] - solver.datum
    for _ in range(300):
        devices.move(solver)
    for _ in range(2):
        terms.accept(0.0)
    terms.jump()
    before = {name: float(getattr(devices, name)[unit]) for name in ("speed", "outlet", "valve")}
    getattr(devices, change)[unit] = values[1] - solver.datum
    for _ in range(steps):
        terms.begin(duration / steps)
        for _ in range(3):
            devices.move(solver)
        terms.accept(duration / steps)
    return before, {name: float(getattr(devices, name)[unit]) for name in ("speed", "outlet", "valve")}


@pytest.mark.parametrize("constant", [20.0, None])
def test_a_valve_has_gone_63_percent_of_its_way_after_its_time_constant(constant):
    given = f', time_constant = "{constant} s"' if constant else ""
    control = f'water_control = {{ on = "supply", set_point = "24 degC"{given} }}'
    before, after = march(control, "water_control_point", (297.15, 291.15), 200, constant or 30.0)
    assert before["outlet"] + 6.0 * (1.0 - np.exp(-1.0)) * -1.0 == pytest.approx(after["outlet"], abs=0.02)
    assert after["valve"] > before["valve"]


def test_a_valve_that_holds_the_return_moves_the_supply_by_the_deviation():
    """Air of 30 degC against a set-point of 29 degC, for half a time constant: 0.5 K colder supply air."""
    control = 'water_control = { on = "return", set_point = "30 degC", time_constant = "40 s" }'
    before, after = march(control, "water_control_point", (303.15, 302.15), 50, 20.0)
    assert before["outlet"] - after["outlet"] == pytest.approx(0.5, abs=1e-6)


@pytest.mark.parametrize("steps", [20, 200])
def test_a_fan_changes_its_speed_by_a_factor_e_in_its_time_constant(steps):
    """The return is warmer than its set-point by more than the rise of the air: from 0.2 to 0.54 of full speed."""
    control = 'fan_control = { on = "return", set_point = "40 degC", minimum_speed = 0.2, time_constant = "15 s" }'
    before, after = march(control, "fan_control_point", (313.15, 273.15), steps, 15.0)
    assert before["speed"] == pytest.approx(0.2)
    assert after["speed"] == pytest.approx(0.2 * np.e, rel=2.0 / steps)


FAN = 'fan_control = { on = "return", set_point = "25 degC", minimum_speed = 0.2, time_constant = "0.8 s" }'


@pytest.mark.parametrize(("step", "flagged"), [("0.5 s", True), ("0.4 s", False)])
def test_a_given_step_longer_than_half_a_time_constant_is_flagged(step, flagged):
    text = ROOM.replace("CONTROL", FAN).replace('step = "0.5 s"', f'step = "{step}"').replace('"4 s"', '"1 s"')
    flags = run(text, []).flags
    assert any("than their time constants say: time.step is longer than 0.4 s" in flag for flag in flags) == flagged


def test_no_adaptive_step_is_longer_than_half_a_time_constant():
    fast = FAN.replace("0.8 s", "0.2 s")
    text = ROOM.replace("CONTROL", fast).replace('step = "0.5 s"', 'largest_step = "2 s"\ncourant = 100')
    steps = run(text, []).history.arrays()["time_step"]
    assert 0.05 < steps.max() <= 0.1 + 1e-9


def test_an_event_moves_a_set_point():
    control = 'water_control = { on = "supply", set_point = "22 degC", time_constant = "0.2 s" }'
    text = ROOM.replace("CONTROL", control)
    change = 'event=[{at=1, target="CRAH", change={water_control={on="supply", set_point="19 degC"}}}]'
    supply = [float(run(text, events).solver.devices.outlet[-1]) for events in ([], [change.replace(
        '19 degC"', '19 degC", time_constant="0.2 s"')])]
    assert supply[0] - supply[1] == pytest.approx(3.0, abs=0.05)


def test_a_time_constant_is_refused_where_nothing_happens_in_time():
    text = ROOM.replace("CONTROL", 'water_control = { on = "supply", set_point = "22 degC", time_constant = "20 s" }')
    with pytest.raises(CaseError, match=r"CRAH\.water_control\.time_constant: .*steady"):
        make_case(text.split("[time]")[0])
