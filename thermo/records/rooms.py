"""Room air classes of IT equipment."""

from __future__ import annotations

from dataclasses import dataclass

from thermo.records.table import names, rows_of


@dataclass(frozen=True)
class AirClass:
    """Recommended and allowable range of the rack inlet temperature, K."""

    name: str
    recommended: tuple[float, float]
    allowable: tuple[float, float]


def air_class(name: str) -> AirClass:
    """Return ASHRAE air class A1, A2, A3, A4 or H1. Raises :class:`thermo.errors.CaseError` for any other."""
    (row,) = rows_of("air_classes.csv", "ASHRAE air class", name)
    low, high, least, most = (float(value) + 273.15 for value in list(row.values())[1:])
    return AirClass(name, (low, high), (least, most))


def air_classes() -> list[AirClass]:
    """Return every air class, in the order of the Guidelines."""
    return [air_class(name) for name in names("air_classes.csv")]
