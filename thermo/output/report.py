"""report.html: one file without scripts or network, verdict first, for screens and print."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import resources
from string import Template
from typing import Any

from thermo.output import charts, figure, page, resolved, slices, tables, year_charts
from thermo.output.figure import Picture
from thermo.output.page import escape, section
from thermo.output.verdict import key_figures, verdict
from thermo.result import Result


def text(result: Result, summary: Mapping[str, Any]) -> str:
    """The report as HTML; ``summary`` is the ordered summary of the result."""
    case = resolved.tables(result)
    about, run = summary.get("case", {}), summary.get("run", {})
    template = Template(resources.files("thermo.output").joinpath("report_template.html").read_text(encoding="utf-8"))
    with figure.style():
        body = _body(result, summary, case)
    facts = [about.get("name"), f"{about['cooling']} cooling" if "cooling" in about else None, about.get("file"),
             f"thermo {run['version']}" if "version" in run else None]  # fmt: skip
    heading = resolved.title(result, case)
    return template.substitute(
        version=escape(run.get("version", "")),
        title=escape(f"{heading} – thermo report"),
        heading=escape(heading),
        about=escape(" · ".join(fact for fact in facts if fact)),
        body=body,
    )


def _body(result: Result, summary: Mapping[str, Any], case: Mapping[str, Any]) -> str:
    flags = page.items(summary.get("run", {}).get("flags", []))
    return "".join([
        verdict(summary),
        key_figures(summary),
        section("Limits", tables.limits(summary.get("limits", []))),
        section("What to keep in mind", flags),
        section("The room", *_slices(result, case)),
        section("Racks", _drawn(charts.rack_inlets, result), tables.racks(summary.get("racks", [])),
                tables.air(summary.get("air", {}))),
        section("Energy, water and the plant's year", *_year(result, summary)),
        section("Convergence and balance", _drawn(charts.convergence, result), _columns(
            tables.balance(summary.get("balance", {})), tables.run(summary.get("run", {}))),
            tables.monitors(summary.get("monitors", []))),
        section("Assumptions and data sources", page.items(result.sources),
                page.pairs(resolved.assumptions(result, case))),
        section("The case as it was run", _hash(summary), f"<pre>{escape(result.case_text)}</pre>"),
    ])  # fmt: skip


def _slices(result: Result, case: Mapping[str, Any]) -> list[str]:
    if result.fields is None:
        return []
    try:
        return [page.figure(picture) for picture in slices.pictures(result, resolved.rack_faces(case))]
    except Exception as error:
        return [_not_drawn("the cuts through the room", error)]


def _year(result: Result, summary: Mapping[str, Any]) -> list[str]:
    metrics, plant = summary.get("metrics", {}), summary.get("plant", {})
    return [
        _columns(tables.energy(summary.get("energy", {}), metrics), tables.metrics(metrics, plant.get("peak_power_W"))),
        _drawn(year_charts.overhead, result),
        _columns(tables.water(summary.get("water", {}), metrics), tables.modes(plant.get("mode_hours", {}))),
        _drawn(year_charts.months, result),
        _drawn(year_charts.weather, result),
    ]


def _drawn(draw: Callable[[Result], Picture | None], result: Result) -> str:
    """A figure, or why it is missing: hours of solving are not lost to a drawing."""
    try:
        return page.figure(draw(result))
    except Exception as error:
        return _not_drawn(draw.__name__.replace("_", " "), error)


def _not_drawn(what: str, error: Exception) -> str:
    reason = " ".join(str(error).split())
    return f'<p class="verdict warn">{escape(f"Not drawn: {what} ({type(error).__name__}: {reason})")}</p>'


def _columns(*parts: str) -> str:
    there = [part for part in parts if part]
    if len(there) < 2:
        return "".join(there)
    return '<div class="columns">\n' + "\n".join(f"<div>{part}</div>" for part in there) + "\n</div>"


def _hash(summary: Mapping[str, Any]) -> str:
    digest = summary.get("case", {}).get("sha256")
    return f'<p>SHA-256 of this text: <span class="hash">{escape(digest)}</span></p>' if digest else ""
