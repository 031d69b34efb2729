"""Solver of many equal plates: BiCGStab with a multigrid V-cycle whose smoother solves whole columns.

Coarse levels join two by two cells in the plane and keep all layers: layers are thin and strongly coupled. Films and
flow rates add up, so a coarse plate is a plate again, coolant march included. Joined conductances are divided by 1.8,
as in the aggregation multigrid of the energy equation.
"""

from __future__ import annotations

import numpy as np

from kernels.bicgstab import BiCGStab
from kernels.cold_plate import (
    add_coarse,
    add_scaled,
    column_factor,
    column_solve,
    coolant_row,
    gather_defect,
    plate_defect,
    plate_operator,
)

JOINED_CONDUCTANCE = 1.8
DAMPING = 0.9
SWEEPS, COARSEST_SWEEPS = 1, 8
COARSEST_CELLS = 4  # of a row or a column, where joining ends


class PlateLevel:
    """The equations of ``plates`` plates on one grid; see :mod:`kernels.cold_plate`.

    ``conductances``: gx, gy, gz of shape (nz, ny, nx) on low faces; ``blocked``: 1 where there is no material;
    ``station``: cells along x in the order of the flow, and ``carried`` of each; ``centre``: the cell boundary along x
    from which a divided flow starts. All on the host.
    """

    def __init__(self, backend, plates: int, conductances, blocked, station, carried, centre: int):
        self.backend, self.plates, (self.nz, self.ny, self.nx) = backend, plates, blocked.shape
        self.host = (conductances, blocked, station, carried, centre)
        self.layer, self.size = self.ny * self.nx, self.nz * self.ny * self.nx
        self.first, self.last = self.layer, self.layer + plates * self.size
        behind, flat = np.zeros(self.layer), backend.asarray
        self.gx, self.gy, self.gz = (flat(np.concatenate([np.ravel(part), behind])) for part in conductances)
        self.blocked = flat(np.concatenate([np.ravel(blocked), behind]))
        self.station, self.carried = flat(station, np.uint32), flat(carried)
        length = self.last + self.layer
        arrays = (backend.zeros(length) for _ in range(7))
        self.film, self.pivot, self.inverse, self.b, self.x, self.ax, self.y = arrays
        self.coolant, self.decay, self.lag, self.wall = (backend.zeros(plates * self.layer) for _ in range(4))

    def set_films(self, film, rate) -> None:
        """Take films (plates, nz, ny, nx) and heat capacity rates of the coolant (plates, ny, nx), both W/K."""
        self.film[self.first : self.last] = film.ravel()
        xp, total = self.backend.array_module, film.sum(axis=1)
        wet = (total > 0.0) & (rate > 0.0)
        ntu = xp.where(wet, total / xp.where(wet, rate, 1.0), 1.0)
        self.decay[:] = xp.where(wet, xp.exp(-ntu), 1.0).ravel()
        self.lag[:] = xp.where(wet, -xp.expm1(-ntu) / ntu, 1.0).ravel()
        self.wall[:] = xp.where(wet, 1.0 / xp.where(wet, total, 1.0), 0.0).ravel()
        shape = (1, self.nx, self.nz, self.layer, self.size)
        self.backend.launch(column_factor, 0, self.plates * self.layer, *shape, self.gx, self.gy, self.gz, self.blocked,
                            self.film, self.pivot, self.inverse)

    def operator(self, x, out) -> None:
        """Store the left-hand sides for the rises ``x``, with the coolant that follows from them."""
        shape = (self.ny, self.nx, self.nz, self.layer, self.size)
        self.backend.launch(coolant_row, 0, self.plates * self.ny, *shape, self.film, self.wall, self.decay, self.lag,
                            self.carried, self.station, x, self.coolant)
        self.backend.launch(plate_operator, self.first, self.last, 1, self.nx, self.layer, self.size, self.gx, self.gy,
                            self.gz, self.blocked, self.film, self.coolant, x, out)

    def defect(self, b, x, out) -> None:
        """Store right-hand minus left-hand sides."""
        self.operator(x, self.ax)
        self.backend.launch(plate_defect, self.first, self.last, b, self.ax, out)

    def smooth(self, b, x, sweeps: int, from_zero: bool = False) -> None:
        """Damped sweeps that solve every column by itself; ``from_zero`` where ``x`` is zero."""
        for sweep in range(sweeps):
            left = b if from_zero and sweep == 0 else self.ax
            if left is self.ax:
                self.defect(b, x, left)
            self.backend.launch(column_solve, 0, self.plates * self.layer, self.nz, self.layer, self.size, self.gz,
                                self.pivot, left, self.y)
            self.backend.launch(add_scaled, self.first, self.last, DAMPING, self.y, x)


class Joining:
    """Which two by two cells of a level a coarser one joins, and that level. A flow's centre stays a boundary."""

    def __init__(self, fine: PlateLevel):
        conductances, blocked, station, carried, centre = fine.host
        self.shift, self.fine = centre % 2, fine
        columns, rows = (np.arange(fine.nx) + self.shift) // 2, np.arange(fine.ny) // 2
        gx, gy, gz = conductances
        gx, gy = gx * (np.diff(columns, prepend=0) > 0), gy * (np.diff(rows, prepend=0) > 0)[:, None]
        joined = (self.sum(gx) / JOINED_CONDUCTANCE, self.sum(gy) / JOINED_CONDUCTANCE, self.sum(gz))
        order, first = np.unique(columns[station], return_index=True)
        rank = np.argsort(first)
        self.coarse = PlateLevel(fine.backend, fine.plates, joined, self.sum(blocked), order[rank],
                                 np.asarray(carried)[first[rank]], (centre + self.shift) // 2)
        layers = np.arange(fine.nz)[:, None, None] * self.coarse.layer
        parent = (layers + rows[:, None] * self.coarse.nx + columns).ravel()
        members = np.argsort(parent, kind="stable")
        start = np.searchsorted(parent[members], np.arange(self.coarse.size + 1))
        self.parent, self.members, self.start = (
            fine.backend.asarray(part, np.uint32) for part in (parent, members, start)
        )

    def _blocks(self, values, xp):
        """An array (..., y, x) as (..., y / 2, 2, x / 2, 2), with zeros where a cell has no partner."""
        ny, nx = values.shape[-2], values.shape[-1] + self.shift
        widths = [(0, 0)] * (values.ndim - 2) + [(0, ny % 2), (self.shift, nx % 2)]
        padded = xp.pad(values, widths)
        return padded.reshape(*values.shape[:-2], (ny + 1) // 2, 2, (nx + 1) // 2, 2)

    def sum(self, values, xp=np):
        """Sum an array (..., y, x) over the joined cells."""
        return self._blocks(values, xp).sum(axis=(-3, -1))

    def set_films(self, film, rate):
        """Hand films and heat capacity rates on: films add up, rates of rows too, of two stations the larger counts."""
        xp = self.fine.backend.array_module
        joined = self.sum(film, xp), self._blocks(rate, xp).sum(axis=-3).max(axis=-1)
        self.coarse.set_films(*joined)
        return joined

    def down(self, defect) -> None:
        """Store the joined defect as the coarse right-hand side, and zero rises."""
        fine, coarse = self.fine, self.coarse
        fine.backend.launch(gather_defect, coarse.first, coarse.last, fine.layer, fine.size, coarse.layer, coarse.size,
                            self.start, self.members, 1, defect, coarse.b)
        coarse.x[:] = 0.0

    def up(self, x) -> None:
        """Add the coarse rises to the fine ones."""
        fine, coarse = self.fine, self.coarse
        fine.backend.launch(add_coarse, fine.first, fine.last, fine.layer, fine.size, coarse.layer, coarse.size,
                            self.parent, coarse.x, x)


class ColdPlates:
    """Many plates of one design: the finest level, the coarser ones, and the Krylov solver."""

    def __init__(self, backend, plates: int, conductances, blocked, station, carried, centre: int):
        self.backend = backend
        self.level = PlateLevel(backend, plates, conductances, blocked, station, carried, centre)
        self.joinings, level = [], self.level
        while max(level.nx, level.ny) > COARSEST_CELLS:
            self.joinings.append(Joining(level))
            level = self.joinings[-1].coarse
        self.krylov = BiCGStab(backend, self.level.x.size, self.level.first, self.level.last)

    def set_films(self, film, rate) -> None:
        """Take films (plates, nz, ny, nx) and heat capacity rates of the coolant (plates, ny, nx), both W/K, host."""
        parts = self.backend.asarray(film), self.backend.asarray(rate)
        self.level.set_films(*parts)
        for joining in self.joinings:
            parts = joining.set_films(*parts)

    def precondition(self, b, out) -> None:
        """One V-cycle from zero."""
        out[:] = 0.0
        self._cycle(0, self.level, b, out)

    def _cycle(self, depth: int, level: PlateLevel, b, x) -> None:
        if depth == len(self.joinings):
            level.smooth(b, x, COARSEST_SWEEPS, from_zero=True)
            return
        joining = self.joinings[depth]
        level.smooth(b, x, SWEEPS, from_zero=True)
        level.defect(b, x, level.ax)
        joining.down(level.ax)
        self._cycle(depth + 1, joining.coarse, joining.coarse.b, joining.coarse.x)
        joining.up(x)
        level.smooth(b, x, SWEEPS)

    def solve(self, source, tolerance: float, max_iterations: int) -> tuple[int, float]:
        """Find the rises for the heat ``source`` (plates, nz, ny, nx), W; returns iterations and relative residual."""
        level = self.level
        level.b[level.first : level.last] = self.backend.asarray(source).ravel()
        made = self.krylov.solve(level.operator, level.defect, self.precondition, level.inverse, level.b, level.x, 0.0,
                                 tolerance, max_iterations)
        level.operator(level.x, level.ax)
        return made

    def rises(self):
        """Temperature rises of the cells, (plates, nz, ny, nx), and of the coolant, (plates, ny, nx), on the host."""
        host, level = self.backend.to_host, self.level
        cells = host(level.x[level.first : level.last]).reshape(level.plates, level.nz, level.ny, level.nx)
        return cells, host(level.coolant).reshape(level.plates, level.ny, level.nx)
