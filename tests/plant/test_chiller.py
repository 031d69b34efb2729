"""Chiller laws: curves, edges, staging, and the trend of a machine that is not among the records."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thermo import records
from thermo.plant import chiller
from thermo.plant.chiller_laws import CarnotFraction, Curves, FixedCop, Lift

LIFT = Lift(5.0, 15.0, 20.0)
YORK = Path(__file__).parents[2] / "validation/reference/facility/air_cooled_chiller_york_map.csv"


@pytest.fixture(scope="module")
def carrier():
    return Curves(records.chiller("Carrier 30RB390"), LIFT)


@pytest.fixture(scope="module")
def york():
    """COP at full load by (air, water) in degC; the 51.67 degC rows are extrapolated in the source and left out."""
    lines = [line for line in YORK.read_text().splitlines() if not line.startswith("#")]
    rows = [{key: float(value) for key, value in row.items()} for row in csv.DictReader(lines)]
    full = (row for row in rows if row["part_load_ratio"] == 1.0 and row["air_dry_bulb_C"] < 50.0)
    return {(row["air_dry_bulb_C"], row["leaving_water_C"]): row["COP"] for row in full}


def test_curve_by_hand(carrier):
    """eirft of Carrier 30RB390 at 10 degC water, 35 degC air, worked from its six coefficients."""
    eir = (
        0.956167823 - 0.0190268512 * 10 + 0.0012528074 * 100
        - 0.0169835155 * 35 + 0.0007174712 * 1225 - 0.0007448796 * 350
    )  # fmt: skip
    assert carrier.cop(283.15, 308.15) == pytest.approx(2.8 / eir, rel=1e-12)


def test_outside_the_range_is_carnot_from_the_edge(carrier):
    edge, point = (288.71, 302.59), (290.0, 290.0)
    expected = carrier.cop(*edge) * LIFT.carnot_cop(*point) / LIFT.carnot_cop(*edge)
    assert carrier.cop(*point) == pytest.approx(expected, rel=1e-9)
    assert carrier.outside(*point) and not carrier.outside(*edge)
    assert carrier.capacity(*point) == pytest.approx(carrier.capacity(*edge))
    hotter = carrier.capacity(288.71, 330.0)
    assert hotter < carrier.capacity(288.71, 322.04)


def test_cop_is_continuous_across_the_edge(carrier):
    air = np.array([302.59 - 1e-6, 302.59 + 1e-6])
    assert np.ptp(carrier.cop(285.15, air)) < 1e-5


def test_york_cold_side_follows_carnot_from_the_edge(york):
    """From 33 to 24 degC air the York COP rises 1.28 to 1.34 times; the law must not promise more, nor 10 % less."""
    for water in (4.44, 6.29, 8.15, 10.0):
        measured = york[23.89, water] / york[33.15, water]
        law = LIFT.carnot_cop(water + 273.15, 297.04) / LIFT.carnot_cop(water + 273.15, 306.30)
        assert -0.09 < law / measured - 1.0 < 0.005


def test_york_map_follows_one_fraction_of_carnot(york):
    """One fraction of Carnot (0.545) meets the York map, 24 to 42 degC air and 4 to 10 degC water, within 9.5 %."""
    law = CarnotFraction(0.545, LIFT)
    for (air, water), measured in york.items():
        assert law.cop(water + 273.15, air + 273.15) == pytest.approx(measured, rel=0.095)


@settings(max_examples=80, deadline=None)
@given(st.floats(278.0, 300.0), st.floats(250.0, 320.0), st.floats(0.1, 5.0))
def test_cop_never_rises_with_outdoor_air_outside_the_curves(water, air, warmer):
    law = CarnotFraction(0.5, LIFT)
    assert law.cop(water, air + warmer) <= law.cop(water, air) + 1e-12
    assert law.cop(water + warmer, air) >= law.cop(water, air) - 1e-12


@settings(max_examples=80, deadline=None)
@given(st.floats(250.0, 302.0), st.floats(0.1, 5.0))
def test_cop_of_curves_never_rises_with_air_below_their_range(air, warmer):
    law = Curves(records.chiller("Carrier 30RB390"), LIFT)
    assert law.cop(285.15, min(air + warmer, 302.59)) <= law.cop(285.15, air) + 1e-12


def test_staging_loads_as_few_units_as_carry_the_heat(carrier):
    capacity = float(carrier.capacity(285.15, 308.15))
    heat = np.array([0.0, 0.5, 1.0, 1.5, 2.9, 3.2]) * capacity
    cop = carrier.cop(285.15, 308.15)
    cooling = chiller.run(carrier, 3, heat, 285.15, 308.15, cop)
    assert cooling.running.tolist() == [0, 1, 1, 2, 3, 3]
    np.testing.assert_allclose(cooling.unmet, [0, 0, 0, 0, 0, 0.2 * capacity], atol=1e-6)
    np.testing.assert_allclose(cooling.heat + cooling.unmet, heat)
    np.testing.assert_allclose(cooling.power, cooling.heat / cop, rtol=1e-12, atol=1e-9)


def test_sized_units_carry_the_design_heat(carrier):
    units = chiller.size(carrier, 3e6, 285.15, 314.25)
    capacity = carrier.capacity(285.15, 314.25)
    assert (units - 1) * capacity < 3e6 <= units * capacity
    assert chiller.size(FixedCop(3.0), 3e6, 285.15, 314.25) == 1
