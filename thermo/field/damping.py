"""When a steady march keeps oscillating with a small amplitude: see it, and damp it without changing the solution."""

from __future__ import annotations

from kernels.damping import damp_oscillation

GAIN, MEMORY = 0.1, 30.0
"""Share by which a step is drawn to the running mean, and the steps that the mean remembers. Oscillations with periods
up to about three times the memory die out; slow monotone changes take ``1 + GAIN * MEMORY`` times as long."""
WINDOW = 10
"""Checks over which the updates must fall."""
FALLS = 0.8
"""An update that stays above this share of what it was a window ago no longer falls."""


def stalled(updates: list[float]) -> bool:
    """Whether the updates of the last two windows of checks no longer fall."""
    if len(updates) < 2 * WINDOW:
        return False
    return min(updates[-WINDOW:]) > FALLS * min(updates[-2 * WINDOW : -WINDOW])


class FrequencyDamping:
    """Selective frequency damping of velocity and temperature; the other fields follow these."""

    def __init__(self, solver):
        self.solver = solver
        self.means = [field.copy() for field in self._fields()]

    def _fields(self):
        return [*self.solver.velocity, self.solver.T]

    def apply(self) -> None:
        """Damp the fields between two steps."""
        for mean, field in zip(self.means, self._fields(), strict=True):
            self.solver.run(damp_oscillation, GAIN, 1.0 / MEMORY, mean, field)
