"""Real weather years from a table with several sites side by side, such as a reanalysis.

The table is CSV, gzipped if its name ends in .gz: lines that start with ``#``, a line of column names, hourly rows in
order. First column ``local_time`` as 2023-01-31T05:00, then for every site SITE the columns ``SITE_drybulb_c`` and
``SITE_rh_pct``, and ``SITE_pressure_pa`` where it is known. A line ``# elevation_m: SITE 142, OTHER 23`` gives
elevations; where the pressure is not known the standard atmosphere at the elevation stands for it.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from thermo.errors import CaseError
from thermo.plant.weather import DAYS, Weather, lines_of, standard_pressure, unreadable
from thermo.records.table import unknown

Array = NDArray[np.float64]

TIME = "local_time"
RANGES = {"drybulb_c": (-70.0, 70.0), "rh_pct": (0.0, 110.0), "pressure_pa": (31000.0, 120000.0)}


def read_year(path: Path | str, site: str, year: int, elevation: float | None = None) -> Weather:
    """Weather of `site` in the calendar year `year`; the value at hh:00 stands for the hour that starts then.

    `elevation` in m replaces that of the table. Raises :class:`thermo.errors.CaseError` for a site or year the table
    does not hold, for a year that is not complete, and for a value that is missing or out of range, naming the line.
    """
    path = Path(path)
    try:
        return _read(path, path.stat().st_mtime_ns, site, year, elevation)
    except OSError as problem:
        raise unreadable(path, problem) from None


@lru_cache(maxsize=64)
def _read(path: Path, modified: int, site: str, year: int, elevation: float | None) -> Weather:
    """One site and year of the file as it was when last `modified`; a sweep reads each once."""
    heights, columns, first_line, rows = _rows(path, modified)
    sites = [name.removesuffix("_drybulb_c") for name in columns if name.endswith("_drybulb_c")]
    if site not in sites:
        raise CaseError(f"{path}: {unknown('site', site, sites)}")
    chosen = [(number, row) for number, row in enumerate(rows, first_line) if row.startswith(f"{year}-")]
    month = _months(path, year, chosen, rows)
    height = elevation if elevation is not None else heights.get(site)
    if f"{site}_pressure_pa" in columns:
        pressure = _column(path, columns, f"{site}_pressure_pa", chosen)
    elif height is not None:
        pressure = np.full(month.size, standard_pressure(height))
    else:
        raise CaseError(f"{path}: neither pressure nor elevation of {site} is known; give site.weather.elevation")
    dry_bulb = _column(path, columns, f"{site}_drybulb_c", chosen) + 273.15
    humidity = np.minimum(_column(path, columns, f"{site}_rh_pct", chosen) / 100.0, 1.0)
    return Weather(f"{site}, {year}", dry_bulb, humidity, pressure, month, 0.0 if height is None else height)


@lru_cache(maxsize=4)
def _rows(path: Path, modified: int) -> tuple[dict[str, float], list[str], int, list[str]]:
    """Elevations, column names, line number of the first row, and the rows, as the file was when last `modified`."""
    lines = lines_of(path)
    comments = next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))
    columns = lines[comments].split(",") if comments < len(lines) else []
    if not columns or columns[0] != TIME:
        raise CaseError(f"{path} line {comments + 1}: not a table of weather years: its first column must be {TIME}")
    return _elevations(path, lines[:comments]), columns, comments + 2, [line for line in lines[comments + 1 :] if line]


def _elevations(path: Path, comments: list[str]) -> dict[str, float]:
    heights = {}
    for number, line in enumerate(comments, 1):
        key, _, text = line.lstrip("# ").partition(":")
        for entry in text.split(",") if key == "elevation_m" else []:
            site, _, height = entry.strip().partition(" ")
            try:
                heights[site] = float(height)
            except ValueError:
                what = f'the elevation "{entry.strip()}" is not SITE and metres'
                raise CaseError(f"{path} line {number}: {what}") from None
    return heights


def _months(path: Path, year: int, chosen: list[tuple[int, str]], rows: list[str]) -> NDArray[np.int64]:
    """Month of every hour of `year`; the rows must be its hours, complete and in order."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = np.array(DAYS) + (np.arange(12) == 1) * leap
    if not chosen:
        held = sorted({row[:4] for row in rows})
        raise CaseError(f"{path}: holds no year {year}; it has {', '.join(held) or 'none'}")
    start = np.datetime64(f"{year}-01-01T00:00")
    for hour, (number, row) in enumerate(chosen):
        if row.partition(",")[0] != str(start + np.timedelta64(hour, "h")):
            raise CaseError(f"{path} line {number}: {row.partition(',')[0]} is not the next hour of {year}")
    if len(chosen) != 24 * days.sum():
        raise CaseError(f"{path}: {len(chosen)} hours of {year}; {24 * days.sum()} are needed")
    return np.repeat(np.arange(1, 13), days * 24)


def _column(path: Path, columns: list[str], name: str, chosen: list[tuple[int, str]]) -> Array:
    """One column of the chosen rows as numbers inside the range of its kind."""
    if name not in columns:
        raise CaseError(f"{path}: has no column {name}")
    place = columns.index(name)
    low, high = next(span for ending, span in RANGES.items() if name.endswith(ending))
    values = np.empty(len(chosen))
    for i, (number, row) in enumerate(chosen):
        fields = row.split(",")
        try:
            values[i] = float(fields[place])
        except (IndexError, ValueError):
            raise CaseError(f"{path} line {number}: {name} is missing or not a number") from None
        if not low <= values[i] <= high:
            raise CaseError(f"{path} line {number}: {name} {values[i]:g} is outside {low:g} to {high:g}")
    return values
