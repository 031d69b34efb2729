"""Fields moved to another grid: linear between the centres, constant beyond them."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.interpolate import RegularGridInterpolator

from thermo.field.transfer import interpolate


def on_grid(centres):
    shape = tuple(len(c) for c in reversed(centres))
    mesh = SimpleNamespace(fluid=np.ones(shape, bool), active=np.ones(shape, bool))
    return SimpleNamespace(grid=SimpleNamespace(centres=centres), mesh=mesh)


@pytest.mark.parametrize("depth", [1, 4])
def test_interpolation_is_linear_along_each_axis(depth):
    random = np.random.default_rng(1)
    old = [np.sort(random.random(n)) for n in (7, depth, 5)]
    new = [np.sort(1.2 * random.random(n) - 0.1) for n in (13, 2 * depth, 9)]
    values = random.random((5, depth, 7))
    found = interpolate({"T": values}, on_grid(old), on_grid(new))["T"]
    inside = [np.clip(n, o[0], o[-1]) for n, o in zip(new, old, strict=True)]
    if depth == 1:
        values, old[1] = np.repeat(values, 2, axis=1), np.array([0.0, 1.0])
    points = np.stack(np.meshgrid(*reversed(inside), indexing="ij"), axis=-1)
    assert_allclose(found, RegularGridInterpolator(old[::-1], values)(points), atol=1e-14)
