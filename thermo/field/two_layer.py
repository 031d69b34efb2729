"""The two-layer k-epsilon models of one grid: a one-equation model in the layer at the walls."""

from __future__ import annotations

import math

from kernels import turbulence, two_layer
from thermo.field.turbulent import FIX, FLOOR_EPSILON, FLOOR_K, LARGEST_VISCOSITY_RATIO, KEpsilonModel
from thermo.field.wall_distance import wall_distance

LIMIT = 80.0
"""Re_y where both models count the same: there they give the same viscosity."""
WIDTH = 0.2 * LIMIT / math.atanh(0.98)
"""The share of the k-epsilon model is 1 % at four fifths of the limit and 99 % at six fifths (Jongen 1998)."""


class TwoLayerModel(KEpsilonModel):
    """Fields k and epsilon, their equations and the layer at the walls."""

    def __init__(self, solver, constants: turbulence.KEpsilon):
        self.distance = wall_distance(solver, 'physics.wall = "two-layer"')
        self.slope = constants.von_karman * constants.c_mu**0.25
        self.length_slope = constants.von_karman * constants.c_mu**-0.75
        super().__init__(solver, constants)

    def update_viscosity(self) -> None:
        """Turbulent viscosity of both layers from k and epsilon."""
        s = self.solver
        s.backend.launch(two_layer.two_layer_viscosity, 0, s.size, self.constants.c_mu, LARGEST_VISCOSITY_RATIO,
                         FLOOR_K, FLOOR_EPSILON, LIMIT, WIDTH, self.distance, s.nu, self.k, self.epsilon, s.nu_t)

    def wall_laws(self) -> None:
        """Wall viscosity, and epsilon and production in wall cells."""
        s, f = self.solver, self.solver.faces
        s.run_boundary(two_layer.two_layer_wall, f.start, f.owner, f.kind, f.rdist, *f.velocity, *s.velocity, self.k,
                       s.nu, self.slope, self.length_slope, LIMIT, WIDTH, f.wall_nu, f.wall_epsilon,
                       f.wall_production, f.wall_dissipation)

    def wall_films(self, film) -> None:
        """Heat transfer coefficients of the layer at the walls."""
        s, f = self.solver, self.solver.faces
        s.run_boundary(two_layer.two_layer_film, f.start, f.owner, f.kind, f.rdist, s.conductivity, self.k, s.nu,
                       s.fluid.capacity, s.case.physics.turbulent_prandtl, self.slope, LIMIT, WIDTH, film)

    def _near_walls(self) -> None:
        """Epsilon follows from k and the distance in the layer at the walls."""
        s, d = self.solver, self.epsilon_equation
        s.run(two_layer.hold_dissipation, s.geometry.volume, LIMIT, WIDTH, FIX, s.geometry.fluid, self.distance,
              s.nu, self.k, self.epsilon, d.source, d.extra)
        super()._near_walls()
