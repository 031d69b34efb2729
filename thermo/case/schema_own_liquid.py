"""Liquids of a user's own, as tables in the case: properties of one phase, and the saturation line of a boiling one."""

from __future__ import annotations

import itertools
from typing import Annotated

from pydantic import Field, model_validator

from thermo.case.quantity import (
    Conductivity,
    Density,
    HeatCapacity,
    PositivePressure,
    Quantity,
    Share,
    Temperature,
    Viscosity,
    wrong,
)
from thermo.case.table import Name, Table

LatentHeat = Annotated[float, Quantity("J/kg", "a heat of vaporization", "112 kJ/kg", above=0.0)]
SurfaceTension = Annotated[float, Quantity("N/m", "a surface tension", "13.6 mN/m", above=0.0)]
MolarMass = Annotated[float, Quantity("kg/mol", "a molar mass", "250 g/mol", above=0.0)]


class _Rows(Table):
    """Lists of one length over rising temperatures, straight lines between the rows."""

    temperature: tuple[Temperature, ...] = Field(min_length=2, description="Rising temperatures.")
    source: str = Field(min_length=1, description="Where the numbers come from; the report tells it.")

    @model_validator(mode="after")
    def _one_length(self) -> _Rows:
        rows = len(self.temperature)
        for key in type(self).model_fields:
            values = getattr(self, key)
            if isinstance(values, tuple) and len(values) != rows:
                raise wrong(f"{key} has {len(values)} entries, but temperature has {rows}")
        for key in ("temperature", "pressure"):
            if any(b <= a for a, b in itertools.pairwise(getattr(self, key, ()))):
                raise wrong(f"{key} must rise from entry to entry")
        return self


class LiquidTable(_Rows):
    """Properties of a liquid. Beyond the table the end values hold, and a flag says so."""

    density: tuple[Density, ...] = Field(description="Falling or rising; its slope is the expansion.")
    heat_capacity: tuple[HeatCapacity, ...] = Field(description="Specific heat capacity.")
    viscosity: tuple[Viscosity, ...] = Field(description="Dynamic viscosity; its logarithm is a straight line.")
    conductivity: tuple[Conductivity, ...] = Field(description="Thermal conductivity.")
    boiling_point: Temperature | None = Field(None, description="At the pressure of the tank; hotter surfaces flag.")
    flash_point: Temperature | None = Field(None, description="Hotter surfaces flag.")


class BoilingTable(_Rows):
    """A boiling liquid: liquid and vapour on the saturation line. A pool that leaves the table is refused."""

    name: Name = Field(description="What it is called in results.")
    pressure: tuple[PositivePressure, ...] = Field(description="Saturation pressure.")
    density: tuple[Density, ...] = Field(description="Of the liquid.")
    vapour_density: tuple[Density, ...] = Field(description="Of the vapour.")
    heat_capacity: tuple[HeatCapacity, ...] = Field(description="Of the liquid.")
    latent_heat: tuple[LatentHeat, ...] = Field(description="Heat of vaporization.")
    viscosity: tuple[Viscosity, ...] | None = Field(None, description="Of the liquid, for Rohsenow and the onset.")
    conductivity: tuple[Conductivity, ...] | None = Field(None, description="Of the liquid, as viscosity.")
    surface_tension: SurfaceTension = Field(description="At 25 degC.")
    critical_temperature: Temperature = Field(description="Critical point.")
    critical_pressure: PositivePressure = Field(description="Critical point.")
    molar_mass: MolarMass = Field(description="Molar mass.")
    warming_potential: Share | None = Field(None, description="Over 100 years, CO2 is 1.")

    @model_validator(mode="after")
    def _critical_and_transport(self) -> BoilingTable:
        if (self.viscosity is None) != (self.conductivity is None):
            raise wrong("viscosity and conductivity belong together: give both or none")
        if not self.temperature[-1] < self.critical_temperature:
            raise wrong("critical_temperature must be above the temperatures of the table")
        if not self.pressure[-1] < self.critical_pressure:
            raise wrong("critical_pressure must be above the pressures of the table")
        return self
