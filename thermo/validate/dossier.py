"""dossier.html: everything that was checked on one page, problem by problem, with the profiles as figures."""

from __future__ import annotations

from importlib import resources
from itertools import groupby
from pathlib import Path
from string import Template

import numpy as np
from matplotlib.figure import Figure

from thermo import __version__
from thermo.errors import OutputError
from thermo.output import figure, page
from thermo.output.atomic import write_set
from thermo.output.figure import COLD, GRID, INK, Picture
from thermo.output.page import Column, escape
from thermo.validate.judge import OWN_MODEL, Row
from thermo.validate.problem import Problem
from thermo.validate.scorecard import number

PAGE = "dossier.html"
CHECKS = (Column("Check", number=False), Column("Value"), Column("Reference"), Column("Off by"),
          Column("Allowed", number=False), Column("Holds", number=False), Column("Reference from", number=False),
          Column("Why this tolerance", number=False))  # fmt: skip
PROBLEMS = (Column("Problem", number=False), Column("What it is", number=False), Column("Checks"),
            Column("Hold", number=False))  # fmt: skip
IN_A_ROW = 3


def write(directory: Path, tier: str, problems: dict[str, Problem], rows: list[Row]) -> Path:
    """Write the page into a directory and return its path. Raises :class:`OutputError`."""
    content = text(tier, problems, rows)
    try:
        paths = write_set(directory, {PAGE: lambda path: path.write_text(content, encoding="utf-8")})
    except OSError as error:
        raise OutputError(f"{directory}: the page cannot be written: {error.strerror or error}") from error
    return paths[PAGE]


def text(tier: str, problems: dict[str, Problem], rows: list[Row]) -> str:
    """The page as HTML; ``problems`` by name, rows in the order of their problems."""
    template = Template(resources.files("thermo.output").joinpath("report_template.html").read_text(encoding="utf-8"))
    by_problem = {name: list(group) for name, group in groupby(rows, lambda row: row.problem)}
    with figure.style():
        sections = [_problem(problems[name], group) for name, group in by_problem.items()]
    return template.substitute(
        version=escape(__version__),
        title=escape("Validation – thermo"),
        heading=escape("Validation of thermo"),
        about=escape(f"thermo {__version__} · {tier} tier · {len(by_problem)} problems"),
        body="".join([_verdict(rows), page.contents(by_problem), _overview(problems, by_problem), *sections]),
    )  # fmt: skip


def _verdict(rows: list[Row]) -> str:
    missed = [f"{row.problem}: {row.check}: {number(row.value)} {row.note}".strip() for row in rows if not row.passed]
    kept = len(rows) - len(missed)
    return page.section(
        "Verdict", page.paragraph(f"{kept} of {len(rows)} checks hold. References are published, exact or solved by "
                                  f"another method; rows marked “{OWN_MODEL}” compare two models of this software. "
                                  "Each tolerance has its reason beside it."),
        page.items([f"missed: {line}" for line in missed]),
    )  # fmt: skip


def _overview(problems: dict[str, Problem], by_problem: dict[str, list[Row]]) -> str:
    lines = []
    for name, group in by_problem.items():
        kept = sum(row.passed for row in group)
        mark = "✓ all" if kept == len(group) else f"✗ {len(group) - kept} missed"
        lines.append((name, problems[name].title, str(len(group)), mark))
    return page.section("Problems", page.table(PROBLEMS, lines))


def _problem(problem: Problem, rows: list[Row]) -> str:
    lines = [(row.check, number(row.value), number(row.reference), _off(row), row.tolerance,
              "✓ yes" if row.passed else "✗ no", row.source, row.reason) for row in rows]
    return page.section(problem.name, page.paragraph(problem.title), *map(page.paragraph, _about(problem)),
                        page.table(CHECKS, lines), page.figure(_profiles([row for row in rows if row.curve])))


def _off(row: Row) -> str:
    """Difference to the reference, with its sign."""
    return "" if row.reference is None or not np.isfinite(row.value) else f"{row.value - row.reference:+.2g}"


def _about(problem: Problem) -> list[str]:
    """The words at the head of the problem's case file."""
    if not problem.case_file.is_file():
        return []
    words = []
    for line in problem.case_file.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            break
        words.append(line.removeprefix("#").strip())
    return [" ".join(words)] if words else []


def _profiles(rows: list[Row]) -> Picture | None:
    """The computed line and the reference's points of every profile."""
    if not rows:
        return None
    height = -(-len(rows) // IN_A_ROW)
    drawing = Figure((9.6, 2.5 * height), layout="constrained")
    for place, row in enumerate(rows, 1):
        axes = drawing.add_subplot(height, IN_A_ROW, place)
        at, found, wanted = row.curve
        axes.plot(at, wanted, "o", color=INK, markersize=3.5, fillstyle="none", label="reference")
        axes.plot(at, found, color=COLD, linewidth=1.4, label="thermo")
        axes.grid(color=GRID)
        axes.set_title(_wrapped(row.check), fontsize=8)
        axes.set_xlabel("position along the line, m")
        if place == 1:
            axes.legend()
    names = ", ".join(row.check for row in rows)
    return figure.vector(drawing, f"Profiles against their references: {names}",
                         "Points: reference; line: thermo, at the positions that are compared.")


def _wrapped(words: str, most: int = 44) -> str:
    lines = [""]
    for word in words.split():
        if len(lines[-1]) + len(word) > most:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)
