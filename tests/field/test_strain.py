"""Strain rate in one pass against nine cell gradients with the known velocities of boundary faces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.testing import assert_allclose

from kernels.cpu import CpuBackend
from thermo.case import load
from thermo.field.grid import make_grid
from thermo.field.properties import fluid_properties
from thermo.field.solver import FieldSolver

AISLE = Path(__file__).resolve().parents[2] / "cases" / "air" / "aisle.toml"


def test_strain_rate_is_that_of_the_nine_gradients():
    case = load(AISLE, ["grid.cell=0.3 m", "physics.outflow=fixed-value"])
    solver = FieldSolver(case, make_grid(case), CpuBackend("double", 1), fluid_properties(case))
    random = np.random.default_rng(3)
    for velocity in solver.velocity:
        velocity[:] = random.normal(size=solver.size)
    solver.turbulence._strain_rate()
    gradients = np.zeros((3, 3, solver.size))
    for i in range(3):
        for j in range(3):
            solver.rows.gradient(j, solver.velocity[i], gradients[i, j], solver.faces.velocity[i])
    strain = 0.5 * (gradients + gradients.swapaxes(0, 1))
    expected = 2.0 * (strain**2).sum(axis=(0, 1))
    fluid = solver.mesh.fluid
    assert_allclose(solver.interior(solver.turbulence.strain)[fluid], solver.interior(expected)[fluid], rtol=1e-12)
