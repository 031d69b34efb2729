"""A solved field as plain data: the fields, racks, monitors and balances that the rest of the program reads."""

from __future__ import annotations

from typing import Any

import numpy as np

from thermo.field.balance import heat_balance
from thermo.field.monitors import (
    KELVIN,
    UNITS,
    grid_uncertainty,
    line_points,
    monitor_value,
    quantity,
    sample,
)
from thermo.field.thermal_layer import layer_report
from thermo.result import Box, Fields, Line, Variable

TURBULENCE = {"k": ("m2 s-2", "turbulent kinetic energy"),
              "epsilon": ("m2 s-3", "dissipation of turbulent kinetic energy")}


def fields_of(case, solver) -> Fields:
    """Cell values, line samples and the grid report; blocked cells hold NaN."""
    cells = {"T": Variable(quantity(solver, "T") + KELVIN, "K", "temperature")} if solver.heat else {}
    if case.physics.flow:
        for name, text in (("u", "velocity along x"), ("v", "velocity along y"), ("w", "velocity along z")):
            cells[name] = Variable(quantity(solver, name), "m s-1", text)
        cells["p"] = Variable(quantity(solver, "p"), "Pa", "pressure minus hydrostatic pressure")
    if solver.turbulence:
        for name in solver.turbulence.fields():
            cells[name] = Variable(quantity(solver, name), *TURBULENCE[name])
        viscosity = np.where(solver.mesh.fluid, solver.interior(solver.nu_t), np.nan)
        cells["nu_t"] = Variable(viscosity, "m2 s-1", "turbulent viscosity")
    cells["object"] = Variable(solver.mesh.object_id, "1", "object that fills the cell, 0 is fluid")
    lines = []
    for monitor in case.monitor:
        if monitor.kind == "line":
            points = line_points(monitor)
            values = sample(solver, monitor.quantity, points)
            lines.append(Line(monitor.name, monitor.quantity, UNITS[monitor.quantity], *points.T, values))
    return Fields(*solver.grid.nodes, cells, lines, solver.mesh.object_names, grid_report(case, solver))


def grid_report(case, solver) -> dict[str, Any]:
    """What the grid says of itself, with the cells across the thinnest extent of every object."""
    report = solver.grid.report() | layer_report(case, solver.grid, solver.fluid)
    for box in case.objects:
        counts = [s.stop - s.start for s in reversed(solver.grid.box_slices(box.lo, box.hi))]
        extents = [n for n, a, b in zip(counts, box.lo, box.hi, strict=True) if b > a]
        report[f"cells across {box.name}"] = int(min(extents)) if extents else 0
    return report


def uncertainty_of(solution, name: str) -> float | None:
    """Grid uncertainty of a monitored value, or half its range where the flow wanders and that is larger."""
    grid = grid_uncertainty([level[name] for level in solution.levels if name in level])
    span = solution.ranges.get(name)
    if span is None:
        return grid
    return max(grid or 0.0, 0.5 * (span[1] - span[0]))


def monitor_rows(case, solution) -> list[dict[str, Any]]:
    """One row a monitor: value, unit and grid uncertainty. A wandering flow reports its mean."""
    solver = solution.solver
    face_heat = solver.heat.face_heat() if solver.heat else None
    rows = []
    for monitor in case.monitor:
        value, unit = monitor_value(solver, monitor, face_heat)
        value = solution.levels[-1].get(monitor.name, value)
        row = {"name": monitor.name, "kind": monitor.kind, "value": value, "unit": unit}
        if monitor.quantity is not None:
            row["quantity"] = monitor.quantity
        uncertainty = uncertainty_of(solution, monitor.name)
        rows.append(row if uncertainty is None else row | {"uncertainty": uncertainty})
    return rows


def balance_section(solver) -> dict[str, float]:
    """Heat in and out and the relative gap between them."""
    balance = heat_balance(solver)
    return {"heat_in_W": balance.heat_in, "heat_out_W": balance.heat_out, "storage_W": 0.0, "closure": balance.closure}


def boxes_of(case) -> list[Box]:
    """Objects to draw."""
    kinds = {"Rack": "rack", "Supply": "supply", "Return": "return", "Tile": "tile", "Baffle": "baffle",
             "Obstacle": "obstacle", "CoolingUnit": "obstacle", "Panel": "baffle", "Cutout": "tile",
             "HeatSink": "seeped", "Porous": "seeped"}
    return [Box(o.name, kinds[type(o).__name__], tuple(o.lo), tuple(o.hi), o.name)
            for o in case.objects if type(o).__name__ in kinds]
