"""Boiling liquids by name: their saturation line, and where it was left."""

from __future__ import annotations

from functools import cache

import numpy as np

from thermo import records
from thermo.media.boiling import Saturation
from thermo.records.dielectrics import DielectricRecord, SaturationTable


class BoilingLiquid:
    """A liquid with its saturation table: the logarithm of pressure over 1/T, straight lines for the other properties.

    The surface tension is the record's at 25 degC, carried to other temperatures by :func:`surface_tension_at`.
    """

    def __init__(self, record: DielectricRecord, table: SaturationTable) -> None:
        self.name, self.record, self.source = record.name, record, table.origin
        self._table = table
        self._temperature = np.array(table.temperature)
        self._log_pressure = np.log(table.pressure)
        self.temperature_range = (table.temperature[0], table.temperature[-1])
        self.pressure_range = (table.pressure[0], table.pressure[-1])

    def at_temperature(self, temperature: float) -> Saturation:
        """The saturated state at `temperature`, K. Raises ValueError outside the table."""
        self._inside("temperature", temperature, self.temperature_range, "K")
        record = self.record

        def line(column) -> float:
            return float(np.interp(temperature, self._temperature, column))

        tension = surface_tension_at(temperature, record.surface_tension, record.critical_temperature)
        return Saturation(
            temperature, self._pressure(temperature), line(self._table.liquid_density),
            line(self._table.vapour_density), line(self._table.liquid_heat_capacity), line(self._table.latent_heat),
            float(tension), record.critical_pressure, record.molar_mass,
        )  # fmt: skip

    def saturation_temperature(self, pressure: float) -> float:
        """Saturation temperature, K, at `pressure`, Pa. Raises ValueError outside the table."""
        self._inside("pressure", pressure, self.pressure_range, "Pa")
        return float(1.0 / np.interp(np.log(pressure), self._log_pressure, 1.0 / self._temperature))

    def _pressure(self, temperature: float) -> float:
        inverse = 1.0 / self._temperature[::-1]
        return float(np.exp(np.interp(1.0 / temperature, inverse, self._log_pressure[::-1])))

    def _inside(self, what: str, value: float, limits: tuple[float, float], unit: str) -> None:
        if not limits[0] * (1.0 - 1e-9) <= value <= limits[1] * (1.0 + 1e-9):
            raise ValueError(f"{self.name}: {what} {value:.6g} {unit} is outside its record, "
                             f"{limits[0]:.6g} to {limits[1]:.6g} {unit}")  # fmt: skip


def surface_tension_at(temperature, at_25_degc: float, critical_temperature: float):
    """Surface tension, N/m, at temperatures in K, from that at 25 degC, by (1 - T/Tc)^(11/9).

    Guggenheim, J. Chem. Phys. 13 (1945) 253; for liquids that do not associate (1 %); water is 9 % low at 100 degC.
    """
    return at_25_degc * ((1.0 - temperature / critical_temperature) / (1.0 - 298.15 / critical_temperature)) ** (11 / 9)


def own_boiling_liquid(given) -> BoilingLiquid:
    """The liquid of a case's own table ``[immersion.liquid]``: lists over temperature in SI units."""
    record = DielectricRecord(
        given.name, "two-phase", None, None, given.warming_potential, given.critical_temperature,
        given.critical_pressure, given.molar_mass, given.surface_tension, "own", given.source,
    )  # fmt: skip
    table = SaturationTable(given.name, given.temperature, given.pressure, given.density, given.vapour_density,
                            given.heat_capacity, given.latent_heat, given.source)  # fmt: skip
    return BoilingLiquid(record, table)


@cache
def boiling_liquid(name: str) -> BoilingLiquid:
    """Return the liquid called `name`: "HFE-7100", "Novec 649", "water". Raises :class:`thermo.errors.CaseError`."""
    table = records.saturation_table(name)
    return BoilingLiquid(records.dielectric(name), table)
