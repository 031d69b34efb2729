"""Coarse grids of the pressure multigrid, made on the host once per case from three 1-D maps per level.

Two neighbouring cells of an axis are merged while the merged width stays below the width of the level, which doubles
from level to level and starts at the smallest cell of the grid. Thin cells merge first, so the coarse cells of a
stretched grid turn isotropic and point smoothing works on every level. Cells are not merged across a plane in which
walls or resistances bar a share of the faces between fluid cells: an aggregate with two sides of a wall in it has no
pressure of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

COARSEST_CELLS = 64
"""The direct solver takes over at this number of cells."""
WORTHWHILE = 0.93
"""A level is made when it has fewer cells than this share of the finer one; smaller steps are joined."""
BLOCKED_SHARE = 0.02
"""A plane is not merged across when at least this share of its faces between fluid cells is barred."""
WIDTH_TOLERANCE = 1.0 + 1e-6


@dataclass(frozen=True)
class AxisMerge:
    """How the cells of one axis merge, in padded indices (0 and the last are ghosts).

    ``first[I]`` and ``second[I]`` are the children of coarse cell ``I``; a single child has the high ghost as its
    partner, in which every field is zero. ``parent[i]`` is the coarse cell of fine cell ``i``. ``ratio[I]`` is the
    fine over the coarse distance between the centres on either side of the low face of ``I``.
    """

    first: np.ndarray
    second: np.ndarray
    parent: np.ndarray
    ratio: np.ndarray
    widths: np.ndarray


@dataclass(frozen=True)
class Coarsening:
    """One step from a fine to a coarse grid. Axes are in array order z, y, x; faces and fluid are padded.

    ``open_faces`` pass flow at all, ``free_faces`` without resistance.
    """

    axes: tuple[AxisMerge, AxisMerge, AxisMerge]
    open_faces: tuple[np.ndarray, np.ndarray, np.ndarray]
    free_faces: tuple[np.ndarray, np.ndarray, np.ndarray]
    fluid: np.ndarray

    @property
    def shape(self) -> tuple[int, int, int]:
        """Interior shape of the coarse grid."""
        return tuple(len(axis.widths) for axis in self.axes)


def merge_axis(widths: np.ndarray, blocked: np.ndarray, largest: float) -> AxisMerge:
    """Merge neighbours of one axis up to the width ``largest``; ``blocked[i]`` forbids it across low face ``i``."""
    count = len(widths)
    ghost = count + 1
    first, second, parent = [0], [0], np.zeros(count + 2, np.int64)
    i = 1
    while i <= count:
        pair = i < count and not blocked[i + 1] and widths[i - 1] + widths[i] <= largest * WIDTH_TOLERANCE
        parent[i] = parent[i + pair] = len(first)
        first.append(i)
        second.append(i + 1 if pair else ghost)
        i += 2 if pair else 1
    parent[ghost] = len(first)
    first, second = np.array(first + [ghost]), np.array(second + [ghost])
    padded = np.concatenate([[0.0], widths, [0.0]])
    merged = padded[first] + np.where(second < ghost, padded[second], 0.0)
    ratio = np.ones(len(first))
    inner = np.arange(2, len(first) - 1)
    ratio[inner] = (padded[first[inner] - 1] + padded[first[inner]]) / (merged[inner - 1] + merged[inner])
    return AxisMerge(first, second, parent, ratio, merged[1:-1])


def blocked_planes(free_faces: np.ndarray, fluid: np.ndarray, axis: int, share: float) -> np.ndarray:
    """Return for each padded plane of ``axis`` whether ``share`` or more of its faces between fluid is barred."""
    fluid = np.moveaxis(fluid, axis, 0)
    wet = fluid[1:] & fluid[:-1]
    barred = (wet & ~np.moveaxis(free_faces, axis, 0)[1:]).sum(axis=(1, 2))
    return np.concatenate([[False], (barred > 0) & (barred >= share * wet.sum(axis=(1, 2)))])


def any_child(values: np.ndarray, choices) -> np.ndarray:
    """Return where any fine value in the product of the index lists per axis is true."""
    result = False
    for indices in product(*choices):
        result = result | values[np.ix_(*indices)]
    return result


def coarsen(widths, open_faces, free_faces, fluid, largest: float, share: float) -> Coarsening:
    """Return the grid in which cells are merged up to the width ``largest``."""
    axes = tuple(
        merge_axis(widths[a], blocked_planes(free_faces[a], fluid, a, share), largest) for a in range(3)
    )
    both = [(axis.first, axis.second) for axis in axes]
    choices = [[(axes[b].first,) if b == a else both[b] for b in range(3)] for a in range(3)]
    coarse_open = tuple(any_child(open_faces[a], choices[a]) for a in range(3))
    coarse_free = coarse_open
    if free_faces is not open_faces:
        coarse_free = tuple(any_child(free_faces[a], choices[a]) for a in range(3))
    return Coarsening(axes, coarse_open, coarse_free, any_child(fluid, both))


def hierarchy(widths, open_faces, fluid, resisting=None, coarsest_cells: int = COARSEST_CELLS) -> list[Coarsening]:
    """Return the steps from the fine grid to one of at most ``coarsest_cells`` cells.

    ``widths`` are the cell widths (dz, dy, dx) in m; ``open_faces`` and ``resisting`` (faces that resist the flow
    much more than a cell does) are three boolean arrays and ``fluid`` is one, of padded shape. When barriers leave
    too many planes the share that blocks a plane is raised.
    """
    widths = tuple(np.asarray(w, float) for w in widths)
    free_faces = open_faces
    if resisting is not None:
        free_faces = tuple(faces & ~barred for faces, barred in zip(open_faces, resisting, strict=True))
    largest = min((w.min() for w in widths if len(w) > 1), default=1.0)
    extent = max(w.sum() for w in widths)
    share, steps = BLOCKED_SHARE, []
    cells = np.prod([len(w) for w in widths])
    while cells > coarsest_cells:
        largest *= 2.0
        step = coarsen(widths, open_faces, free_faces, fluid, largest, share)
        if np.prod(step.shape) >= WORTHWHILE * cells:
            if largest > 2.0 * extent:
                share *= 4.0
            continue
        steps.append(step)
        widths = tuple(axis.widths for axis in step.axes)
        open_faces, free_faces, fluid = step.open_faces, step.free_faces, step.fluid
        cells = np.prod(step.shape)
    return steps
