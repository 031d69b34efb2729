"""The tables of the report, as texts: limits, racks, balance, energy, water, monitors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thermo.output.labels import SUPPLY, limit_name, number, share, uncertain, value, with_uncertainty
from thermo.output.page import Column, heading, pairs, paragraph, table

ENERGY = {
    "it_kWh": "IT, at the servers' inlets",
    "crah_fans_kWh": "Air handler fans",
    "pumps_kWh": "Pumps",
    "chiller_kWh": "Chillers",
    "heat_rejection_fans_kWh": "Heat rejection fans",
    "power_chain_kWh": "UPS and transformer losses",
    "other_kWh": "Lighting and other",
}
WATER = {
    "first_fill_L": "First fill (once)",
    "glycol_L": "of it glycol",
    "flush_L": "Commissioning flush (once)",
    "makeup_L_per_year": "Make-up on site, a year",
    "top_up_L_per_year": "Coolant lost to vents and sampling, a year",
    "filter_purge_L_per_year": "Coolant lost to filter purges, a year",
    "leak_L_per_year": "Coolant allowed for leaks, a year",
    "evaporation_L_per_year": "of the make-up evaporated",
    "blowdown_L_per_year": "of the make-up blown down",
    "drift": "of the make-up carried off in drops",
    "source_L_per_year": "Where the electricity is made, a year",
}
METRICS = {
    "pue": ("PUE, of the year", "", 3),
    "pue_design": ("PUE, in the hour of highest facility power", "", 3),
    "tue": ("TUE", "", 3),
    "wue_site_L_per_kWh": ("WUE on site", "L/kWh", 3),
    "wue_source_L_per_kWh": ("WUE including the electricity's water", "L/kWh", 3),
    "cue_kg_per_kWh": ("CUE", "kg CO₂e/kWh", 3),
    "ere": ("ERE", "", 3),
}


def limits(rows: list[Mapping[str, Any]]) -> str:
    """Every declared limit, what was found and what is left."""
    columns = [
        Column("Limit", number=False),
        Column("Found"),
        Column("Allowed, at most"),
        Column("Margin"),
        Column("", number=False),
    ]
    out = []
    for row in rows:
        label, unit, decimals = limit_name(row["name"])
        unit_of_margin = "K" if unit == "°C" else unit
        out.append([
            label, _found(row, unit, decimals), value(row["limit"], unit, decimals),
            value(row["limit"] - row["value"], unit_of_margin, decimals), _verdict(row),
        ])  # fmt: skip
    return table(columns, out)


def _found(row: Mapping[str, Any], unit: str, decimals: int) -> str:
    return f"{with_uncertainty(row['value'], row.get('uncertainty'), decimals)} {unit}".rstrip()


def _verdict(row: Mapping[str, Any]) -> str:
    if not row["met"]:
        return "✗ exceeded"
    return "met, but by less than its uncertainty" if uncertain(row) else "✓ met"


def balance(values: Mapping[str, Any]) -> str:
    """The balances of the field: heat, and mass relative to what flows through or circulates."""
    labels = {"heat_in_W": "Heat in", "heat_out_W": "Heat out", "storage_W": "Heat stored"}
    rows = [(label, value(values[key] / 1e3, "kW", 3)) for key, label in labels.items() if key in values]
    if "closure" in values:
        rows.append(("Not accounted for", share(values["closure"]) + " of the heat in"))
    if "mass_defect" in values:
        rows.append(("Flow not accounted for", share(values["mass_defect"]) + " of what passes or circulates"))
    return heading("Heat balance") + pairs(rows) if rows else ""


def run(values: Mapping[str, Any]) -> str:
    """What ran, on what, for how long."""
    rows = [("Ended as", values.get("status")), ("Cells", number(values.get("cells"), 0))]
    rows += [
        ("Iterations on the last grid", number(values.get("iterations"), 0)),
        ("Run time", _time(values.get("wall_s"))),
    ]
    rows += [(label, values.get(label.lower())) for label in ("Backend", "Device", "Precision")]
    return heading("Run") + pairs((label, text) for label, text in rows if text not in (None, "–"))


def _time(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    return f"{seconds:.1f} s" if seconds < 120 else f"{seconds / 60:.1f} min"


def monitors(rows: list[Mapping[str, Any]]) -> str:
    """Every monitor the case names."""
    columns = [
        Column("Monitor", number=False), Column("Kind", number=False), Column("Quantity", number=False),
        Column("Value"), Column("Grid uncertainty"),
    ]  # fmt: skip
    out = [
        [row["name"], row.get("kind", "").replace("_", " "), row.get("quantity", ""), _monitored(row, "value"),
         _monitored(row, "uncertainty")]
        for row in rows
    ]  # fmt: skip
    return heading("Monitors") + table(columns, out) if out else ""


def _monitored(row: Mapping[str, Any], key: str) -> str:
    if key not in row:
        return "–"
    unit = row.get("unit", "").replace("degC", "°C")
    if key == "uncertainty":
        return f"± {row[key]:.2f} K" if unit == "°C" else f"± {row[key]:.2g} {unit}".strip()
    text = f"{row[key]:.2f}" if unit == "°C" else f"{row[key]:.5g}"
    return f"{text} {unit}".strip().replace("-", "−")


def energy(values: Mapping[str, Any], metrics: Mapping[str, Any]) -> str:
    """Electricity of the year by part, adding up to the facility's."""
    it = values.get("it_kWh")
    if not it:
        return ""
    columns = [Column("Electricity of the year", number=False), Column("Energy", "MWh"), Column("of IT", "%")]
    rows = [_energy_row(label, values[key], it) for key, label in ENERGY.items() if key in values]
    total = metrics.get("facility_energy_kWh", sum(values[key] for key in ENERGY if key in values))
    rows.append(_energy_row("Facility", total, it))
    fans = values.get("server_fans_kWh")
    note = paragraph(f"Server fans, {number(fans / 1e3, 1)} MWh, are a part of IT.") if fans else ""
    return heading("Energy") + table(columns, rows, total=True) + note


def _energy_row(label: str, energy_kwh: float, it: float) -> list[str]:
    return [label, number(energy_kwh / 1e3, 1), number(100.0 * energy_kwh / it, 2)]


def metrics(values: Mapping[str, Any], plant: Mapping[str, Any], cooling: str = "air") -> str:
    """The figures a design is judged by."""
    supply, warmest = SUPPLY[cooling]
    rows = [
        (label, value(values[key], unit, decimals)) for key, (label, unit, decimals) in METRICS.items() if key in values
    ]
    if "peak_power_W" in plant:
        rows.append(("Highest facility power", value(plant["peak_power_W"] / 1e3, "kW", 0)))
    if "outdoor_max_C" in plant:
        hottest = value(plant["outdoor_max_C"], "°C", 1)
        rows.append(("Hottest hour outdoors; hours above 35 °C", f"{hottest}; {plant['hours_above_35C']:g} h"))
    if "supply_C" in plant:
        rows.append((supply, value(plant["supply_C"], "°C", 1)))
    if "supply_limit_C" in plant:
        how = {"field": " (found with the field)", "linear": " (linear estimate)"}
        known = how.get(plant.get("supply_limit_method"), "")
        rows.append((warmest, value(plant["supply_limit_C"], "°C", 1) + known))
    return heading("Metrics") + pairs(rows) if rows else ""


def water(values: Mapping[str, Any], metrics: Mapping[str, Any]) -> str:
    """The water ledger; on site and behind the electricity are kept apart."""
    gone = [values.get(f"{key}_L_per_year") for key in ("evaporation", "blowdown", "makeup")]
    if None not in gone:
        values = {**values, "drift": gone[2] - gone[0] - gone[1]}
    rows = [(label, value(values[key] / 1e3, "m³", 1)) for key, label in WATER.items() if key in values]
    site = metrics.get("wue_site_L_per_kWh")
    note = ""
    if site is not None and site < 1e-3:
        note = paragraph("No water evaporates on site. What that costs is electricity, and the water behind it.")
    return heading("Water") + pairs(rows) + note if rows or note else ""


def modes(hours: Mapping[str, Any]) -> str:
    """Hours of the year in each cooling mode."""
    total = sum(hours.values())
    columns = [Column("Cooling mode", number=False), Column("Time", "h"), Column("Share of the year", "%")]
    rows = (
        [[name.replace("_", " "), number(n, 0), number(100.0 * n / total, 1)] for name, n in hours.items()]
        if total
        else []
    )
    return heading("Cooling modes") + table(columns, rows) if rows else ""
