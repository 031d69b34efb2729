"""Heat stored in fins, bases, chips and the solids of porous blocks, which warm up and cool down after a change.

The fins of a sink have the mean temperature ``Tm``; they give ``Q = G (Tm - Tf)`` to the fluid among them, ``G`` by
:class:`thermo.field.porous.SinkLaw`. Their foot and the base have ``Tb`` behind the conduction in the fins,
``r = (1/e - 1)/G`` with the fin efficiency ``e``, which hardly depends on the flow; the chip has ``Tc`` behind the case
resistance ``R``:

    Cm dTm/dt = (Tb - Tm)/r - Q,    Cb dTb/dt = (Tc - Tb)/R - (Tb - Tm)/r,    Cc dTc/dt = P - (Tc - Tb)/R

A porous block's solid is the same with ``G`` given, without base and chip. In a steady state all of ``P`` reaches the
fluid. Heat per time is second-order backward differences of each stored temperature, so what is stored is exact. The
chip's temperature at the end of a step is linear in its power; that slope, the response, says how far its clock must
fall.
"""

from __future__ import annotations

import numpy as np

from kernels.porous import block_exchange, block_mean
from thermo.field.porous import SinkLaw, has_solid, volume_of

NODES = ("solid_mean", "solid_foot", "solid_chip")
"""Temperatures of every solid that a time level holds, offsets from the datum."""


class SolidMass:
    """Temperatures of all solids of a solver that store heat, on its device."""

    def __init__(self, solver):
        self.solver, self.xp = solver, solver.backend.array_module
        backend, sinks = solver.backend, solver.case.heat_sink
        porous = [block for block in solver.case.porous if has_solid(block) and block.thermal_mass is not None]
        blocks = [*sinks, *porous]
        self.names, self.count, self.sinks = [b.name for b in blocks], len(blocks), len(sinks)
        self.law = SinkLaw(sinks, self.xp)
        self.given = self._numbers([block.conductance * volume_of(block) for block in porous])
        self.blocks = blocks
        self.resistance = self._numbers([getattr(block, "case_resistance", None) or 0.0 for block in blocks])
        self.capacity = dict(zip(NODES, (self._numbers(c) for c in zip(*map(_capacities, blocks), strict=True)),
                                 strict=True))
        self.nodes = {name: backend.zeros(self.count) for name in NODES}
        self._place(blocks)
        self.mean = [backend.zeros(self.count) for _ in range(4)]
        self.surplus, self.slope = backend.zeros(self.count), backend.zeros(self.count)
        self._at_rest()

    def _numbers(self, values):
        return self.xp.asarray(np.array(values, dtype=np.float64))

    def _place(self, blocks) -> None:
        """Lists of the cells of all blocks, with their share of the fluid of their block."""
        grid, backend = self.solver.grid, self.solver.backend
        number = np.arange(grid.size).reshape(grid.padded_shape)[1:-1, 1:-1, 1:-1]
        fluid = grid.volume * self.solver.mesh.fluid
        cells = [number[grid.box_slices(b.lo, b.hi)].ravel() for b in blocks]
        volumes = [fluid[grid.box_slices(b.lo, b.hi)].ravel() for b in blocks]
        lengths = [len(c) for c in cells]
        self.cells = sum(lengths)
        self.start = backend.asarray(np.concatenate([[0], np.cumsum(lengths)]), np.int64)
        self.where = backend.asarray(np.concatenate(cells), np.int64)
        self.share = backend.asarray(np.concatenate([v / v.sum() for v in volumes]))
        self.block = backend.asarray(np.repeat(np.arange(len(blocks)), lengths), np.int64)

    def _at_rest(self) -> None:
        """Nothing is stored: the equations of a steady state."""
        self.rate, self.history = 0.0, dict.fromkeys(NODES, 0.0)

    def settle(self) -> None:
        """Temperatures in balance with the present fluid."""
        self._at_rest()
        self._look(self.solver.T, *self.solver.velocity)
        self._solve()
        self.follow()

    def begin(self, coefficients, levels) -> None:
        """Prepare a time step; ``levels`` holds the two newest of every node, by name."""
        self.rate, first, second = coefficients
        for name in NODES:
            one, two = (level.astype(np.float64) for level in levels[name][:2])
            self.history[name] = self.capacity[name] * (first * one + second * two)

    def exchange(self, equation) -> None:
        """Put the solids into the energy equation, with the present flow and linear in the temperature of the fluid."""
        s = self.solver
        self._look(s.T, *s.velocity)
        self._solve()
        s.backend.launch(block_exchange, 0, self.cells, self.where, self.block, self.share, self.surplus, self.slope,
                         s.T, equation.extra, equation.source)

    def follow(self) -> None:
        """Temperatures of the solids at the temperature of the fluid that the energy equation has just found."""
        self._look(self.solver.T)
        found = self._found()
        for name, values in zip(NODES, found, strict=True):
            self.nodes[name][:] = values
        self.to_fluid = self.conductance * (found[0] - self.mean[0].astype(np.float64))

    def _found(self):
        """Mean, foot and chip of every solid at the mean temperature of its fluid."""
        mean = (self.known + self.conductance * self.mean[0].astype(np.float64)) / self.total
        foot = mean + self.inside * (self.entering - self.kept * mean)
        return mean, foot, foot + self.resistance * (self.arriving - self.held * foot)

    def _look(self, *fields) -> None:
        """Means of the temperature and, where they are given, of the velocities over the fluid of every block."""
        for values, out in zip(fields, self.mean, strict=False):
            self.solver.backend.launch(block_mean, 0, self.count, self.start, self.where, self.share, values, out)

    def _solve(self) -> None:
        """Eliminate foot and chip: the mean of a solid, and its heat, as linear functions of its fluid's mean."""
        self.power = self._numbers([self.solver.solids.of(block) for block in self.blocks])
        fluid = self.mean[0].astype(np.float64)
        velocity = self.xp.stack(self.mean[1:], axis=1)[: self.sinks].astype(np.float64)
        conductance, efficiency, _ = self.law(self.solver.fluid, fluid[: self.sinks] + self.solver.datum, velocity)
        self.conductance = self.xp.concatenate([conductance, self.given])
        inside = (1.0 / efficiency - 1.0) / conductance
        self.inside = self.xp.concatenate([inside, self.xp.zeros_like(self.given)])
        fins, base, chip = (self.capacity[name] * self.rate for name in NODES)
        fins_before, base_before, chip_before = (self.history[name] for name in NODES)
        through = 1.0 + chip * self.resistance
        self.arriving, self.held = (self.power - chip_before) / through, chip / through
        beyond = 1.0 + (base + self.held) * self.inside
        self.entering, self.kept = (self.arriving - base_before) / beyond, (base + self.held) / beyond
        self.total = fins + self.kept + self.conductance
        self.known = self.entering - fins_before
        mean = 1.0 / (through * beyond * self.total)
        foot = mean + self.inside * (1.0 / (through * beyond) - self.kept * mean)
        self.response = foot + self.resistance * (1.0 / through - self.held * foot)
        slope = self.conductance * (fins + self.kept) / self.total
        self.slope[:] = slope
        self.surplus[:] = self.conductance * self.known / self.total - slope * fluid - self.power

    def storage(self) -> float:
        """Heat stored per time in all solids, W, as their equations have it."""
        return float(self.solver.backend.to_host(self.power - self.to_fluid).sum())

    def temperatures(self) -> dict[str, float]:
        """Temperature of every chip or solid in K, by name."""
        return self._by_name(self.nodes["solid_chip"] + self.solver.datum)

    def expected(self, coefficients, levels) -> dict[str, dict[str, float]]:
        """Every chip or solid after a step in the present flow, by name: its ``power`` W, which events may just have
        changed, the ``temperature`` K that it reaches with it, and its ``response``, K that it warms by for each watt
        more."""
        self.begin(coefficients, levels)
        self._look(self.solver.T, *self.solver.velocity)
        self._solve()
        found = {"power": self.power, "temperature": self._found()[2] + self.solver.datum, "response": self.response}
        columns = {key: self._by_name(values) for key, values in found.items()}
        return {name: {key: column[name] for key, column in columns.items()} for name in self.names}

    def _by_name(self, values) -> dict[str, float]:
        return dict(zip(self.names, self.solver.backend.to_host(values).astype(np.float64).tolist(), strict=True))


def solid_mass(solver) -> SolidMass | None:
    """The solids of a solver that store heat; None where there are none."""
    case = solver.case
    if not solver.heat or not (case.heat_sink or any(has_solid(b) and b.thermal_mass for b in case.porous)):
        return None
    return SolidMass(solver)


def _capacities(block) -> tuple[float, float, float]:
    """Heat capacities in J/K of the fins or solid, of the base and of the chip."""
    if block.kind == "porous":
        return block.thermal_mass, 0.0, 0.0
    metal = block.material.density * block.material.heat_capacity
    fins = metal * volume_of(block) * block.thickness / block.pitch
    base = metal * (block.base_thickness or 0.0) * volume_of(block) / block.fin_height
    return fins, base, block.thermal_mass or 0.0
