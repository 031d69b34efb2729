"""Which turbulence model a case asks for."""

from __future__ import annotations

from kernels import turbulence
from thermo.field.large_eddy import LargeEddy
from thermo.field.lvel import Lvel
from thermo.field.turbulent import KEpsilonModel
from thermo.field.two_layer import TwoLayerModel


def turbulence_model(solver):
    """Return the turbulence model of the solver's case on its grid, ``None`` when it is laminar."""
    physics = solver.case.physics
    if physics.turbulence == "laminar":
        return None
    if physics.turbulence == "lvel":
        return Lvel(solver)
    if physics.large_eddy:
        return LargeEddy(solver)
    constants = turbulence.RENORMALISED if physics.turbulence == "rng-k-epsilon" else turbulence.STANDARD
    return (TwoLayerModel if physics.two_layer else KEpsilonModel)(solver, constants)
