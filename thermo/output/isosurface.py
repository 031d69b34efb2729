"""Surfaces of one value through a field of cell values, by marching tetrahedra."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, map_coordinates

from thermo.result import Fields

Array = NDArray[np.float64]
MOST_CELLS = 50_000
# The six tetrahedra of a cube along its main diagonal, by corner number: bit 0 is x, bit 1 is y, bit 2 is z (Kuhn 1960)
TETRAHEDRA = np.array([[0, a, a | b, 7] for a, b in ((1, 2), (1, 4), (2, 1), (2, 4), (4, 1), (4, 2))])


@dataclass(frozen=True)
class Lattice:
    """Values at points in rows: ``axes`` holds the coordinates along z, y and x [m], ``solid`` where nothing flows."""

    axes: tuple[Array, Array, Array]
    values: Array
    solid: NDArray[np.bool_]


def lattice(fields: Fields, name: str) -> Lattice:
    """Cell centres with one layer of points on the room's sides, thinned out to at most ``MOST_CELLS`` points."""
    values = fields.cells[name].values.astype(np.float64)
    solid = ~np.isfinite(values)
    if solid.any() and not solid.all():
        values = values[tuple(distance_transform_edt(solid, return_distances=False, return_indices=True))]
    stride = max(1, int(np.ceil((values.size / MOST_CELLS) ** (1.0 / 3.0))))
    picks, axes = [], []
    for axis, count in zip("zyx", values.shape, strict=True):
        edges = np.asarray(getattr(fields, f"{axis}_nodes"), dtype=np.float64)
        chosen = np.unique(np.append(np.arange(0, count, stride), count - 1))
        picks.append(np.concatenate([chosen[:1], chosen, chosen[-1:]]))
        axes.append(np.concatenate([edges[:1], 0.5 * (edges[1:] + edges[:-1])[chosen], edges[-1:]]))
    grid = np.ix_(*picks)
    return Lattice(tuple(axes), values[grid], solid[grid])


def surface(points: Lattice, level: float) -> tuple[Array, Array]:
    """The surface of ``level`` as quadrilaterals (n, 4, 3) in x, y, z [m], and its unit normals (n, 3).

    A triangle has its last corner twice. Nothing is drawn inside solids.
    """
    corner = [np.s_[k : k - 1 or None, j : j - 1 or None, i : i - 1 or None] for k in (0, 1) for j in (0, 1)
              for i in (0, 1)]  # fmt: skip
    values = np.stack([points.values[at].ravel() for at in corner], axis=1)
    solid = np.all([points.solid[at].ravel() for at in corner], axis=0)
    mesh = np.meshgrid(*points.axes, indexing="ij")
    cut = np.flatnonzero((values.min(axis=1) < level) & (values.max(axis=1) > level) & ~solid)
    places = np.stack([np.stack([axis[at].ravel()[cut] for axis in reversed(mesh)], axis=1) for at in corner], axis=1)
    tetrahedra = places[:, TETRAHEDRA].reshape(-1, 4, 3), values[cut][:, TETRAHEDRA].reshape(-1, 4)
    polygons = _cut(*tetrahedra, level)
    return polygons, _normals(points, polygons.mean(axis=1))


# Edges that a surface crosses, in order around it, by how many of the four corners (sorted by value) lie above it
CROSSED = {
    1: ((3, 0), (3, 1), (3, 2), (3, 2)),
    2: ((2, 0), (3, 0), (3, 1), (2, 1)),
    3: ((0, 1), (0, 2), (0, 3), (0, 3)),
}


def _cut(places: Array, values: Array, level: float) -> Array:
    order = np.argsort(values, axis=1, kind="stable")
    values, places = np.take_along_axis(values, order, 1), np.take_along_axis(places, order[:, :, None], 1)
    above = (values > level).sum(axis=1)
    found = []
    for count, edges in CROSSED.items():
        v, p = values[above == count], places[above == count]
        corners = []
        for a, b in edges:
            share = (level - v[:, a]) / (v[:, b] - v[:, a])
            corners.append(p[:, a] + share[:, None] * (p[:, b] - p[:, a]))
        found.append(np.stack(corners, axis=1))
    return np.concatenate(found)


def _normals(points: Lattice, at: Array) -> Array:
    """Unit vectors along the gradient at points (n, 3) in x, y, z."""
    place = [np.interp(at[:, 2 - k], axis, np.arange(len(axis))) for k, axis in enumerate(points.axes)]
    slopes = np.gradient(points.values, *points.axes)
    normal = np.stack([map_coordinates(slope, place, order=1, mode="nearest") for slope in reversed(slopes)], axis=1)
    return normal / np.maximum(np.linalg.norm(normal, axis=1), 1e-30)[:, None]
