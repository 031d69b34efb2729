"""How a solution converged, iteration by iteration, with the time it took."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np


@dataclass
class History:
    """Convergence, one entry an iteration; measures that are taken at checks only keep their last value between."""

    columns: dict[str, list[float]] = field(default_factory=dict)
    clock: tuple[float, float] = field(default_factory=lambda: (time.process_time(), time.perf_counter()))

    def seconds(self) -> tuple[float, float]:
        """CPU and wall seconds since the start."""
        return time.process_time() - self.clock[0], time.perf_counter() - self.clock[1]

    def add(self, **values: float) -> None:
        """Append one iteration."""
        length = len(next(iter(self.columns.values()), []))
        for name, value in values.items():
            self.columns.setdefault(name, [np.nan] * length).append(value)
        for column in self.columns.values():
            if len(column) == length:
                column.append(np.nan)

    def arrays(self) -> dict[str, np.ndarray]:
        """Columns as arrays of one length."""
        return {name: np.array(values) for name, values in self.columns.items()}
