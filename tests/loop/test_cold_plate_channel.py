"""Friction and heat transfer of channels against exact values, published tables and the library ht."""

import numpy as np
import pytest

from thermo.loop import cold_plate_channel as channel

# aspect, Fanning f Re, Nu H1 of four heated walls: 2-D Chebyshev solution, agrees with Shah and London, Tables 42, 43
DEVELOPED = (
    (1.0, 14.22708, 3.60795), (0.75, 14.4757, 3.70052), (0.5, 15.54806, 4.1233), (0.3, 17.51209, 4.98989),
    (0.2, 19.0705, 5.7377), (0.125, 20.58464, 6.49035), (0.1, 21.16888, 6.78498),
)  # fmt: skip
# three heated walls, one short wall adiabatic, H1: Shah and London 1978, Table 44 (after Schmidt and Newell)
THREE_WALLS = ((1.0, 3.556), (0.5, 4.505), (0.1, 6.939))


@pytest.mark.parametrize(("aspect", "friction", "nusselt"), DEVELOPED)
def test_developed_laminar_flow(aspect, friction, nusselt):
    """The polynomials are said to be within 0.06 % and 0.1 %."""
    assert channel.developed_friction(aspect) == pytest.approx(friction, rel=1e-3)
    assert channel.developed_nusselt(aspect) == pytest.approx(nusselt, rel=1e-3)


@pytest.mark.parametrize(("aspect", "nusselt"), THREE_WALLS)
def test_three_heated_walls(aspect, nusselt):
    assert channel.developed_nusselt(aspect, 3) == pytest.approx(nusselt, rel=0.01)


def test_long_channels_are_developed():
    long = 1e6
    assert channel.apparent_friction(500.0, 0.2, long) * 500.0 == pytest.approx(19.0716, rel=1e-3)
    assert channel.mean_nusselt(500.0, 6.0, 0.2, long) == pytest.approx(5.738, rel=2e-3)


def test_short_channels_are_flat_plates():
    """Near the entrance f Re = 3.44 / sqrt(x / (D Re)) (Shapiro, Siegel and Kline 1954), whatever the shape."""
    reynolds, length = 1000.0, 1e-3
    expected = 3.44 / np.sqrt(length * reynolds)
    assert channel.apparent_friction(reynolds, 0.5, length) == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize(("reynolds", "prandtl"), [(5e3, 5.0), (2e4, 0.7), (1e5, 7.0)])
def test_turbulent_against_ht(reynolds, prandtl):
    """ht with the same friction factor; entrance far away (factor 1 + 1e-4)."""
    ht = pytest.importorskip("ht")
    darcy = 4.0 * channel.turbulent_friction(reynolds)
    other = ht.conv_internal.turbulent_Gnielinski(Re=reynolds, Pr=prandtl, fd=darcy)
    assert channel.mean_nusselt(reynolds, prandtl, 1.0, 1e6) == pytest.approx(other, rel=2e-4)


def test_transition_is_continuous_and_rising():
    reynolds = np.linspace(2000.0, 4500.0, 400)
    nusselt = channel.mean_nusselt(reynolds, 5.0, 0.3, 500.0)
    assert (np.diff(nusselt) > -1e-9).all() and np.abs(np.diff(nusselt)).max() < 1.0
    assert np.isfinite(channel.apparent_friction(reynolds, 0.3, 500.0)).all()


def test_mean_nusselt_falls_along_the_channel():
    length = np.geomspace(0.1, 1e4, 100)
    assert (np.diff(channel.mean_nusselt(700.0, 5.0, 0.2, length, 3)) < 0.0).all()


@pytest.mark.parametrize(("product", "efficiency"), [(0.2, 0.9868766), (1.0, 0.76159416), (2.0, 0.48201379)])
def test_fin_efficiency(product, efficiency):
    """tanh(mL)/(mL) of the textbooks, in double precision."""
    coefficient, thickness, height = 1e4, 1e-4, 2e-3
    conductivity = 2.0 * coefficient * height**2 / (thickness * product**2)
    found = channel.fin_efficiency(coefficient, conductivity, thickness, height)
    assert found == pytest.approx(efficiency, rel=1e-7)
