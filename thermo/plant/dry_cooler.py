"""Dry coolers: a crossflow coil by effectiveness-NTU, fans that slow down, thin air at altitude.

Shares are of the rating point of the record: coolant flow of one unit, air mass flow of one unit, fan speed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from thermo.arrays import array, broadcast, host, on_host, zeros
from thermo.media import Air
from thermo.records import DryCooler

Array = NDArray[np.float64]

AIR_EXPONENT, COOLANT_EXPONENT = 0.8, 0.85  # of the heat transfer of each side in its flow
AIR_OVER_COOLANT = 0.5  # ratio of the two sides' hA at the rating point
AIR_CAPACITY_RATIO = 1.0  # heat capacity rate of the air over that of the coolant at the rating point
SPEED_STEPS = 60  # at most; it ends sooner
MOST_TERMS = 200


def crossflow_effectiveness(ntu: ArrayLike, capacity_ratio: ArrayLike) -> Array:
    """Effectiveness of crossflow with both fluids unmixed: the exact series of Mason (1955).

    ``1/(C N) sum_m P(m + 1, N) P(m + 1, C N)``, P the regularised incomplete gamma function, N = `ntu` > 0, C =
    `capacity_ratio` smaller over larger, 0..1. Cut off where a term is below 1e-14 of the sum, N up to 40.
    """
    hot, ratio = (host(part) for part in broadcast(ntu, capacity_ratio))
    cold = np.maximum(ratio, 1e-9) * hot
    found = _series(np.ascontiguousarray(hot).ravel(), np.ascontiguousarray(cold).ravel()).reshape(hot.shape)
    return found if on_host() else array(found)


@njit(cache=True)
def _series(hot, cold):
    """The series for every pair of N and C N."""
    out = np.empty(hot.size)
    for n in range(hot.size):
        hot_term, cold_term = math.exp(-hot[n]), math.exp(-cold[n])
        hot_left, cold_left = -math.expm1(-hot[n]), -math.expm1(-cold[n])
        total = hot_left * cold_left
        for m in range(1, MOST_TERMS):
            hot_term, cold_term = hot_term * hot[n] / m, cold_term * cold[n] / m
            hot_left, cold_left = hot_left - hot_term, cold_left - cold_term
            term = hot_left * cold_left
            total += term
            if term < 1e-14 * total:
                break
        out[n] = total / cold[n]
    return out


@lru_cache(maxsize=256)
def ntu_of(effectiveness: float, capacity_ratio: float) -> float:
    """NTU of a crossflow exchanger with this effectiveness, by bisection up to 20; inverse of the series."""
    low, high = 1e-6, 20.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        reached = float(crossflow_effectiveness(middle, capacity_ratio))
        low, high = (middle, high) if reached < effectiveness else (low, middle)
    return 0.5 * (low + high)


@dataclass(frozen=True)
class Coil:
    """One dry cooler: its record and how both sides follow their flows.

    Default exponents, ratio of hA and equal heat capacity rates are those of the model the record was made for
    (lbl-srg/modelica-buildings, CoolingTowers.DryCooler); the maker publishes none of them.
    """

    record: DryCooler
    air_ratio: float = AIR_CAPACITY_RATIO

    @property
    def coolant_rate(self) -> float:
        """Heat capacity rate of the coolant at the rating point, W/K."""
        return self.record.heat / (self.record.coolant_in - self.record.coolant_out)

    @property
    def conductance(self) -> float:
        """UA at the rating point, W/K, from its effectiveness."""
        smaller = self.coolant_rate * min(self.air_ratio, 1.0)
        reached = self.record.heat / (smaller * (self.record.coolant_in - self.record.air_in))
        return ntu_of(reached, min(self.air_ratio, 1.0 / self.air_ratio)) * smaller

    def drop_share(self, air: ArrayLike, coolant: ArrayLike) -> Array:
        """(Coolant in - coolant out) / (coolant in - air in), at shares of air mass flow and coolant flow above 0.

        UA follows ``1 / UA = (air^-0.8 + r coolant^-0.85) / hA_air``.
        """
        air, coolant = array(air), array(coolant)
        resistance = air**-AIR_EXPONENT + AIR_OVER_COOLANT * coolant**-COOLANT_EXPONENT
        conductance = self.conductance * (1.0 + AIR_OVER_COOLANT) / resistance
        air_rate, coolant_rate = air * self.air_ratio * self.coolant_rate, coolant * self.coolant_rate
        smaller = np.minimum(air_rate, coolant_rate)
        reached = crossflow_effectiveness(conductance / smaller, smaller / np.maximum(air_rate, coolant_rate))
        return reached * smaller / coolant_rate

    def density_share(self, air_temperature: ArrayLike, pressure: ArrayLike) -> Array:
        """Density of the outdoor air over that at the rating point (sea level)."""
        rated = Air().density(self.record.air_in)
        return array(pressure) / 101325.0 * Air().density(air_temperature) / rated

    def speed_for(self, wanted: ArrayLike, density: ArrayLike, coolant: ArrayLike) -> Array:
        """Fan speed, 0..1, at which :meth:`drop_share` is `wanted`; 1 where even full speed gives less.

        Secant steps in the logarithms of speed and share, in which the curve is nearly straight, kept between a speed
        that is too low and one that is too high, else by halves; within 1e-9. Too low for certain is the speed whose
        air could take the heat only at an effectiveness of 1.
        """
        given = broadcast(np.maximum(array(wanted), 1e-6), density, coolant)
        wanted, density, coolant = (part.reshape(-1) for part in given)
        log_speed = zeros(wanted.shape)
        at_full = np.log(self.drop_share(density, coolant) / wanted)
        todo = np.flatnonzero(at_full > 0.0)
        wanted, density, coolant, miss = (part[todo] for part in (wanted, density, coolant, at_full))
        last, high = zeros(wanted.shape), zeros(wanted.shape)
        low = np.log(wanted * coolant / (density * self.air_ratio))
        speed = np.maximum(-1.3 * miss, low)
        for _ in range(SPEED_STEPS):
            if not todo.size:
                break
            now = np.log(self.drop_share(np.exp(speed) * density, coolant) / wanted)
            log_speed[todo] = speed
            high, low = np.where(now > 0.0, speed, high), np.where(now > 0.0, low, speed)
            moved = np.where(np.abs(speed - last) > 1e-14, speed - last, np.inf)
            slope = (now - miss) / moved
            ahead = speed - now / np.where(slope > 0.0, slope, 1.0)
            inside = (slope > 0.0) & (ahead > low) & (ahead < high)
            parts = (wanted, density, coolant, now, speed, high, low, np.where(inside, ahead, 0.5 * (low + high)), todo)
            open_ = np.abs(now) >= 1e-9
            wanted, density, coolant, miss, last, high, low, speed, todo = (part[open_] for part in parts)
        return np.exp(log_speed).reshape(given[0].shape)

    def fan_power(self, speed: ArrayLike, density: ArrayLike) -> Array:
        """Fan power of one unit, W: cubic in speed and in proportion to the density of the air (affinity laws)."""
        return self.record.fan_power * array(density) * array(speed) ** 3


def units_for(coil: Coil, heat: ArrayLike, rise: ArrayLike, approach: ArrayLike, density: ArrayLike) -> Array:
    """Number of units that reject `heat` (W) of coolant cooled by `rise` to `approach` above the air (K), full speed.

    The drop share that is needed, rise / (rise + approach), grows with the number of units as each gets less coolant.
    """
    rise, approach = array(rise), array(approach)
    wanted = rise / (rise + approach)
    rate = array(heat) / rise / coil.coolant_rate
    low, high, density, wanted = broadcast(rate * 0.05, rate * 20.0 + 1.0, density, wanted)
    for _ in range(50):
        middle = 0.5 * (low + high)
        enough = coil.drop_share(density, rate / middle) >= wanted
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.maximum(np.ceil(high - 1e-6), 1.0)
