"""Fluids and solids against CoolProp and against handbook values."""

import numpy as np
import pytest

from thermo import media, records
from thermo.errors import CaseError

CELSIUS = np.array([7.3, 18.9, 31.1, 52.4, 77.7])  # between the rows of the table
COOLPROP = {
    "water": ("HEOS::Water", 3e5),
    "propylene glycol 25%": ("INCOMP::MPG[0.25]", 101325.0),
    "ethylene glycol 40%": ("INCOMP::MEG[0.4]", 101325.0),
}


@pytest.mark.parametrize("name", COOLPROP)
def test_liquids_between_table_rows(name):
    props = pytest.importorskip("CoolProp.CoolProp").PropsSI
    backend, pressure = COOLPROP[name]
    fluid, t = media.fluid(name), CELSIUS + 273.15

    def reference(key):
        return props(key, "T", t, "P", pressure, backend)

    np.testing.assert_allclose(fluid.density(t), reference("D"), rtol=2e-4)
    np.testing.assert_allclose(fluid.heat_capacity(t), reference("C"), rtol=2e-4)
    np.testing.assert_allclose(fluid.conductivity(t), reference("L"), rtol=3e-4)
    np.testing.assert_allclose(fluid.viscosity(t), reference("V"), rtol=5e-3)


@pytest.mark.parametrize("name", records.names("coolants.csv"))
def test_freezing_points_against_coolprop(name):
    props = pytest.importorskip("CoolProp.CoolProp").PropsSI
    coolant = records.coolant(name)
    if name == "water":
        assert coolant.freezing == 273.15 and coolant.glycol_fraction == 0.0
        return
    backend = f"INCOMP::{'MPG' if 'propylene' in name else 'MEG'}[{coolant.glycol_fraction}]"
    assert coolant.freezing == pytest.approx(props("T_FREEZE", "T", 300.0, "P", 101325.0, backend), abs=0.006)
    assert media.fluid(name).valid_range[0] > coolant.freezing


def test_air_against_coolprop():
    props = pytest.importorskip("CoolProp.CoolProp").PropsSI
    air, t = media.fluid("air"), np.array([253.15, 283.15, 300.0, 330.0, 363.15])

    def reference(key):
        return props(key, "T", t, "P", 101325.0, "Air")

    np.testing.assert_allclose(air.density(t), reference("D"), rtol=1.5e-3)
    np.testing.assert_allclose(air.heat_capacity(t), reference("C"), rtol=5e-3)
    np.testing.assert_allclose(air.viscosity(t), reference("V"), rtol=2e-2)
    np.testing.assert_allclose(air.conductivity(t), reference("L"), rtol=3e-2)


def test_water_at_25_degC_of_the_handbook():
    """CRC Handbook: 997.05 kg/m3, 4181 J/kg/K, 0.890 mPa s, 0.607 W/m/K, 2.57e-4 1/K at 25 degC."""
    water = media.fluid("water")
    assert water.density(298.15) == pytest.approx(997.05, rel=2e-4)
    assert water.heat_capacity(298.15) == pytest.approx(4181.0, rel=1e-3)
    assert water.viscosity(298.15) == pytest.approx(0.890e-3, rel=2e-3)
    assert water.conductivity(298.15) == pytest.approx(0.607, rel=2e-3)
    assert water.expansion(298.15) == pytest.approx(2.57e-4, rel=1e-2)


def test_every_fluid_is_physical_over_its_range():
    for name in media.fluid_names():
        fluid = media.fluid(name)
        t = np.linspace(*fluid.valid_range, 50)
        assert (np.diff(fluid.density(t)) < 1e-9).all()
        assert not fluid.outside(t).any()
        assert fluid.outside([fluid.valid_range[0] - 1.0, fluid.valid_range[1] + 1.0]).all()
        for values in (fluid.viscosity(t), fluid.conductivity(t), fluid.heat_capacity(t)):
            assert (values > 0.0).all()


def test_unknown_fluid_names_the_nearest():
    with pytest.raises(CaseError, match=r"Did you mean propylene glycol 25%\?"):
        media.fluid("propylen glycol 25")


def test_solid():
    copper = media.solid("copper")
    assert (copper.density, copper.heat_capacity, copper.conductivity) == (8933.0, 385.0, 401.0)
    with pytest.raises(CaseError, match=r"Did you mean aluminium\?"):
        media.solid("aluminum")


def test_dielectric_liquids_of_their_makers():
    """White mineral oil: Paratherm NF data sheet, Prandtl number 900 at 20 degC and 180 at 60 degC as the data put it.
    HFE-7100 at 25 degC: 3M gives 1510 kg/m3 (2 %), 0.58 mPa*s (6 %), 0.069 W/m/K, 1183 J/kg/K."""
    oil, hfe = media.fluid("white mineral oil"), media.fluid("HFE-7100")
    for celsius, prandtl in ((20.0, 900.0), (60.0, 180.0)):
        t = celsius + 273.15
        assert oil.viscosity(t) * oil.heat_capacity(t) / oil.conductivity(t) == pytest.approx(prandtl, rel=0.03)
    assert hfe.density(298.15) == pytest.approx(1510.0, rel=0.02)
    assert hfe.viscosity(298.15) == pytest.approx(0.58e-3, rel=0.06)
    assert hfe.conductivity(298.15) == pytest.approx(0.069, rel=0.01)
    assert hfe.heat_capacity(298.15) == pytest.approx(1183.0, rel=0.005)
