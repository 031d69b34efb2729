"""Temperature cuts of several options side by side, all on one colour scale."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from matplotlib.colors import BoundaryNorm
from matplotlib.figure import Figure

from thermo.output import planes, resolved
from thermo.output.figure import SOFT, Picture, colour_map, raster
from thermo.study.option import Option

KELVIN = 273.15
PAGE, TALL, BANDS = 10.2, 2.9, 16  # inches, inches of a panel, colour bands
COLUMNS = 3
TITLES = {
    planes.SECTIONS: "Upright cut through the rack with the hottest intake, in a tank through its hottest chip",
    planes.LEVELS: "Cut at server height, in a tank at its hottest chip",
}
NORMAL = {planes.SECTIONS: "y", planes.LEVELS: "z"}
"""Normal of the cut that stands for a kind where there are no racks."""
MOST_NAMED = 3


def pictures(options: list[Option]) -> list[Picture]:
    """One figure for each kind of cut that the options have: through the racks, upright, and at server height."""
    found = {group: _cuts(options, group) for group in TITLES}
    every = [cut for cuts in found.values() for _, _, cut in cuts]
    if not every:
        return []
    levels = _levels(every)
    return [_page(title, found[group], levels) for group, title in TITLES.items() if found[group]]


def _title(labels: list[str]) -> str:
    more = len(labels) - MOST_NAMED
    return "\n".join(labels[:MOST_NAMED]) + (f"\nand {more} more" if more > 0 else "")


def _cuts(options: list[Option], group: str) -> list[tuple[list[str], planes.Plane, planes.Cut]]:
    """One cut for each field; options with the same field share it."""
    found: list[tuple[list[str], planes.Plane, planes.Cut]] = []
    for option in options:
        result = option.result
        if result is None:
            continue
        chosen = _chosen(planes.choose(result, resolved.rack_faces(option.case)), group)
        if chosen is None:
            continue
        cut = planes.cut(result.fields, "T", chosen)
        same = next((labels for labels, plane, other in found if plane == chosen and _equal(cut, other)), None)
        if same is None:
            found.append(([option.label], chosen, cut))
        else:
            same.append(option.label)
    return found


def _chosen(offered: list[planes.Plane], group: str) -> planes.Plane | None:
    """The cut of a kind that says most: through the hottest rack or the middle servers; without racks through the
    hottest chip, or the middle where no chips are known."""
    of_racks = [plane for plane in offered if plane.group == group]
    telling = [plane for plane in of_racks if "hottest" in plane.why or "middle" in plane.why] or of_racks
    of_tanks = [p for p in offered if p.group in (planes.CHIP, planes.MIDDLE) and p.normal == NORMAL[group]]
    return next(iter(telling or of_tanks), None)


def _equal(cut: planes.Cut, other: planes.Cut) -> bool:
    return cut.values.shape == other.values.shape and np.allclose(cut.values, other.values, atol=0.01, equal_nan=True)


def _levels(cuts: list[planes.Cut]) -> np.ndarray:
    low = min(float(np.nanmin(cut.values)) for cut in cuts) - KELVIN
    high = max(float(np.nanmax(cut.values)) for cut in cuts) - KELVIN
    step = next(step for step in (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 1e9) if (high - low) / step <= BANDS)
    first = np.floor(low / step) * step
    return np.arange(first, max(high, first + 2 * step) + step, step)


def _page(title: str, cuts: list, levels: np.ndarray) -> Picture:
    """All panels to one scale, on one colour scale."""
    columns = min(COLUMNS, len(cuts))
    rows = -(-len(cuts) // columns)
    wide = PAGE * (0.4 + 0.6 * columns / COLUMNS)
    figure = Figure(figsize=(wide, rows * TALL), layout="compressed")
    grid = figure.subplots(rows, columns, squeeze=False)
    norm, colours = BoundaryNorm(levels, 256), colour_map()
    for axes, (labels, plane, cut) in zip(grid.ravel(), cuts, strict=False):
        mesh = axes.pcolormesh(cut.across, cut.up, cut.values - KELVIN, norm=norm, cmap=colours, rasterized=True)
        axes.set_aspect("equal")
        axes.set_title(_title(labels), fontsize=8.5)
        axes.set_xlabel(f"{plane.axes[0]}, m", labelpad=1, color=SOFT)
        axes.set_ylabel(f"{plane.axes[1]}, m", labelpad=1, color=SOFT)
    for axes in grid.ravel()[len(cuts) :]:
        axes.set_axis_off()
    figure.colorbar(mesh, ax=grid, shrink=0.8, pad=0.01).set_label("temperature, °C")
    ends = {", ".join(labels): (np.nanmin(cut.values), np.nanmax(cut.values)) for labels, _, cut in cuts}
    spans = ", ".join(f"{label} {low - KELVIN:.0f} to {high - KELVIN:.0f} °C" for label, (low, high) in ends.items())
    caption = f"{title}: {levels[0]:g} to {levels[-1]:g} °C in every panel. Cell values as solved; white is solid."
    return replace(raster(figure, f"{title}: {spans}.", caption), share=wide / PAGE)
