"""What a finned cold plate on a chip is made of, from the silicon to the fins: sizes and materials, SI units."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from thermo.loop.cold_plate_channel import hydraulic_diameter

Array = NDArray[np.float64]

ARRANGEMENTS = ("straight", "split", "impinging")


@dataclass(frozen=True)
class Layer:
    """One layer of the stack: `size` (x, y) and `thickness` m, `conductivity` W/m/K, `heat_capacity` J/m3/K.

    `contact`: contact resistance on its top, m2 K/W.
    """

    name: str
    size: tuple[float, float]
    thickness: float
    conductivity: float
    heat_capacity: float
    contact: float = 0.0
    cells: int = 1


@dataclass(frozen=True)
class Fins:
    """Parallel fins on the base with channels between, along x, closed by an adiabatic cover.

    `size`: length along the channels and width over all of them, m. `arrangement`: straight (in at one end, out at the
    other), split (in through a slot in the middle, out at both ends), impinging (the slot is `slot` wide and the
    coolant comes from above over all of it; no jet is resolved). `port_loss`: pressure lost in ports, turns and slot
    over rho u^2 / 2 of the mean channel velocity.
    """

    size: tuple[float, float]
    channel: float
    fin: float
    height: float
    conductivity: float
    heat_capacity: float
    arrangement: str = "straight"
    slot: float = 0.0
    port_loss: float = 2.5
    cells: int = 6

    @property
    def pitch(self) -> float:
        """Channel and fin, m."""
        return self.channel + self.fin

    @property
    def channels(self) -> float:
        """Number of channels side by side."""
        return self.size[1] / self.pitch

    @property
    def aspect(self) -> float:
        """Short over long side of a channel."""
        return min(self.channel, self.height) / max(self.channel, self.height)

    @property
    def diameter(self) -> float:
        """Hydraulic diameter of a channel, m."""
        return float(hydraulic_diameter(self.channel, self.height))

    @property
    def paths(self) -> int:
        """Ways the coolant of one channel divides into."""
        return 1 if self.arrangement == "straight" else 2

    @property
    def path_length(self) -> float:
        """Length of one way, m; from an impinging slot, from the middle of what comes in."""
        return self.size[0] / self.paths - self.slot / 4.0

    @property
    def flow_area(self) -> float:
        """Area that the whole flow of the plate passes, m2."""
        return self.channels * self.paths * self.channel * self.height


@dataclass(frozen=True)
class Stack:
    """Chip and plate: `layers` from the die, whose lowest cells make the heat, to the base; `fins` on the base.

    All are centred on one another. `cell`: target cell width in x and y, m.
    """

    layers: tuple[Layer, ...]
    fins: Fins
    cell: float = 2e-3

    @property
    def die(self) -> Layer:
        """The layer that makes the heat."""
        return self.layers[0]

    @property
    def coolant_volume(self) -> float:
        """Coolant in the channels, m3."""
        return self.fins.channels * self.fins.channel * self.fins.height * self.fins.size[0]

    @property
    def thermal_mass(self) -> float:
        """Heat capacity of all solids, J/K."""
        fins = self.fins
        solid = fins.size[0] * fins.size[1] * fins.height * fins.fin / fins.pitch * fins.heat_capacity
        return solid + sum(part.size[0] * part.size[1] * part.thickness * part.heat_capacity for part in self.layers)

    def edges(self, axis: int) -> Array:
        """Cell edges along x (0) or y (1), m from the centre: on every layer's edge, cells about `cell` wide."""
        halves = {layer.size[axis] / 2.0 for layer in self.layers} | {self.fins.size[axis] / 2.0, 0.0}
        if self.fins.slot > 0.0 and axis == 0:
            halves.add(self.fins.slot / 2.0)
        marks = np.array(sorted(halves))
        marks = marks[np.concatenate([[True], np.diff(marks) > 1e-9])]
        spans = [(a, b, max(1, int(np.ceil((b - a) / self.cell - 1e-6)))) for a, b in pairwise(marks)]
        half = np.concatenate([np.linspace(*span, endpoint=False) for span in spans] + [marks[-1:]])
        return np.concatenate([-half[:0:-1], half])
