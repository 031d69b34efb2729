"""The same problem along other axes, and mirrored: what is right for one must be the same for all, to round-off."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import Any

import numpy as np

AXES = "xyz"
BOX_KEYS = {"from", "to", "at", "origin"}
PER_AXIS = {"size", "cells", "stretching"}
VECTORS = {"velocity", "gravity", "body_force", "momentum_source"}


@dataclass(frozen=True)
class Orientation:
    """``axes[n]`` is the axis that axis n of the original becomes.

    ``mirror`` names the axes of the original that turn round; they must start at 0 there.
    """

    axes: str = AXES
    mirror: str = ""

    @property
    def is_identity(self) -> bool:
        """Whether nothing changes."""
        return self.axes == AXES and not self.mirror

    def target(self, axis: int) -> int:
        """Return the number of the axis that axis ``axis`` becomes."""
        return AXES.index(self.axes[axis])

    def flips(self, axis: int) -> bool:
        """Whether axis ``axis`` of the original turns round."""
        return AXES[axis] in self.mirror


def turned_case(text: str, orientation: Orientation) -> str:
    """Return the TOML text of a case (without objects that name sides) in another orientation."""
    import tomli_w

    tables = tomllib.loads(text)
    lengths = [float(length) for length in tables["room"]["size"]]
    return tomli_w.dumps(_turn(tables, "", orientation, lengths))


def _turn(value: Any, key: str, orientation: Orientation, lengths: list[float]) -> Any:
    if isinstance(value, dict):
        if key == "sides":
            return _turn_sides(value, orientation, lengths)
        return {name: _turn(item, name, orientation, lengths) for name, item in value.items()}
    if isinstance(value, list) and len(value) == 3 and key in BOX_KEYS | PER_AXIS | VECTORS:
        return _turn_triple([_turn(v, "", orientation, lengths) for v in value], key, orientation, lengths)
    if isinstance(value, list):
        return [_turn(item, key, orientation, lengths) for item in value]
    if isinstance(value, str) and value.startswith("="):
        return re.sub(r"\b[xyz]\b", lambda name: _coordinate(name[0], orientation, lengths), value)
    return value


def _coordinate(name: str, orientation: Orientation, lengths: list[float]) -> str:
    axis = AXES.index(name)
    return f"({lengths[axis]!r}-{orientation.axes[axis]})" if orientation.flips(axis) else orientation.axes[axis]


def _turn_triple(values: list, key: str, orientation: Orientation, lengths: list[float]) -> list:
    turned = [None] * 3
    for axis, value in enumerate(values):
        if orientation.flips(axis) and key in VECTORS:
            value = f"=-({value[1:]})" if isinstance(value, str) else -value
        elif orientation.flips(axis) and key in BOX_KEYS:
            value = lengths[axis] - value
        turned[orientation.target(axis)] = value
    return turned


def _turn_sides(sides: dict[str, Any], orientation: Orientation, lengths: list[float]) -> dict[str, Any]:
    turned = {}
    for name, side in sides.items():
        axis, end = AXES.index(name[0]), name[2:]
        if orientation.flips(axis):
            end = "max" if end == "min" else "min"
        turned[f"{orientation.axes[axis]}_{end}"] = _turn(side, "", orientation, lengths)
    return turned


def turned_back(cells: dict[str, np.ndarray], orientation: Orientation) -> dict[str, np.ndarray]:
    """Return the cell fields ``(nz, ny, nx)`` of a turned case as those of the original orientation."""
    order = [2 - orientation.target(axis) for axis in (2, 1, 0)]
    back = {}
    for name in cells:
        axis = "uvw".find(name)
        source = "uvw"[orientation.target(axis)] if axis >= 0 else name
        values = np.transpose(cells[source], order)
        for flipped in range(3):
            if orientation.flips(flipped):
                values = np.flip(values, 2 - flipped)
        back[name] = -values if axis >= 0 and orientation.flips(axis) else values
    return back
