"""Work that moves within its day: kept in sum, in the best hours first, never above the ceiling."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from load_case import SERVER, SITE, loaded

from thermo import air, operation
from thermo.load.shift import moved


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.05, 1.0), st.floats(0.3, 1.0))
def test_a_day_keeps_its_work(seed, share, highest):
    rng = np.random.default_rng(seed)
    asked, order = rng.uniform(0, 0.9, (48, 3)), rng.uniform(-5, 100, 48)
    after = moved(asked, order, SimpleNamespace(share=share, highest=highest), 3600.0)
    np.testing.assert_allclose(after.reshape(2, -1).sum(axis=1), asked.reshape(2, -1).sum(axis=1), rtol=1e-12)
    assert (after >= -1e-12).all()
    assert (after.mean(axis=1) * order).sum() <= (asked.mean(axis=1) * order).sum() + 1e-9 or highest < 0.9


def test_by_hand():
    """Half of a level 0.4 moves into the cheapest hours: 4.8 of work fills six hours from 0.2 to 1."""
    order = np.arange(24.0)[::-1]
    after = moved(np.full((24, 1), 0.4), order, SimpleNamespace(share=0.5, highest=1.0), 3600.0)[:, 0]
    np.testing.assert_allclose(after, [0.2] * 18 + [1.0] * 6)


def test_shifted_year_costs_less_for_the_same_tokens(tmp_path):
    hours = "".join(
        f"{np.datetime64('2023-01-01T00') + np.timedelta64(i, 'h')}:00,{20 + 60 * (i % 24 > 11)}\n" for i in range(8760)
    )
    (tmp_path / "mine.csv").write_text("utc,here_price_usd_per_mwh\n" + hours)
    site = SITE.replace('electricity_price = "0.10 USD/kWh"', "").replace('carbon_per_electricity = "0.4 kg/kWh"', "")
    tables = (
        f'[electricity]\nfile = "mine.csv"\nzone = "here"\nutc_offset = "0 h"\n[load]\nserver = {SERVER}\n'
        "utilisation = 0.5\n"
    )
    plain = loaded(tmp_path, tables, site=site)
    worked = air.operate(plain)
    facility = worked.year.hourly["facility_power"]
    flat = operation.sections(plain, worked)
    expected = float((facility * np.tile(np.where(np.arange(24) > 11, 80.0, 20.0), 365)).sum()) / 1e6
    assert flat["cost"]["total_USD_per_year"] == pytest.approx(expected, rel=1e-12)
    moving = loaded(tmp_path, tables + "shift = { share = 0.4 }\n", site=site)
    moved_year = operation.sections(moving, air.operate(moving))
    assert moved_year["tokens"]["per_year"] == pytest.approx(flat["tokens"]["per_year"], rel=1e-9)
    assert moved_year["cost"]["total_USD_per_year"] < 0.9 * flat["cost"]["total_USD_per_year"]
