"""What a validation run shows and leaves: a table on the terminal, JSON, and the Markdown table of the README."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from thermo import __version__
from thermo.validate.judge import Row
from thermo.validate.problem import Problem, Run

TABLE, RESULTS = "VALIDATED.md", "results"
WIDTH = 120
"""Columns of the table where there is no terminal."""


class Board:
    """Progress on the terminal; a pipe gets one line a problem."""

    def __init__(self):
        self.console = Console()
        if not self.console.is_terminal:
            self.console.width = WIDTH
        self.status = self.console.status("") if self.console.is_terminal else None

    def start(self, problem: Problem) -> None:
        """Show that a problem begins."""
        if self.status:
            self.status.start()
            self.status.update(f"{problem.name}")

    def run(self, problem: Problem, run: Run) -> None:
        """Show that a run begins."""
        if self.status:
            self.status.update(f"{problem.name}: {run.name}")

    def done(self, problem: Problem, rows: list[Row], seconds: float) -> None:
        """Print one line about a finished problem."""
        if self.status:
            self.status.stop()
        good = sum(row.passed for row in rows)
        self.console.print(f"{problem.name}: {good} of {len(rows)} checks hold ({seconds:.0f} s)", highlight=False)

    def finish(self, rows: list[Row]) -> None:
        """Print the table and the verdict."""
        self.console.print(table(rows))
        missed = [row for row in rows if not row.passed]
        for row in missed:
            self.console.print(f"missed: {row.problem}: {row.check}: {number(row.value)} {row.note}", markup=False)
        self.console.print(f"{len(rows) - len(missed)} of {len(rows)} checks hold", highlight=False)


def table(rows: list[Row]) -> Table:
    """Return the scorecard as a rich table."""
    shown = Table(title="Validation", show_lines=False)
    for name in ("problem", "check", "value", "reference", "allowed", ""):
        shown.add_column(name, justify="right" if name in ("value", "reference") else "left")
    for row in rows:
        verdict = "[green]ok[/green]" if row.passed else "[red]MISSED[/red]"
        shown.add_row(row.problem, escape(row.check), number(row.value), number(row.reference), row.tolerance, verdict)
    return shown


def number(value: float | None) -> str:
    """Spell a number with five digits, nothing for ``None``."""
    if value is None:
        return ""
    return f"{value:.5g}" if math.isfinite(value) else "none"


def write(folder: Path, tier: str, rows: list[Row]) -> None:
    """Write ``results/TIER.json``, and in the quick tier the Markdown table."""
    (folder / RESULTS).mkdir(exist_ok=True)
    content = {"schema": "thermo-validation/1", "version": __version__, "tier": tier,
               "checks": [{key: _json(value) for key, value in asdict(row).items() if key != "curve"}
                          for row in rows]}
    text = json.dumps(content, indent=1, allow_nan=False) + "\n"
    (folder / RESULTS / f"{tier}.json").write_text(text, encoding="utf-8")
    if tier == "quick":
        (folder / TABLE).write_text(markdown(rows), encoding="utf-8")


def _json(value):
    return None if isinstance(value, float) and not math.isfinite(value) else value


def markdown(rows: list[Row]) -> str:
    """Return the table of everything that was checked, with the source and the reason of each tolerance."""
    lines = ["| problem | check | value | reference | allowed | holds | reference from | why this tolerance |",
             "| --- | --- | ---: | ---: | --- | --- | --- | --- |"]
    for row in rows:
        cells = (row.problem, row.check, number(row.value), number(row.reference), row.tolerance,
                 "yes" if row.passed else "**no**", row.source, row.reason)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"
