"""Pseudo-time steps of momentum that differ from cell to cell, for buoyant liquids that seep through fins, or that are
so viscous that inertia does not matter.

Such a liquid follows its buoyancy almost at once, while its temperature is carried over several cells in one
pseudo-time step of the energy, ``dt_T``. Each velocity then overshoots: it moves the temperature by
``dt_T |grad T|`` per velocity, and that the force by ``g beta`` per kelvin. A velocity that answers no faster than
``COUPLING g beta |grad T| dt_T`` (1/s) cannot. The faces answer as slowly as the cells, else the pressure over-corrects
in slow liquid. The steady state does not depend on any of this but for the Rhie-Chow term, where the rates of
neighbours differ: a face answers with the mean rate of its cells, which are not the same.
"""

from __future__ import annotations

import numpy as np

from kernels import buoyancy, momentum
from thermo.field.flux_memory import FluxMemory

COUPLING = 0.5
VISCOUS_COUPLING = 2.0
"""The same without fins: thin layers on heated blocks turn with their temperature, and 0.5 lets them swing."""


class PseudoTime:
    """One over the pseudo-time step (1/s) of the momentum of every cell, and what it does to rows and face fluxes."""

    def __init__(self, solver):
        zeros = solver.backend.zeros
        self.solver = solver
        self.rate, self.weight = zeros(solver.size), zeros(solver.size)
        self.memory = FluxMemory(solver)
        self.acts = False

    def begin(self, rate: float, heat_rate: float) -> None:
        """Remember the present fluxes; ``rate`` and ``heat_rate`` are one over the steps of momentum and energy, in
        1/s, that hold everywhere."""
        s, g = self.solver, self.solver.geometry
        self.acts = rate > 0.0
        if not self.acts:
            return
        strength = float(np.sqrt(sum(component**2 for component in s.gravity))) * abs(s.fluid.expansion)
        coupling = (COUPLING if s.porous.count else VISCOUS_COUPLING) * strength / heat_rate
        s.run(buoyancy.coupling_rate, *s.strides, *g.area, *g.rd, s.T, rate, coupling, self.rate)
        twice = [[(array, array) for array in arrays] for arrays in (s.flux, s.velocity)]
        self.memory.remember(-1.0, 0.0, *twice, (s.faces.outflow, s.faces.outflow))

    def hold(self, equation) -> None:
        """Put the pseudo-time term into the row of momentum."""
        if self.acts:
            g = self.solver.geometry
            self.solver.run(momentum.add_lag, g.volume, g.fluid, self.rate, equation.inverse, equation.lag)

    def response(self) -> None:
        """The response of the face velocities includes the pseudo-time term."""
        if self.acts:
            response = self.solver.response_fixed
            response /= 1 + self.rate * response
            self.weight[:] = response * self.rate

    def fluxes(self) -> None:
        """Add what is remembered to the fluxes, so that the steady state hardly depends on the step."""
        if self.acts:
            self.memory.add(self.weight)
