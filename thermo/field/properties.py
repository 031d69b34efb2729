"""Properties of the fluid of a case as the solver needs them: constants at the reference, laws of temperature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from thermo.field.boundary import start_temperature
from thermo.media.fluids import fluid as fluid_record
from thermo.media.fluids import own_liquid

KELVIN = 273.15


@dataclass(frozen=True)
class FluidProperties:
    """Density in kg/m3, heat capacity in J/(kg K), expansion in 1/K; viscosity (Pa s) and conductivity (W/(m K)) are
    numbers or ``(temperatures, values)`` tables interpolated linearly, held constant beyond their ends."""

    name: str
    density: float
    heat_capacity: float
    expansion: float
    reference_temperature: float
    viscosity: Any
    conductivity: Any

    @property
    def capacity(self) -> float:
        """Volumetric heat capacity rho cp in J/(m3 K)."""
        return self.density * self.heat_capacity

    @property
    def varies(self) -> bool:
        """Whether viscosity or conductivity depends on temperature."""
        return isinstance(self.viscosity, tuple) or isinstance(self.conductivity, tuple)

    def kinematic_viscosity(self, temperature, array_module=np):
        """nu in m2/s at temperatures in K."""
        return at_temperature(self.viscosity, temperature, array_module) / self.density

    def thermal_conductivity(self, temperature, array_module=np):
        """k in W/(m K) at temperatures in K."""
        return at_temperature(self.conductivity, temperature, array_module)

    @property
    def prandtl(self) -> float:
        """Prandtl number at the reference temperature."""
        mu = float(at_temperature(self.viscosity, np.array(self.reference_temperature)))
        k = float(at_temperature(self.conductivity, np.array(self.reference_temperature)))
        return mu * self.heat_capacity / k


def at_temperature(law, temperature, array_module=np):
    """Evaluate a constant or a table at temperatures in K."""
    if not isinstance(law, tuple):
        return array_module.full_like(temperature, law)
    table_t, table_v = (array_module.asarray(column) for column in law)
    return array_module.interp(temperature, table_t, table_v)


def fluid_properties(case) -> FluidProperties:
    """Resolve ``[fluid]``: a record evaluated at the reference temperature, or the constants given."""
    fluid = case.fluid
    reference = fluid.reference_temperature
    if reference is None:
        reference = start_temperature(case)
    record = record_of(fluid)
    if record is not None:
        return _of_record(record, reference)
    return FluidProperties("constants", fluid.density or 1.0, fluid.heat_capacity or 1.0, fluid.expansion or 0.0,
                           reference, _law(fluid.viscosity, reference, 1.0), _law(fluid.conductivity, reference, 1.0))


def record_of(fluid):
    """The record that ``[fluid]`` names or is; None where it is given by constants."""
    if fluid.table is not None:
        return own_liquid(fluid.table)
    return None if fluid.name is None else fluid_record(fluid.name)


def range_flags(fluid, temperature) -> list[str]:
    """What lies outside the tables of ``[fluid]``, as a share of the cells with ``temperature`` in K (n,)."""
    record = record_of(fluid)
    ranges = {} if record is None else {record.name: record.valid_range}
    for key in ("viscosity", "conductivity"):
        table = getattr(fluid, key)
        if hasattr(table, "temperature"):
            ranges[f"fluid.{key}"] = (table.temperature[0], table.temperature[-1])
    flags = []
    for name, (low, high) in ranges.items():
        outside = np.count_nonzero((temperature < low) | (temperature > high)) / max(len(temperature), 1)
        if outside > 0.0:
            flags.append(f"{name}: {outside:.1%} of the fluid's cells lie outside its record, {low - KELVIN:.0f} to "
                         f"{high - KELVIN:.0f} degC: the end values hold there")  # fmt: skip
    return flags


def _of_record(record, reference) -> FluidProperties:
    """Constants at the reference temperature; liquids keep their viscosity and conductivity tables (5 K steps)."""
    low, high = record.valid_range
    table = np.linspace(low, high, max(2, round((high - low) / 5.0) + 1))
    gas = record.name == "air"
    viscosity, conductivity = (
        float(law(reference)) if gas else (table, np.asarray(law(table)))
        for law in (record.viscosity, record.conductivity))
    return FluidProperties(record.name, float(record.density(reference)), float(record.heat_capacity(reference)),
                           float(record.expansion(reference)), reference, viscosity, conductivity)


def _law(given, reference, default):
    """A number, or a table of temperatures and values; a linear law becomes a wide two-point table."""
    if given is None or isinstance(given, (int, float)):
        return default if given is None else float(given)
    if hasattr(given, "per_kelvin"):
        span = 1e4
        return (np.array([reference - span, reference + span]),
                np.array([given.at_reference - span * given.per_kelvin, given.at_reference + span * given.per_kelvin]))
    return np.array(given.temperature), np.array(given.value)
