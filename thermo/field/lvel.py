"""The LVEL turbulence model of one grid: viscosity from wall distance and speed, for narrow gaps."""

from __future__ import annotations

from typing import Any

from kernels import lvel
from thermo.field.wall_distance import wall_distance

VON_KARMAN, ROUGHNESS_CONSTANT = 0.417, 8.6
"""Constants of Spalding's law in the LVEL model (Agonafer, Gan-Li and Spalding 1996)."""


def jayatilleke(prandtl: float, turbulent_prandtl: float) -> float:
    """Resistance P of the conductive sublayer in ``T+ = Pr_t (u+ + P)`` (Jayatilleke, Prog. Heat Mass Transf. 1969)."""
    ratio = prandtl / turbulent_prandtl
    return 9.24 * (ratio**0.75 - 1.0) * (1.0 + 0.28 * 2.718281828459045 ** (-0.007 * ratio))


class SpaldingWalls:
    """Shear and heat transfer at walls by Spalding's law of the wall, from the speed beside them."""

    def wall_laws(self) -> None:
        """Wall viscosity."""
        s, f = self.solver, self.solver.faces
        s.run_boundary(lvel.lvel_walls, f.start, f.owner, f.kind, f.rdist, *f.velocity, *s.velocity, s.nu, VON_KARMAN,
                       ROUGHNESS_CONSTANT, f.wall_nu)

    def wall_films(self, film) -> None:
        """Heat transfer coefficients of the thermal wall function."""
        s, f = self.solver, self.solver.faces
        turbulent_prandtl = s.case.physics.turbulent_prandtl
        s.run_boundary(lvel.lvel_film, f.start, f.owner, f.kind, f.rdist, *f.velocity, *s.velocity, s.conductivity,
                       f.wall_nu, s.nu, s.fluid.capacity, turbulent_prandtl,
                       jayatilleke(s.fluid.prandtl, turbulent_prandtl), VON_KARMAN, ROUGHNESS_CONSTANT, film)


class Lvel(SpaldingWalls):
    """Wall distance, found once, and the viscosity that follows the velocity."""

    def __init__(self, solver):
        self.solver = solver
        self.distance = wall_distance(solver, 'physics.turbulence = "lvel"')

    def fields(self) -> dict[str, Any]:
        """Device arrays that belong to the state: none, all follows from the velocity."""
        return {}

    def update_viscosity(self) -> None:
        """Turbulent viscosity from wall distance and speed."""
        s = self.solver
        s.run(lvel.lvel_viscosity, s.geometry.fluid, VON_KARMAN, ROUGHNESS_CONSTANT, self.distance, *s.velocity, s.nu,
              s.nu_t)

    def step(self, relaxation: float, sweeps: int) -> None:
        """Renew the turbulent viscosity; there is no equation to solve."""
        self.update_viscosity()
