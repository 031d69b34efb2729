"""A finished time-dependent run as plain data: fields at all stored times, racks with their ride-through, balances."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from thermo.field.device_rows import rack_rows
from thermo.field.outcome import fields_of
from thermo.result import Fields


def transient_fields(case, solution) -> Fields:
    """Fields at the end, with the earlier ones and the statistics."""
    fields = fields_of(case, solution.solver)
    cells = dict(fields.cells)
    if solution.statistics is not None:
        cells |= solution.statistics.variables(solution.solver)
    return dataclasses.replace(fields, cells=cells, times=tuple(solution.times),
                               earlier=tuple(solution.snapshots[:-1]))


def transient_rack_rows(solution) -> list[dict[str, Any]]:
    """One row a rack at the end of the run, with the peak of its hottest inlet and the times it lasted. The power is
    what the servers draw, not what their air takes away at that moment."""
    rows, solver = rack_rows(solution), solution.solver
    if not rows:
        return rows
    drawn = solver.backend.to_host(solver.time_terms.server_mass.given).astype(np.float64)
    power = {rack.name: float(drawn[rack.first : rack.last].sum()) for rack in solver.racks}
    classes = {rack.name: {"ashrae_class": rack.ashrae_class} for rack in solver.case.rack if rack.ashrae_class}
    return [row | {"power_W": power[row["name"]]} | classes.get(row["name"], {})
            | solution.ride_through.row(row["name"]) for row in rows]


def peaks(solution) -> list[dict[str, Any]]:
    """Hottest and mean inlet (degC) of every rack at their highest from the first event on."""
    return [{"inlet_max_C": top, "inlet_mean_C": mean} for mean, top in solution.ride_through.peaks.values()]


def balance_section(solution) -> dict[str, float]:
    """Heat in, out and stored at the end of the run, and the relative gap between them."""
    balance = solution.balance
    return {"heat_in_W": balance.heat_in, "heat_out_W": balance.heat_out, "storage_W": balance.storage,
            "closure": balance.closure}
