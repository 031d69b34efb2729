"""Columns of numbers out of a CSV table, gzipped or not, with errors that name the line."""

from __future__ import annotations

import gzip
import zlib
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from thermo.errors import CaseError

Array = NDArray[np.float64]


def columns(path: Path) -> list[str]:
    """Column names of the table: its first line that is no comment (``#``). Raises :class:`CaseError`."""
    return _lines(path, path.stat().st_mtime_ns)[1]


def read(path: Path, names: tuple[str, ...]) -> list[Array]:
    """The named columns, each (rows,). Raises :class:`CaseError` for what is missing or not a finite number."""
    return _read(path, path.stat().st_mtime_ns, names)


def texts(path: Path, name: str) -> tuple[list[str], int]:
    """One column as text, and the line number of its first row."""
    first, head, rows = _lines(path, path.stat().st_mtime_ns)
    place = head.index(name)
    fields = [row.split(",") for row in rows]
    short = next((number for number, row in enumerate(fields) if len(row) <= place), None)
    if short is not None:
        raise CaseError(f"{path} line {first + short}: {name} is missing")
    return [row[place] for row in fields], first


@lru_cache(maxsize=16)
def _read(path: Path, modified: int, names: tuple[str, ...]) -> list[Array]:
    first, head, rows = _lines(path, modified)
    for name in names:
        if name not in head:
            raise CaseError(f"{path}: has no column {name}; it has {', '.join(head)}")
    places = [head.index(name) for name in names]
    try:
        values = np.loadtxt(rows, delimiter=",", usecols=places, comments=None, ndmin=2).T
    except ValueError:
        raise _bad_line(path, first, rows, names, places) from None
    wrong = ~np.isfinite(values).all(axis=0)
    if wrong.any():
        raise CaseError(f"{path} line {first + int(np.argmax(wrong))}: holds a number that is not finite")
    for column in values:
        column.setflags(write=False)
    return list(values)


@lru_cache(maxsize=16)
def _lines(path: Path, modified: int) -> tuple[int, list[str], list[str]]:
    """Line number of the first row, column names, rows."""
    try:
        content = path.read_bytes()
        text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as problem:
        raise CaseError(f"{path}: cannot be read: {problem}") from None
    lines = text.splitlines()
    head = next((i for i, line in enumerate(lines) if line.strip() and not line.startswith("#")), len(lines))
    rows = [line for line in lines[head + 1 :] if line.strip()]
    if len(rows) < 2:
        raise CaseError(f"{path}: has no rows to read; a line of column names and two rows are the least")
    return head + 2, [name.strip() for name in lines[head].split(",")], rows


def _bad_line(path: Path, first: int, rows: list[str], names: tuple[str, ...], places: list[int]) -> CaseError:
    for number, row in enumerate(rows, first):
        fields = row.split(",")
        for name, place in zip(names, places, strict=True):
            try:
                float(fields[place])
            except (IndexError, ValueError):
                return CaseError(f"{path} line {number}: {name} is missing or not a number")
    return CaseError(f"{path}: the rows cannot be read")
