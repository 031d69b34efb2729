"""The last words of a run on the terminal: verdict, racks, balance, energy and where the files are."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from thermo.output.labels import limit_name, share, uncertain, value

MOST_RACKS = 12


def text(summary: Mapping[str, Any], paths: Mapping[str, Path]) -> str:
    """Plain text, the same on a terminal and in a pipe."""
    parts = [_verdict(summary), _racks(summary.get("racks", [])), _figures(summary), _flags(summary), _files(paths)]
    return "\n" + "\n\n".join(part for part in parts if part)


def _verdict(summary: Mapping[str, Any]) -> str:
    run = summary.get("run", {})
    lines = []
    if run.get("converged") is False:
        lines.append(f"NOT CONVERGED ({run.get('status', 'stopped')}): these numbers are a last state, not a result")
    for row in summary.get("limits", []):
        label, unit, decimals = limit_name(row["name"])
        found, allowed = (value(row[key], unit, decimals) for key in ("value", "limit"))
        error, doubt = row.get("uncertainty"), ""
        if error is not None:
            found = f"{value(row['value'], '', decimals)} ± {value(error, unit, decimals)}"
            doubt = ", met by less than its uncertainty" if uncertain(row) else ""
        lines.append(f"{'met     ' if row['met'] else 'EXCEEDED'}  {label}: {found}, limit {allowed}{doubt}")
    return "\n".join(lines)


def _racks(racks: list[Mapping[str, Any]]) -> str:
    if not racks:
        return ""
    hottest = sorted(racks, key=lambda rack: -rack.get("inlet_max_C", -1e9))[:MOST_RACKS]
    shown = [rack for rack in racks if rack in hottest]
    width = max(4, *(len(rack["name"]) for rack in shown))
    lines = [f"{'rack':<{width}}  power kW    intake mean °C  hottest °C  exhaust °C    m³/s"]
    for rack in shown:
        error = rack.get("inlet_mean_uncertainty_K")
        mean = _number(rack.get("inlet_mean_C"), 2) + (f" ± {error:.2f}" if error is not None else "")
        power = rack.get("power_W")
        lines.append(
            f"{rack['name']:<{width}}  {_number(power and power / 1e3, 1):>8}  {mean:>16}  "
            f"{_number(rack.get('inlet_max_C'), 1):>10}  {_number(rack.get('outlet_mean_C'), 1):>10}  "
            f"{_number(rack.get('flow_m3_s'), 3):>6}"
        )
    if len(racks) > len(shown):
        lines.append(f"the {len(shown)} hottest of {len(racks)} racks")
    return "\n".join(lines)


def _number(amount: float | None, decimals: int) -> str:
    return "–" if amount is None else f"{amount:.{decimals}f}"


def _figures(summary: Mapping[str, Any]) -> str:
    balance, metrics, run = (summary.get(key, {}) for key in ("balance", "metrics", "run"))
    parts = []
    if "closure" in balance:
        parts.append(f"heat balance closed to {share(balance['closure'])}")
    parts += [f"{label} {metrics[key]:.3f}{unit}" for key, label, unit in FIGURES if key in metrics]
    if "iterations" in run and "wall_s" in run:
        parts.append(f"{run['iterations']} iterations in {run['wall_s']:.1f} s")
    return ", ".join(parts)


FIGURES = (
    ("pue", "PUE", ""),
    ("wue_site_L_per_kWh", "WUE on site", " L/kWh"),
    ("wue_source_L_per_kWh", "with the electricity's water", " L/kWh"),
)


def _flags(summary: Mapping[str, Any]) -> str:
    return "\n".join(f"note: {flag}" for flag in summary.get("run", {}).get("flags", []))


def _files(paths: Mapping[str, Path]) -> str:
    if not paths:
        return ""
    folder = os.path.commonpath([path.parent for path in paths.values()])
    first = [name for name in ("report.html", "summary.json", "fields.h5") if name in paths]
    rest = [name for name in paths if name not in first]
    return f"results in {folder}{os.sep}: {', '.join(first + rest)}"
