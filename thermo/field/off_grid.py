"""Objects that the planes of a given grid do not meet: lost between them, or solved at another place."""

from __future__ import annotations

from itertools import product

import numpy as np

from thermo.case.consistency import key_of

NEAR = 2e-6
"""Share of the room's length within which a face lies on a plane."""


def check_on_grid(case, grid) -> None:
    """Refuse an object that holds no cell centre, or no face centre if it is flat: it would have no effect."""
    for box in case.objects:
        for axis, cells in zip("zyx", grid.box_slices(box.lo, box.hi), strict=True):
            if cells.stop == cells.start and "xyz".index(axis) not in box.flat_axes:
                raise case.error(key_of(box), f"falls between the grid planes: no cell centre lies in it along {axis}; "
                                              "give grid.cell, which puts planes at its faces, or smaller cells")


def off_grid_flags(case, grid) -> list[str]:
    """A flag where faces of objects lie between grid planes, with the one that is moved the most."""
    moved, furthest, example = set(), 0.0, ""
    for box, axis in product(case.objects, range(3)):
        for position in (box.lo[axis], box.hi[axis]):
            plane = float(grid.nodes[axis][np.argmin(np.abs(grid.nodes[axis] - position))])
            distance = abs(plane - position)
            if distance > NEAR * case.room.size[axis]:
                moved.add(box.name)
                if distance > furthest:
                    furthest = distance
                    example = f"{box.label} at {'xyz'[axis]} = {position:.4g} m is solved at {plane:.4g} m"
    if not moved:
        return []
    return [f"the grid planes miss faces of {len(moved)} objects: {example}; grid.cell puts planes at all faces"]
