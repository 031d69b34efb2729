"""The two-layer k-epsilon models of one grid: a one-equation model in the layer at the walls."""

from __future__ import annotations

import math

from kernels import turbulence, two_layer
from thermo.field.turbulent import FIX, FLOOR_EPSILON, FLOOR_K, LARGEST_VISCOSITY_RATIO, KEpsilonModel
from thermo.field.wall_distance import wall_distance

FORCED_LIMIT, NATURAL_LIMIT = 200.0, 160.0
"""Re_y where both models count the same: that of Chen and Patel in forced flow; in natural convection where the fitted
fluctuation of the layer levels out."""
WIDTH = 0.2 / math.atanh(0.98)
"""Width over limit: the share of the k-epsilon model is 1 % at four fifths of the limit and 99 % at six fifths."""


class TwoLayerModel(KEpsilonModel):
    """Fields k and epsilon, their equations and the layer at the walls."""

    def __init__(self, solver, constants: turbulence.KEpsilon):
        wall = solver.case.physics.wall
        self.distance = wall_distance(solver, f'physics.wall = "{wall}"')
        natural = wall == "two-layer-natural"
        limit = NATURAL_LIMIT if natural else FORCED_LIMIT
        self.layer = (float(natural), limit, limit * WIDTH)
        self.slope = constants.von_karman * constants.c_mu**0.25
        self.length_slope = constants.von_karman * constants.c_mu**-0.75
        super().__init__(solver, constants)

    def update_viscosity(self) -> None:
        """Turbulent viscosity of both layers from k and epsilon."""
        s = self.solver
        s.backend.launch(two_layer.two_layer_viscosity, 0, s.size, self.constants.c_mu, LARGEST_VISCOSITY_RATIO,
                         FLOOR_K, FLOOR_EPSILON, self.slope, *self.layer, self.distance, s.nu, self.k, self.epsilon,
                         s.nu_t)

    def wall_laws(self) -> None:
        """Wall viscosity, and epsilon and production in wall cells."""
        s, f, g = self.solver, self.solver.faces, self.solver.geometry
        s.run_boundary(two_layer.two_layer_wall, f.start, f.owner, f.kind, f.axis, f.sign, f.rdist, *f.velocity,
                       *s.strides, *g.area, *g.w, *g.rd, *s.velocity, self.k, s.nu, s.nu_t, self.slope,
                       self.length_slope, *self.layer, f.wall_nu, f.wall_epsilon, f.wall_production,
                       f.wall_dissipation)

    def wall_films(self, film) -> None:
        """Heat transfer coefficients of the layer at the walls."""
        s, f = self.solver, self.solver.faces
        s.run_boundary(two_layer.two_layer_film, f.start, f.owner, f.kind, f.rdist, s.conductivity, self.k, s.nu,
                       s.fluid.capacity, s.case.physics.turbulent_prandtl, self.slope, *self.layer, film)

    def _near_walls(self) -> None:
        """Epsilon follows from k and the distance in the layer at the walls."""
        s, d = self.solver, self.epsilon_equation
        s.run(two_layer.hold_dissipation, s.geometry.volume, self.length_slope, *self.layer, FIX, s.geometry.fluid,
              self.distance, s.nu, self.k, self.epsilon, d.source, d.extra)
        super()._near_walls()
