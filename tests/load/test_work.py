"""Years of work: by hand with constant weather, exactly; conservation; the same from the same seed."""

import numpy as np
import pytest
from load_case import SERVER, SITE, loaded

from thermo import air, operation
from thermo.errors import CaseError
from thermo.field.properties import fluid_properties
from thermo.load import demand, server, work
from thermo.media import fluid

STEADY = f'[load]\nserver = {SERVER}\nutilisation = 0.5\n'
HOURS = 8760


def year_of(case):
    worked = air.operate(case)
    return worked, operation.sections(case, worked)


def test_steady_year_by_hand(tmp_path):
    """One 10 kW rack is one server; half its tokens take 2 + 0.5 x 8 = 6 kW; per token everything is arithmetic."""
    case = loaded(tmp_path, STEADY)
    worked, found = year_of(case)
    year, tokens = worked.year, found["tokens"]
    assert worked.work.servers == pytest.approx(1.0, rel=1e-12)
    np.testing.assert_allclose(year.hourly["it_power"], 6000.0, rtol=1e-12)
    made = 10000.0 * HOURS * 3600.0
    assert tokens["per_year"] == pytest.approx(made, rel=1e-12)
    facility = year.totals["facility_kWh"]
    assert tokens["J_per_token"] == pytest.approx(facility * 3.6e6 / made, rel=1e-12)
    assert tokens["J_it_per_token"] == pytest.approx(6000.0 / 10000.0, rel=1e-12)
    assert tokens["cost_USD_per_Mtoken"] == pytest.approx(facility * 0.10 / made * 1e6, rel=1e-12)
    assert tokens["water_source_L_per_Mtoken"] == pytest.approx(facility * 1.0 / made * 1e6, rel=1e-12)
    assert tokens["carbon_kg_per_Mtoken"] == pytest.approx(facility * 0.4 / made * 1e6, rel=1e-12)
    assert tokens["water_site_L_per_Mtoken"] == 0.0


def test_facility_power_of_the_steady_year_by_hand(tmp_path):
    """Fans, pumps, chiller and losses of the part-loaded hall with pencil: sized for 10 kW, run at 6 kW."""
    case = loaded(tmp_path, STEADY)
    worked, _ = year_of(case)
    year, hourly = worked.year, worked.year.hourly
    flow = 10e3 / (12.0 * fluid_properties(case).capacity) * 1.05
    fans = flow * 400.0 / 0.6 * 0.6**3
    ups = 6000.0 * (1 / 0.95 - 1)
    coil = 6000.0 * 1.005 + fans + ups
    full_fans = flow * 400.0 / 0.6
    design = 10e3 * 1.005 + full_fans + 10e3 * (1 / 0.95 - 1)
    water = fluid("water")
    supply = 291.15 - 6.0
    full_pump = design / (8.0 * water.heat_capacity(supply)) / water.density(supply) * 250e3 / 0.7
    pumps = full_pump * (coil / design) ** 3
    chiller = (coil + pumps) / 4.0
    used = 6000.0 * 1.005 + ups + fans + pumps + chiller
    np.testing.assert_allclose(hourly["facility_power"], used / 0.99, rtol=1e-9)
    assert year.totals["energy_balance"] < 1e-9


def test_demand_in_tokens_is_the_same_as_its_utilisation(tmp_path):
    case = loaded(tmp_path, f"[load]\nserver = {SERVER}\ndemand = 5000\n")
    assert year_of(case)[1]["tokens"]["utilisation"] == pytest.approx(0.25, rel=1e-12)


def test_energy_closes_from_chip_to_weather(tmp_path):
    """Every hour of a bursty year with tower, warm chips and a limit of the queue closes to 1e-9."""
    (tmp_path / "t.csv").write_text("t_s,a_per_s\n" + "".join(f"{600 * i},{(i * 7) % 11}\n" for i in range(100)))
    tables = (
        f'[load]\nkind = "inference"\nserver = {SERVER}\nutilisation = 0.7\ntrace = {{ file = "t.csv" }}\n'
        'longest_wait = "10 min"\n'
        '[load.chip]\npower = "900 W"\nresistance = "0.075 K/W"\nlimit = "85 degC"\nleakage_fraction = 0.1\n'
        "leakage_per_kelvin = 0.01\n"
    )
    site = SITE.replace("cop = 4", 'condenser = "water"').replace('kind = "none"', 'kind = "tower"')
    case = loaded(tmp_path, tables, site=site.replace("10 degC", "24 degC"))
    worked, found = year_of(case)
    hourly = worked.year.hourly
    assert np.abs(hourly["energy_balance"]).max() < 1e-9
    np.testing.assert_allclose(hourly["it_power"], worked.work.servers * hourly["server_power"], rtol=1e-12)
    assert found["tokens"]["lost_to_throttling_share"] > 0.0
    assert hourly["chip_temperature"].max() <= 358.15 + 1e-6
    assert any("slow down" in flag for flag in worked.work.flags)


def test_tokens_asked_for_are_made_refused_or_left(tmp_path):
    (tmp_path / "t.csv").write_text("t_s,a_per_s\n" + "".join(f"{600 * i},{(i * 7) % 11}\n" for i in range(100)))
    tables = f'[load]\nkind = "inference"\nserver = {SERVER}\nutilisation = 0.8\ntrace = {{ file = "t.csv" }}\n'
    case = loaded(tmp_path, tables + 'longest_wait = "5 min"\n')
    worked, found = year_of(case)
    period = demand.shape(case, server.law(case.load), 20000.0).values
    asked = np.resize(period, HOURS * 6).sum() * 600 * 2e4
    tokens = found["tokens"]
    spent = tokens["per_year"] + asked * (tokens["refused_share"] + tokens["unfinished_share"])
    assert spent == pytest.approx(asked, rel=1e-9)
    assert tokens["refused_share"] > 0.0
    assert any("turned away" in flag for flag in worked.work.flags)


def test_independent_racks_smooth_the_hall_and_repeat_by_seed(tmp_path):
    (tmp_path / "t.csv").write_text("t_s,a_per_s\n" + "".join(f"{600 * i},{(i * 7) % 11}\n" for i in range(100)))
    tables = f'[load]\nkind = "inference"\nserver = {SERVER}\nutilisation = 0.5\ntrace = {{ file = "t.csv" }}\n'
    overrides = ["plant.it_scale=50", "load.independence=1.0", "load.seed=3"]
    together = air.operate(loaded(tmp_path, tables, ["plant.it_scale=50"])).work
    apart = air.operate(loaded(tmp_path, tables, overrides)).work
    again = air.operate(loaded(tmp_path, tables, overrides)).work
    other = air.operate(loaded(tmp_path, tables, [*overrides[:2], "load.seed=4"])).work
    assert np.ptp(apart.it_power) < 0.5 * np.ptp(together.it_power)
    np.testing.assert_array_equal(apart.it_power, again.it_power)
    assert np.abs(apart.it_power - other.it_power).max() > 0.0
    assert apart.tokens.sum() == pytest.approx(together.tokens.sum(), rel=1e-3)


def test_racks_of_a_hall_add_up_to_it(tmp_path):
    (tmp_path / "t.csv").write_text("t_s,a_per_s\n" + "".join(f"{600 * i},{(i * 7) % 11}\n" for i in range(100)))
    tables = (
        f'[load]\nkind = "inference"\nserver = {SERVER}\nutilisation = 0.5\ntrace = {{ file = "t.csv" }}\n'
        "independence = 0.6\nseed = 5\n"
    )
    case = loaded(tmp_path, tables, ["plant.it_scale=7"])
    period = demand.shape(case, server.law(case.load), 1e6)
    np.testing.assert_allclose(demand.of_racks(case, period, 7).mean(axis=0), demand.of_hall(case, period), atol=1e-12)


@pytest.mark.parametrize(("utilisation", "steps"), [(0.3, 100), (0.8, 100), (0.97, 100), (0.8, 96), (0.97, 97)])
def test_repeated_periods_are_the_whole_year(utilisation, steps, tmp_path, monkeypatch):
    """Two periods of the queue repeated against the queue of all 52560 steps; the pattern does not divide the year."""
    (tmp_path / "t.csv").write_text("t_s,a_per_s\n" + "".join(f"{600 * i},{(i * 7) % 11}\n" for i in range(steps)))
    tables = f'[load]\nkind = "inference"\nserver = {SERVER}\nutilisation = {utilisation}\n'
    case = loaded(tmp_path, tables + 'trace = { file = "t.csv" }\n')
    short = air.operate(case).work
    monkeypatch.setattr(work.queue, "repeated", None)

    def every_step(question):
        return work._hindered(work._period(question), np.ones(1), np.arange(1))

    monkeypatch.setattr(work, "_unhindered", every_step)
    whole = air.operate(case).work
    np.testing.assert_allclose(short.it_power, whole.it_power, rtol=1e-9)
    np.testing.assert_allclose(short.hourly["queue_wait"], whole.hourly["queue_wait"], atol=1e-6)
    for key, value in whole.totals.items():
        assert short.totals[key] == pytest.approx(value, rel=1e-9, abs=1e-6), key


def test_training_steps(tmp_path):
    """9.5 min at full rate, 30 s pause: 0.95 of the tokens, the mean power of an hour is that of 0.95."""
    case = loaded(tmp_path, f'[load]\nkind = "training"\nserver = {SERVER}\ntraining = {{}}\n')
    worked, found = year_of(case)
    assert found["tokens"]["utilisation"] == pytest.approx(0.95, rel=1e-12)
    np.testing.assert_allclose(worked.work.it_power, 2000.0 + 0.95 * 8000.0, rtol=1e-12)


def test_measured_power_becomes_utilisation(tmp_path):
    (tmp_path / "p.csv").write_text("t_s,power_w\n0,2000\n1800,10000\n3600,6000\n5400,6000\n")
    case = loaded(tmp_path, f'[load]\nkind = "training"\nserver = {SERVER}\ntrace = {{ file = "p.csv" }}\n')
    np.testing.assert_allclose(air.operate(case).work.it_power, 6000.0, rtol=1e-12)


def test_batching_by_hand():
    """20000 tokens/s at 100 requests, 500 alone: t0 + t1 = 2 ms and t0 + 100 t1 = 5 ms."""
    law = server._batching(type("B", (), {"largest": 100.0, "single_stream": 500.0, "running_share": 0.5}), 20000.0)
    assert law.base + law.each == pytest.approx(2e-3) and law.base + 100 * law.each == pytest.approx(5e-3)
    assert law.requests(20000.0) == pytest.approx(100.0) and law.requests(500.0) == pytest.approx(1.0)
    machine = server.ServerLaw("s", 2e3, 10e3, 20000.0, 8, law)
    assert machine.power(1.0) == pytest.approx(10e3) and machine.power(0.0) == pytest.approx(2e3)
    assert machine.power(0.5) > 6e3


BAD = {
    "no such server": ('[load]\nserver = "8x H900"\nutilisation = 0.5', "load.server"),
    "no utilisation": (f"[load]\nserver = {SERVER}", "utilisation or demand"),
    "both": (f"[load]\nserver = {SERVER}\nutilisation = 0.5\ndemand = 3", "only one of"),
    "no trace": (f'[load]\nkind = "inference"\nserver = {SERVER}\nutilisation = 0.5', "needs a trace"),
    "no such file": (
        f'[load]\nkind = "inference"\nserver = {SERVER}\nutilisation = 0.5\ntrace = {{ file = "servegen.csv" }}',
        "load.trace.file",
    ),
    "shift without prices": (f"[load]\nserver = {SERVER}\nutilisation = 0.5\nshift = {{ share = 0.2 }}", "load.shift"),
    "seed alone": (f"[load]\nserver = {SERVER}\nutilisation = 0.5\nseed = 3", "seed has no effect"),
    "batch too slow": (
        f"[load]\nserver = {SERVER}\nutilisation = 0.5\nbatching = {{ largest = 10, single_stream = 50 }}",
        "load.batching.single_stream",
    ),
    "full below idle": (
        '[load]\nserver = { idle_power = "3 kW", full_power = "2 kW", tokens = 1 }\nutilisation = 0.5',
        "above idle_power",
    ),
    "unknown key": (f"[load]\nserver = {SERVER}\nutilization = 0.5", "Did you mean utilisation?"),
    "capex without rate": (
        '[[money.capex]]\nname = "x"\ncost = "1 USD"\nlife = "5 year"\nsource = "mine"',
        "needs discount_rate",
    ),
    "capex without source": (
        '[money]\ndiscount_rate = 0.1\n[[money.capex]]\nname = "x"\ncost = "1 USD"\nlife = "5 year"',
        "source",
    ),
    "two prices": (
        '[electricity]\nfile = "grid_2024.csv"\nzone = "ercot"\nutc_offset = "-6 h"',
        "site.electricity_price",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_load_is_one_line_that_names_the_key(name, tmp_path):
    tables, said = BAD[name]
    with pytest.raises(CaseError) as caught:
        loaded(tmp_path, tables)
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_load_without_plant_is_refused(tmp_path):
    with pytest.raises(CaseError, match="without a plant"):
        loaded(tmp_path, STEADY, site="")
