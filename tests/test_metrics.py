"""Metrics: the worked site and the worked rack row, both done by hand elsewhere, and what the summary holds."""

import csv
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from thermo import metrics, records
from thermo.case.schema_plant import Plant
from thermo.case.shipped import weather_file
from thermo.errors import CaseError
from thermo.plant import ledger, year

REFERENCE = Path(__file__).parents[1] / "validation/reference"


ABILENE = "USA_TX_Abilene.Rgnl.AP.722660_TMY3.epw"


def hall(water=0.9e-3 / 3.6e6, carbon=0.367 / 3.6e6, **plant):
    """A hall in Abilene: litres and kilograms per kWh of its electricity in SI, `plant` tables as in a case."""
    site = SimpleNamespace(weather=ABILENE, water_per_electricity=water, carbon_per_electricity=carbon)
    file = weather_file(ABILENE, Path("."))
    return SimpleNamespace(plant=Plant.model_validate(plant), site=site, weather_file=file)


def table(file, key, value):
    lines = [line for line in (REFERENCE / file).read_text().splitlines() if not line.startswith("#")]
    return {row[key]: float(row[value]) for row in csv.DictReader(lines)}


def test_worked_site():
    site = table("facility/worked_site_metrics.csv", "quantity", "value")
    parts = ("IT energy", "fans and pumps", "chillers", "electrical losses", "lighting and other")
    facility, it = 1e3 * sum(site[part] for part in parts), 1e3 * site["IT energy"]
    annual = metrics.pue(facility, it)
    on_site = metrics.wue_site(1e3 * site["site water"], it)
    assert annual == pytest.approx(site["PUE"])
    assert on_site == pytest.approx(site["WUE"])
    assert metrics.wue_source(on_site, site["EWIF"], annual) == pytest.approx(site["WUE_source"])
    assert metrics.erf(1e3 * site["reused heat"], facility) == pytest.approx(site["ERF"])
    assert metrics.ere(facility, 1e3 * site["reused heat"], it) == pytest.approx(site["ERE"])
    assert 1e3 * metrics.cue(site["grid carbon"] / 1e3, annual) == pytest.approx(site["CUE"])


def test_total_usage_effectiveness_is_facility_over_compute():
    """1250 into the site, 1000 into the servers, 60 to fans and 40 to power supplies: 1250 / 900."""
    assert metrics.tue(metrics.itue(1000.0, 60.0, 40.0), 1.25) == pytest.approx(1250.0 / 900.0)


def test_servers_whose_fans_and_power_supplies_take_everything_are_refused():
    greedy = hall(power={"server_fan_fraction": 0.99, "psu": {"record": "SMC 8xH100"}})
    greedy.error = lambda key, said: CaseError(f"{key}: {said}")
    with pytest.raises(CaseError, match="server_fan_fraction: server fans and power supplies take all"):
        metrics.summarise(year.simulate(greedy, 2e6, 291.15, None, 138.0), greedy)


def test_worked_rack_row():
    """Six racks of 8 to 20 kW, with exhaust = inlet + power / (rho cp flow)."""
    row = table("rack_dc/indices_worked_example.csv", "item", "value")
    power = [row[f"rack {i}: kW"] * 1e3 for i in range(1, 7)]
    inlet = [row[f"rack {i}: inlet"] + 273.15 for i in range(1, 7)]
    flow = [row["rack flow per kW"] * p / 1e3 for p in power]
    capacity = row["rho"] * row["cp"]
    outlet = [t + p / (capacity * f) for t, p, f in zip(inlet, power, flow, strict=True)]
    section = metrics.rack_air(inlet, outlet, flow, row["supply"] + 273.15, row["return temperature"] + 273.15)
    assert section["shi"] == pytest.approx(row["SHI"], rel=1e-6)
    assert section["rhi"] == pytest.approx(row["RHI"], rel=1e-6)
    assert section["rti"] == pytest.approx(row["RTI"], rel=1e-6)
    assert section["rci_hi"] == pytest.approx(row["RCI_HI (class A1 allowable 32, recommended 27)"], rel=1e-6)
    assert section["rci_lo"] == pytest.approx(row["RCI_LO (15/18)"])
    assert section["ashrae_class"] == "A1"


@pytest.mark.parametrize(
    ("hottest", "expected"), [(32.0, "A1"), (32.1, "A2"), (39.0, "A3"), (44.0, "A4"), (46.0, None)]
)
def test_ashrae_class(hottest, expected):
    assert metrics.ashrae_class([293.15, hottest + 273.15]) == expected


def test_air_classes_are_those_of_the_reference_table():
    for column, pick in (("recommended", "recommended"), ("allowable", "allowable")):
        low = table("rack_dc/ashrae_air_classes.csv", "class", f"{column}_min_C")
        high = table("rack_dc/ashrae_air_classes.csv", "class", f"{column}_max_C")
        for name in low:
            span = getattr(records.air_class(name), pick)
            assert span == pytest.approx((low[name] + 273.15, high[name] + 273.15))
    with pytest.raises(CaseError, match="unknown ASHRAE air class"):
        records.air_class("B7")


@pytest.fixture(scope="module")
def case():
    return hall(power={"server_fan_fraction": 0.04, "psu": {"record": "SMC 8xH100"}})


@pytest.fixture(scope="module")
def summary(case):
    return metrics.summarise(year.simulate(case, 2e6, 291.15, None, 138.0), case)


def test_summary_is_the_contract_and_adds_up(summary):
    energy, figures = summary["energy"], summary["metrics"]
    assert json.loads(json.dumps(summary)) == summary
    assert set(summary["plant"]) == {"mode_hours", "peak_power_W", "outdoor_max_C", "hours_above_35C"}
    assert set(energy) == set(metrics.ENERGY_KEYS)
    assert sum(energy.values()) - energy["server_fans_kWh"] == pytest.approx(figures["facility_energy_kWh"])
    assert figures["pue"] == pytest.approx(figures["facility_energy_kWh"] / figures["it_energy_kWh"])
    assert figures["pue_design"] > figures["pue"] > 1.0
    assert figures["tue"] > figures["pue"]


def test_on_site_and_source_water_stay_apart(summary):
    figures = summary["metrics"]
    assert figures["wue_site_L_per_kWh"] == 0.0
    assert figures["wue_source_L_per_kWh"] == pytest.approx(0.9 * figures["pue"])
    assert summary["water"] == {"source_L_per_year": pytest.approx(0.9 * figures["facility_energy_kWh"])}
    assert figures["cue_kg_per_kWh"] == pytest.approx(0.367 * figures["pue"])


def test_water_of_a_tower_is_on_the_site():
    case = hall(chiller={"condenser": "water"})
    result = year.simulate(case, 2e6, 291.15, None, 138.0)
    summary = metrics.summarise(result, case)
    water, figures = summary["water"], summary["metrics"]
    assert set(water) == {"makeup_L_per_year", "evaporation_L_per_year", "blowdown_L_per_year", "source_L_per_year"}
    assert water["makeup_L_per_year"] > water["evaporation_L_per_year"] > water["blowdown_L_per_year"] > 0.0
    assert figures["wue_site_L_per_kWh"] == pytest.approx(water["makeup_L_per_year"] / figures["it_energy_kWh"])
    source = figures["wue_site_L_per_kWh"] + 0.9 * figures["pue"]
    assert figures["wue_source_L_per_kWh"] == pytest.approx(source)


def test_worked_facility_year():
    """The worked site as constant powers and a constant make-up through the books of a year and the summary."""
    site = table("facility/worked_site_metrics.csv", "quantity", "value")
    mean = {name: np.full(8760, 1e6 * value / 8760.0) for name, value in site.items()}
    nothing = np.zeros(8760)
    hourly = dict.fromkeys(("unmet_cooling", "chiller_outside_range", "energy_balance", "mode"), nothing)
    hourly |= dict.fromkeys(("coil_load", "cooling_load", "mechanical_cooling", "it_power"), mean["IT energy"])
    hourly |= dict.fromkeys(("pump_power", "ups_loss", "supply_air_temperature", "free_cooling"), nothing)
    hourly |= {
        "crah_fan_power": mean["fans and pumps"],
        "chiller_power": mean["chillers"],
        "heat_rejection_fan_power": nothing,
        "transformer_loss": mean["electrical losses"],
        "lighting_power": mean["lighting and other"],
        "water_makeup": np.full(8760, 1e3 * site["site water"] / 8760.0 / 3600.0),
        "air_heat_capacity_rate": mean["IT energy"] / 12.0,
        "return_air_temperature": np.full(8760, 12.0),
        "dry_bulb": np.full(8760, 293.15),
    }
    overhead = ("fans and pumps", "chillers", "electrical losses", "lighting and other")
    hourly["facility_power"] = sum((mean[part] for part in overhead), mean["IT energy"])
    books = ledger.close_year(hourly, np.ones(8760, dtype=np.int64), None, False)
    place = SimpleNamespace(
        site=SimpleNamespace(
            water_per_electricity=site["EWIF"] * 1e-3 / 3.6e6, carbon_per_electricity=site["grid carbon"] * 1e-3 / 3.6e6
        )
    )
    figures = metrics.summarise(books, place)["metrics"]
    assert figures["pue"] == pytest.approx(site["PUE"])
    assert figures["wue_site_L_per_kWh"] == pytest.approx(site["WUE"])
    assert figures["wue_source_L_per_kWh"] == pytest.approx(site["WUE_source"])
    assert figures["cue_kg_per_kWh"] == pytest.approx(1e-3 * site["CUE"])
    assert figures["facility_energy_kWh"] == pytest.approx(1.25e6)


def test_what_does_not_apply_is_absent():
    case = hall(water=None, carbon=None)
    summary = metrics.summarise(year.simulate(case, 2e6, 291.15, None, 138.0), case)
    assert summary["water"] == {}
    assert not {"tue", "cue_kg_per_kWh", "wue_source_L_per_kWh", "ere"} & set(summary["metrics"])
    assert "server_fans_kWh" not in summary["energy"]


def test_each_inlet_is_held_to_its_own_class():
    """24 degC is 2 K above what H1 recommends and 1 K from what it allows; A1 does not mind it."""
    inlets = [24.0 + 273.15, 24.0 + 273.15]
    assert metrics.rci(inlets, ["A1", "A1"]) == pytest.approx((100.0, 100.0))
    assert metrics.rci(inlets, ["A1", "H1"]) == pytest.approx((100.0 - 50.0 * 2.0 / 3.0, 100.0))
    assert metrics.rci(inlets, "A1") == metrics.rci(inlets, ["A1", "A1"])


@pytest.mark.parametrize(
    ("coolest", "hottest", "expected"),
    [(18.0, 27.0, "recommended"), (17.9, 22.0, "allowable"), (20.0, 32.0, "allowable"), (20.0, 32.1, "outside")],
)
def test_status_of_an_intake(coolest, hottest, expected):
    assert metrics.air_status(coolest + 273.15, hottest + 273.15, "A1") == expected


def test_capture_index_of_two_racks():
    """Rack 1 takes 3/4 of its air from the supply and 1/4 from rack 2; rack 2 takes supply air only."""
    fractions = [[0.75, 0.0, 0.25], [1.0, 0.0, 0.0], [1 / 12, 2 / 3, 1 / 4]]  # rack 1, rack 2, return
    flows, sources, receivers = [1.0, 0.5, 1.5], [False, True, True], [True, True, False]
    cold, hot = metrics.capture_index(fractions, flows, sources, receivers)
    assert cold == pytest.approx([0.75, 1.0])
    assert hot == pytest.approx([1.0, 0.375 / 0.625])


def test_samples_over_the_height_count_in_the_cooling_index():
    inlets, outlets = [295.15, 295.15], [307.15, 307.15]
    means = metrics.rack_air(inlets, outlets, [1.0, 1.0], 291.15, 303.15)
    heights = [[295.15, 295.15, 301.15], [295.15] * 3]
    sampled = metrics.rack_air(inlets, outlets, [1.0, 1.0], 291.15, 303.15, samples=heights)
    assert means["rci_hi"] == 100.0
    assert sampled["rci_hi"] == pytest.approx(100.0 * (1.0 - (1.0 / 5.0) / 6.0))
    assert sampled["rti"] == means["rti"]
