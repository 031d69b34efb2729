"""Move a solution from one grid to another, and to and from plain host arrays."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import RegularGridInterpolator
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
    new, old = target.grid.centres, source.grid.centres
    z, y, x = (np.clip(new[a], old[a][0], old[a][-1]) for a in (2, 1, 0))
    points = np.stack(np.meshgrid(z, y, x, indexing="ij"), axis=-1)
    moved = {}
    for name, values in fields.items():
        lives = source.mesh.active if name == "T" else source.mesh.fluid
        if name not in ("u", "v", "w") and not lives.all() and lives.any():
            nearest = distance_transform_edt(~lives, return_distances=False, return_indices=True)
            values = values[tuple(nearest)]
        moved[name] = _linear(source.grid, values, points)
    return moved


def _linear(grid, values, points) -> np.ndarray:
    axes, kept = [], []
    for axis, centres in enumerate(reversed(grid.centres)):
        if len(centres) > 1:
            axes.append(centres)
            kept.append(axis)
    squeezed = values.reshape([n for n in values.shape if n > 1])
    if not axes:
        return np.full(points.shape[:-1], float(values.ravel()[0]))
    return RegularGridInterpolator(axes, squeezed)(points[..., kept])
