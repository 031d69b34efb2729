"""What a branch may be made of, one frozen dataclass each, in SI units; a branch is a chain of them in series."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numba import njit

PER_HOUR = 3600.0
BAR = 1e5
WATER = 999.0  # kg/m3 at 15 degC, what valves are rated with


@dataclass(frozen=True)
class Pipe:
    """Round pipe or hose: `length`, inner `diameter`, `roughness` in m; `loss` is the sum of its fittings' K."""

    length: float
    diameter: float
    roughness: float = 1.5e-6
    loss: float = 0.0

    @property
    def area(self) -> float:
        """Cross-section, m2."""
        return 0.25 * math.pi * self.diameter**2

    @property
    def volume(self) -> float:
        """Coolant inside, m3."""
        return self.area * self.length


@dataclass(frozen=True)
class Valve:
    """Valve, quick disconnect or strainer by its flow coefficient `kv`, m3/h of water at 1 bar (Kv = 0.865 Cv).

    `opening` 0..1 scales Kv: equal-percentage Kv = kv R^(opening - 1) with the `rangeability` R (IEC 60534-2-4), or
    linear for `rangeability` None; 0 is shut tight. A check valve lets nothing flow backwards.
    """

    kv: float
    opening: float = 1.0
    rangeability: float | None = None
    check: bool = False


@dataclass(frozen=True)
class Resistance:
    """dp = linear m + quadratic m |m|, with m in kg/s: whatever is known only by such a law."""

    linear: float = 0.0
    quadratic: float = 0.0


@dataclass(frozen=True)
class PowerLaw:
    """dp = drop (|m| / flow)^exponent from one rating point `drop` (Pa) at `flow` (kg/s).

    With the rating's `density` (kg/m3) and `viscosity` (Pa*s) it follows the coolant by similarity:
    dp ~ mu^(2 - n) m^n / rho, the only form in which friction f ~ Re^(n - 2) depends on them.
    """

    drop: float
    flow: float
    exponent: float = 1.85
    density: float | None = None
    viscosity: float | None = None


@dataclass(frozen=True)
class Plate:
    """A cold plate, a :class:`thermo.loop.cold_plate.ColdPlate`; `parallel` equal ones share the branch's flow."""

    plate: Any
    parallel: int = 1


@njit(cache=True)
def _heads(flow, speed, points, terms, least):
    """Head and its slope at each `flow` and `speed` of the cubics `terms` behind `points`."""
    head, slope = np.empty(len(flow)), np.empty(len(flow))
    for n in range(len(flow)):
        at = flow[n] / speed[n]
        inside = min(max(at, points[0]), points[-1])
        index = min(max(np.searchsorted(points, at) - 1, 0), len(points) - 2)
        t = inside - points[index]
        c0, c1, c2, c3 = terms[0, index], terms[1, index], terms[2, index], terms[3, index]
        tangent = c1 + t * (2.0 * c2 + 3.0 * t * c3)
        if inside != at:
            tangent = min(tangent, least)
        head[n] = speed[n] ** 2 * (c0 + t * (c1 + t * (c2 + t * c3)) + tangent * (at - inside))
        slope[n] = speed[n] * tangent
    return head, slope


@dataclass(frozen=True)
class PumpCurve:
    """Measured pump: `flow` (m3/s, rising from the first point) against `head` (Pa) and `power` (W, electric) at full
    speed; `power` None: from `efficiency`. `npsh` is the pressure above vapour pressure that its suction needs, Pa."""

    flow: tuple[float, ...]
    head: tuple[float, ...]
    power: tuple[float, ...] | None = None
    efficiency: float = 0.6
    npsh: float = 30e3

    def head_at(self, flow, speed):
        """Head, Pa, and its slope in flow, by the affinity laws s^2 H(V / s); falls linearly beyond the points."""
        flow, speed = np.broadcast_arrays(np.asarray(flow, dtype=np.float64), np.asarray(speed, dtype=np.float64))
        head, slope = _heads(flow.ravel(), speed.ravel(), *self._cubics)
        return head.reshape(flow.shape), slope.reshape(flow.shape)

    @cached_property
    def _cubics(self):
        """Points, coefficients of the cubic behind each (4, points - 1), and the least fall of the head beyond them.

        Slopes at the points are monotone (Fritsch and Butland 1984), so that no false maximum appears between them.
        """
        flow, head = np.asarray(self.flow), np.asarray(self.head)
        width = np.diff(flow)
        secant = np.diff(head) / width
        before, after = secant[:-1], secant[1:]
        same = before * after > 0.0
        inner = np.where(same, 2.0 * before * after / np.where(same, before + after, 1.0), 0.0)
        slopes = np.concatenate(([secant[0]], inner, [secant[-1]]))
        bend = (3.0 * secant - 2.0 * slopes[:-1] - slopes[1:]) / width
        twist = (slopes[:-1] + slopes[1:] - 2.0 * secant) / width**2
        return flow, np.stack((head[:-1], slopes[:-1], bend, twist)), -1e-3 * head.max() / flow[-1]

    def power_at(self, flow, speed):
        """Electric power, W: s^3 P(V / s), or the hydraulic power over the efficiency."""
        if self.power is not None:
            return speed**3 * np.interp(flow / speed, self.flow, self.power)
        return np.maximum(flow * self.head_at(flow, speed)[0], 0.0) / self.efficiency


@dataclass(frozen=True)
class Pump:
    """`parallel` equal pumps on one `curve` at `speed` (share of full speed); 0 is stopped, behind its check valve."""

    curve: PumpCurve
    speed: float = 1.0
    parallel: int = 1


@dataclass(frozen=True)
class FixedRise:
    """A pump controlled to a pressure rise, Pa, whatever flows."""

    rise: float


@dataclass(frozen=True)
class FixedFlow:
    """A pump or valve controlled to a mass flow, kg/s; the pressure it needs is a result."""

    flow: float


Element = Pipe | Valve | Resistance | PowerLaw | Plate | Pump | FixedRise | FixedFlow
