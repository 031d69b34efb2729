"""Pieces of HTML. Every text that comes from a case or a solver passes through :func:`escape` here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
    return f'<section id="{anchor(title)}">\n<h2>{escape(title)}</h2>\n{content}\n</section>\n' if content else ""


def anchor(title: str) -> str:
    """What a link to a section ends in."""
    return "".join(letter if letter.isalnum() else "-" for letter in title.lower())


def contents(titles: Iterable[str]) -> str:
    """A line of links to sections; empty for none."""
    links = "\n".join(f'<a href="#{anchor(title)}">{escape(title)}</a>' for title in titles)
    return f'<nav aria-label="Sections">\n{links}\n</nav>\n' if links else ""


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
    narrow = f' style="width: {100.0 * picture.share:.0f}%"' if picture.share < 1.0 else ""
    image = f'<img src="{picture.uri}" alt="{escape(picture.alt)}"{narrow}>'
    return f"<figure>\n{image}\n<figcaption>{escape(picture.caption)}</figcaption>\n</figure>"


def table(columns: Sequence[Column], rows: Sequence[Sequence[str]], full: bool = True, total: bool = False) -> str:
    """A table of texts; the first of a row is its head, ``total`` sets the last row apart, "✓" and "✗" are coloured."""
    if not rows:
        return ""
    head = "".join(_head(column) for column in columns)
    body = "\n".join(_row(columns, row, total and row is rows[-1]) for row in rows)
    kind = ' class="full"' if full else ""
    return f'<div class="wide"><table{kind}>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>'


def matrix(corner: str, columns: Sequence[str], rows: Mapping[str, Sequence[float]], warm: Sequence[bool]) -> str:
    """Shares (0 to 1) in percent, the cell the darker the larger the share; red in ``warm`` columns, else blue."""
    head = f'<th scope="col">{escape(corner)}</th>' + "".join(
        f'<th scope="col" class="number">{escape(column)}</th>' for column in columns
    )
    body = "\n".join(
        f'<tr><th scope="row">{escape(name)}</th>' + "".join(map(_shaded, shares, warm)) + "</tr>"
        for name, shares in rows.items()
    )
    table_ = f'<table class="matrix">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table>'
    return f'<div class="wide">{table_}</div>'


def _shaded(share: float, warm: bool) -> str:
    percent = 100.0 * share
    text = f"{percent:.1f}" if abs(percent) >= 0.05 else "·"
    colour = "196 65 43" if warm else "31 111 178"
    depth = min(max(share, 0.0), 1.0) ** 0.6
    return f'<td class="number" style="background: rgb({colour} / {100.0 * 0.55 * depth:.0f}%)">{text}</td>'


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
