"""Move a solution from one grid to another, and to and from plain host arrays."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import distance_transform_edt

from kernels.pressure import rhie_chow_flux


def state(solver) -> dict[str, np.ndarray]:
    """Host copies ``(nz, ny, nx)`` of everything a solver needs to go on, by name."""
    fields = {name: solver.interior(array) for name, array in zip("uvw", solver.velocity, strict=True)}
    fields["p"] = solver.interior(solver.p)
    fields["T"] = solver.interior(solver.T)
    if solver.turbulence:
        fields |= {name: solver.interior(array) for name, array in solver.turbulence.fields().items()}
    return fields


def restore(solver, fields: dict[str, np.ndarray]) -> None:
    """Put host fields of the solver's own grid into it and take fluxes from the velocities."""
    for name, array in zip("uvw", solver.velocity, strict=True):
        solver.set_interior(array, fields[name] * solver.mesh.fluid)
    solver.set_interior(solver.p, fields["p"])
    solver.set_interior(solver.T, fields["T"] * solver.mesh.active)
    solver.update_properties()
    if solver.turbulence:
        for name, array in solver.turbulence.fields().items():
            if name in fields:
                solver.set_interior(array, fields[name])
        solver.turbulence.update_viscosity()
    zero = solver.zero
    for a, stride in enumerate(solver.strides):
        g = solver.geometry
        solver.run(rhie_chow_flux, stride, g.area[a], g.w[a], solver.velocity[a], zero, zero, zero, solver.flux[a],
                   faces=True)


def interpolate(fields: dict[str, np.ndarray], source, target) -> dict[str, np.ndarray]:
    """Fields of one solver's grid, linearly interpolated to the cells of another.

    Cells that a variable does not live in take the value of the nearest cell where it does.
    """
    moved = {}
    for name, values in fields.items():
        lives = source.mesh.active if name == "T" else source.mesh.fluid
        if name not in ("u", "v", "w") and not lives.all() and lives.any():
            nearest = distance_transform_edt(~lives, return_distances=False, return_indices=True)
            values = values[tuple(nearest)]
        for axis in range(3):
            values = _along(values, 2 - axis, source.grid.centres[axis], target.grid.centres[axis])
        moved[name] = values
    return moved


def _along(values: np.ndarray, axis: int, old: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Interpolate linearly along one array axis from centres ``old`` to ``new``, constant beyond the outer ones."""
    if len(old) == 1:
        return np.repeat(values, len(new), axis)
    high = np.clip(np.searchsorted(old, new), 1, len(old) - 1)
    weight = np.clip((new - old[high - 1]) / (old[high] - old[high - 1]), 0.0, 1.0)
    weight = weight.reshape([-1 if a == axis else 1 for a in range(3)])
    return (1.0 - weight) * np.take(values, high - 1, axis) + weight * np.take(values, high, axis)
