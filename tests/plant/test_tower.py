"""Cooling tower and its water: rating point, fan speed, the worked balance, PsychroLib, and what may never happen."""

import csv
from pathlib import Path

import numpy as np
import psychrolib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thermo import records
from thermo.case.schema_plant import Plant
from thermo.media import moist_air
from thermo.plant import tower, water, weather
from thermo.plant.tower import Correlation, FixedApproach

REFERENCE = Path(__file__).parents[2] / "validation/reference/facility"
YORK = Correlation(records.cooling_tower("YorkCalc"))
TOWER = Plant().tower


def table(file):
    lines = [line for line in (REFERENCE / file).read_text().splitlines() if not line.startswith("#")]
    return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(lines)]


def test_correlation_gives_the_rating_at_the_rating_point():
    """29.44 degC out of 35.0 degC at 25.55 degC wet bulb: the approach of the coefficients is 3.89 K within 0.05 K."""
    record = YORK.record
    approach = YORK.approach(record.wet_bulb, record.water_in - record.water_out, 1.0)
    assert approach == pytest.approx(record.water_out - record.wet_bulb, abs=0.05)


def test_correlation_is_the_sum_of_its_27_terms():
    """Term by term at 10 degC wet bulb, 5 K range and 0.8 of the water: another order than the code's nesting."""
    c, t, r, g = YORK.record.coefficients, 10.0, 5.0, 0.8
    terms = [c[i + 3 * j + 9 * k] * t**i * r**j * g**k for k in range(3) for j in range(3) for i in range(3)]
    assert YORK.approach(283.15, r, g) == pytest.approx(sum(terms), rel=1e-12)


@pytest.mark.parametrize("law", [YORK, FixedApproach(4.0)], ids=["YorkCalc", "fixed"])
def test_fan_speed_gives_the_approach_it_was_asked_for(law):
    wet_bulb, wanted = np.array([265.0, 280.0, 290.0, 298.0]), np.array([16.0, 12.0, 9.0, 6.0])
    speed = law.speed(wet_bulb, 5.0, 0.9, wanted)
    assert ((speed > 0.0) & (speed < 1.0)).all()
    if law is YORK:
        constant, linear, square = YORK.curve(wet_bulb, 5.0)
        ratio = 0.9 / speed
        np.testing.assert_allclose(constant + ratio * (linear + ratio * square), wanted, rtol=1e-9)
    else:
        np.testing.assert_allclose(speed, 9.0 / (5.0 + wanted))


def test_target_is_held_or_missed_at_full_speed():
    wet_bulb = np.array([275.0, 288.0, 297.0])
    found = tower.leaving_water(TOWER, YORK, wet_bulb, 5.0, 1.0, 295.0)
    leaving, speed = found.water, found.speed
    assert leaving[0] == leaving[1] == 295.0
    assert TOWER.minimum_fan_speed <= speed[0] < speed[1] < 1.0
    assert leaving[2] == pytest.approx(297.0 + YORK.approach(297.0, 5.0, 1.0))
    assert speed[2] == 1.0


def test_outside_the_range_the_edge_is_held_and_said():
    hot = np.array([299.85, 303.0])
    assert YORK.outside(hot, 5.0, 1.0).tolist() == [False, True]
    np.testing.assert_allclose(np.diff(YORK.approach(hot, 5.0, 1.0)), 0.0)
    assert YORK.outside(290.0, 5.0, 0.5) and YORK.outside(290.0, 0.9, 1.0)


@settings(max_examples=100, deadline=None)
@given(st.floats(240.0, 305.0), st.floats(0.1, 8.0), st.floats(1.2, 15.0), st.floats(0.75, 1.0))
def test_warmer_wet_bulb_never_makes_colder_water(wet_bulb, warmer, range_, share):
    cold, warm = (value + YORK.approach(value, range_, share) for value in (wet_bulb, wet_bulb + warmer))
    assert warm >= cold - 1e-9


def test_water_balance_is_the_worked_one():
    """Every row of the worked table, to the digits it prints; it circulates 47.8 kg/s."""
    rows = table("tower_water_balance_worked.csv")
    assert len(rows) == 4
    for row in rows:
        evaporation = water.evaporation_of_fraction(1e3 * row["heat_kW"], row["latent_fraction"])
        rates = water.balance(evaporation, row["drift_fraction"] * 47.8, row["cycles"])
        for name in ("evaporation", "drift", "blowdown", "makeup"):
            assert 3600.0 * rates[f"water_{name}"] == pytest.approx(row[f"{name}_kg_h"], abs=6e-5)
        litres = 3600.0 * rates["water_makeup"] / row["heat_kW"]
        assert litres == pytest.approx(row["makeup_L_per_kWh_heat"], abs=6e-7)


def test_salts_balance():
    """What comes in with the make-up leaves with blowdown and drift at `cycles` times the concentration."""
    rates = water.balance(2.0, 0.01, 6.0)
    assert rates["water_makeup"] == pytest.approx(6.0 * (rates["water_blowdown"] + rates["water_drift"]))
    assert water.balance(1.0, 0.5, 6.0)["water_blowdown"] == 0.0


def test_evaporation_is_that_of_psychrolib():
    """The same air states by PsychroLib: humidity and enthalpy of outdoor air and of saturated air at 28 degC."""
    psychrolib.SetUnitSystem(psychrolib.SI)
    for dry_bulb, humidity in ((35.0, 0.2), (20.0, 0.6), (2.0, 0.9)):
        outdoor = weather.constant(dry_bulb + 273.15, humidity, 95000.0)
        before = psychrolib.GetHumRatioFromRelHum(dry_bulb, humidity, 95000.0)
        after = psychrolib.GetSatHumRatio(28.0, 95000.0)
        gained = psychrolib.GetMoistAirEnthalpy(28.0, after) - psychrolib.GetMoistAirEnthalpy(dry_bulb, before)
        found = water.tower_evaporation(1e6, 303.15, 299.15, outdoor)[0]
        assert found == pytest.approx(1e6 * (after - before) / gained, rel=2e-4)


@pytest.mark.parametrize(("dry_bulb", "humidity", "low", "high"), [(25.0, 0.5, 1.18, 1.30), (40.0, 0.15, 1.5, 2.0)])
def test_evaporation_against_the_rule_of_thumb(dry_bulb, humidity, low, high):
    """1.24 kg/h per kW of heat is the rule: met within 5 % in mild air. Hot dry air cools as well and takes more."""
    outdoor = weather.constant(dry_bulb + 273.15, humidity, 101325.0)
    assert low < 3600.0 * water.tower_evaporation(1e3, 305.15, 299.15, outdoor)[0] < high


@settings(max_examples=80, deadline=None)
@given(st.floats(245.0, 315.0), st.floats(0.02, 1.0), st.floats(1.2, 20.0), st.floats(1.2, 12.0))
def test_evaporation_is_between_nothing_and_what_the_air_can_give(dry_bulb, humidity, approach, range_):
    """Never negative; the heat it takes is at most what the water gives and what the outdoor air cools down by."""
    outdoor = weather.constant(dry_bulb, humidity, 101325.0)
    out = outdoor.wet_bulb[0] + approach
    evaporated = water.tower_evaporation(1.0, out + range_, out, outdoor)[0]
    mean = out + 0.5 * range_
    saturated = moist_air.humidity_ratio(mean, 1.0, 101325.0)
    assert evaporated >= 0.0
    air = (saturated - outdoor.humidity_ratio[0]) / evaporated if evaporated > 0.0 else 0.0
    cooled = max(dry_bulb - mean, 0.0) * air * (1006.0 + 1860.0 * outdoor.humidity_ratio[0])
    assert evaporated * (2.501e6 + 1860.0 * (mean - 273.15)) <= (1.0 + cooled) * (1.0 + 1e-9)
