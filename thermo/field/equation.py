"""Rows of transport equations on one grid: coefficients shared by several variables, and what each variable adds."""

from __future__ import annotations

from kernels import convection, resistance, transport
from kernels.operators import gradient, stress_divergence
from kernels.walls import gradient_boundary

FLOOR = 1e-30


class Equation:
    """Source, right-hand side and diagonal of one variable."""

    def __init__(self, solver):
        zeros = solver.backend.zeros
        self.source, self.b = zeros(solver.size), zeros(solver.size)
        self.extra, self.inverse, self.lag = (zeros(solver.size) for _ in range(3))


class SharedRow:
    """Neighbour coefficients W, E, S, N, B, T built from face diffusion and flux, and the sweeps that use them."""

    def __init__(self, solver, swept_together: int = 1, convection_scheme: str | None = None,
                 arrays_of: SharedRow | None = None):
        self.solver = solver
        self.viscous_row = transport.series_row if solver.case.physics.two_layer else transport.viscous_row
        if arrays_of is None:
            self._allocate(swept_together)
        else:  # equations that are solved one after the other need them one at a time
            self.diffusion, self.neighbours, self.spread = arrays_of.diffusion, arrays_of.neighbours, arrays_of.spread
            self.spares, self.corrections = arrays_of.spares, arrays_of.corrections
        self.scheme = {"central": convection.central_correction, "limited": convection.limited_correction,
                       "upwind": None}[convection_scheme or solver.case.physics.convection]

    def _allocate(self, swept_together: int) -> None:
        zeros = self.solver.backend.zeros
        self.diffusion = [zeros(self.solver.size) for _ in range(3)]
        self.neighbours = [zeros(self.solver.size) for _ in range(6)]
        self.spares = [zeros(self.solver.size) for _ in range(swept_together)]
        self.corrections = zeros(self.solver.size)
        self.spread = [self._area_over_distance(axis) for axis in range(3)]

    def _area_over_distance(self, axis: int):
        """Area over distance of the faces of an axis in m, zero where a panel lets no shear through."""
        s, plates = self.solver, self.solver.resistances[axis]
        spread = s.backend.zeros(s.size)
        spread[:] = s.geometry.area[axis] * s.geometry.rd[axis]
        s.backend.launch(resistance.screen, 0, plates.screened, plates.screens, spread)
        return spread

    def assemble(self, inverse_sigma: float, flux, equation: Equation, relaxation: float, rate: float = 0.0) -> None:
        """Coefficients of a quantity that diffuses by ``nu + inverse_sigma nu_t`` and is carried by ``flux``.

        ``equation.extra`` must be complete; ``rate`` is 1/pseudo-time step in 1/s.
        """
        s, g = self.solver, self.solver.geometry
        s.run(self.viscous_row, *s.strides, inverse_sigma, 1.0 / relaxation, rate, FLOOR, *self.spread, *g.w,
              s.nu, s.nu_t, *flux, equation.extra, g.volume, *self.neighbours, equation.inverse, equation.lag)

    def convect(self, factor: float, flux) -> None:
        """Neighbour coefficients: diffusion plus upwind inflow of ``factor * flux``."""
        for a, stride in enumerate(self.solver.strides):
            self.solver.run(convection.exchange_pair, stride, factor, self.diffusion[a], flux[a],
                            self.neighbours[2 * a], self.neighbours[2 * a + 1])

    def defer(self, factor: float, flux, phi, source) -> None:
        """Add the second-order part of convection explicitly to ``source``."""
        if self.scheme is None:
            return
        for a, stride in enumerate(self.solver.strides):
            self.second_order(a, factor, flux[a], phi)
            self.solver.run(convection.add_correction, stride, self.corrections, source)

    def second_order(self, axis: int, factor: float, flux, phi) -> None:
        """Store what second order adds to the upwind flux of every low face of an axis in ``corrections``."""
        s, g, stride = self.solver, self.solver.geometry, self.solver.strides[axis]
        self.corrections[s.first : s.first + stride] = 0.0  # domain-side faces: never computed, always read
        s.backend.launch(self.scheme, s.first + stride, s.size - stride, stride, factor, g.area[axis], g.w[axis],
                         g.half[axis], g.rd[axis], flux, phi, self.corrections)

    def diagonal(self, equation: Equation, relaxation: float, rate: float = 0.0) -> None:
        """Invert the diagonal of an equation whose ``extra`` is complete; ``rate`` is 1/pseudo-time step in 1/s."""
        self.solver.run(transport.row_diagonal, *self.neighbours, equation.extra, self.solver.geometry.volume,
                        1.0 / relaxation, rate, FLOOR, equation.inverse, equation.lag)

    def sweep(self, right_sides, inverse, fields, count: int):
        """Jacobi sweeps of fields with one diagonal; returns the arrays that hold the results.

        Each field and one of the spare arrays may have changed places.
        """
        s = self.solver
        spares = self.spares[: len(fields)]
        s.backend.sweep(transport.jacobi_sweep, s.first, s.last, s.strides[2], count,
                        (*s.strides, *self.neighbours, inverse), list(zip(right_sides, fields, spares, strict=True)))
        if count % 2 == 0:
            return fields
        self.spares[: len(fields)] = fields
        return spares

    def gradient(self, axis: int, phi, out, value=None) -> None:
        """Cell gradient along an axis; ``value`` gives the known face values of walls and inlets."""
        s, g, f = self.solver, self.solver.geometry, self.solver.faces
        s.run(gradient, s.strides[axis], g.area[axis], g.w[axis], g.half[axis], phi, out)
        if value is not None:
            s.run_boundary(gradient_boundary, axis, f.start, f.owner, f.kind, f.axis, f.sign, g.half[axis], value, phi,
                           out)

    def transposed_stress(self, velocity, nu, sources) -> None:
        """Add ``grad nu . (grad u)^T``, what a viscosity that varies in space adds to ``div(nu grad u)``."""
        s = self.solver
        slope_nu, slope_u = self.corrections, self.spares[0]
        for j in range(3):
            self.gradient(j, nu, slope_nu)
            for i in range(3):
                self.gradient(i, velocity[j], slope_u, s.faces.velocity[j])
                s.run(stress_divergence, s.geometry.volume, slope_nu, slope_u, sources[i])
