"""Selective frequency damping: settles a flow that oscillates about its steady solution.

Akervik, Brandt, Henningson, Hoepffner, Marxen and Schlatter, Phys. Fluids 18 (2006) 068102. Every field is drawn
towards its own running mean; where the two agree nothing is added, so a steady solution stays exactly what it is.
"""

from __future__ import annotations

from kernels.cell import cell


@cell
def damp_oscillation(c, gain, rate, mean, value):
    """Draw a value towards its running mean by the share ``gain``, and the mean towards the value by ``rate``."""
    away = value[c] - mean[c]
    value[c] -= gain * away
    mean[c] += rate * away
