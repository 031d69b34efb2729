"""Tables of racks, servers and cooling units, of the room's air and of where the intake air comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from thermo.output.labels import value, with_uncertainty
from thermo.output.page import Column, heading, matrix, pairs, paragraph, table

Row = Mapping[str, Any]
MOST_SOURCES = 16  # columns of the full matrix; beyond, sources are put together
MOST_SERVERS = 60
AIR = {
    "rci_hi": ("RCI high (100: no intake above recommended)", "%", 1),
    "rci_lo": ("RCI low (100: no intake below recommended)", "%", 1),
    "rti": ("RTI (above 100: recirculation, below: bypass)", "%", 1),
    "shi": ("SHI (0: no exhaust heat in the intakes)", "", 3),
    "rhi": ("RHI", "", 3),
}
CAPTURE = {
    "capture_index_cold": "Cold-aisle capture index (intake air straight from supplies)",
    "capture_index_hot": "Hot-aisle capture index (exhaust air straight to returns)",
}
STATUS = {"recommended": "✓ recommended", "allowable": "allowable", "outside": "✗ outside"}


def _kilo(key: str) -> Callable[[Row], float | None]:
    return lambda row: None if row.get(key) is None else row[key] / 1e3


def _plain(key: str) -> Callable[[Row], Any]:
    return lambda row: row.get(key)


def _per_kilowatt(row: Row) -> float | None:
    power, flow = row.get("power_W"), row.get("flow_m3_s")
    return flow * 3.6e6 / power if power and flow else None


def _percent(key: str) -> Callable[[Row], float | None]:
    return lambda row: None if row.get(key) is None else 100.0 * row[key]


def _error(key: str) -> Callable[[Row], Any]:
    return _plain(f"{key.removesuffix('_C')}_uncertainty_K")


# Heading, unit, decimals (None: text), value of a row, its uncertainty (or None). A column nobody fills is left out.
RACKS = (
    ("Power", "kW", 2, _kilo("power_W"), None),
    ("Intake, mean", "°C", 2, _plain("inlet_mean_C"), _error("inlet_mean_C")),
    ("Intake, hottest point", "°C", 1, _plain("inlet_max_C"), _error("inlet_max_C")),
    ("Highest after the event", "°C", 1, _plain("inlet_peak_C"), None),
    ("Exhaust", "°C", 2, _plain("outlet_mean_C"), None),
    ("Air flow", "m³/s", 3, _plain("flow_m3_s"), None),
    ("per power", "m³/h/kW", 0, _per_kilowatt, None),
    ("Class", "", None, _plain("ashrae_class"), None),
    ("Intake is", "", None, lambda row: STATUS.get(row.get("ashrae_status")), None),
    ("Until allowable", "s", 0, _plain("ride_through_s"), None),
    ("Until shutdown", "s", 0, _plain("shutdown_s"), None),
)
UNITS = (
    ("Air flow", "m³/s", 3, _plain("flow_m3_s"), None),
    ("Supply", "°C", 2, _plain("supply_C"), None),
    ("Return", "°C", 2, _plain("return_C"), None),
    ("Duty", "kW", 2, _kilo("duty_W"), None),
    ("Fan power", "kW", 2, _kilo("fan_W"), None),
    ("Fan speed", "%", 0, _percent("fan_speed"), None),
    ("Valve", "%", 0, _percent("valve"), None),
    ("Control", "", None, _plain("control"), None),
    ("Holds its set-point", "", None, lambda row: _held(row.get("saturated")), None),
)
PLATES = (
    ("Kind", "", None, _plain("kind"), None),
    ("Air flow", "m³/s", 3, _plain("flow_m3_s"), None),
    ("Pressure drop", "Pa", 1, _plain("pressure_drop_Pa"), None),
)
SERVERS = (
    ("Height unit", "U", 0, _plain("u"), None),
    ("Power", "W", 0, _plain("power_W"), None),
    ("Intake", "°C", 2, _plain("inlet_mean_C"), None),
    ("Exhaust", "°C", 2, _plain("outlet_mean_C"), None),
    ("Air flow", "m³/s", 4, _plain("flow_m3_s"), None),
)


def _held(saturated: Any) -> str | None:
    return None if saturated is None else "✗ no, at its end" if saturated else "✓ yes"


def listing(name: str, columns: Sequence[tuple], rows: Sequence[Row]) -> str:
    """A table of named rows by column descriptions such as :data:`RACKS`; columns without any value are left out."""
    used = [column for column in columns if any(column[3](row) is not None for row in rows)]
    heads = [Column(name, number=False), *(Column(c[0], c[1], number=c[2] is not None) for c in used)]
    return table(heads, [[str(row["name"]), *(_cell(column, row) for column in used)] for row in rows])


def _cell(column: tuple, row: Row) -> str:
    _, _, decimals, of, error = column
    found = of(row)
    if decimals is None or isinstance(found, str):
        return "–" if found is None else str(found)
    return with_uncertainty(found, error(row) if error else None, decimals)


def racks(rows: Sequence[Row]) -> str:
    """One line a rack, numbers with their grid uncertainty."""
    note = "± is the grid uncertainty: how far the value may still move on finer grids."
    there = any("inlet_mean_uncertainty_K" in row for row in rows)
    return listing("Rack", RACKS, rows) + (paragraph(note) if rows and there else "")


def servers(rows: Sequence[Row]) -> str:
    """Servers of racks that have them, the warmest intakes first when there are many."""
    found = [{**server, "name": f"{row['name']} {server['name']}"} for row in rows for server in row.get("servers", [])]
    if not found:
        return ""
    shown = sorted(found, key=lambda row: -row.get("inlet_mean_C", -1e9))[:MOST_SERVERS]
    more = f" (the {MOST_SERVERS} warmest of {len(found)})" if len(found) > MOST_SERVERS else ""
    return heading(f"Servers{more}") + listing("Server", SERVERS, [row for row in found if row in shown])


def air(values: Row) -> str:
    """Indices of the room's air."""
    rows = [
        (label, value(values[key], unit, decimals)) for key, (label, unit, decimals) in AIR.items() if key in values
    ]
    rows += [(label, value(100.0 * values[key], "%", 1)) for key, label in CAPTURE.items() if key in values]
    if "ashrae_class" in values:
        rows.append(("Narrowest ASHRAE class that allows every intake, hottest points too", values["ashrae_class"]))
    return heading("Air management") + pairs(rows) if rows else ""


def sources(rows: Sequence[Row], returns: Mapping[str, Mapping[str, float]]) -> str:
    """Shares of every rack's intake air, and of the air at the returns, by where it came from last; in percent."""
    there = {row["name"]: row["sources"] for row in rows if "sources" in row}
    if not there:
        return ""
    names = list(next(iter(there.values())))
    racks_ = {row["name"] for row in rows}
    supplies = [name for name in names if name not in racks_]
    if len(names) <= MOST_SOURCES:
        columns = [*supplies, *(name for name in names if name in racks_)]
        shares = {name: [row.get(column, 0.0) for column in columns] for name, row in {**there, **returns}.items()}
        warm = [name in racks_ for name in columns]
        columns = [f"rack {name}" if name in racks_ else name for name in columns]
    else:
        columns, shares = _put_together(there, returns, supplies, racks_)
        warm = [name in ("own exhaust", "other racks") for name in columns]
    text = (
        "How much of the air that each rack draws in came straight from a supply, from its own exhaust or from another "
        "rack's, and the same for the air at the returns; percent, each row adds up to 100. Found with one passive "
        "tracer for each source (capture index, VanGilder and Shrivastava 2007)."
    )
    return paragraph(text) + matrix("Air drawn in by", columns, shares, warm)


def _put_together(there, returns, supplies, names) -> tuple[list[str], dict[str, list[float]]]:
    """Columns of a large room: every supply if there are few, the own exhaust, other racks."""
    each = supplies if len(supplies) <= MOST_SOURCES - 2 else []
    columns = [*each, *([] if each else ["all supplies"]), "own exhaust", "other racks"]
    shares = {}
    for name, row in {**there, **returns}.items():
        own = row.get(name, 0.0) if name in names else 0.0
        other = sum(share for source, share in row.items() if source in names and source != name)
        supplied = [row[source] for source in each] or [sum(row[source] for source in supplies)]
        shares[name] = [*supplied, own, other]
    return columns, shares
