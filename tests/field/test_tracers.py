"""Tracers: shares of the air of every intake that add up, agree with the temperatures and with an exact case."""

from __future__ import annotations

import numpy as np
import pytest
from room import make_case, settled

from thermo.field.monitors import KELVIN, intake_heights
from thermo.field.tracers import trace_air

ROOM = """
[room]
size = ["3 m", "2.4 m", "2.4 m"]
[room.sides]
x_max = "symmetry"
[fluid]
name = "air"
[grid]
cell = "0.2 m"
[solve]
sequence = false
CONVECTION
[[rack]]
name = "A"
from = ["1.2 m", "0.6 m", "0 m"]
to = ["2 m", "1.2 m", "1.8 m"]
intake = "x_max"
exhaust = "x_min"
power = "6 kW"
temperature_rise = "12 K"
[[rack]]
name = "B"
from = ["1.2 m", "1.2 m", "0 m"]
to = ["2 m", "1.8 m", "1.8 m"]
intake = "x_max"
exhaust = "x_min"
power = "3 kW"
temperature_rise = "15 K"
[[supply]]
name = "cold"
from = ["2.4 m", "0.6 m", "0 m"]
to = ["3 m", "1.2 m", "0 m"]
temperature = "16 degC"
flow = 0.25
[[supply]]
name = "cool"
from = ["2.4 m", "1.2 m", "0 m"]
to = ["3 m", "1.8 m", "0 m"]
temperature = "21 degC"
flow = 0.2
[[return]]
name = "ceiling"
from = ["0.2 m", "0.6 m", "2.4 m"]
to = ["0.8 m", "1.8 m", "2.4 m"]
"""
SUPPLIED = {"cold": 16.0, "cool": 21.0}


@pytest.fixture(scope="module", params=["limited", "upwind"])
def solution(request):
    return settled(make_case(ROOM.replace("CONVECTION", f'[physics]\nconvection = "{request.param}"')))


@pytest.fixture(scope="module")
def traced(solution):
    return trace_air(solution.solver)


def test_shares_add_up_to_one(traced):
    assert set(traced.sources) == {"A", "B", "cold", "cool"}
    assert set(traced.receivers) == {"A", "B", "ceiling"}
    assert traced.racks == {"A", "B"}
    assert traced.fractions.sum(axis=1) == pytest.approx(1.0, abs=1e-6)


def test_intake_temperature_is_the_mean_of_its_sources(solution, traced):
    """No heat passes the walls, so what the air mixes is all there is."""
    means = {rack.name: solution.levels[-1][f"rack {rack.name} inlet_mean"] for rack in solution.solver.racks}
    exhausts = {name: means[name] + rise for name, rise in (("A", 12.0), ("B", 15.0))}
    source = np.array([(SUPPLIED | exhausts)[name] for name in traced.sources])
    for name, row in zip(traced.receivers, traced.fractions, strict=True):
        if name in means:
            assert row @ source == pytest.approx(means[name], abs=2e-3)


def test_what_is_blown_in_is_taken_in(traced):
    """Nothing but diffusion onto the supply openings is lost between source and receiver."""
    assert traced.receiver_flow @ traced.fractions == pytest.approx(traced.source_flow, rel=5e-3)


def test_both_supplies_are_told_apart(traced):
    shares = {name: dict(zip(traced.sources, row, strict=True)) for name, row in
              zip(traced.receivers, traced.fractions, strict=True)}
    assert shares["A"]["cold"] > shares["B"]["cold"]
    assert shares["B"]["cool"] > shares["A"]["cool"]


def test_intake_heights_average_to_the_mean(solution):
    """Nine even rows of cells: the sampled rows are 1, 4 and 7 of 0 to 8, and lie between the extremes."""
    heights = intake_heights(solution.solver)
    air = solution.solver.interior(solution.solver.T) + solution.solver.datum - KELVIN
    rows = air[:, 3:6, 10].mean(axis=1)
    assert heights["A"] == pytest.approx([rows[1], rows[4], rows[7]])


CLOSED = """
[room]
size = ["3.6 m", "1.2 m", "2.4 m"]
[fluid]
name = "air"
[physics]
convection = "upwind"
[grid]
cell = "0.2 m"
[solve]
sequence = false
[[rack]]
name = "A"
from = ["1.4 m", "0.2 m", "0 m"]
to = ["2.2 m", "1 m", "1.8 m"]
intake = "x_min"
exhaust = "x_max"
power = "4 kW"
temperature_rise = "10 K"
[[cooling_unit]]
name = "CRAH 1"
from = ["0 m", "0 m", "0 m"]
to = ["0.6 m", "1.2 m", "1.6 m"]
intake = "z_max"
discharge = "x_max"
flow = 0.3
supply_temperature = "18 degC"
"""


def test_a_cooling_unit_is_a_source_and_a_receiver():
    """In a closed room all air comes from the unit or from the rack, and the shares explain the intake temperature."""
    solution = settled(make_case(CLOSED))
    traced = trace_air(solution.solver)
    assert sorted(traced.sources) == sorted(traced.receivers) == ["A", "CRAH 1"]
    assert traced.fractions.sum(axis=1) == pytest.approx(1.0, abs=1e-6)
    inlet = solution.levels[-1]["rack A inlet_mean"]
    source = np.array([{"A": inlet + 10.0, "CRAH 1": 18.0}[name] for name in traced.sources])
    assert traced.fractions[traced.receivers.index("A")] @ source == pytest.approx(inlet, abs=2e-3)
