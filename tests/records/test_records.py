"""Records: origin and licence on every table, values at the rating points, errors that name the nearest."""

import dataclasses
from importlib.resources import files

import pytest

from thermo import records
from thermo.errors import CaseError
from thermo.plant.chiller import Curves, Lift
from thermo.records.table import names, read

TABLES = sorted(entry.name for entry in files("thermo.records").iterdir() if entry.name.endswith(".csv"))


@pytest.mark.parametrize("table", TABLES)
def test_every_table_states_origin_licence_and_content(table):
    header, rows = read(table)
    assert {"quantity", "origin", "licence"} <= set(header)
    assert rows
    assert table in files("thermo.records").joinpath("LICENCES.md").read_text()


def test_records_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        records.chiller("Carrier 30RB390").reference_cop = 9.0


@pytest.mark.parametrize("name", names("chillers.csv"))
def test_chiller_curves_give_the_rating_at_the_rating_point(name):
    """6.67 degC water, 35 degC air: capacity and EIR of the curves are 1 within 2 %, as EnergyPlus wants."""
    record = records.chiller(name)
    law = Curves(record, Lift(5.0, 15.0, 20.0))
    assert law.cop(279.82, 308.15) == pytest.approx(record.reference_cop, rel=0.02)
    assert law.capacity(279.82, 308.15) == pytest.approx(record.reference_capacity, rel=0.02)


def test_unknown_chiller_names_the_nearest():
    with pytest.raises(CaseError, match=r'unknown chiller "carrier 30rb"; valid: .*Did you mean Carrier 30RB390\?'):
        records.chiller("carrier 30rb")


def test_dry_cooler_rating_point():
    cooler = records.dry_cooler("BAC TDFS1238N C60ET40B")
    assert cooler.approach == pytest.approx(5.55)
    assert cooler.fan_power_fraction == pytest.approx(0.0402, abs=1e-4)


def test_power_supply_points_rise():
    supply = records.power_supply("SMC 8xH100")
    assert list(supply.input_power) == sorted(supply.input_power)
    assert all(0.9 < out / into < 1.0 for into, out in zip(supply.input_power, supply.output_power, strict=True))


def test_grid_water_of_a_gas_plant_with_tower():
    """Macknick 2012: 205 gal/MWh = 0.776 L/kWh."""
    assert records.grid_water("gas, combined cycle, tower") * 3.6e9 == pytest.approx(205 * 3.785412e-3, rel=1e-3)
