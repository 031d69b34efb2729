"""A network in time: flows are quasi-steady (the liquid is incompressible), temperatures travel with them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermo.errors import CaseError
from thermo.loop import advection
from thermo.loop.friction import friction
from thermo.loop.network import Network

Array = NDArray[np.float64]

LEAST_MASS = 1e-3  # kg of coolant that a branch of no volume is given
MOST_CELLS = 400  # of a branch


class March:
    """State of a network in time: `T` K of the cells, `node` K, `chip` K of each branch, `outlet` K, `time` s.

    `mass`: coolant of each branch, kg. `capacity`: J/K of the chips and plates of each branch (0: none), with
    `resistance` K/W from chip to branch inlet; `wall`: capacity J/K and `contact` W/K of the pipe wall, `loss` W/K from
    it to `ambient` K; `spread` the axial dispersion over the length squared, 1/s; `lost` J went there in the last step.
    Cells are made for `dt` at `flow`: a Courant number of 1.
    """

    def __init__(
        self, network: Network, mass: Array, flow: Array, dt: float, heat_capacity: float, temperature: ArrayLike,
        outlet: Array | None = None, most_cells: int = MOST_CELLS,
    ) -> None:
        self.network, self.dt, self.cp, self.time = network, dt, heat_capacity, 0.0
        branches = len(network.start)
        self.mass = np.maximum(np.asarray(mass, dtype=np.float64), LEAST_MASS)
        room = self.mass / np.maximum(np.abs(flow) * dt, 1e-12)
        self.count = np.clip(np.floor(room * (1.0 + 1e-9)), 1, most_cells).astype(np.int64)
        self.first = np.concatenate(([0], np.cumsum(self.count)[:-1])).astype(np.int64)
        given = np.broadcast_to(np.asarray(temperature, dtype=np.float64), branches)
        self.T = np.repeat(given if outlet is None else outlet, self.count)
        self.wall = self.T.copy()
        self.node = np.zeros(len(network.node_names))
        self.node[network.start], self.node[network.end] = given, given if outlet is None else outlet
        self.outlet = np.array(given if outlet is None else outlet)
        self.chip = self.outlet.copy()
        zeros = np.zeros(branches)
        self.power, self.resistance, self.capacity = network.heat.copy(), zeros.copy(), zeros.copy()
        self.setpoint, self.reach, self.facility = zeros.copy(), zeros.copy(), zeros.copy()
        self.spread = zeros.copy()
        self.contact, self.wall_capacity, self.loss, self.ambient = zeros.copy(), zeros.copy(), zeros.copy(), 293.15
        self.inflow_temperature = np.nan_to_num(network.inflow_temperature, nan=293.15)
        self.removed, self.lost = zeros.copy(), 0.0
        self.set_flow(flow)

    def set_flow(self, flow: Array) -> None:
        """Take new branch flows, kg/s. Raises :class:`CaseError` where short branches flow in a circle."""
        network = self.network
        self.flow = np.where(np.abs(flow) < 1e-12, 0.0, flow)
        courant = np.abs(self.flow) * self.dt * self.count / self.mass
        self.parts = max(1, math.ceil(float(courant[self.count > 1].max(initial=0.0)) * (1.0 - 1e-9)))
        self.implicit = courant > self.parts * (1.0 + 1e-9)
        self.order, self._leaving, self._leaving_first, sound = advection.flow_order(
            network.start, network.end, self.flow, self.implicit, len(network.node_names)
        )
        if not sound:
            raise CaseError("short branches flow in a circle: give one of them more volume, or make the step shorter")

    def step(self) -> None:
        """Advance by one time step, in equal parts where coolant flows faster than the cells were made for."""
        self.lost = sum(self._advance(self.dt / self.parts) for _ in range(self.parts))
        self.time += self.dt

    def _advance(self, dt: float) -> float:
        network = self.network
        return advection.advance(
            dt, self.cp, network.start, network.end, self.flow, self.mass, self.first, self.count, self.implicit,
            self.order, self._leaving, self._leaving_first, self.power, self.resistance, self.capacity, self.setpoint,
            self.reach, self.facility, self.spread, self.contact, self.wall_capacity, self.loss, self.ambient,
            network.inflow, self.inflow_temperature, self.T, self.wall, self.chip, self.node, self.outlet, self.removed,
        )  # fmt: skip

    def stored(self) -> float:
        """Heat in coolant, walls and chips above 0 K, J."""
        per_cell = np.repeat(self.mass / self.count, self.count) * self.cp
        metal = np.repeat(self.wall_capacity / self.count, self.count)
        return float((per_cell * self.T).sum() + (metal * self.wall).sum() + (self.capacity * self.chip).sum())


def dispersion(flow: float, diameter: float, coolant, temperature: float) -> float:
    """Axial dispersion in turbulent pipe flow, m2/s: 10.1 R u sqrt(f / 8) (Taylor, Proc. R. Soc. A 223 (1954) 446).

    In laminar flow the turbulent value at Re 3000 is taken: what a pipe with bends and fittings has at least.
    """
    viscosity, density = float(coolant.viscosity(temperature)), float(coolant.density(temperature))
    velocity = 4.0 * abs(flow) / (math.pi * diameter**2 * density)
    reynolds = max(velocity * diameter * density / viscosity, 3000.0)
    shear = velocity * math.sqrt(float(friction(reynolds, 0.0)[0]) / 8.0)
    return 10.1 * 0.5 * diameter * shear


def film_coefficient(flow: float, diameter: float, coolant, temperature: float) -> float:
    """Heat transfer coefficient inside a pipe, W/m2/K: Gnielinski 1976, and 3.66 k / D in laminar flow.

    `flow` kg/s, `diameter` m, `temperature` K.
    """
    viscosity, conductivity = float(coolant.viscosity(temperature)), float(coolant.conductivity(temperature))
    reynolds = 4.0 * abs(flow) / (math.pi * diameter * viscosity)
    prandtl = float(coolant.heat_capacity(temperature)) * viscosity / conductivity
    if reynolds < 2300.0:
        return 3.66 * conductivity / diameter
    f = (0.79 * math.log(max(reynolds, 3000.0)) - 1.64) ** -2
    below = 1.0 + 12.7 * math.sqrt(f / 8.0) * (prandtl ** (2.0 / 3.0) - 1.0)
    nusselt = f / 8.0 * (reynolds - 1000.0) * prandtl / below
    return max(nusselt, 3.66) * conductivity / diameter
