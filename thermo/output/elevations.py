"""The front of every rack as one sees it standing before it: the temperature of the air its servers draw in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from thermo import records
from thermo.output.figure import INK, SOFT, Picture, colour_map, raster
from thermo.output.planes import AXES, nodes
from thermo.result import Box, Fields, Result

PAGE, MARGIN, BAR = 10.2, 0.35, 0.95  # inches: figure, left edge, room of the colour bar
GAP, NARROW, APART = 0.22, 0.10, 0.8  # m between racks, between those of a long row, between rows side by side
LONG, LONGEST = 12, 24  # racks of a row with narrow gaps; most in one line of the drawing
WIDEST, LOWEST = 0.62, 2.0  # m per inch at the least, so that one rack alone does not fill the page; inches of a row
MOST = 160
KELVIN = 273.15
ASHRAE_CLASS = "A1"  # of a rack that names none
LABELS, SEVERAL = 0.52, 0.64  # inches below a row: numbers in two lines, in three
MIRRORED = {"x_max": False, "x_min": True, "y_max": True, "y_min": False}
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Front:
    """Temperatures [degC] of the air before one rack, (rows, columns), seen from before it; edges [m] from its foot.

    Racks of one ``line`` (side and plane of the intake) stand side by side, the more to the right the larger ``place``.
    """

    name: str
    across: Array
    up: Array
    values: Array
    line: tuple[str, float]
    place: float


def fronts(result: Result, faces: Mapping[str, tuple[str, str]]) -> list[Front]:
    """Fronts of all racks with an upright intake, in the order of the case; ``faces``: intake, exhaust by rack name."""
    if result.fields is None or "T" not in result.fields.cells:
        return []
    racks = [box for box in result.boxes if box.kind == "rack" and faces.get(box.name, ("",))[0] in MIRRORED]
    return [front for box in racks if (front := _front(result.fields, box, faces[box.name][0])) is not None]


def _front(fields: Fields, box: Box, side: str) -> Front | None:
    axis, _, end = side.partition("_")
    across = "y" if axis == "x" else "x"
    edges = nodes(fields, axis)
    face = int(np.argmin(np.abs(edges - (box.hi if end == "max" else box.lo)[AXES[axis]])))
    layer = face if end == "max" else face - 1
    if not 0 <= layer < len(edges) - 1:
        return None
    values = np.take(fields.cells["T"].values, layer, axis=2 - AXES[axis]).astype(np.float64) - KELVIN
    columns, rows = (_inside(nodes(fields, name), box, name) for name in (across, "z"))
    values = values[rows[:-1, None], columns[None, :-1]]
    along = nodes(fields, across)[columns]
    along = (along[-1] - along)[::-1] if MIRRORED[side] else along - along[0]
    if values.size == 0 or not np.isfinite(values).any():
        return None
    height = nodes(fields, "z")[rows]
    line = (side, round(float(edges[face]), 2))
    place = (-box.hi[AXES[across]]) if MIRRORED[side] else box.lo[AXES[across]]
    return Front(box.name, along, height - box.lo[2], values[:, ::-1] if MIRRORED[side] else values, line, place)


def _inside(edges: Array, box: Box, axis: str) -> NDArray[np.int64]:
    """Indices of the grid planes from one side of a box to the other."""
    low, high = (int(np.argmin(np.abs(edges - corner[AXES[axis]]))) for corner in (box.lo, box.hi))
    return np.arange(low, high + 1)


def elevations(result: Result, faces: Mapping[str, tuple[str, str]], levels: Array) -> Picture | None:
    """All fronts side by side on the colour bands ``levels`` [degC] of the other figures; the hottest when many."""
    found = fronts(result, faces)
    if not found or not len(levels):
        return None
    hottest = {front.name: float(np.nanmax(front.values)) for front in found}
    shown = found
    if len(found) > MOST:
        kept = set(sorted(hottest, key=lambda name: -hottest[name])[:MOST])
        shown = [front for front in found if front.name in kept]
    lines, metres = _lines_of(shown)
    high = max(front.up[-1] for front in shown) / metres
    numbers = {row["name"]: row for row in result.summary.get("racks", [])}
    labels = SEVERAL if _tight(shown, metres) else LABELS
    height = len(lines) * (high + labels) + 0.3
    wide = max(sum(_width(row) for row in line) + APART * (len(line) - 1) for line in lines) / metres
    page = MARGIN + wide + BAR
    figure = Figure(figsize=(page, height))
    for number, line in enumerate(lines):
        bottom = height - 0.15 - number * (high + labels) - high
        axes = figure.add_axes((MARGIN / page, bottom / height, wide / page, high / height))
        axes.set_xlim(0.0, wide * metres)
        axes.set_ylim(0.0, high * metres)
        axes.axis("off")
        start = 0.0
        for row in line:
            bands = _row(axes, row, start, levels, numbers, metres)
            start += _width(row) + APART
    tall = min(height - 0.4, 3.4)
    bar_axes = figure.add_axes(((page - BAR + 0.1) / page, (height - 0.15 - tall) / height, 0.16 / page, tall / height))
    bar = figure.colorbar(bands, cax=bar_axes)
    bar.set_label("intake air, °C")
    bar.outline.set_linewidth(0.5)
    worst = max(hottest, key=lambda name: hottest[name])
    alt = f"Intake temperature over the front of {len(shown)} racks; hottest {hottest[worst]:.1f} °C at {worst}."
    more = f" The {len(shown)} hottest of {len(found)} racks." if len(shown) < len(found) else ""
    caption = (
        "Rack fronts as seen from before each row of racks. Each cell shows the air drawn in there. Lines: "
        "upper end of what ASHRAE recommends (dashed) and allows in the rack's class: "
        f"{_classes(shown, numbers)}.{more}"
    )
    return replace(raster(figure, alt, caption), share=min(1.0, page / PAGE))


def _class(row: Mapping) -> str:
    return row.get("ashrae_class", ASHRAE_CLASS)


def _classes(shown: list[Front], numbers: Mapping) -> str:
    """The two upper ends of every class among the racks, as words."""
    names = sorted({_class(numbers.get(front.name, {})) for front in shown})
    classes = [records.air_class(name) for name in names]
    return "; ".join(f"{each.name} {each.recommended[1] - KELVIN:g} and {each.allowable[1] - KELVIN:g} °C"
                     for each in classes)  # fmt: skip


def _gap(row: list[Front]) -> float:
    return NARROW if len(row) > LONG else GAP


def _width(row: list[Front]) -> float:
    """Metres of a row of racks with the gaps between them."""
    return sum(front.across[-1] for front in row) + _gap(row) * (len(row) - 1)


def _tight(shown: list[Front], metres: float) -> bool:
    """Whether the numbers of a rack need a line each."""
    return min(front.across[-1] for front in shown) / metres < 0.5


def _lines_of(shown: list[Front]) -> tuple[list[list[list[Front]]], float]:
    """Rows of racks by line of the drawing, short ones side by side, and its scale in metres per inch."""
    found: dict[tuple[str, float], list[Front]] = {}
    for front in shown:
        found.setdefault(front.line, []).append(front)
    rows = []
    for row in found.values():
        row.sort(key=lambda front: front.place)
        parts = -(-len(row) // LONGEST)
        most = -(-len(row) // parts)
        rows += [row[first : first + most] for first in range(0, len(row), most)]
    room = PAGE - MARGIN - BAR
    tallest, total = max(front.up[-1] for front in shown), sum(map(_width, rows)) + APART * (len(rows) - 1)
    metres = max(WIDEST, max(map(_width, rows)) / room, min(total / room, tallest / LOWEST))
    lines: list[list[list[Front]]] = []
    used = 0.0
    for row in rows:
        if not lines or used + APART + _width(row) > room * metres + 1e-9:
            lines.append([])
            used = -APART
        lines[-1].append(row)
        used += APART + _width(row)
    return lines, metres


def _row(axes: Axes, row: list[Front], start: float, levels: Array, numbers: Mapping, metres: float):
    norm, tight = BoundaryNorm(levels, 256), _tight(row, metres)
    small = 7.5 if row[0].across[-1] / metres > 0.55 else 6.0
    for front in row:
        wide, high = front.across[-1], front.up[-1]
        values = np.clip(front.values, levels[0], levels[-1])
        bands = axes.pcolormesh(start + front.across, front.up, values, norm=norm, cmap=colour_map(), rasterized=True)
        _lines(axes, front, start, records.air_class(_class(numbers.get(front.name, {}))))
        axes.add_patch(Rectangle((start, 0.0), wide, high, fill=False, edgecolor=INK, linewidth=0.8, clip_on=False))
        middle, text = start + 0.5 * wide, {"ha": "center", "va": "top", "clip_on": False}
        axes.text(middle, -0.04 * metres, front.name, fontsize=small + 0.5, weight="bold", **text)
        axes.text(middle, -0.19 * metres, _numbers(front, numbers.get(front.name, {}), tight), fontsize=small,
                  color=SOFT, linespacing=1.15, **text)  # fmt: skip
        start += wide + _gap(row)
    return bands


def _numbers(front: Front, row: Mapping, tight: bool) -> str:
    hottest = f"max {row.get('inlet_max_C', float(np.nanmax(front.values))):.1f}"
    if "inlet_mean_C" not in row:
        return hottest
    error = row.get("inlet_mean_uncertainty_K")
    sure = "" if error is None else f"\n± {error:.1f}" if tight else f" ± {error:.1f}"
    return f"{row['inlet_mean_C']:.1f}{sure}\n{hottest}"


def _lines(axes: Axes, front: Front, start: float, limits: records.AirClass) -> None:
    if min(front.values.shape) < 2:
        return
    across, up = (0.5 * (edges[1:] + edges[:-1]) for edges in (front.across, front.up))
    line = {"colors": INK, "linewidths": 0.9}
    for level, style in ((limits.recommended[1] - KELVIN, (0, (3, 2))), (limits.allowable[1] - KELVIN, "solid")):
        if np.nanmin(front.values) < level < np.nanmax(front.values):
            axes.contour(start + across, up, front.values, levels=[level], linestyles=[style], **line)
