"""What a reader must know first: is it solved, are the limits kept, by how much."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thermo.output.labels import SUPPLY, limit_name, share, uncertain, value
from thermo.output.page import escape, items


def verdict(summary: Mapping[str, Any]) -> str:
    """The verdict as HTML: not converged beats limits; a run without limits is judged by nobody."""
    run, rows = summary.get("run", {}), summary.get("limits", [])
    exceeded = [row for row in rows if not row["met"]]
    if run.get("converged") is False:
        text = f"The run ended as: {run.get('status', 'not converged')}. What follows is its last state, not a result."
        return _box("bad", "✗ Not converged", [text, *map(_sentence, exceeded)])
    if exceeded:
        title = f"✗ {len(exceeded)} of {len(rows)} limits exceeded" if len(rows) > 1 else "✗ The limit is exceeded"
        return _box("bad", title, [*map(_sentence, exceeded), _where(summary, exceeded)])
    if any(map(uncertain, rows)):
        count = sum(map(uncertain, rows))
        title = f"✓ All limits met, {count} of {len(rows)} by less than the uncertainty"
        return _box("warn", title, map(_sentence, rows))
    if rows:
        title = "✓ All limits met" if len(rows) > 1 else "✓ The limit is met"
        return _box("good", title, map(_sentence, rows))
    return _box("warn", "Solved; the case declares no limits", ["Add a [limits] table to have the design judged."])


def flags(texts: list[str]) -> str:
    """Everything the run flagged: what ran outside its range, saturated, did not settle."""
    if not texts:
        return ""
    count = "1 flag" if len(texts) == 1 else f"{len(texts)} flags"
    return f'<div class="flagged"><strong>{count}</strong>{items(texts)}</div>\n'


def key_figures(summary: Mapping[str, Any]) -> str:
    """The handful of numbers that a review asks for first."""
    metrics, plant = summary.get("metrics", {}), summary.get("plant", {})
    tiles = [*_intakes(summary.get("racks", [])), *_chip(summary)]
    if "pue" in metrics:
        design = f"{metrics['pue_design']:.3f} in the hour of highest power" if "pue_design" in metrics else ""
        tiles.append(("PUE of the year", f"{metrics['pue']:.3f}", design))
    if "wue_site_L_per_kWh" in metrics:
        source = metrics.get("wue_source_L_per_kWh")
        more = f"{source:.2f} L/kWh with the electricity's water" if source is not None else ""
        tiles.append(("WUE on site", value(metrics["wue_site_L_per_kWh"], "L/kWh", 2), more))
    if "supply_limit_C" in plant:
        given = f"the year runs at {value(plant['supply_C'], '°C', 1)}" if "supply_C" in plant else ""
        limit = SUPPLY[summary.get("case", {}).get("cooling", "air")][1]
        tiles.append((limit, value(plant["supply_limit_C"], "°C", 1), given))
    tiles += _captured(summary)
    if "closure" in summary.get("balance", {}):
        tiles.append(("Heat not accounted for", share(summary["balance"]["closure"]), "of the heat put in"))
    body = "\n".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(figure)}<small>{escape(more)}</small></dd></div>"
        for name, figure, more in tiles
    )
    return f'<dl class="figures">\n{body}\n</dl>' if tiles else ""


def _chip(summary: Mapping[str, Any]):
    chips = summary.get("chips", {})
    if "max_C" in chips and "immersion" in summary:
        margin = f", {chips['margin_K']:.1f} K below its limit" if chips.get("margin_K", -1.0) >= 0.0 else ""
        yield "Hottest chip", value(chips["max_C"], "°C", 1), f"{chips.get('hottest', '')}{margin}"


def _captured(summary: Mapping[str, Any]):
    racks = [rack for rack in summary.get("racks", []) if "capture_index_cold" in rack]
    if racks and "capture_index_cold" in summary.get("air", {}):
        worst = min(racks, key=lambda rack: rack["capture_index_cold"])
        lowest = f"lowest {value(100.0 * worst['capture_index_cold'], '%', 0)} at rack {worst['name']}"
        yield "Intake air straight from supplies", value(100.0 * summary["air"]["capture_index_cold"], "%", 0), lowest


def _lasting(racks: list[Mapping[str, Any]]):
    """How long the racks stay allowable."""
    passed = [rack for rack in racks if "ride_through_s" in rack]
    short = min(passed, key=lambda rack: rack["ride_through_s"], default=None)
    name = "Ride-through, shortest"
    if short is None:
        yield name, "to the end", "every rack intake stays allowable"
    else:
        yield name, value(short["ride_through_s"], "s", 0), f"rack {short['name']} passes what its class allows"


def _box(kind: str, title: str, sentences) -> str:
    text = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences if sentence)
    return f'<div class="verdict {kind}" role="status"><strong>{escape(title)}</strong>{text}</div>'


def _sentence(row: Mapping[str, Any]) -> str:
    label, unit, decimals = limit_name(row["name"])
    margin = row["limit"] - row["value"]
    apart = value(abs(margin), "K" if unit == "°C" else unit, decimals)
    sure = f", uncertain by ± {value(row['uncertainty'], 'K', 1)}" if uncertain(row) else ""
    return (
        f"{label}: {value(row['value'], unit, decimals)}, allowed {value(row['limit'], unit, decimals)} "
        f"({apart} {'to spare' if row['met'] else 'too much'}{sure})."
    )


def _where(summary: Mapping[str, Any], exceeded: list[Mapping[str, Any]]) -> str:
    """Which racks exceed their limit."""
    keys = {"rack_inlet_max": "inlet_max_C", "rack_inlet_mean": "inlet_mean_C"}
    names: dict[str, None] = {}
    for row in exceeded:
        key = keys.get(row["name"])
        for rack in summary.get("racks", []) if key else []:
            if rack.get(key, row["limit"]) > row["limit"]:
                names[rack["name"]] = None
    shown = ", ".join(list(names)[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
    return f"Racks concerned: {shown}." if names else ""


def _intakes(racks: list[Mapping[str, Any]]):
    peak = max((rack for rack in racks if "inlet_peak_C" in rack), key=lambda rack: rack["inlet_peak_C"], default=None)
    if peak:
        yield "Hottest rack intake after the event", value(peak["inlet_peak_C"], "°C", 1), f"rack {peak['name']}"
        yield from _lasting(racks)
    hottest = max((rack for rack in racks if "inlet_max_C" in rack), key=lambda rack: rack["inlet_max_C"], default=None)
    when = " at the end" if peak else ""
    if hottest:
        error = hottest.get("inlet_max_uncertainty_K")
        more = f"rack {hottest['name']}" + (f", ± {error:.1f} K by the grid" if error is not None else "")
        yield f"Hottest rack intake, point{when}", value(hottest["inlet_max_C"], "°C", 1), more
    warmest = max(
        (rack for rack in racks if "inlet_mean_C" in rack), key=lambda rack: rack["inlet_mean_C"], default=None
    )
    if warmest:
        error = warmest.get("inlet_mean_uncertainty_K")
        more = f"rack {warmest['name']}" + (f", ± {error:.2f} K by the grid" if error is not None else "")
        yield f"Warmest rack intake, mean{when}", value(warmest["inlet_mean_C"], "°C", 1), more
