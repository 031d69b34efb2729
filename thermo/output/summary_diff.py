"""Compare two runs by their summaries, and say what in their cases made them differ; one screen of text."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py

from thermo.errors import CaseError

SKIPPED = ("case", "run", "schema")
"""Sections that say how a run was made rather than what came out; ``run.converged`` counts all the same."""
MOST = 25  # lines of changed figures, and of changed keys


@dataclass(frozen=True)
class Change:
    """One figure of the summary that differs by more than is allowed; None where a run does not have it."""

    name: str
    a: Any
    b: Any

    @property
    def size(self) -> float:
        """How large the change is against the figure; infinite for texts and for what only one run has."""
        if not _is_number(self.a) or not _is_number(self.b):
            return float("inf")
        return abs(self.b - self.a) / max(abs(self.a), abs(self.b), 1e-300)


@dataclass(frozen=True)
class Comparison:
    """Figures that differ, largest first, keys of the cases that differ, and how many figures were compared."""

    changes: list[Change]
    inputs: list[Change]
    count: int

    @property
    def differs(self) -> bool:
        """Whether any figure differs."""
        return bool(self.changes)


def compare(a: Path | str, b: Path | str, rtol: float = 1e-6, atol: float = 0.0) -> Comparison:
    """Compare the summaries of two results directories (or two summary.json).

    A number may differ by ``atol + rtol * |a|``, in its own unit. Raises :class:`CaseError` for what cannot be read.
    """
    first, second = dict(_figures(_summary(Path(a)))), dict(_figures(_summary(Path(b))))
    names = list({**first, **second})
    found = [Change(name, first.get(name), second.get(name)) for name in names]
    changes = [change for change in found if not _same(change, rtol, atol)]
    return Comparison(sorted(changes, key=lambda change: -change.size), _inputs(Path(a), Path(b)), len(names))


def text(comparison: Comparison) -> str:
    """The comparison in words and a table."""
    if not comparison.differs:
        return f"all {comparison.count} figures of the summaries agree"
    lines = _changed_inputs(comparison.inputs)
    shown = comparison.changes[:MOST]
    width = max(len(change.name) for change in shown)
    lines += [f"{'figure':<{width}}  {'A':>14}  {'B':>14}  {'change':>12}"]
    for change in shown:
        lines.append(f"{change.name:<{width}}  {_shown(change.a):>14}  {_shown(change.b):>14}  {_percent(change):>12}")
    if len(comparison.changes) > len(shown):
        lines.append(f"and {len(comparison.changes) - len(shown)} smaller changes")
    return "\n".join([*lines, f"{len(comparison.changes)} of {comparison.count} figures differ"])


def _changed_inputs(inputs: list[Change]) -> list[str]:
    """What is different in the cases: the first place to look for a cause."""
    if not inputs:
        return ["the cases are the same, so the difference is the program's, the precision's or the device's", ""]
    lines = ["the cases differ in:"]
    lines += [f"  {change.name}: {_shown(change.a)} -> {_shown(change.b)}" for change in inputs[:MOST]]
    if len(inputs) > MOST:
        lines.append(f"  and {len(inputs) - MOST} more keys")
    return [*lines, ""]


def _summary(path: Path) -> dict[str, Any]:
    file = path / "summary.json" if path.is_dir() else path
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise CaseError(f"{path}: is no results directory or summary.json: {problem}") from None


def _figures(summary: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every figure by its path; rows of tables by their name."""
    for section, content in summary.items():
        if section not in SKIPPED:
            yield from _leaves(section, content)
    if "converged" in summary.get("run", {}):
        yield "run.converged", summary["run"]["converged"]


def _leaves(path: str, content: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(content, dict):
        for key, item in content.items():
            yield from _leaves(f"{path}.{key}", item)
    elif isinstance(content, list):
        for number, item in enumerate(content):
            name = item.get("name", number) if isinstance(item, dict) else number
            yield from _leaves(f"{path}.{name}", item)
    else:
        yield path, content


def _inputs(a: Path, b: Path) -> list[Change]:
    """Keys of the resolved cases that differ, as far as there are fields.h5 beside the summaries."""
    first, second = (dict(_leaves_of_case(path)) for path in (a, b))
    names = {**first, **second} if first and second else {}
    pairs = (Change(name, first.get(name), second.get(name)) for name in names)
    return [change for change in pairs if change.a != change.b and not change.name.startswith("case.")]


def _leaves_of_case(path: Path) -> Iterator[tuple[str, Any]]:
    file = (path if path.is_dir() else path.parent) / "fields.h5"
    if not file.is_file():
        return
    try:
        with h5py.File(file, "r") as stored:
            tables = tomllib.loads(stored.attrs.get("case_text", ""))
    except (OSError, tomllib.TOMLDecodeError):
        return
    for section, content in tables.items():
        yield from _leaves(section, content)


def _same(change: Change, rtol: float, atol: float) -> bool:
    if _is_number(change.a) and _is_number(change.b):
        return abs(change.b - change.a) <= atol + rtol * abs(change.a)
    return change.a == change.b


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(value: Any) -> str:
    return "–" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)


def _percent(change: Change) -> str:
    if not _is_number(change.a) or not _is_number(change.b) or change.a == 0.0:
        return ""
    return f"{100.0 * (change.b / change.a - 1.0):+.3g} %"
