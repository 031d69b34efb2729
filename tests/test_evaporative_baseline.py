"""The hall of Abilene dry and on cooling towers: what the sealed loop saves in water and costs in electricity."""

import pytest

from kernels.backend import make_backend
from thermo import liquid
from thermo.case import load
from thermo.case.shipped import shipped_cases

HALL = shipped_cases()["abilene_hall"]


@pytest.fixture(scope="module")
def halls():
    return {
        size: liquid.solve(load(HALL, [f"case.size={size}"]), make_backend("cpu"), None)[0].summary
        for size in ("quick", "evaporative")
    }


def test_the_dry_hall_evaporates_exactly_nothing(halls):
    water = halls["quick"]["water"]
    assert water["evaporation_L_per_year"] == 0.0
    lost = water["top_up_L_per_year"] + water["filter_purge_L_per_year"] + water["leak_L_per_year"]
    assert 0.0 < water["makeup_L_per_year"] < lost < 0.03 * water["first_fill_L"]


def test_towers_save_some_electricity_and_drink_much(halls):
    dry, wet = halls["quick"], halls["evaporative"]
    assert 0.0 < dry["metrics"]["pue"] - wet["metrics"]["pue"] < 0.03
    assert wet["metrics"]["wue_site_L_per_kWh"] > 1000.0 * dry["metrics"]["wue_site_L_per_kWh"]
    assert 1.0 < wet["metrics"]["wue_site_L_per_kWh"] < 2.5
    assert wet["plant"]["peak_power_W"] < dry["plant"]["peak_power_W"]


def test_the_racks_are_the_same(halls):
    assert halls["quick"]["chips"] == halls["evaporative"]["chips"]
    assert halls["quick"]["energy"]["it_kWh"] == halls["evaporative"]["energy"]["it_kWh"]
