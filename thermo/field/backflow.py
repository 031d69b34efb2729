"""What flows back through the overflows of a tank: the liquid that leaves the tank, mixed."""

from __future__ import annotations

import numpy as np

from kernels import energy


class Backflow:
    """The returns of a tank that were given no temperature, on the device.

    Beyond a room's return is other air, of a temperature that the case gives or the room starts with; beyond a tank's
    overflow there is nothing but what has left the tank, through whichever of them.
    """

    def __init__(self, backend, case, table):
        openings = case.returns if case.cooling == "immersion" else ()
        patches = [table.patches[opening.name] for opening in openings if opening.temperature is None]
        self.backend, self.count = backend, min(len(patches), 1)
        faces = np.concatenate(patches) if patches else np.zeros(0, np.int64)
        starts = np.array([0, len(faces)])
        self.places = [backend.asarray(column, np.int64) for column in (starts, faces, table.owner[faces])]

    def mix(self, solver) -> None:
        """Renew the temperatures from the present field and fluxes."""
        if self.count:
            self.backend.launch(energy.mixed_outflow, 0, self.count, *self.places, solver.faces.outflow, solver.T,
                                solver.faces.temperature)
