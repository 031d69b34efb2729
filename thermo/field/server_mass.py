"""Thermal mass of servers, which warm up and cool down after their load or their air has changed.

One node for each stream of a rack, ``C dTs/dt = P - G (Ts - T_in)`` with ``G = effectiveness rho cp V``; its air takes
``G (Ts - T_in)``. With effectiveness 1 the exhaust air has the temperature of the mass, and the time constant is
``C/(rho cp V)``. Servers without thermal mass give their power to their air at once.
"""

from __future__ import annotations

import numpy as np

from kernels import transient
from kernels.devices import in_parts


class ServerMass:
    """Node temperatures (offsets from the datum) of all streams of a solver, on its device."""

    def __init__(self, solver):
        self.solver = solver
        asarray, zeros = solver.backend.asarray, solver.backend.zeros
        streams = solver.streams
        self.count = len(streams)
        self.capacity = asarray([s.thermal_mass for s in streams])
        self.effectiveness = asarray([s.effectiveness for s in streams])
        self.inertia, self.history, self.node, self.given = (zeros(self.count) for _ in range(4))
        intakes = [rack.intake for rack in solver.racks]
        start, first = in_parts(np.concatenate([[0], np.cumsum([len(i) for i in intakes])]).astype(np.int64))
        self.start, self.first, self.parts = asarray(start, np.int64), asarray(first, np.int64), len(start) - 1
        self.number, self.part_largest = asarray(np.arange(self.parts), np.int64), zeros(self.parts)
        owners = solver.table.owner[np.concatenate(intakes)] if intakes else np.zeros(0, np.int64)
        self.owner = asarray(owners, np.int64)
        self.largest = zeros(max(1, len(intakes)))

    def settle(self) -> None:
        """Node temperatures in balance with the present intakes."""
        self.inertia[:] = 0.0
        self.history[:] = 0.0
        self.solver.devices.breathe(self.solver)

    def begin(self, coefficients, one, two) -> None:
        """Prepare a time step from the two newest levels."""
        rate, first, second = coefficients
        self.inertia[:] = self.capacity * self.solver.backend.dtype(rate)
        self.solver.backend.launch(transient.time_source, 0, self.count, self.capacity, first, second, one, two,
                                   self.history)

    def update(self) -> None:
        """Nodes, and the heat that the streams take from them, from the present inlets and flows."""
        s, d = self.solver, self.solver.devices
        s.backend.launch(transient.server_node, 0, self.count, self.inertia, self.history, self.effectiveness,
                         s.fluid.capacity, d.flow, d.inlet, self.node, self.given, d.heat)

    def hottest_intakes(self):
        """Hottest intake temperature of every rack, offsets from the datum, on the device."""
        s = self.solver
        launch = s.backend.launch
        launch(transient.patch_largest, 0, self.parts, self.start, self.owner, s.T, self.part_largest)
        launch(transient.patch_largest, 0, len(s.racks), self.first, self.number, self.part_largest, self.largest)
        return self.largest[: len(s.racks)]

    def storage(self) -> np.ndarray:
        """Heat stored per time (W) in the thermal masses of every stream, as their equation has it."""
        host = self.solver.backend.to_host
        inertia, node, history = (host(x).astype(np.float64) for x in (self.inertia, self.node, self.history))
        return inertia * node - history
