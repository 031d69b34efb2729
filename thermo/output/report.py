"""report.html: one file without scripts or network, verdict first, for screens and print."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from string import Template
from typing import Any

from thermo.output import figure, page, resolved
from thermo.output.page import escape
from thermo.output.sections import Material, sections
from thermo.output.verdict import flags, key_figures, verdict
from thermo.result import Result


def text(result: Result, summary: Mapping[str, Any]) -> str:
    """The report as HTML; ``summary`` is the ordered summary of the result."""
    case = resolved.tables(result)
    about, run = summary.get("case", {}), summary.get("run", {})
    template = Template(resources.files("thermo.output").joinpath("report_template.html").read_text(encoding="utf-8"))
    with figure.style():
        parts = sections(Material(result, summary, case, resolved.rack_faces(case)))
    facts = [about.get("name"), f"{about['cooling']} cooling" if "cooling" in about else None, about.get("file"),
             f"thermo {run['version']}" if "version" in run else None]  # fmt: skip
    heading = resolved.title(result, case)
    return template.substitute(
        version=escape(run.get("version", "")),
        title=escape(f"{heading} – thermo report"),
        heading=escape(heading),
        about=escape(" · ".join(fact for fact in facts if fact)),
        body="".join([verdict(summary), flags(run.get("flags", [])), key_figures(summary), page.contents(parts),
                      *parts.values()]),
    )  # fmt: skip
