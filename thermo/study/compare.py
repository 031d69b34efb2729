"""``thermo compare``: several options on one page, in one table, and in words."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from thermo.errors import CaseError
from thermo.output import atomic
from thermo.study.breakdown import by_part, split
from thermo.study.measures import shown
from thermo.study.option import Option, gather
from thermo.study.verdict import Verdict, judge, sentences

SOLVED, LIMIT_EXCEEDED = 0, 1


def run(names: Iterable[Path | str], directory: Path, backend: str, precision: str, overrides=()) -> tuple[str, int]:
    """Compare the options that ``names`` say and write comparison.html, .md and .csv into ``directory``.

    Returns what the terminal shows, and the exit status: 1 when no option meets its limits. Raises :class:`CaseError`.
    """
    names = list(names)
    if len(names) < 2:
        raise CaseError("compare needs at least two case files or results directories")
    options = gather(names, directory / "runs", backend, precision, overrides)
    verdict = judge(options)
    from thermo.study import page

    texts = {
        "comparison.html": partial(page.text, options, verdict),
        "comparison.md": partial(markdown, options, verdict),
        "comparison.csv": partial(table_csv, options),
    }
    writers = {name: partial(_write, text=text()) for name, text in texts.items()}
    atomic.write_set(directory, writers)
    return console(options, verdict, directory), SOLVED if any(option.met for option in options) else LIMIT_EXCEEDED


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def markdown(options: list[Option], verdict: Verdict | None) -> str:
    """The comparison for a pull request."""
    lines = ["# Comparison", ""]
    lines += [f"{sentence}  " for sentence in sentences(verdict)]
    head = " | ".join(option.label for option in options)
    lines += ["", f"| | {head} |", "| --- |" + " ---: |" * len(options)]
    lines.append("| limits | " + " | ".join(_limits(option) for option in options) + " |")
    for measure in shown(options):
        cells = [f"{measure.text(o)} {_bracket(measure.change(o, options[0]))}".strip() for o in options]
        unit = f", {measure.unit}" if measure.unit else ""
        lines.append(f"| {measure.label}{unit} | " + " | ".join(cells) + " |")
    lines += _energy(options)
    flags = [f"- {option.label}: {flag}" for option in options for flag in option.summary["run"].get("flags", [])]
    return "\n".join([*lines, "", *(["What to keep in mind:", "", *flags, ""] if flags else [])])


def _energy(options: list[Option]) -> list[str]:
    """The table of :func:`thermo.study.breakdown.split`, with its heading."""
    names, rows = split(options)
    if not rows:
        return []
    head = ["", "Energy per token, mJ:", "", "| | " + " | ".join([*names, "whole site"]) + " |"]
    return [*head, "| --- |" + " ---: |" * (len(names) + 1), *("| " + " | ".join(row) + " |" for row in rows)]


def _bracket(text: str) -> str:
    return f"({text})" if text else ""


def _limits(option: Option) -> str:
    failed = [row["name"] for row in option.summary.get("limits", []) if not row["met"]]
    if option.summary["run"].get("converged") is False:
        return "not converged"
    return "exceeded: " + ", ".join(failed) if failed else "met" if option.summary.get("limits") else "none declared"


def table_csv(options: list[Option]) -> str:
    """One row an option, full precision: keys of the summary, then J per token by part of the site."""
    measures = list({measure.name: measure for measure in shown(options)}.values())
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names, energy = by_part(options)
    parts = [f"J_per_token: {name}" for name in names]
    writer.writerow(["option", "site", "limits_met", *(measure.name for measure in measures), *parts])
    for option in options:
        values = [option.value(measure.section, measure.key) for measure in measures]
        values += [energy.get(option.label, {}).get(name) for name in names]
        writer.writerow([option.label, option.site, option.met, *("" if v is None else repr(v) for v in values)])
    return text.getvalue()


def console(options: list[Option], verdict: Verdict | None, directory: Path) -> str:
    """What the terminal shows: the verdict, the figures that matter most, where the page is."""
    keys = ("cost_USD_per_Mtoken", "J_per_token", "pue", "wue_site_L_per_kWh", "wue_source_L_per_kWh")
    measures = [measure for measure in shown(options) if measure.key in keys]
    width = max(6, *(len(option.label) for option in options))
    heads = [f"{measure.label} {measure.unit}".strip() for measure in measures]
    lines = [*sentences(verdict), "", "  ".join([f"{'option':<{width}}", *heads, "limits"])]
    for option in verdict.order if verdict else options:
        cells = [f"{m.text(option):>{len(head)}}" for m, head in zip(measures, heads, strict=True)]
        lines.append("  ".join([f"{option.label:<{width}}", *cells, _limits(option)]))
    where = f"page in {directory / 'comparison.html'}; comparison.md and comparison.csv beside it"
    return "\n".join([*lines, "", where])
