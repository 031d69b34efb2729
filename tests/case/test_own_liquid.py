"""Liquids of a user's own as tables: they do what the record with the same rows does, and what cannot be is refused."""

from pathlib import Path

import numpy as np
import pytest

from thermo import immersion, records
from thermo.case import load
from thermo.errors import CaseError
from thermo.field.properties import fluid_properties, range_flags

CASES = Path(__file__).resolve().parents[2] / "cases" / "immersion"
TANK, BOILING = CASES / "heat_sink.toml", CASES / "tank_two_phase.toml"


def oil(**changes) -> str:
    """Override that gives the rows of white mineral oil as a table."""
    table = records.fluid_table("white mineral oil")
    keys = ("temperature", "density", "heat_capacity", "viscosity", "conductivity")
    rows = {key: list(getattr(table, key)) for key in keys} | {"source": "maker's sheet"} | changes
    return f"fluid={{table={_toml(rows)}}}"


def boiling(**changes) -> str:
    """Override that gives HFE-7100 as a table."""
    record, line = records.dielectric("HFE-7100"), records.saturation_table("HFE-7100")
    properties = records.fluid_table("HFE-7100")
    at = np.array(line.temperature)
    rows = {
        "name": "my liquid", "source": "maker's sheet", "temperature": line.temperature, "pressure": line.pressure,
        "density": line.liquid_density, "vapour_density": line.vapour_density,
        "heat_capacity": line.liquid_heat_capacity, "latent_heat": line.latent_heat,
        "viscosity": np.exp(np.interp(at, properties.temperature, np.log(properties.viscosity))).tolist(),
        "conductivity": np.interp(at, properties.temperature, properties.conductivity).tolist(),
        "surface_tension": record.surface_tension, "critical_temperature": record.critical_temperature,
        "critical_pressure": record.critical_pressure, "molar_mass": record.molar_mass, "warming_potential": 297,
    }  # fmt: skip
    rows = {key: value for key, value in (rows | changes).items() if value is not None}
    return f"immersion.liquid={_toml(rows)}"


def _toml(rows: dict) -> str:
    return "{" + ", ".join(f"{key}={_value(value)}" for key, value in rows.items()) + "}"


def _value(value) -> str:
    return f'"{value}"' if isinstance(value, str) else str(list(value)) if np.iterable(value) else repr(float(value))


def test_a_table_of_the_record_is_the_record():
    own, named = (fluid_properties(load(TANK, more)) for more in ([oil()], []))
    for key in ("density", "heat_capacity", "expansion", "reference_temperature"):
        assert getattr(own, key) == pytest.approx(getattr(named, key), rel=1e-12)
    np.testing.assert_allclose(own.viscosity, named.viscosity, rtol=1e-12)
    np.testing.assert_allclose(own.conductivity, named.conductivity, rtol=1e-12)


@pytest.mark.parametrize("more", [[oil()], []])
def test_leaving_the_table_is_flagged(more):
    fluid = load(TANK, more).fluid
    assert range_flags(fluid, np.full(4, 320.0)) == []
    (flag,) = range_flags(fluid, np.array([320.0, 320.0, 320.0, 390.0]))
    assert "25.0% of the fluid's cells lie outside its record, 5 to 100 degC" in flag


def test_leaving_a_table_of_one_property_is_flagged():
    constants = "fluid={density=820, heat_capacity=2000, conductivity=0.13, expansion=8e-4, reference_temperature=313, "
    case = load(TANK, [constants + 'viscosity={temperature=["20 degC", "60 degC"], value=[0.02, 0.005]}}'])
    (flag,) = range_flags(case.fluid, np.array([300.0, 350.0]))
    assert flag.startswith("fluid.viscosity: 50.0% of the fluid's cells lie outside its record, 20 to 60 degC")


def test_a_boiling_table_of_the_record_boils_like_the_record():
    own, named = (immersion.pool_state(load(BOILING, more)).section for more in ([boiling()], []))
    assert own["liquid"] == "my liquid"
    assert own["pool_C"] == pytest.approx(named["pool_C"], abs=1e-9)
    assert own["loss_kg_CO2e_per_year"] == pytest.approx(named["loss_kg_CO2e_per_year"], rel=1e-9)
    for key in ("superheat_K", "critical_margin", "max_C"):
        assert own["chips"][0][key] == pytest.approx(named["chips"][0][key], rel=1e-6)


BAD = [
    (TANK, oil(density=[850.0]), "density has 1 entries, but temperature has"),
    (TANK, oil(temperature=list(records.fluid_table("white mineral oil").temperature[::-1])), "must rise"),
    (TANK, oil(source=""), "fluid.table.source"),
    (TANK, oil(price=3.0), "unknown key"),
    (TANK, oil().replace("fluid={", 'fluid={name="white mineral oil", '), "either name"),
    (TANK, oil().replace("fluid={", "fluid={density=820, "), "either table or constants"),
    (BOILING, boiling(latent_heat=[1.0]), "latent_heat has 1 entries"),
    (BOILING, boiling(viscosity=None), "belong together"),
    (BOILING, boiling(critical_temperature=300.0), "critical_temperature must be above"),
    (BOILING, boiling(surface_tension=None), "surface_tension"),
    (BOILING, boiling(pressure=list(records.saturation_table("HFE-7100").pressure[::-1])), "pressure must rise"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "override", "message"), BAD, ids=[row[2][:30] for row in BAD])
def test_bad_tables_are_one_clear_line(file, override, message):
    with pytest.raises(CaseError, match=message) as caught:
        load(file, [override])
    assert "\n" not in str(caught.value)
