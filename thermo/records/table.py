"""Read a record table: CSV with ``# key: value`` lines on top (origin, licence, valid range)."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from thermo.errors import CaseError

Row = dict[str, str]
SHORTEST_PART = 3
"""Letters of a part of a name that may stand for the whole, such as "Abilene" for its weather file."""


@cache
def read(file: str) -> tuple[dict[str, str], tuple[Row, ...]]:
    """Return the header entries and the rows (text) of a table in this folder."""
    lines = files(__package__).joinpath(file).read_text(encoding="utf-8").splitlines()
    header = dict(line[1:].strip().split(": ", 1) for line in lines if line.startswith("#"))
    return header, tuple(csv.DictReader(line for line in lines if not line.startswith("#")))


def names(file: str) -> list[str]:
    """Return the record names of a table, such as ``names("chillers.csv")``, in the order of the file."""
    return list(_names(file))


@cache
def _names(file: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row[next(iter(row))] for row in read(file)[1]))


def rows_of(file: str, kind: str, name: str) -> list[Row]:
    """Return the rows of one record; the first column is its name. Raises :class:`CaseError` for an unknown name."""
    found = [row for row in read(file)[1] if row[next(iter(row))] == name]
    if not found:
        raise unknown(kind, name, names(file))
    return found


def unknown(kind: str, name: str, valid: Iterable[str]) -> CaseError:
    """The error for a record that does not exist: what was given, what there is, the nearest."""
    valid = list(valid)
    part = name.lower().split(".")[0]
    holding = [known for known in valid if len(part) >= SHORTEST_PART and part in known.lower()]
    lowered = {known.lower(): known for known in reversed(holding or valid)}
    near = difflib.get_close_matches(name.lower(), lowered, n=1, cutoff=0.0 if holding else 0.4)
    hint = f" Did you mean {lowered[near[0]]}?" if near else ""
    return CaseError(f'unknown {kind} "{name}".{hint} Valid: {", ".join(valid)}')
