"""Variants of a case read quickly are the cases that reading everything gives, and so are the complaints."""

import os

import pytest

from thermo.case import load, variant, variants
from thermo.case.shipped import cases_directory
from thermo.errors import CaseError

REVIEW = cases_directory() / "review"
GOOD = {
    "nothing": [],
    "numbers": ["plant.power.ups.efficiency=0.93", "load.utilisation=0.5", "money.water_price=3 USD/m^3"],
    "an item by name": ["money.capex.cooling plant.life=12 year"],
    "a table that was not there": ["plant.adiabatic.effectiveness=0.7"],
    "a table as a whole": ['plant.economizer={ kind = "air_side", dew_point_max = "21 degC" }'],
    "other weather": ["site.weather={ dry_bulb = 280.0 }"],
    "a key of the field": ["grid.cell=0.3 m", "plant.it_scale=4"],
}
BAD = {
    "out of range": ["plant.power.ups.efficiency=1.5"],
    "unknown": ["plant.power.ups.eficiency=0.9"],
    "contradiction in a table": ["plant.chiller.cop=4"],
    "contradiction of tables": ["plant.tower.approach=4 K"],
    "no such file": ['load.trace.file="none.csv"'],
    "no such weather": ['site.weather="none.epw"'],
    "no such record": ['plant.chiller.record="none"'],
    "no such item": ["money.capex.roof.life=12 year"],
    "no number": ["load.utilisation=half"],
    "no value": ["load.utilisation="],
    "no table": ["site=3"],
}


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("case", ["abilene_air_dry", "abilene_closed_loop", "abilene_immersion_two_phase"])
def test_same_case(name, case):
    file = REVIEW / f"{case}.toml"
    try:
        expected = load(file, GOOD[name])
    except CaseError as problem:
        with pytest.raises(CaseError) as found:
            variant(file, GOOD[name])
        assert str(found.value) == str(problem)
        return
    found = variant(file, GOOD[name])
    assert found.model_dump() == expected.model_dump()
    assert found.model_fields_set == expected.model_fields_set
    assert (found.source_text, found.sha256, found.file) == (expected.source_text, expected.sha256, expected.file)
    assert (found.weather_file, found._tables) == (expected.weather_file, expected._tables)


@pytest.mark.parametrize("name", BAD)
def test_same_complaint(name):
    file = REVIEW / "abilene_air_dry.toml"
    said = []
    for read in (load, variant):
        with pytest.raises(CaseError) as problem:
            read(file, BAD[name])
        said.append(str(problem.value))
    assert said[0] == said[1]
    assert len(said[0].splitlines()) == 1


def test_the_field_is_not_read_again(monkeypatch):
    """Only the tables that the overrides lie in are validated."""
    file = REVIEW / "abilene_air_dry.toml"
    variant(file, GOOD["numbers"])
    monkeypatch.setattr(variants, "load", None)
    assert variant(file, ["load.utilisation=0.45"]).load.utilisation == 0.45


def test_a_changed_base_is_read_again(tmp_path):
    """The file that a case extends counts too."""
    base, case = tmp_path / "base.toml", tmp_path / "case.toml"
    base.write_text((REVIEW / "abilene_air_dry.toml").read_text())
    case.write_text('extends = "base.toml"\n')
    assert variant(case, ["load.utilisation=0.5"]).plant.it_scale == 10
    base.write_text(base.read_text().replace("it_scale = 10", "it_scale = 5"))
    os.utime(base, ns=(1, 1))
    assert variant(case, ["load.utilisation=0.5"]).plant.it_scale == 5
