"""The floor from above: how much air comes out of every tile and hole of a raised floor."""

from __future__ import annotations

import matplotlib
import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from thermo.output.figure import BAD, INK, SOFT, Picture, raster
from thermo.result import Box, Result

PAGE, EDGE, BAR, FOOT, TALLEST = 10.2, 0.6, 0.9, 0.5, 5.4  # inches
LEAST = 4  # tiles that are worth a drawing
FLAT = 1e-6  # m
SHADES = {"rack": "#e9edf1", "obstacle": "#c2cad3"}
HOLE = "#f3e3c3"
DIGIT = 0.05  # inches of a digit at the smallest size
EVEN = 0.1  # of the mean: the colours span at least so much to either side of it


def picture(result: Result) -> Picture | None:
    """Tiles and holes coloured by the flow upwards through them; None where there are less than a few."""
    flows = {row["name"]: row for row in result.summary.get("plates", []) if row["kind"] in ("tile", "cutout")}
    holes = [box for box in result.boxes if box.name in flows and abs(box.hi[2] - box.lo[2]) < FLAT]
    tiles = [box for box in holes if flows[box.name]["kind"] == "tile"]
    if len(tiles) < LEAST:
        return None
    low, high = result.room_lo, result.room_hi
    across, up = high[0] - low[0], high[1] - low[1]
    metres = max(across / (PAGE - EDGE - BAR - 0.3), up / TALLEST)
    height, page = up / metres + FOOT + 0.2, across / metres + EDGE + BAR + 0.3
    figure = Figure(figsize=(page, height))
    axes = figure.add_axes((EDGE / page, FOOT / height, across / metres / page, up / metres / height))
    through = np.array([flows[box.name]["flow_m3_s"] for box in tiles])
    span = max(np.abs(through - through.mean()).max(), EVEN * abs(through.mean()), 1e-6)
    scale = Normalize(through.mean() - span, through.mean() + span)
    shades = ListedColormap(matplotlib.colormaps["YlGnBu"](np.linspace(0.0, 0.62, 256)), "floor")
    for box in result.boxes:
        if box.kind in SHADES:
            _rectangle(axes, box, facecolor=SHADES[box.kind], edgecolor=SOFT, linewidth=0.5)
    for box in holes:
        flow = flows[box.name]["flow_m3_s"]
        colour = shades(scale(flow)) if box in tiles else HOLE
        _rectangle(axes, box, facecolor=colour, edgecolor=BAD if flow < 0.0 else INK, linewidth=0.7)
    _numbers(axes, holes, flows, metres)
    _names(axes, [box for box in result.boxes if box.kind in SHADES], metres)
    axes.set_xlim(low[0], high[0])
    axes.set_ylim(low[1], high[1])
    axes.set_xlabel("x, m", labelpad=1)
    axes.set_ylabel("y, m", labelpad=1)
    place = ((page - BAR - 0.05) / page, FOOT / height, 0.16 / page, min(3.2, height - 0.7) / height)
    bar_axes = figure.add_axes(place)
    bar = figure.colorbar(ScalarMappable(scale, shades), cax=bar_axes)
    bar.set_label("air through a tile, m³/s")
    bar.outline.set_linewidth(0.5)
    return raster(figure, *_words(through, [flows[box.name] for box in holes if box not in tiles]))


def _words(through: np.ndarray, others: list) -> tuple[str, str]:
    """What the drawing shows, and its caption."""
    mean, spread = through.mean(), through.std() / abs(through.mean()) if through.mean() else 0.0
    alt = f"Air through {len(through)} tiles: {through.min():.3f} to {through.max():.3f} m³/s."
    caption = (f"The floor from above. Air upwards through each tile: {through.min():.3f} to {through.max():.3f} m³/s, "
               f"{mean:.3f} in the mean with a standard deviation of {100 * spread:.0f} %, {through.sum():.2f} in all.")
    if others:
        caption += f" Pale: other holes, {sum(row['flow_m3_s'] for row in others):.2f} m³/s together."
    if (through < 0.0).any():
        caption += " Red edges: air is drawn down into the floor."
    return alt, caption


def _rectangle(axes, box: Box, **look) -> None:
    axes.add_patch(Rectangle(box.lo[:2], box.hi[0] - box.lo[0], box.hi[1] - box.lo[1], **look))


def _numbers(axes, holes: list[Box], flows, metres: float) -> None:
    """The flow on each tile and hole where it can be read."""
    for box in holes:
        text = f"{flows[box.name]['flow_m3_s']:.2f}"
        wide, deep = ((box.hi[axis] - box.lo[axis]) / metres for axis in (0, 1))
        turned = wide < DIGIT * len(text) < deep
        if max(wide, deep) < DIGIT * len(text) or min(wide, deep) < 2.0 * DIGIT:
            continue
        axes.text(0.5 * (box.lo[0] + box.hi[0]), 0.5 * (box.lo[1] + box.hi[1]), text, fontsize=6.0, color=INK,
                  ha="center", va="center", rotation=90 if turned else 0)


def _names(axes, boxes: list[Box], metres: float) -> None:
    for box in boxes:
        wide, deep = ((box.hi[axis] - box.lo[axis]) / metres for axis in (0, 1))
        needed = DIGIT * (len(box.name) + 1)
        if max(wide, deep) > needed and min(wide, deep) > 2.0 * DIGIT:
            axes.text(0.5 * (box.lo[0] + box.hi[0]), 0.5 * (box.lo[1] + box.hi[1]), box.name, fontsize=6.0, color=SOFT,
                      ha="center", va="center", rotation=0 if wide > needed else 90)
