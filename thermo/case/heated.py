"""Faces between fluid and what heats or cools it: blocks and sides with a temperature, a power or a heat flux."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from thermo.case.expression import Value

Corner = tuple[float, float, float]


@dataclass(frozen=True)
class HeatedFace:
    """A rectangle normal to ``axis`` (0, 1, 2) at ``position`` (m); the fluid lies in direction ``side`` (+1 or -1).

    Either its ``temperature`` (K) or its ``flux`` (W/m2) is known; both may be expressions of place.
    """

    name: str
    axis: int
    side: int
    position: float
    height: float
    temperature: Value | None = None
    flux: Value | None = None

    @property
    def upright(self) -> bool:
        """Whether the face is vertical."""
        return self.axis != 2


def heated_faces(case) -> list[HeatedFace]:
    """All heated or cooled faces of the room of a case, sides first; without faces of blocks that lie on a side.

    Blocks that conduct and touch a heated block, as fins touch their base, count too: their flux is not known.
    """
    lo = case.room.origin
    hi = tuple(a + size for a, size in zip(lo, case.room.size, strict=True))
    sides = [
        HeatedFace(name, axis, side, (lo if side > 0 else hi)[axis], hi[2] - lo[2], wall.temperature, wall.heat_flux)
        for (name, wall), (axis, side) in zip(case.room.sides.items(), _ENDS, strict=True)
        if wall.kind == "wall" and (wall.temperature is not None or wall.heat_flux is not None)
    ]
    return sides + [face for box in _heated_blocks(case, lo, hi) for face in _faces_of(box, lo, hi)]


_ENDS = tuple((axis, side) for axis in range(3) for side in (1, -1))


def _heated_blocks(case, room_lo: Corner, room_hi: Corner) -> list:
    """Blocks with a power or a temperature, and those that conduct heat from one of them, in the order of the case."""
    near = 1e-6 * min(b - a for a, b in zip(room_lo, room_hi, strict=True))
    heated = [box for box in case.obstacle if box.power or box.temperature is not None]
    rest = [box for box in case.obstacle if box.material is not None and not box.power]
    while touched := [box for box in rest if any(_touch(box, other, near) for other in heated)]:
        heated += touched
        rest = [box for box in rest if box not in touched]
    return [box for box in case.obstacle if box in heated]


def _touch(one, other, near: float) -> bool:
    """Whether two blocks share a part of a face."""
    shared = [min(a, b) - max(c, d) for a, b, c, d in zip(one.hi, other.hi, one.lo, other.lo, strict=True)]
    return min(shared) > -near and sum(length > near for length in shared) >= 2


def _faces_of(box, room_lo: Corner, room_hi: Corner) -> list[HeatedFace]:
    extents = [b - a for a, b in zip(box.lo, box.hi, strict=True)]
    tolerance = 1e-6 * min(b - a for a, b in zip(room_lo, room_hi, strict=True))
    wetted = [(axis, side) for axis, side in _ENDS
              if (room_hi[axis] - box.hi[axis] if side > 0 else box.lo[axis] - room_lo[axis]) > tolerance]
    area = sum(prod(extents[:axis] + extents[axis + 1:]) for axis, _ in wetted)
    flux = box.power / area if box.power and area > 0.0 else None
    return [HeatedFace(box.name, axis, side, (box.hi if side > 0 else box.lo)[axis], extents[2], box.temperature, flux)
            for axis, side in wetted]
