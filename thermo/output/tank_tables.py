"""The tank of an immersed case as tables: its pool, and its chips by kind."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any

from thermo.output.labels import number, value
from thermo.output.page import Column, heading, pairs, table

MOST_NAMES = 3
LARGE = 100.0  # W or kg of a tank; less is a part of one, and told in finer digits
CHIPS = (
    ("Power", "power_W", "W", 1.0, 0),
    ("Heat flux", "flux_W_m2", "W/cm²", 1e-4, 1),
    ("Critical over it", "critical_margin", "", 1.0, 2),
    ("Superheat", "superheat_K", "K", 1.0, 1),
    ("Liquid about it", "liquid_C", "°C", 1.0, 1),
    ("Hottest", "max_C", "°C", 1.0, 1),
    ("At the end", "end_C", "°C", 1.0, 1),
    ("Passes its limit after", "ride_through_s", "s", 1.0, 0),
    ("Limit", "limit_C", "°C", 1.0, 1),
)
"""Title, key, unit, factor and decimals of each column."""


def tank(values: Mapping[str, Any]) -> str:
    """Pool, vapour and what a tank loses of its liquid."""
    if not values:
        return ""
    rows = [
        ("Liquid", values["liquid"]),
        ("Tanks", number(values["tanks"], 0)),
        ("Heat of one tank", _power(values["heat_W"])),
        ("Liquid, mean" if "liquid_max_C" in values else "Pool", value(values["pool_C"], "°C", 1)),
    ]
    if "pressure_Pa" in values:
        rows += [("Pressure", value(values["pressure_Pa"] / 1e3, "kPa", 1)),
                 ("Vapour", value(values["vapour_kg_s"], "kg/s", 3))]  # fmt: skip
    if "liquid_max_C" in values:
        rows.append(("Liquid, hottest", value(values["liquid_max_C"], "°C", 1)))
    rows.append(("Liquid in one tank", value(values["liquid_kg"], "kg", 0 if values["liquid_kg"] >= LARGE else 3)))
    if "loss_kg_per_year" in values:
        rows.append(("Liquid lost by one tank, a year", value(values["loss_kg_per_year"], "kg", 1)))
    if "loss_kg_CO2e_per_year" in values:
        rows.append(("its warming", value(values["loss_kg_CO2e_per_year"] / 1e3, "t CO₂e", 2)))
    if "lost_W" in values:
        rows.append(("Heat through its walls and lid", value(values["lost_W"] / 1e3, "kW", 2)))
    if values.get("removed_fan_W"):
        rows.append(("Server fans that one tank does without", value(values["removed_fan_W"] / 1e3, "kW", 1)))
    return heading("Tank") + pairs(rows)


def _power(watts: float) -> str:
    return value(watts / 1e3, "kW", 1) if watts >= LARGE else value(watts, "W", 1)


def chips(rows: list[Mapping[str, Any]]) -> str:
    """One line for chips of the same figures, the least margin first: their heat, what carries it off, and their
    margin; columns without a value go."""
    shown = [column for column in CHIPS if any(column[1] in row for row in rows)]
    titles = [Column(title, unit) for title, _, unit, _, _ in shown]
    columns = [Column("Chips", number=False), Column("in a tank"), *titles, Column("Margin", "K")]
    alike: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for row in sorted(rows, key=lambda row: round(_margin(row), 1)):
        margin = number(None if _margin(row) == inf else _margin(row), 1)
        figures = (number(row[key] * factor if key in row else None, places) for _, key, _, factor, places in shown)
        alike.setdefault((*figures, margin), []).append(row)
    out = [[_names(same), number(sum(row["count"] for row in same), 0), *cells] for cells, same in alike.items()]
    return heading("Chips") + table(columns, out) if out else ""


def _margin(row: Mapping[str, Any]) -> float:
    return row["limit_C"] - row["max_C"] if "limit_C" in row else inf


def _names(rows: list[Mapping[str, Any]]) -> str:
    names = [row["name"] for row in rows]
    more = len(names) - MOST_NAMES
    return ", ".join(names) if more <= 1 else f"{', '.join(names[:MOST_NAMES])} and {more} more"
