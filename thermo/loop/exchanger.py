"""Plate heat exchanger in counterflow by effectiveness and NTU, its UA following both flows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermo.arrays import array

Array = NDArray[np.float64]

EQUAL = 1e-9  # capacity ratios this near to 1 are taken as 1


def effectiveness(ntu: ArrayLike, ratio: ArrayLike) -> Array:
    """Counterflow effectiveness (1 - e) / (1 - C e), e = exp(-NTU (1 - C)); NTU / (1 + NTU) at C = 1.

    `ntu` is UA over the smaller capacity rate, `ratio` the smaller over the larger, 0..1. Kays and London, Compact Heat
    Exchangers, 3rd ed., table 2-2.
    """
    ntu, ratio = array(ntu), array(ratio)
    even = np.abs(1.0 - ratio) < EQUAL
    other = np.where(even, 0.5, ratio)
    decay = np.exp(-ntu * (1.0 - other))
    return np.where(even, ntu / (1.0 + ntu), (1.0 - decay) / (1.0 - other * decay))


def ntu(effectiveness_: ArrayLike, ratio: ArrayLike) -> Array:
    """NTU of a counterflow exchanger of given effectiveness (below 1) and capacity ratio."""
    e, ratio = np.asarray(effectiveness_, dtype=np.float64), np.asarray(ratio, dtype=np.float64)
    even = np.abs(1.0 - ratio) < EQUAL
    other = np.where(even, 0.5, ratio)
    return np.where(even, e / (1.0 - e), np.log((1.0 - e * other) / (1.0 - e)) / (1.0 - other))


@dataclass(frozen=True)
class PlateExchanger:
    """`ua` W/K at `hot_flow` and `cold_flow` kg/s; films of equal share there, each ~ flow^`exponent`.

    The exponent of chevron plates is 0.6 to 0.8 (Martin, Chem. Eng. Process. 35 (1996) 301).
    """

    ua: float
    hot_flow: float
    cold_flow: float
    exponent: float = 0.7

    def ua_at(self, hot_flow: ArrayLike, cold_flow: ArrayLike) -> Array:
        """UA, W/K, at other flows, kg/s."""
        hot = np.maximum(array(hot_flow) / self.hot_flow, 1e-9) ** -self.exponent
        cold = np.maximum(array(cold_flow) / self.cold_flow, 1e-9) ** -self.exponent
        return self.ua * 2.0 / (hot + cold)

    def effectiveness(
        self, hot_flow: ArrayLike, cold_flow: ArrayLike, hot_capacity: ArrayLike, cold_capacity: ArrayLike
    ) -> tuple[Array, Array]:
        """Effectiveness and smaller capacity rate (W/K); flows kg/s, heat capacities J/kg/K."""
        hot, cold = array(hot_flow) * hot_capacity, array(cold_flow) * cold_capacity
        least, most = np.minimum(hot, cold), np.maximum(hot, cold)
        safe = np.maximum(least, 1e-9)
        ratio = np.where(most > 0.0, least / np.maximum(most, 1e-9), 0.0)
        return effectiveness(self.ua_at(hot_flow, cold_flow) / safe, ratio), least


def rated(
    heat: float, approach: float, hot_flow: float, cold_flow: float, hot_capacity: float, cold_capacity: float,
    exponent: float = 0.7,
) -> PlateExchanger:
    """The exchanger that takes `heat` (W) at an `approach` (K) of hot outlet over cold inlet at these flows."""
    hot, cold = hot_flow * hot_capacity, cold_flow * cold_capacity
    least, ratio = min(hot, cold), min(hot, cold) / max(hot, cold)
    needed = heat / (least * (heat / hot + approach))
    return PlateExchanger(float(ntu(needed, ratio)) * least, hot_flow, cold_flow, exponent)
