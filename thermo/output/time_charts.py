"""Charts of a run in time: rack intakes, or chips, from before an event until they pass their limits, or the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from thermo.output.charts import WIDE
from thermo.output.figure import BAD, SERIES, SOFT, Picture, vector
from thermo.result import Result

MOST = 8
SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0}


@dataclass(frozen=True)
class Followed:
    """What is followed over time: beginning of its name in the history, endings with how they are drawn, limits by
    name with their labels, the label of the axis and the words of the caption."""

    kind: str
    endings: Mapping[str, Any]
    limits: Mapping[str, str]
    axis: str
    plural: str
    caption: str
    alt: str
    beyond: str

    def name(self, key: str) -> str:
        """The thing that a column of the history belongs to."""
        name = key.removeprefix(self.kind)
        return next((name.removesuffix(ending) for ending in self.endings if ending and name.endswith(ending)), name)


RACKS = Followed(
    "monitor:rack ", {" inlet_max": "solid", " inlet_mean": (0, (4, 2))},
    {"rack_inlet_max": "limit of the hottest point", "rack_inlet_mean": "limit of the mean"}, "intake air, °C", "racks",
    "Hottest point (solid) and mean (dashed) of rack intakes over time.", "Rack intake temperatures",
    "First beyond what is allowable",
)  # fmt: skip
CHIPS = Followed(
    "monitor:solid ", {"": "solid"}, {"chip_max": "limit"}, "chip, °C", "chips",
    "Hottest point of the chips over time.", "Chip temperatures", "First beyond its limit",
)  # fmt: skip


def rack_inlets(result: Result, case: Mapping[str, Any]) -> Picture | None:
    """Intakes of the racks that get hottest, over time, with the events of the ``case``; None for a steady run."""
    return _picture(result, case, RACKS, result.summary.get("racks", []))


def chips(result: Result, case: Mapping[str, Any]) -> Picture | None:
    """Chips of a tank that get hottest, over time, with the events of the ``case``; None for a steady run."""
    return _picture(result, case, CHIPS, result.summary.get("immersion", {}).get("chips", []))


def _picture(result: Result, case: Mapping[str, Any], what: Followed, rows) -> Picture | None:
    history = result.history
    curves = {key: np.asarray(history[key], dtype=np.float64) for key in history if key.startswith(what.kind)}
    peaks: dict[str, float] = {}
    for key, values in curves.items():
        if np.isfinite(values).any():
            peaks[what.name(key)] = max(peaks.get(what.name(key), -np.inf), float(np.nanmax(values)))
    if "time" not in history or not peaks:
        return None
    time = np.asarray(history["time"], dtype=np.float64)
    figure = Figure(figsize=(WIDE, 3.2))
    axes = figure.add_axes((0.06, 0.15, 0.77, 0.8))
    shown = sorted(peaks, key=lambda name: -peaks[name])[:MOST]
    for colour, name in zip(SERIES, shown, strict=False):
        for ending, style in what.endings.items():
            _curve(axes, time, curves.get(f"{what.kind}{name}{ending}"), colour, style, name)
    _marks(axes, result, case, what.limits)
    axes.set_xlim(float(np.nanmin(time)), float(np.nanmax(time)))
    axes.set_xlabel("time, s")
    axes.set_ylabel(what.axis)
    axes.grid()
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0))
    more = f" The {MOST} hottest of {len(peaks)} {what.plural}." if len(peaks) > MOST else ""
    lasting = {row["name"]: row["ride_through_s"] for row in rows if "ride_through_s" in row}
    first = min(lasting, key=lambda name: lasting[name], default=None)
    passed = f" {what.beyond}: {first}, {lasting[first]:.0f} s after the event." if first else ""
    alt = f"{what.alt} over {time[-1]:.0f} s; hottest {max(peaks.values()):.1f} °C.{passed}"
    return vector(figure, alt, f"{what.caption}{more}{passed}")


def _curve(axes: Axes, time: NDArray[np.float64], values, colour: str, style, name: str) -> None:
    if values is None:
        return
    there = np.isfinite(values) & np.isfinite(time)
    known = name in axes.get_legend_handles_labels()[1]
    axes.plot(time[there], values[there], color=colour, linestyle=style, linewidth=1.3, label=None if known else name)


def _marks(axes: Axes, result: Result, case: Mapping[str, Any], limits: Mapping[str, str]) -> None:
    """Limits as red lines, events as grey ones."""
    for row in result.summary.get("limits", []):
        if row["name"] in limits:
            axes.axhline(row["limit"], color=BAD, linewidth=1.1, linestyle=(0, (5, 2)))
            axes.annotate(limits[row["name"]], (0.01, row["limit"]), xycoords=("axes fraction", "data"), fontsize=7.5,
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
