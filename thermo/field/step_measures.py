"""What the controller must know of a time step: one small transfer from the device."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kernels import transient
from kernels.reduce import Reducer
from thermo.field.step_control import TEMPERATURE_ERROR, VELOCITY_ERROR, error_share, prediction_shares

REST = 1e-3
"""A fluid that would move less than this share of the room during the run, or pass less than this share of its volume,
counts as at rest."""


@dataclass(frozen=True)
class StepFound:
    """Courant number, local error and last update relative to the allowed error, relative mass defect, rack intakes
    (mean and hottest, offsets from the datum), and whether everything is finite."""

    courant: float
    error: float | None
    update: float
    mass: float
    racks: tuple[np.ndarray, np.ndarray]
    finite: bool


class StepMeasures:
    """Measures the steps of one set of time levels."""

    def __init__(self, terms):
        self.terms, self.solver = terms, terms.solver
        s = self.solver
        self.reducer = Reducer(s.backend, s.size)
        self.scratch = s.backend.zeros(s.size)
        self.names = [n for n in ("u", "v", "w") if s.case.physics.flow] + (["T"] if s.heat else [])
        self.before = {name: s.backend.zeros(s.size) for name in self.names}
        self.weight = s.geometry.volume * (1.0 - s.geometry.inert)
        self.rest = REST * max(s.case.room.size) / s.case.time.duration
        self.total = float(s.grid.volume[s.mesh.active].sum())
        self.rest_flow = REST * float(s.grid.volume[s.mesh.fluid].sum()) / s.case.time.duration

    def keep(self) -> None:
        """Remember the fields before the last iteration of a step."""
        working = self.terms.working()
        for name in self.names:
            self.before[name][:] = working[name]

    def take(self, step: float) -> StepFound:
        """Measure the step just iterated; waits for the device once."""
        s, working = self.solver, self.terms.working()
        known = len(self.terms.steps) >= 2 and s.case.time.step is None
        velocity = [n for n in self.names if n != "T"]
        scalars = [self._error(step, velocity, known), self._error(step, ["T"] if s.heat else [], known),
                   self._update(velocity), self._update(["T"] if s.heat else [])]
        scalars += [self._mean_square([working[n] for n in velocity]), self._courant(), *self._mass()]
        mean, top = self._intakes()
        together = s.backend.array_module.stack([s.backend.array_module.asarray(x, np.float64) for x in scalars])
        found = s.backend.to_host(s.backend.array_module.concatenate([together, mean, top])).astype(np.float64)
        return self._judge(step, found[: len(scalars)], found[len(scalars):], known)

    def _judge(self, step: float, found, intakes, known: bool) -> StepFound:
        error_u, error_t, update_u, update_t, speed, courant, defect, through, *circulation = found.tolist()
        allowed_u = (VELOCITY_ERROR**2) * max(speed, self.rest**2)
        allowed_t = (self.solver.case.time.temperature_error or TEMPERATURE_ERROR) ** 2
        error = None
        if known:
            error = error_share(step, self.terms.steps) * float(np.sqrt(max(error_u / allowed_u, error_t / allowed_t)))
        update = float(np.sqrt(max(update_u / allowed_u, update_t / allowed_t)))
        half = len(intakes) // 2
        most = max(through, *circulation, self.rest_flow)
        mass = defect / most if most > 0.0 else 0.0  # no fluid, no defect
        return StepFound(float(courant * step), error, update, mass, (intakes[:half], intakes[half:]),
                         bool(np.isfinite(found).all()))

    def courant_rate(self) -> float:
        """Largest Courant number per second of the present fluxes."""
        return float(self._courant())

    def racks(self):
        """Mean and hottest rack intakes of the present field, on the host."""
        host = self.solver.backend.to_host
        return tuple(host(x).astype(np.float64) for x in self._intakes())

    def _intakes(self):
        terms = self.terms
        s = self.solver
        if terms.server_mass is None or not s.racks:
            return s.backend.zeros(0), s.backend.zeros(0)
        s.devices.look(s)
        return s.devices.rack_inlet[: len(s.racks)], terms.server_mass.hottest_intakes()

    def _error(self, step: float, names, known: bool):
        """Mean square distance of variables to their prediction from the old levels."""
        self.scratch[:] = 0.0
        if known:
            shares, working = prediction_shares(step, self.terms.steps), self.terms.working()
            for name in names:
                self.solver.run(transient.prediction_error, self.weight, *shares, *self.terms.levels[name],
                                working[name], self.scratch)
        return self.reducer.sum_on_device(self.scratch) / self.total

    def _update(self, names):
        """Mean square change of variables in the last iteration."""
        self.scratch[:] = 0.0
        working = self.terms.working()
        for name in names:
            self.solver.run(transient.add_square_change, self.weight, self.before[name], working[name], self.scratch)
        return self.reducer.sum_on_device(self.scratch) / self.total

    def _mean_square(self, arrays):
        self.scratch[:] = 0.0
        for array in arrays:
            self.solver.run(transient.add_square_change, self.weight, self.solver.zero, array, self.scratch)
        return self.reducer.sum_on_device(self.scratch) / self.total

    def _courant(self):
        s = self.solver
        s.run(transient.courant_rate, *s.strides, *s.flux, s.geometry.fluid, s.geometry.volume, self.scratch)
        return self.reducer.largest_on_device(self.scratch)

    def _mass(self):
        """Sum of the cells' imbalances, half the fluxes through the boundary and what circulates along each axis, m3/s.

        A tank or room that is closed, or nearly so, is held against what circulates in it.
        """
        s = self.solver
        if not s.case.physics.flow:
            return 0.0, 0.0, 0.0, 0.0, 0.0
        s.measure_imbalance()
        self.scratch[:] = abs(s.imbalance)
        defect = self.reducer.sum_on_device(self.scratch)
        boundary = abs(s.faces.outflow).sum(dtype=np.float64) / 2.0
        return defect, boundary, *(self._circulation(axis) for axis in range(3))

    def _circulation(self, axis: int):
        """Half the mean of the absolute flow through the planes of cells across an axis, m3/s."""
        self.scratch[:] = abs(self.solver.flux[axis])
        return self.reducer.sum_on_device(self.scratch) / (2.0 * self.solver.grid.shape[2 - axis])
