"""Rows of equal boxes written once: a table with ``repeat`` becomes as many tables, each moved one step further."""

from __future__ import annotations

import copy
from typing import Any

from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from thermo.case.messages import explain
from thermo.case.quantity import Position
from thermo.case.table import Count, Table
from thermo.errors import CaseError

MOST = 10_000


class Repeat(Table):
    """Copies of a box in a row, called by its name and a number from 1."""

    count: Count = Field(le=MOST, description="How many boxes there are.")
    step: Position = Field(description="From one box to the next along x, y and z.")
    each: dict[str, list[Any]] = Field({}, description="Keys that differ: a list of count values for each key.")


def expand(tables: dict[str, Any], shown: str) -> dict[str, Any]:
    """Return the case with every list of tables expanded; a table that is wrong itself is left to the schema."""
    expanded = dict(tables)
    for key, items in tables.items():
        if isinstance(items, list):
            expanded[key] = [copied for item in items for copied in _copies(item, key, shown)]
    return expanded


def _copies(item: Any, key: str, shown: str) -> list[Any]:
    if not isinstance(item, dict) or "repeat" not in item:
        return [item]
    path = f"{shown}: {key}.{item.get('name', '?')}.repeat"
    try:
        repeat = Repeat.model_validate(item["repeat"])
    except ValidationError as error:
        where, text = explain(error, item["repeat"] if isinstance(item["repeat"], dict) else {})
        raise CaseError(f"{path}{'' if where == 'case' else '.' + where}: {text}") from None
    for name, values in repeat.each.items():
        if name in ("name", "from", "to", "repeat"):
            raise CaseError(f"{path}.each.{name}: cannot differ: it follows from count and step")
        if len(values) != repeat.count:
            raise CaseError(f"{path}.each.{name}: needs {repeat.count} values, one for each; given {len(values)}")
    try:
        corners = {end: TypeAdapter(Position).validate_python(item[end]) for end in ("from", "to")}
    except (KeyError, ValidationError, PydanticCustomError):
        return [{name: value for name, value in item.items() if name != "repeat"}]
    return [_copy(item, repeat, corners, number) for number in range(repeat.count)]


def _copy(item: dict[str, Any], repeat: Repeat, corners: dict[str, tuple], number: int) -> dict[str, Any]:
    copied = {key: copy.deepcopy(value) for key, value in item.items() if key != "repeat"}
    copied["name"] = f"{item.get('name', '')}{number + 1}"
    for end, corner in corners.items():
        copied[end] = [round(at + number * step, 9) for at, step in zip(corner, repeat.step, strict=True)]
    return copied | {key: copy.deepcopy(values[number]) for key, values in repeat.each.items()}
