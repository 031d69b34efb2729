"""From files and overrides to one nested table: reading TOML, ``extends``, sizes and ``--set``."""

from __future__ import annotations

import copy
import difflib
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from thermo.case.messages import item_name
from thermo.case.repeat import expand
from thermo.case.shipped import shipped_cases
from thermo.errors import CaseError

DEFAULT_SIZE = "quick"


def read(path: Path, shown: str) -> dict[str, Any]:
    """Return the tables of a TOML file; ``shown`` is what messages call it."""
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise CaseError(f"{shown}: no such file{_similar(path)}") from None
    except IsADirectoryError:
        raise CaseError(f"{shown}: is a directory; name the case file in it") from None
    except OSError as error:
        raise CaseError(f"{shown}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise CaseError(f"{shown}: is not UTF-8 text; a case is a TOML file") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        text = str(error).splitlines()[0] if str(error) else "nested too deeply"
        raise CaseError(f"{shown}: is not valid TOML: {text}") from None


def _similar(path: Path) -> str:
    folder = path.parent
    names = [entry.name for entry in folder.glob("*.toml")] if folder.is_dir() else []
    near = difflib.get_close_matches(path.name, names, 1, 0.5)
    return f". Did you mean {folder / near[0]}?" if near else ""


def merge(base: Any, over: Any) -> Any:
    """Return ``base`` with ``over`` laid onto it.

    Tables merge key by key. A list of named tables merges by name: a known name is changed, a new one is added, and
    an empty list removes all. Anything else is replaced.
    """
    if isinstance(base, dict) and isinstance(over, dict):
        merged = dict(base)
        for key, value in over.items():
            merged[key] = merge(base[key], value) if key in base else copy.deepcopy(value)
        return merged
    if _named(base) and _named(over):
        items = list(base)
        names = [item["name"] for item in items]
        for item in over:
            if item["name"] in names:
                place = names.index(item["name"])
                items[place] = merge(items[place], item)
            else:
                items.append(copy.deepcopy(item))
        return items
    return copy.deepcopy(over)


def _named(items: Any) -> bool:
    return isinstance(items, list) and bool(items) and all(isinstance(i, dict) and "name" in i for i in items)


def combine(path: Path, shown: str, overrides: list[tuple[str, Any]]) -> tuple[dict[str, Any], list[str]]:
    """Return the case at ``path`` as one nested table, and the key paths that the overrides set.

    Order, later wins: the extended file, its size, this file, its size, the overrides (of single boxes, after rows are
    written out). The result has neither ``extends`` nor ``[size]`` nor ``repeat``.
    """
    layers = [read(path, shown)]
    extends = layers[0].pop("extends", None)
    if extends is not None:
        layers.insert(0, _extended(path, shown, extends))
    layers = [(layer, _sizes(layer, shown)) for layer in layers]
    size = _chosen_size([layer for layer, _ in layers], overrides, shown)
    available = [name for _, sizes in layers for name in sizes]
    if size != DEFAULT_SIZE and size not in available:
        raise CaseError(
            f'{shown}: case.size: "{size}" is not a size of this case; valid: '
            f"{', '.join(dict.fromkeys([DEFAULT_SIZE, *available]))}"
        )
    tables: dict[str, Any] = {}
    for layer, sizes in layers:
        tables = merge(merge(tables, layer), sizes.get(size, {}))
    tables = expand(tables, shown)
    changed = [put(tables, key, value) for key, value in overrides]
    if available and isinstance(tables.setdefault("case", {}), dict):
        tables["case"]["size"] = size
    return tables, changed


@lru_cache(maxsize=64)
def _extends(path: Path, _modified: int) -> Any:
    """What a file gives as ``extends``, as it was when last modified."""
    return read(path, str(path)).get("extends")


def files_of(path: Path) -> list[Path]:
    """The file of a case and the one that it extends. Raises :class:`CaseError` or OSError when it cannot be read."""
    extends = _extends(path, path.stat().st_mtime_ns)
    return [path] if extends is None else [path, _extended_file(path, str(path), extends)]


def _extended_file(path: Path, shown: str, extends: Any) -> Path:
    if not isinstance(extends, str) or not extends:
        raise CaseError(f'{shown}: extends: must be the name of a case file, such as extends = "base.toml"')
    base = path.parent / extends
    return base if base.exists() else shipped_cases().get(Path(extends).stem, base)


def _extended(path: Path, shown: str, extends: Any) -> dict[str, Any]:
    base = _extended_file(path, shown, extends)
    if base.resolve() == path.resolve():
        raise CaseError(f"{shown}: extends: a case cannot extend itself")
    try:
        tables = read(base, str(base))
    except CaseError as error:
        raise CaseError(f"{shown}: extends: {error}") from None
    if "extends" in tables:
        raise CaseError(f"{shown}: extends: {extends} itself extends another file; only one level is possible")
    return tables


def _sizes(layer: dict[str, Any], shown: str) -> dict[str, dict[str, Any]]:
    """Take the ``[size.*]`` overlays out of a layer."""
    sizes = layer.pop("size", {})
    if not isinstance(sizes, dict) or not all(isinstance(overlay, dict) for overlay in sizes.values()):
        raise CaseError(f"{shown}: size: must hold tables such as [size.full]; the size is chosen by case.size")
    for name, overlay in sizes.items():
        for key in ("size", "extends"):
            if key in overlay:
                raise CaseError(f"{shown}: size.{name}.{key}: cannot stand in a size overlay")
        if isinstance(overlay.get("case"), dict) and "size" in overlay["case"]:
            raise CaseError(f"{shown}: size.{name}.case.size: cannot stand in a size overlay")
    return sizes


def _chosen_size(layers: list[dict[str, Any]], overrides: list[tuple[str, Any]], shown: str) -> str:
    size: Any = DEFAULT_SIZE
    for layer in layers:
        about = layer.get("case", {})
        if isinstance(about, dict):
            size = about.get("size", size)
    for key, value in overrides:
        if key == "case.size":
            size = value
        elif key.split(".")[0] in ("size", "extends"):
            raise CaseError(f"--set {key}: set the key itself, such as --set grid.cell=0.05, or case.size=full")
    if not isinstance(size, str):
        raise CaseError(f'{shown}: case.size: must be a string, such as "quick" or "full"')
    return size


def parse_override(text: str) -> tuple[str, Any]:
    """Return key and value of ``"key=value"``. The value is read as TOML where it is TOML, otherwise as a string."""
    key, equals, value = text.partition("=")
    key, value = key.strip(), value.strip()
    if not equals or not key or not all(key.split(".")):
        raise CaseError(f'--set {text}: write key=value, such as --set "rack.A1.power=12 kW"')
    if not value:
        raise CaseError(f"--set {text}: has no value")
    try:
        parsed = tomllib.loads(f"value = {value}")
    except (tomllib.TOMLDecodeError, RecursionError):
        return key, value
    return (key, parsed["value"]) if list(parsed) == ["value"] else (key, value)


def put(tables: dict[str, Any], key: str, value: Any) -> str:
    """Set ``key`` (``a.b``; list items by index or name: ``rack.0.power``, ``rack.A1.power``) in nested tables.

    Returns the key path with list items by name.
    """
    parts = key.split(".")
    here: Any = tables
    path = []
    for depth, part in enumerate(parts):
        place = _place(here, part, key, ".".join(parts[:depth]))
        path.append(part if isinstance(here, dict) else item_name(here[place], place))
        if depth == len(parts) - 1:
            here[place] = value
        elif isinstance(here, dict):
            here = here.setdefault(place, {})
        else:
            here = here[place]
    return ".".join(path)


def _place(here: Any, part: str, key: str, parent: str) -> Any:
    if isinstance(here, dict):
        return part
    if not isinstance(here, list):
        raise CaseError(f"--set {key}: {parent} is the single value {here!r}, it has no {part}")
    names = [item_name(item, index) for index, item in enumerate(here)]
    if part in names:
        return names.index(part)
    if part.isdigit() and int(part) < len(here):
        return int(part)
    near = difflib.get_close_matches(part, names, 1, 0.5)
    hint = f". Did you mean {near[0]}?" if near else ""
    raise CaseError(f"--set {key}: {parent} has no item {part}; valid: {', '.join(names) or 'none'}{hint}")
