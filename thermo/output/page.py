"""Pieces of HTML. Every text that comes from a case or a solver passes through :func:`escape` here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape as _escape

from thermo.output.figure import Picture


@dataclass(frozen=True)
class Column:
    """A table column: heading, unit (may be empty), and whether it holds numbers (set to the right)."""

    heading: str
    unit: str = ""
    number: bool = True


def escape(text: object) -> str:
    """Text made safe for HTML content and quoted attributes."""
    return _escape(str(text), quote=True)


def section(title: str, *parts: str) -> str:
    """A titled section; empty when all its parts are."""
    content = "\n".join(part for part in parts if part)
    return f"<section>\n<h2>{escape(title)}</h2>\n{content}\n</section>\n" if content else ""


def paragraph(text: str) -> str:
    """A paragraph of plain text."""
    return f"<p>{escape(text)}</p>"


def heading(text: str) -> str:
    """A heading inside a section."""
    return f"<h3>{escape(text)}</h3>"


def items(texts: Iterable[str], kind: str = "flags") -> str:
    """A list of plain texts; empty for none."""
    rows = "\n".join(f"<li>{escape(text)}</li>" for text in texts)
    return f'<ul class="{kind}">\n{rows}\n</ul>' if rows else ""


def figure(picture: Picture | None) -> str:
    """A figure with its words for those who cannot see it, and its caption; empty for none."""
    if picture is None:
        return ""
    image = f'<img src="{picture.uri}" alt="{escape(picture.alt)}">'
    return f"<figure>\n{image}\n<figcaption>{escape(picture.caption)}</figcaption>\n</figure>"


def table(columns: Sequence[Column], rows: Sequence[Sequence[str]], full: bool = True, total: bool = False) -> str:
    """A table of texts; the first of a row is its head, ``total`` sets the last row apart, "✓" and "✗" are coloured."""
    if not rows:
        return ""
    head = "".join(_head(column) for column in columns)
    body = "\n".join(_row(columns, row, total and row is rows[-1]) for row in rows)
    kind = ' class="full"' if full else ""
    return f'<div class="wide"><table{kind}>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>'


def pairs(rows: Iterable[tuple[str, str]]) -> str:
    """A two-column table of names and values without a head."""
    body = "\n".join(f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>' for name, value in rows)
    return f'<table class="full"><tbody>\n{body}\n</tbody></table>' if body else ""


def _head(column: Column) -> str:
    unit = f" <small>{escape(column.unit)}</small>" if column.unit else ""
    kind = ' class="number"' if column.number else ""
    return f'<th scope="col"{kind}>{escape(column.heading)}{unit}</th>'


def _row(columns: Sequence[Column], row: Sequence[str], total: bool) -> str:
    kind = ' class="sum"' if total else ""
    first = f'<th scope="row">{escape(row[0])}</th>'
    cells = "".join(
        f"<td{_kind(column, text)}>{escape(text)}</td>" for column, text in zip(columns[1:], row[1:], strict=True)
    )
    return f"<tr{kind}>{first}{cells}</tr>"


def _kind(column: Column, text: str) -> str:
    if text.startswith(("✓", "✗")):
        return ' class="yes"' if text.startswith("✓") else ' class="no"'
    return ' class="number"' if column.number else ""
