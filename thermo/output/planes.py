"""Plane cuts through a field: which ones show a room best, and the values on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from thermo.result import Box, Fields, Result

AXES = {"x": 0, "y": 1, "z": 2}
Array = NDArray[np.float64]
MOST_SECTIONS, MOST_FRONTS = 3, 2
THINNEST = 12.0  # a plane so much longer than wide shows nothing
LEVELS, SECTIONS, FRONTS = "Horizontal cuts", "Upright cuts through racks", "Air at the rack intakes"
CHIP, MIDDLE = "Cuts through the hottest chip", "Cuts through the middle"


@dataclass(frozen=True)
class Plane:
    """A cut at ``position`` [m] across axis ``normal``; ``why`` says what it shows, ``group`` names its figure."""

    normal: str
    position: float
    why: str
    group: str

    @property
    def axes(self) -> tuple[str, str]:
        """The horizontal and vertical axis of the drawing."""
        return {"x": ("y", "z"), "y": ("x", "z"), "z": ("x", "y")}[self.normal]


@dataclass(frozen=True)
class Cut:
    """Values on a plane: ``values`` (rows, columns) with columns along the drawing's horizontal axis.

    ``across``, ``up``: cell edges [m]; ``right``, ``rise``: velocity in the plane [m/s], None without flow.
    ``values`` is NaN where there is no value.
    """

    across: Array
    up: Array
    values: Array
    right: Array | None
    rise: Array | None


def choose(result: Result, faces: Mapping[str, tuple[str, str]]) -> list[Plane]:
    """Planes that show the result: levels of a room with racks, cuts through racks and their fronts; in a tank cuts
    through its hottest chip; else mid-planes.

    ``faces``: intake and exhaust side by rack name ("x_max", "x_min").
    """
    fields, racks = result.fields, [box for box in result.boxes if box.kind == "rack"]
    if racks:
        planes = [*_levels(fields, racks), *_sections(result, racks, faces)]
        planes += _fronts(fields, racks, faces, result.summary)
    else:
        planes = _through_chip(result) or [Plane(axis, _middle(fields, axis), "middle", MIDDLE) for axis in "zyx"]
    return [plane for plane in planes if _shows_something(fields, plane)]


def _shows_something(fields: Fields, plane: Plane) -> bool:
    edges = [nodes(fields, axis) for axis in plane.axes]
    lengths = sorted(float(each[-1] - each[0]) for each in edges)
    return all(len(each) > 2 for each in edges) and lengths[1] < THINNEST * lengths[0]


def _through_chip(result: Result) -> list[Plane]:
    """Cuts through the hottest chip of a tank: along the servers, along its board, and across the flow."""
    chips = result.summary.get("immersion", {}).get("chips", [])
    hottest = max(chips, key=lambda row: row["max_C"], default={"name": None})["name"]
    box = next((box for box in result.boxes if box.name == hottest), None)
    if box is None:
        return []
    centre = [0.5 * (low + high) for low, high in zip(box.lo, box.hi, strict=True)]
    return [Plane(axis, centre[AXES[axis]], f"through {hottest}, the hottest chip", CHIP) for axis in "yxz"]


def cut(fields: Fields, name: str, plane: Plane) -> Cut:
    """The variable ``name`` (or "speed") and the in-plane velocity in the layer of cells that holds the plane."""
    across, up = plane.axes
    flow = all(component in fields.cells for component in "uvw")
    component = dict(zip("xyz", "uvw", strict=True))
    return Cut(
        across=nodes(fields, across),
        up=nodes(fields, up),
        values=speed(fields, plane) if name == "speed" else _layer(fields, name, plane),
        right=_layer(fields, component[across], plane) if flow else None,
        rise=_layer(fields, component[up], plane) if flow else None,
    )


def speed(fields: Fields, plane: Plane) -> Array:
    """Magnitude of the velocity on a plane [m/s]."""
    return np.sqrt(sum(_layer(fields, name, plane) ** 2 for name in "uvw"))


def nodes(fields: Fields, axis: str) -> Array:
    """Cell edges along an axis [m]."""
    return np.asarray(getattr(fields, f"{axis}_nodes"), dtype=np.float64)


def _layer(fields: Fields, name: str, plane: Plane) -> Array:
    edges = nodes(fields, plane.normal)
    index = int(np.clip(np.searchsorted(edges, plane.position, side="right") - 1, 0, len(edges) - 2))
    return np.take(fields.cells[name].values, index, axis=2 - AXES[plane.normal]).astype(np.float64)


def _middle(fields: Fields, axis: str) -> float:
    edges = nodes(fields, axis)
    return float(0.5 * (edges[0] + edges[-1]))


def _levels(fields: Fields, racks: list[Box]) -> list[Plane]:
    """Three heights of the racks (quarter, middle, top servers), and the air above them."""
    floor, top = min(box.lo[2] for box in racks), max(box.hi[2] for box in racks)
    ceiling = float(nodes(fields, "z")[-1])
    heights = {"lower servers": 0.25, "middle servers": 0.55, "top servers": 0.92}
    planes = [Plane("z", floor + share * (top - floor), why, LEVELS) for why, share in heights.items()]
    if ceiling - top > 0.1 * (top - floor):
        planes.append(Plane("z", 0.5 * (top + ceiling), "above the racks", LEVELS))
    return planes


def _sections(result: Result, racks: list[Box], faces: Mapping[str, tuple[str, str]]) -> list[Plane]:
    """Upright cuts along the air's way through racks: the one with the hottest intake, the coldest, one between."""
    hottest = {row["name"]: row.get("inlet_max_C", 0.0) for row in result.summary.get("racks", [])}
    order = sorted(racks, key=lambda box: -hottest.get(box.name, 0.0))
    picks = {0: ", hottest intake", len(order) - 1: ", coolest intake", len(order) // 2: ""}
    planes: dict[tuple[str, float], Plane] = {}
    for index in list(picks)[:MOST_SECTIONS]:
        box = order[index]
        normal = _across_flow(faces.get(box.name))
        position = 0.5 * (box.lo[AXES[normal]] + box.hi[AXES[normal]])
        why = f"through rack {box.name}{picks[index] if len(order) > 1 else ''}"
        planes.setdefault((normal, round(position, 3)), Plane(normal, position, why, SECTIONS))
    return sorted(planes.values(), key=lambda plane: (plane.normal, plane.position))


def _across_flow(sides: tuple[str, str] | None) -> str:
    """The horizontal axis at right angles to the air's way through a rack."""
    return "x" if sides and sides[0].startswith("y") else "y"


def _fronts(fields: Fields, racks: list[Box], faces: Mapping[str, tuple[str, str]], summary) -> list[Plane]:
    """The layer of air just before the intakes of the longest rows, of equally long ones the hottest."""
    rows: dict[tuple[str, float], list[str]] = {}
    for box in racks:
        side = faces.get(box.name, ("", ""))[0]
        axis, _, end = side.partition("_")
        if axis not in ("x", "y"):
            continue
        face = (box.hi if end == "max" else box.lo)[AXES[axis]]
        edges = nodes(fields, axis)
        nearest = int(np.argmin(np.abs(edges - face)))
        beside = np.clip(nearest + (0 if end == "max" else -1), 0, len(edges) - 2)
        rows.setdefault((axis, float(0.5 * (edges[beside] + edges[beside + 1]))), []).append(box.name)
    hottest = {row["name"]: row.get("inlet_max_C", 0.0) for row in summary.get("racks", [])}
    order = sorted(rows.items(), key=lambda item: (-len(item[1]), -max(hottest.get(name, 0.0) for name in item[1])))
    largest = order[:MOST_FRONTS]
    return [Plane(axis, at, f"before the intakes of {_span(names)}", FRONTS) for (axis, at), names in largest]


def _span(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
