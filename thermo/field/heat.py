"""The energy equation of one grid: rooms by sweeps, solids and liquids by a multigrid-preconditioned Krylov method."""

from __future__ import annotations

import numpy as np

from kernels import diffusion, energy, transport, walls
from kernels.aggregation import EnergyMultigrid
from kernels.pressure import add_to
from thermo.field.coil import Coils
from thermo.field.equation import Equation, SharedRow
from thermo.field.geometry import pad

SOLVE_TOLERANCE = 0.05
"""What one energy solve leaves of the residual it starts from."""
KRYLOV_ITERATIONS = 30
SETTLE_ITERATIONS = 60


class HeatEquation:
    """Conservative energy equation in W: convection by the fluxes, conduction through fluid and solids, sources."""

    def __init__(self, solver):
        self.solver = solver
        self.rows = SharedRow(solver, arrays_of=solver.rows, convection_scheme=solver.case.physics.scalar_convection)
        self.equation = Equation(solver)
        zeros = solver.backend.zeros
        self.conductivity = zeros(solver.size)
        self.excess = zeros(solver.size)
        volume = solver.grid.volume * solver.mesh.active
        self.source = solver.backend.asarray(pad(solver.mesh.heat_source * volume, 0.0).ravel())
        self.coils = Coils(solver)
        self.slow = self._conducts_slowly()
        closed = not (solver.table.kind == walls.OPENING).any()
        self.by_krylov = self.slow or (closed and bool(solver.streams))
        self.krylov: EnergyMultigrid | None = None

    def _conducts_slowly(self) -> bool:
        """Whether sweeps are too slow by conduction or weak circulation, which they are not in a turbulent room with
        through-flow. In a closed room that devices stir, the level of the temperature is the slow mode of the steady
        state, and swept energy makes stratified air oscillate; a time term holds both."""
        s = self.solver
        if s.mesh.conjugate or s.case.physics.turbulence in ("laminar", "lvel"):
            return True
        through = any(len(s.table.patches[o.name]) for o in [*s.case.supply, *s.case.returns])
        return not through and not s.streams

    def step(self, sweeps: int, rate: float) -> None:
        """Improve the temperature with the present fluxes; devices blow what they take in, heated and cooled."""
        s = self.solver
        self.renew_inflow()
        self.assemble(rate)
        s.residuals.row("T", self.rows, self.equation, self.equation.b, s.T)
        if self.by_krylov:
            self._solve()
        else:
            (s.T,) = self.rows.sweep([self.equation.b], self.equation.inverse, [s.T], sweeps)
        if s.time_terms:
            s.time_terms.follow()

    def renew_inflow(self) -> None:
        """Temperatures of what devices blow in and of what flows back, from the present field."""
        self.solver.devices.breathe(self.solver)
        self.solver.backflow.mix(self.solver)

    def settle(self, closure, tolerance: float) -> None:
        """Solve the energy equation of the present flow until ``closure()``, the heat balance, is below ``tolerance``.

        Rack exhausts and second-order convection are explicit, hence the repetition.
        """
        for _ in range(SETTLE_ITERATIONS):
            self.renew_inflow()
            self.assemble(0.0)
            self._solve()
            self.renew_inflow()
            if closure() <= tolerance:
                return

    def _solve(self) -> None:
        """BiCGStab with the aggregation V-cycle, from the present temperature."""
        self.update_krylov()
        self.krylov.solve(self.equation.b, self.solver.T, SOLVE_TOLERANCE, KRYLOV_ITERATIONS,
                          from_start=True)

    def update_krylov(self, rebuild: bool = False) -> None:
        """Give the assembled coefficients to the multigrid solver; ``rebuild`` chooses its aggregates anew."""
        if self.krylov is None:
            self.krylov = EnergyMultigrid(self.solver.backend, self.solver.grid.shape)
        self.excess[:] = self.equation.extra
        self.solver.run(add_to, self.equation.lag, self.excess)
        self.krylov.update(tuple(self.rows.diffusion), tuple(self.rows.neighbours), self.excess, rebuild)

    def assemble(self, rate: float) -> None:
        """Coefficients, boundary terms and right-hand side in W/K and W."""
        s, g, f, e = self.solver, self.solver.geometry, self.solver.faces, self.equation
        capacity = s.fluid.capacity
        s.backend.launch(diffusion.effective_conductivity, 0, s.size, g.fluid, s.conductivity, s.nu_t,
                         capacity / s.case.physics.turbulent_prandtl, self.conductivity)
        for a, stride in enumerate(s.strides):
            s.run(diffusion.face_conductance, stride, g.heat_area[a], g.half[a], self.conductivity, g.contact[a],
                  self.rows.diffusion[a], faces=True)
        self._wall_films()
        self.rows.convect(capacity, s.flux)
        e.extra[:] = g.inert
        e.source[:] = self.source
        self.rows.defer(capacity, s.flux, s.T, e.source)
        s.run_boundary(energy.energy_boundary, f.start, f.owner, f.kind, f.area, f.outflow, f.temperature,
                       f.resistance, f.heat_flux, f.conducts, f.film, capacity, f.exchange, e.source, e.extra)
        self.coils.exchange(e)
        if s.time_terms:
            s.time_terms.energy(e)
        self.rows.diagonal(e, 1.0, rate * capacity)
        s.run(transport.lagged_source, e.lag, s.T, e.source, e.b)

    def _wall_films(self) -> None:
        """Heat transfer coefficients at walls: conduction, or in turbulent flow the thermal wall function, which also
        stands between the fluid and conducting solids."""
        s, g, f = self.solver, self.solver.geometry, self.solver.faces
        s.run_boundary(energy.conductive_film, f.start, f.owner, f.rdist, self.conductivity, f.film)
        if not s.turbulence:
            return
        s.turbulence.wall_films(f.film)
        if s.mesh.conjugate:
            for a, stride in enumerate(s.strides):
                s.run_boundary(energy.solid_face_conductance, a, stride, f.start, f.owner, f.kind, f.axis, f.sign,
                               f.film, g.heat_area[a], g.half[a], self.conductivity, g.contact[a],
                               self.rows.diffusion[a])

    def face_heat(self) -> np.ndarray:
        """Heat in W that enters the domain through every boundary face, conduction and convection together, relative
        to the datum temperature."""
        s, f = self.solver, self.solver.faces
        host = s.backend.to_host
        cell_T = host(s.T[f.face_owner]).astype(np.float64)
        exchange, tb, outflow = (host(x).astype(np.float64) for x in (f.exchange, f.temperature, f.outflow))
        given = host(f.area).astype(np.float64) * host(f.heat_flux)
        return exchange * (tb - cell_T) - s.fluid.capacity * outflow * cell_T + given
