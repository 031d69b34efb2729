"""Power of the heated solids of a field, where their temperature says it and not the case."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np


class SolidPower:
    """Power of heat sinks, porous blocks and heated obstacles: that of the case, until :meth:`draw` says another.

    The heat source of a solid is a function of its present power alone, so a resumed run finds the same bits.
    """

    def __init__(self, solver) -> None:
        self.solver = solver
        case = solver.case
        blocks = (block for block in case.obstacle if block.material is not None)
        self.boxes = {box.name: box for box in (*case.heat_sink, *case.porous, *blocks) if box.power}
        self.watts: dict[str, float] = {}
        self._places: dict[str, tuple[Any, Any, Any]] = {}
        self._total = solver.heat_groups.source

    @property
    def reference(self) -> dict[str, float]:
        """Power of the case, W by name."""
        return {name: box.power for name, box in self.boxes.items()}

    def of(self, box) -> float:
        """Present power of a solid, W."""
        return self.watts.get(box.name, box.power)

    @property
    def change(self) -> float:
        """What all solids draw beyond the power of the case, W."""
        return sum(power - self.boxes[name].power for name, power in self.watts.items())

    def draw(self, watts: dict[str, float]) -> None:
        """Give the solids so many `watts`, by name."""
        self.watts |= watts
        for name, power in watts.items():
            where, share, base = self._place(name)
            self.solver.heat.source[where] = base + (power - self.boxes[name].power) * share
        self.solver.heat_groups.source = self._total + self.change

    @cached_property
    def _numbers(self) -> np.ndarray:
        """Place of every cell in a padded flat array."""
        grid = self.solver.grid
        return np.arange(grid.size).reshape(grid.padded_shape)[1:-1, 1:-1, 1:-1]

    def _place(self, name: str) -> tuple[Any, Any, Any]:
        """Cells of a solid, their shares of its volume, and their source with the power of the case."""
        if name not in self._places:
            solver, box, grid = self.solver, self.boxes[name], self.solver.grid
            cells = grid.box_slices(box.lo, box.hi)
            volume = grid.volume[cells]
            where = solver.backend.asarray(self._numbers[cells].ravel(), np.int64)
            share = solver.backend.asarray((volume / volume.sum()).ravel())
            self._places[name] = (where, share, solver.heat.source[where].copy())
        return self._places[name]
