"""One option of a comparison: a finished run, read back from its results directory or made from its case file."""

from __future__ import annotations

import contextlib
import json
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from thermo import __version__
from thermo.case import load
from thermo.errors import CaseError
from thermo.result import Box, Fields, Result, Variable

Array = NDArray[np.float64]

DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
COMMON_YEAR, LEAP_YEAR = 8760, 8784  # h


@dataclass(frozen=True)
class Option:
    """A run as the comparison sees it: its `summary`, the resolved `case` as tables, and the `year`.

    `year` maps a name to (rows,), an hour each or a part of one, in SI units and is empty for a run without a plant.
    """

    label: str
    directory: Path
    summary: dict[str, Any]
    case: dict[str, Any]
    year: dict[str, Array]

    def value(self, section: str, key: str) -> Any:
        """A number of the summary, None where it does not apply: of racks the lowest, of monitors the one so named."""
        content = self.summary.get(section, {})
        if section == "monitors":
            return next((row["value"] for row in content if row["name"] == key), None)
        if isinstance(content, list):
            return min((row[key] for row in content if key in row), default=None)
        return content.get(key)

    @property
    def title(self) -> str:
        """The case's own title, or the label."""
        return self.case.get("case", {}).get("title") or self.label

    @property
    def site(self) -> str:
        """Name of the place."""
        site = self.case.get("site", {})
        return str(site.get("name") or site.get("weather", ""))

    @property
    def server(self) -> str:
        """The server of the load, as text."""
        return str(self.case.get("load", {}).get("server", ""))

    @property
    def met(self) -> bool:
        """Solved, and every limit met."""
        converged = self.summary.get("run", {}).get("converged", True)
        return bool(converged) and all(row["met"] for row in self.summary.get("limits", []))

    @property
    def rows_per_hour(self) -> int:
        """Rows of the year in an hour: 1, or more where the plant took shorter steps."""
        rows = self.year["facility_power"].size
        return rows // (LEAP_YEAR if rows % LEAP_YEAR == 0 else COMMON_YEAR)

    @property
    def month(self) -> NDArray[np.int64]:
        """Month 0..11 of every row of the year."""
        rows = self.year["facility_power"].size
        days = np.array(DAYS) + (np.arange(12) == 1) * (rows % LEAP_YEAR == 0)
        return np.repeat(np.arange(12), days * (24 * self.rows_per_hour))

    @cached_property
    def result(self) -> Result | None:
        """What drawing needs of the field: cells, boxes, room; None for a run without a field."""
        with h5py.File(self.directory / "fields.h5", "r") as file:
            if "T" not in file:
                return None
            names = [name for name in ("T", "u", "v", "w", "object") if name in file]
            cells = {name: Variable(file[name][-1], "", name) for name in names}
            nodes = [file[f"{axis}_nodes"][()] for axis in "xyz"]
            boxes = _boxes(file["boxes"]) if "name" in file["boxes"] else []
        fields = Fields(*nodes, cells, [], {}, {})
        lo, hi = (tuple(float(axis[end]) for axis in nodes) for end in (0, -1))
        return Result(self.summary, fields, boxes, {}, None, "", [], lo, hi)


def _boxes(group: h5py.Group) -> list[Box]:
    texts = [[text.decode() for text in group[key][()]] for key in ("name", "kind", "label")]
    corners = [[tuple(corner) for corner in group[key][()]] for key in ("lo", "hi")]
    return [Box(name, kind, lo, hi, label) for name, kind, label, lo, hi in zip(*texts, *corners, strict=True)]


def read(directory: Path | str, label: str | None = None) -> Option:
    """Read a results directory. Raises :class:`CaseError` when it is none."""
    directory = Path(directory)
    try:
        summary = json.loads((directory / "summary.json").read_text(encoding="utf-8"))
        with h5py.File(directory / "fields.h5", "r") as file:
            text, stored = file.attrs.get("case_text", ""), file.attrs.get("case_sha256")
            group = file.get("year", {})
            year = {name: group[name][()] for name in group if name != "hour"}
    except (OSError, ValueError) as problem:
        raise CaseError(f"{directory}: is no results directory of thermo run: {problem}") from None
    if summary.get("schema") != "thermo-summary/1":
        raise CaseError(f"{directory}: its summary.json has the schema {summary.get('schema')!r}, not thermo-summary/1")
    if stored != summary["case"]["sha256"]:
        raise CaseError(f"{directory}: its files are of two runs: one was killed while it wrote; run the case into it "
                        "again, which puts them right")
    return Option(label or summary["case"]["name"], directory, summary, tomllib.loads(text), year)


def gather(names: Iterable[Path | str], runs: Path, backend: str, precision: str, overrides=()) -> list[Option]:
    """The options that ``names`` say: results directories are read, case files are solved into ``runs``.

    A case that was solved there before, unchanged and by this version, is not solved again. Labels are the names of the
    cases, numbered where two are the same. Raises what :func:`thermo.run.run_case` raises, and :class:`CaseError`.
    """
    directories = [_directory(Path(name), runs, backend, precision, list(overrides)) for name in names]
    options = [read(directory) for directory in directories]
    labels: list[str] = []
    for option in options:
        same = sum(label == option.label or label.startswith(f"{option.label} (") for label in labels)
        labels.append(f"{option.label} ({same + 1})" if same else option.label)
    return [read(option.directory, label) for option, label in zip(options, labels, strict=True)]


def _directory(name: Path, runs: Path, backend: str, precision: str, overrides: list[str]) -> Path:
    if name.is_dir():
        if overrides:
            raise CaseError(f"{name}: --set changes case files; this is a finished run")
        return name
    case = load(name, overrides)
    directory = runs / f"{case.name}-{case.sha256[:8]}"
    if not _done(directory, case.sha256):
        from thermo.run import run_case

        with contextlib.redirect_stdout(sys.stderr):  # standard output is the comparison's
            run_case(name, directory, backend, precision, overrides)
    return directory


def _done(directory: Path, sha256: str) -> bool:
    """Whether the directory holds a finished run of this case text by this version."""
    try:
        summary = json.loads((directory / "summary.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return summary["case"]["sha256"] == sha256 and summary["run"]["version"] == __version__
