"""The k-epsilon models of one grid."""

from __future__ import annotations

from typing import Any

from kernels import energy, strain, turbulence, walls
from kernels.transport import lagged_source
from thermo.field.equation import Equation
from thermo.field.lvel import jayatilleke

LARGEST_VISCOSITY_RATIO = 1e5
FLOOR_K, FLOOR_EPSILON = 1e-8, 1e-9
FIX = 1e10
"""Diagonal that holds epsilon at the wall law's value in wall cells; large against any exchange in m3/s."""


class KEpsilonModel:
    """Fields k and epsilon, their equations and the wall functions."""

    def __init__(self, solver, constants: turbulence.KEpsilon):
        self.solver, self.constants = solver, constants
        self.buoyant = solver.case.physics.buoyancy_production
        zeros = solver.backend.zeros
        self.k, self.epsilon = zeros(solver.size), zeros(solver.size)
        self.rows = solver.rows
        self.k_equation, self.epsilon_equation = Equation(solver), Equation(solver)
        self.strain, self.k_base = zeros(solver.size), zeros(solver.size)
        self.quarter_power = constants.c_mu**0.25
        self._start()

    def _start(self) -> None:
        """Start from the mean turbulence of what flows in, or from a weak uniform one."""
        table = self.solver.table
        inflow = (table.kind == walls.INLET) & (table.k > 0)
        k = float(table.k[inflow].mean()) if inflow.any() else 1e-3
        epsilon = float(table.epsilon[inflow].mean()) if inflow.any() else 1e-4
        self.k[:] = k
        self.epsilon[:] = epsilon
        self.update_viscosity()

    def fields(self) -> dict[str, Any]:
        """Device arrays that belong to the state, by name."""
        return {"k": self.k, "epsilon": self.epsilon}

    def update_viscosity(self) -> None:
        """Turbulent viscosity from k and epsilon."""
        s = self.solver
        s.backend.launch(turbulence.turbulent_viscosity, 0, s.size, self.constants.c_mu, LARGEST_VISCOSITY_RATIO,
                         FLOOR_K, FLOOR_EPSILON, s.nu, self.k, self.epsilon, s.nu_t)

    def wall_laws(self) -> None:
        """Wall viscosity, and epsilon and production in wall cells."""
        s, f, c = self.solver, self.solver.faces, self.constants
        s.run_boundary(walls.wall_function, f.start, f.owner, f.kind, f.rdist, *f.velocity, *s.velocity, self.k, s.nu,
                       self.quarter_power, c.von_karman, c.roughness_constant, c.laminar_limit, f.wall_nu,
                       f.wall_epsilon, f.wall_production, f.wall_dissipation)

    def wall_films(self, film) -> None:
        """Heat transfer coefficients of the thermal wall function."""
        s, f, c = self.solver, self.solver.faces, self.constants
        turbulent_prandtl = s.case.physics.turbulent_prandtl
        s.run_boundary(energy.wall_film, f.start, f.owner, f.kind, f.rdist, s.conductivity, self.k, s.nu,
                       s.fluid.capacity, turbulent_prandtl, jayatilleke(s.fluid.prandtl, turbulent_prandtl),
                       self.quarter_power, c.von_karman, c.roughness_constant, film)

    def step(self, relaxation: float, sweeps: int) -> None:
        """Solve for k and epsilon with the present velocities and fluxes, then renew the turbulent viscosity."""
        c, e, d = self.constants, self.k_equation, self.epsilon_equation
        self._strain_rate()
        self.wall_laws()
        self._sources()
        self.k = self._solve(e, self.k, 1.0 / c.sigma_k, relaxation, sweeps)
        self.epsilon = self._solve(d, self.epsilon, 1.0 / c.sigma_epsilon, relaxation, sweeps)
        self.update_viscosity()

    def _solve(self, equation, phi, inverse_sigma, relaxation, sweeps):
        self.rows.assemble(inverse_sigma, self.solver.flux, equation, relaxation)
        self.solver.run(lagged_source, equation.lag, phi, equation.source, equation.b)
        return self.rows.sweep([equation.b], equation.inverse, [phi], sweeps)[0]

    def _strain_rate(self) -> None:
        """Square of the strain rate, ``2 S_ij S_ij`` in 1/s2."""
        s, f, g = self.solver, self.solver.faces, self.solver.geometry
        fields = (*s.strides, *g.area, *g.w, *g.half, *s.velocity)
        s.run(strain.strain_rate, *fields, self.strain)
        s.run_boundary(strain.boundary_strain_rate, f.start, f.owner, f.kind, f.axis, f.sign, *f.velocity, *fields,
                       self.strain)

    def _sources(self) -> None:
        """Production, dissipation, inflow and wall cells."""
        s, f, c, e, d = self.solver, self.solver.faces, self.constants, self.k_equation, self.epsilon_equation
        e.extra[:] = s.geometry.still
        d.extra[:] = s.geometry.still
        self.k_base[:] = e.extra
        s.run(turbulence.turbulence_sources, s.geometry.volume, c.c_1, c.c_2, self.strain, s.nu_t, self.k, self.epsilon,
              e.source, e.extra, d.source, d.extra)
        if c.eta_0:
            s.run(turbulence.strain_term, s.geometry.volume, 1.0 / c.eta_0, c.beta, self.strain, s.nu_t, self.k,
                  self.epsilon, d.source, d.extra)
        self._near_walls()
        s.run_boundary(turbulence.turbulence_boundary, f.start, f.owner, f.kind, f.area, f.rdist, f.outflow, f.k,
                       f.epsilon, s.nu, s.nu_t, 1.0 / c.sigma_k, 1.0 / c.sigma_epsilon, e.source, e.extra, d.source,
                       d.extra)
        if self.buoyant:
            self._buoyancy()
        if s.time_terms:
            s.time_terms.turbulence(e, d)

    def _near_walls(self) -> None:
        """Production and dissipation in cells on walls."""
        s, f, e, d = self.solver, self.solver.faces, self.k_equation, self.epsilon_equation
        s.run_boundary(turbulence.turbulence_wall_cell, f.owner, s.geometry.volume, f.wall_epsilon, f.wall_production,
                       f.wall_dissipation, self.k, e.source, e.extra, d.source, d.extra, self.k_base, FIX)

    def _buoyancy(self) -> None:
        """Production or destruction of turbulence by buoyancy."""
        s, e, d = self.solver, self.k_equation, self.epsilon_equation
        slope, stability = self.rows.corrections, self.rows.spares[0]
        stability[:] = 0.0
        for a, gravity in enumerate(s.gravity):
            if gravity:
                self.rows.gradient(a, s.relative_density, slope)
                s.run(turbulence.add_weight, gravity, slope, stability)
        s.run(turbulence.buoyancy_production, s.geometry.volume, 1.0 / s.case.physics.turbulent_prandtl,
              self.constants.c_1, *s.gravity, stability, *s.velocity, s.nu_t, self.k, self.epsilon, e.source,
              e.extra, d.source, d.extra)
