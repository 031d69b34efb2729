"""The coolant loop drawn: a piping diagram with flows, temperatures and pressures, and the branches of a rack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from thermo.output.charts import WIDE
from thermo.output.figure import BAD, COLD, HOT, INK, SERIES, SOFT, Picture, vector
from thermo.output.labels import number, value
from thermo.output.page import Column, heading, pairs, table
from thermo.result import Result

MOST_RACKS = 8
PIPE = {"linewidth": 2.6, "solid_capstyle": "round", "zorder": 2}


def diagram(result: Result) -> Picture | None:
    """The loop from heat rejection over the distribution units to the racks, what flows and how warm it is; None for
    tanks, which have neither."""
    loop = result.summary.get("liquid", {})
    if "supply_C" not in loop or "immersion" in result.summary:
        return None
    racks, hidden = _racks(result)
    figure = Figure(figsize=(WIDE, 1.9 + 0.34 * len(racks)), layout="constrained")
    axes = figure.add_subplot()
    axes.set_axis_off()
    axes.set_xlim(0.0, 10.4)
    height = max(3.2, 0.62 * len(racks) + 1.0)
    axes.set_ylim(-0.3, height)
    supply, back = height - 0.5, 0.5
    left, right = 3.9, 5.9
    _rejection(axes, result, supply, back)
    _box(axes, 3.1, back - 0.3, 0.8, supply - back + 0.6, "distribution\nunits")
    for level, colour in ((supply, COLD), (back, HOT)):
        axes.plot([left, right], [level, level], color=colour, **PIPE)
    low, high = loop["supply_C"], loop["return_C"]
    _label(axes, 4.9, supply + 0.12, f"{low:.1f} °C{_bar(loop, 'discharge')}", COLD, "bottom")
    _label(axes, 4.9, supply - 0.12, f"{loop['flow_kg_s']:,.1f} kg/s", COLD, "top")
    _label(axes, 4.9, back - 0.12, f"{high:.1f} °C{_bar(loop, 'suction')}", HOT, "top")
    middle = f"pumps {loop['pump_W'] / 1e3:,.1f} kW\nrack side {loop['pressure_drop_Pa'] / 1e3:,.0f} kPa"
    _label(axes, 4.9, 0.5 * (supply + back), middle, INK, "center")
    axes.plot([right, right], [_place(len(racks) - 1, len(racks), supply, back), supply], color=COLD, **PIPE)
    axes.plot([9.9, 9.9, right], [_place(0, len(racks), supply, back), back, back], color=HOT, **PIPE)
    for row, rack in enumerate(racks):
        _rack(axes, _place(row, len(racks), supply, back), right, rack)
    if hidden:
        _label(axes, 8.1, back - 0.12, f"and {hidden:,} more racks", SOFT, "top")
    alt = (
        f"Piping diagram: coolant at {low:.1f} °C from the distribution units through {len(racks) + hidden} racks, "
        f"back at {high:.1f} °C; {loop['flow_kg_s']:.1f} kg/s in all."
    )
    caption = (
        "The technology loop and what stands behind it; the facility loop carries all racks of the plant. "
        "Blue: supply. Red: return."
    )
    return vector(figure, alt, caption)


def _bar(loop: Mapping[str, Any], node: str) -> str:
    """Pressure at the units' `node`, of the first group where there are several."""
    found = [row["pressure_Pa"] for row in loop.get("nodes", []) if row["name"].split()[-1] == node]
    return f"   {found[0] / 1e5:.2f} bar" if found else ""


def _place(row: int, rows: int, supply: float, back: float) -> float:
    return supply - 0.45 - (supply - back - 0.9) * row / max(rows - 1, 1)


def _rejection(axes: Axes, result: Result, supply: float, back: float) -> None:
    """The facility loop, with the hours of the year in each mode where there is a plant."""
    plant = result.summary.get("plant", {})
    hours = plant.get("mode_hours", {})
    modes = "".join(f"\n{mode} {count:,.0f} h" for mode, count in hours.items() if count)
    _box(axes, 0.1, back - 0.3, 1.5, supply - back + 0.6, f"heat rejection{modes}")
    axes.plot([1.6, 3.1], [supply, supply], color=COLD, linestyle=(0, (5, 2)), **PIPE)
    axes.plot([1.6, 3.1], [back, back], color=HOT, linestyle=(0, (5, 2)), **PIPE)
    year = result.year
    if year is not None and "facility_supply" in year.hourly:
        warmest = float(np.max(year.hourly["facility_supply"])) - 273.15
        hottest = float(np.max(year.hourly["facility_return"])) - 273.15
        _label(axes, 2.35, supply + 0.12, f"at most {warmest:.1f} °C", COLD, "bottom")
        _label(axes, 2.35, supply - 0.12, f"at most\n{np.max(year.hourly['facility_flow']):,.0f} kg/s", COLD, "top")
        _label(axes, 2.35, back - 0.12, f"at most {hottest:.1f} °C", HOT, "top")
    _label(axes, 2.35, 0.5 * (supply + back), "facility\nloop", SOFT, "center")


def _box(axes: Axes, x: float, y: float, wide: float, high: float, text: str) -> None:
    patch = FancyBboxPatch((x, y), wide, high, boxstyle="round,pad=0,rounding_size=0.08", facecolor="#eef2f6",
                           edgecolor=INK, linewidth=0.9, zorder=3)  # fmt: skip
    axes.add_patch(patch)
    axes.text(x + wide / 2, y + high / 2, text, ha="center", va="center", fontsize=8.5, zorder=4)


def _label(axes: Axes, x: float, y: float, text: str, colour: str, va: str) -> None:
    axes.text(x, y, text, ha="center", va=va, fontsize=8.5, color=colour)


def _rack(axes: Axes, y: float, left: float, rack: Mapping[str, Any]) -> None:
    axes.plot([left, 6.25], [y, y], color=COLD, **PIPE)
    axes.plot([9.45, 9.9], [y, y], color=HOT, **PIPE)
    _box(axes, 6.25, y - 0.22, 3.2, 0.44, "")
    axes.text(6.33, y, rack["name"], va="center", fontsize=8.0, zorder=5)
    said = f"{rack['flow']:.1f} L/min  {rack['drop']:.0f} kPa  {rack['out']:.1f} °C"
    axes.text(9.37, y, said, va="center", ha="right", fontsize=8.0, zorder=5)


def _racks(result: Result) -> tuple[list[dict[str, Any]], int]:
    """Racks to draw (the first, the last and what lies between, at most eight), and how many are left out."""
    loop = result.loop
    names = [str(name) for name in loop.get("name", ())]
    pressure = {row["name"]: row["pressure_Pa"] for row in result.summary["liquid"].get("nodes", [])}
    found = []
    for n, name in enumerate(names):
        words = name.split()
        if name.endswith(" supply hose") or (len(words) >= 2 and words[-2] == "rack"):
            label = name.removesuffix(" supply hose")
            back, drop = n, loop["pressure_drop_Pa"][n]
            if name.endswith("hose"):
                back = names.index(f"{label} return hose")
                drop = pressure[label.replace("rack", "supply")] - pressure[label.replace("rack", "return")]
            found.append({"name": label, "flow": abs(loop["flow_L_min"][n]), "drop": drop / 1e3,
                          "out": loop["outlet_C"][back]})  # fmt: skip
    if len(found) <= MOST_RACKS:
        return found, 0
    shown = np.unique(np.linspace(0, len(found) - 1, MOST_RACKS).round().astype(int))
    return [found[n] for n in shown], len(found) - len(shown)


def branches(result: Result) -> Picture | None:
    """Flow through every plate of the first rack, bottom up, and how warm its chip gets."""
    rows = [row for row in result.summary.get("liquid", {}).get("branches", []) if "chip_C" in row]
    if not rows or "from" in rows[0]:
        return None
    first = rows[0]["name"].split(" rack ")[0].split()
    rack = " ".join(rows[0]["name"].split()[: 2 + 2 * (first[0] == "group")])
    rows = [row for row in rows if row["name"].startswith(f"{rack} ")]
    kinds = list(dict.fromkeys(_kind(row["name"], rack) for row in rows))
    figure = Figure(figsize=(WIDE, 4.0), layout="constrained")
    flow, chip = figure.subplots(2, 1, sharex=True)
    for colour, kind in zip(SERIES, kinds, strict=False):
        at = [n for n, row in enumerate(rows) if _kind(row["name"], rack) == kind]
        flow.bar(at, [rows[n]["flow_L_min"] for n in at], width=0.8, color=colour, label=kind)
        chip.plot(at, [rows[n]["chip_C"] for n in at], linestyle="none", marker="o", markersize=3.5, color=colour)
    limit = result.summary.get("chips", {}).get("limit_C")
    if limit is not None:
        chip.axhline(limit, color=BAD, linewidth=1.1, linestyle=(0, (5, 2)))
        chip.annotate("limit of the chip nearest to it", (0.0, limit), xycoords=("axes fraction", "data"), fontsize=7.5,
                      xytext=(4, 2), textcoords="offset points", color=BAD)  # fmt: skip
    flow.set_ylabel("flow, L/min")
    chip.set_ylabel("chip, °C")
    chip.set_xlabel(f"plates of {rack}, tray by tray from the bottom")
    flow.legend(ncols=len(kinds), loc="lower left", bbox_to_anchor=(0.0, 1.0))
    for axes in (flow, chip):
        axes.grid(axis="y")
        axes.set_xlim(-1, len(rows))
    flows = [row["flow_L_min"] for row in rows]
    alt = f"Flow of {len(rows)} plates, {min(flows):.2f} to {max(flows):.2f} L/min, and the temperature of their chips."
    return vector(figure, alt, f"Every plate of {rack} is a branch of the network.")


def _kind(name: str, rack: str) -> str:
    """Tray and plate of a branch without their numbers."""
    return " ".join(word for word in name.removeprefix(f"{rack} ").split() if not word.isdigit())


def series(result: Result) -> Picture | None:
    """The loop over time: hottest chip, supply, return and facility, and the flow."""
    columns = result.loop_series
    if "time_s" not in columns:
        return None
    figure = Figure(figsize=(WIDE, 4.2), layout="constrained")
    warm, flow = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    shown = (("chip_max_C", "hottest chip", HOT), ("return_C", "return", SERIES[1]), ("supply_C", "supply", COLD),
             ("facility_C", "facility", SERIES[2]))  # fmt: skip
    for key, label, colour in shown:
        warm.plot(columns["time_s"], columns[key], color=colour, linewidth=1.4, label=label)
    limit = result.summary.get("chips", {}).get("limit_C")
    if limit is not None:
        warm.axhline(limit, color=BAD, linewidth=1.1, linestyle=(0, (5, 2)), label="chip slows down")
    flow.plot(columns["time_s"], columns["flow_kg_s"], color=INK, linewidth=1.2, label="flow, kg/s")
    flow.plot(columns["time_s"], columns["load"] * columns["flow_kg_s"].max(), color=SOFT, linewidth=0.9,
              label="load, full scale is full power")  # fmt: skip
    warm.set_ylabel("temperature, °C")
    flow.set_xlabel("time, s")
    for axes in (warm, flow):
        axes.grid()
        axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0))
    rows = {row["name"]: row["value"] for row in result.summary.get("monitors", [])}
    said = ", ".join(f"{name} {rows[name]:.1f} s" for name in ("time to first throttle", "time to first shutdown")
                     if name in rows)  # fmt: skip
    alt = f"The loop over {columns['time_s'][-1]:.0f} s. {said or 'No chip reaches its limit'}."
    return vector(figure, alt, f"The loop in time. {said or 'No chip reaches its limit'}.")


def figures(summary: Mapping[str, Any]) -> str:
    """Key figures of the loop and its chips."""
    loop, chips = summary.get("liquid", {}), summary.get("chips", {})
    if "supply_C" not in loop:
        return ""
    tanks = "immersion" in summary
    where = "in the tank's exchanger" if tanks else "of the rack side"
    rows = [
        ("Supply and return", f"{loop['supply_C']:.2f} °C, {loop['return_C']:.2f} °C"),
        ("Flow", value(loop["flow_kg_s"], "kg/s", 2)),
        (f"Pressure drop {where}", value(loop["pressure_drop_Pa"] / 1e3, "kPa", 1)),
        ("Power of the pumps", value(loop["pump_W"] / 1e3, "kW", 2)),
    ]
    if "margin_K" in chips:
        rows.append(("Chip nearest its limit", f"{chips['max_C']:.1f} °C of {chips['limit_C']:.0f} °C"
                     + (f": {chips['hottest']}" if "hottest" in chips else "")))  # fmt: skip
    return heading("Coolant of all tanks" if tanks else "Key figures") + pairs(rows)


def mains(summary: Mapping[str, Any]) -> str:
    """Table of the branches outside the racks, and the hoses of the racks."""
    found = summary.get("liquid", {}).get("branches", [])
    rows = [row for row in found if "from" not in row and _outside(row["name"])][:40]
    columns = [Column("Branch", number=False), Column("Flow", "kg/s"), Column("In", "°C"), Column("Out", "°C"),
               Column("Pressure drop", "kPa")]  # fmt: skip
    cells = [[row["name"], number(row["flow_kg_s"], 2), number(row["inlet_C"], 2), number(row["outlet_C"], 2),
              number(row["pressure_drop_Pa"] / 1e3, 2)] for row in rows]  # fmt: skip
    return heading("Units, mains and hoses") + table(columns, cells) if cells else ""


def _outside(name: str) -> bool:
    return name.split()[-1] in ("main", "hose") or name.split()[-2] == "unit"
