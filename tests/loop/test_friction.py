"""Friction factors against the formulas of an independent library, and derivatives against differences."""

import numpy as np
import pytest

from thermo.loop.friction import LAMINAR, LAWS, friction

REYNOLDS = np.geomspace(5e3, 1e7, 12)


@pytest.mark.parametrize("rough", [0.0, 1e-4, 0.03])
@pytest.mark.parametrize("law", LAWS)
def test_turbulent_factor_is_that_of_fluids(law, rough):
    fluids = pytest.importorskip("fluids.friction")
    oracle = {"churchill": fluids.Churchill_1977, "haaland": fluids.Haaland, "colebrook": fluids.Colebrook}[law]
    wanted = [oracle(re, rough) for re in REYNOLDS]
    assert friction(REYNOLDS, rough, law)[0] == pytest.approx(wanted, rel=1e-8)


@pytest.mark.parametrize("law", LAWS)
def test_laminar_factor_is_64_over_re(law):
    reynolds = np.array([0.01, 1.0, 500.0, 1500.0])
    assert friction(reynolds, 1e-4, law)[0] == pytest.approx(64.0 / reynolds, rel=1e-6)


@pytest.mark.parametrize("law", LAWS)
def test_derivative_is_that_of_the_factor(law):
    reynolds = np.array([3.0, 900.0, 2100.0, 2600.0, 3700.0, 5e3, 8e4, 3e6])
    step = 1e-5 * reynolds
    difference = (friction(reynolds + step, 1e-3, law)[0] - friction(reynolds - step, 1e-3, law)[0]) / (2.0 * step)
    assert friction(reynolds, 1e-3, law)[1] == pytest.approx(difference, rel=1e-5)


@pytest.mark.parametrize("law", LAWS)
def test_factor_has_no_jump(law):
    near = friction(LAMINAR * np.array([1.0 - 1e-9, 1.0 + 1e-9]), 1e-4, law)[0]
    assert near[0] == pytest.approx(near[1], rel=1e-6)
