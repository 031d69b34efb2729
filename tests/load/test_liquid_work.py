"""Liquid-cooled and immersed racks under load: the same books, closed to 1e-9; hot coolant slows the chips."""

import numpy as np
import pytest

from thermo import immersion, liquid, operation
from thermo.case import load
from thermo.case.shipped import shipped_cases
from thermo.errors import CaseError
from thermo.load import demand

CLOSED, TANK = shipped_cases()["abilene_closed_loop"], shipped_cases()["abilene_immersion_two_phase"]


def closed(*overrides):
    case = load(CLOSED, overrides)
    return case, liquid.operate(case, liquid.solve_loop(case))


def tank(*overrides):
    case = load(TANK, overrides)
    return case, immersion.operate(case, immersion.pool_state(case))


@pytest.mark.parametrize("run", [closed, tank])
def test_books_close_from_chip_to_weather(run):
    case, worked = run()
    year, tokens = worked.year, operation.sections(case, worked)["tokens"]
    assert np.abs(year.hourly["energy_balance"]).max() < 1e-9
    np.testing.assert_allclose(year.hourly["it_power"], worked.work.it_power, rtol=1e-12)
    assert tokens["servers"] == pytest.approx(160.0, rel=1e-4)
    assert tokens["J_per_token"] == pytest.approx(year.totals["facility_kWh"] * 3.6e6 / tokens["per_year"], rel=1e-12)
    assert tokens["lost_to_throttling_share"] == 0.0
    assert 0.0 < tokens["water_site_L_per_Mtoken"] < 1e-4


def test_coolant_that_is_too_warm_slows_the_chips():
    """Chips that slow down at 58 degC, on plates that leave them at 61: the limit is held and tokens are lost."""
    _, cool = closed()
    assert cool.work.totals["lost_to_throttling_share"] == 0.0
    _, worked = closed("load.chip.limit=58 degC")
    assert worked.work.totals["lost_to_throttling_share"] > 0.0
    assert worked.work.hourly["chip_temperature"].max() <= 331.15 + 1e-6


def test_resistance_follows_from_the_plates():
    with pytest.raises(CaseError, match="follows from the plates"):
        load(CLOSED, ["load.chip.resistance=0.05 K/W"])


@pytest.mark.parametrize(("run", "count"), [(closed, 40), (tank, 20)])
def test_independent_racks_and_tanks_smooth_the_hall(run, count):
    """The variance of the mean of n racks, each at its own place of the trace, is about 1/n of that of one."""
    case, worked = run("load.independence=1.0", "load.seed=3")
    assert demand.racks_of(case) == count
    _, together = run()
    ratio = np.var(worked.work.hourly["utilisation"]) / np.var(together.work.hourly["utilisation"])
    assert 0.3 / count < ratio < 3.0 / count
