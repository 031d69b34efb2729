"""summary.json: the numbers of a run under the keys that users and checks rely on."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from thermo.errors import OutputError

SCHEMA = "thermo-summary/1"

# Sections and their keys, in the order of the file. None: the keys are the caller's (mode names, branch tables).
CONTRACT: dict[str, tuple[str, ...]] = {
    "case": ("name", "file", "sha256", "cooling"),
    "run": (
        "version", "backend", "device", "precision", "cells", "iterations", "wall_s", "converged", "status", "flags",
    ),
    "balance": ("heat_in_W", "heat_out_W", "storage_W", "closure", "mass_defect"),
    "racks": (
        "name", "power_W", "inlet_mean_C", "inlet_max_C", "outlet_mean_C", "flow_m3_s", "inlet_mean_uncertainty_K",
        "inlet_max_uncertainty_K", "inlet_heights_C", "ashrae_class", "ashrae_status", "capture_index_cold",
        "capture_index_hot", "sources",
        "server_inlet_C", "servers",
        "inlet_peak_C", "ride_through_s", "shutdown_s", "power_change_W",
    ),
    "cooling_units": (
        "name", "flow_m3_s", "supply_C", "return_C", "duty_W", "fan_W", "valve", "fan_speed", "saturated",
    ),
    "plates": ("name", "kind", "flow_m3_s", "pressure_drop_Pa"),
    "chips": ("max_C", "limit_C", "margin_K", "hottest", "power_W", "clock", "lost_share"),
    "air": (
        "rci_hi", "rci_lo", "rti", "shi", "rhi", "ashrae_class", "capture_index_cold", "capture_index_hot",
        "return_sources",
    ),
    "liquid": ("supply_C", "return_C", "flow_kg_s", "pressure_drop_Pa", "pump_W", "branches", "nodes"),
    "immersion": (
        "liquid", "tanks", "heat_W", "pressure_Pa", "pool_C", "liquid_max_C", "vapour_kg_s", "liquid_kg",
        "loss_kg_per_year", "loss_kg_CO2e_per_year", "removed_fan_W", "lost_W", "chips",
    ),
    "plant": ("mode_hours", "supply_C", "supply_limit_C", "supply_limit_method", "peak_power_W", "outdoor_max_C",
              "hours_above_35C"),
    "metrics": (
        "pue", "pue_design", "tue", "wue_site_L_per_kWh", "wue_source_L_per_kWh", "cue_kg_per_kWh", "ere",
        "it_energy_kWh", "facility_energy_kWh",
    ),
    "energy": (
        "it_kWh", "server_fans_kWh", "crah_fans_kWh", "pumps_kWh", "chiller_kWh", "heat_rejection_fans_kWh",
        "power_chain_kWh", "other_kWh",
    ),
    "water": (
        "first_fill_L", "glycol_L", "flush_L", "makeup_L_per_year", "top_up_L_per_year", "filter_purge_L_per_year",
        "leak_L_per_year", "evaporation_L_per_year", "blowdown_L_per_year", "source_L_per_year",
    ),
    "tokens": (
        "per_year", "J_per_token", "water_site_L_per_Mtoken", "water_source_L_per_Mtoken", "cost_USD_per_Mtoken",
        "J_it_per_token", "carbon_kg_per_Mtoken", "servers", "utilisation", "wait_p99_s", "refused_share",
        "unfinished_share", "lost_to_throttling_share",
    ),
    "cost": (
        "electricity_USD_per_year", "demand_USD_per_year", "water_USD_per_year", "equipment_USD_per_year",
        "maintenance_USD_per_year", "total_USD_per_year", "USD_per_IT_kWh",
    ),
    "limits": ("name", "value", "limit", "met", "uncertainty"),
    "monitors": ("name", "kind", "quantity", "value", "unit", "uncertainty"),
}  # fmt: skip
PLAIN = frozenset({str, int, bool})
TABLES = frozenset({"racks", "cooling_units", "plates", "limits", "monitors"})


def ordered(summary: Mapping[str, Any]) -> dict[str, Any]:
    """The summary as plain Python values in the contract's order; None and empty sections are left out.

    Raises :class:`OutputError` for a key that is not in the contract and for a number that is not finite.
    """
    unknown = sorted(set(summary) - set(CONTRACT) - {"schema"})
    if unknown:
        raise OutputError(f"summary: unknown section {unknown[0]!r}; the contract has {', '.join(CONTRACT)}")
    if summary.get("schema", SCHEMA) != SCHEMA:
        raise OutputError(f"summary: schema is {summary['schema']!r}; this version writes {SCHEMA!r}")
    out: dict[str, Any] = {"schema": SCHEMA}
    for section in CONTRACT:
        content = summary.get(section)
        if content is None:
            continue
        if section in TABLES:
            out[section] = [_section(f"{section}[{i}]", section, row) for i, row in enumerate(content)]
        else:
            out[section] = _section(section, section, content)
    return {key: value for key, value in out.items() if value not in ({}, [])}


def text(summary: Mapping[str, Any]) -> str:
    """summary.json as text: strict JSON (no NaN, no Infinity), UTF-8, contract order, a newline at the end."""
    return json.dumps(ordered(summary), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _section(where: str, section: str, content: Mapping[str, Any]) -> dict[str, Any]:
    keys = CONTRACT[section]
    unknown = sorted(set(content) - set(keys))
    if unknown:
        raise OutputError(f"summary: unknown key {where}.{unknown[0]}; the contract has {', '.join(keys)}")
    return {key: _plain(f"{where}.{key}", content[key]) for key in keys if content.get(key) is not None}


def _plain(where: str, value: Any) -> Any:
    """NumPy scalars and arrays as Python numbers and lists; refuses what JSON cannot hold."""
    if type(value) in PLAIN or (type(value) is float and math.isfinite(value)):
        return value
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {str(key): _plain(f"{where}.{key}", item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(f"{where}[{i}]", item) for i, item in enumerate(value)]
    if isinstance(value, float) and not math.isfinite(value):
        raise OutputError(f"summary: {where} is {value}, not a finite number; nothing was written")
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise OutputError(f"summary: {where} is a {type(value).__name__}, which JSON cannot hold; nothing was written")
