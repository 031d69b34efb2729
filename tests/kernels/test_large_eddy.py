"""Subgrid viscosities against their formulas in NumPy, and in flows where they must vanish."""

from __future__ import annotations

import numpy as np
import pytest

from kernels.backend import make_backend
from kernels.large_eddy import VANISHING, VREMAN_CONSTANT, WALE_CONSTANT, vreman_viscosity, wale_viscosity

WIDTHS = np.array([0.1, 0.2, 0.05])


def viscosity(model: str, gradients: np.ndarray, precision: str = "double") -> np.ndarray:
    """Eddy viscosity of cells with the velocity gradients ``g[n, i, j] = du_i/dx_j``."""
    backend, count = make_backend("cpu", precision, 1), len(gradients)
    slopes = [backend.asarray(gradients[:, i, j]) for i in range(3) for j in range(3)]
    ones, out = backend.asarray(np.ones(count)), backend.zeros(count)
    if model == "wale":
        volume = backend.asarray(np.full(count, WIDTHS.prod()))
        backend.launch(wale_viscosity, 0, count, ones, WALE_CONSTANT**2, 1.0 / 3.0, volume, VANISHING, *slopes, out)
    else:
        half = [backend.asarray(np.full(count, 0.5 * width)) for width in WIDTHS]
        backend.launch(vreman_viscosity, 0, count, ones, VREMAN_CONSTANT, VANISHING, *half, *slopes, out)
    return out


def wale(g: np.ndarray) -> np.ndarray:
    """Nicoud and Ducros 1999 as written."""
    strain = 0.5 * (g + g.transpose(0, 2, 1))
    square = g @ g
    traceless = 0.5 * (square + square.transpose(0, 2, 1))
    traceless -= np.trace(square, axis1=1, axis2=2)[:, None, None] * np.eye(3) / 3.0
    ss, dd = (np.einsum("nij,nij->n", a, a) for a in (strain, traceless))
    return (WALE_CONSTANT * WIDTHS.prod() ** (1 / 3)) ** 2 * dd**1.5 / (ss**2.5 + dd**1.25)


def vreman(g: np.ndarray) -> np.ndarray:
    """Vreman 2004 as written, with alpha_ij = du_j/dx_i."""
    alpha = g.transpose(0, 2, 1)
    b = np.einsum("m,nmi,nmj->nij", WIDTHS**2, alpha, alpha)
    invariant = (b[:, 0, 0] * b[:, 1, 1] - b[:, 0, 1] ** 2 + b[:, 0, 0] * b[:, 2, 2] - b[:, 0, 2] ** 2
                 + b[:, 1, 1] * b[:, 2, 2] - b[:, 1, 2] ** 2)
    return VREMAN_CONSTANT * np.sqrt(invariant / np.einsum("nij,nij->n", alpha, alpha))


@pytest.mark.parametrize(("precision", "tolerance"), [("single", 2e-4), ("double", 1e-11)])
@pytest.mark.parametrize("scale", [1e-4, 1.0, 1e4])
@pytest.mark.parametrize("model", ["wale", "vreman"])
def test_viscosity_equals_its_formula(model, scale, precision, tolerance):
    gradients = scale * np.random.default_rng(3).normal(size=(200, 3, 3))
    expected = {"wale": wale, "vreman": vreman}[model](gradients)
    found = viscosity(model, gradients, precision)
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance * expected.max())


@pytest.mark.parametrize("precision", ["single", "double"])
@pytest.mark.parametrize("model", ["wale", "vreman"])
def test_pure_shear_makes_no_eddies(model, precision):
    shears = np.zeros((6, 3, 3))
    for n, (i, j) in enumerate([(i, j) for i in range(3) for j in range(3) if i != j]):
        shears[n, i, j] = 7.3
    np.testing.assert_array_equal(viscosity(model, shears, precision), 0.0)


@pytest.mark.parametrize("model", ["wale", "vreman"])
def test_fluid_at_rest_makes_no_eddies(model):
    np.testing.assert_array_equal(viscosity(model, np.zeros((3, 3, 3))), 0.0)


def test_solid_rotation_is_known():
    rotation = np.zeros((1, 3, 3))
    rotation[0, 0, 1], rotation[0, 1, 0] = -2.0, 2.0
    width = WALE_CONSTANT * WIDTHS.prod() ** (1 / 3)
    assert viscosity("wale", rotation)[0] == pytest.approx(width**2 * (2.0 / 3.0) ** 0.25 * 2.0, rel=1e-12)
    x, y = WIDTHS[:2]
    assert viscosity("vreman", rotation)[0] == pytest.approx(VREMAN_CONSTANT * x * y * 4.0 / np.sqrt(8.0), rel=1e-12)
