"""Running mean and root mean square of the fluctuations of velocity and temperature, weighted by time."""

from __future__ import annotations

import numpy as np

from kernels import transient
from thermo.result import Variable


class Statistics:
    """Means and mean square deviations on the device."""

    def __init__(self, solver):
        zeros = solver.backend.zeros
        self.names = (["u", "v", "w"] if solver.case.physics.flow else []) + (["T"] if solver.heat else [])
        self.mean = {name: zeros(solver.size) for name in self.names}
        self.square = {name: zeros(solver.size) for name in self.names}

    def add(self, solver, step: float, total: float) -> None:
        """Take in a field that stands for ``step`` of ``total`` seconds so far, this step included."""
        arrays = dict(zip("uvw", solver.velocity, strict=True)) | {"T": solver.T}
        for name in self.names:
            solver.backend.launch(transient.running_moments, 0, solver.size, min(1.0, step / total), arrays[name],
                                  self.mean[name], self.square[name])

    def variables(self, solver) -> dict[str, Variable]:
        """Cell fields ``<name>_mean`` and ``<name>_rms``; blocked cells hold NaN."""
        found = {}
        for name in self.names:
            live = solver.mesh.active if name == "T" else solver.mesh.fluid
            unit, shift = ("K", solver.datum) if name == "T" else ("m s-1", 0.0)
            text = {"T": "temperature"}.get(name, f"velocity along {'xyz'['uvw'.find(name)]}")
            mean = np.where(live, solver.interior(self.mean[name]) + shift, np.nan)
            rms = np.where(live, np.sqrt(np.maximum(solver.interior(self.square[name]), 0.0)), np.nan)
            found[f"{name}_mean"] = Variable(mean, unit, f"time mean of {text}")
            found[f"{name}_rms"] = Variable(rms, unit, f"root mean square fluctuation of {text}")
        return found
