"""Grid, solution control and monitors."""

from __future__ import annotations

import itertools
from typing import Annotated, Literal

from pydantic import Field, StrictInt, model_validator

from thermo.case.quantity import (
    Efficiency,
    Length,
    Position,
    Positive,
    PositiveLength,
    Ratio,
    TemperatureDifference,
    wrong,
)
from thermo.case.schema_room import Side
from thermo.case.table import Count, Flag, Name, Table, refuse_reversed

Axis = tuple[Length, ...]


class Corners(Table):
    """A box by its two corners."""

    lo: Position = Field(alias="from", description="Corner with the smallest x, y and z.")
    hi: Position = Field(alias="to", description="Corner with the largest x, y and z.")

    @model_validator(mode="after")
    def _corners_in_order(self) -> Corners:
        refuse_reversed(self.lo, self.hi)
        if any(high <= low for low, high in zip(self.lo, self.hi, strict=True)):
            raise wrong("the box has no volume: from and to are equal along an axis")
        return self


class Refinement(Table):
    """Smaller cells inside a box."""

    box: Corners = Field(description="Where.")
    cell: PositiveLength = Field(description="Cell size there.")


class Grid(Table):
    """How fine the box is divided: a target cell size, cell counts, or the grid planes themselves."""

    cell: PositiveLength | None = Field(None, description="Target cell size; planes snap to the faces of objects.")
    growth: Annotated[Ratio, Field(le=2.0)] = Field(1.2, description="Largest ratio of neighbouring cells; with cell.")
    refine: tuple[Refinement, ...] = Field((), description="Boxes with smaller cells; with cell.")
    heated_face_cell: PositiveLength | None = Field(
        None, description="Width of the first cell on every heated or cooled face of a block or side; with cell."
    )
    cells: tuple[Count, Count, Count] | None = Field(None, description="Number of cells along x, y and z.")
    stretching: tuple[Ratio, Ratio, Ratio] = Field(
        (1.0, 1.0, 1.0), description="Widest over narrowest cell along each axis, finer towards both sides; with cells."
    )
    x: Axis | None = Field(None, min_length=2, description="All grid planes along x; with y and z.")
    y: Axis | None = Field(None, min_length=2, description="All grid planes along y; with x and z.")
    z: Axis | None = Field(None, min_length=2, description="All grid planes along z; with x and y.")

    @model_validator(mode="after")
    def _one_way(self) -> Grid:
        planes = [axis for axis in "xyz" if getattr(self, axis) is not None]
        if 0 < len(planes) < 3:
            raise wrong(f"x, y and z belong together; given: {', '.join(planes)}")
        ways = [way for way, is_set in (("cell", self.cell), ("cells", self.cells), ("x, y, z", planes)) if is_set]
        if len(ways) != 1:
            raise wrong(f"give exactly one of cell, cells or (x, y, z); given: {' and '.join(ways) or 'none'}")
        for key, way in (("growth", "cell"), ("refine", "cell"), ("heated_face_cell", "cell"), ("stretching", "cells")):
            if key in self.model_fields_set and ways != [way]:
                raise wrong(f"{key} has an effect only together with {way}: remove it")
        if self.heated_face_cell is not None and self.heated_face_cell > self.cell:
            raise wrong("heated_face_cell is wider than cell: give a smaller width")
        for axis in planes:
            nodes = getattr(self, axis)
            if any(b <= a for a, b in itertools.pairwise(nodes)):
                raise wrong(f"the planes along {axis} must rise from entry to entry")
        return self


class Solve(Table):
    """When a steady solution counts as found. All tolerances must hold together."""

    mode: Literal["steady"] = Field("steady", description="Steady state.")
    max_iterations: Count = Field(2000, description="Give up (exit 3) after so many iterations on the finest grid.")
    tolerance_temperature: TemperatureDifference = Field(
        0.02, description="Monitored temperatures move less than this over the window of the stop rule."
    )
    tolerance_balance: Positive = Field(1e-4, description="Relative defect of the mass and heat balances.")
    tolerance_update: Positive = Field(1e-4, description="Relative size of the last update of the fields.")
    min_iterations: Count = Field(1, description="Do not stop before so many iterations on the finest grid.")
    relaxation: Efficiency | None = Field(
        None, description="Momentum relaxation, from 0 to 1; lower is slower and safer. Default 0.95 or 0.9."
    )
    sequence: Flag = Field(True, description="Solve coarse grids first, and estimate the grid uncertainty from them.")
    tracers: Flag = Field(
        True, description="Trace where the air of every rack intake comes from; one linear solve a source of air."
    )
    supply_limit: Literal["field", "linear", "off"] | None = Field(
        None,
        description="How the warmest supply air that the racks allow is found: field solves again at that temperature, "
        "usually once, for a tenth to a third of the run; linear shifts all temperatures (default: field with a plant, "
        "otherwise off).",
    )


_WHERE = {
    "point": ({"at"}, set()),
    "line": ({"lo", "hi"}, {"points"}),
    "plane": ({"lo", "hi"}, {"statistic"}),
    "volume": ({"lo", "hi"}, {"statistic"}),
    "wall_heat_flow": ({"side"}, set()),
    "flow_rate": ({"side"}, set()),
}
"""Which keys say where a monitor of this kind is, and which it may also have."""


class Monitor(Table):
    """A quantity to watch and report."""

    name: Name = Field(description="Unique name, used in the results.")
    kind: Literal["point", "line", "plane", "volume", "wall_heat_flow", "flow_rate"] = Field(description="Kind.")
    quantity: Literal["T", "u", "v", "w", "p", "speed", "k", "epsilon"] | None = Field(
        None, description="Field quantity; not for wall_heat_flow [W] and flow_rate [m^3/s]."
    )
    at: Position | None = Field(None, description="Where, for a point.")
    lo: Position | None = Field(None, alias="from", description="Start of a line, corner of a plane or volume.")
    hi: Position | None = Field(None, alias="to", description="End of a line, opposite corner of a plane or volume.")
    points: Annotated[StrictInt, Field(ge=2, le=100_000)] = Field(33, description="Number of samples of a line.")
    side: Side | None = Field(None, description="Side of the room, for wall_heat_flow and flow_rate.")
    statistic: Literal["mean", "max", "min"] = Field("mean", description="What to report of a plane or volume.")

    @model_validator(mode="after")
    def _fits_kind(self) -> Monitor:
        needed, possible = _WHERE[self.kind]
        has_quantity = self.kind not in ("wall_heat_flow", "flow_rate")
        if has_quantity:
            needed = needed | {"quantity"}
        missing = sorted(name for name in needed if getattr(self, name) is None)
        extra = sorted(self.model_fields_set - needed - possible - {"name", "kind"})
        key = {"lo": "from", "hi": "to"}
        if missing:
            raise wrong(f'kind = "{self.kind}" needs {", ".join(key.get(name, name) for name in missing)}')
        if extra:
            raise wrong(f'{key.get(extra[0], extra[0])} has no meaning with kind = "{self.kind}": remove it')
        self._check_shape()
        return self

    def _check_shape(self) -> None:
        if self.kind not in ("line", "plane", "volume"):
            return
        flat = sum(high == low for low, high in zip(self.lo, self.hi, strict=True))
        if self.kind == "line" and flat == 3:
            raise wrong("from and to of a line are the same point")
        if self.kind != "line":
            refuse_reversed(self.lo, self.hi)
            wanted = 1 if self.kind == "plane" else 0
            if flat != wanted:
                raise wrong(f"a {self.kind} is flat along {wanted} axes, this box is flat along {flat}")
