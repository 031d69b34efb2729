"""A tank in time with a plant behind it: the plant meets the tank as it was before its events, at full power."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kernels.backend import make_backend
from thermo import immersion
from thermo.errors import CaseError

sys.path.insert(0, str(Path(__file__).parent / "field"))
from room import make_case
from test_tank_in_time import TANK

PLANT = """
[site]
name = "Abilene, Texas"
weather = "USA_TX_Abilene.Rgnl.AP.722660_TMY3.epw"
[plant]
it_scale = 1000
[plant.facility_loop]
coolant = "propylene glycol 40%"
temperature_rise = "10 K"
[plant.dry_cooler]
record = "BAC TDFS1238N C60ET40B"
[load]
kind = "steady"
server = "8x H200 air, Llama 2 70B, server"
utilisation = 0.5
"""
STEADY = TANK[: TANK.index("[time]")]


def solved(text: str) -> dict:
    result, _ = immersion.solve(make_case(text), make_backend("cpu", "double", 1), lambda *_: None)
    return result.summary


@pytest.fixture(scope="module")
def trip():
    return solved(TANK.replace('duration = "100 s"', 'duration = "30 s"') + PLANT)


def test_the_plant_meets_the_tank_before_its_events(trip):
    steady = solved(STEADY + PLANT)
    assert trip["plant"]["supply_limit_C"] == pytest.approx(steady["plant"]["supply_limit_C"], abs=0.02)
    assert trip["metrics"]["pue"] == pytest.approx(steady["metrics"]["pue"], rel=1e-4)
    (row,) = trip["immersion"]["chips"]
    assert row["start_C"] == pytest.approx(steady["immersion"]["chips"][0]["max_C"], abs=0.02)
    assert trip["balance"]["storage_W"] == pytest.approx(500.0, rel=0.02)  # no heat leaves while the pump stands


def test_a_load_beside_a_run_in_time_is_flagged(trip):
    assert any("demand of [load] acts in the plant's year only" in flag for flag in trip["run"]["flags"])


def test_a_run_from_given_fields_has_no_steady_state_for_the_plant():
    with pytest.raises(CaseError, match=r"time\.start: the plant needs the tank's steady state"):
        make_case(TANK.replace("[time]", '[time]\nstart = "initial"') + PLANT)


@pytest.mark.parametrize(("text", "why"), [(TANK, "has no effect in a tank"), (STEADY, "has no effect without")])
def test_a_place_in_the_trace_is_refused(text, why):
    with pytest.raises(CaseError, match=rf"load\.start: {why}"):
        make_case(text + PLANT + 'start = "1 h"\n')
