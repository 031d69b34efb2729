"""A few steps of the small cases in a process of their own: ``few_steps.py BACKEND precision steps FILE``.

BACKEND is ``cpu``, ``simulated`` (Numba's CUDA simulator) or ``driverless`` (Numba CUDA but for the last call).
"""

from __future__ import annotations

import sys
from pathlib import Path
from unittest.mock import patch

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from field_cases import CAVITY, FINS, LVEL, NATURAL, RENORMALISED, ROOM, TANK, TWO_LAYER, make_plates, make_solver

from kernels import aggregation
from kernels.backend import CpuBackend
from kernels.reduce import Reducer

COARSE = "grid.cell=0.4"
"""The simulator is slow."""
SIZES = {"room": (ROOM, ()), "renormalised": (ROOM, [*RENORMALISED, COARSE]), "lvel": (ROOM, [*LVEL, COARSE]),
         "two layer": (ROOM, [*TWO_LAYER, COARSE]), "natural layer": (ROOM, [*NATURAL, COARSE]),
         "cavity": (CAVITY, ("grid.cells=[5, 4, 4]",)), "tank": (CAVITY, [*TANK, FINS, "grid.cells=[5, 4, 4]"])}


@patch.object(aggregation, "DIRECT_ROWS", 8)
def few_steps(backend, steps: int) -> dict[str, np.ndarray]:
    """Fields and reductions of the cases and the rises of three plates after ``steps`` steps, by name.

    The energy multigrid has three levels.
    """
    found = {}
    for case, (text, overrides) in SIZES.items():
        solver = make_solver(text, backend, overrides)
        for _ in range(steps):
            solver.step(0.7, (1, 1, 1), 1, 0.1, 0.1)
        turbulent = solver.turbulence.fields().values() if solver.turbulence else ()
        fields = (*solver.velocity, *solver.flux, solver.p, solver.T, solver.nu_t, *turbulent)
        found |= {f"{case} {n}": backend.to_host(field).copy() for n, field in enumerate(fields)}
        reducer = Reducer(backend, solver.size)
        found[f"{case} reductions"] = np.array([reducer.sum(solver.p), reducer.largest(solver.T)])
    plates, source = make_plates(backend)
    plates.solve(source, 0.0, steps)
    found |= {f"plates {n}": part for n, part in enumerate(plates.rises())}
    return found


def main() -> None:
    kind, precision, steps, path = sys.argv[1:]
    if kind == "simulated":
        from simulated import SimulatedBackend as Backend
    elif kind == "driverless":
        from driverless import DriverlessBackend as Backend
    else:
        Backend = CpuBackend
    np.savez(path, **few_steps(Backend(precision), int(steps)))


if __name__ == "__main__":
    main()
