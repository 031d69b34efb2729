"""Dry coolers: the exact crossflow series, the rating point, the loop of a CDU behind them, altitude and fan speed."""

import numpy as np
import pytest

from thermo import records
from thermo.plant.dry_cooler import Coil, crossflow_effectiveness, ntu_of, units_for

BAC = Coil(records.dry_cooler("BAC TDFS1238N C60ET40B"))


@pytest.mark.parametrize(
    ("ratio", "ntu", "expected"),
    [
        (0.25, 1.0, 0.58801133), (0.25, 5.0, 0.95907428), (0.5, 2.0, 0.73240925), (0.75, 3.0, 0.7494064),
        (1.0, 0.5, 0.32632998), (1.0, 1.0, 0.47622239), (1.0, 2.0, 0.61424724),
    ],
)  # fmt: skip
def test_crossflow_of_the_exact_series(ratio, ntu, expected):
    """Mason 1955, both fluids unmixed, evaluated in double precision for this project's reference tables."""
    assert crossflow_effectiveness(ntu, ratio) == pytest.approx(expected, abs=6e-9)


def test_crossflow_against_ht():
    """The library ht integrates the same exchanger another way; below 1e-6."""
    ht = pytest.importorskip("ht")
    for ratio in (0.1, 0.4, 0.9, 1.0):
        for ntu in (0.3, 1.7, 6.0):
            other = ht.hx.effectiveness_from_NTU(NTU=ntu, Cr=ratio, subtype="crossflow")
            assert crossflow_effectiveness(ntu, ratio) == pytest.approx(other, rel=1e-6)


def test_crossflow_of_a_stream_that_does_not_change_its_temperature():
    ntu = np.array([0.1, 1.0, 4.0])
    np.testing.assert_allclose(crossflow_effectiveness(ntu, 0.0), -np.expm1(-ntu), rtol=1e-8)


def test_ntu_is_the_inverse():
    assert ntu_of(float(crossflow_effectiveness(2.3, 0.6)), 0.6) == pytest.approx(2.3, rel=1e-9)


def test_chain_of_distribution_unit_and_dry_cooler():
    """1 MW, facility flow 1.44 L/min/kW (993 kg/m3, 4178 J/kg/K), air at twice its rate, UA 2.2e5 W/K: 0.75562."""
    facility = 1000.0 * 1.44e-3 / 60.0 * 993.0 * 4178.0
    reached = crossflow_effectiveness(2.2e5 / facility, 0.5)
    assert reached == pytest.approx(0.75562, abs=5e-6)
    assert 1e6 / (reached * facility) - 1e6 / facility == pytest.approx(3.24809, abs=2e-4)


def test_rating_point_is_met():
    """The record's maker: 2931 kW, 46.11 to 40.55 degC in air of 35 degC."""
    drop = BAC.drop_share(1.0, 1.0) * (46.11 - 35.0)
    assert drop == pytest.approx(46.11 - 40.55, rel=1e-9)
    assert BAC.coolant_rate * drop == pytest.approx(2931e3, rel=1e-9)
    assert units_for(BAC, 2931e3, 5.56, 5.55, 1.0) == 1.0 and units_for(BAC, 2931e3 * 1.01, 5.56, 5.55, 1.0) == 2.0


def test_fan_speed_gives_the_drop_that_is_wanted():
    generator = np.random.default_rng(7)
    density, coolant = generator.uniform(0.7, 1.2, 500), generator.uniform(0.3, 1.5, 500)
    speed = generator.uniform(0.02, 1.0, 500)
    wanted = BAC.drop_share(speed * density, coolant)
    np.testing.assert_allclose(BAC.speed_for(wanted, density, coolant), speed, rtol=1e-6)


def test_speed_at_little_coolant_is_the_one_wanted():
    """A twentieth of the coolant: the drop hardly changes with speed, then falls with it, with a bend between."""
    generator = np.random.default_rng(9)
    density, coolant = generator.uniform(0.7, 1.2, 2000), generator.uniform(0.02, 0.3, 2000)
    wanted = np.concatenate([generator.uniform(0.8, 1.0, 1000), generator.uniform(0.01, 0.8, 1000)])
    wanted = wanted * BAC.drop_share(density, coolant)
    speed = BAC.speed_for(wanted, density, coolant)
    np.testing.assert_allclose(BAC.drop_share(speed * density, coolant), wanted, rtol=2e-9)


def test_what_cannot_be_reached_runs_at_full_speed():
    assert BAC.speed_for(0.9, 1.0, 1.0) == 1.0


def test_drop_rises_with_air_and_falls_with_coolant():
    air = np.linspace(0.1, 1.2, 30)
    assert (np.diff(BAC.drop_share(air, 1.0)) > 0.0).all()
    assert (np.diff(BAC.drop_share(1.0, air)) < 0.0).all()


def test_thin_air_cools_less_and_loads_the_fans_less():
    """Standard atmosphere at 1500 m is 84.6 kPa: 0.835 of the density at sea level."""
    density = BAC.density_share(308.15, 84556.0)
    assert density == pytest.approx(0.8345, abs=1e-3)
    assert BAC.drop_share(density, 1.0) < BAC.drop_share(1.0, 1.0)
    assert BAC.fan_power(0.5, density) == pytest.approx(117680.0 * density / 8.0)
