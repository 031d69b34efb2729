"""The room seen from above its cold aisle: racks with the air at their fronts, openings, a surface of one temperature.

Everything is drawn from back to front without perspective, so lengths along one direction compare.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import BoundaryNorm, to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray

from thermo.output.elevations import Front, fronts
from thermo.output.figure import COLD, HOT, INK, SOFT, Picture, blended, colour_map
from thermo.output.isosurface import lattice, surface
from thermo.output.planes import AXES
from thermo.result import Box, Result

KELVIN = 273.15
RECOMMENDED = 27.0  # degC, ASHRAE classes A1 to A4: the surface that is drawn where the room has it
TURN, TILT = -33.0, 27.0  # degrees from the front of the racks to the side, and above the horizon
PATCH = 0.15  # m: plain sides of things are drawn in patches of this size, so that they sort by depth
BEHIND = 0.1  # m: the surface gives way to sides of things that it touches
SHEER = 0.55  # opacity of the surface
WIDE, TALLEST = 10.2, 5.4  # inches
AZIMUTH = {"x_max": 0.0, "y_max": 90.0, "x_min": 180.0, "y_min": 270.0}
TONES = {"x": 0.84, "y": 0.93, "z": 1.0}
TINTS = ("#8fb8da", "#dd9c90")  # cold and warm side of a cooling unit
PLAIN = {"rack": "#c9d2dc", "obstacle": "#9aa5b1"}
Array = NDArray[np.float64]


class View:
    """Directions of the drawing (right, up) and towards the eye, in x, y, z."""

    def __init__(self, azimuth: float):
        turn, tilt = np.radians(azimuth), np.radians(TILT)
        self.eye = np.array([np.cos(turn) * np.cos(tilt), np.sin(turn) * np.cos(tilt), np.sin(tilt)])
        self.right = np.array([-np.sin(turn), np.cos(turn), 0.0])
        self.up = np.cross(self.eye, self.right)

    def flat(self, points: Array) -> Array:
        """Points (..., 3) on the drawing (..., 2)."""
        return np.stack([points @ self.right, points @ self.up], axis=-1)

    def sees(self, axis: str, end: str) -> bool:
        """Whether the side of a box shows."""
        return bool(self.eye[AXES[axis]] * (1.0 if end == "max" else -1.0) > 0.0)


def room(result: Result, faces: Mapping[str, tuple[str, str]], levels: Array) -> Picture | None:
    """The room with its racks, on the colour bands ``levels`` [degC] of the other figures."""
    racks = [box for box in result.boxes if box.kind == "rack"]
    if not racks or not len(levels):
        return None
    sides = [faces[box.name][0] for box in racks if faces.get(box.name, ("",))[0] in AZIMUTH]
    view = View(AZIMUTH[max(AZIMUTH, key=sides.count)] + TURN)
    points = lattice(result.fields, "T")
    low, high = float(points.values.min()) - KELVIN, float(points.values.max()) - KELVIN
    level = RECOMMENDED if low < RECOMMENDED < high else 0.5 * (low + high)
    norm = BoundaryNorm(levels, 256)
    patches = [_surface(view, points, level, norm)]
    air = {front.name: front for front in fronts(result, faces)}
    for box in result.boxes:
        if box.kind in PLAIN:
            patches += _sides(view, box, air.get(box.name), faces.get(box.name, ("", "")), norm)
    return _draw(result, view, patches, norm, level, faces)


def _surface(view: View, points, level: float, norm) -> tuple[Array, Array]:
    polygons, normals = surface(points, level + KELVIN)
    light = 0.72 + 0.28 * np.abs(normals @ (view.eye + 0.6 * view.up) / np.linalg.norm(view.eye + 0.6 * view.up))
    colour = np.array(colour_map()(norm(level))[:3])
    return polygons, light[:, None] * colour


def _sides(view: View, box: Box, front: Front | None, ends: tuple[str, str], norm) -> list[tuple[Array, Array]]:
    """The sides of a box that show, in patches: a rack's front by the air drawn in, cold and warm side (``ends``) of a
    cooling unit tinted, the others plain."""
    found = []
    for axis, end in product("xyz", ("min", "max")):
        if not view.sees(axis, end):
            continue
        others = [name for name in "xyz" if name != axis]
        side = f"{axis}_{end}"
        if front is not None and side == ends[0]:
            mirrored = side in ("x_min", "y_max")
            low, high = (corner[AXES[others[0]]] for corner in (box.lo, box.hi))
            edges = [high - front.across if mirrored else low + front.across, box.lo[2] + front.up]
            colours = colour_map()(norm(np.clip(front.values, *norm.boundaries[[0, -1]])))[..., :3].reshape(-1, 3)
        else:
            edges = [_split(box.lo[AXES[name]], box.hi[AXES[name]]) for name in others]
            tint = TINTS[ends.index(side)] if side in ends and box.kind != "rack" else PLAIN[box.kind]
            colours = np.tile(TONES[axis] * np.array(to_rgb(tint)), ((len(edges[0]) - 1) * (len(edges[1]) - 1), 1))
        quads = _quads(axis, (box.hi if end == "max" else box.lo)[AXES[axis]], others, edges)
        found.append((quads, colours))
    return found


def _split(low: float, high: float) -> Array:
    return np.linspace(low, high, max(1, round((high - low) / PATCH)) + 1)


def _quads(axis: str, position: float, others: list[str], edges: list[Array]) -> Array:
    """Rectangles (n, 4, 3) of a grid on the plane ``axis`` = ``position``, the first of ``others`` running fastest."""
    a, b = np.meshgrid(*edges)
    corners = [(a[i, j], b[i, j]) for i, j in ((np.s_[:-1], np.s_[:-1]), (np.s_[:-1], np.s_[1:]),
                                               (np.s_[1:], np.s_[1:]), (np.s_[1:], np.s_[:-1]))]  # fmt: skip
    quads = np.empty((a[1:, 1:].size, 4, 3))
    quads[..., AXES[axis]] = position
    for number, corner in enumerate(corners):
        for name, values in zip(others, corner, strict=True):
            quads[:, number, AXES[name]] = values.ravel()
    return quads


def _draw(result: Result, view: View, patches: list, norm, level: float, faces: Mapping) -> Picture:
    corners = np.array(list(product(*zip(result.room_lo, result.room_hi, strict=True))))
    low, high = view.flat(corners).min(axis=0), view.flat(corners).max(axis=0)
    room_inches = WIDE - 1.6
    metres = max((high[0] - low[0]) / room_inches, (high[1] - low[1]) / TALLEST)
    height, wide = (high[1] - low[1]) / metres + 0.2, (high[0] - low[0]) / metres
    page = wide + 1.3
    figure = Figure(figsize=(page, height))
    axes = figure.add_axes((0.1 / page, 0.1 / height, wide / page, (height - 0.2) / height))
    _room_lines(axes, result, view, behind=True)
    _openings(axes, result, view)
    nothing = (np.empty((0, 4, 3)), np.empty((0, 3)))
    things, all_of_it = (_painted(axes, view, [first, *patches[1:]]) for first in (nothing, patches[0]))
    _names(axes, result, view, faces)
    _room_lines(axes, result, view, behind=False)
    axes.set_xlim(low[0], high[0])
    axes.set_ylim(low[1], high[1])
    axes.axis("off")
    bar_axes = figure.add_axes(((wide + 0.35) / page, 0.35 / height, 0.16 / page, min(3.2, height - 0.7) / height))
    bar = figure.colorbar(ScalarMappable(norm, colour_map()), cax=bar_axes)
    bar.set_label("temperature, °C")
    bar.outline.set_linewidth(0.5)
    where = "the upper end of the recommended range" if level == RECOMMENDED else "half way between coldest and hottest"
    racks = sum(box.kind == "rack" for box in result.boxes)
    alt = f"The room with {racks} racks from above, and the surface on which the air has {level:.0f} °C."
    caption = (
        f"The room without perspective, from the racks' intake side. Rack fronts: air drawn in. Translucent: where the "
        f"air has {level:.1f} °C, {where}. Blue: supply; red: return. Bottom edges of the room are {_size(result)}."
    )
    return blended(figure, things, all_of_it, SHEER, alt, caption, page / WIDE)


def _painted(axes: Axes, view: View, patches: list) -> PolyCollection:
    """Patches from back to front; the first of them is the surface."""
    polygons, colours = (np.concatenate([patch[part] for patch in patches]) for part in (0, 1))
    depth = [patch[0].mean(axis=1) @ view.eye + (0.0 if number else -BEHIND) for number, patch in enumerate(patches)]
    order = np.argsort(np.concatenate(depth), kind="stable")
    painted = PolyCollection(view.flat(polygons[order]), facecolors=colours[order], linewidths=0, antialiaseds=False,
                             zorder=3)  # fmt: skip
    axes.add_collection(painted)
    return painted


def _size(result: Result) -> str:
    x, y, z = (b - a for a, b in zip(result.room_lo, result.room_hi, strict=True))
    return f"{x:.3g} m (x) and {y:.3g} m (y), the height is {z:.3g} m"


def _room_lines(axes: Axes, result: Result, view: View, behind: bool) -> None:
    """Edges of the room that lie behind everything, or before it."""
    lo, hi = np.array(result.room_lo), np.array(result.room_hi)
    far = np.where(view.eye > 0.0, lo, hi)
    segments = []
    for axis in range(3):
        for ends in product((0, 1), repeat=2):
            start = np.where(np.insert(ends, axis, 0) == 1, hi, lo)
            stop = start.copy()
            stop[axis] = hi[axis]
            others = [a for a in range(3) if a != axis]
            if any(start[a] == far[a] for a in others) == behind:
                segments.append(view.flat(np.array([start, stop])))
    axes.add_collection(LineCollection(segments, colors=SOFT, linewidths=0.8, alpha=0.9 if behind else 0.35,
                                       zorder=1 if behind else 6, clip_on=False))  # fmt: skip


def _openings(axes: Axes, result: Result, view: View) -> None:
    for box in result.boxes:
        if box.kind not in ("supply", "return"):
            continue
        flat = next((a for a in "xyz" if box.hi[AXES[a]] - box.lo[AXES[a]] < 1e-9), None)
        if flat is None:
            continue
        others = [name for name in "xyz" if name != flat]
        edges = [np.array([box.lo[AXES[name]], box.hi[AXES[name]]]) for name in others]
        quad = view.flat(_quads(flat, box.lo[AXES[flat]], others, edges))
        colour = COLD if box.kind == "supply" else HOT
        axes.add_collection(PolyCollection(quad, facecolors=(*to_rgb(colour), 0.30), edgecolors=colour,
                                           linewidths=1.2, zorder=2 if flat == "z" and box.lo[2] < 0.1 else 5,
                                           clip_on=False))  # fmt: skip


def _names(axes: Axes, result: Result, view: View, faces: Mapping) -> None:
    racks = [box for box in result.boxes if box.kind == "rack"]
    for box in racks:
        _edges(axes, box, view)
    named = [*racks, *(box for box in result.boxes if box.kind == "obstacle" and box.name in faces)]
    for box in named if len(named) <= 40 else []:
        top = np.array([0.5 * (box.lo[0] + box.hi[0]), 0.5 * (box.lo[1] + box.hi[1]), box.hi[2]])
        axes.text(*view.flat(top), box.name, fontsize=7.0, color=INK, ha="center", va="center", zorder=7,
                  bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.6, "pad": 0.6})  # fmt: skip


def _edges(axes: Axes, box: Box, view: View) -> None:
    """The edges of the top and of the sides that show, but for those that a neighbour may hide."""
    near = np.where(view.eye > 0.0, box.hi, box.lo)
    front = int(np.argmax(np.abs(view.eye[:2])))
    segments = []
    for axis in range(3):
        for ends in product((0, 1), repeat=2):
            start = np.where(np.insert(ends, axis, 0) == 1, box.hi, box.lo)
            stop = start.copy()
            stop[axis] = box.hi[axis]
            if any(start[a] == near[a] for a in (front, 2) if a != axis):
                segments.append(view.flat(np.array([start, stop])))
    axes.add_collection(LineCollection(segments, colors=INK, linewidths=0.5, alpha=0.55, zorder=4))
