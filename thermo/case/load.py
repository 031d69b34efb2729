"""Read a case file: one frozen :class:`Case` in SI units, or one clear line about what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from thermo.case.consistency import check_consistency, start_temperature
from thermo.case.geometry import check_geometry
from thermo.case.messages import explain
from thermo.case.schema import Case
from thermo.case.schema_site import ConstantWeather
from thermo.case.shipped import trace_file, weather_file
from thermo.case.source import combine, parse_override
from thermo.errors import CaseError


def load(path: str | Path, overrides: Iterable[str] = ()) -> Case:
    """Return the case in the TOML file at ``path`` with the ``key=value`` overrides applied.

    Raises :class:`CaseError`; nothing is written.
    """
    shown = str(path)
    tables, changed = combine(Path(path), shown, [parse_override(text) for text in overrides])
    case = _validated(tables, shown, changed)
    case._file = shown
    case._resolved = cache(partial(_resolved_text, tables, case.size))
    check_consistency(case)
    if case.room is not None:
        check_geometry(case)
    find_files(case, Path(path))
    if case.room is None:
        return case
    initial = case.initial.model_copy(update={"temperature": start_temperature(case)})
    return case.model_copy(update={"initial": initial})


def _validated(tables: dict[str, Any], shown: str, changed: list[str]) -> Case:
    try:
        return Case.model_validate(tables)
    except ValidationError as error:
        key, text = explain(error, tables)
        by_hand = any(f"{key}.".startswith(f"{path}.") or path.startswith(f"{key}.") for path in changed)
        raise CaseError(f"{shown}: {key}{' (--set)' if by_hand else ''}: {text}") from None


def find_files(case: Case, path: Path) -> None:
    """Find the weather and the tables that the case in the file at `path` names. Raises :class:`CaseError`."""
    case._weather_file = _weather(case, path)
    case._tables = _tables(case, path)


def _weather(case: Case, path: Path) -> Path | None:
    if case.site is None or isinstance(case.site.weather, ConstantWeather):
        return None
    given = case.site.weather
    name, key = (given, "site.weather") if isinstance(given, str) else (given.file, "site.weather.file")
    try:
        return weather_file(name, path.parent)
    except CaseError as problem:
        raise case.error(key, str(problem)) from None


def _tables(case: Case, path: Path) -> dict[str, Path]:
    """The tables of demand and electricity that the case names."""
    load = case.load
    named = {} if load is None else {"load.trace": load.trace, "load.bursts": load.bursts}
    found = {}
    time = None if case.liquid is None else case.liquid.time
    if time is not None and time.trace is not None:
        try:
            found["liquid.time.trace"] = trace_file(time.trace, path.parent)
        except CaseError as problem:
            raise case.error("liquid.time.trace", str(problem)) from None
    for key, table in {**named, "electricity": case.electricity}.items():
        try:
            if table is not None:
                found[key] = trace_file(table.file, path.parent)
        except CaseError as problem:
            raise case.error(f"{key}.file", str(problem)) from None
    return found


def _resolved_text(tables: dict[str, Any], size: str) -> str:
    import tomli_w

    resolved = {key: value for key, value in tables.items() if key != "size"}
    if size != "quick":
        resolved["size"] = {size: {}}
    return re.sub(r"\n{3,}", "\n\n", tomli_w.dumps(resolved))
