"""One nonlinear step of the coupled equations: momentum, pressure, energy, turbulence, in this order.

SIMPLEC on a collocated grid, seen as implicit pseudo-time marching. Every equation is a row of
:mod:`kernels.transport`; what a step does reads from top to bottom in :meth:`FieldSolver.step`.
"""

from __future__ import annotations

import numpy as np

from kernels import buoyancy, momentum, pressure, resistance, walls
from kernels.multigrid import PressureMultigrid
from kernels.operators import divergence
from thermo.field.backflow import Backflow
from thermo.field.balance import HeatGroups
from thermo.field.boundary import build_boundary, start_temperature
from thermo.field.devices import Devices
from thermo.field.equation import Equation, SharedRow
from thermo.field.faces import device_faces
from thermo.field.geometry import device_geometry, opening_pressures, pad, pad_faces
from thermo.field.heat import HeatEquation
from thermo.field.mesh import build_mesh, evaluate
from thermo.field.porous import PorousCells
from thermo.field.properties import FluidProperties
from thermo.field.pseudo_time import PseudoTime
from thermo.field.residuals import Residuals
from thermo.field.resistances import resistance_faces
from thermo.field.solid_power import SolidPower
from thermo.field.turbulence_models import turbulence_model

SOFTENING = 0.9
"""Share of the neighbours' response in the SIMPLEC coefficient; 0.9 is calmer than 1 and as fast."""
DIAGONAL_FLOOR = 1e-30
VISCOUS = 20.0
"""Prandtl number above which a liquid on heated blocks follows its buoyancy at once, as between fins."""


class FieldSolver:
    """Fields of one case on one grid on one backend, and the step that moves them towards the steady state."""

    def __init__(self, case, grid, backend, fluid: FluidProperties):
        self.case, self.grid, self.backend, self.fluid = case, grid, backend, fluid
        self.datum = start_temperature(case)
        self.mesh = build_mesh(case, grid, float(fluid.thermal_conductivity(np.array(self.datum))))
        self.table, self.streams, self.racks = build_boundary(case, self.mesh, fluid)
        resisting, self.resistances = resistance_faces(backend, case, self.mesh)
        self.geometry = device_geometry(backend, self.mesh, self.table, resisting)
        self.faces = device_faces(backend, self.table, self.datum)
        self.devices = Devices(backend, self.table, self.streams, self.racks, self.datum, fluid.density)
        self.backflow = Backflow(backend, case, self.table)
        self.porous = PorousCells(backend, case, self.mesh)
        self.strides = grid.strides
        self.first, self.last, self.size = grid.strides[2], grid.size - grid.strides[2], grid.size
        self.gravity = [float(g) if case.physics.buoyancy else 0.0 for g in case.physics.gravity]
        self._allocate()
        self._set_sources()
        self.residuals = Residuals(self)
        self.rows = SharedRow(self, swept_together=3)
        self.components = [Equation(self) for _ in range(3)]
        self.heat = HeatEquation(self) if case.physics.energy else None
        self.heat_groups = HeatGroups(self)
        self.solids = SolidPower(self)
        self.time_terms = None
        buoyant = any(self.gravity) and self.heat and self.heat.slow
        viscous = self.porous.count or (self.mesh.conjugate and fluid.prandtl > VISCOUS)
        self.pseudo_time = PseudoTime(self) if buoyant and viscous else None
        if case.physics.flow:
            dx, dy, dz = grid.widths
            opened = [pad_faces(faces, axis).astype(bool) for axis, faces in enumerate(self.mesh.open_faces)]
            screens = [pad_faces(faces, axis).astype(bool) for axis, faces in enumerate(resisting)]
            self.multigrid = PressureMultigrid(backend, grid.shape, (dz, dy, dx), tuple(reversed(opened)),
                                               self.mesh.fluid, resisting=tuple(reversed(screens)))
        self.turbulence = turbulence_model(self)

    def _allocate(self) -> None:
        """State and work arrays, all flat and padded."""
        zeros = self.backend.zeros
        self.velocity = [zeros(self.size) for _ in range(3)]
        self.flux = [zeros(self.size) for _ in range(3)]
        self.p = self.backend.asarray(opening_pressures(self.grid, self.table))
        self.T = zeros(self.size)
        self.nu = zeros(self.size)
        self.nu_t = zeros(self.size)
        self.conductivity = self.backend.asarray(pad(self.mesh.conductivity).ravel())
        self.relative_density = zeros(self.size)
        self.force = [zeros(self.size) for _ in range(3)]
        self.mean_force = [zeros(self.size) for _ in range(3)]
        self.response_fixed, self.response = zeros(self.size), zeros(self.size)
        self.correction, self.imbalance = zeros(self.size), zeros(self.size)
        self.opening_diagonal, self.outflow = zeros(self.size), zeros(self.size)
        self.conductance = [zeros(self.size) for _ in range(3)]
        self.zero = zeros(self.size)
        self.update_properties()

    def _set_sources(self) -> None:
        """Volumetric momentum sources (body force and manufactured), m4/s2, as padded arrays."""
        x, y, z = self.grid.mesh()
        physics = self.case.physics
        self.momentum_source = []
        for body, manufactured in zip(physics.body_force, physics.momentum_source, strict=True):
            total = (evaluate(body, x, y, z) + evaluate(manufactured, x, y, z)) * self.grid.volume * self.mesh.fluid
            self.momentum_source.append(self.backend.asarray(pad(total, 0.0).ravel()))

    def run(self, function, *arguments, faces: bool = False) -> None:
        """Launch a cell function over all cells; ``faces`` adds the plane of the uppermost faces."""
        self.backend.launch(function, self.first, self.size if faces else self.last, *arguments)

    def run_boundary(self, function, *arguments) -> None:
        """Launch a boundary function over the cells that own boundary faces."""
        self.backend.launch(function, 0, self.faces.cells, *arguments)

    def update_properties(self) -> None:
        """Viscosity and conductivity at the present temperature."""
        xp = self.backend.array_module
        absolute = self.T.astype(np.float64) + self.datum
        self.nu[:] = self.fluid.kinematic_viscosity(absolute, xp)
        if self.fluid.varies:
            solid = self.backend.asarray(pad(self.mesh.conducting, 0.0).ravel()) > 0
            self.conductivity[:] = xp.where(solid, self.conductivity, self.fluid.thermal_conductivity(absolute, xp))

    def step(self, relaxation: float, sweeps, v_cycles: int, momentum_rate: float = 0.0, heat_rate: float = 0.0):
        """Move every field one step.

        ``sweeps`` are the Jacobi sweeps of momentum, turbulence and energy, ``v_cycles`` the multigrid cycles of the
        pressure; the rates are one over the pseudo-time steps (1/s) of momentum and energy.
        """
        if self.case.physics.flow:
            if self.fluid.varies:
                self.update_properties()
            self.devices.move(self)
            if self.pseudo_time:
                self.pseudo_time.begin(momentum_rate, heat_rate)
            self.predict_velocity(relaxation, sweeps[0], momentum_rate)
            self.correct_pressure(v_cycles)
        if self.heat:
            self.heat.step(sweeps[2], heat_rate)
        if self.turbulence:
            self.turbulence.step(relaxation, sweeps[1])

    def predict_velocity(self, relaxation: float, sweeps: int, rate: float) -> None:
        """Solve the momentum equations with the present pressure, then take the Rhie-Chow fluxes."""
        g, run = self.geometry, self.run
        offset = self.datum - self.fluid.reference_temperature
        self.backend.launch(
            buoyancy.boussinesq, 0, self.size, self.fluid.expansion, offset, self.T, self.relative_density
        )
        for a, s in enumerate(self.strides):
            run(momentum.face_force, s, g.rd[a], g.w[a], self.p, self.relative_density, self.gravity[a], self.force[a],
                faces=True)
            run(momentum.cell_force, s, g.share_low[a], g.share_high[a], self.force[a], self.mean_force[a])
        self._momentum_sources()
        u = self.components[0]
        self.rows.assemble(1.0, self.flux, u, relaxation, 0.0 if self.pseudo_time else rate)
        if self.pseudo_time:
            self.pseudo_time.hold(u)
        run(momentum.velocity_response, g.volume, u.inverse, u.lag, u.extra, momentum.RHIE_CHOW_RELAXATION, SOFTENING,
            DIAGONAL_FLOOR, g.fluid, self.response_fixed, self.response)
        for a, equation in enumerate(self.components):
            run(momentum.momentum_source, g.volume, self.mean_force[a], 0.0, u.lag, self.velocity[a], equation.source,
                equation.b)
        self.porous.hold(self)
        for a, equation in enumerate(self.components):
            self.residuals.row("U", self.rows, u, equation.b, self.velocity[a])
        self.velocity = self.rows.sweep([e.b for e in self.components], u.inverse, self.velocity, sweeps)
        self._fluxes()

    def _momentum_sources(self) -> None:
        """Boundary terms, deferred convection, transposed viscous stress and tile jets of the three components."""
        f, u = self.faces, self.components[0]
        u.extra[:] = self.geometry.still
        for a, equation in enumerate(self.components):
            equation.source[:] = self.momentum_source[a]
            self.rows.defer(1.0, self.flux, self.velocity[a], equation.source)
        if self.turbulence:
            self.turbulence.wall_laws()
        else:
            self.run_boundary(walls.laminar_wall_viscosity, f.start, f.owner, self.nu, f.wall_nu)
        if self.fluid.varies or self.case.physics.transposed_stress:
            viscosity = self.nu + self.nu_t if self.case.physics.transposed_stress else self.nu
            self.rows.transposed_stress(self.velocity, viscosity, [e.source for e in self.components])
        self.run_boundary(
            walls.momentum_boundary, f.start, f.owner, f.kind, f.axis, f.area, f.rdist, f.outflow, *f.velocity,
            f.wall_nu, self.nu, self.nu_t, *self.velocity, u.extra, *(e.source for e in self.components))
        for a, tiles in enumerate(self.resistances):
            if tiles.count:
                self.backend.launch(resistance.jet_momentum, 0, tiles.count, tiles.slot, tiles.low, tiles.jet,
                                    self.geometry.area[a], self.flux[a], self.components[a].source)
        if self.time_terms:
            self.time_terms.momentum()

    def _fluxes(self) -> None:
        """Rhie-Chow fluxes of open faces, of resisting faces and of fixed-pressure openings."""
        g, f = self.geometry, self.faces
        if self.time_terms:
            self.time_terms.response()
        elif self.pseudo_time:
            self.pseudo_time.response()
        for a, s in enumerate(self.strides):
            self.run(pressure.rhie_chow_flux, s, g.area[a], g.w[a], self.velocity[a], self.force[a],
                     self.mean_force[a], self.response_fixed, self.flux[a], faces=True)
            tiles = self.resistances[a]
            if tiles.count:
                self.backend.launch(
                    resistance.resistance_flux, 0, tiles.count, tiles.slot, tiles.low, tiles.linear, tiles.loss,
                    tiles.speed, self.nu, g.area[a], g.rd[a], g.w[a], self.velocity[a], self.force[a],
                    self.mean_force[a], self.response_fixed, self.flux[a])
        self.run_boundary(
            walls.opening_flux, f.start, f.owner, f.kind, f.axis, f.sign, f.area, f.rdist, *self.velocity,
            *self.mean_force, self.p, f.pressure, *self.gravity, self.relative_density, self.response_fixed, f.outflow)
        if self.time_terms:
            self.time_terms.fluxes()
        elif self.pseudo_time:
            self.pseudo_time.fluxes()

    def correct_pressure(self, v_cycles: int) -> None:
        """Make the fluxes conserve mass and move pressure and velocities with them."""
        g, f, run = self.geometry, self.faces, self.run
        for a, s in enumerate(self.strides):
            run(pressure.pressure_conductance, s, g.area[a], g.rd[a], g.w[a], self.response, self.conductance[a],
                faces=True)
            tiles = self.resistances[a]
            if tiles.count:
                self.backend.launch(resistance.resistance_conductance, 0, tiles.count, tiles.slot, tiles.low,
                                    tiles.linear, tiles.loss, tiles.speed, self.nu, g.area[a], g.rd[a], g.w[a],
                                    self.response, self.conductance[a])
        self.run_boundary(walls.opening_conductance, f.start, f.owner, f.kind, f.area, f.rdist, self.response,
                          self.opening_diagonal)
        self.measure_imbalance()
        self.multigrid.update(*self.conductance, self.opening_diagonal)
        self.residuals.pressure()
        self.multigrid.solve_fixed(self.imbalance, self.correction, v_cycles)
        for a, s in enumerate(self.strides):
            run(pressure.correct_flux, s, self.conductance[a], self.correction, self.flux[a], faces=True)
            run(pressure.correct_velocity, s, g.share_low[a], g.share_high[a], g.rd[a], self.correction, self.response,
                self.velocity[a])
            tiles = self.resistances[a]
            if tiles.count:
                self.backend.launch(resistance.resistance_speed, 0, tiles.count, tiles.slot, g.area[a], self.flux[a],
                                    tiles.speed)
        self.run_boundary(walls.correct_opening, f.start, f.owner, f.kind, f.area, f.rdist, self.response,
                          self.correction, f.outflow)
        run(pressure.add_to, self.correction, self.p)

    def conserve_mass(self, tolerance: float) -> None:
        """Correct the fluxes alone until every cell conserves mass to a relative ``tolerance``."""
        f = self.faces
        self.measure_imbalance()
        self.multigrid.solve(self.imbalance, self.correction, tolerance, 50)
        for a, s in enumerate(self.strides):
            self.run(pressure.correct_flux, s, self.conductance[a], self.correction, self.flux[a], faces=True)
        self.run_boundary(walls.correct_opening, f.start, f.owner, f.kind, f.area, f.rdist, self.response,
                          self.correction, f.outflow)

    def measure_imbalance(self) -> None:
        """Net volume inflow of every cell in m3/s."""
        f = self.faces
        self.run_boundary(walls.boundary_outflow, f.start, f.owner, f.outflow, self.outflow)
        self.run(divergence, *self.strides, *self.flux, self.outflow, self.imbalance)

    def interior(self, flat) -> np.ndarray:
        """Host copy in double precision of a padded array without its ghosts, ``(nz, ny, nx)``."""
        host = self.backend.to_host(flat).reshape(self.grid.padded_shape)
        return host[1:-1, 1:-1, 1:-1].astype(np.float64)

    def set_interior(self, flat, values) -> None:
        """Store host values ``(nz, ny, nx)`` into a padded array; ghosts keep what they hold."""
        host = self.backend.to_host(flat).reshape(self.grid.padded_shape).copy()
        host[1:-1, 1:-1, 1:-1] = values
        flat[:] = self.backend.asarray(host.ravel())
