"""Initial residuals of the equations in the normalisation that OpenFOAM users know.

``sum|b - A x| / sum(|A x - A m| + |b - A m|)`` with m the mean of x: how far the fields of the last step are from
solving the equations that this step has just assembled.
"""

from __future__ import annotations

import numpy as np

from kernels.pressure import add_to
from kernels.reduce import Reducer
from kernels.transport import row_defect


class Residuals:
    """Measures residuals of one solver while ``wanted`` is set; ``values`` holds the last ones by name U, p, T."""

    def __init__(self, solver):
        self.solver = solver
        self.reducer = Reducer(solver.backend, solver.size)
        self.defect, self.excess = solver.backend.zeros(solver.size), solver.backend.zeros(solver.size)
        self.wanted = False
        self.values: dict[str, float] = {}

    def row(self, name: str, rows, equation, b, phi) -> None:
        """Residual of a transport equation with relaxed right-hand side ``b``; several components keep the worst."""
        if not self.wanted:
            return
        s = self.solver
        self.excess[:] = equation.extra
        s.run(add_to, equation.lag, self.excess)
        s.run(row_defect, *s.strides, *rows.neighbours, self.excess, b, phi, self.defect)
        live = s.geometry.fluid if name == "U" else 1.0 - s.geometry.inert
        cells = max(self.reducer.sum(live), 1.0)
        at_mean = self.excess * s.backend.dtype(self.reducer.dot(phi, live) / cells)
        scale = self.reducer.dot(abs(b - self.defect - at_mean) + abs(b - at_mean), live)
        value = self.reducer.dot(abs(self.defect), live) / max(scale, 1e-30)
        self.values[name] = max(value, self.values.get(name, 0.0))

    def pressure(self) -> None:
        """Residual of the pressure equation: the imbalance of the predicted fluxes."""
        if not self.wanted:
            return
        s = self.solver
        mean = s.p * s.geometry.fluid
        s.multigrid.apply(mean, self.defect)
        live = s.geometry.fluid
        scale = self.reducer.dot(abs(self.defect) + abs(self.defect + s.imbalance), live)
        self.values["p"] = self.reducer.dot(abs(s.imbalance), live) / max(scale, 1e-30)

    def take(self) -> dict[str, float]:
        """Hand over what was measured and stop measuring."""
        values, self.values, self.wanted = self.values, {}, False
        return {f"residual:{name}": float(value) for name, value in values.items() if np.isfinite(value)}
