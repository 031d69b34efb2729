"""The tank of an immersed case as tables: its pool, and its chips by kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thermo.output.labels import number, value
from thermo.output.page import Column, heading, pairs, table


def tank(values: Mapping[str, Any]) -> str:
    """Pool, vapour and what a tank loses of its liquid."""
    if not values:
        return ""
    rows = [
        ("Liquid", values["liquid"]),
        ("Tanks", number(values["tanks"], 0)),
        ("Heat of one tank", value(values["heat_W"] / 1e3, "kW", 1)),
        ("Pool", value(values["pool_C"], "°C", 1)),
    ]
    if "pressure_Pa" in values:
        rows += [("Pressure", value(values["pressure_Pa"] / 1e3, "kPa", 1)),
                 ("Vapour", value(values["vapour_kg_s"], "kg/s", 3))]  # fmt: skip
    rows.append(("Liquid in one tank", value(values["liquid_kg"], "kg", 0)))
    if "loss_kg_per_year" in values:
        rows.append(("Liquid lost by one tank, a year", value(values["loss_kg_per_year"], "kg", 1)))
    if "loss_kg_CO2e_per_year" in values:
        rows.append(("its warming", value(values["loss_kg_CO2e_per_year"] / 1e3, "t CO₂e", 2)))
    if values.get("removed_fan_W"):
        rows.append(("Server fans that one tank does without", value(values["removed_fan_W"] / 1e3, "kW", 1)))
    return heading("Tank") + pairs(rows)


def chips(rows: list[Mapping[str, Any]]) -> str:
    """One line a kind of chip: heat flux, how far from drying out, superheat and margin."""
    columns = [
        Column("Chip", number=False), Column("in a tank"), Column("Power", "W"), Column("Heat flux", "W/cm²"),
        Column("Critical over it"), Column("Superheat", "K"), Column("Hottest", "°C"), Column("Margin", "K"),
    ]  # fmt: skip
    out = [
        [row["name"], number(row["count"], 0), number(row["power_W"], 0), number(row["flux_W_m2"] / 1e4, 1),
         number(row.get("critical_margin"), 2), number(row.get("superheat_K"), 1), number(row["max_C"], 1),
         number(row["limit_C"] - row["max_C"], 1)]
        for row in rows
    ]  # fmt: skip
    return heading("Chips") + table(columns, out) if out else ""
