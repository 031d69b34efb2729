"""Streamlines of the flow in a plane cut: evenly spaced, and each piece knows how fast the air is there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, map_coordinates

from thermo.output.planes import Cut

Array = NDArray[np.float64]
STEPS_PER_SPACING = 3
REACH = 14.0  # spacings that a line follows the flow from its seed, each way
SEEDED = 0.7  # spacings between seeds
SHORTEST = 2.0  # spacings: a shorter line says nothing
CLOSEST = 0.55  # of the spacing: no other line comes nearer
STILL = 2e-3  # of the full speed: air that does not move


@dataclass(frozen=True)
class Streamline:
    """Points (n, 2) along the flow [m] and the speed in the plane at each, (n,) [m/s]."""

    points: Array
    speed: Array


def trace(cut: Cut, spacing: float, fastest: float) -> list[Streamline]:
    """Streamlines about ``spacing`` [m] apart, fast air first; they end at things, at the edge and in still air."""
    if cut.right is None or fastest <= 0.0:
        return []
    flow = _Flow(cut)
    seeds = _seeds(cut, spacing)
    speed = flow.speed(seeds)
    order = np.argsort(-speed, kind="stable")
    seeds = seeds[order][speed[order] > STILL * fastest]
    if not len(seeds):
        return []
    step, count = spacing / STEPS_PER_SPACING, round(REACH * STEPS_PER_SPACING)
    ahead, behind = (_follow(flow, seeds, sign * step, count, STILL * fastest) for sign in (1.0, -1.0))
    return _chosen(cut, flow, ahead, behind, spacing)


class _Flow:
    """The velocity in the plane at any point, linear between cell centres."""

    def __init__(self, cut: Cut):
        self.across, self.up = cut.across, cut.up
        self.centres = [0.5 * (edges[1:] + edges[:-1]) for edges in (cut.up, cut.across)]
        self.open = np.isfinite(cut.right) & np.isfinite(cut.rise)
        nearest = distance_transform_edt(~self.open, return_distances=False, return_indices=True)
        self.parts = [part[tuple(nearest)] for part in (cut.right, cut.rise)] if self.open.any() else []

    def at(self, points: Array) -> Array:
        """Velocity (n, 2) at points (n, 2)."""
        if not self.parts:
            return np.zeros_like(points)
        place = [np.interp(points[:, 1 - k], c, np.arange(len(c))) for k, c in enumerate(self.centres)]
        return np.stack([map_coordinates(part, place, order=1, mode="nearest") for part in self.parts], axis=1)

    def speed(self, points: Array) -> Array:
        """Speed in the plane at points, zero in things."""
        return np.where(self.inside(points), np.hypot(*self.at(points).T), 0.0)

    def inside(self, points: Array) -> NDArray[np.bool_]:
        """Whether points lie in the air of the cut."""
        column = np.searchsorted(self.across, points[:, 0], side="right") - 1
        row = np.searchsorted(self.up, points[:, 1], side="right") - 1
        within = (column >= 0) & (column < len(self.across) - 1) & (row >= 0) & (row < len(self.up) - 1)
        return within & self.open[np.clip(row, 0, len(self.up) - 2), np.clip(column, 0, len(self.across) - 2)]


def _seeds(cut: Cut, spacing: float) -> Array:
    """Points closer than the lines will be, every second row shifted."""
    apart = SEEDED * spacing
    across, up = (np.arange(edges[0] + 0.5 * apart, edges[-1], apart) for edges in (cut.across, cut.up))
    x, y = np.meshgrid(across, up)
    x[1::2] += 0.5 * apart
    return np.stack([x.ravel(), y.ravel()], axis=1)


def _follow(flow: _Flow, seeds: Array, step: float, count: int, still: float) -> Array:
    """Points (seeds, count, 2) at even distances along the flow, by the midpoint rule; NaN after a line has ended."""
    paths = np.full((len(seeds), count, 2), np.nan)
    here, alive, velocity = seeds.copy(), np.arange(len(seeds)), flow.at(seeds)
    for number in range(count):
        middle = here + 0.5 * step * _direction(velocity, still)
        here = here + step * _direction(flow.at(middle), still)
        velocity = flow.at(here)
        going = flow.inside(here) & (np.hypot(*velocity.T) > still)
        here, alive, velocity = here[going], alive[going], velocity[going]
        paths[alive, number] = here
        if not len(alive):
            break
    return np.concatenate([seeds[:, None], paths], axis=1)


def _direction(velocity: Array, still: float) -> Array:
    return velocity / np.maximum(np.hypot(*velocity.T), still)[:, None]


def _chosen(cut: Cut, flow: _Flow, ahead: Array, behind: Array, spacing: float) -> list[Streamline]:
    """Lines one after the other, each cut off where it comes near one that is there already."""
    size = CLOSEST * spacing
    shape = [int(np.ceil((edges[-1] - edges[0]) / size)) + 3 for edges in (cut.up, cut.across)]
    taken = np.zeros(shape, bool)
    origin = np.array([cut.across[0], cut.up[0]])
    cells = [np.floor(np.nan_to_num((paths - origin) / size, nan=-2.0)).astype(int) + 1 for paths in (ahead, behind)]
    lines = []
    for number in range(len(ahead)):
        column, row = cells[0][number, 0]
        if taken[row, column]:
            continue
        parts = []
        for paths, places in zip((ahead, behind), cells, strict=True):
            column, row = places[number].T
            ended = np.isnan(paths[number, :, 0]) | taken[np.clip(row, 0, None), np.clip(column, 0, None)]
            parts.append(int(ended.argmax()) if ended.any() else len(ended))
        forward, backward = parts
        if forward + backward - 1 < SHORTEST * STEPS_PER_SPACING:
            continue
        points = np.concatenate([behind[number, 1:backward][::-1], ahead[number, :forward]])
        for places, length in zip(cells, parts, strict=True):
            taken[places[number, :length, 1], places[number, :length, 0]] = True
        lines.append(Streamline(points, np.hypot(*flow.at(points).T)))
    return lines
