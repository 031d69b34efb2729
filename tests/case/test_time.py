"""The [time] table and its events: what the case is at each moment, and one line for what cannot be."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_case import SMALL, changed

from thermo.case import load
from thermo.case.schedule import Schedule
from thermo.cli import main
from thermo.errors import CaseError

TIME = '\n[time]\nduration = "100 s"\n'
STOP = '[[event]]\nat = "10 s"\ntarget = "floor"\nchange = { flow = "0 m^3/s" }\n'


def loaded(tmp_path, text):
    path = tmp_path / "case.toml"
    path.write_text(text)
    return load(path)


def test_a_trip_stops_the_flow_at_its_time(tmp_path):
    schedule = Schedule(loaded(tmp_path, SMALL + TIME + STOP))
    assert schedule.at(9.9).supply[0].flow == 0.69
    assert schedule.at(10.0, before=9.5).supply[0].flow == 0.69  # the step that ends there still sees the old flow
    assert schedule.at(10.0).supply[0].flow == 0.0
    assert (schedule.jumps(), schedule.first()) == ([10.0], 10.0)


@given(time=st.floats(0.0, 100.0))
@settings(max_examples=50, deadline=None)
def test_a_ramp_is_a_straight_line_and_is_undone(tmp_path_factory, time):
    event = '[[event]]\nat = 20\ntarget = "floor"\nchange = { flow = 0.29 }\nover = 10\nlasts = 30\n'
    schedule = Schedule(loaded(tmp_path_factory.mktemp("ramp"), SMALL + TIME + event))
    down, up = (min(1.0, max(0.0, (time - begin) / 10.0)) for begin in (20.0, 50.0))
    assert schedule.at(time).supply[0].flow == pytest.approx(0.69 - 0.4 * down + 0.4 * up)
    assert schedule.moving(time) == (20.0 <= time < 30.0 or 50.0 <= time < 60.0)
    assert schedule.breakpoints() == [20.0, 30.0, 50.0, 60.0]


def test_a_fan_runs_down_by_its_cubic_law(tmp_path):
    schedule = Schedule(loaded(tmp_path, SMALL + TIME + STOP + "coast_down = 1\n"))
    assert schedule.at(13.0).supply[0].flow == pytest.approx(0.69 * (20.0 / 4.0 - 1.0) / 19.0)
    assert schedule.at(28.9).supply[0].flow == pytest.approx(0.0, abs=1e-3)
    assert schedule.at(29.0).supply[0].flow == 0.0


def test_a_load_step_keeps_the_temperature_rise_and_moves_the_flow(tmp_path):
    case = loaded(tmp_path, SMALL + TIME + '[[event]]\nat = 10\ntarget = "A1"\nchange = { power = "15 kW" }\n')
    before, after = (Schedule(case).at(t).rack[0] for t in (0.0, 10.0))
    assert after.airflow(1200.0) == pytest.approx(1.5 * before.airflow(1200.0))


def test_a_new_airflow_replaces_the_old_way_to_give_it(tmp_path):
    case = loaded(tmp_path, SMALL + TIME + '[[event]]\nat = 10\ntarget = "A1"\nchange = { flow = 0.5 }\n')
    assert Schedule(case).at(10.0).rack[0].airflow(1200.0) == 0.5


def test_later_events_start_from_earlier_ones(tmp_path):
    again = '[[event]]\nat = 40\ntarget = ["floor"]\nchange = { temperature = "30 degC" }\n'
    state = Schedule(loaded(tmp_path, SMALL + TIME + again + STOP)).at(50.0).supply[0]
    assert (state.flow, state.temperature) == (0.0, 303.15)


BAD = {
    "event without time": (STOP, ["event", "needs a time-dependent run", "[time]"]),
    "no duration": ("[time]\nstep = 1\n", ["time.duration", "is missing"]),
    "duration zero": ("[time]\nduration = 0\n", ["time.duration", "more than 0 s"]),
    "step and courant": ("[time]\nduration = 9\nstep = 1\ncourant = 2\n", ["time", "courant would have no effect"]),
    "step too long": ("[time]\nduration = 9\nstep = 10\n", ["time", "step is longer than the duration"]),
    "statistics too late": (TIME + "statistics_from = 100\n", ["time", "statistics_from must be before the end"]),
    "too many outputs": (TIME + "output_every = 1e-6\n", ["time", "output_every", "at most 10000"]),
    "unknown start": (TIME + 'start = "cold"\n', ["time.start", "cold"]),
    "mode contradicts": (TIME + '[solve]\nmode = "steady"\n', ["solve.mode", "contradicts the [time] table"]),
    "iterations zero": (TIME + "iterations = 0\n", ["time.iterations", "greater than or equal to 1"]),
    "unknown target": (TIME + STOP.replace('"floor"', '"flor"'), ["event.0.target", '"flor"', "Did you mean floor?"]),
    "no target": (TIME + STOP.replace('"floor"', "[]"), ["event.0.target", "at least 1"]),
    "target is no name": (TIME + STOP.replace('"floor"', "3"), ["event.0.target", "must be a list"]),
    "unknown key": (TIME + STOP.replace("flow =", "flwo ="), ["event.0.change.flwo", "supply floor", "mean flow?"]),
    "fixed key": (TIME + STOP.replace('flow = "0 m^3/s"', "from = [0, 0, 0]"), ["event.0.change.from", "no such key"]),
    "wrong unit": (TIME + STOP.replace("0 m^3/s", "3 kW"), ["event.0.change.flow", "does not convert to m^3/s"]),
    "negative flow": (TIME + STOP.replace("0 m^3/s", "-1 m^3/s"), ["event.0.change.flow", "more than 0 m^3/s"]),
    "nothing changes": (TIME + STOP.replace('flow = "0 m^3/s"', ""), ["event.0.change", "at least 1"]),
    "after the end": (TIME + STOP.replace("10 s", "100 s"), ["event.0.at", "not before the end", "time.duration"]),
    "before the start": (TIME + STOP.replace("10 s", "-1 s"), ["event.0.at", "at least 0 s"]),
    "ramp of a word": (
        TIME + '[[event]]\nat = 1\ntarget = "A1"\nchange = { ashrae_class = "A2" }\nover = 2\n',
        ["event.0", "change numbers only"],
    ),
    "ramp from nothing": (
        TIME + '[[event]]\nat = 1\ntarget = "A1"\nchange = { flow = 0.5 }\nover = 2\n',
        ["event.0.change.flow", "not given by flow", "change at once"],
    ),
    "run-down to a flow": (
        TIME + STOP.replace("0 m^3/s", "0.1 m^3/s") + "coast_down = 1\n", ["event.0.coast_down", "becomes 0"],
    ),
    "ramp and run-down": (TIME + STOP + "over = 1\ncoast_down = 1\n", ["event.0", "not both"]),
    "ramp longer than it lasts": (TIME + STOP + "over = 5\nlasts = 2\n", ["event.0", "over is longer than lasts"]),
    "heat without air": (
        TIME + '[[event]]\nat = 1\ntarget = "A1"\nchange = { flow = 0 }\n', ["rack.A1.thermal_mass", "is missing"],
    ),
    "expression in time": (
        TIME + '[initial]\ntemperature = "=300+t"\n', ["initial.temperature", "depends on the time t", "[[event]]"],
    ),
    "shutdown without unit": (TIME + "shutdown_temperature = 45\n", ["time.shutdown_temperature", "degC"]),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_line(name, tmp_path, capsys):
    added, words = BAD[name]
    path = tmp_path / "case.toml"
    path.write_text(changed("", added))
    with pytest.raises(SystemExit) as left:
        main(["check", str(path)])
    printed = capsys.readouterr()
    assert left.value.code == 2
    assert printed.err.count("\n") == 1
    for word in words:
        assert word in printed.err, printed.err


def test_thermal_mass_needs_time(tmp_path):
    text = changed('temperature_rise = "12 K"', 'temperature_rise = "12 K"\nthermal_mass = "10 kJ/K"')
    with pytest.raises(CaseError, match="no effect on a steady state"):
        loaded(tmp_path, text)
    assert loaded(tmp_path, text + TIME).rack[0].thermal_mass == 10e3


def test_solids_need_density_and_heat_capacity(tmp_path):
    text = changed('name = "column"', 'name = "column"\nmaterial = { conductivity = 1.0, density = 1000 }') + TIME
    with pytest.raises(CaseError, match=r"obstacle\.column\.material\.heat_capacity: is missing"):
        loaded(tmp_path, text)
