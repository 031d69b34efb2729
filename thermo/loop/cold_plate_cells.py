"""The finite volumes of chip and plate: conductances between cells, films to the coolant, stations along the flow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermo.loop.cold_plate_design import Stack

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Cells:
    """Cells of one plate, arrays (z, y, x). `gx`, `gy`, `gz`: conductance of low faces, W/K. `blocked`: 1 if empty.

    `area`: wetted area of each cell, m2, and `wall`: resistance times area from cell centre to wetted wall, m2 K/W.
    `source`: share of the heat. `station`, `carried`: order of the flow along x. `share`: of the plate's flow that
    passes each (y, x). `distance`: start and end of each x cell from the entrance of its channel, m, (2, x).
    """

    x: Array
    y: Array
    gx: Array
    gy: Array
    gz: Array
    blocked: Array
    area: Array
    wall: Array
    source: Array
    station: NDArray[np.int64]
    carried: Array
    share: Array
    distance: Array
    die_layers: int

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of cells along z, y and x."""
        return self.blocked.shape


def make_cells(stack: Stack, power_map: ArrayLike | None = None) -> Cells:
    """Cells of a stack; `power_map` (rows y, columns x, any positive scale) is spread over the die, None is uniform."""
    x, y = stack.edges(0), stack.edges(1)
    dz, solid, contact = _layers(stack, x, y)
    along, across, up = _conductivities(stack, solid, dz.size)
    gx, gy = _lateral(along, np.diff(x), dz, np.diff(y), 2), _lateral(across, np.diff(y), dz, np.diff(x), 1)
    area, wall = _wetted(stack, x, y, dz)
    station, carried, share, distance = _stations(stack, x, y)
    return Cells(
        x, y, gx, gy, _vertical(up, dz, contact, np.diff(x), np.diff(y)), (up <= 0.0).astype(np.float64), area, wall,
        _source(stack, x, y, dz.size, power_map), station, carried, share, distance, stack.die.cells,
    )  # fmt: skip


def _inside(edges: Array, size: float) -> NDArray[np.bool_]:
    centres = 0.5 * (edges[1:] + edges[:-1])
    return np.abs(centres) < 0.5 * size


def _plan(size: tuple[float, float], x: Array, y: Array) -> NDArray[np.bool_]:
    """Columns (y, x) that a centred rectangle covers."""
    return _inside(y, size[1])[:, None] & _inside(x, size[0])[None, :]


def _layers(stack: Stack, x: Array, y: Array) -> tuple[Array, list, Array]:
    """Thickness of every cell layer, what each is made of (plan, layer), and contact resistance on its low face."""
    dz, made, contact = [], [], []
    below = 0.0
    for layer in stack.layers:
        for n in range(layer.cells):
            dz.append(layer.thickness / layer.cells)
            made.append((_plan(layer.size, x, y), layer.conductivity))
            contact.append(below if n == 0 else 0.0)
        below = layer.contact
    for n in range(stack.fins.cells):
        dz.append(stack.fins.height / stack.fins.cells)
        made.append((_plan(stack.fins.size, x, y), stack.fins.conductivity))
        contact.append(below if n == 0 else 0.0)
    return np.array(dz), made, np.array(contact)


def _conductivities(stack: Stack, made: list, layers: int) -> tuple[Array, Array, Array]:
    """Conductivity along x, y and z. Fins conduct along x and z in their share of the width, and not across."""
    solid = np.stack([np.where(plan, conductivity, 0.0) for plan, conductivity in made])
    share = np.ones(layers)
    share[layers - stack.fins.cells :] = stack.fins.fin / stack.fins.pitch
    finned = solid * share[:, None, None]
    across = solid.copy()
    across[layers - stack.fins.cells :] = 0.0
    return finned, across, finned


def _lateral(k: Array, width: Array, dz: Array, depth: Array, axis: int) -> Array:
    """Conductance of low faces along x (axis 2) or y (axis 1): harmonic between the cell centres, 0 at the edge."""
    k = np.moveaxis(k, axis, -1)
    half = np.divide(0.5 * width, k, out=np.full(k.shape, np.inf), where=k > 0.0)
    g = np.zeros(k.shape)
    g[..., 1:] = dz[:, None, None] * depth[None, :, None] / (half[..., 1:] + half[..., :-1])
    return np.moveaxis(g, -1, axis)


def _vertical(k: Array, dz: Array, contact: Array, dx: Array, dy: Array) -> Array:
    """Conductance of low faces along z, with the contact resistance of the layer below in series."""
    half = np.divide(0.5 * dz[:, None, None], k, out=np.full(k.shape, np.inf), where=k > 0.0)
    g = np.zeros(k.shape)
    g[1:] = dy[:, None] * dx[None, :] / (half[1:] + half[:-1] + contact[1:, None, None])
    return g


def _wetted(stack: Stack, x: Array, y: Array, dz: Array) -> tuple[Array, Array]:
    """Wetted area and wall resistance of every cell: channel floors on the top of the base, sides of the fins.

    A fin of thickness t that gives off heat evenly on both sides is t / (6 k) warmer in its mean than on its sides.
    """
    fins, plan = stack.fins, _plan(stack.fins.size, x, y)
    columns = plan * np.diff(y)[:, None] * np.diff(x)[None, :]
    area, wall = np.zeros((dz.size, *plan.shape)), np.zeros((dz.size, 1, 1))
    base = dz.size - fins.cells - 1
    area[base] = columns * fins.channel / fins.pitch
    wall[base] = 0.5 * dz[base] / stack.layers[-1].conductivity
    area[base + 1 :] = 2.0 * columns / fins.pitch * dz[base + 1 :, None, None]
    wall[base + 1 :] = fins.fin / (6.0 * fins.conductivity)
    return area, np.broadcast_to(wall, area.shape)


def _stations(stack: Stack, x: Array, y: Array):
    """Order of the x cells along the flow, share of each carried from the one before, flow shares and distances."""
    fins, centres = stack.fins, 0.5 * (x[1:] + x[:-1])
    rows = _inside(y, fins.size[1]) * np.diff(y) / fins.size[1]
    inside = np.flatnonzero(_inside(x, fins.size[0]))
    outside = np.setdiff1d(np.arange(centres.size), inside)
    distance = np.zeros((2, centres.size))
    if fins.arrangement == "straight":
        ways, along = [inside], np.ones(centres.size)
        distance[:] = x[:-1] - x[inside[0]], x[1:] - x[inside[0]]
    else:
        ways = [inside[centres[inside] > 0.0], inside[centres[inside] < 0.0][::-1]]
        distance[:] = np.sort(np.abs(np.stack([x[:-1], x[1:]])), axis=0)
        half_slot = 0.5 * fins.slot if fins.arrangement == "impinging" else 0.0
        along = 0.5 * (np.minimum(distance[1] / half_slot, 1.0) if half_slot > 0.0 else np.ones(centres.size))
    carried = np.zeros(centres.size)
    for way in ways:
        carried[way[1:]] = along[way[:-1]] / along[way[1:]]
    station = np.concatenate([*ways, outside])
    return station, carried[station], rows[:, None] * along[None, :], distance


def _source(stack: Stack, x: Array, y: Array, layers: int, power_map: ArrayLike | None) -> Array:
    """Share of the heat in each cell: in the lowest layer of the die, from the map by overlapping areas."""
    weights = np.ones((1, 1)) if power_map is None else np.asarray(power_map, dtype=np.float64)
    if weights.ndim != 2 or np.any(weights < 0.0) or not weights.sum() > 0.0:
        raise ValueError("a power map is a table of rows of numbers of at least 0, not all of them 0")
    overlaps = []
    for axis, (edges, count) in enumerate(((x, weights.shape[1]), (y, weights.shape[0]))):
        tiles = np.linspace(-0.5, 0.5, count + 1) * stack.die.size[axis]
        low = np.maximum(edges[:-1, None], tiles[None, :-1])
        high = np.minimum(edges[1:, None], tiles[None, 1:])
        overlaps.append(np.maximum(high - low, 0.0) / np.diff(tiles)[None, :])
    source = np.zeros((layers, y.size - 1, x.size - 1))
    source[0] = overlaps[1] @ (weights / weights.sum()) @ overlaps[0].T
    return source
