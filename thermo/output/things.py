"""Racks, openings and obstacles drawn onto a plane cut."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from thermo.output.figure import COLD, HOT, INK
from thermo.output.planes import AXES, FRONTS, Plane
from thermo.result import Box

TOUCH = 0.03  # m: an opening this near a cut is drawn on it
NEAR = 0.3  # m: a rack this near an upright cut is outlined on it
SEEPED = "seeped"
FLAT = ("supply", "return", "tile", "baffle")
COLOURS = {"supply": COLD, "return": HOT, "tile": INK, "baffle": INK}
MOST_OF_IT = 0.6  # of the drawing's area
LETTER = 0.06  # inches of a letter of a name
SMALL = 0.16  # inches: no name in or on a thing narrower than this
WHITE = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 0.8}


def draw(axes: Axes, boxes: list[Box], plane: Plane, faces: Mapping[str, tuple[str, str]], metres: float) -> None:
    """Draw what the plane cuts (filled), what lies on it (thick lines) and what is before or behind it (dashed).

    ``faces``: intake and exhaust side by rack name; ``metres``: metres of the drawing per inch.
    """
    drawn = abs(float(np.prod([np.ptp(axes.get_xlim()), np.ptp(axes.get_ylim())])))
    for box in boxes:
        low, high = box.lo[AXES[plane.normal]], box.hi[AXES[plane.normal]]
        if box.kind == SEEPED:
            if low < plane.position < high:
                _frame(axes, box, plane, metres)
        elif box.kind not in FLAT and low < plane.position < high:
            _solid(axes, box, plane, faces.get(box.name), metres)
        elif box.kind in FLAT and low - TOUCH <= plane.position <= high + TOUCH and high - low > TOUCH:
            _edge_on(axes, box, plane, metres)
        elif _worth_an_outline(box, plane, low, high, drawn):
            _outline(axes, box, plane, metres)


def _worth_an_outline(box: Box, plane: Plane, low: float, high: float, drawn: float) -> bool:
    """``drawn``: area of the whole drawing in m2; a raised floor or a ceiling all over it tells nothing."""
    if plane.normal == "z":
        _, wide, deep = _rectangle(box, plane)
        return (box.kind in FLAT and wide * deep < MOST_OF_IT * drawn) or box.kind == "rack"
    return plane.group == FRONTS and box.kind == "rack" and low - NEAR < plane.position < high + NEAR


def _rectangle(box: Box, plane: Plane) -> tuple[tuple[float, float], float, float]:
    across, up = (AXES[axis] for axis in plane.axes)
    return (box.lo[across], box.lo[up]), box.hi[across] - box.lo[across], box.hi[up] - box.lo[up]


def _solid(axes: Axes, box: Box, plane: Plane, sides: tuple[str, str] | None, metres: float) -> None:
    corner, wide, high = _rectangle(box, plane)
    shade = "#e9edf1" if box.kind == "rack" else "#9aa5b1"
    axes.add_patch(Rectangle(corner, wide, high, facecolor=shade, edgecolor=INK, linewidth=0.8, zorder=4))
    _name(axes, box.name, (corner[0] + wide / 2, corner[1] + high / 2), (wide / metres, high / metres), INK, None)
    for side, colour in zip(sides or (), (COLD, HOT), strict=False):
        line = _side(side, corner, wide, high, plane)
        if line:
            axes.plot(*line, color=colour, linewidth=2.6, solid_capstyle="butt", zorder=5)


def _frame(axes: Axes, box: Box, plane: Plane, metres: float) -> None:
    """The edge of a block that shows the fluid in it."""
    corner, wide, high = _rectangle(box, plane)
    axes.add_patch(Rectangle(corner, wide, high, fill=False, edgecolor=INK, linewidth=0.6, zorder=4))
    if wide / metres > LETTER * (len(box.name) + 1):  # a name that had to be turned would hide the liquid
        middle = (corner[0] + wide / 2, corner[1] + high / 2)
        _name(axes, box.name, middle, (wide / metres, high / metres), INK, WHITE)


def _side(side: str, corner: tuple[float, float], wide: float, high: float, plane: Plane):
    """The end points (x list, y list) of the face ``side`` where it shows as an edge of the drawing, else None."""
    axis, _, end = side.partition("_")
    if axis == plane.axes[0]:
        at = corner[0] + (wide if end == "max" else 0.0)
        return [at, at], [corner[1], corner[1] + high]
    if axis == plane.axes[1]:
        at = corner[1] + (high if end == "max" else 0.0)
        return [corner[0], corner[0] + wide], [at, at]
    return None


def _edge_on(axes: Axes, box: Box, plane: Plane, metres: float) -> None:
    """An opening or plate seen from its edge."""
    (x, y), wide, high = _rectangle(box, plane)
    line = {"color": COLOURS[box.kind], "linewidth": 4.5, "solid_capstyle": "butt", "clip_on": False}
    axes.plot([x, x + wide], [y, y + high], zorder=7, **line)
    if box.kind in ("supply", "return") and max(wide, high) / metres > LETTER * (len(box.name) + 2):
        middle = [0.5 * sum(axes.get_xlim()), 0.5 * sum(axes.get_ylim())]
        towards = np.sign([middle[0] - x, middle[1] - y]) * (np.array([wide, high]) < TOUCH)
        axes.annotate(
            box.name, (x + wide / 2, y + high / 2), xytext=tuple(10 * towards), textcoords="offset points",
            ha="center", va="center", rotation=90 if wide < TOUCH else 0, fontsize=7.0, color=COLOURS[box.kind],
            zorder=8, bbox=WHITE,
        )  # fmt: skip


def _outline(axes: Axes, box: Box, plane: Plane, metres: float) -> None:
    corner, wide, high = _rectangle(box, plane)
    colour = COLOURS.get(box.kind, INK)
    for edge, width, style in (("white", 1.6, "solid"), (colour, 0.9, (0, (4, 2)))):
        patch = Rectangle(corner, wide, high, fill=False, edgecolor=edge, linewidth=width, linestyle=style, zorder=4)
        axes.add_patch(patch)
    at = (corner[0] + wide / 2, corner[1] + high * (0.5 if plane.normal == "z" else 0.87))
    _name(axes, box.name, at, (wide / metres, high / metres), colour, WHITE)


def _name(axes: Axes, name: str, at: tuple[float, float], inches: tuple[float, float], colour: str, box) -> None:
    """A name in the middle of its thing, upright when that is narrow, left out when it cannot be read."""
    needed = LETTER * (len(name) + 1)
    turned = inches[0] < needed
    if min(inches) < SMALL or (turned and inches[1] < needed):
        return
    axes.text(
        *at,
        name,
        ha="center",
        va="center",
        rotation=90 if turned else 0,
        fontsize=7.0,
        color=colour,
        zorder=6,
        bbox=box,
    )
