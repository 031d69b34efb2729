"""Closed boxes of fluid between two open ends: ducts, and the open slots of racks."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

AXES = {"x": 0, "y": 1, "z": 2}


@dataclass(frozen=True)
class Passage:
    """A box of fluid closed on all sides but two ends, with a loss coefficient on the velocity at the first end."""

    name: str
    kind: str
    lo: tuple[float, float, float]
    hi: tuple[float, float, float]
    ends: tuple[str, str]
    loss_coefficient: float

    def end_area(self, number: int) -> float:
        """Area of an end in m2."""
        normal = AXES[self.ends[number][0]]
        return prod(self.hi[a] - self.lo[a] for a in range(3) if a != normal)


def passages(case) -> list[Passage]:
    """Ducts, and the open slots of racks."""
    found = [Passage(duct.name, "duct", duct.lo, duct.hi, duct.ends, duct.loss_coefficient) for duct in case.duct]
    for rack in case.rack:
        for slot in rack.open_slot:
            low, high = rack.heights(slot)
            found.append(Passage(f"{rack.name} u{slot.u}", "open slot", (*rack.lo[:2], low),
                                 (*rack.hi[:2], min(high, rack.hi[2])), (rack.intake, rack.exhaust),
                                 slot.loss_coefficient))
    return found
