"""Coils in the fluid: porous blocks whose tubes have a given temperature, ``q = conductance (T_tubes - T)`` in W/m3."""

from __future__ import annotations

import numpy as np

from kernels.pressure import add_to
from thermo.field.geometry import pad


class Coils:
    """All coils of a solver: conductance in W/K of every cell, and what it gives at the datum temperature in W."""

    def __init__(self, solver):
        self.solver = solver
        conductance, heat = np.zeros(solver.grid.shape), np.zeros(solver.grid.shape)
        blocks = [block for block in solver.case.porous if block.temperature is not None]
        for block in blocks:
            cells = solver.grid.box_slices(block.lo, block.hi)
            conductance[cells] = block.conductance * (solver.grid.volume * solver.mesh.fluid)[cells]
            heat[cells] = conductance[cells] * (block.temperature - solver.datum)
        self.count = len(blocks)
        self.conductance, self.heat = (solver.backend.asarray(pad(a, 0.0).ravel()) for a in (conductance, heat))

    def exchange(self, equation) -> None:
        """Put the coils into the energy equation."""
        if self.count:
            self.solver.run(add_to, self.conductance, equation.extra)
            self.solver.run(add_to, self.heat, equation.source)

    def given(self) -> float:
        """Heat in W that the coils give to the fluid; negative where they cool."""
        if not self.count:
            return 0.0
        reducer = self.solver.residuals.reducer
        return reducer.sum(self.heat) - reducer.dot(self.conductance, self.solver.T)
