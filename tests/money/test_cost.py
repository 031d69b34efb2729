"""Money by hand: annuities, tariffs, peaks, curtailed supply, hours of another clock."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "load"))
from load_case import SERVER, SITE, loaded

from thermo import air, operation
from thermo.money.cost import annuity

STEADY = f"[load]\nserver = {SERVER}\nutilisation = 0.5\n"


def sections(case):
    worked = air.operate(case)
    return worked, operation.sections(case, worked)


def test_annuity_by_hand():
    """8 % over 5 years: 0.08 / (1 - 1.08^-5) = 0.2504564546, the textbook capital recovery factor."""
    assert annuity(0.08, 5.0) == pytest.approx(0.2504564546, rel=1e-9)
    assert annuity(0.0, 4.0) == 0.25


def test_every_cause_by_hand(tmp_path):
    money = """
[money]
water_price = "2 USD/m^3"
sewer_price = "1 USD/m^3"
demand_charge = "12 USD/kW/month"
discount_rate = 0.08
[[money.capex]]
name = "servers"
per_power = "20 USD/W"
life = "5 year"
maintenance = 0.03
source = "a quotation"
"""
    site = SITE.replace("cop = 4", 'condenser = "water"').replace('kind = "none"', 'kind = "tower"')
    worked, found = sections(loaded(tmp_path, STEADY + money, site=site))
    cost, totals = found["cost"], worked.year.totals
    assert sum(cost["electricity_USD_per_year"].values()) == pytest.approx(totals["facility_kWh"] * 0.1, rel=1e-12)
    assert cost["electricity_USD_per_year"]["chillers"] == pytest.approx(totals["chiller_kWh"] * 0.1, rel=1e-12)
    water = totals["makeup_L"] * 2e-3, totals["blowdown_L"] * 1e-3
    assert tuple(cost["water_USD_per_year"].values()) == pytest.approx(water, rel=1e-12)
    power = worked.year.hourly["facility_power"]
    month = 365.25 * 24 / 12  # h, as the unit "month" is
    assert cost["demand_USD_per_year"] == pytest.approx(12.0 * power.max() / 1e3 * 8760 / month, rel=1e-9)
    assert cost["equipment_USD_per_year"]["servers"] == pytest.approx(200e3 * 0.2504564546, rel=1e-9)
    assert cost["maintenance_USD_per_year"]["servers"] == pytest.approx(6e3)
    total, each = cost.pop("total_USD_per_year"), cost.pop("USD_per_IT_kWh")
    assert total == pytest.approx(sum(sum(v.values()) if isinstance(v, dict) else v for v in cost.values()), rel=1e-12)
    assert each == pytest.approx(total / totals["it_kWh"], rel=1e-12)


def table(folder, hours=8760, price=lambda i: 50.0):
    start = np.datetime64("2023-01-01T00" if hours == 8760 else "2024-01-01T00")
    rows = "".join(f"{start + np.timedelta64(i, 'h')}:00,{price(i)},{400 + i % 24}\n" for i in range(hours))
    (folder / "mine.csv").write_text("utc,here_price_usd_per_mwh,here_carbon_g_per_kwh\n" + rows)


HOURLY = SITE.replace('electricity_price = "0.10 USD/kWh"\n', "").replace('carbon_per_electricity = "0.4 kg/kWh"\n', "")
ELECTRICITY = '[electricity]\nfile = "mine.csv"\nzone = "here"\n'


def test_curtailed_supply_comes_first(tmp_path):
    table(tmp_path, price=lambda i: 0.0 if i % 2 else 50.0)
    given = ELECTRICITY + 'utc_offset = "0 h"\nmarkup = "10 USD/MWh"\n'
    curtailed = '[electricity.curtailed]\nbelow = "5 USD/MWh"\npower = "4 kW"\nprice = "2 USD/MWh"\n'
    worked, found = sections(loaded(tmp_path, STEADY + given + curtailed, site=HOURLY))
    power = worked.year.hourly["facility_power"][0] / 1e6
    expected = 4380 * (power * 60.0) + 4380 * (0.004 * 2.0 + (power - 0.004) * 10.0)
    assert found["cost"]["total_USD_per_year"] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("hours", [8760, 8784])
def test_local_hours(hours, tmp_path):
    """UTC 06:00 is local midnight at -6 h: the first local hour has the carbon of hour 6."""
    table(tmp_path, hours)
    worked, _ = sections(loaded(tmp_path, STEADY + ELECTRICITY + 'utc_offset = "-6 h"\n', site=HOURLY))
    carbon = worked.tariff.carbon * 3.6e9
    assert carbon.size == 8760
    np.testing.assert_allclose(carbon[:3], [406.0, 407.0, 408.0])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('zone = "here"', 'zone = "there"'), "it has here"),
        (('utc_offset = "0 h"', 'utc_offset = "30 min"'), "whole hours"),
        (('file = "mine.csv"', 'file = "yours.csv"'), "electricity.file"),
    ],
)
def test_bad_electricity_is_one_line(change, said, tmp_path):
    from thermo.errors import CaseError

    table(tmp_path)
    with pytest.raises(CaseError, match=said):
        sections(loaded(tmp_path, STEADY + (ELECTRICITY + 'utc_offset = "0 h"\n').replace(*change), site=HOURLY))


def test_incomplete_table_names_the_line(tmp_path):
    from thermo.errors import CaseError

    table(tmp_path)
    text = (tmp_path / "mine.csv").read_text().splitlines()
    text[100] = text[100].replace("50.0", "")
    (tmp_path / "mine.csv").write_text("\n".join(text))
    with pytest.raises(CaseError, match="line 101: here_price"):
        sections(loaded(tmp_path, STEADY + ELECTRICITY + 'utc_offset = "0 h"\n', site=HOURLY))
