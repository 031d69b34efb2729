"""The warmest supply air with which every rack intake stays allowable, found with the field itself.

A field shifts as a whole with its supply air when nothing else holds a temperature and nothing depends on it; then the
linear estimate is right. Walls, outdoor air, cooling units at their limit, air flows that follow the intake and
properties that vary with temperature break that. So the field is solved again at the estimate, going on from the
solution that is there, and a secant closes in on the limit: each solve costs a part of the first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kernels import walls
from thermo.errors import DivergedError
from thermo.field import transfer
from thermo.field.history import History
from thermo.field.march import March, relaxation_of
from thermo.field.monitors import KELVIN, hottest_intakes
from thermo.field.solver import FieldSolver

TOLERANCE = 0.05
"""K between the hottest intake and its limit at which the search ends."""
MOST_SOLVES = 4
STEEPEST, FLATTEST = -3.0, -0.2
"""Bounds of the change of the margin per kelvin of supply air, -1 where the field only shifts."""
COLDEST, WARMEST = 273.15, 333.15
"""Supply air of rooms, K; an estimate beyond is not worth a field."""


@dataclass(frozen=True)
class SupplyLimit:
    """Warmest supply air in K, how it was found ("field" or "linear"), the solves it took and what to know of it."""

    temperature: float
    method: str
    solves: int = 0
    flags: tuple[str, ...] = ()


def margin(solver, allowable: dict[str, float]) -> float:
    """Least distance in K of a rack's hottest intake point from what is allowable (K, by rack name)."""
    hottest = hottest_intakes(solver)
    return min(allowable[rack] - KELVIN - hottest[rack] for rack in allowable)


def linear(solver, supply: float, allowable: dict[str, float]) -> SupplyLimit:
    """Warmest supply air if every temperature of the room moves with it; ``supply`` is that of the solution in K."""
    return SupplyLimit(supply + margin(solver, allowable), "linear")


def by_field(solution, supply_of: Callable, allowable: dict[str, float]) -> SupplyLimit:
    """Warmest supply air by solving the field again; falls back to the linear estimate, and says so, where that fails.

    ``supply_of(solver)`` is the temperature in K of the air that a solved field is supplied with: a cooling unit at
    its limit does not follow its set-point.
    Only a converged solution has a neighbour worth looking for.
    """
    supply = supply_of(solution.solver)
    guess = linear(solution.solver, supply, allowable)
    if solution.status != "converged":
        return SupplyLimit(guess.temperature, "linear", 0, ("warmest supply air is a linear estimate: the flow did not "
                                                            "settle",))
    found = [(supply, margin(solution.solver, allowable))]
    solver, here = solution.solver, guess.temperature
    while abs(found[-1][1]) > TOLERANCE:
        if len(found) > MOST_SOLVES or not COLDEST < here < WARMEST:
            return _given_up(guess, len(found) - 1, f"the search left off at {here - KELVIN:.1f} degC")
        try:
            march = _solve_at(solver, here - found[-1][0])
        except DivergedError:
            return _given_up(guess, len(found), f"the field diverged at {here - KELVIN:.1f} degC")
        if march.status != "converged":
            return _given_up(guess, len(found), f"the flow did not settle at {here - KELVIN:.1f} degC")
        solver = march.solver
        found.append((here, margin(solver, allowable)))
        here = _secant(*found[-2:])
    return SupplyLimit(supply_of(solver) + found[-1][1], "field", len(found) - 1)


def _given_up(guess: SupplyLimit, solves: int, why: str) -> SupplyLimit:
    return SupplyLimit(guess.temperature, "linear", solves, (f"warmest supply air is a linear estimate: {why}",))


def _secant(before: tuple[float, float], last: tuple[float, float]) -> float:
    slope = (last[1] - before[1]) / (last[0] - before[0])
    return last[0] - last[1] / float(np.clip(slope, STEEPEST, FLATTEST))


def warmer(case, rise: float):
    """The case with every supply, and water and set-points of every cooling unit, warmer by ``rise`` K."""
    supplies = tuple(_shifted(supply, rise, "temperature") for supply in case.supply)
    units = tuple(_shifted(unit, rise, "supply_temperature") for unit in case.cooling_unit)
    for name, key in (("coil", "water_temperature"), ("water_control", "set_point"), ("fan_control", "set_point")):
        units = tuple(unit.model_copy(update={name: _shifted(getattr(unit, name), rise, key)}) for unit in units)
    return case.model_copy(update={"supply": supplies, "cooling_unit": units})


def _shifted(table, rise: float, key: str):
    """The table, if there is one, with the temperature that it gives under ``key`` warmer by ``rise`` K."""
    given = getattr(table, key, None)
    return table if given is None else table.model_copy(update={key: given + rise})


def _solve_at(before: FieldSolver, rise: float) -> March:
    """Go on from a solved field with all its air, supplied and present, warmer by ``rise`` K."""
    case = warmer(before.case, rise)
    solver = FieldSolver(case, before.grid, before.backend, before.fluid)
    fields = transfer.state(before)
    fields["T"] = fields["T"] + (before.datum + rise - solver.datum)
    fields["p"] = fields["p"] + _lift(before, rise)
    solver.devices.power[:] = before.devices.power
    transfer.restore(solver, fields)
    for flux, converged in zip(solver.flux, before.flux, strict=True):
        flux[:] = converged
    march = March(case, solver, relaxation_of(case, solver), 0, 1, True, History(), lambda *_: None, cold=False)
    march.run()
    return march


def _lift(solver, rise: float) -> np.ndarray:
    """Pressure that holds air that is ``rise`` K warmer everywhere, m2/s2; none at the height of the openings."""
    openings = solver.table.kind == walls.OPENING
    datum = solver.table.centre[:, openings].mean(axis=1) if openings.any() else np.zeros(3)
    heights = [centre - level for centre, level in zip(solver.grid.mesh(), datum, strict=True)]
    return -solver.fluid.expansion * rise * sum(g * h for g, h in zip(solver.gravity, heights, strict=True))
