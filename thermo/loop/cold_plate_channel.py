"""Friction and heat transfer in the rectangular channels of a cold plate, from their entrance on.

`aspect` is the short over the long side, 0..1; Reynolds numbers are on the hydraulic diameter unless a name says so.
Laminar flow up to Re 2300, turbulent from 4000, linear between the two (Gnielinski, Int. J. Heat Mass Transfer 63
(2013) 134). Friction factors are Fanning's.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

LAMINAR, TURBULENT = 2300.0, 4000.0
FRICTION = (24.0, -1.3553, 1.9467, -1.7012, 0.9564, -0.2537)
FOUR_WALLS = (8.235, -2.0421, 3.0853, -2.4765, 1.0578, -0.1861)
THREE_WALLS = (8.235, -1.883, 3.767, -5.814, 5.361, -2.0)


def hydraulic_diameter(width: ArrayLike, height: ArrayLike) -> Array:
    """4 area / perimeter of a rectangle, m."""
    return 2.0 * np.asarray(width) * height / (np.asarray(width) + height)


def _polynomial(coefficients: tuple[float, ...], aspect: ArrayLike) -> Array:
    """First coefficient times (1 + sum of the others times rising powers of the aspect)."""
    return coefficients[0] * (1.0 + sum(c * np.asarray(aspect) ** n for n, c in enumerate(coefficients[1:], 1)))


def developed_friction(aspect: ArrayLike) -> Array:
    """f Re of developed laminar flow: Shah and London 1978, eq. 341; within 0.06 % of the exact solution."""
    return _polynomial(FRICTION, aspect)


def developed_nusselt(aspect: ArrayLike, heated_walls: int = 4) -> Array:
    """Nusselt number of developed laminar flow, uniform heat along the flow, uniform wall temperature around it.

    Four heated walls: Shah and London 1978, eq. 352, within 0.1 %. Three, one short wall adiabatic: fit of Phillips
    (MIT Lincoln Laboratory technical report 787, 1988) to the table of Wibulswas; on the heated walls only.
    """
    if heated_walls not in (3, 4):
        raise ValueError("heated_walls must be 3 or 4")
    return _polynomial(FOUR_WALLS if heated_walls == 4 else THREE_WALLS, aspect)


def apparent_friction(reynolds: ArrayLike, aspect: ArrayLike, length: ArrayLike) -> Array:
    """Mean friction factor over `length` (in hydraulic diameters) from a square-edged entrance, momentum included.

    Laminar: ``f Re = sqrt((3.44 / sqrt zeta)^2 + (f Re)^2)`` on the square root of the area, Muzychka and Yovanovich,
    J. Fluids Eng. 131 (2009) 061201, within 10 %, with the developed value of :func:`developed_friction`. Turbulent:
    Filonenko 1954, ``(1.58 ln Re - 3.28)^-2``, smooth walls, 4000 < Re < 5e6, without an entrance.
    """
    reynolds = np.asarray(reynolds, dtype=np.float64)
    scale = root_area(aspect)
    zeta = np.asarray(length) / (scale**2 * np.maximum(reynolds, 1e-12))
    laminar_reynolds = np.hypot(3.44 / np.sqrt(zeta), developed_friction(aspect) * scale) / scale
    laminar = laminar_reynolds / np.maximum(np.minimum(reynolds, LAMINAR), 1e-12)
    return _between(reynolds, laminar, turbulent_friction(reynolds))


def turbulent_friction(reynolds: ArrayLike) -> Array:
    """Filonenko's friction factor, held at Re 4000 below that."""
    return (1.58 * np.log(np.maximum(reynolds, TURBULENT)) - 3.28) ** -2


def root_area(aspect: ArrayLike) -> Array:
    """Square root of the area of the channel over its hydraulic diameter."""
    aspect = np.asarray(aspect, dtype=np.float64)
    return (1.0 + aspect) / (2.0 * np.sqrt(aspect))


def mean_nusselt(
    reynolds: ArrayLike, prandtl: ArrayLike, aspect: ArrayLike, length: ArrayLike, heated_walls: int = 4
) -> Array:
    """Mean Nusselt number over `length` (in hydraulic diameters) from the entrance, where flow and heat both start.

    Laminar: Muzychka and Yovanovich, J. Heat Transfer 126 (2004) 54, uniform heat flux, mean value, 0.1 < Pr; within
    15 %, mostly 10 %. Their estimate of the developed value is replaced by :func:`developed_nusselt`. Turbulent:
    Gnielinski 1976, ``(f/2)(Re - 1000) Pr / (1 + 12.7 sqrt(f/2) (Pr^(2/3) - 1)) (1 + L^(-2/3))``, 4000 < Re < 5e6,
    0.5 < Pr < 2000, within 10 %.
    """
    reynolds, length = np.asarray(reynolds, dtype=np.float64), np.asarray(length, dtype=np.float64)
    laminar = _laminar_nusselt(np.clip(reynolds, 1e-9, LAMINAR), prandtl, aspect, length, heated_walls)
    return _between(reynolds, laminar, _turbulent_nusselt(reynolds, prandtl, length))


def _laminar_nusselt(reynolds: Array, prandtl: ArrayLike, aspect: ArrayLike, length: Array, heated_walls: int) -> Array:
    """Combined entry by blending developing flow, developing temperature and the developed value."""
    prandtl, scale = np.asarray(prandtl, dtype=np.float64), root_area(aspect)
    z = length / (scale**2 * reynolds * prandtl)
    exponent = 2.27 + 1.65 * prandtl ** (1.0 / 3.0)
    flat_plate = 2.0 * 0.886 / (1.0 + (1.909 * prandtl ** (1.0 / 6.0)) ** 4.5) ** (2.0 / 9.0) / np.sqrt(z)
    thermal = 1.5 * 0.501 * (developed_friction(aspect) * scale / z) ** (1.0 / 3.0)
    developed = developed_nusselt(aspect, heated_walls) * scale
    entry = (thermal**5 + developed**5) ** (exponent / 5.0)
    return (flat_plate**exponent + entry) ** (1.0 / exponent) / scale


def _turbulent_nusselt(reynolds: Array, prandtl: ArrayLike, length: Array) -> Array:
    """Gnielinski with the entrance factor; Re at least 4000."""
    half, prandtl = 0.5 * turbulent_friction(reynolds), np.asarray(prandtl, dtype=np.float64)
    excess = np.maximum(reynolds, TURBULENT) - 1000.0
    straight = half * excess * prandtl / (1.0 + 12.7 * np.sqrt(half) * (prandtl ** (2.0 / 3.0) - 1.0))
    return straight * (1.0 + np.minimum(length ** (-2.0 / 3.0), 1.0))


def _between(reynolds: Array, laminar: Array, turbulent: Array) -> Array:
    """Laminar up to 2300, turbulent from 4000, linear between."""
    share = np.clip((reynolds - LAMINAR) / (TURBULENT - LAMINAR), 0.0, 1.0)
    return (1.0 - share) * laminar + share * turbulent


def fin_efficiency(coefficient: float, conductivity: float, thickness: float, height: float) -> float:
    """Efficiency tanh(m H) / (m H) of a straight fin with an adiabatic tip, m = sqrt(2 h / (k t))."""
    product = height * math.sqrt(2.0 * coefficient / (conductivity * thickness))
    return math.tanh(product) / product
