"""Sections of the summary that no table is made for: shown all the same, units by the ending of each key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thermo.output.labels import number
from thermo.output.page import Column, heading, pairs, table

# Ending of a key: unit, factor to that unit, decimals. The first that fits is taken.
ENDINGS = {
    "_uncertainty_K": ("± K", 1.0, 2),
    "_kg_per_Mtoken": ("kg per million tokens", 1.0, 3),
    "_L_per_Mtoken": ("L per million tokens", 1.0, 3),
    "_USD_per_Mtoken": ("USD per million tokens", 1.0, 4),
    "_L_per_kWh": ("L/kWh", 1.0, 3),
    "_kg_per_kWh": ("kg/kWh", 1.0, 3),
    "_USD_per_year": ("USD a year", 1.0, 0),
    "_L_per_year": ("m³ a year", 1e-3, 1),
    "_J_per_token": ("J", 1.0, 2),
    "_kg_s": ("kg/s", 1.0, 3),
    "_m3_s": ("m³/s", 1.0, 3),
    "_L_min": ("L/min", 1.0, 2),
    "_K_W": ("K/W", 1.0, 4),
    "_kWh": ("MWh", 1e-3, 1),
    "_kPa": ("kPa", 1.0, 2),
    "_Pa": ("kPa", 1e-3, 2),
    "_W": ("kW", 1e-3, 2),
    "_C": ("°C", 1.0, 2),
    "_K": ("K", 1.0, 2),
    "_L": ("L", 1.0, 1),
    "_s": ("s", 1.0, 1),
    "_share": ("%", 100.0, 2),
}
ABBREVIATIONS = {"it": "IT", "cdu": "CDU", "ups": "UPS", "p99": "99th percentile", "max": "highest", "min": "lowest"}
MOST_ROWS = 200


def any_section(content: Any, around: str = "") -> str:
    """A section of the summary as tables: one of its plain values, one for each list or table of rows inside.

    ``around``: the key of the table that holds it, whose unit counts for keys without one.
    """
    if isinstance(content, list):
        return _rows(content)
    plain = {key: item for key, item in content.items() if not isinstance(item, Mapping | list)}
    parts = [pairs((label(key), text(key if _ending(key) else around, item)) for key, item in plain.items())]
    for key, item in content.items():
        if isinstance(item, Mapping | list) and item:
            tables = isinstance(item, Mapping) or isinstance(item[0], Mapping)
            parts.append(heading(label(key)) + (any_section(item, key) if tables else _listed(item)))
    return "".join(parts)


def label(key: str) -> str:
    """A key in words, without the ending that names its unit."""
    ending = _ending(key)
    words = (key.removesuffix(ending) if ending else key).replace("_", " ").split()
    words = [ABBREVIATIONS.get(word, word) for word in words]
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]]) if words else key


def text(key: str, item: Any) -> str:
    """A value with its unit."""
    unit, factor, decimals = ENDINGS.get(_ending(key), ("", 1.0, None))
    return f"{_number(item, factor, decimals)} {unit}".rstrip()


def _ending(key: str) -> str:
    return next((ending for ending in ENDINGS if key.endswith(ending) and key != ending), "")


def _number(item: Any, factor: float, decimals: int | None) -> str:
    if isinstance(item, bool):
        return "yes" if item else "no"
    if not isinstance(item, int | float):
        return str(item).replace("_", " ")
    if decimals is None:
        return number(item, 0) if isinstance(item, int) or abs(item) >= 1e5 else f"{item:.4g}".replace("-", "−")
    return number(factor * item, decimals)


def _rows(rows: list[Any]) -> str:
    """Rows of plain values; what a row holds in tables of its own is left to summary.json."""
    keys = [key for key in dict.fromkeys(key for row in rows for key in row)
            if not any(isinstance(row.get(key), Mapping | list) for row in rows)]  # fmt: skip
    if not keys:
        return ""
    numbers = {key: any(isinstance(row.get(key), int | float) for row in rows) for key in keys}
    numbers[keys[0]] = False
    columns = [Column(label(key), ENDINGS.get(_ending(key), ("",))[0], numbers[key]) for key in keys]
    shown = [[_cell(key, row.get(key)) for key in keys] for row in rows[:MOST_ROWS]]
    more = f"<p>The first {MOST_ROWS} of {len(rows)}.</p>" if len(rows) > MOST_ROWS else ""
    return table(columns, shown) + more


def _cell(key: str, item: Any) -> str:
    _, factor, decimals = ENDINGS.get(_ending(key), ("", 1.0, None))
    return "–" if item is None else _number(item, factor, decimals)


def _listed(items: list[Any]) -> str:
    return pairs((str(number_), _number(item, 1.0, None)) for number_, item in enumerate(items[:MOST_ROWS], 1))
