"""One clear line out of a schema error: which file and key, what was given, what is allowed."""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError

_PLAIN = {
    "missing": "is missing: add it",
    "string_type": "must be a string in quotes",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "tuple_type": "must be a list",
    "model_type": "must be a table",
}


def explain(error: ValidationError, given: dict[str, Any]) -> tuple[str, str]:
    """Return ``(key, text)`` of the first problem in ``given``, the case as nested tables; unknown keys come first."""
    problems = error.errors(include_url=False)
    first = next((problem for problem in problems if problem["type"] == "unknown_key"), problems[0])
    path, value = _walk(first["loc"], first["type"], given)
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    if first["type"] == "unknown_key":
        context = first["ctx"]
        return ".".join([*path, context["key"]]), f"unknown key{context['text']}{more}"
    return ".".join(path) or "case", f"{_shown(value, first)}{_text(first, path)}{more}"


def _text(problem: dict[str, Any], path: list[str]) -> str:
    kind = problem["type"]
    if kind == "tuple_type" and isinstance(problem["input"], dict):
        return f"must be a list of tables: write [[{path[-1]}]]"
    if kind in _PLAIN:
        return _PLAIN[kind]
    return problem["msg"].replace("Input should be", "must be").replace("Tuple should have", "must have")


def _shown(value: Any, problem: dict[str, Any]) -> str:
    """Return the given value as the user wrote it, if it is short enough to help."""
    if problem["type"] == "missing" or isinstance(value, dict):
        return ""
    text = json.dumps(value, default=str, ensure_ascii=False)
    if len(text) > 60:
        text = text[:57] + "..."
    return f"{text} "


def _walk(location: tuple[Any, ...], kind: str, given: Any) -> tuple[list[str], Any]:
    """Return the key path as the user would write it, and the value there.

    Parts of ``location`` that are no keys of the file (the schema's own names of alternatives) are left out, and
    items of lists are called by their name where they have one.
    """
    path: list[str] = []
    here = given
    for step, part in enumerate(location):
        if isinstance(here, dict) and part in here:
            path.append(str(part))
            here = here[part]
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
            path.append(item_name(here, part))
        elif step == len(location) - 1 and kind == "missing":
            path.append(str(part))
    return path, here


def item_name(item: Any, index: int) -> str:
    """Return what a list item is called in a key path: its name, otherwise its index."""
    name = item.get("name") if isinstance(item, dict) else None
    return name if isinstance(name, str) and name else str(index)
