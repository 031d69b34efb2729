"""Chips in a tank of oil that leak and slow down: heat of the field by the law, steady and in time, and resumed."""

import sys
from pathlib import Path

import numpy as np
import pytest

from kernels.backend import CpuBackend
from thermo import tank
from thermo.case import load
from thermo.case.immersion_consistency import check_immersion
from thermo.case.schema_load import Load
from thermo.errors import CaseError
from thermo.field import march_state
from thermo.field.properties import fluid_properties
from thermo.field.transient import solve_transient
from thermo.load.chip import FullRate
from thermo.load.tank_feedback import TankFeedback

sys.path.insert(0, str(Path(__file__).parents[1] / "field"))
from test_tank_in_time import TANK

STEADY, TIME = TANK.split("[time]")[0], "[time]" + TANK.split("[time]")[1]
SERVER = {"idle_power": 100.0, "full_power": 700.0, "tokens": 1000.0, "chips": 1}


def leaking(folder, text, **chip):
    """The tank with chips of 500 W, a fifth of it leakage at 60 degC."""
    (folder / "tank.toml").write_text(text)
    given = {"power": 500.0, "limit": 327.15, "leakage_fraction": 0.2, "leakage_per_kelvin": 0.02} | chip
    work = {"server": SERVER, "utilisation": 1.0, "chip": given}
    return load(folder / "tank.toml").model_copy(update={"load": Load.model_validate(work)})


def solved(case):
    return tank.solve(case, CpuBackend("double", threads=1), lambda *_: None)


def leaks(temperature):
    return 500.0 * (0.8 + 0.2 * np.exp(0.02 * (temperature - 333.15)))


@pytest.fixture(scope="module")
def cool(tmp_path_factory):
    """A tank whose chip stays below its limit; result and state."""
    result, status, state = solved(leaking(tmp_path_factory.mktemp("cool"), STEADY, limit=360.15))
    assert status == "converged"
    return result, state


def test_the_oil_takes_the_power_at_the_chips_temperature(cool):
    """A chip below 60 degC draws less than its 500 W, and the field has exactly that heat in it."""
    result, state = cool
    (row,) = state.section["chips"]
    expected = leaks(row["max_C"] + 273.15)
    assert expected < 498.0
    assert row["power_W"] == pytest.approx(expected, rel=2e-6)
    assert result.summary["balance"]["heat_in_W"] == pytest.approx(row["power_W"], rel=1e-9)
    assert result.summary["balance"]["closure"] < 1e-8
    assert (state.heat, state.reference_heat) == (pytest.approx(row["power_W"]), 500.0)
    rise = state.heat / (state.coolant_flow * 4180.0)
    assert state.coolant_outlet - state.coolant_inlet == pytest.approx(rise, rel=0.01)


def test_the_warmest_coolant_counts_the_leakage_at_the_limit(cool):
    """The chip that is 5 K below its limit of 54 degC by then draws more than now, so less than the margin is left."""
    _, state = cool
    (row,) = state.section["chips"]
    highest = min(row["limit_C"], 87.0) - 5.0
    resistance = (row["max_C"] - row["liquid_C"]) / row["power_W"]
    assert row["limit_C"] == pytest.approx(54.0)
    slack = highest - row["liquid_C"] - resistance * leaks(highest + 273.15)
    assert state.facility_limit - state.coolant_inlet == pytest.approx(slack, abs=1e-6)


def test_a_chip_at_its_limit_slows_down(tmp_path):
    result, _, state = solved(leaking(tmp_path, STEADY, limit=319.15))
    (row,) = state.section["chips"]
    assert row["max_C"] == pytest.approx(46.0, abs=1e-3)
    clock = float(state.chips.state.clock[0])
    leakage = leaks(319.15) - 400.0
    assert clock < 1.0 and row["power_W"] == pytest.approx(400.0 * clock**3 + leakage, rel=1e-5)
    assert result.summary["balance"]["heat_in_W"] == pytest.approx(row["power_W"], rel=1e-9)


def test_leakage_that_runs_away_leaves_a_steady_tank(tmp_path):
    """Half of 500 W is leakage at 60 degC and grows a tenth a kelvin: it stays that of 61 degC, the shutdown."""
    runaway = {"limit": 333.15, "shutdown": 334.15, "leakage_fraction": 0.5, "leakage_per_kelvin": 0.1}
    supply = 'temperature = "40 degC"\n[[return]]'
    assert supply in STEADY
    result, status, state = solved(leaking(tmp_path, STEADY.replace(supply, supply.replace("40", "56")), **runaway))
    (row,) = state.section["chips"]
    assert status == "converged" and row["max_C"] > 61.0
    assert row["power_W"] == pytest.approx(250.0 * 0.3**3 + 250.0 * np.exp(0.1), rel=1e-9)
    assert result.summary["balance"]["heat_in_W"] == pytest.approx(row["power_W"], rel=1e-9)
    assert "GPU: even the lowest clock is too hot at full rate; it would shut down" in state.flags


def test_after_a_trip_the_chip_is_held_at_its_limit(tmp_path):
    """The pump stops after 10 s: the chip warms to 54 degC, then its clock falls, and what it does not make is told."""
    _, status, state = solved(leaking(tmp_path, TANK.replace('duration = "100 s"', 'duration = "250 s"')))
    assert status == "completed"
    (row,) = state.section["chips"]
    assert row["max_C"] < 54.2
    found = {monitor["name"]: monitor["value"] for monitor in state.monitors}
    assert 0.0 < found["time to first throttle"] < 240.0
    assert 0.3 <= found["lowest clock in time"] < 1.0
    assert 0.0 < found["share of tokens not made in time"] < 0.7
    assert any("first chips slow down" in flag for flag in state.flags)
    assert row["power_W"] < 500.0


TRIP = 'target = "manifold"\nchange = { flow = 0 }'
FLAT = {"leakage_fraction": 0.0, "leakage_per_kelvin": 0.0}
RAISED = TANK.replace('duration = "100 s"', 'duration = "14 s"').replace(
    TRIP, 'target = "GPU"\nchange = { power = 500 }').replace('power = "500 W"', 'power = "250 W"')  # fmt: skip
BLOCK = """[[porous]]
name = "GPU"
from = ["0.04 m", "0 m", "0.12 m"]
to = ["0.12 m", "0.2 m", "0.24 m"]
linear = ["5e6 1/m^2", "5e6 1/m^2", "5e6 1/m^2"]
conductance = "3e4 W/m^3/K"
power = "0 W"
limit = "54 degC"
[[obstacle]]
name = "other"
from = ["0 m", "0 m", "0.12 m"]
to = ["0.04 m", "0.2 m", "0.2 m"]
material = "copper"
power = "50 W"
"""


@pytest.mark.parametrize(("limit", "clock"), [(50.0, 1.0), (48.7, 0.85)])
def test_an_event_that_raises_the_power_slows_only_chips_at_their_limit(tmp_path, limit, clock):
    """Twice the power from 10 s on is of the same chips at the same clock: below its limit such a chip warms as without
    ``load.chip``, to the last digits; one that gets there is held and slows by the few percent that it takes."""
    text = RAISED.replace("54 degC", f"{limit} degC")
    _, _, state = solved(leaking(tmp_path, text, limit=limit + 273.15, **FLAT))
    plain = leaking(tmp_path, text).model_copy(update={"load": None})
    (row,), (free,) = state.section["chips"], solved(plain)[2].section["chips"]
    found = {monitor["name"]: monitor["value"] for monitor in state.monitors}
    if clock == 1.0:
        assert free["max_C"] < limit and "time to first throttle" not in found
        assert row["max_C"] == pytest.approx(free["max_C"], abs=1e-9)
        assert (row["power_W"], found["share of tokens not made in time"]) == (500.0, 0.0)
    else:
        assert free["max_C"] > limit + 0.3 and found["time to first throttle"] > 0.0
        assert row["max_C"] == pytest.approx(limit, abs=0.05)
        assert clock < found["lowest clock in time"] < 1.0


def test_a_chip_of_a_tank_in_shutdown_draws_nothing_from_then_on(tmp_path):
    """A clock of at least 0.97 cannot hold the chip after the trip: past its shutdown it is off, for good, and as warm
    as the liquid in it."""
    text = TANK.replace('duration = "100 s"', 'duration = "70 s"').replace("54 degC", "51.8 degC")
    _, _, state = solved(leaking(tmp_path, text, limit=324.95, shutdown=325.15, minimum_clock=0.97))
    (row,) = state.section["chips"]
    found = {monitor["name"]: monitor["value"] for monitor in state.monitors}
    assert 0.0 < found["time to first throttle"] < found["time to first shutdown"] < 55.0
    assert row["power_W"] == 0.0 and 52.0 < row["max_C"] < 52.2
    assert row["end_C"] < 51.0
    off = 60.0 - found["time to first shutdown"]
    assert off / 70.0 < found["share of tokens not made in time"] < (off + 0.03 * 60.0) / 70.0


def test_a_porous_block_without_mass_gets_its_power_by_an_event(tmp_path):
    """It has no power before; afterwards its solid is P / (G V) over its liquid."""
    before, rest = TANK.replace('duration = "100 s"', 'duration = "12 s"').split("[[heat_sink]]")
    text = before + BLOCK + "[time]" + rest.split("[time]")[1].replace(TRIP, 'target = "GPU"\nchange = { power = 500 }')
    _, status, state = solved(leaking(tmp_path, text, **FLAT))
    (row,) = [row for row in state.section["chips"] if row["name"] == "GPU"]
    assert (status, row["power_W"]) == ("completed", 500.0)
    volume = 0.08 * 0.2 * 0.12
    assert row["max_C"] - row["liquid_C"] == pytest.approx(500.0 / (3e4 * volume), rel=1e-9)


WARM_BLOCK = """[[obstacle]]
name = "switch"
from = ["0.12 m", "0 m", "0.28 m"]
to = ["0.16 m", "0.2 m", "0.32 m"]
material = "copper"
power = "20 W"
limit = "80 degC"
"""


def test_blocks_in_time_cannot_slow_down(tmp_path):
    """A limited block is refused by its name where [load.chip] and [time] meet, and only there."""
    text = STEADY + WARM_BLOCK
    check_immersion(leaking(tmp_path, text))
    check_immersion(leaking(tmp_path, text + TIME).model_copy(update={"load": None}))
    check_immersion(leaking(tmp_path, text.replace('limit = "80 degC"', "") + TIME))
    with pytest.raises(CaseError, match=r"obstacle\.switch\.limit: is of a block whose chips \[load\.chip\] cannot"):
        check_immersion(leaking(tmp_path, text + TIME))


def test_an_interrupted_tank_goes_on_to_the_same_bits(tmp_path):
    case = leaking(tmp_path, TANK.replace('duration = "100 s"', 'duration = "30 s"'), limit=321.15)
    saved = {}

    def solve(resume, listener):
        feedback = TankFeedback(FullRate.of(case))
        done = solve_transient(case.field_only(), CpuBackend("double", threads=1), fluid_properties(case), listener,
                               resume, solid_feedback=feedback)  # fmt: skip
        return done.solver.T.copy(), feedback.notes()

    def keep(*arguments):
        march = arguments[-1]
        if getattr(march, "time", 0.0) > 15.0 and not saved:
            saved.update(march_state.save(march))

    field, notes = solve(None, keep)
    again, later = solve(saved, lambda *_: None)
    assert notes["first"] and notes == later
    assert np.array_equal(field, again)
