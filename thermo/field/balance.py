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


class HeatGroups:
    """Which boundary faces are counted together: each rack with intake and exhaust, all openings, each wall side."""

    def __init__(self, solver):
        table, mesh = solver.table, solver.mesh
        self.source = float((mesh.heat_source * solver.grid.volume)[mesh.active].sum())
        self.names = ["objects", "openings", *(f"rack {rack.name}" for rack in solver.racks)]
        self.group = np.zeros(len(table.owner), np.intp)
        for name, faces in table.patches.items():
            if name.startswith("side:"):
                self.names.append(name.removeprefix("side:"))
                self.group[faces] = len(self.names) - 1
        self.group[np.isin(table.kind, (walls.INLET, walls.OPENING))] = 1
        for number, rack in enumerate(solver.racks, start=2):
            self.group[np.concatenate([rack.intake, rack.exhaust])] = number
        self.names.append("cooling units")
        for stream in solver.streams:
            if stream.coil.kind != "none" and not stream.serves and len(stream.intake.index):
                self.group[np.concatenate([stream.intake.index, stream.exhaust.index])] = len(self.names) - 1

    def sums(self, into: np.ndarray) -> dict[str, float]:
        """Add up the heat (W) of every face by group; groups without heat are left out."""
        totals = np.bincount(self.group, weights=into, minlength=len(self.names))
        sums = {"volume sources": self.source} | dict(zip(self.names, totals.tolist(), strict=True))
        return {name: value for name, value in sums.items() if value != 0.0}


def heat_balance(solver) -> HeatBalance:
    """Heat that enters and leaves a solved field, by group of faces."""
    groups = _groups(solver)
    _part_coils(solver, groups)
    gains = sum(v for v in groups.values() if v > 0.0)
    losses = -sum(v for v in groups.values() if v < 0.0)
    return HeatBalance(gains, losses, groups)


@dataclass(frozen=True)
class StorageBalance:
    """Heat in W that enters, leaves and is stored in air, solids and servers at one moment of a time-dependent run."""

    heat_in: float
    heat_out: float
    storage: float

    @property
    def closure(self) -> float:
        """``|in - out - storage| / max(in, out)``."""
        return abs(self.heat_in - self.heat_out - self.storage) / max(self.heat_in, self.heat_out, 1e-30)


def storage_balance(solver) -> StorageBalance:
    """Heat balance of the last time step of a solver with time terms. What enters from a rack is what its air carries
    away and what warms its thermal mass."""
    groups = _groups(solver)
    stored = solver.time_terms.storage()
    if solver.time_terms.server_mass is not None:
        warming = solver.time_terms.server_mass.storage()
        stored += float(warming.sum())
        for rack in solver.racks:
            name = f"rack {rack.name}"
            groups[name] = groups.get(name, 0.0) + float(warming[rack.first : rack.last].sum())
    _part_coils(solver, groups)
    gains = sum(v for v in groups.values() if v > 0.0)
    losses = -sum(v for v in groups.values() if v < 0.0)
    return StorageBalance(gains, losses, stored)


def _groups(solver) -> dict[str, float]:
    """Heat into the domain by group of faces, and from the coils in it."""
    groups = solver.heat_groups.sums(solver.heat.face_heat())
    if solver.heat.coils.count:
        groups["coils in the fluid"] = solver.heat.coils.given()
    return groups


def _part_coils(solver, groups: dict[str, float]) -> None:
    """Count apart what coils take and what fans and servers give to the same air."""
    devices, to_host = solver.devices, solver.backend.to_host
    duty, fan = (to_host(values).astype(np.float64) for values in (devices.duty, devices.fan))
    for rack in solver.racks:
        doors = float(duty[rack.first : rack.last].sum())
        if doors:
            groups[f"rack {rack.name}"] = groups.get(f"rack {rack.name}", 0.0) + doors
            groups["rear doors"] = groups.get("rear doors", 0.0) - doors
    fans = float(sum(watts for stream, watts in zip(solver.streams, fan, strict=True) if not stream.serves))
    if fans:
        groups["cooling unit fans"] = fans
        groups["cooling units"] = groups.get("cooling units", 0.0) - fans


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
