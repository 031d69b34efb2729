"""What the report says of the case itself, read back from its resolved text: it stays true if the schema moves on."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from thermo.result import Result

SHOWN = ("fluid", "physics", "grid", "solve", "site", "plant")


def tables(result: Result) -> dict[str, Any]:
    """The resolved case as nested tables; empty when its text is not TOML."""
    try:
        return tomllib.loads(result.case_text)
    except tomllib.TOMLDecodeError:
        return {}


def rack_faces(case: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Cold and warm side by name: intake and exhaust of every rack, discharge and intake of every cooling unit. A unit
    that feeds a plenum has no cold side: ""."""
    sides = {"rack": ("intake", "exhaust"), "cooling_unit": ("discharge", "intake")}
    return {
        thing["name"]: (thing.get(cold, ""), thing[warm])
        for kind, (cold, warm) in sides.items()
        for thing in case.get(kind, [])
        if {"name", warm} <= set(thing)
    }


def title(result: Result, case: Mapping[str, Any]) -> str:
    """The case's own title, or its name."""
    return case.get("case", {}).get("title") or result.summary.get("case", {}).get("name", "Result")


def assumptions(result: Result, case: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the case says of how things are modelled, a line for each table and for each table inside it."""
    rows = []
    for name in SHOWN:
        plain = {key: item for key, item in case.get(name, {}).items() if not isinstance(item, Mapping)}
        rows.append((name, _flat(plain)))
        inner = {key: item for key, item in case.get(name, {}).items() if isinstance(item, Mapping)}
        rows += [(f"{name}, {_words(key)}", _flat(item)) for key, item in inner.items()]
    if result.fields is not None:
        rows.append(("grid as made", _flat(result.fields.grid_report)))
    return [(name, text) for name, text in rows if text]


def _flat(table: Mapping[str, Any]) -> str:
    parts = []
    for key, item in table.items():
        if isinstance(item, Mapping):
            parts.append(f"{_words(key)} ({_flat(item)})")
        elif isinstance(item, list) and item and isinstance(item[0], Mapping):
            parts.append(f"{_words(key)}: {len(item)}")
        else:
            parts.append(_text(item) if key == "name" else f"{_words(key)} {_text(item)}")
    return "; ".join(parts)


def _words(key: object) -> str:
    return str(key).replace("_", " ")


def _text(item: Any) -> str:
    if isinstance(item, bool):
        return "yes" if item else "no"
    if isinstance(item, float):
        return f"{item:.6g}"
    if isinstance(item, list | tuple):
        return ", ".join(_text(part) for part in item)
    return str(item)
