"""Ride-through times: interpolated, counted from the first event, absent where nothing happened."""

from __future__ import annotations

import pytest
from room import make_case
from time_cases import AISLE, run

from thermo.field.ride_through import of_racks
from thermo.field.transient_outcome import transient_rack_rows


def record(case, points, begin=2.0) -> dict[str, float]:
    ride = of_racks(case, begin)
    for time, top in points:
        ride.add(time, {"A1": (top - 1.0, top)})
    return ride.row("A1")


def test_the_time_of_passing_is_interpolated():
    row = record(make_case(AISLE), [(0.0, 20.0), (2.0, 20.0), (4.0, 30.0), (6.0, 34.0)])
    assert row["ride_through_s"] == pytest.approx(5.0 - 2.0)  # class A1: 32 degC
    assert row["shutdown_s"] == pytest.approx(2.8 - 2.0)  # 24 degC
    assert row["inlet_peak_C"] == 34.0


def test_what_did_not_happen_is_left_out():
    assert record(make_case(AISLE), [(0.0, 20.0), (2.0, 20.0), (4.0, 22.0)]) == {"inlet_peak_C": 22.0}


def test_a_rack_that_is_too_warm_before_the_event_has_no_time_left():
    row = record(make_case(AISLE), [(0.0, 40.0), (2.0, 40.0), (4.0, 41.0)])
    assert row["ride_through_s"] == 0.0


def test_the_class_of_the_rack_decides():
    case = make_case(AISLE, ['rack.A1.ashrae_class="A4"'])
    assert "ride_through_s" not in record(case, [(0.0, 20.0), (2.0, 20.0), (4.0, 44.0)])


def test_a_row_names_the_class_that_its_time_is_counted_for():
    solution = run(AISLE, ["rack.A1.ashrae_class=A3", "time.duration=0.3", "time.statistics_from=0", "event=[]",
                           "time.output_every=0.3", "solve.max_iterations=20"])
    assert transient_rack_rows(solution)[0]["ashrae_class"] == "A3"
