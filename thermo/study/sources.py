"""What an option rests on, read back from its case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thermo import records
from thermo.errors import CaseError
from thermo.study.option import Option

TABLES = ("site", "electricity", "load", "money", "plant")


def lines(option: Option) -> list[tuple[str, str]]:
    """Pairs of a table's name and what it says; then the origin of its server record and the case's hash."""
    found = []
    for name in TABLES:
        table = option.case.get(name)
        if isinstance(table, Mapping):
            found += _table(name, table)
    server = option.case.get("load", {}).get("server")
    if isinstance(server, str):
        try:
            record = records.server(server)
            found.append(("server record", f"{record.origin}; {record.licence}"))
        except CaseError:
            found.append(("server record", f"{server}: not among the records of this version"))
    case, run = option.summary["case"], option.summary["run"]
    found.append(("case", f"{case['file']}, SHA-256 {case['sha256']}"))
    found.append(("run", f"thermo {run['version']}, {run['backend']}, {run['precision']}, {run['status']}"))
    return found


def _table(name: str, table: Mapping[str, Any]) -> list[tuple[str, str]]:
    plain = {key: item for key, item in table.items() if not isinstance(item, Mapping) and not _rows(item)}
    found = [(name, _flat(plain))] if plain else []
    for key, item in table.items():
        if isinstance(item, Mapping):
            found += _table(f"{name}, {key.replace('_', ' ')}", item)
        elif _rows(item):
            found += [(f"{name}, {key}" + (f": {row['name']}" if "name" in row else ""), _flat(row)) for row in item]
    return found


def _rows(item: Any) -> bool:
    return isinstance(item, list) and bool(item) and isinstance(item[0], Mapping)


def _flat(table: Mapping[str, Any]) -> str:
    return "; ".join(f"{key.replace('_', ' ')} {_text(item)}" for key, item in table.items() if key != "name")


def _text(item: Any) -> str:
    return ", ".join(map(str, item)) if isinstance(item, list) else str(item)
