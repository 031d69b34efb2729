"""The JSON Schema of case files: what an editor needs for completion, and documentation of every key and default."""

from __future__ import annotations

from typing import Any

from thermo.case.repeat import Repeat
from thermo.case.schema import Case

FILE_KEYS = {
    "extends": {"type": "string", "description": "Another case file that this one changes; one level only."},
    "size": {
        "type": "object",
        "additionalProperties": {"type": "object"},
        "description": "Overlays: the tables of [size.NAME] are laid onto the case when case.size is NAME.",
    },
}

ROOM = ["room", "fluid", "grid"]


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a case file.

    A case has a room or a closed loop. These, and the keys of any table but the name of a list item, may also come
    from the extended file or from a size, so an editor cannot require them.
    """
    schema = _without_null(Case.model_json_schema())
    listed = _list_items(schema)
    for name, table in schema["$defs"].items():
        if name not in listed and "kind" not in table.get("properties", {}):
            table.pop("required", None)
        elif "name" in table.get("required", []):
            table["required"] = ["name"]
    schema["properties"] = {**FILE_KEYS, **schema["properties"]}
    _add_repeat(schema["$defs"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "thermo case",
        "anyOf": [{"required": tables} for tables in (ROOM, ["liquid"], ["extends"], ["size"])],
    }


def _list_items(node: Any) -> set[str]:
    """Names of the definitions that stand in lists of tables."""
    if isinstance(node, list):
        return set().union(*map(_list_items, node)) if node else set()
    if not isinstance(node, dict):
        return set()
    found = set().union(*map(_list_items, node.values())) if node else set()
    items = node.get("items")
    return found | ({items["$ref"].rsplit("/", 1)[1]} if isinstance(items, dict) and "$ref" in items else set())


def _add_repeat(tables: dict[str, Any]) -> None:
    """Let every box be repeated."""
    repeat = _without_null(Repeat.model_json_schema())
    repeat.pop("required", None)
    for table in tables.values():
        if {"from", "to"} <= set(table.get("properties", {})):
            table["properties"]["repeat"] = repeat


def _without_null(node: Any) -> Any:
    """Drop ``null``, which TOML does not have: optional keys are simply left out."""
    if isinstance(node, list):
        return [_without_null(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: _without_null(value) for key, value in node.items() if not (key == "default" and value is None)}
    choices = [choice for choice in kept.get("anyOf", []) if choice != {"type": "null"}]
    if len(choices) == 1:
        kept = {**choices[0], **{key: value for key, value in kept.items() if key != "anyOf"}}
    elif choices:
        kept["anyOf"] = choices
    return kept
