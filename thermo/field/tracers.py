"""Where the air of every rack intake comes from: one passive tracer for each source of air.

A source is whatever blows air into the room: a supply, a cooling unit, a rack's exhaust, an opening that draws air in.
Its tracer is one in the air it blows and zero in all other air, so a rack passes no tracer on: what is found at an
intake is the share of its air that came from that source last. The shares add up to one. VanGilder, J. W. and
Shrivastava, S. K. (2007), "Capture index: an airflow-based rack cooling performance metric", ASHRAE Transactions 113.

Tracers obey the transport equation of the temperature with its fluxes and its diffusivity. Second-order convection
keeps the limiter that the temperature has, which makes the equation linear: the tracers add up to one exactly, and
without heat through walls every temperature is the mean of the sources' temperatures weighted by their shares. The
price: a tracer may stray a little below zero or above one where the temperature does not change as it does. All
tracers share one matrix and one multigrid hierarchy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kernels import convection, diffusion, energy, resistance, walls
from kernels.aggregation import EnergyMultigrid
from thermo.field.boundary_table import ADIABATIC
from thermo.field.equation import Equation, SharedRow

TOLERANCE = {"single": 1e-5, "double": 1e-9}
"""Residual of a tracer relative to what its source puts in."""
MOST_ITERATIONS = 200
EVEN = 1e-6
"""Share of the room's temperature range below which two cells count as equally warm: the limiter is upwind there."""


@dataclass(frozen=True)
class AirSources:
    """Shares of the air that reaches each receiver.

    ``fractions[r, s]`` is the share of source ``s`` in the air that receiver ``r`` takes in; rows add up to one.
    ``racks`` holds the names of the sources that are racks; flows are in m3/s.
    """

    sources: list[str]
    receivers: list[str]
    fractions: np.ndarray
    source_flow: np.ndarray
    receiver_flow: np.ndarray
    racks: frozenset[str]


@dataclass(frozen=True)
class _Patch:
    name: str
    faces: np.ndarray
    flow: np.ndarray


def trace_air(solver) -> AirSources:
    """Solve one tracer for each source on the flow as it stands (which must conserve mass and have a temperature)."""
    outflow = solver.backend.to_host(solver.faces.outflow).astype(np.float64)
    sources, receivers = (_patches(solver.table, sign * outflow) for sign in (-1.0, 1.0))
    system = _Transport(solver)
    fractions = np.empty((len(receivers), len(sources)))
    for column, source in enumerate(sources):
        tracer = solver.backend.to_host(system.solve(source.faces)).astype(np.float64)
        for row, receiver in enumerate(receivers):
            fractions[row, column] = np.average(tracer[solver.table.owner[receiver.faces]], weights=receiver.flow)
    source_flow, receiver_flow = (np.array([p.flow.sum() for p in patches]) for patches in (sources, receivers))
    names = [patch.name for patch in sources]
    return AirSources(names, [patch.name for patch in receivers], fractions, source_flow, receiver_flow,
                      frozenset(rack.name for rack in solver.racks) & frozenset(names))


def _patches(table, flow: np.ndarray) -> list[_Patch]:
    """Every named patch with its faces where ``flow`` is positive; a face of several patches goes to the smallest."""
    found, taken = {}, np.zeros(len(flow), bool)
    moving = (flow > 0.0) & np.isin(table.kind, (walls.INLET, walls.OPENING, walls.INTAKE, walls.INTAKE_FIXED_VALUE))
    for name, faces in sorted(table.patches.items(), key=lambda item: len(item[1])):
        own = faces[moving[faces] & ~taken[faces]]
        taken[own] = True
        if len(own):
            found[name] = own
    return [_Patch(_label(name), found[name], flow[found[name]]) for name in table.patches if name in found]


def _label(patch: str) -> str:
    """Name of the thing a patch belongs to: "A1" for "A1.exhaust", "side x_min" for "side:x_min"."""
    thing, _, part = patch.rpartition(".")
    return thing if part in ("intake", "exhaust", "discharge", "supply", "return") else patch.replace("side:", "side ")


class _Transport:
    """The temperature's transport equation in W/K with the limiter frozen, for any set of sources."""

    def __init__(self, solver):
        self.solver = s = solver
        g, heat = s.geometry, s.heat
        self.rows, self.equation = SharedRow(s), Equation(s)
        self.tracer, self.face_value = s.backend.zeros(s.size), s.backend.zeros(len(s.table.owner))
        self.closed = s.backend.asarray(np.full(len(s.table.owner), ADIABATIC))
        self.none, self.exchange = (s.backend.zeros(len(s.table.owner)) for _ in range(2))
        self.exact = [s.backend.zeros(s.size) for _ in range(6)]
        for a, stride in enumerate(s.strides):
            s.run(diffusion.face_conductance, stride, g.area[a], g.half[a], heat.conductivity, g.contact[a],
                  self.rows.diffusion[a], faces=True)
            plates = s.resistances[a]
            s.backend.launch(resistance.screen, 0, plates.screened, plates.screens, self.rows.diffusion[a])
        self.rows.convect(s.fluid.capacity, s.flux)
        self._second_order()
        self._boundary()
        self.multigrid = EnergyMultigrid(s.backend, s.grid.shape)
        self.multigrid.update(tuple(self.rows.diffusion), tuple(self.rows.neighbours), self.equation.extra)

    def _second_order(self) -> None:
        """Neighbour coefficients with second-order convection as a negative diffusion that the temperature sets."""
        s, rows = self.solver, self.rows
        if rows.scheme is None:
            self.exact = rows.neighbours
            return
        xp = s.backend.array_module
        even = EVEN * float(xp.abs(s.T).max())
        for a, stride in enumerate(s.strides):
            rows.second_order(a, s.fluid.capacity, s.flux[a], s.T)
            difference = s.T[stride:] - s.T[:-stride]
            apart = xp.abs(difference) > even
            exchange = rows.spares[0]
            exchange[:] = rows.diffusion[a]
            exchange[stride:] -= xp.where(apart, rows.corrections[stride:] / xp.where(apart, difference, 1.0), 0.0)
            s.run(convection.exchange_pair, stride, s.fluid.capacity, exchange, s.flux[a], self.exact[2 * a],
                  self.exact[2 * a + 1])

    def _boundary(self) -> None:
        """What enters through the boundary faces at the value ``face_value`` of each; walls let nothing pass."""
        s, f, e = self.solver, self.solver.faces, self.equation
        e.extra[:] = s.geometry.still
        e.source[:] = 0.0
        s.run_boundary(energy.energy_boundary, f.start, f.owner, f.kind, f.area, f.outflow, self.face_value,
                       self.closed, self.none, f.conducts, f.film, s.fluid.capacity, self.exchange, e.source, e.extra)

    def solve(self, faces: np.ndarray):
        """Return the tracer, a flat padded array, that is one in what the given boundary faces blow in."""
        s, e, cells = self.solver, self.equation, self.multigrid.cells
        value = np.zeros(len(s.table.owner))
        value[faces] = 1.0
        self.face_value[:] = s.backend.asarray(value)
        self._boundary()
        self.tracer[:] = 0.0
        cells.neighbours = self.exact

        def precondition(b, x):
            cells.neighbours = self.rows.neighbours
            self.multigrid.cycle(b, x)
            cells.neighbours = self.exact

        self.multigrid.krylov.solve(cells.operator, cells.defect, precondition, cells.inverse, e.source, self.tracer,
                                    0.0, TOLERANCE[s.backend.precision], MOST_ITERATIONS)
        return self.tracer
