"""Whether the cells at walls that exchange heat are where their wall functions hold."""

from __future__ import annotations

import numpy as np

from kernels.walls import WALL

MOST = 0.5
"""Share of the area of such walls from which on they are flagged."""


def heat_walls(solver) -> np.ndarray:
    """Boundary faces where fluid meets a wall of given temperature or a conducting solid: indices into the table."""
    table, host = solver.table, solver.backend.to_host
    wall = (table.kind == WALL) & (np.pad(solver.mesh.fluid, 1).ravel()[table.owner])
    area = np.array([host(a) for a in solver.geometry.heat_area])
    return np.nonzero(wall & ((table.resistance >= 0.0) | (area[table.axis, table.slot] > 0.0)))[0]


def wall_units(solver, faces: np.ndarray) -> np.ndarray:
    """``y+ = C_mu^(1/4) sqrt(k) y / nu`` of the cell centres at boundary faces of a k-epsilon model."""
    table, host = solver.table, solver.backend.to_host
    owner = table.owner[faces]
    k = np.maximum(host(solver.turbulence.k)[owner].astype(np.float64), 0.0)
    return solver.turbulence.quarter_power * np.sqrt(k) * table.half[faces] / host(solver.nu)[owner]


def wall_layer_flags(solver) -> list[str]:
    """A flag where most of the walls that exchange heat have their first cell centre inside the viscous layer."""
    physics = solver.case.physics
    if not (solver.heat and physics.has_k and physics.wall == "wall-function"):
        return []
    faces = heat_walls(solver)
    area, y_plus = solver.table.area[faces], wall_units(solver, faces)
    limit = solver.turbulence.constants.laminar_limit
    share = float(area[y_plus < limit].sum() / max(area.sum(), 1e-300))
    if share <= MOST:
        return []
    mean = float((area * y_plus).sum() / area.sum())
    return [f"wall functions do not hold on {100 * share:.0f} % of the area of the walls that exchange heat: cell "
            f"centres lie in the viscous layer, y+ {mean:.2g} in the mean (below {limit:.0f}); their heat "
            'depends on the grid: take physics.wall = "two-layer" ("two-layer-natural" in upright gaps), or wider '
            "cells"]
