"""Cases that differ from their file only in the tables of the year: the rest is read and checked once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from thermo.case.consistency import check_consistency
from thermo.case.load import find_files, load
from thermo.case.schema import Case
from thermo.case.source import combine, files_of, parse_override, put
from thermo.errors import CaseError

OF_THE_YEAR = ("plant", "site", "load", "electricity", "money", "limits")
"""Tables whose keys concern only the year: neither geometry nor field depends on them."""


def variant(path: str | Path, overrides: Iterable[str] = ()) -> Case:
    """The case that :func:`thermo.case.load` returns, or the same :class:`CaseError`.

    Where the overrides lie in the tables of the year, only these are validated anew, then all checks across tables run;
    the file itself is read again when it has changed.
    """
    overrides = tuple(overrides)
    given = [parse_override(text) for text in overrides]
    if all(key.partition(".")[0] in OF_THE_YEAR for key, _ in given):
        try:
            return _quickly(Path(path), overrides, given)
        except (CaseError, ValidationError, OSError):
            pass  # whatever is wrong, reading everything says it in the words of one case
    return load(path, overrides)


def _quickly(path: Path, overrides: tuple[str, ...], given: list[tuple[str, Any]]) -> Case:
    tables, base = _base(path, tuple((file, file.stat().st_mtime_ns) for file in files_of(path)))
    changed = {key.partition(".")[0] for key, _ in given}
    own = {name: _copied(tables[name]) for name in changed if name in tables}
    for key, value in given:
        put(own, key, value)
    part = Case.model_validate(own)
    case = base.model_copy(update={name: getattr(part, name) for name in changed})
    case._resolved = lambda: load(path, overrides).source_text
    check_consistency(case)
    if _named(case) == _named(base):
        case._weather_file, case._tables = base._weather_file, base._tables
    else:
        find_files(case, path)
    return case


def _copied(tables: Any) -> Any:
    """Nested tables and lists of their own."""
    if isinstance(tables, dict):
        return {key: _copied(value) for key, value in tables.items()}
    return [_copied(value) for value in tables] if isinstance(tables, list) else tables


def _named(case: Case) -> tuple[Any, ...]:
    """The tables that name files, without the numbers beside them."""
    load_ = case.load and (case.load.trace, case.load.bursts)
    return case.site and case.site.weather, load_, case.electricity and case.electricity.file


@lru_cache(maxsize=8)
def _base(path: Path, _stamps: tuple[tuple[Path, int], ...]) -> tuple[dict[str, Any], Case]:
    """Tables and case of a file without overrides, as it and what it extends were when last modified."""
    return combine(path, str(path), [])[0], load(path)
