"""Dielectric liquid records: what they are, and their saturation lines."""

from __future__ import annotations

from dataclasses import dataclass

from thermo.records.table import read, rows_of


@dataclass(frozen=True)
class DielectricRecord:
    """What is known of a liquid: boiling and flash point K, warming potential, critical point K and Pa, kg/mol, N/m.

    ``None`` where it is not known. `quality`: A reference equation, B maker's table, C single figures.
    """

    name: str
    kind: str
    boiling: float | None
    flash: float | None
    warming_potential: float | None
    critical_temperature: float | None
    critical_pressure: float | None
    molar_mass: float | None
    surface_tension: float | None
    quality: str
    source: str


@dataclass(frozen=True)
class SaturationTable:
    """Liquid and vapour at rising saturation temperatures: K, Pa, kg/m3, kg/m3, J/kg/K, J/kg."""

    name: str
    temperature: tuple[float, ...]
    pressure: tuple[float, ...]
    liquid_density: tuple[float, ...]
    vapour_density: tuple[float, ...]
    liquid_heat_capacity: tuple[float, ...]
    latent_heat: tuple[float, ...]
    origin: str


def dielectric(name: str) -> DielectricRecord:
    """Return the record of a liquid: "white mineral oil", "HFE-7100", ... Raises :class:`thermo.errors.CaseError`."""
    (row,) = rows_of("dielectrics.csv", "dielectric liquid", name)

    def value(key: str, shift: float = 0.0) -> float | None:
        return float(row[key]) + shift if row[key] else None

    return DielectricRecord(
        name, row["kind"], value("boiling_c", 273.15), value("flash_c", 273.15), value("gwp"),
        value("critical_c", 273.15), value("critical_pressure"), value("molar_mass"), value("surface_tension"),
        row["quality"], row["source"],
    )  # fmt: skip


def saturation_table(name: str) -> SaturationTable:
    """Return the saturation line of a liquid: "HFE-7100", "Novec 649", "water". Raises :class:`CaseError`."""
    rows = rows_of("saturation.csv", "boiling liquid", name)
    keys = ("temperature", "pressure", "liquid_density", "vapour_density", "liquid_heat_capacity", "latent_heat")
    columns = (tuple(float(row[key]) for row in rows) for key in keys)
    return SaturationTable(name, *columns, read("saturation.csv")[0]["origin"])
