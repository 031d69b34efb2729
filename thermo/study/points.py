"""Points of a sweep: the overrides that make them, and what is computed for each; results are kept by content."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from thermo import __version__, arrays
from thermo.case import Case, load, variant
from thermo.errors import CaseError, DivergedError, OutputError
from thermo.output import summary as summaries
from thermo.run import choose_backend, cooling_of

COMPUTED = "points"  # folder of results, one file a point
SOLVED_HERE = "solved where the year is computed"
"""Instead of what a field gave: the loop or tank that the year starts from is solved in the process that needs it."""
YEAR_ONLY = frozenset({"site", "money", "electricity", "limits"})
"""Tables that neither loop nor tank depends on; of [plant] they know the facility coolant, of [load] the chip."""


@dataclass(frozen=True)
class Point:
    """One evaluation: case file, `key=value` overrides, and for the year alone what its solved field gave (JSON)."""

    case: str
    overrides: tuple[str, ...]
    field: str | None = None


def override(key: str, value: Any) -> str:
    """``key=value`` as --set takes it."""
    import tomli_w

    text = tomli_w.dumps({"value": value})
    if isinstance(value, dict):
        parts = ", ".join(f"{name} = {_inline(item)}" for name, item in value.items())
        return f"{key}={{ {parts} }}"
    return f"{key}={text.partition('=')[2].strip()}"


def _inline(item: Any) -> str:
    return override("x", item)[2:]


def identity(point: Point) -> str:
    """Hash of all that the result depends on: the resolved case and the tables it reads, the overrides, the field it
    starts from, the version. Raises :class:`CaseError` when the case cannot be read."""
    case = _content(point.case, Path(point.case).stat().st_mtime_ns)
    parts = [case, *sorted(point.overrides), point.field or "", __version__]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@lru_cache(maxsize=64)
def _content(file: str, modified: int) -> str:
    """Hash of the resolved case, as it was when last `modified`, and of the weather and tables that it names."""
    case = load(file)
    digest = hashlib.sha256(case.source_text.encode())
    for path in (case.weather_file, *case._tables.values()):
        if path is not None:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def evaluate(point: Point) -> dict[str, Any]:
    """The summary of a point, or ``{"failed": reason}`` where the case cannot be or does not converge."""
    try:
        if point.field is None:
            return _solved(point)
        case = variant(point.case, point.overrides)
        return summaries.ordered(cooling_of(case).year_summary(case, former_of(point)))
    except (CaseError, DivergedError, OutputError) as problem:
        return {"failed": str(problem)}


def former_of(point: Point) -> Any:
    """What the year of a point starts from: what its solved field gave, or the loop or tank, solved once a process."""
    if point.field != SOLVED_HERE:
        return _field(point.field)
    case = variant(point.case, point.overrides)
    load_, loop = case.load, case.plant.facility_loop
    own = case.model_dump(exclude={"plant", "load", *YEAR_ONLY})
    parts = (case.file, own, loop.coolant, loop.supply_temperature, load_ and load_.chip)
    return _before_year(Start(repr(parts), case))


@dataclass(frozen=True)
class Start:
    """All that a loop or a tank depends on, as text, and a case that has it."""

    text: str
    case: Case = field(compare=False)


@lru_cache(maxsize=4)
def _before_year(start: Start) -> Any:
    with arrays.of_module(np):
        return cooling_of(start.case).before_year(start.case, choose_backend("auto", "single"), lambda *_: None)


@lru_cache(maxsize=4)
def _field(text: str) -> dict[str, Any]:
    return json.loads(text)


def _solved(point: Point) -> dict[str, Any]:
    """Solve the whole case and keep its summary; nothing is drawn."""
    case = variant(point.case, point.overrides)
    result, _ = cooling_of(case).solve(case, choose_backend("auto", "single"), lambda *_: None, None)
    return summaries.ordered(result.summary)


class Store:
    """Results on disk, one small file a point, named by its identity; written whole, so a stop loses nothing."""

    def __init__(self, directory: Path):
        self.directory = directory / COMPUTED

    def get(self, name: str) -> dict[str, Any] | None:
        """A result that is there already."""
        try:
            return json.loads((self.directory / f"{name}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def put(self, name: str, result: dict[str, Any]) -> None:
        """Keep a result."""
        self.directory.mkdir(parents=True, exist_ok=True)
        part = self.directory / f".{name}.{os.getpid()}.part"
        part.write_text(json.dumps(result), encoding="utf-8")
        os.replace(part, self.directory / f"{name}.json")


def figure(result: dict[str, Any], name: str) -> float | None:
    """A number of a summary by ``section.key``; None where it is absent."""
    section, _, key = name.partition(".")
    value = result.get(section, {}).get(key)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def feasible(result: dict[str, Any]) -> bool:
    """Computed, and every limit met."""
    converged = result.get("run", {}).get("converged", True)
    return "failed" not in result and bool(converged) and all(row["met"] for row in result.get("limits", []))
