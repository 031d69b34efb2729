"""Hourly weather: the EPW reader, real years from tables, constant weather, the standard atmosphere.

Hour convention: row i (0..8759) is the hour that *ends* at i + 1 local standard time, so EPW hour 1 of 1 January is
row 0 and covers 00:00 to 01:00. No daylight saving. A leap year of a table of real years has 8784 hours.
"""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from thermo import arrays
from thermo.errors import CaseError
from thermo.media import moist_air

Array = NDArray[np.float64]

HEADER_LINES = 8
HOURS = (8760, 8784)
HOUR = 3600.0
DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
# columns of an EPW row (EnergyPlus, Auxiliary Programs, "EPW data dictionary"): position, name, code for missing, range
COLUMNS = (
    (1, "month", None, (1.0, 12.0)),
    (6, "dry bulb", 99.9, (-70.0, 70.0)),
    (8, "relative humidity", 999.0, (0.0, 110.0)),
    (9, "pressure", 999999.0, (31000.0, 120000.0)),
)


@dataclass(frozen=True, eq=False)
class Weather:
    """Weather of a site: `dry_bulb` K, `relative_humidity` 0..1, `pressure` Pa, `month` 1..12, all (steps,)
    of `step` s."""

    name: str
    dry_bulb: Array
    relative_humidity: Array
    pressure: Array
    month: NDArray[np.int64]
    elevation: float = 0.0
    step: float = HOUR

    @cached_property
    def wet_bulb(self) -> Array:
        """Wet bulb, K, from dry bulb, relative humidity and pressure (see :mod:`thermo.media.moist_air`)."""
        return moist_air.wet_bulb(self.dry_bulb, self.relative_humidity, self.pressure)

    @cached_property
    def humidity_ratio(self) -> Array:
        """Humidity ratio, kg/kg, from dry bulb, relative humidity and pressure."""
        return moist_air.humidity_ratio(self.dry_bulb, self.relative_humidity, self.pressure)


def standard_pressure(elevation: float) -> float:
    """Pressure of the standard atmosphere, Pa, at -5000 to 11000 m (ASHRAE Fundamentals 2017, ch. 1, eq. 3)."""
    return 101325.0 * (1.0 - 2.25577e-5 * elevation) ** 5.2559


def constant(dry_bulb: float, relative_humidity: float, pressure: float) -> Weather:
    """The same weather (K, 0..1, Pa) in all 8760 hours, as hand checks use it."""
    month = np.repeat(np.arange(1, 13), np.array(DAYS) * 24)
    same = (np.full(month.size, value) for value in (dry_bulb, relative_humidity, pressure))
    return Weather("constant", *same, month)


@lru_cache(maxsize=16)
def on_step(hourly: Weather, step: float) -> Weather:
    """Hourly weather on steps of `step` s, a part of an hour: linear in time between the middles of the hours.

    The year closes to a ring. The mean of the year is kept, that of a single hour nearly.
    """
    count = round(HOUR / step)
    if count == 1:
        return hourly
    hours = hourly.month.size
    known, wanted = np.arange(-1, hours + 1) + 0.5, (np.arange(hours * count) + 0.5) / count
    given = (hourly.dry_bulb, hourly.relative_humidity, hourly.pressure)
    fine = (np.interp(wanted, known, np.concatenate([v[-1:], v, v[:1]])) for v in given)
    return Weather(hourly.name, *fine, hourly.month.repeat(count), hourly.elevation, step)


def where_arrays_are_made(outdoor: Weather) -> Weather:
    """The same weather as arrays of the device that the year is computed on; `month` stays on the host."""
    return outdoor if arrays.on_host() else _copied(outdoor, arrays.place())


@lru_cache(maxsize=16)
def _copied(outdoor: Weather, _place: str) -> Weather:
    names = ("dry_bulb", "relative_humidity", "pressure")
    return replace(outdoor, **{name: arrays.array(getattr(outdoor, name)) for name in names})


def read_epw(path: Path | str) -> Weather:
    """Read an EPW file (8760 or 8784 hourly rows), gzipped if its name ends in .gz.

    Humidity is taken from the relative humidity column, capped at 1. The dew point column is not used: in single hours
    the two disagree. A missing pressure (999999) is replaced by the standard atmosphere at the elevation of the header.
    Anything else that is missing, unreadable or out of range raises :class:`thermo.errors.CaseError` naming the line.
    """
    path = Path(path)
    try:
        return _read(path, path.stat().st_mtime_ns)
    except OSError as problem:
        raise unreadable(path, problem) from None


def unreadable(path: Path, problem: OSError) -> CaseError:
    """The error for a file that cannot be opened, or is not what its name says."""
    return CaseError(f"{path}: cannot be read: {problem.strerror or problem}")


def lines_of(path: Path) -> list[str]:
    """The lines of a text file (Latin-1), gzipped or not. Raises OSError."""
    content = path.read_bytes()
    if path.suffix == ".gz":
        try:
            content = gzip.decompress(content)
        except (EOFError, zlib.error) as problem:
            raise OSError(f"damaged gzip file ({problem})") from None
    return content.decode("latin-1").splitlines()


@lru_cache(maxsize=16)
def _read(path: Path, modified: int) -> Weather:
    """The file as it was when last `modified`; a sweep reads each weather once."""
    lines = lines_of(path)
    name, elevation = _location(path, lines)
    rows = [line for line in lines[HEADER_LINES:] if line.strip()]
    if len(rows) not in HOURS:
        raise CaseError(f"{path}: {len(rows)} hourly rows after {HEADER_LINES} header lines; 8760 or 8784 are needed")
    month, dry_bulb, humidity, pressure = _columns(path, rows, standard_pressure(elevation))
    hourly = (dry_bulb + 273.15, np.minimum(humidity / 100.0, 1.0), pressure, month.astype(np.int64))
    for values in hourly:
        values.setflags(write=False)
    return Weather(name, *hourly, elevation)


def _location(path: Path, lines: list[str]) -> tuple[str, float]:
    """Place name and elevation in m from header line 1."""
    fields = lines[0].split(",") if lines else []
    if len(fields) < 10 or fields[0].strip().upper() != "LOCATION":
        raise CaseError(f"{path} line 1: not an EPW file: it must start with LOCATION and name the elevation")
    try:
        return ", ".join(" ".join(field.split()) for field in fields[1:4]), float(fields[9])
    except ValueError:
        raise CaseError(f'{path} line 1: the elevation "{fields[9]}" is not a number') from None


def _columns(path: Path, rows: list[str], missing_pressure: float) -> list[Array]:
    positions = tuple(column[0] for column in COLUMNS)
    try:
        values = np.loadtxt(rows, delimiter=",", usecols=positions, comments=None, ndmin=2).T
    except ValueError:
        raise _bad_line(path, rows) from None
    pressure = values[3]
    pressure[pressure == COLUMNS[3][2]] = missing_pressure
    for (_, name, missing, (low, high)), column in zip(COLUMNS, values, strict=True):
        wrong = ~((column >= low) & (column <= high)) | (column == missing)
        if wrong.any():
            row = int(np.argmax(wrong))
            why = "missing" if column[row] == missing else f"outside {low:g} to {high:g}"
            raise CaseError(f"{path} line {HEADER_LINES + 1 + row}: {name} {column[row]:g} is {why}")
    return list(values)


def _bad_line(path: Path, rows: list[str]) -> CaseError:
    """The error for the first row that does not parse."""
    for number, row in enumerate(rows, HEADER_LINES + 1):
        fields = row.split(",")
        for position, name, _, _ in COLUMNS:
            try:
                float(fields[position])
            except IndexError:
                return CaseError(f"{path} line {number}: only {len(fields)} fields; {name} is field {position + 1}")
            except ValueError:
                return CaseError(f'{path} line {number}: {name} "{fields[position]}" is not a number')
    return CaseError(f"{path}: the hourly rows cannot be read")
