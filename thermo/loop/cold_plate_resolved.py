"""Plates with their inside resolved: conduction from the die to the fins, the coolant advanced along the channels.

All plates of one design, of however many racks, are solved together. The loop asks for the resistance of many flows in
every iteration; :class:`FinnedPlate` answers from a table of solved plates.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kernels.backend import CpuBackend
from kernels.cold_plate_solver import ColdPlates
from thermo.loop.cold_plate_cells import Cells, make_cells
from thermo.loop.cold_plate_channel import apparent_friction, mean_nusselt
from thermo.loop.cold_plate_design import Fins, Stack
from thermo.media import fluid

Array = NDArray[np.float64]

TOLERANCE, TABLE_TOLERANCE, ITERATIONS = 1e-12, 1e-8, 400
CELLS_AT_ONCE = 2_000_000
TABLE_FLOWS, TABLE_TEMPERATURES, TABLE_SPAN = 13, 3, 10.0


@dataclass(frozen=True)
class Solved:
    """Plates that were solved, one a row. Temperatures in K.

    `junction`: (plates, y, x) on the active side of the die. `case`: mean on the top of the layer below the base's
    interface material, over the die's area. `coolant_out`: mixed outlet. `closure`: heat into the coolant over heat of
    the chip, less 1. `pressure_drop` Pa. `reynolds` in the channels.
    """

    junction: Array
    hottest: Array
    case: Array
    coolant_out: Array
    pressure_drop: Array
    reynolds: Array
    closure: Array
    iterations: int


def channel_state(fins: Fins, coolant: str, flow: ArrayLike, temperature: ArrayLike) -> tuple[Array, Array, Array]:
    """Velocity m/s, Reynolds and Prandtl number in the channels at `flow` kg/s of coolant at a mean temperature, K."""
    liquid = fluid(coolant)
    density, viscosity = liquid.density(temperature), liquid.viscosity(temperature)
    velocity = np.asarray(flow, dtype=np.float64) / density / fins.flow_area
    prandtl = viscosity * liquid.heat_capacity(temperature) / liquid.conductivity(temperature)
    return velocity, density * velocity * fins.diameter / viscosity, prandtl


def channel_pressure_drop(fins: Fins, coolant: str, flow: ArrayLike, temperature: ArrayLike) -> Array:
    """Pressure drop of the plate, Pa: developing friction along one way and what ports and turns lose; odd in flow."""
    flow = np.asarray(flow, dtype=np.float64)
    velocity, reynolds, _ = channel_state(fins, coolant, np.maximum(np.abs(flow), 1e-12), temperature)
    length = fins.path_length / fins.diameter
    loss = 4.0 * apparent_friction(reynolds, fins.aspect, length) * length + fins.port_loss
    return np.sign(flow) * loss * 0.5 * fluid(coolant).density(temperature) * velocity**2


def films(fins: Fins, cells: Cells, coolant: str, flow: Array, temperature: Array) -> tuple[Array, Array]:
    """Film conductances (plates, z, y, x) and heat capacity rates of the coolant (plates, y, x), W/K.

    The Nusselt number of a station is the difference of the mean Nusselt numbers up to its two ends. Three walls of a
    channel are heated; `temperature` is the mean of the coolant, K.
    """
    liquid = fluid(coolant)
    _, reynolds, prandtl = (part[:, None] for part in channel_state(fins, coolant, flow, temperature))
    along = np.max(cells.share, axis=0) / np.max(cells.share)
    start, end = np.maximum(cells.distance, 1e-9) / fins.diameter
    local = reynolds * np.maximum(along, 1e-3)
    wetted = np.any(cells.area > 0.0, axis=(0, 1))
    reached = [at * mean_nusselt(local, prandtl, fins.aspect, at, 3) for at in (start, np.maximum(end, 2.0 * start))]
    nusselt = (reached[1] - reached[0]) / (np.maximum(end, 2.0 * start) - start)
    coefficient = np.where(wetted, nusselt, 1.0) * (liquid.conductivity(temperature) / fins.diameter)[:, None]
    film = cells.area / (1.0 / coefficient[:, None, None, :] + cells.wall)
    rate = (flow * liquid.heat_capacity(temperature))[:, None, None] * cells.share
    return film, rate


@dataclass(frozen=True)
class FinnedPlate:
    """A plate by its design; see :class:`thermo.loop.cold_plate.ColdPlate` for what the loop asks of it.

    `power` (W) at which coolant properties are taken: at the inlet temperature plus half its rise at that power. The
    table spans flows from `flow` / 10 to 10 `flow` (kg/s) and coolant temperatures from `coldest` to `warmest`, K.
    """

    name: str
    stack: Stack
    coolant: str
    power: float
    flow: float
    power_map: ArrayLike | None = None
    coldest: float = 283.15
    warmest: float = 333.15

    @cached_property
    def cells(self) -> Cells:
        """The finite volumes."""
        return make_cells(self.stack, self.power_map)

    @property
    def thermal_mass(self) -> float:
        """Heat capacity of chip and metal, J/K."""
        return self.stack.thermal_mass

    @property
    def coolant_volume(self) -> float:
        """Coolant inside, m3."""
        return self.stack.coolant_volume

    def solve(
        self, flow: ArrayLike, temperature: ArrayLike, power: ArrayLike, backend=None, tolerance: float = TOLERANCE
    ) -> Solved:
        """Solve plates at `flow` kg/s above 0, coolant inlet `temperature` K, `power` W, each scalar or (plates,).

        `backend` is where (default: the CPU in double precision), `tolerance` the relative residual that is left.
        """
        backend = CpuBackend("double", threads=1) if backend is None else backend
        arrays = (np.atleast_1d(np.asarray(value, dtype=np.float64)) for value in (flow, temperature, power))
        given = np.broadcast_arrays(*arrays)
        at_once = max(1, CELLS_AT_ONCE // int(np.prod(self.cells.shape)))
        batches = [slice(n, n + at_once) for n in range(0, given[0].size, at_once)]
        parts = [self._solve(backend, tolerance, *(values[batch] for values in given)) for batch in batches]
        rows = {name: np.concatenate([getattr(part, name) for part in parts])
                for name in Solved.__dataclass_fields__ if name != "iterations"}
        return Solved(**rows, iterations=max(part.iterations for part in parts))

    def _solve(self, backend, tolerance: float, flow: Array, inlet: Array, power: Array) -> Solved:
        cells, fins, liquid = self.cells, self.stack.fins, fluid(self.coolant)
        mean = inlet + 0.5 * power / (flow * liquid.heat_capacity(inlet))
        film, rate = films(fins, cells, self.coolant, flow, mean)
        plates = ColdPlates(backend, flow.size, (cells.gx, cells.gy, cells.gz), cells.blocked, cells.station,
                            cells.carried, (cells.x.size - 1) // 2)
        plates.set_films(film, rate)
        heat = power[:, None, None, None] * cells.source
        iterations, _ = plates.solve(heat, tolerance, ITERATIONS)
        rise, coolant = plates.rises()
        caught = np.sum(film * (rise - coolant[:, None]), axis=(1, 2, 3))
        return Solved(
            **self._temperatures(rise, heat, inlet),
            coolant_out=inlet + caught / (flow * liquid.heat_capacity(mean)),
            pressure_drop=channel_pressure_drop(fins, self.coolant, flow, mean),
            reynolds=channel_state(fins, self.coolant, flow, mean)[1],
            closure=caught / power - 1.0,
            iterations=iterations,
        )

    def die_edges(self) -> tuple[Array, Array]:
        """Cell edges of the junction field along x and y, m from the middle of the die."""
        inside = _die(self.stack, self.cells)
        found = []
        for edges, part in ((self.cells.x, inside.any(axis=0)), (self.cells.y, inside.any(axis=1))):
            cells = np.flatnonzero(part)
            found.append(edges[cells[0] : cells[-1] + 2])
        return found[0], found[1]

    def _temperatures(self, rise: Array, heat: Array, inlet: Array) -> dict[str, Array]:
        """Junction field, its hottest point and the case. Heat enters through the lowest face of the die."""
        cells, die = self.cells, self.stack.die
        inside = _die(self.stack, cells)
        rows, columns = np.any(inside, axis=1), np.any(inside, axis=0)
        areas = np.diff(cells.y)[rows][:, None] * np.diff(cells.x)[columns][None, :]
        half = 0.5 * die.thickness / die.cells / die.conductivity
        bottom = rise[:, 0][:, rows][:, :, columns]
        junction = inlet[:, None, None] + bottom + heat[:, 0][:, rows][:, :, columns] * half / areas
        return {"junction": junction, "hottest": junction.max(axis=(1, 2)),
                "case": inlet + self._case(rise, rows, columns, areas)}

    def _case(self, rise: Array, rows: Array, columns: Array, areas: Array) -> Array:
        """Mean rise on the top of the layer under the last interface material, over the die's area."""
        layers, cells = self.stack.layers, self.cells
        below = sum(layer.cells for layer in layers[:-2]) if len(layers) > 2 else layers[0].cells
        under, over = (rise[:, k][:, rows][:, :, columns] for k in (below - 1, below))
        upward = cells.gz[below][rows][:, columns] * (under - over)
        part = layers[-3] if len(layers) > 2 else layers[0]
        surface = under - upward * 0.5 * part.thickness / part.cells / part.conductivity / areas
        return np.sum(surface * areas, axis=(1, 2)) / areas.sum()

    @property
    def _table(self) -> tuple[Array, Array, Array]:
        """Logarithm of the flows, temperatures, and logarithm of the resistance (temperatures, flows)."""
        given = None if self.power_map is None else tuple(map(tuple, self.power_map))
        return _solved_table(self.stack, self.coolant, self.power, self.flow, given, self.coldest, self.warmest)

    def resistance(self, flow: ArrayLike, temperature: ArrayLike) -> Array:
        """Hottest point of the die minus coolant inlet over heat, K/W; beyond the table its edge holds."""
        flows, temperatures, values = self._table
        log_flow = np.clip(np.log(np.maximum(np.abs(np.asarray(flow, dtype=np.float64)), 1e-12)), flows[0], flows[-1])
        at = np.clip(np.asarray(temperature, dtype=np.float64), temperatures[0], temperatures[-1])
        log_flow, at = np.broadcast_arrays(log_flow, at)
        share = (at - temperatures[0]) / (temperatures[1] - temperatures[0])
        row = np.clip(share.astype(np.int64), 0, temperatures.size - 2)
        each = np.stack([np.interp(log_flow, flows, line) for line in values])
        low, high = (np.take_along_axis(each, (row + n)[None], axis=0)[0] for n in (0, 1))
        return np.exp(low + (share - row) * (high - low))

    def pressure_drop(self, flow: ArrayLike, temperature: ArrayLike) -> Array:
        """Pressure drop, Pa, at coolant of one temperature."""
        return channel_pressure_drop(self.stack.fins, self.coolant, flow, temperature)

    def pressure_slope(self, flow: ArrayLike, temperature: ArrayLike) -> Array:
        """Derivative of the pressure drop in the flow, Pa s/kg, by a central difference of 1e-4 of the flow."""
        flow = np.asarray(flow, dtype=np.float64)
        step = np.maximum(1e-4 * np.abs(flow), 1e-6 * self.flow)
        rise = self.pressure_drop(flow + step, temperature) - self.pressure_drop(flow - step, temperature)
        return rise / (2.0 * step)

    def outside(self, flow: ArrayLike, temperature: ArrayLike) -> NDArray[np.bool_]:
        """True beyond the table's flows and temperatures."""
        flow = np.abs(np.asarray(flow, dtype=np.float64))
        cold = (np.asarray(temperature) < self.coldest) | (np.asarray(temperature) > self.warmest)
        return cold | (flow < self.flow / TABLE_SPAN * (1 - 1e-9)) | (flow > self.flow * TABLE_SPAN * (1 + 1e-9))


@lru_cache(maxsize=64)
def _solved_table(stack: Stack, coolant: str, power: float, flow: float, power_map, coldest: float, warmest: float):
    """The table of a :class:`FinnedPlate`, solved once for plates that are alike."""
    flows = np.geomspace(flow / TABLE_SPAN, flow * TABLE_SPAN, TABLE_FLOWS)
    temperatures = np.linspace(coldest, warmest, TABLE_TEMPERATURES)
    grid = np.meshgrid(temperatures, flows, indexing="ij")
    inlet, flow_of = (part.ravel() for part in grid)
    solved = FinnedPlate("table", stack, coolant, power, flow, power_map).solve(
        flow_of, inlet, power, tolerance=TABLE_TOLERANCE
    )
    return np.log(flows), temperatures, np.log((solved.hottest - inlet) / power).reshape(grid[0].shape)


def _die(stack: Stack, cells: Cells) -> NDArray[np.bool_]:
    """Columns (y, x) over the die."""
    return cells.blocked[0] < 0.5
