"""Charts of a run in time: rack intakes from before an event until they pass what is allowable, or the end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from thermo.output.charts import WIDE
from thermo.output.figure import BAD, SERIES, SOFT, Picture, vector
from thermo.result import Result

MOST = 8
KIND = "monitor:rack "
# What is followed of a rack: ending of its name in the history, and how it is drawn
FOLLOWED = {" inlet_max": "solid", " inlet_mean": (0, (4, 2))}
LIMITS = {"rack_inlet_max": "limit of the hottest point", "rack_inlet_mean": "limit of the mean"}
SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0}


def rack_inlets(result: Result, case: Mapping[str, Any]) -> Picture | None:
    """Intakes of the racks that get hottest, over time, with the events of the ``case``; None for a steady run."""
    history = result.history
    curves = {key: np.asarray(history[key], dtype=np.float64) for key in history if key.startswith(KIND)}
    peaks: dict[str, float] = {}
    for key, values in curves.items():
        if np.isfinite(values).any():
            peaks[_rack(key)] = max(peaks.get(_rack(key), -np.inf), float(np.nanmax(values)))
    if "time" not in history or not peaks:
        return None
    time = np.asarray(history["time"], dtype=np.float64)
    figure = Figure(figsize=(WIDE, 3.2))
    axes = figure.add_axes((0.06, 0.15, 0.77, 0.8))
    shown = sorted(peaks, key=lambda name: -peaks[name])[:MOST]
    for colour, name in zip(SERIES, shown, strict=False):
        for ending, style in FOLLOWED.items():
            _curve(axes, time, curves.get(f"{KIND}{name}{ending}"), colour, style, name)
    _marks(axes, result, case)
    axes.set_xlim(float(np.nanmin(time)), float(np.nanmax(time)))
    axes.set_xlabel("time, s")
    axes.set_ylabel("intake air, °C")
    axes.grid()
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0))
    more = f" The {MOST} hottest of {len(peaks)} racks." if len(peaks) > MOST else ""
    lasting = {row["name"]: row["ride_through_s"] for row in result.summary.get("racks", []) if "ride_through_s" in row}
    first = min(lasting, key=lambda name: lasting[name], default=None)
    passed = f" First beyond what is allowable: {first}, {lasting[first]:.0f} s after the event." if first else ""
    alt = f"Rack intake temperatures over {time[-1]:.0f} s; hottest {max(peaks.values()):.1f} °C.{passed}"
    return vector(figure, alt, f"Hottest point (solid) and mean (dashed) of rack intakes over time.{more}{passed}")


def _rack(key: str) -> str:
    name = key.removeprefix(KIND)
    return next((name.removesuffix(ending) for ending in FOLLOWED if name.endswith(ending)), name)


def _curve(axes: Axes, time: NDArray[np.float64], values, colour: str, style, name: str) -> None:
    if values is None:
        return
    there = np.isfinite(values) & np.isfinite(time)
    known = name in axes.get_legend_handles_labels()[1]
    axes.plot(time[there], values[there], color=colour, linestyle=style, linewidth=1.3, label=None if known else name)


def _marks(axes: Axes, result: Result, case: Mapping[str, Any]) -> None:
    """Limits as red lines, events as grey ones."""
    for row in result.summary.get("limits", []):
        if row["name"] in LIMITS:
            axes.axhline(row["limit"], color=BAD, linewidth=1.1, linestyle=(0, (5, 2)))
            axes.annotate(LIMITS[row["name"]], (0.01, row["limit"]), xycoords=("axes fraction", "data"), fontsize=7.5,
                          xytext=(0, 2), textcoords="offset points", color=BAD)  # fmt: skip
    for event in case.get("event", []):
        moment = _seconds(event.get("at"))
        if moment is not None:
            axes.axvline(moment, color=SOFT, linewidth=0.9, linestyle=(0, (1, 2)))
            axes.annotate("event", (moment, 1.0), xycoords=("data", "axes fraction"), fontsize=7.5, color=SOFT,
                          xytext=(3, -9), textcoords="offset points")  # fmt: skip


def _seconds(given: Any) -> float | None:
    """A moment of the resolved case in seconds; None where it is written in a unit that is not known here."""
    if isinstance(given, int | float):
        return float(given)
    number, _, unit = str(given).partition(" ")
    try:
        return float(number) * SECONDS[unit]
    except (ValueError, KeyError):
        return None
