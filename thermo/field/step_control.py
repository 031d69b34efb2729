"""How long the next time step is: the Courant number, the local error, and the times that must be met."""

from __future__ import annotations

import math

from thermo.field.time_terms import bdf

COURANT = 4.0
COURANT_LARGE_EDDY = 1.0
TEMPERATURE_ERROR = 0.02
"""K, root mean square over the domain, that one step may add."""
VELOCITY_ERROR = 0.02
"""Of the root mean square speed."""
STEPS_AT_LEAST = 50
FIRST_SHARE = 0.25
"""The first step after a jump, as a share of what the Courant number allows: backward Euler, so keep it short."""
GROWTH, SHRINKAGE, SAFETY = 1.25, 0.5, 0.9
REJECT_ABOVE = 3.0
"""An error of so many times the tolerance makes the step be done again with half its size."""
UNSETTLED = 1.0
"""Change of the last iteration over the allowed local error, above which a step is not converged."""
NEGLIGIBLE = 1e-9


def prediction_shares(step: float, steps: list[float]) -> tuple[float, float, float]:
    """Weights of the last three levels that extrapolate them quadratically over ``step``; newest first."""
    h, h1, h2 = step, steps[-1], steps[-2]
    one = (h + h1) * (h + h1 + h2) / (h1 * (h1 + h2))
    two = -h * (h + h1 + h2) / (h1 * h2)
    return one, two, h * (h + h1) / ((h1 + h2) * h2)


def error_share(step: float, steps: list[float]) -> float:
    """Local error of BDF2 over its distance to the quadratic prediction (2/11 where the steps are equal).

    Both errors are multiples of the third derivative: ``h (h + h1)(h + h1 + h2)/6`` of the prediction and
    ``h^2 (h + h1)/(6 a0)`` of BDF2, of opposite sign (the method of Milne's device).
    """
    h, h1, h2 = step, steps[-1], steps[-2]
    corrected = h * h * (h + h1) / (bdf(h, h1)[0] * h)
    return corrected / (corrected + h * (h + h1) * (h + h1 + h2))


class StepControl:
    """Chooses time steps. ``meet`` are the times (s) at which a step must end, besides the end of the run."""

    def __init__(self, time_march, large_eddy: bool, meet):
        self.fixed = time_march.step
        self.courant = time_march.courant or (COURANT_LARGE_EDDY if large_eddy else COURANT)
        self.temperature_error = time_march.temperature_error or TEMPERATURE_ERROR
        self.largest = time_march.largest_step or time_march.duration / STEPS_AT_LEAST
        self.end = time_march.duration
        self.meet = sorted({t for t in meet if 0.0 < t < self.end} | {self.end})
        self.wish: float | None = None

    def restart(self, rate: float) -> None:
        """A jump: begin with a short step; ``rate`` is the Courant number per second now."""
        allowed = self.courant / rate if rate > 0.0 else self.largest
        self.wish = min(FIRST_SHARE * min(allowed, self.largest), self.wish or math.inf)

    def next(self, time: float) -> tuple[float, float]:
        """Step and new time (s) from ``time``, so that no step passes a time that must be met or leaves a sliver."""
        target = next(t for t in self.meet if t > time + NEGLIGIBLE * self.end)
        left = target - time
        wish = self.fixed or self.wish
        if left <= wish * (1.0 + 1e-6):
            return left, target
        if self.fixed or left < 3.0 * wish:
            wish = left / math.ceil(left / wish - 1e-6)
        return wish, time + wish

    def accept(self, step: float, rate: float, error: float | None) -> None:
        """Choose the next step after one of size ``step``; ``error`` is relative to what is allowed, if it is known."""
        if self.fixed:
            return
        factor = GROWTH if not error else min(GROWTH, max(SHRINKAGE, SAFETY * error ** (-1.0 / 3.0)))
        limit = self.courant / rate if rate > 0.0 else math.inf
        grown = max(step, self.wish) if factor >= 1.0 else step
        self.wish = min(grown * factor, limit, self.largest)

    def rejects(self, error: float | None, update: float) -> bool:
        """Whether a step of this error, or with iterations that still change the fields so much, must be repeated."""
        return not self.fixed and ((error is not None and error > REJECT_ABOVE) or update > UNSETTLED)

    def reject(self, step: float) -> None:
        """Repeat with half the step."""
        if self.fixed:
            self.fixed = 0.5 * step
        else:
            self.wish = 0.5 * step
