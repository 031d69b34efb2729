"""What flows back through the overflow of a tank: the liquid that leaves through it, mixed."""

from __future__ import annotations

import numpy as np

from kernels import energy


class Backflow:
    """The returns of a tank that were given no temperature, on the device.

    Beyond a room's return is other air, of a temperature that the case gives or the room starts with; beyond a tank's
    overflow there is nothing but what has left the tank.
    """

    def __init__(self, backend, case, table):
        openings = case.returns if case.cooling == "immersion" else ()
        patches = [table.patches[opening.name] for opening in openings if opening.temperature is None]
        self.backend, self.count = backend, len(patches)
        faces = np.concatenate(patches) if patches else np.zeros(0, np.int64)
        starts = np.concatenate([[0], np.cumsum([len(patch) for patch in patches])])
        self.places = [backend.asarray(column, np.int64) for column in (starts, faces, table.owner[faces])]

    def mix(self, solver) -> None:
        """Renew the temperatures from the present field and fluxes."""
        if self.count:
            self.backend.launch(energy.mixed_outflow, 0, self.count, *self.places, solver.faces.outflow, solver.T,
                                solver.faces.temperature)
