"""The elements of a network by kind, as arrays: pressure drop and its derivative for all of one kind at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from thermo.loop import elements
from thermo.loop.friction import friction

Array = NDArray[np.float64]
LEAST_REYNOLDS = 1e-3  # below which friction is taken as there
STANDSTILL = 1e-6  # speed in whose place 0 is divided by; stopped pumps are closed branches
SHUT = 1e-12  # opening below which a valve is shut tight


@dataclass(frozen=True)
class State:
    """What the elements of all branches see: kg/s, kg/m3, Pa*s, K, shapes (branches,).

    `buoyancy` is d density / d flow of coolant that gets warmer the slower it flows; None where it does not matter.
    """

    flow: Array
    density: Array
    viscosity: Array
    temperature: Array
    buoyancy: Array | None = None


class Pipes:
    """Wall friction and fittings: dp = (f L/D + K) m |m| / (2 rho A^2)."""

    def __init__(self, of, items, law: str) -> None:
        self.of, self.law = np.array(of), law
        self.length, self.diameter, roughness, self.loss = np.array(
            [(pipe.length, pipe.diameter, pipe.roughness, pipe.loss) for pipe in items]
        ).T
        self.relative_roughness = roughness / self.diameter
        self.area = 0.25 * np.pi * self.diameter**2
        self.volume = self.area * self.length

    def drop(self, state: State) -> tuple[Array, Array]:
        """Pressure drop, Pa, and d dp / d m."""
        reynolds = _reynolds(state.flow, state.viscosity, self.of, self.area, self.diameter)
        factor, slope = friction(reynolds, self.relative_roughness, self.law)
        sizes = (self.area, self.diameter, self.length, self.loss)
        return _pipe_drop(state.flow, state.density, state.viscosity, self.of, *sizes, factor, slope)

    def usual_flow(self, state: State) -> Array:
        """Mass flow at 1 m/s, kg/s: where an iteration may start."""
        return state.density[self.of] * self.area


@njit(cache=True)
def _reynolds(flow, viscosity, of, area, diameter):
    """Reynolds number of pipes in branches `of`."""
    found = np.empty(len(of))
    for n in range(len(of)):
        found[n] = max(abs(flow[of[n]]) * diameter[n] / (area[n] * viscosity[of[n]]), LEAST_REYNOLDS)
    return found


@njit(cache=True)
def _pipe_drop(flow, density, viscosity, of, area, diameter, length, loss, factor, by_re):
    """Pressure drop of pipes in branches `of` with friction `factor`, whose slope in Re is `by_re`; and d dp / d m."""
    drop, slope = np.empty(len(of)), np.empty(len(of))
    for n in range(len(of)):
        m, by_flow = flow[of[n]], diameter[n] / (area[n] * viscosity[of[n]])
        size, ratio = max(abs(m), LEAST_REYNOLDS / by_flow), length[n] / diameter[n]
        scale = 0.5 / (density[of[n]] * area[n] ** 2)
        drop[n] = scale * (factor[n] * ratio * size + loss[n] * abs(m)) * m
        slope[n] = scale * (ratio * (2.0 * size * factor[n] + size**2 * by_re[n] * by_flow) + 2.0 * loss[n] * abs(m))
    return drop, slope


class Valves:
    """dp = 1e5 rho / 999 (V / Kv)^2 with V and Kv in m3/h; check valves and shut valves are opened and closed outside.

    `opening` may be changed between solutions.
    """

    def __init__(self, of, items) -> None:
        self.of = np.array(of)
        self.kv = np.array([valve.kv for valve in items])
        self.opening = np.array([valve.opening for valve in items], dtype=np.float64)
        self.rangeability = np.array([valve.rangeability or 0.0 for valve in items])
        self.check = np.array([valve.check for valve in items])

    def effective_kv(self) -> Array:
        """Kv at the present opening, m3/h."""
        equal = np.maximum(self.rangeability, 1.0) ** (self.opening - 1.0)
        return self.kv * np.maximum(np.where(self.rangeability > 0.0, equal, self.opening), SHUT)

    def drop(self, state: State) -> tuple[Array, Array]:
        """Pressure drop, Pa, and d dp / d m."""
        m, density = state.flow[self.of], state.density[self.of]
        scale = elements.BAR / (elements.WATER * density) * (elements.PER_HOUR / self.effective_kv()) ** 2
        return scale * m * np.abs(m), 2.0 * scale * np.abs(m)

    def usual_flow(self, state: State) -> Array:
        """Mass flow at 0.1 bar, kg/s."""
        return self.effective_kv() / elements.PER_HOUR * state.density[self.of] * 0.3

    def shut(self) -> NDArray[np.int64]:
        """Branches with a valve that is shut."""
        return self.of[self.opening <= SHUT]


class Resistances:
    """dp = linear m + quadratic m |m|."""

    def __init__(self, of, items) -> None:
        self.of = np.array(of)
        self.linear, self.quadratic = np.array([(item.linear, item.quadratic) for item in items]).T

    def drop(self, state: State) -> tuple[Array, Array]:
        """Pressure drop, Pa, and d dp / d m."""
        m = state.flow[self.of]
        return (self.linear + self.quadratic * np.abs(m)) * m, self.linear + 2.0 * self.quadratic * np.abs(m)

    def usual_flow(self, state: State) -> Array:
        """No idea: 1 kg/s."""
        return np.ones(len(self.of))


class PowerLaws:
    """dp = drop (|m| / flow)^n, scaled by mu^(2 - n) / rho where the rating's fluid is known."""

    def __init__(self, of, items) -> None:
        self.of = np.array(of)
        self.rating, self.flow, self.exponent = np.array([(i.drop, i.flow, i.exponent) for i in items]).T
        self.density, self.viscosity = np.array([(item.density or 1.0, item.viscosity or 1.0) for item in items]).T
        self.follows = np.array([item.density is not None and item.viscosity is not None for item in items])

    def drop(self, state: State) -> tuple[Array, Array]:
        """Pressure drop, Pa, and d dp / d m."""
        m = state.flow[self.of]
        thick = (state.viscosity[self.of] / self.viscosity) ** (2.0 - self.exponent)
        fluid = np.where(self.follows, thick * self.density / state.density[self.of], 1.0)
        share = np.maximum(np.abs(m) / self.flow, 1e-12)
        slope = fluid * self.rating / self.flow * share ** (self.exponent - 1.0)
        return slope * m, self.exponent * slope

    def usual_flow(self, state: State) -> Array:
        """The rating's flow."""
        return self.flow


class Plates:
    """Cold plates of one kind, `parallel` equal ones in a branch (see :class:`thermo.loop.cold_plate.ColdPlate`)."""

    def __init__(self, of, plate: Any, parallel) -> None:
        self.of, self.plate, self.parallel = np.array(of), plate, np.array(parallel, dtype=np.float64)

    def drop(self, state: State) -> tuple[Array, Array]:
        """Pressure drop, Pa, and d dp / d m."""
        each, temperature = state.flow[self.of] / self.parallel, state.temperature[self.of]
        slope = self.plate.pressure_slope(each, temperature) / self.parallel
        return self.plate.pressure_drop(each, temperature), slope

    def usual_flow(self, state: State) -> Array:
        """1 L/min a plate, kg/s."""
        return state.density[self.of] * self.parallel / 60e3


class Pumps:
    """Pumps on one curve: dp = -s^2 H(V / s). `speed` and `parallel` may be changed between solutions."""

    def __init__(self, of, curve, items) -> None:
        self.of, self.curve = np.array(of), curve
        self.speed = np.array([pump.speed for pump in items], dtype=np.float64)
        self.parallel = np.array([pump.parallel for pump in items], dtype=np.float64)

    def volume_flow(self, flow: Array, density: Array) -> Array:
        """Flow of one pump, m3/s, at `flow` kg/s and `density` kg/m3 of each branch with pumps."""
        return flow / (density * np.maximum(self.parallel, 1.0))

    def drop(self, state: State) -> tuple[Array, Array]:
        """Pressure drop (negative: a rise), Pa, and d dp / d m."""
        density = state.density[self.of]
        each = self.volume_flow(state.flow[self.of], density)
        head, slope = self.curve.head_at(each, np.maximum(self.speed, STANDSTILL))
        return -head, -slope / (density * np.maximum(self.parallel, 1.0))

    def usual_flow(self, state: State) -> Array:
        """Half of the curve's last flow."""
        return 0.5 * self.curve.flow[-1] * self.parallel * np.maximum(self.speed, 0.1) * state.density[self.of]

    def power(self, flow: Array, density: Array) -> Array:
        """Electric power of all parallel pumps, W, at `flow` kg/s and `density` kg/m3 of each branch with pumps."""
        power = self.curve.power_at(self.volume_flow(flow, density), np.maximum(self.speed, STANDSTILL))
        return np.where(self.speed > 0.0, self.parallel * power, 0.0)

    def stopped(self) -> NDArray[np.int64]:
        """Branches whose pumps stand still."""
        return self.of[(self.speed <= 0.0) | (self.parallel < 1.0)]


class FixedRises:
    """dp = -rise, whatever flows."""

    def __init__(self, of, items) -> None:
        self.of, self.rise = np.array(of), np.array([item.rise for item in items], dtype=np.float64)

    def drop(self, state: State) -> tuple[Array, Array]:
        """Pressure drop (negative: a rise), Pa, and its derivative, zero."""
        return -self.rise, np.zeros(len(self.of))

    def usual_flow(self, state: State) -> Array:
        """No idea: infinite, so that another element of the branch decides."""
        return np.full(len(self.of), np.inf)
