"""Records: origin and licence on every table, values at the rating points, errors that name the nearest."""

import dataclasses
from importlib.resources import files

import numpy as np
import pytest

from thermo import records
from thermo.errors import CaseError
from thermo.plant.chiller_laws import Curves, Grid, Lift
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


@pytest.mark.parametrize("row", read("chillers_water_cooled.csv")[1], ids=lambda row: row["name"])
def test_water_cooled_curves_give_the_rating_at_the_rating_point(row):
    """Capacity and EIR at the record's own rating point are 1 within 3 %, part load at full load within 0.5 %."""
    record = records.chiller(row["name"])
    law, at = Curves(record, Lift(5.0, 8.0, 20.0)), [float(row[key]) + 273.15 for key in ("x_ref_c", "y_ref_c")]
    assert record.condenser == "water"
    assert law.cop(*at) == pytest.approx(record.reference_cop, rel=0.03)
    assert law.capacity(*at) == pytest.approx(record.reference_capacity, rel=0.03)
    assert law.part_load_input(np.float64(1.0)) == pytest.approx(1.0, abs=0.005)


@pytest.mark.parametrize("name", names("chillers_water_cooled.csv"))
def test_water_cooled_cop_rises_with_leaving_water_and_falls_with_condenser_water(name):
    """Over the whole range of the curves: what a sweep relies on."""
    record = records.chiller(name)
    spans = (np.linspace(*span, 15) + 273.15 for span in (record.leaving_water_range, record.entering_range))
    water, entering = np.meshgrid(*spans, indexing="ij")
    cop = Curves(record, Lift(5.0, 8.0, 20.0)).cop(water, entering)
    assert (np.diff(cop, axis=0) > 0.0).all() and (np.diff(cop, axis=1) < 0.0).all()


def test_chiller_table_is_met_at_its_points_and_half_way_between():
    """Carrier 30XWP1012: 1227 kW and 239.648 kW at 15 and 40 degC; the mean of four points in their middle."""
    record = records.chiller("Carrier 30XWP1012")
    law = Grid(record, Lift(5.0, 8.0, 20.0))
    assert law.capacity(288.15, 313.15) == pytest.approx(1227000.0)
    assert law.cop(288.15, 313.15) == pytest.approx(1227000.0 / 239648.0)
    assert law.capacity(289.65, 310.65) == pytest.approx((1226 + 1227 + 1275 + 1311) * 1e3 / 4.0)
    assert law.capacity(291.15, 318.15) == pytest.approx(1278000.0)
    assert law.outside(292.0, 300.0) and law.outside(288.15, 297.0) and not law.outside(291.15, 298.15)


def test_chillers_are_listed_by_condenser():
    assert "Carrier 30RB390" in records.chiller_names("air")
    assert "Carrier 30XWP1012" in records.chiller_names("water")
    assert set(records.chiller_names()) == {*records.chiller_names("air"), *records.chiller_names("water")}


def test_unknown_cooling_tower_names_what_there_is():
    with pytest.raises(CaseError, match=r'unknown cooling tower "Yorkcalc"\. Did you mean YorkCalc\? Valid: YorkCalc'):
        records.cooling_tower("Yorkcalc")


def test_unknown_chiller_names_the_nearest():
    with pytest.raises(CaseError, match=r'unknown chiller "carrier 30rb"\. Did you mean Carrier 30RB390\? Valid: .'):
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
