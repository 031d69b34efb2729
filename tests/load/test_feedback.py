"""Racks and liquid-cooled chips in time: leakage, throttling, tokens that wait; by hand, and from the command line."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from load_case import SERVER, loaded, text

from kernels.backend import CpuBackend
from thermo import cli
from thermo.case import load
from thermo.case.schema_load import Chip
from thermo.errors import CaseError
from thermo.field import march_state
from thermo.field.properties import fluid_properties
from thermo.field.transient import solve_transient
from thermo.liquid_transient import _traced
from thermo.load import chip as chips
from thermo.load import queue, series, throttle
from thermo.load.feedback import RackFeedback
from thermo.loop import advection

CHIP = '[load.chip]\npower = "1 kW"\nresistance = "0.06 K/W"\nlimit = "82 degC"\nclock_exponent = 3.0\n'
LOAD = f'[load]\nserver = {SERVER}\nutilisation = 0.9\n'
TIME = '[time]\nduration = "60 s"\n'
LIQUID = Chip(power=700.0, limit=360.0, leakage_fraction=0.1, leakage_per_kelvin=0.01)


def feedback(folder, load=LOAD + CHIP + TIME):
    case = loaded(folder, load)
    return RackFeedback(case, series.of_racks(case, case.time.duration))


def test_cool_racks_draw_what_their_work_takes(tmp_path):
    """0.9 between 2 and 10 kW is 9.2 kW; nothing leaks in this case, nothing waits."""
    racks = feedback(tmp_path)
    assert racks.during(0.0, 10.0, np.array([290.0])) == pytest.approx([9200.0])
    racks.accept()
    assert racks.backlog[0] == 0.0 and racks.first == {}


def test_hot_racks_slow_down_and_work_waits(tmp_path):
    """At 40 degC 42 K are left, 700 of 1000 W: the clock falls to the cube root of 0.7. For 10 s the rest waits."""
    racks = feedback(tmp_path)
    clock = 0.7 ** (1 / 3)
    watts = racks.during(0.0, 10.0, np.array([313.15]))[0]
    racks.accept()
    assert watts == pytest.approx(2000.0 + 8000.0 * clock + 8 * (700.0 - 1000.0 * clock), rel=1e-9)
    assert racks.backlog[0] == pytest.approx(10.0 * (0.9 - clock), rel=1e-9)
    rows = {row["name"]: row["value"] for row in racks.rows(4.0)}
    assert rows["time to first throttle"] == pytest.approx(6.0)
    assert rows["lowest clock in time"] == pytest.approx(clock)
    assert rows["hottest chip in time"] == pytest.approx(82.0)
    assert rows["share of tokens late at the end"] == pytest.approx(1.0 - clock / 0.9)
    assert rows["longest wait in time"] == pytest.approx(10.0 * (0.9 - clock) / clock)


def test_work_at_racks_in_shutdown_waits_without_end(tmp_path):
    """At 95 degC even the lowest clock is too hot: no number may make this look better than a wait of seconds."""
    racks = feedback(tmp_path)
    racks.during(0.0, 10.0, np.array([368.15]))
    racks.accept()
    assert racks.backlog[0] == pytest.approx(9.0)
    assert "longest wait in time" not in {row["name"] for row in racks.rows(0.0)}
    assert any("longest wait is not known" in line for line in racks.flags(0.0))
    again = feedback(tmp_path)
    again.restore(json.loads(json.dumps(racks.notes())))
    assert again.flags(0.0) == racks.flags(0.0)


def test_what_waits_is_done_later(tmp_path):
    racks = feedback(tmp_path)
    racks.during(0.0, 10.0, np.array([313.15]))
    racks.accept()
    for second in range(10, 60, 10):
        racks.during(float(second), second + 10.0, np.array([290.0]))
        racks.accept()
    assert racks.backlog[0] == 0.0
    assert racks.sums["made"] == pytest.approx(racks.sums["asked"], rel=1e-12)


def test_a_rejected_step_leaves_no_trace(tmp_path):
    racks, other = feedback(tmp_path), feedback(tmp_path)
    racks.during(0.0, 10.0, np.array([313.15]))
    for one in (racks, other):
        one.during(0.0, 5.0, np.array([313.15]))
        one.accept()
    assert racks.notes() == other.notes()


def test_it_goes_on_from_its_notes(tmp_path):
    racks, other = feedback(tmp_path), feedback(tmp_path)
    racks.during(0.0, 10.0, np.array([313.15]))
    racks.accept()
    other.restore(json.loads(json.dumps(racks.notes())))
    for one in (racks, other):
        one.during(10.0, 20.0, np.array([313.15]))
        one.accept()
    assert racks.notes() == other.notes()


def test_one_step_of_many_queues_is_the_recursion():
    rng = np.random.default_rng(1)
    demand, capacity = rng.uniform(0.2, 1.4, (3, 50)), rng.uniform(0.5, 1.0, (3, 50))
    backlog = np.zeros(3)
    for n in range(50):
        served, refused, backlog = queue.advance(backlog, demand[:, n], capacity[:, n], 30.0, 60.0)
        for k in range(3):
            whole = queue.serve(demand[k, : n + 1], capacity[k, : n + 1], 30.0, 60.0)
            assert served[k] == pytest.approx(whole.served[-1], abs=1e-12)
            assert refused[k] == pytest.approx(whole.refused[-1], abs=1e-12)


def test_an_event_may_not_contradict_the_load(tmp_path):
    event = '[[event]]\nat = "5 s"\ntarget = "A1"\nchange = { power = "1 kW" }\n'
    with pytest.raises(CaseError, match=r"event\.0\.change\.power.*contradicts \[load\]"):
        loaded(tmp_path, LOAD + TIME + event)


def marched(temperature, coolant, load=1.0, step=2.0, capacity=1000.0):
    """A chip of 700 W, 0.05 K/W and a limit of 360 K over a step, as the loop marches it; what held it, its end."""
    one = [np.array([value]) for value in (700.0, 0.05, capacity, 360.0, temperature, coolant)]
    now = throttle.held(LIQUID, *one, load, step)
    end = np.array([temperature])
    advection._chip(0, coolant, step, now.power, one[1], one[2], end)
    return now, end[0]


@pytest.mark.parametrize("step", [0.1, 2.0, 40.0, 4e6])
@pytest.mark.parametrize("temperature", [352.0, 359.0, 360.0])
def test_chips_with_mass_end_the_step_at_their_limit(temperature, step):
    """On their way to 380 K or already at the limit; 1000 J/K and 1 K take almost 500 W for 2 s."""
    now, end = marched(temperature, 345.0, step=step)
    free = (temperature, step) in {(352.0, 0.1), (352.0, 2.0), (359.0, 0.1), (359.0, 2.0)}
    assert (now.clock[0] == 1.0) == free
    assert end < 360.0 if free else end == pytest.approx(360.0, abs=1e-9)


def test_held_power_by_hand():
    """At its limit a chip gives the coolant 25 K / 0.05 K/W = 500 W; far below it keeps its clock."""
    now, _ = marched(360.0, 335.0)
    leak = 70.0 * np.exp(0.01 * (360.0 - LIQUID.reference))
    assert now.power[0] == pytest.approx(500.0)
    assert now.clock[0] == pytest.approx(((500.0 - leak) / 630.0) ** (1 / 3))
    cool, _ = marched(330.0, 300.0)
    assert cool.clock[0] == 1.0 and cool.made[0] == 1.0


def test_measured_power_is_drawn_again(tmp_path):
    """Chips at the temperature of the measurement draw the trace's power; below their leakage they do nothing."""
    (tmp_path / "t.csv").write_text("t_s,power_w\n0,50\n1,500\n2,1000\n3,20\n")
    time = SimpleNamespace(trace="t.csv", duration=3.0, step=1.0)
    case = SimpleNamespace(liquid=SimpleNamespace(time=time), table_file=lambda key: tmp_path / "t.csv")
    rates = _traced(case, LIQUID.leakage_fraction)
    one = [np.array([value]) for value in (700.0, 0.05, 1000.0, 400.0, LIQUID.reference, 300.0)]
    power = [throttle.held(LIQUID, *one, rate, 1.0).power[0] for rate in rates]
    assert power == pytest.approx([350.0, 700.0, 70.0])
    assert rates[-1] == 0.0 and _traced(case, 0.0) == pytest.approx([0.5, 1.0, 0.02])


def test_steady_chips_agree_with_the_law():
    """Marched until nothing changes, the held chip is that of the steady law."""
    temperature = 330.0
    for _ in range(2000):
        now, temperature = marched(temperature, 334.0, step=1.0, capacity=200.0)
    law = chips.ChipLaw(700.0, 0.05, 360.0, 360.0, LIQUID.reference, 0.1, 0.01, 3.0, 0.3)
    found = chips.state(law, 334.0)
    assert temperature == pytest.approx(360.0, abs=1e-6)
    assert now.clock[0] == pytest.approx(float(found.clock), rel=1e-6)
    assert now.power[0] == pytest.approx(float(found.power), rel=1e-6)


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A room whose supply gets hot, and the same in a steady state, from the command line."""
    folder = tmp_path_factory.mktemp("feedback")
    hot = '[[event]]\nat = "10 s"\ntarget = "floor"\nchange = { temperature = "40 degC" }\n'
    (folder / "time.toml").write_text(text(LOAD + CHIP + TIME + hot).replace('cell = "0.1 m"', 'cell = "0.25 m"'))
    steady = text(LOAD + CHIP).replace('temperature = "18 degC"', 'temperature = "40 degC"')
    (folder / "steady.toml").write_text(steady.replace('cell = "0.1 m"', 'cell = "0.25 m"'))
    found = {}
    for name in ("time", "steady"):
        with pytest.raises(SystemExit):
            cli.main(["run", str(folder / f"{name}.toml"), "-o", str(folder / name)])
        found[name] = json.loads((folder / name / "summary.json").read_text())
    return SimpleNamespace(**found)


def test_a_room_in_time_throttles(ran):
    rows = {row["name"]: row["value"] for row in ran.time["monitors"]}
    assert 0.0 < rows["time to first throttle"] < 50.0
    assert rows["lowest clock in time"] < 1.0 and rows["share of tokens late at the end"] > 0.0
    assert any("slow down" in flag for flag in ran.time["run"]["flags"])
    assert ran.time["racks"][0]["power_W"] < 9200.0


def test_a_steady_room_throttles(ran):
    """The heat of the field is that of slower chips, and the year still starts from full rate."""
    chip, rack = ran.steady["chips"], ran.steady["racks"][0]
    assert chip["clock"] < 1.0 and chip["lost_share"] == pytest.approx(1.0 - chip["clock"])
    inlet = rack["inlet_mean_C"] + 273.15
    law = chips.ChipLaw(1000.0, 0.06, 355.15, 355.15, 333.15, 0.0, 0.0, 3.0, 0.3)
    clock = float(chips.state(law, inlet).clock)
    assert chip["clock"] == pytest.approx(clock, rel=1e-6)
    expected = 2000.0 + 8000.0 * clock + 8 * (1000.0 * clock**3 - 1000.0 * clock)
    assert rack["power_W"] == pytest.approx(expected, rel=1e-3)
    assert not [flag for flag in ran.steady["run"]["flags"] + ran.time["run"]["flags"] if "cannot carry" in flag]
    assert rack["power_W"] - rack["power_change_W"] == pytest.approx(1e4, rel=1e-4)
    assert ran.steady["tokens"]["lost_to_throttling_share"] == pytest.approx(1.0 - clock, rel=1e-3)


def test_an_interrupted_room_goes_on_to_the_same_bits(tmp_path):
    hot = '[[event]]\nat = "4 s"\ntarget = "floor"\nchange = { temperature = "40 degC" }\n'
    (tmp_path / "case.toml").write_text(text(LOAD + CHIP + TIME.replace("60", "20") + 'start = "initial"\n' + hot))
    case = load(tmp_path / "case.toml", ["grid.cell=0.25 m"])
    racks = series.of_racks(case, case.time.duration)
    saved = {}

    def solve(resume, listener):
        racks_work = RackFeedback(case, racks)
        done = solve_transient(series.in_time(case, racks), CpuBackend("double", threads=1), fluid_properties(case),
                               listener, resume, racks_work)  # fmt: skip
        return done.solver.T.copy(), racks_work.notes()

    def keep(*arguments):
        march = arguments[-1]
        if march.time > 8.0 and not saved:
            saved.update(march_state.save(march))

    field, notes = solve(None, keep)
    again, later = solve(saved, lambda *_: None)
    assert notes["first"] and notes == later
    assert np.array_equal(field, again)
