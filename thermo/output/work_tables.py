"""Tables of the report about the work of the servers: tokens, chips, cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thermo.output.labels import number, value
from thermo.output.page import Column, heading, pairs, paragraph, table

TOKENS = {
    "per_year": ("Tokens of the year", "10⁹", 1, 1e-9),
    "servers": ("Servers", "", 1, 1.0),
    "utilisation": ("Utilisation, mean of the year", "%", 1, 100.0),
    "J_per_token": ("Energy per token, whole site", "J", 4, 1.0),
    "J_it_per_token": ("of it the servers", "J", 4, 1.0),
    "water_site_L_per_Mtoken": ("Water on site per million tokens", "L", 4, 1.0),
    "water_source_L_per_Mtoken": ("Water of the electricity per million tokens", "L", 4, 1.0),
    "carbon_kg_per_Mtoken": ("Carbon per million tokens", "kg", 4, 1.0),
    "cost_USD_per_Mtoken": ("Cost per million tokens", "USD", 5, 1.0),
    "wait_p99_s": ("99 % of the work waits less than", "s", 0, 1.0),
    "refused_share": ("Turned away", "%", 2, 100.0),
    "unfinished_share": ("Left at the end of the year", "%", 3, 100.0),
    "lost_to_throttling_share": ("Capacity lost to hot chips", "%", 2, 100.0),
}
CHIPS = {
    "max_C": ("Hottest chip", "°C", 1, 1.0),
    "limit_C": ("Its limit", "°C", 1, 1.0),
    "margin_K": ("Margin", "K", 1, 1.0),
    "power_W": ("Its power at full rate, with leakage", "W", 0, 1.0),
    "clock": ("Slowest clock", "%", 1, 100.0),
    "lost_share": ("Full rate lost to hot chips", "%", 2, 100.0),
}


def tokens(values: Mapping[str, Any]) -> str:
    """What a year of work gives, and what a token takes."""
    return _pairs("Tokens", TOKENS, values)


def chips(values: Mapping[str, Any]) -> str:
    """How warm the chips are."""
    rows = [("Nearest its limit", str(values["hottest"]))] if "hottest" in values else []
    return _pairs("Chips", CHIPS, values, rows)


def cost(values: Mapping[str, Any]) -> str:
    """The year's cost by cause."""
    total = values.get("total_USD_per_year")
    if not total:
        return ""
    rows = []
    for key in [key for key in values if key.endswith("_USD_per_year") and key != "total_USD_per_year"]:
        cause = key.removesuffix("_USD_per_year").replace("demand", "charge for peaks")
        parts = values[key] if isinstance(values[key], Mapping) else {"": values[key]}
        rows += [_row(f"{cause}, {part}" if part else cause, usd, total) for part, usd in parts.items()]
    rows.append(_row("total", total, total))
    columns = [Column("Cost of the year", number=False), Column("Cost", "1000 USD"), Column("Share", "%")]
    notes = [] if "equipment_USD_per_year" in values else ["No equipment: the case gives no [[money.capex]]."]
    if "USD_per_IT_kWh" in values:
        notes.append(f"Of a kWh of IT: {value(values['USD_per_IT_kWh'], 'USD', 4)}.")
    return heading("Cost") + table(columns, rows, total=True) + "".join(paragraph(note) for note in notes)


def _row(name: str, usd: float, total: float) -> list[str]:
    return [name, number(usd / 1e3, 1), number(100.0 * usd / total, 1)]


def _pairs(title: str, labels: Mapping[str, tuple], values: Mapping[str, Any], more=()) -> str:
    rows = [
        (label, value(values[key] * factor, unit, decimals))
        for key, (label, unit, decimals, factor) in labels.items()
        if key in values
    ]
    return heading(title) + pairs([*rows, *more]) if rows else ""
