"""Tanks over a year: the warm pool needs no chiller, its heat is closed, and the ledger has no evaporation."""

from pathlib import Path

import numpy as np
import pytest

from thermo import immersion
from thermo.case import load

HALL = Path(__file__).resolve().parent.parent / "cases" / "immersion" / "hall_two_phase.toml"


@pytest.fixture(scope="module")
def solved():
    result, status = immersion.solve(load(HALL), None, None)
    assert status == "converged"
    return result


@pytest.fixture(scope="module")
def summary(solved):
    return solved.summary


def test_the_year_runs_on_dry_coolers_alone(summary):
    assert summary["plant"]["mode_hours"] == {"free": 8760, "mixed": 0, "mechanical": 0}
    assert summary["water"]["evaporation_L_per_year"] == 0.0


def test_tue_is_pue_without_server_fans(summary):
    """Nothing moves air in a tank: ITUE is 1, so TUE equals PUE."""
    assert summary["metrics"]["tue"] == pytest.approx(summary["metrics"]["pue"], rel=1e-12)


def test_it_energy_is_the_tanks_full_load(summary):
    """40 tanks x (64 x 700 W + 16 kW) x 8760 h."""
    assert summary["metrics"]["it_energy_kWh"] == pytest.approx(40 * 60.8 * 8760.0, rel=1e-9)


def test_loss_of_liquid_has_its_warming(summary):
    section = summary["immersion"]
    assert section["loss_kg_CO2e_per_year"] == pytest.approx(297.0 * section["loss_kg_per_year"], rel=1e-12)


def test_heat_is_closed_in_the_tank_and_every_hour(solved):
    """What the chips give the condenser takes; what the year takes in as electricity leaves as heat."""
    balance = solved.summary["balance"]
    assert balance["closure"] < 1e-9 and balance["heat_in_W"] == solved.summary["immersion"]["heat_W"]
    assert np.abs(solved.year.hourly["energy_balance"]).max() < 1e-9
