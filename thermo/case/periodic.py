"""Periodic sides: a flow that is the same all the way between them, so one cell lies there and nothing may vary."""

from __future__ import annotations

from thermo.case.expression import Expression
from thermo.case.schema import Case

NEAR = 1e-9
"""Share of the room's length within which a box reaches its side."""


def check_periodic(case: Case, expressions: list[tuple[str, Expression]]) -> None:
    """Raise :class:`CaseError` for the first thing that varies along an axis whose sides are periodic.

    ``expressions`` are those of the case with their keys.
    """
    for axis in case.room.periodic_axes:
        name = "xyz"[axis]
        sides = f"{name}_min and {name}_max are periodic"
        _check_cells(case, axis, sides)
        boxes = [(f"{box.kind}.{box.name}", box) for box in case.objects]
        boxes += [(f"grid.refine.{number}.box", refined.box) for number, refined in enumerate(case.grid.refine)]
        near = NEAR * case.room.size[axis]
        for key, box in boxes:
            if box.lo[axis] > case.room.lo[axis] + near or box.hi[axis] < case.room.hi[axis] - near:
                raise case.error(key, f"must reach from side to side along {name}: {sides}, so nothing may vary there")
        for key, value in expressions:
            if value.uses(name):
                raise case.error(key, f'"={value.text}" depends on {name}, but {sides}, so nothing may vary there')


def _check_cells(case: Case, axis: int, sides: str) -> None:
    """One cell lies between periodic sides. A grid by cell size gets it by itself."""
    name = "xyz"[axis]
    if case.grid.cells is not None and case.grid.cells[axis] != 1:
        raise case.error("grid.cells", f"give 1 cell along {name}: {sides}, so nothing varies there")
    planes = getattr(case.grid, name)
    if planes is not None and len(planes) != 2:
        raise case.error(f"grid.{name}", f"give the two end planes only: {sides}, so nothing varies there")
