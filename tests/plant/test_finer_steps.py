"""Years of steps below an hour: means of the weather, hand-calculated plants, loads within the hour, balances."""

import numpy as np
import pytest
from plant_case import abilene_file, plant_case

from thermo.case.schema_plant import Plant
from thermo.errors import CaseError
from thermo.plant import weather, year

IT, FLOW, SUPPLY = 2e6, 138.0, 291.15
SIMPLE = {"chiller": {"cop": 4.0}, "economizer": {"kind": "none"}}


def run(step, it=IT, flow=FLOW, dry_bulb=308.15, **plant):
    case = plant_case(dry_bulb, step=step, **(SIMPLE | plant))
    return year.simulate(case, it, SUPPLY, None, flow)


def test_weather_is_linear_between_the_middles_of_the_hours():
    hourly = weather.read_epw(abilene_file())
    fine = weather.on_step(hourly, 900.0)
    assert fine.month.size == 4 * 8760 and fine.step == 900.0
    before, here, after = hourly.dry_bulb[99:102]
    former, later = [3 * before + 5 * here, before + 7 * here], [7 * here + after, 5 * here + 3 * after]
    expected = np.array([*former, *later]) / 8
    np.testing.assert_allclose(fine.dry_bulb[400:404], expected, rtol=1e-12)
    assert fine.dry_bulb.mean() == pytest.approx(hourly.dry_bulb.mean(), rel=1e-12)
    assert weather.on_step(hourly, 3600.0) is hourly


def test_constant_year_is_the_same_at_any_step():
    """Nothing changes within the year: every total is that of the hourly year, to rounding."""
    hourly, fine = run(3600.0), run(600.0)
    for name, value in hourly.totals.items():
        assert fine.totals[name] == pytest.approx(value, rel=1e-12, abs=1e-12), name
    assert fine.mode_hours == {"free": 0.0, "mixed": 0.0, "mechanical": 8760.0}
    assert fine.hourly["facility_power"].shape == (6 * 8760,)


def test_fans_within_the_hour_by_hand():
    """Half an hour at full air flow and half at half of it: cubed, 0.5625 of full power; the hourly mean says 0.42."""
    handler = {"flow_margin": 1.0, "fan_pressure": 400.0, "fan_efficiency": 0.5, "minimum_speed": 0.1}
    share = np.tile([1.0, 0.5], 8760)
    fine = run(1800.0, IT * share, FLOW * share, air_handler=handler)
    hourly = run(3600.0, np.full(8760, 0.75 * IT), np.full(8760, 0.75 * FLOW), air_handler=handler)
    full = FLOW * 400.0 / 0.5 * 8.76
    assert fine.totals["crah_fans_kWh"] == pytest.approx(full * (1.0 + 0.125) / 2.0, rel=1e-12)
    assert hourly.totals["it_kWh"] == pytest.approx(fine.totals["it_kWh"], rel=1e-12)
    assert fine.totals["peak_power_W"] > 1.2 * hourly.totals["peak_power_W"]


def test_every_step_conserves_energy():
    result = run(900.0, dry_bulb=None, economizer={"kind": "water_side"}, chiller={"record": "Carrier 30RB390"})
    assert result.totals["energy_balance"] < 1e-9
    balance = result.totals["heat_rejected_kWh"] + result.totals["unmet_cooling_kWh"]
    assert balance == pytest.approx(result.totals["facility_kWh"], rel=1e-9)
    assert sum(result.mode_hours.values()) == pytest.approx(8760.0)


@pytest.mark.parametrize("step", [7200.0, 1000.0, 30.0])
def test_step_must_be_a_part_of_an_hour(step):
    with pytest.raises(ValueError, match="whole number of steps"):
        Plant.model_validate({"step": step})


def test_case_error_names_the_key(tmp_path):
    import sys
    from pathlib import Path

    sys.path.insert(0, str(Path(__file__).parents[1] / "load"))
    from load_case import loaded

    with pytest.raises(CaseError, match=r"plant\.step"):
        loaded(tmp_path, "", ["plant.step=7 min"])
