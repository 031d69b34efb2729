"""The laws of the layer at walls against their published formulas, written out here in double precision."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kernels import two_layer

KAPPA, C_MU = 0.41, 0.09
SLOPE, LENGTH = KAPPA * C_MU**0.25, KAPPA * C_MU**-0.75
RE_Y = (0.5, 3.0, 20.0, 80.0, 150.0)


def forced(re_y):
    """Viscosity ratio and ``epsilon y^2 / (nu k)`` of Wolfshtein 1969 with the constants of Chen and Patel 1988."""
    length = LENGTH * (1 - math.exp(-re_y / (2 * LENGTH)))
    return KAPPA * C_MU**0.25 * re_y * (1 - math.exp(-re_y / 70)), re_y / length


def natural(re_y):
    """The same of Xu, Chen and Nieuwstadt 1998."""
    v = math.sqrt(7.19e-3 * re_y - 4.33e-5 * re_y**2 + 8.8e-8 * re_y**3)
    y_v = v * re_y
    return 0.544 * y_v / (1 + 5.025e-4 * y_v**1.65), re_y * v * (1 + 10 / y_v + 0.0515 * y_v) / 8.8


@pytest.mark.parametrize("re_y", RE_Y)
@pytest.mark.parametrize(("flag", "law"), [(0.0, forced), (1.0, natural)])
def test_layers_are_the_published_ones_in_both_precisions(flag, law, re_y):
    viscosity, decay = law(re_y)
    for precision, tolerance in ((np.float64, 1e-12), (np.float32, 1e-5)):
        assert two_layer.layer_ratio(precision(re_y), precision(SLOPE), flag) == pytest.approx(viscosity, rel=tolerance)
        assert two_layer.layer_decay(precision(re_y), precision(LENGTH), flag) == pytest.approx(decay, rel=tolerance)


@pytest.mark.parametrize("flag", [0.0, 1.0])
def test_layers_stay_finite_far_from_the_wall(flag):
    """The share of the layer is zero there, but zero times infinity would not be."""
    far = np.float32(1e6)
    assert np.isfinite(two_layer.layer_ratio(far, np.float32(SLOPE), flag))
    assert np.isfinite(two_layer.layer_decay(far, np.float32(LENGTH), flag))


@pytest.mark.parametrize("y_plus", [2, 5, 30, 50, 100, 300, 1000])
def test_the_wall_law_of_forced_flow_is_the_law_of_the_wall(y_plus):
    """``u+ = y+`` within y+ 5, ``ln(y+)/0.41 + 5.2`` beyond 30 (Pope 2000), within 6 %; k+ is 1/sqrt(C_mu)."""
    resistance, _ = two_layer.layer_resistance(y_plus * C_MU**-0.25, SLOPE, 0.0, 200.0, 17.4, 1.0)
    expected = y_plus if y_plus <= 5 else math.log(y_plus) / 0.41 + 5.2
    assert resistance * y_plus == pytest.approx(expected, rel=0.06)


@pytest.mark.parametrize("y_plus", [2, 10, 30, 100, 300])
@pytest.mark.parametrize("prandtl", [0.71, 6.0])
def test_the_film_of_forced_flow_is_the_temperature_law_of_the_wall(prandtl, y_plus):
    """Kader, Int. J. Heat Mass Transfer 24 (1981) 1541, eq. 33, within the 10 % of correlations of turbulent heat
    transfer."""
    resistance, _ = two_layer.layer_resistance(y_plus * C_MU**-0.25, SLOPE, 0.0, 200.0, 17.4, prandtl / 0.85)
    constant = (3.85 * prandtl ** (1 / 3) - 1.3) ** 2 + 2.12 * math.log(prandtl)
    turning = 0.01 * (prandtl * y_plus) ** 4 / (1 + 5 * prandtl**3 * y_plus)
    expected = (prandtl * y_plus * math.exp(-turning)
                + (2.12 * math.log(1 + y_plus) + constant) * math.exp(-1 / turning))
    assert resistance * prandtl * y_plus == pytest.approx(expected, rel=0.1)


def test_the_resistance_of_a_laminar_layer_sits_in_its_middle():
    """A quarter of the cell's width from the wall; next to the wall where the layer is turbulent."""
    resistance, lever = two_layer.layer_resistance(1e-3, SLOPE, 0.0, 200.0, 17.4, 1.0)
    assert resistance == pytest.approx(1.0, rel=1e-5)
    assert lever == pytest.approx(0.25, rel=1e-5)
    assert two_layer.layer_resistance(1000.0, SLOPE, 0.0, 200.0, 17.4, 1.0)[1] < 0.07
