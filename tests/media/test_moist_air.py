"""Moist air against PsychroLib, which follows the same Handbook in scalar code of its own."""

import numpy as np
import psychrolib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thermo.media import moist_air

psychrolib.SetUnitSystem(psychrolib.SI)

CELSIUS = (-35.0, -12.3, -0.5, 0.5, 7.0, 18.0, 27.0, 35.0, 44.0)
HUMIDITY = (0.05, 0.3, 0.6, 0.95)
PRESSURE = (101325.0, 95000.0)
STATES = np.array([(t, h, p) for t in CELSIUS for h in HUMIDITY for p in PRESSURE])
T, H, P = STATES[:, 0] + 273.15, STATES[:, 1], STATES[:, 2]


def oracle(function):
    return np.array([function(*state) for state in STATES])


@pytest.fixture(scope="module")
def ratio():
    return oracle(psychrolib.GetHumRatioFromRelHum)


def test_saturation_pressure():
    expected = np.array([psychrolib.GetSatVapPres(t) for t in STATES[:, 0]])
    np.testing.assert_allclose(moist_air.saturation_pressure(T), expected, rtol=1e-9)


def test_saturation_pressure_of_the_handbook_table():
    """ASHRAE Fundamentals 2017, ch. 1, table 3: kPa over ice at -20, over water at 20 and 40 degC."""
    table = np.array([0.10324, 2.3392, 7.3838]) * 1e3
    np.testing.assert_allclose(moist_air.saturation_pressure([253.15, 293.15, 313.15]), table, rtol=2e-4)


def test_humidity_ratio(ratio):
    np.testing.assert_allclose(moist_air.humidity_ratio(T, H, P), ratio, rtol=1e-9)


def test_relative_humidity_inverts(ratio):
    np.testing.assert_allclose(moist_air.relative_humidity(T, ratio, P), H, rtol=1e-9)


def test_dew_point(ratio):
    """PsychroLib stops its Newton iteration at 1e-3 K."""
    expected = oracle(lambda t, h, p: psychrolib.GetTDewPointFromRelHum(t, h)) + 273.15
    np.testing.assert_allclose(moist_air.dew_point(ratio, P), expected, atol=2e-3)


def test_wet_bulb():
    """PsychroLib stops its bisection at 1e-3 K; same ice-bulb convention below 0 degC."""
    expected = oracle(psychrolib.GetTWetBulbFromRelHum) + 273.15
    np.testing.assert_allclose(moist_air.wet_bulb(T, H, P), expected, atol=2e-3)


def test_density_and_enthalpy(ratio):
    density = np.array([psychrolib.GetMoistAirDensity(t, w, p) for (t, _, p), w in zip(STATES, ratio, strict=True)])
    enthalpy = np.array([psychrolib.GetMoistAirEnthalpy(t, w) for (t, _, _), w in zip(STATES, ratio, strict=True)])
    np.testing.assert_allclose(moist_air.density(T, ratio, P), density, rtol=1e-5)
    np.testing.assert_allclose(moist_air.enthalpy(T, ratio), enthalpy, rtol=1e-9, atol=1e-6)


def test_saturated_air_has_one_temperature():
    t = np.array([263.15, 280.0, 300.0])
    np.testing.assert_allclose(moist_air.wet_bulb(t, 1.0, 101325.0), t, atol=2e-6)
    np.testing.assert_allclose(moist_air.dew_point(moist_air.humidity_ratio(t, 1.0, 101325.0), 101325.0), t, atol=2e-6)


@settings(max_examples=60, deadline=None)
@given(st.floats(250.0, 320.0), st.floats(0.02, 0.98), st.floats(0.005, 0.02))
def test_wet_bulb_rises_with_humidity_and_lies_between_dew_point_and_dry_bulb(t, humidity, more):
    wet = float(moist_air.wet_bulb(t, humidity, 101325.0))
    ratio = moist_air.humidity_ratio(t, humidity, 101325.0)
    assert float(moist_air.dew_point(ratio, 101325.0)) - 0.7 <= wet <= t + 1e-5
    assert float(moist_air.wet_bulb(t, humidity + more, 101325.0)) >= wet - 1e-6
