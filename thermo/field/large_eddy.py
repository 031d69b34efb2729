"""Large-eddy simulation on one grid: eddy viscosity of what the grid does not resolve, walls by Spalding's law."""

from __future__ import annotations

from typing import Any

from kernels import large_eddy
from thermo.field.equation import SharedRow
from thermo.field.lvel import SpaldingWalls


class LargeEddy(SpaldingWalls):
    """WALE or Vreman eddy viscosity that follows the velocity; no state of its own."""

    def __init__(self, solver):
        self.solver = solver
        self.rows = SharedRow(solver)
        self.slopes = [solver.backend.zeros(solver.size) for _ in range(9)]

    def fields(self) -> dict[str, Any]:
        """Device arrays that belong to the state: none, all follows from the velocity."""
        return {}

    def update_viscosity(self) -> None:
        """Eddy viscosity from the gradients of the velocity."""
        s, g = self.solver, self.solver.geometry
        for i in range(3):
            for j in range(3):
                self.rows.gradient(j, s.velocity[i], self.slopes[3 * i + j], s.faces.velocity[i])
        if s.case.physics.turbulence == "wale":
            s.run(large_eddy.wale_viscosity, g.fluid, large_eddy.WALE_CONSTANT**2, 1.0 / 3.0, g.volume,
                  large_eddy.VANISHING, *self.slopes, s.nu_t)
        else:
            s.run(large_eddy.vreman_viscosity, g.fluid, large_eddy.VREMAN_CONSTANT, large_eddy.VANISHING, *g.half,
                  *self.slopes, s.nu_t)

    def step(self, relaxation: float, sweeps: int) -> None:
        """Renew the eddy viscosity; there is no equation to solve."""
        self.update_viscosity()
