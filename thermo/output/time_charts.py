"""Charts of a run in time: rack intakes from before an event until they pass what is allowable, or the end."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from thermo.output.charts import WIDE
from thermo.output.figure import BAD, SERIES, SOFT, Picture, vector
from thermo.result import Result

MOST = 8
KIND = "monitor:rack "
LIMITS = {"rack_inlet_max": "limit of the hottest point", "rack_inlet_mean": "limit of the mean"}


def rack_inlets(result: Result) -> Picture | None:
    """Intake temperatures over time, the racks that get hottest; None for a steady run."""
    history = result.history
    keys = [key for key in history if key.startswith(KIND)]
    if "time" not in history or not keys:
        return None
    time = np.asarray(history["time"], dtype=np.float64)
    hottest = sorted(keys, key=lambda key: -float(np.nanmax(np.append(history[key], -np.inf))))
    figure = Figure(figsize=(WIDE, 3.2))
    axes = figure.add_axes((0.07, 0.15, 0.70, 0.8))
    for colour, key in zip(SERIES, hottest[:MOST], strict=False):
        values = np.asarray(history[key], dtype=np.float64)
        there = np.isfinite(values) & np.isfinite(time)
        name = key.removeprefix(KIND).replace("_", " ")
        axes.plot(time[there], values[there], color=colour, linewidth=1.4, label=name)
    for row in result.summary.get("limits", []):
        if row["name"] in LIMITS:
            axes.axhline(row["limit"], color=BAD, linewidth=1.1, linestyle=(0, (5, 2)))
            axes.annotate(LIMITS[row["name"]], (0.01, row["limit"]), xycoords=("axes fraction", "data"), fontsize=7.5,
                          xytext=(0, 2), textcoords="offset points", color=BAD)  # fmt: skip
    lasting = {row["name"]: row["ride_through_s"] for row in result.summary.get("racks", []) if "ride_through_s" in row}
    axes.set_xlabel("time, s")
    axes.set_ylabel("intake air, °C")
    axes.set_xlim(float(np.nanmin(time)), float(np.nanmax(time)))
    axes.grid()
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0))
    more = f" The {MOST} hottest of {len(keys)} curves." if len(keys) > MOST else ""
    first = min(lasting, key=lambda name: lasting[name], default=None)
    passed = f" First beyond what is allowable: {first}, {lasting[first]:.0f} s after the event." if first else ""
    axes.tick_params(color=SOFT)
    alt = f"Rack intake temperatures over {time[-1]:.0f} s.{passed}"
    return vector(figure, alt, f"Rack intakes over time.{more}{passed}")
