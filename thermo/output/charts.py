"""Charts of a run: rack inlets against their limits, convergence."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from thermo.output.figure import BAD, COLD, GOOD, INK, SERIES, SOFT, Picture, vector
from thermo.result import Result

RECOMMENDED = (18.0, 27.0)  # degC, ASHRAE TC 9.9 classes A1 to A4 (2021)
MEASURES = {"mass": "mass defect", "heat": "heat defect", "update_u": "change of velocity", "update_T": "change of T"}
MOST_MONITORS, MOST_NAMES = 8, 40
WIDE = 10.2  # inches


def rack_inlets(result: Result) -> Picture | None:
    """Mean (with its grid uncertainty) to hottest point of every rack's intake, the recommended band and the limits."""
    racks = [rack for rack in result.summary.get("racks", []) if "inlet_mean_C" in rack]
    if not racks:
        return None
    figure = Figure(figsize=(WIDE, 3.1))
    turned = 90 if len(racks) > MOST_NAMES // 2 else 0
    axes = figure.add_axes((0.055, 0.22 if turned else 0.09, 0.825, 0.74 if turned else 0.87))
    axes.axhspan(*RECOMMENDED, color=GOOD, alpha=0.13, linewidth=0)
    axes.text(1.005, np.mean(RECOMMENDED), "recommended\n18 to 27 °C", transform=axes.get_yaxis_transform(),
              color=GOOD, fontsize=7.5, va="center")  # fmt: skip
    limits = {row["name"]: row["limit"] for row in result.summary.get("limits", [])}
    for name, text in (("rack_inlet_max", "limit of the\nhottest point"), ("rack_inlet_mean", "limit of\nthe mean")):
        if name in limits:
            axes.axhline(limits[name], color=BAD, linewidth=1.2, linestyle=(0, (5, 2)))
            axes.text(1.005, limits[name], f"{text} {limits[name]:g} °C", transform=axes.get_yaxis_transform(),
                      color=BAD, fontsize=7.5, va="center")  # fmt: skip
    for place, rack in enumerate(racks):
        _rack(axes, place, rack, limits, len(racks) <= MOST_NAMES // 2)
    axes.set_xlim(-0.6, len(racks) - 0.4)
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, RECOMMENDED[0]) - 1.0, max(high, RECOMMENDED[1]) + 1.5)
    shown = range(0, len(racks), 1 + (len(racks) - 1) // MOST_NAMES)
    axes.set_xticks(list(shown), [racks[i]["name"] for i in shown], rotation=turned)
    axes.set_ylabel("intake air, °C")
    axes.grid(axis="y")
    hottest = max(racks, key=lambda rack: rack.get("inlet_max_C", rack["inlet_mean_C"]))
    alt = f"Intake temperature of {len(racks)} racks; hottest point {_most(hottest):.1f} °C at {hottest['name']}."
    caption = (
        "Bar: mean to hottest point of the intake. Dot: mean, with its grid uncertainty. Band: ASHRAE recommended."
    )
    return vector(figure, alt, caption)


def _most(rack: Mapping) -> float:
    return rack.get("inlet_max_C", rack["inlet_mean_C"])


def _rack(axes: Axes, place: int, rack: Mapping, limits: Mapping, numbers: bool) -> None:
    mean, most = rack["inlet_mean_C"], _most(rack)
    hot = most > limits.get("rack_inlet_max", np.inf) or mean > limits.get("rack_inlet_mean", np.inf)
    colour = BAD if hot else COLD
    axes.bar(place, most - mean, bottom=mean, width=0.5, color=colour, alpha=0.55, linewidth=0)
    axes.plot([place - 0.25, place + 0.25], [most, most], color=colour, linewidth=1.6)
    error = rack.get("inlet_mean_uncertainty_K", 0.0)
    axes.errorbar(place, mean, yerr=error, fmt="o", color=INK, markersize=4.0, capsize=3.0, linewidth=1.0)
    if numbers:
        axes.annotate(
            f"{most:.1f}", (place, most), xytext=(0, 3), textcoords="offset points", ha="center", fontsize=7.5
        )
        axes.annotate(f"{mean:.1f}", (place, mean - error), xytext=(0, -4), textcoords="offset points", ha="center",
                      va="top", fontsize=7.5)  # fmt: skip


def convergence(result: Result) -> Picture | None:
    """Defects and changes on a logarithmic axis, and the monitored values, over the iterations of every grid."""
    history = result.history
    if not len(history.get("iteration", ())):
        return None
    figure = Figure(figsize=(WIDE, 3.9))
    left, right = figure.subplots(1, 2, gridspec_kw={"left": 0.065, "right": 0.99, "top": 0.90, "bottom": 0.37,
                                                     "wspace": 0.17})  # fmt: skip
    for colour, (key, label) in zip(SERIES, MEASURES.items(), strict=False):
        _line(left, history.get(key), label, colour, positive=True)
    left.set_yscale("log")
    left.set_ylabel("relative size, –")
    left.set_title("Defects and changes per step", pad=14)
    names = [key for key in history if key.startswith("monitor:")]
    for colour, key in zip(SERIES, names[:MOST_MONITORS], strict=False):
        _line(right, history[key], key.removeprefix("monitor:").replace("_", " "), colour, positive=False)
    right.set_title("Monitored values", pad=14)
    right.set_ylabel(_monitor_unit(result, names))
    for axes in (left, right):
        _grids(axes, np.asarray(history.get("level", np.zeros(len(history["iteration"])))))
        axes.set_xlabel("iteration, all grids")
        axes.grid()
        if axes.lines:
            axes.legend(ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.2))
    more = f" First {MOST_MONITORS} of {len(names)} monitors." if len(names) > MOST_MONITORS else ""
    caption = f"The run starts on coarse grids and ends on the grid of the result (dashed: change of grid).{more}"
    alt = f"Convergence over {len(history['iteration'])} iterations: {_last(history)}."
    return vector(figure, alt, caption)


def _line(axes: Axes, values, label: str, colour: str, positive: bool) -> None:
    """A series that may have gaps: it is measured every so many iterations."""
    if values is None:
        return
    values = np.asarray(values, dtype=np.float64)
    there = np.isfinite(values) & ((values > 0.0) | (not positive))
    if positive:  # a measure keeps its value until it is taken again
        there &= np.diff(values, prepend=np.nan) != 0.0
    if there.any():
        axes.plot(np.flatnonzero(there) + 1, values[there], color=colour, linewidth=1.2, label=label)


def _grids(axes: Axes, level: np.ndarray) -> None:
    """Where the grid changes, and which of how many it is."""
    starts = [0, *(np.flatnonzero(np.diff(level)) + 1).tolist(), len(level)]
    axes.set_xlim(0, len(level) + 1)
    for number, (start, end) in enumerate(pairwise(starts), 1):
        if start:
            axes.axvline(start + 0.5, color=SOFT, linewidth=0.8, linestyle=(0, (3, 3)))
        if (end - start) / len(level) > 0.08:
            axes.text((start + end) / 2, 1.0, f"grid {number}/{len(starts) - 1}", color=SOFT, fontsize=7.5, ha="center",
                      va="bottom", transform=axes.get_xaxis_transform())  # fmt: skip


def _monitor_unit(result: Result, names: list[str]) -> str:
    units = {row["name"]: row.get("unit", "") for row in result.summary.get("monitors", [])}
    found = {units.get(name.removeprefix("monitor:"), "degC") for name in names}
    return "temperature, °C" if found <= {"degC"} else f"value, {', '.join(sorted(found)).replace('degC', '°C')}"


def _last(history: Mapping) -> str:
    last = {}
    for key, label in MEASURES.items():
        values = np.asarray(history.get(key, ()), dtype=np.float64)
        if np.isfinite(values).any():
            last[label] = values[np.isfinite(values)][-1]
    return ", ".join(f"{label} {value:.1e}" for label, value in last.items()) or "no measures"
