"""Chip: balance of heat at every point, the limit held, no tokens from nothing."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thermo.case.schema_load import Chip
from thermo.load.chip import ChipLaw, law, state

LINEAR = ChipLaw(700.0, 0.05, 363.15, 363.15, 333.15, 0.0, 0.0, 3.0, 0.3)
LEAKY = ChipLaw(700.0, 0.05, 363.15, 363.15, 333.15, 0.15, 0.015, 3.0, 0.3)


def test_without_leakage_by_hand():
    cool = state(LINEAR, 310.0, 0.5)
    assert cool.temperature == pytest.approx(310.0 + 0.05 * 350.0)
    assert cool.power == pytest.approx(350.0) and cool.clock == 1.0


def test_throttled_clock_by_hand():
    """Coolant 335.15 K leaves 28 K, so 560 W of 700 W: the clock falls to the cube root of 0.8."""
    hot = state(LINEAR, 335.15)
    assert hot.temperature == pytest.approx(363.15)
    assert hot.power == pytest.approx(560.0)
    assert hot.clock == pytest.approx(0.8 ** (1 / 3))


def test_slower_clock_serves_the_same_when_there_is_time():
    """At half the tokens the chip may run slower and be busy longer: power falls by the square of the clock."""
    warm = state(LINEAR, 363.15 - 0.05 * 300.0, 0.5)
    assert warm.clock == pytest.approx((300.0 / 350.0) ** 0.5)
    assert warm.power == pytest.approx(300.0)


@settings(max_examples=100, deadline=None)
@given(st.floats(280.0, 362.0), st.floats(0.0, 1.0), st.sampled_from([LINEAR, LEAKY]))
def test_heat_balances_and_the_limit_holds(coolant, rate, chip):
    found = state(chip, coolant, rate)
    if not found.shutdown:
        assert found.temperature <= chip.limit + 1e-6
        assert found.temperature == pytest.approx(coolant + chip.resistance * found.power, abs=1e-5)
    assert chip.minimum_clock <= found.clock <= 1.0


@settings(max_examples=60, deadline=None)
@given(st.floats(280.0, 355.0), st.floats(0.1, 5.0))
def test_warmer_coolant_never_helps(coolant, warmer):
    cool, warm = state(LEAKY, coolant), state(LEAKY, coolant + warmer)
    assert warm.clock <= cool.clock + 1e-12
    assert warm.temperature >= cool.temperature - 1e-9


def test_too_hot_is_shutdown():
    assert state(LINEAR, 363.15 - 0.05 * 10.0).shutdown
    assert not state(LINEAR, 330.0).shutdown


def test_runaway_leakage_is_not_taken_for_a_balance():
    """Leakage that grows faster than heat can leave has no steady temperature below any limit."""
    runaway = ChipLaw(700.0, 0.2, 500.0, 500.0, 333.15, 0.5, 0.05, 3.0, 1.0)
    found = state(runaway, 340.0)
    assert found.shutdown
    leakage = 350.0 * np.exp(0.05 * (500.0 - 333.15))
    assert found.power == pytest.approx(350.0 + leakage, rel=1e-12)
    assert found.temperature == pytest.approx(340.0 + 0.2 * found.power, rel=1e-12)


def test_leakage_grows_no_further_than_at_shutdown():
    hot = dataclasses.replace(LEAKY, shutdown=370.0)
    expected = 105.0 * np.exp(0.015 * np.array([26.85, 36.85]))
    np.testing.assert_allclose(hot.leakage([360.0, 400.0]), expected, rtol=1e-12)
    low = dataclasses.replace(LEAKY, limit=320.0, shutdown=325.0)
    cool, warm = state(low, 310.0, 0.1), state(low, np.array([324.0, 340.0, 360.0]), 0.1)
    assert cool.temperature < 320.0 and not cool.shutdown and warm.shutdown.all()
    np.testing.assert_allclose(np.diff(warm.temperature), [16.0, 20.0], rtol=1e-9)


def test_between_limit_and_shutdown_it_crawls():
    """At the lowest clock 19 W are left; 30 W of room at the limit are missing, so it runs warmer, not down."""
    lasting = dataclasses.replace(LINEAR, shutdown=373.15)
    found = state(lasting, 363.15)
    assert found.clock == 0.3 and not found.shutdown
    assert found.temperature == pytest.approx(363.15 + 0.05 * 700.0 * 0.027)


def test_record_gives_what_the_case_does_not():
    given = Chip(record="NVIDIA H100 SXM", resistance=0.05, limit=350.0)
    assert (law(given).power, law(given).limit, law(given).shutdown) == (700.0, 350.0, pytest.approx(368.15))


def test_arrays_broadcast():
    assert state(LEAKY, np.full((3, 1), 310.0), np.linspace(0, 1, 5)).power.shape == (3, 5)
