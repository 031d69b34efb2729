"""Plants that cannot be: each is refused in one line that names the key, before anything runs."""

import pytest
from small_case import SMALL
from test_bad_input import assert_refused, outcome

from thermo.case import load
from thermo.case.shipped import cases_directory, shipped_cases

SITE = '[site]\nweather = { dry_bulb = "30 degC", relative_humidity = 0.4 }\n'
WATER_COOLED = '[plant.chiller]\ncondenser = "water"\n'

BAD_PLANTS = {
    "air-cooled record at the tower": (
        f'{WATER_COOLED}record = "Carrier 30RB390"',
        ["plant.chiller.record", "cooled by air", "Carrier 30XWP1012"],
    ),
    "water-cooled record without tower": (
        '[plant.chiller]\nrecord = "York YK 2771kW VSD"',
        ["plant.chiller.record", "cooled by water", "Carrier 30RB390"],
    ),
    "unknown condenser": ('[plant.chiller]\ncondenser = "ice"', ["plant.chiller.condenser", "'air' or 'water'"]),
    "tower economizer without tower": ('[plant.economizer]\nkind = "tower"', ["plant.economizer.kind", "water_side"]),
    "tower of air-cooled chillers": ('[plant.tower]\napproach = "4 K"', ["plant.tower", "air-cooled chillers"]),
    "condenser water of air": ("[plant.condenser_water]\nminimum_flow = 0.5", ["plant.condenser_water", "no effect"]),
    "two supply temperatures": (
        '[plant.air_handler]\nat_supply_limit = true\nsupply_temperature = "20 degC"',
        ["plant.air_handler", "either supply_temperature or at_supply_limit"],
    ),
    "year at a limit that is off": (
        '[plant.air_handler]\nat_supply_limit = true\n[solve]\nsupply_limit = "off"',
        ["plant.air_handler.at_supply_limit", 'solve.supply_limit = "field"'],
    ),
    "unknown supply limit": ('[solve]\nsupply_limit = "max"', ["solve.supply_limit", "'field', 'linear' or 'off'"]),
    "unknown tower": (f'{WATER_COOLED}[plant.tower]\nrecord = "York"', ["plant.tower.record", "YorkCalc"]),
    "two tower laws": (
        f'{WATER_COOLED}[plant.tower]\nrecord = "YorkCalc"\napproach = "4 K"',
        ["plant.tower", "only one of"],
    ),
    "tower approach as a temperature": (
        f'{WATER_COOLED}[plant.tower]\napproach = "4 degC"',
        ["plant.tower.approach", "difference"],
    ),
    "fan speed above one": (f"{WATER_COOLED}[plant.tower]\nminimum_fan_speed = 2", ["minimum_fan_speed", "at most 1"]),
    "one cycle": (f"{WATER_COOLED}[plant.water]\ncycles_of_concentration = 1", ["plant.water", "more than 1"]),
    "water of a dry plant": ("[plant.water]\ncycles_of_concentration = 4", ["plant.water", "nothing in this plant"]),
    "drift without tower": (
        "[plant.adiabatic]\n[plant.water]\ndrift_fraction = 1e-4",
        ["drift_fraction", "cooling tower"],
    ),
    "negative drift": (f"{WATER_COOLED}[plant.water]\ndrift_fraction = -1", ["drift_fraction", "at least 0"]),
    "pads before nothing": (f"{WATER_COOLED}[plant.adiabatic]", ["plant.adiabatic", "has no effect"]),
    "pads better than perfect": ("[plant.adiabatic]\neffectiveness = 2", ["plant.adiabatic.effectiveness", "most 1"]),
    "key of another economizer": (
        '[plant.economizer]\nkind = "air_side"\napproach = "5 K"',
        ["plant.economizer.approach", 'no effect with kind = "air_side"'],
    ),
    "key of no economizer": (
        '[plant.economizer]\nkind = "none"\nrecord = "BAC TDFS1238N C60ET40B"',
        ["plant.economizer.record", 'no effect with kind = "none"'],
    ),
    "key of the default economizer": (
        "[plant.economizer]\neffectiveness = 0.7",
        ["plant.economizer.effectiveness", 'no effect with kind = "water_side"'],
    ),
    "dry cooler fans at a tower": (
        f"{WATER_COOLED}[plant.economizer]\nfan_power_fraction = 0.02",
        ["plant.economizer.fan_power_fraction", 'kind = "tower"'],
    ),
    "unknown economizer": ('[plant.economizer]\nkind = "airside"', ["plant.economizer.kind", "air_side"]),
    "dew points reversed": (
        '[plant.economizer]\nkind = "air_side"\ndew_point_min = "16 degC"',
        ["plant.economizer", "dew_point_min (16 degC) must be below dew_point_max (15 degC)"],
    ),
    "servers all fans": ("[plant.power]\nserver_fan_fraction = 1", ["server_fan_fraction", "less than 1"]),
    "humidity in percent": (
        '[plant.economizer]\nkind = "air_side"\nrelative_humidity_max = 60',
        ["relative_humidity_max", "at most 1"],
    ),
    "two transformer laws": (
        "[plant.power]\ntransformer_efficiency = 0.99\ntransformer_loss = [0.001, 0.006]",
        ["plant.power", "only one of"],
    ),
    "transformer load without curve": (
        "[plant.power]\ntransformer_load_at_design = 0.4",
        ["plant.power", "transformer_load_at_design has no effect"],
    ),
}

BAD_WEATHER = {
    "no such table": ('{ file = "mine.csv", site = "here", year = 2023 }', ["site.weather.file", "mine.csv"]),
    "no year": ('{ file = "years.csv", site = "here" }', ["site.weather.year", "is missing"]),
    "no file": ('{ site = "here", year = 2023 }', ["site.weather.file", "is missing"]),
    "year as text": ('{ file = "years.csv", site = "here", year = "2023" }', ["site.weather.year", "whole number"]),
    "both kinds": (
        '{ file = "years.csv", site = "here", year = 2023, dry_bulb = "20 degC" }',
        ["site.weather.dry_bulb", "unknown key"],
    ),
}


YEARS = "# elevation_m: here 10\nlocal_time,here_drybulb_c,here_rh_pct\n2023-01-01T00:00,1,50\n"


@pytest.mark.parametrize("name", BAD_PLANTS)
def test_bad_plant_is_refused_in_one_line(name, tmp_path, monkeypatch, capsys):
    plant, fragments = BAD_PLANTS[name]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.toml").write_text(f"{SMALL}\n{SITE}[plant]\n{plant}\n")
    assert_refused(["run", "bad.toml", "-o", "results"], ["bad.toml: ", *fragments], tmp_path, capsys)


@pytest.mark.parametrize("name", BAD_WEATHER)
def test_bad_weather_is_refused_in_one_line(name, tmp_path, monkeypatch, capsys):
    given, fragments = BAD_WEATHER[name]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "years.csv").write_text(YEARS)
    (tmp_path / "bad.toml").write_text(f"{SMALL}\n[site]\nweather = {given}\n[plant]\n")
    assert_refused(["run", "bad.toml", "-o", "results"], fragments, tmp_path, capsys)


@pytest.mark.parametrize(
    ("site", "year", "said"),
    [("here", 2022, "holds no year 2022"), ("hre", 2023, "Did you mean here?"), ("here", 2023, "1 hours of 2023")],
)
def test_weather_that_the_table_does_not_hold_is_refused_before_the_solution(site, year, said, tmp_path, capsys):
    (tmp_path / "years.csv").write_text(YEARS)
    file = tmp_path / "bad.toml"
    file.write_text(f'{SMALL}\n[site]\nweather = {{ file = "years.csv", site = "{site}", year = {year} }}\n[plant]\n')
    status, _, err = outcome(["check", file], capsys)
    assert status == 2
    assert "years.csv" in err and said in err


@pytest.mark.parametrize(
    "plant",
    [
        WATER_COOLED,
        f'{WATER_COOLED}[plant.economizer]\nkind = "water_side"',
        '[plant.economizer]\nkind = "air_side"\n[plant.water]\ncycles_of_concentration = 3',
        '[plant.economizer]\nkind = "air_side_indirect"\neffectiveness = 0.6\n[plant.adiabatic]',
        "[plant.adiabatic]\n[plant.water]\ncycles_of_concentration = 3",
        f'{WATER_COOLED}[plant.economizer]\nkind = "air_side_indirect"\n[plant.adiabatic]',
    ],
)
def test_plants_that_can_be(plant, tmp_path):
    file = tmp_path / "good.toml"
    file.write_text(f"{SMALL}\n{SITE}[plant]\n{plant}\n")
    assert load(file).plant is not None


def test_water_baseline_is_the_aisle_with_another_plant():
    cases = shipped_cases()
    dry, wet = load(cases["aisle"]), load(cases["evaporative_hall"])
    assert (wet.rack, wet.supply, wet.returns, wet.site) == (dry.rack, dry.supply, dry.returns, dry.site)
    assert wet.plant.chiller.condenser == "water"


def test_extended_case_is_found_among_the_shipped_ones(tmp_path):
    """A copy of a shipped case that extends another one works away from it."""
    copy = tmp_path / "mine.toml"
    copy.write_text(shipped_cases()["evaporative_hall"].read_text())
    assert load(copy).plant.chiller.condenser == "water"


@pytest.mark.skipif(not (cases_directory() / "weather").is_dir(), reason="cases/weather is in a checkout only")
def test_weather_of_the_checkout_is_found_by_name(tmp_path):
    file = tmp_path / "case.toml"
    for given in (
        '"SWE_NB_Lulea.AP.021860_TMYx.2009-2023.epw"',
        '{ file = "era5_2020_2024.csv", site = "seoul", year = 2021 }',
    ):
        file.write_text(f"{SMALL}\n[site]\nweather = {given}\n[plant]\n")
        assert load(file).weather_file.parent.name == "weather"
