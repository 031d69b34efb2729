"""The liquid of a loop on an even temperature grid, with its enthalpy: quick to look up, exact in its heat balance."""

from __future__ import annotations

from functools import cache

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from thermo.media import fluid, moist_air

Array = NDArray[np.float64]

STEP = 0.25  # K, of the grid
MARGIN = 60.0  # K beyond the fluid's range up to which enthalpy goes on with the end's heat capacity


class Coolant:
    """Density, viscosity, heat capacity and enthalpy of a liquid between its lowest and highest temperature.

    Enthalpy is the integral of the heat capacity from the lowest temperature of the table, J/kg; its inverse is exact,
    so heat put into a flow comes out of it again to round-off. Outside `valid_range` the end values hold; what lies
    there is flagged or refused by whoever solves with it.
    """

    def __init__(self, medium) -> None:
        self.name, self.valid_range, self.medium = medium.name, medium.valid_range, medium
        low, high = medium.valid_range
        self.low = low - MARGIN
        grid = np.arange(self.low, high + MARGIN + STEP, STEP)
        self.grid = grid
        self._density, self._heat_capacity = medium.density(grid), medium.heat_capacity(grid)
        self._log_viscosity = np.log(medium.viscosity(grid))
        mean = 0.5 * (self._heat_capacity[1:] + self._heat_capacity[:-1])
        self._enthalpy = np.concatenate(([0.0], np.cumsum(mean * STEP)))
        self._columns = np.stack((self._density, self._log_viscosity, self._heat_capacity))

    def _at(self, temperature: ArrayLike, column: Array) -> Array:
        if isinstance(temperature, np.ndarray) and temperature.ndim == 1 and column.ndim == 1:
            return _looked_up(temperature, self.low, column)
        place = (np.asarray(temperature, dtype=np.float64) - self.low) / STEP
        index = np.minimum(np.maximum(place, 0.0), len(self.grid) - 2).astype(np.int64)
        below = column[..., index]
        return below + (place - index) * (column[..., index + 1] - below)

    def properties(self, temperature: ArrayLike) -> tuple[Array, Array, Array]:
        """Density kg/m3, dynamic viscosity Pa*s and heat capacity J/kg/K in one look-up."""
        given = np.asarray(temperature, dtype=np.float64)
        if given.ndim != 1:
            density, log_viscosity, capacity = self._at(given, self._columns)
            return density, np.exp(log_viscosity), capacity
        return _properties(given, self.low, self._columns)

    def density(self, temperature: ArrayLike) -> Array:
        """Density, kg/m3."""
        return self._at(temperature, self._density)

    def viscosity(self, temperature: ArrayLike) -> Array:
        """Dynamic viscosity, Pa*s."""
        return np.exp(self._at(temperature, self._log_viscosity))

    def heat_capacity(self, temperature: ArrayLike) -> Array:
        """Isobaric heat capacity, J/kg/K."""
        return self._at(temperature, self._heat_capacity)

    def conductivity(self, temperature: ArrayLike) -> Array:
        """Thermal conductivity, W/m/K."""
        return self.medium.conductivity(temperature)

    def enthalpy(self, temperature: ArrayLike) -> Array:
        """Enthalpy, J/kg."""
        return self._at(temperature, self._enthalpy)

    def temperature(self, enthalpy: ArrayLike) -> Array:
        """Temperature, K, of an enthalpy, J/kg; beyond the table the end's heat capacity goes on."""
        enthalpy = np.asarray(enthalpy, dtype=np.float64)
        inside = np.interp(enthalpy, self._enthalpy, self.grid)
        beyond = enthalpy - np.minimum(np.maximum(enthalpy, self._enthalpy[0]), self._enthalpy[-1])
        return inside + beyond / self._heat_capacity[-1]

    def vapour_pressure(self, temperature: ArrayLike) -> Array:
        """Vapour pressure, Pa, taken as that of water: a glycol mixture boils a little later than that."""
        return moist_air.saturation_pressure(np.minimum(temperature, 473.15))


@njit(cache=True)
def _looked_up(temperature, low, column):
    """Linear between the points of one column, and on beyond its ends."""
    found = np.empty(len(temperature))
    for n in range(len(temperature)):
        place = (temperature[n] - low) / STEP
        index = int(min(max(place, 0.0), len(column) - 2))
        found[n] = column[index] + (place - index) * (column[index + 1] - column[index])
    return found


@njit(cache=True)
def _properties(temperature, low, columns):
    """Density, viscosity and heat capacity from the columns of density, log of viscosity and heat capacity."""
    found = np.empty((3, len(temperature)))
    last = columns.shape[1] - 2
    for n in range(len(temperature)):
        place = (temperature[n] - low) / STEP
        index = int(min(max(place, 0.0), last))
        share = place - index
        for row in range(3):
            found[row, n] = columns[row, index] + share * (columns[row, index + 1] - columns[row, index])
        found[1, n] = np.exp(found[1, n])
    return found[0], found[1], found[2]


class ConstantCoolant:
    """A liquid with constant properties, as hand checks use it: kg/m3, Pa*s, J/kg/K."""

    def __init__(self, density: float, viscosity: float, heat_capacity: float) -> None:
        self.name, self.valid_range = "constant", (200.0, 600.0)
        self._values = density, viscosity, heat_capacity

    def density(self, temperature: ArrayLike) -> Array:
        """Density, kg/m3."""
        return np.full(np.shape(temperature), self._values[0])

    def viscosity(self, temperature: ArrayLike) -> Array:
        """Dynamic viscosity, Pa*s."""
        return np.full(np.shape(temperature), self._values[1])

    def heat_capacity(self, temperature: ArrayLike) -> Array:
        """Isobaric heat capacity, J/kg/K."""
        return np.full(np.shape(temperature), self._values[2])

    def properties(self, temperature: ArrayLike) -> tuple[Array, Array, Array]:
        """Density kg/m3, dynamic viscosity Pa*s and heat capacity J/kg/K."""
        return tuple(np.full(np.shape(temperature), value) for value in self._values)

    def enthalpy(self, temperature: ArrayLike) -> Array:
        """Enthalpy, J/kg."""
        return self._values[2] * np.asarray(temperature, dtype=np.float64)

    def temperature(self, enthalpy: ArrayLike) -> Array:
        """Temperature, K, of an enthalpy, J/kg."""
        return np.asarray(enthalpy, dtype=np.float64) / self._values[2]

    def vapour_pressure(self, temperature: ArrayLike) -> Array:
        """None: it does not boil."""
        return np.zeros(np.shape(temperature))


@cache
def coolant(name: str) -> Coolant:
    """The coolant called `name`: "water", "propylene glycol 25%", ... Raises :class:`thermo.errors.CaseError`."""
    return Coolant(fluid(name))
