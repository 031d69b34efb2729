"""Material and resource records: coolant tables, solids, water behind a kilowatt hour of electricity."""

from __future__ import annotations

from dataclasses import dataclass

from thermo.records.table import names, read, rows_of, unknown

FLUID_FILES = ("fluids.csv", "dielectric_properties.csv")
LITRE_PER_KWH = 1e-3 / 3.6e6  # m3/J


@dataclass(frozen=True)
class FluidTable:
    """Properties of a coolant at rising temperatures: K, kg/m3, J/kg/K, Pa*s, W/m/K."""

    name: str
    temperature: tuple[float, ...]
    density: tuple[float, ...]
    heat_capacity: tuple[float, ...]
    viscosity: tuple[float, ...]
    conductivity: tuple[float, ...]
    origin: str
    licence: str


@dataclass(frozen=True)
class CoolantRecord:
    """What a coolant is made of: freezing point K, mass fraction of glycol and density of the pure glycol, kg/m3."""

    name: str
    freezing: float
    glycol_fraction: float
    glycol_density: float


@dataclass(frozen=True)
class SolidRecord:
    """Constant properties of a solid near 300 K: kg/m3, J/kg/K, W/m/K."""

    name: str
    density: float
    heat_capacity: float
    conductivity: float
    origin: str


def fluid_tables() -> list[str]:
    """Names that :func:`fluid_table` knows."""
    return [name for file in FLUID_FILES for name in names(file)]


def fluid_table(name: str) -> FluidTable:
    """Return the table of a liquid: "water", "propylene glycol 25%", "HFE-7100", ... Raises :class:`CaseError`."""
    file = next((file for file in FLUID_FILES if name in names(file)), None)
    if file is None:
        raise unknown("fluid", name, fluid_tables())
    rows, header = rows_of(file, "fluid", name), read(file)[0]
    keys = ("temperature", "density", "heat_capacity", "viscosity", "conductivity")
    columns = (tuple(float(row[key]) for row in rows) for key in keys)
    return FluidTable(name, *columns, header["origin"], header["licence"])


def coolant(name: str) -> CoolantRecord:
    """Return freezing point and glycol of a coolant: "water", "propylene glycol 25%", ... Raises :class:`CaseError`."""
    (row,) = rows_of("coolants.csv", "coolant", name)
    values = (float(row[key]) for key in ("glycol_mass_fraction", "glycol_density"))
    return CoolantRecord(name, float(row["freezing_c"]) + 273.15, *values)


def solid(name: str) -> SolidRecord:
    """Return the solid called `name`: "aluminium", "copper", ... Raises :class:`thermo.errors.CaseError`."""
    (row,) = rows_of("solids.csv", "solid", name)
    values = (float(row[key]) for key in ("density", "heat_capacity", "conductivity"))
    return SolidRecord(name, *values, row["source"])


def grid_water(technology: str) -> float:
    """Return the median water consumption of a generating technology in m3 per J of electricity.

    Source: Macknick and others, Environ. Res. Lett. 7 (2012) 045802; off-site water. Raises :class:`CaseError`.
    """
    (row,) = rows_of("grid_water.csv", "generating technology", technology)
    return float(row["median_l_per_kwh"]) * LITRE_PER_KWH
