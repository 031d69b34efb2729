"""Darcy friction factor of round pipes and its derivative in the Reynolds number.

Laws: "churchill" (all regimes in one smooth formula), "haaland" and "colebrook" (turbulent, with 64/Re below Re 2300
and a straight line in between up to Re 4000).
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

LAMINAR, TURBULENT = 2300.0, 4000.0  # ends of the transition, Reynolds numbers
LAWS = ("churchill", "haaland", "colebrook")


def friction(reynolds: ArrayLike, relative_roughness: ArrayLike, law: str = "churchill") -> tuple[Array, Array]:
    """Darcy friction factor and d f / d Re, of the shape of the arguments.

    `relative_roughness` is roughness over diameter, 0..0.05. Re must be above 0.
    """
    reynolds = np.asarray(reynolds, dtype=np.float64)
    rough = np.asarray(relative_roughness, dtype=np.float64)
    if law == "churchill" and reynolds.ndim == rough.ndim == 1 and len(reynolds) == len(rough):
        return _churchill(reynolds, rough)
    if law == "churchill":
        shape = np.broadcast_shapes(reynolds.shape, rough.shape)
        both = (np.ascontiguousarray(np.broadcast_to(values, shape)).reshape(-1) for values in (reynolds, rough))
        factor, slope = _churchill(*both)
        return factor.reshape(shape), slope.reshape(shape)
    turbulent = {"haaland": _haaland, "colebrook": _colebrook}[law]
    return _with_transition(reynolds, rough, turbulent)


@njit(cache=True)
def _churchill(reynolds, roughness):
    """Churchill, Chem. Eng. 84 (1977) 91: f = 8 [(8/Re)^12 + (A + B)^-1.5]^(1/12)."""
    factor, slope = np.empty(len(reynolds)), np.empty(len(reynolds))
    for n in range(len(reynolds)):
        re = reynolds[n]
        power = (7.0 / re) ** 0.9
        inner = power + 0.27 * roughness[n]
        log = -math.log(inner)
        a, b = (2.457 * log) ** 16, (37530.0 / re) ** 16
        laminar, other = (8.0 / re) ** 12, (a + b) ** -1.5
        total = laminar + other
        by_re = 16.0 * 2.457**16 * log**15 * 0.9 * power / (re * inner)
        total_slope = -12.0 * laminar / re - 1.5 * other / (a + b) * (by_re - 16.0 * b / re)
        factor[n] = 8.0 * total ** (1.0 / 12.0)
        slope[n] = factor[n] * total_slope / (12.0 * total)
    return factor, slope


def _haaland(re: Array, rough: Array) -> tuple[Array, Array]:
    """Haaland, J. Fluids Eng. 105 (1983) 89: 1/sqrt(f) = -1.8 log10[(e/3.7)^1.11 + 6.9/Re]; within 2 % of Colebrook."""
    inner = (rough / 3.7) ** 1.11 + 6.9 / re
    x = -1.8 * np.log10(inner)
    slope_x = 1.8 / np.log(10.0) * 6.9 / (re**2 * inner)
    return x**-2.0, -2.0 * x**-3.0 * slope_x


def _colebrook(re: Array, rough: Array) -> tuple[Array, Array]:
    """Colebrook 1939: 1/sqrt(f) = -2 log10[e/3.7 + 2.51/(Re sqrt(f))], solved by Newton from Haaland's value."""
    x = _haaland(re, rough)[0] ** -0.5
    scale = 2.0 / np.log(10.0)
    for _ in range(4):
        inner = rough / 3.7 + 2.51 * x / re
        x = x - (x + scale * np.log(inner)) / (1.0 + scale * 2.51 / (re * inner))
    inner = rough / 3.7 + 2.51 * x / re
    by_x, by_re = 1.0 + scale * 2.51 / (re * inner), -scale * 2.51 * x / (re**2 * inner)
    return x**-2.0, 2.0 * x**-3.0 * by_re / by_x


def _with_transition(re: Array, rough: Array, turbulent) -> tuple[Array, Array]:
    upper, upper_slope = turbulent(np.maximum(re, TURBULENT), rough)
    low = 64.0 / LAMINAR
    slope = (turbulent(np.full_like(re, TURBULENT), rough)[0] - low) / (TURBULENT - LAMINAR)
    between = low + slope * (re - LAMINAR)
    factor = np.where(re < LAMINAR, 64.0 / re, np.where(re < TURBULENT, between, upper))
    return factor, np.where(re < LAMINAR, -64.0 / re**2, np.where(re < TURBULENT, slope, upper_slope))
