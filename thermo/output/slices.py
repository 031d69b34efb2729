"""Plane cuts drawn the way an engineer reads a room: bands of temperature, racks, openings and the air's way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import BoundaryNorm, to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from thermo.output import things
from thermo.output.figure import INK, SOFT, Picture, colour_map, raster
from thermo.output.planes import Cut, Plane, choose, cut
from thermo.output.streamlines import trace
from thermo.result import Result

KELVIN = 273.15
BANDS = 20  # at most this many colour bands
SLACK = 0.03  # of a band: no new band for a value that is beyond its edge by round-off
SPACING = 0.15  # inches between streamlines
PIECE = 3  # steps of a streamline drawn alike
HEAD_SIZE = 0.085  # inches
TALLEST = 4.2  # inches of one panel
WIDTHS = ((0.8, 1.6), (1.2, 2.4), (3.0, 3.6))  # width over height up to which a panel gets at least so many inches
GAP, EDGE, BAR, HEAD, FOOT = 0.55, 0.6, 0.9, 0.45, 0.45  # inches: between panels, left, right, above, below a row
PAGE = 10.2  # inches wide
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Scale:
    """Of all cuts: shown = stored - ``offset``, in ``unit``, in bands ``levels``; ``fastest``: a full arrow, m/s."""

    name: str
    unit: str
    offset: float
    levels: Array
    fastest: float


def pictures(result: Result, faces: Mapping[str, tuple[str, str]]) -> list[Picture]:
    """Cuts in groups, all on one colour scale and one arrow scale, so that figures compare with each other; those of a
    tank once by temperature and once by speed."""
    planes, out = choose(result, faces), []
    for name, unit, offset in _quantities(result) if planes else []:
        cuts = [cut(result.fields, name, plane) for plane in planes]
        high = _usual(cuts) if name == "speed" else None
        scale = Scale("temperature" if name == "T" else name, unit, offset, _levels(cuts, offset, high), _fastest(cuts))
        for title in dict.fromkeys(plane.group for plane in planes):
            chosen = [pair for pair in zip(planes, cuts, strict=True) if pair[0].group == title]
            out.append(_page(result, chosen, scale, faces, title))
    return out


def temperature_bands(result: Result, faces: Mapping[str, tuple[str, str]]) -> Array:
    """Edges of the colour bands of the temperature, degC: those of the cuts; none without a temperature."""
    if result.fields is None or "T" not in result.fields.cells:
        return np.empty(0)
    cuts = [cut(result.fields, "T", plane) for plane in choose(result, faces)]
    return _levels(cuts, KELVIN)


def _quantities(result: Result) -> list[tuple[str, str, float]]:
    """What to colour: temperature in degC where it varies, in tanks the speed too, else the speed; name, unit, offset
    to that unit."""
    cells, found = result.fields.cells, []
    if "T" in cells and np.nanmax(cells["T"].values) - np.nanmin(cells["T"].values) > 1e-6:
        found.append(("T", "°C", KELVIN))
    if all(component in cells for component in "uvw") and (not found or _tank(result)):
        found.append(("speed", "m/s", 0.0))
    if found:
        return found
    name = next(key for key in cells if key != "object")
    return [(name, cells[name].unit, 0.0)]


def _tank(result: Result) -> bool:
    return "immersion" in result.summary


def _usual(cuts: list[Cut]) -> float:
    """A value that a hundredth of the cells exceed: they take the last colour, else a jet would leave no other."""
    return float(np.nanpercentile(np.concatenate([each.values.ravel() for each in cuts]), 99))


def _levels(cuts: list[Cut], offset: float, high: float | None = None) -> Array:
    """Edges of the colour bands at round numbers, up to ``high`` where it is given."""
    low = min(float(np.nanmin(each.values)) for each in cuts) - offset
    high = max(float(np.nanmax(each.values)) for each in cuts) - offset if high is None else high
    spread = max(high - low, 1e-9)
    power = 10.0 ** np.floor(np.log10(spread / BANDS))
    step = power * min((s for s in (1.0, 2.0, 5.0, 10.0) if s * power * BANDS >= spread), default=10.0)
    first, last = np.floor(low / step + SLACK), np.ceil(high / step - SLACK)
    return np.arange(first, max(last, first + 2) + 1) * step


def _page(result: Result, group: list[tuple[Plane, Cut]], scale: Scale, faces: Mapping, title: str) -> Picture:
    """One figure with its panels in rows, all drawn to one scale (metres per inch)."""
    rows, metres = _arrange([(each.across[-1] - each.across[0], each.up[-1] - each.up[0]) for _, each in group])
    heights = [max(high for _, (_, high) in row) / metres for row in rows]
    height = sum(heights) + len(rows) * (HEAD + FOOT) + 0.25
    figure = Figure(figsize=(PAGE, height))
    spacing = SPACING * metres
    top, right = height - HEAD, 0.0
    for row, tall in zip(rows, heights, strict=True):
        left = EDGE
        for index, (wide, high) in row:
            inches = (left, top - high / metres, wide / metres, high / metres)
            axes = figure.add_axes((inches[0] / PAGE, inches[1] / height, inches[2] / PAGE, inches[3] / height))
            bands = _panel(axes, *group[index], scale, spacing, metres)
            things.draw(axes, result.boxes, group[index][0], faces, metres)
            left += wide / metres + GAP
        top -= tall + HEAD + FOOT
        right = max(right, left - GAP)
    _colour_bar(figure, bands, f"{scale.name}, {scale.unit}", height, right + 0.3)
    figure.text(EDGE / PAGE, 0.08 / height, _key(scale, result), fontsize=7.5, color=SOFT, va="bottom")
    where = "; ".join(f"{plane.normal} = {_place(plane)} ({plane.why})" for plane, _ in group)
    span = f"{scale.levels[0]:g} to {scale.levels[-1]:g} {scale.unit}"
    fluid = "liquid" if _tank(result) else "air"
    caption = (f"{title}: {scale.name}, {span} in every figure. Lines: flow in the plane, faint where the {fluid} is "
               "slow.")
    return raster(figure, f"{title}, {scale.name} from {span}: {where}.", caption)


def _arrange(sizes: list[tuple[float, float]]) -> tuple[list[list[tuple[int, tuple[float, float]]]], float]:
    """Panels by row (index, size in m) and the common scale in metres per inch that fits them on the page."""
    room = PAGE - EDGE - BAR - 0.25
    flattest = max(wide / high for wide, high in sizes)
    wanted = next((inches for aspect, inches in WIDTHS if flattest < aspect), 0.6 * room)
    for most in range(min(4, len(sizes)), 0, -1):
        columns = -(-len(sizes) // -(-len(sizes) // most))  # as many rows, evenly filled
        rows = [list(enumerate(sizes))[i : i + columns] for i in range(0, len(sizes), columns)]
        scale = max(sum(size[0] for _, size in row) / (room - GAP * (len(row) - 1)) for row in rows)
        if min(size[0] for size in sizes) / scale > wanted:
            break
    return rows, max(scale, max(size[1] for size in sizes) / TALLEST)


def _panel(axes: Axes, plane: Plane, each: Cut, scale: Scale, spacing: float, metres: float):
    """Bands of colour with thin lines between; cells without a value take their neighbour's (things cover them)."""
    across, up = _with_ends(each.across), _with_ends(each.up)
    values = np.pad(_filled(each.values - scale.offset), 1, mode="edge")
    values = np.clip(values, scale.levels[0], scale.levels[-1])
    norm = BoundaryNorm(scale.levels, 256)
    bands = axes.contourf(across, up, values, levels=scale.levels, norm=norm, cmap=colour_map())
    axes.contour(across, up, values, levels=scale.levels[1:-1], colors="white", linewidths=0.25, alpha=0.5)
    if each.right is not None and scale.fastest > 0.0:
        _streamlines(axes, each, spacing, scale.fastest, metres)
    axes.set_xlim(each.across[0], each.across[-1])
    axes.set_ylim(each.up[0], each.up[-1])
    axes.set_title(f"{plane.normal} = {_place(plane)}", pad=14)
    beside = {"xycoords": "axes fraction", "textcoords": "offset points", "va": "bottom"}
    axes.annotate(plane.why, (0.0, 1.0), xytext=(0, 3), fontsize=7.5, color=SOFT, **beside)
    axes.set_xlabel(f"{plane.axes[0]}, m", labelpad=1)
    axes.set_ylabel(f"{plane.axes[1]}, m", labelpad=1)
    axes.spines[:].set_visible(True)
    return bands


def _place(plane: Plane) -> str:
    """Where a plane lies, to the centimetre, in thin things to the tenth of a millimetre."""
    return f"{plane.position:.2f} m" if abs(plane.position) >= 0.1 else f"{1e3 * plane.position:.4g} mm"


def _with_ends(edges: Array) -> Array:
    return np.concatenate([edges[:1], 0.5 * (edges[1:] + edges[:-1]), edges[-1:]])


def _filled(values: Array) -> Array:
    gaps = ~np.isfinite(values)
    if not gaps.any() or gaps.all():
        return np.where(gaps, 0.0, values)
    nearest = distance_transform_edt(gaps, return_distances=False, return_indices=True)
    return values[tuple(nearest)]


def _fastest(cuts: list[Cut]) -> float:
    """A speed that most of the planes stay below [m/s]."""
    speeds = [np.hypot(each.right, each.rise).ravel() for each in cuts if each.right is not None]
    return float(np.nanpercentile(np.concatenate(speeds), 98)) if speeds else 0.0


def _streamlines(axes: Axes, each: Cut, spacing: float, fastest: float, metres: float) -> None:
    """Lines along the flow in the plane: dark and thick where the air is fast, hardly there where it is slow."""
    pieces, strength, heads, turns, heavy = [], [], [], [], []
    for line in trace(each, spacing, fastest):
        share = np.clip(line.speed / fastest, 0.0, 1.0) ** 0.7
        for start in range(0, len(line.points) - 1, PIECE):
            pieces.append(line.points[start : start + PIECE + 1])
            strength.append(share[start : start + PIECE + 1].mean())
        middle = len(line.points) // 2
        heads.append(line.points[middle])
        turns.append(line.points[middle] - line.points[middle - 1])
        heavy.append(share[middle])
    strength = np.array(strength)
    axes.add_collection(LineCollection(pieces, colors=_ink(strength), linewidths=0.35 + 0.8 * strength, zorder=3,
                                       capstyle="round"))  # fmt: skip
    if heads:
        triangles = _arrow_heads(np.array(heads), np.array(turns), HEAD_SIZE * metres * (0.6 + 0.4 * np.array(heavy)))
        axes.add_collection(PolyCollection(triangles, facecolors=_ink(np.array(heavy)), linewidths=0, zorder=3))


def _ink(strength: Array) -> Array:
    """Colour of lines by strength, 0 to 1: ever less transparent."""
    return np.column_stack([np.tile(to_rgb(INK), (len(strength), 1)), 0.10 + 0.85 * strength])


def _arrow_heads(tips: Array, along: Array, size: Array) -> Array:
    """Triangles (n, 3, 2) that point along the flow, ``size`` [m] long."""
    along = along / np.maximum(np.hypot(*along.T), 1e-12)[:, None] * size[:, None]
    aside = 0.42 * np.column_stack([-along[:, 1], along[:, 0]])
    return np.stack([tips + 0.5 * along, tips - 0.5 * along + aside, tips - 0.5 * along - aside], axis=1)


def _colour_bar(figure: Figure, bands, label: str, height: float, left: float) -> None:
    tall = min(height - HEAD - FOOT - 0.25, 4.5)
    axes = figure.add_axes((left / PAGE, (height - HEAD - tall) / height, 0.16 / PAGE, tall / height))
    bar = figure.colorbar(bands, cax=axes)
    bar.set_label(label)
    bar.outline.set_linewidth(0.5)


def _key(scale: Scale, result: Result) -> str:
    arrows = f"Lines follow the flow in the plane, full strength at {scale.fastest:.2g} m/s. " if scale.fastest else ""
    if _tank(result):
        return f"{arrows}Blue: supply. Red: return. Framed: heat sinks and porous blocks, with the liquid in them."
    colours = "Blue: rack intake, supply. Red: rack exhaust, return. Dashed: before or behind the cut."
    return arrows + (colours if result.boxes else "")
