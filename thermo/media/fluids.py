"""Fluids by name: dry air from closed formulas, water and glycol mixtures from shipped tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermo import records
from thermo.arrays import array, full, interpolated, shape
from thermo.records.materials import FluidTable, fluid_tables
from thermo.records.table import unknown

Array = NDArray[np.float64]

GAS_CONSTANT_DRY_AIR = 287.042  # J/kg/K, ASHRAE Handbook Fundamentals 2017, ch. 1, eq. 1
STANDARD_PRESSURE = 101325.0  # Pa


class Fluid(Protocol):
    """What any fluid answers. Temperatures in K (scalar or array), results of the same shape in SI units."""

    name: str
    source: str
    valid_range: tuple[float, float]

    def density(self, temperature: ArrayLike) -> Array:
        """Density, kg/m3."""

    def heat_capacity(self, temperature: ArrayLike) -> Array:
        """Isobaric heat capacity, J/kg/K."""

    def viscosity(self, temperature: ArrayLike) -> Array:
        """Dynamic viscosity, Pa*s."""

    def conductivity(self, temperature: ArrayLike) -> Array:
        """Thermal conductivity, W/m/K."""

    def expansion(self, temperature: ArrayLike) -> Array:
        """Volumetric thermal expansion, 1/K."""

    def outside(self, temperature: ArrayLike) -> NDArray[np.bool_]:
        """True where the temperature lies outside `valid_range`."""


def _outside(temperature: ArrayLike, valid_range: tuple[float, float]) -> NDArray[np.bool_]:
    temperature = array(temperature)
    return (temperature < valid_range[0]) | (temperature > valid_range[1])


@dataclass(frozen=True)
class Air:
    """Dry air as an ideal gas at one pressure; 223 K to 373 K.

    Density and expansion: ideal gas, R = 287.042 J/kg/K (ASHRAE Fundamentals 2017). Heat capacity: 1006 J/kg/K, within
    0.5 % of the reference equation of state over the range. Viscosity and conductivity: Sutherland's law with the
    constants of White, Viscous Fluid Flow, 3rd ed., Tables 1-2 and 1-3 (within 2 % and 3 %).
    """

    pressure: float = STANDARD_PRESSURE
    name: str = "air"
    source: str = "ideal gas; Sutherland constants of White, Viscous Fluid Flow, 3rd ed., Tables 1-2 and 1-3"
    valid_range: tuple[float, float] = (223.15, 373.15)

    def density(self, temperature: ArrayLike) -> Array:
        """Density p / (R T), kg/m3."""
        return self.pressure / (GAS_CONSTANT_DRY_AIR * array(temperature))

    def heat_capacity(self, temperature: ArrayLike) -> Array:
        """Isobaric heat capacity, 1006 J/kg/K."""
        return full(shape(temperature), 1006.0)

    def viscosity(self, temperature: ArrayLike) -> Array:
        """Dynamic viscosity 1.716e-5 (T/273)^1.5 (273 + 111) / (T + 111), Pa*s."""
        temperature = array(temperature)
        return 1.716e-5 * (temperature / 273.0) ** 1.5 * (273.0 + 111.0) / (temperature + 111.0)

    def conductivity(self, temperature: ArrayLike) -> Array:
        """Thermal conductivity 0.0241 (T/273)^1.5 (273 + 194) / (T + 194), W/m/K."""
        temperature = array(temperature)
        return 0.0241 * (temperature / 273.0) ** 1.5 * (273.0 + 194.0) / (temperature + 194.0)

    def expansion(self, temperature: ArrayLike) -> Array:
        """Volumetric expansion of an ideal gas, 1/T."""
        return 1.0 / array(temperature)

    def outside(self, temperature: ArrayLike) -> NDArray[np.bool_]:
        """True where the temperature lies outside `valid_range`."""
        return _outside(temperature, self.valid_range)


class Liquid:
    """A liquid from its table: straight lines between the rows, viscosity in its logarithm.

    Beyond the table the end value holds: check `outside`. Interpolation error against CoolProp: density and heat
    capacity below 0.02 %, conductivity 0.03 %, viscosity 0.5 %.
    """

    def __init__(self, table: FluidTable) -> None:
        self.name = table.name
        self.source = table.origin
        self._temperature = np.array(table.temperature)
        self._density = np.array(table.density)
        self._heat_capacity = np.array(table.heat_capacity)
        self._log_viscosity = np.log(table.viscosity)
        self._conductivity = np.array(table.conductivity)
        self.valid_range = (table.temperature[0], table.temperature[-1])

    def _at(self, temperature: ArrayLike, column: Array) -> Array:
        return interpolated(temperature, self._temperature, column)

    def density(self, temperature: ArrayLike) -> Array:
        """Density, kg/m3."""
        return self._at(temperature, self._density)

    def heat_capacity(self, temperature: ArrayLike) -> Array:
        """Isobaric heat capacity, J/kg/K."""
        return self._at(temperature, self._heat_capacity)

    def viscosity(self, temperature: ArrayLike) -> Array:
        """Dynamic viscosity, Pa*s."""
        return np.exp(self._at(temperature, self._log_viscosity))

    def conductivity(self, temperature: ArrayLike) -> Array:
        """Thermal conductivity, W/m/K."""
        return self._at(temperature, self._conductivity)

    def expansion(self, temperature: ArrayLike) -> Array:
        """Volumetric expansion -(d rho / dT) / rho from the table's gradient, 1/K."""
        gradient = np.gradient(self._density, self._temperature)
        return -self._at(temperature, gradient) / self.density(temperature)

    def outside(self, temperature: ArrayLike) -> NDArray[np.bool_]:
        """True where the temperature lies outside `valid_range`."""
        return _outside(temperature, self.valid_range)


def own_liquid(table) -> Liquid:
    """The liquid of a case's own ``[fluid.table]``: lists over temperature in SI units, and their source."""
    columns = (table.temperature, table.density, table.heat_capacity, table.viscosity, table.conductivity)
    return Liquid(FluidTable("own liquid", *columns, origin=table.source, licence=""))


def fluid_names() -> list[str]:
    """Return the names :func:`fluid` knows."""
    return ["air", *fluid_tables()]


@cache
def fluid(name: str) -> Fluid:
    """Return the fluid called `name`: "air" (at 101325 Pa), "water", "propylene glycol 25%", "ethylene glycol 30%", ...

    Raises :class:`thermo.errors.CaseError` with the nearest valid name.
    """
    if name == "air":
        return Air()
    if name not in fluid_names():
        raise unknown("fluid", name, fluid_names())
    return Liquid(records.fluid_table(name))
