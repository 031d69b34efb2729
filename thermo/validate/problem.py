"""A validation problem: its case, the runs it is solved in, its checks; and solving the runs."""

from __future__ import annotations

import csv
import tempfile
import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kernels.backend import make_backend
from thermo.case import Case, load
from thermo.case.shipped import shipped_cases
from thermo.errors import CaseError
from thermo.result import Result
from thermo.run import cooling_of
from thermo.validate.orientation import Orientation, turned_case

RUN_KEYS = {"set", "precision", "tier", "axes", "mirror"}
CHECK_KEYS = {"name", "kind", "runs", "metric", "reference", "tolerance", "relative", "low", "high", "refinement",
              "order", "grid", "line", "file", "where", "at", "value", "position", "scale", "statistic", "between",
              "samples", "component", "inputs", "reason", "source"}


@dataclass(frozen=True)
class Run:
    """One solution: overrides of the case, precision, orientation and the tier it belongs to."""

    name: str
    overrides: tuple[str, ...]
    precision: str
    tier: str
    orientation: Orientation


@dataclass(frozen=True)
class Check:
    """One comparison: what is measured in which runs, and what it must meet, for which reason."""

    name: str
    kind: str
    runs: tuple[str, ...]
    reason: str
    source: str
    options: dict[str, Any] = field(default_factory=dict)

    def get(self, key: str, default: Any = None) -> Any:
        """Return an option of the check."""
        return self.options.get(key, default)


@dataclass(frozen=True)
class Problem:
    """A folder of ``validation/``."""

    name: str
    title: str
    folder: Path
    case_file: Path
    runs: dict[str, Run]
    checks: tuple[Check, ...]

    def is_quick(self, check: Check) -> bool:
        """Whether all runs of a check belong to the quick tier."""
        return all(self.runs[name].tier == "quick" for name in check.runs)


@dataclass(frozen=True)
class Solved:
    """A run that has been solved: its case, its result, the status of the field and what it cost."""

    run: Run
    case: Case
    result: Result
    status: str
    cpu_s: float


def load_problem(folder: Path) -> Problem:
    """Read ``checks.toml`` of a folder. Raises :class:`CaseError` about keys or runs that do not exist."""
    file = folder / "checks.toml"
    tables = tomllib.loads(file.read_text(encoding="utf-8"))
    runs = {name: _run(file, name, table) for name, table in tables.get("run", {}).items()}
    shared = {key: tables[key] for key in ("reason", "source") if key in tables}
    checks = tuple(_check(file, shared | table, runs) for table in tables.get("check", []))
    case = shipped_cases()[tables["shipped_case"]] if "shipped_case" in tables else folder / "case.toml"
    return Problem(folder.name, tables["title"], folder, case, runs, checks)


def _run(file: Path, name: str, table: dict[str, Any]) -> Run:
    _refuse_unknown(file, f"run.{name}", table, RUN_KEYS)
    orientation = Orientation(table.get("axes", "xyz"), table.get("mirror", ""))
    overrides = tuple(table.get("set", ()))
    return Run(name, overrides, table.get("precision", "double"), table.get("tier", "quick"), orientation)


def _check(file: Path, table: dict[str, Any], runs: dict[str, Run]) -> Check:
    where = f"check {table.get('name')}"
    _refuse_unknown(file, where, table, CHECK_KEYS)
    missing = [key for key in ("name", "kind", "runs", "reason", "source") if key not in table]
    strangers = [name for name in table.get("runs", ()) if name not in runs]
    if missing or strangers:
        raise CaseError(f"{file}: {where}: {f'needs {missing[0]}' if missing else f'there is no run {strangers[0]}'}")
    fixed = {"name", "kind", "runs", "reason", "source"}
    options = {key: value for key, value in table.items() if key not in fixed}
    return Check(table["name"], table["kind"], tuple(table["runs"]), table["reason"], table["source"], options)


def _refuse_unknown(file: Path, where: str, table: dict[str, Any], known: set[str]) -> None:
    unknown = sorted(set(table) - known)
    if unknown:
        raise CaseError(f"{file}: {where}: {unknown[0]} is not a key; valid: {', '.join(sorted(known))}")


def solve_runs(problem: Problem, runs: list[Run], board) -> dict[str, Solved]:
    """Solve runs one after the other on the CPU; ``board.run(problem, run)`` is told before each."""
    solved = {}
    for run in runs:
        board.run(problem, run)
        solved[run.name] = solve_run(problem, run)
    return solved


def solve_run(problem: Problem, run: Run) -> Solved:
    """Load the case with the run's overrides, turn it, and solve it the way ``thermo run`` does."""
    case = load(problem.case_file, run.overrides)
    if not run.orientation.is_identity:
        case = _turned(case, run.orientation)
    started = time.process_time()
    result, status = cooling_of(case).solve(case, make_backend("cpu", run.precision), lambda *_: None)
    return Solved(run, case, result, status, time.process_time() - started)


def _turned(case: Case, orientation: Orientation) -> Case:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "turned.toml"
        file.write_text(turned_case(case.source_text, orientation), encoding="utf-8")
        return load(file)


def read_reference(problem: Problem, name: str) -> list[dict[str, str]]:
    """Rows of a reference file of the problem; its comment lines hold source and units."""
    with (problem.folder / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(line for line in lines if not line.startswith("#")))
