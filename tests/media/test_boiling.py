"""Boiling laws against published worked values, against the ht library, and saturation lines against CoolProp."""

from dataclasses import replace

import numpy as np
import pytest

from thermo.media.boiling import (
    Saturation,
    cooper,
    cooper_superheat,
    critical_heat_flux,
    rohsenow,
    rohsenow_superheat,
)
from thermo.media.saturation import boiling_liquid, surface_tension_at

WATER = Saturation(373.15, 101325.0, 957.854, 0.595593, 4217.0, 2.257e6, 0.0589, 22048321.0, 0.01802)
WORKED = Saturation(412.3, 3.5e5, 958.0, 0.597, 4180.0, 2.25e6, 0.0588, 22048321.0, 0.01802)


@pytest.mark.parametrize(("superheat", "coefficient"), [(4.3, 2860.6242), (9.1, 12811.6978), (13.0, 26146.3220)])
def test_rohsenow_gives_the_worked_values_of_water(superheat, coefficient):
    """Worked values of the ht library's tests (Csf 0.013, n = 1); they take g = 9.80665 m/s2."""
    flux = rohsenow(superheat, WORKED, 2.75e-4, 0.688, 0.013, 1.0)
    assert flux / superheat == pytest.approx(coefficient, rel=1e-6)


@pytest.mark.parametrize(("superheat", "coefficient"), [(4.3, 1558.1435), (9.1, 7138.7009), (13.0, 14727.0955)])
def test_cooper_gives_the_worked_values_of_water(superheat, coefficient):
    """Worked values of the ht library's tests: water at 101325 Pa, roughness 1 um."""
    flux = coefficient * superheat
    assert cooper(flux, WATER.reduced_pressure, WATER.molar_mass) == pytest.approx(coefficient, rel=2e-3)


def test_zuber_gives_the_worked_value_of_water():
    """1.106 MW/m2: Zuber's constant 0.131 with the properties above, worked by hand."""
    assert critical_heat_flux(WATER) == pytest.approx(1106480.94, rel=1e-5)


def test_laws_agree_with_an_independent_library():
    ht = pytest.importorskip("ht")
    at = boiling_liquid("HFE-7100").at_temperature(330.0)
    library = ht.Zuber(sigma=at.surface_tension, Hvap=at.latent_heat, rhol=at.liquid_density, rhog=at.vapour_density,
                       K=0.131)  # fmt: skip
    assert critical_heat_flux(at) == pytest.approx(library, rel=1e-6)
    library = ht.Cooper(P=at.pressure, Pc=at.critical_pressure, MW=at.molar_mass * 1e3, q=5e4, Rp=0.5e-6)
    assert cooper(5e4, at.reduced_pressure, at.molar_mass, 0.5e-6) == pytest.approx(library, rel=1e-6)


def test_measured_critical_heat_flux_of_hfe_7100():
    """About 20 W/cm2 on polished copper near 1 bar (Zhao and others, Int. J. Chem. Eng. 2022, 4875208, find 15 to 25
    W/cm2 over roughness and 0.7 to 2 bar): Zuber's law scatters by 20 to 30 % about plain surfaces."""
    at = boiling_liquid("HFE-7100").at_temperature(333.0)
    assert 0.7 * 20e4 < critical_heat_flux(at) < 1.3 * 20e4


def test_superheats_are_the_inverse_of_the_laws():
    flux = np.array([1e3, 2e4, 1.5e5])
    superheat = rohsenow_superheat(flux, WATER, 2.79e-4, 0.68, 0.013, 1.0)
    np.testing.assert_allclose(rohsenow(superheat, WATER, 2.79e-4, 0.68, 0.013, 1.0), flux, rtol=1e-12)
    kelvin = cooper_superheat(flux, WATER)
    np.testing.assert_allclose(kelvin * cooper(flux, WATER.reduced_pressure, WATER.molar_mass), flux, rtol=1e-12)
    np.testing.assert_allclose(cooper_superheat(flux, WATER, enhancement=2.0), kelvin / 2.0, rtol=1e-12)


def test_subcooling_raises_the_critical_heat_flux():
    """Ivey and Morris by hand: 1 + 0.1 x (957.854/0.595593)^0.75 x 4217 x 10 / 2.257e6 = 1.475."""
    assert critical_heat_flux(WATER, 10.0) / critical_heat_flux(WATER) == pytest.approx(1.475, abs=1e-3)


def test_cooper_refuses_pressures_without_data():
    with pytest.raises(ValueError, match=r"0\.001 to 0\.9"):
        cooper(1e4, replace(WATER, pressure=1e3).reduced_pressure, WATER.molar_mass)


@pytest.mark.parametrize(("name", "celsius"), [("HFE-7100", 61.0), ("Novec 649", 49.0)])
def test_boiling_points_of_the_makers(name, celsius):
    """Boiling points at 101325 Pa: 61 degC and 49 degC (3M product information), given to a degree."""
    assert boiling_liquid(name).saturation_temperature(101325.0) - 273.15 == pytest.approx(celsius, abs=0.5)


@pytest.mark.parametrize(("name", "fluid"), [("water", "Water"), ("Novec 649", "Novec649")])
def test_saturation_lines_between_rows(name, fluid):
    props = pytest.importorskip("CoolProp.CoolProp").PropsSI
    liquid = boiling_liquid(name)
    for temperature in (317.4, 331.9, 352.2):
        at = liquid.at_temperature(temperature)
        assert at.pressure == pytest.approx(props("P", "T", temperature, "Q", 0, fluid), rel=5e-4)
        assert at.liquid_density == pytest.approx(props("D", "T", temperature, "Q", 0, fluid), rel=5e-4)
        assert at.vapour_density == pytest.approx(props("D", "T", temperature, "Q", 1, fluid), rel=1e-2)
        assert liquid.saturation_temperature(at.pressure) == pytest.approx(temperature, abs=1e-3)


def test_surface_tension_over_temperature():
    """n-Hexane, CRC Handbook: 17.89, 15.33 and 12.75 mN/m at 25, 50 and 75 degC; critical temperature 507.6 K."""
    warm = surface_tension_at(np.array([323.15, 348.15]), 17.89e-3, 507.6)
    np.testing.assert_allclose(warm, [15.33e-3, 12.75e-3], rtol=0.01)


def test_outside_the_saturation_line_is_refused():
    with pytest.raises(ValueError, match="HFE-7100: temperature 250 K is outside"):
        boiling_liquid("HFE-7100").at_temperature(250.0)
