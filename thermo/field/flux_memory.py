"""What the face fluxes have beyond the interpolated cell velocities, remembered from one step to the next.

A time term acts on the velocity of a face as on that of a cell. Without it the face answers a force more than the cell
does: the pressure then over-corrects in slow fluid until it makes a checkerboard, and a steady flow depends on the
step.
"""

from __future__ import annotations

from kernels import transient


class FluxMemory:
    """Remembered part of the fluxes of open faces, resisting faces and openings of one solver."""

    def __init__(self, solver):
        zeros = solver.backend.zeros
        self.solver = solver
        self.memory = [zeros(solver.size) for _ in range(3)]
        self.resistance_memory = [zeros(max(1, tiles.count)) for tiles in solver.resistances]
        self.opening_memory = zeros(len(solver.table.owner))

    def remember(self, first: float, second: float, fluxes, velocities, outflows) -> None:
        """Take the last two levels (newest first) of face fluxes and cell velocities, by axis, and of the outflows
        with the coefficients (1/s) of their time derivative."""
        s, g, f = self.solver, self.solver.geometry, self.solver.faces
        for a, stride in enumerate(s.strides):
            s.run(transient.flux_memory, stride, g.area[a], g.w[a], first, second, *fluxes[a], *velocities[a],
                  self.memory[a], faces=True)
            tiles = s.resistances[a]
            if tiles.count:
                s.backend.launch(transient.take_resistance_memory, 0, tiles.count, tiles.slot, self.memory[a],
                                 self.resistance_memory[a])
        one, two = ([levels[n] for levels in velocities] for n in (0, 1))
        s.run_boundary(transient.opening_memory, f.start, f.owner, f.kind, f.axis, f.sign, f.area, first, second,
                       *outflows, *one, *two, self.opening_memory)

    def add(self, weight) -> None:
        """Add what is remembered, times ``weight`` (a cell array), to the fluxes of open faces, resisting faces and
        openings."""
        s, g, f = self.solver, self.solver.geometry, self.solver.faces
        for a, stride in enumerate(s.strides):
            s.run(transient.add_flux_memory, stride, g.w[a], weight, self.memory[a], s.flux[a], faces=True)
            tiles = s.resistances[a]
            if tiles.count:
                s.backend.launch(transient.add_resistance_memory, 0, tiles.count, tiles.slot, tiles.low, tiles.linear,
                                 tiles.loss, tiles.speed, s.nu, g.rd[a], g.w[a], s.response_fixed,
                                 weight, self.resistance_memory[a], s.flux[a])
        s.run_boundary(transient.add_opening_memory, f.start, f.owner, f.kind, weight, self.opening_memory,
                       f.outflow)
