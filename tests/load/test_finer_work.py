"""A load whose steps are not averaged over the hour: energy, tokens and cost by hand."""

import numpy as np
import pytest
from load_case import SERVER, loaded

from thermo import air, operation
from thermo.load import demand

LOAD = f'[load]\nkind = "inference"\nserver = {SERVER}\nutilisation = 0.5\ntrace = {{ file = "t.csv" }}\n'
TRACE = "t_s,a_per_s\n" + "".join(f"{900 * i},{value}\n" for i, value in enumerate([1, 1, 3, 3, 1, 3, 1, 3]))


def worked(folder, step, load=LOAD, more=()):
    (folder / "t.csv").write_text(TRACE)
    case = loaded(folder, load, [f"plant.step={step}", *more])
    return case, air.operate(case)


def test_the_load_keeps_its_steps(tmp_path):
    """1 and 3 of a mean of 2 at half of full rate: 4 kW and 8 kW, a quarter of an hour each."""
    _, fine = worked(tmp_path, "15 min")
    expected = [0.4, 0.4, 0.8, 0.8, 0.4, 0.8, 0.4, 0.8]
    np.testing.assert_allclose(fine.year.hourly["it_power"][:8] / fine.full_power, expected)
    _, hourly = worked(tmp_path, "1 h")
    np.testing.assert_allclose(hourly.year.hourly["it_power"][:2] / hourly.full_power, [0.6, 0.6])
    assert fine.year.totals["it_kWh"] == pytest.approx(hourly.year.totals["it_kWh"], rel=1e-12)


def test_tokens_and_cost_do_not_depend_on_the_step_where_all_is_linear(tmp_path):
    """Fixed COP and price, fans of one speed, next to no (cubic) pump power: the year is the same for any step."""
    linear = ["plant.air_handler.minimum_speed=1", "plant.chilled_water.pump_head=1e-6 Pa"]
    found = [operation.sections(*worked(tmp_path, step, more=linear)) for step in ("1 h", "30 min", "15 min")]
    compared = {"tokens": ("per_year", "J_it_per_token", "wait_p99_s", "cost_USD_per_Mtoken"),
                "cost": ("total_USD_per_year", "USD_per_IT_kWh")}  # fmt: skip
    for other in found[1:]:
        for section, keys in compared.items():
            for key in keys:
                assert other[section][key] == pytest.approx(found[0][section][key], rel=1e-9), key
    assert found[0]["cost"]["total_USD_per_year"] > 0.0


def test_steps_that_do_not_fit_each_other():
    """20-minute steps in a year of 15 minutes: common steps of 5 minutes, three of them in a row; the work stays."""
    values, per_row = demand.on_steps(np.array([1.0, 2.0, 3.0]), 1200.0, 900.0)
    assert per_row == 3 and values.size == 12
    np.testing.assert_allclose(values.reshape(-1, 3).mean(axis=1), [1.0, (1 + 2 * 2) / 3, (2 * 2 + 3) / 3, 3.0])


def test_hot_chips_in_a_finer_year(tmp_path):
    """Energy from chip to weather closes in every step, with chips that slow down and work that waits."""
    chip = '[load.chip]\npower = "1 kW"\nresistance = "0.08 K/W"\nlimit = "82 degC"\n'
    case, found = worked(tmp_path, "15 min", LOAD.replace("0.5", "0.9") + chip)
    assert np.abs(found.year.hourly["energy_balance"]).max() < 1e-9
    assert found.work.totals["lost_to_throttling_share"] > 0.0
    assert operation.sections(case, found)["tokens"]["wait_p99_s"] > 0.0
