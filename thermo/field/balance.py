"""Mass and heat balances of a solved field, from the same coefficients that the solver used."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kernels import walls
from kernels.reduce import Reducer


@dataclass(frozen=True)
class HeatBalance:
    """Heat in W that enters and leaves; ``by_patch`` is the net heat into the domain through each named patch."""

    heat_in: float
    heat_out: float
    by_patch: dict[str, float]

    @property
    def closure(self) -> float:
        """``|in - out| / in``."""
        return abs(self.heat_in - self.heat_out) / max(abs(self.heat_in), 1e-30)


def heat_balance(solver) -> HeatBalance:
    """Heat by source: racks (intake and exhaust together), volume sources, openings together, each wall side."""
    into = solver.heat.face_heat()
    source = float(solver.mesh.heat_source[solver.mesh.active] @ solver.grid.volume[solver.mesh.active])
    groups = {"volume sources": source}
    rest = np.ones(len(into), bool)
    for rack in solver.racks:
        faces = np.concatenate([rack.intake, rack.exhaust])
        groups[f"rack {rack.name}"] = float(into[faces].sum())
        rest[faces] = False
    flowing = rest & np.isin(solver.table.kind, (walls.INLET, walls.OPENING))
    groups["openings"] = float(into[flowing].sum())
    rest &= ~flowing
    for name, faces in solver.table.patches.items():
        if name.startswith("side:"):
            groups[name.removeprefix("side:")] = float(into[faces[rest[faces]]].sum())
            rest[faces] = False
    groups["objects"] = float(into[rest].sum())
    gains = sum(v for v in groups.values() if v > 0.0)
    losses = -sum(v for v in groups.values() if v < 0.0)
    return HeatBalance(gains, losses, {k: v for k, v in groups.items() if v != 0.0})


class MassBalance:
    """Mass defect of the fluxes relative to the flow through the domain."""

    def __init__(self, solver):
        self.solver = solver
        self.reducer = Reducer(solver.backend, solver.size)

    def defect(self) -> float:
        """Sum of the cells' absolute imbalances over half the sum of absolute fluxes through boundary or cells."""
        s = self.solver
        s.measure_imbalance()
        scratch = abs(s.imbalance)
        outflow = abs(s.backend.to_host(s.faces.outflow)).sum(dtype=np.float64) / 2.0
        if outflow == 0.0:
            outflow = max(self.reducer.largest(f) for f in s.flux) * max(s.grid.shape)
        return self.reducer.sum(scratch) / max(outflow, 1e-30)
