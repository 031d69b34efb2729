"""Spalding's law of the wall against its own definition."""

from __future__ import annotations

import numpy as np
import pytest

from kernels.backend import CpuBackend
from kernels.lvel import lvel_viscosity

KAPPA, E = 0.417, 8.6


def law(u_plus):
    """Return y+ and dy+/du+ of Spalding's law."""
    a = KAPPA * u_plus
    y_plus = u_plus + (np.exp(a) - 1 - a - a**2 / 2 - a**3 / 6 - a**4 / 24) / E
    return y_plus, 1 + KAPPA / E * (np.exp(a) - 1 - a - a**2 / 2 - a**3 / 6)


@pytest.mark.parametrize("precision", ["single", "double"])
def test_viscosity_is_the_slope_of_spaldings_law(precision):
    u_plus = np.linspace(0.1, 40.0, 200)
    y_plus, slope = law(u_plus)
    device = CpuBackend(precision, threads=1)
    nu, distance = 1.5e-5, 0.01
    speed = u_plus * y_plus * nu / distance
    zero, one = device.zeros(200), device.asarray(np.ones(200))
    out = device.zeros(200)
    speed = device.asarray(speed)
    device.launch(lvel_viscosity, 0, 200, one, KAPPA, E, distance * one, speed, zero, zero, nu * one, out)
    tolerance = 1e-10 if precision == "double" else 2e-5
    np.testing.assert_allclose(1.0 + out / nu, slope, rtol=tolerance)
