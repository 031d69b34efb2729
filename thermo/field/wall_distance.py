"""Distance of every cell to the walls."""

from __future__ import annotations

from typing import Any

from kernels import lvel
from thermo.errors import CaseError
from thermo.field.equation import SharedRow

TOLERANCE = 1e-4
ITERATIONS = 60


def wall_distance(solver, model: str) -> Any:
    """Padded device array of wall distances in m from the potential of ``div grad W = -1`` (Spalding, 10th Int. Heat
    Transfer Conf., 1994): exact between parallel plates, a fair estimate elsewhere.

    Raises :class:`CaseError` where there is no wall; ``model`` is what to call the turbulence model then.
    """
    s, g, f = solver, solver.geometry, solver.faces
    if not (s.table.kind == lvel.WALL).any():
        raise CaseError(f"{model} needs a wall: every distance is measured from one")
    distance, diagonal, potential, source = (s.backend.zeros(s.size) for _ in range(4))
    slopes = [s.backend.zeros(s.size) for _ in range(3)]
    s.run_boundary(lvel.wall_exchange, f.start, f.owner, f.kind, f.area, f.rdist, diagonal)
    source[:] = g.volume * g.fluid
    conductances = [area * rd for area, rd in zip(g.area, g.rd, strict=True)]
    s.multigrid.update(*conductances, diagonal)
    s.multigrid.solve(source, potential, TOLERANCE, ITERATIONS)
    rows, at_faces = SharedRow(s), potential[f.face_owner] * (f.kind != lvel.WALL)
    for a, slope in enumerate(slopes):
        rows.gradient(a, potential, slope, at_faces)
    s.run(lvel.wall_distance, potential, *slopes, distance)
    return distance
