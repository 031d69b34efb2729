"""March to the steady state on a sequence of grids, and say honestly whether it was reached."""

from __future__ import annotations

from dataclasses import dataclass

from thermo.errors import DivergedError
from thermo.field import transfer
from thermo.field.balance import MassBalance
from thermo.field.grid import make_grid
from thermo.field.history import History
from thermo.field.march import FIRST_RELAXATION, March, relaxation_of
from thermo.field.mesh import evaluate
from thermo.field.monitors import hottest_intakes
from thermo.field.solver import FieldSolver

SMALLEST_GRID = 400
RETRIES = 2
SAFER = 3.0
"""A run that diverged starts again with pseudo-time steps about a third as long."""
COARSE_DAMPED = ("on the coarse grid of {} cells the flow oscillates about its solution, reached with selective "
                 "frequency damping; finer grids start from it")


@dataclass
class SteadySolution:
    """The finest solver and how it got there. ``levels[n]`` holds the monitored values of grid ``n``, coarse first;
    ``ranges`` the lowest and highest value of monitors that did not settle."""

    solver: FieldSolver
    status: str
    iterations: int
    history: History
    levels: list[dict[str, float]]
    measures: dict[str, float]
    ranges: dict[str, tuple[float, float]]
    flags: list[str]


def coarsenings(case) -> list[int]:
    """Coarsening factors of the grid sequence, coarse first: up to two halvings that leave a grid worth solving."""
    if not case.solve.sequence:
        return [1]
    factors = [1]
    for factor in (2, 4):
        grid = make_grid(case, factor)
        if grid.cells < SMALLEST_GRID or grid.cells > 0.7 * make_grid(case, factor // 2).cells:
            break
        factors.insert(0, factor)
    return factors


def solve_steady(case, backend, fluid, listener, resume=None, draw=None, draw_solids=None) -> SteadySolution:
    """Solve a case for its steady state.

    ``listener`` is called as ``listener(solver, iteration, level, levels, measures, monitors)`` at every check.
    ``resume`` is ``(factor, fields)`` of an earlier run: its grid's coarsening factor and host fields.
    ``draw`` and ``draw_solids`` are as in :class:`thermo.field.march.March`.
    Raises :class:`DivergedError` when the fields stop being finite at every relaxation tried.
    """
    factors = coarsenings(case)
    load_kernels(case, backend, fluid, factors[0])
    history, levels, flags = History(), [], []
    previous = None
    if resume is not None:
        factors = [f for f in factors if f <= resume[0]]
    for number, factor in enumerate(factors):
        grid = make_grid(case, factor)
        finest = number == len(factors) - 1

        def start(grid=grid, factor=factor, previous=previous):
            solver = FieldSolver(case, grid, backend, fluid)
            if resume is not None and factor == resume[0]:
                transfer.restore(solver, resume[1])
            elif previous is not None:
                transfer.restore(solver, transfer.interpolate(transfer.state(previous), previous, solver))
            else:
                start_fields(case, solver)
            return solver

        march = _march_with_retries(case, start, number, len(factors), finest, history, listener, flags,
                                    cold=previous is None and resume is None, draw=(draw, draw_solids))
        hottest = hottest_intakes(march.solver) if march.solver.heat else {}
        levels.append(march.values | {f"rack {rack} inlet_max": value for rack, value in hottest.items()})
        previous = march.solver
    return SteadySolution(march.solver, march.status, march.iteration, history, levels, march.measures, march.ranges,
                          flags)


def load_kernels(case, backend, fluid, factor: int) -> None:
    """Compile, or load from the cache, every kernel of a case by one step on its coarsest grid."""
    solver = FieldSolver(case, make_grid(case, factor), backend, fluid)
    start_fields(case, solver)
    solver.step(FIRST_RELAXATION, (2, 2, 2), 1)
    if solver.heat:
        solver.heat.settle(lambda: 0.0, 1.0)
    MassBalance(solver).defect()


def start_fields(case, solver) -> None:
    """Start from ``[initial]``: velocity and temperature, numbers or expressions."""
    x, y, z = solver.grid.mesh()
    fields = transfer.state(solver)
    for name, value in zip("uvw", case.initial.velocity, strict=True):
        fields[name] = evaluate(value, x, y, z).copy()
    if case.initial.temperature is not None:
        fields["T"] = evaluate(case.initial.temperature, x, y, z) - solver.datum
    transfer.restore(solver, fields)


def _march_with_retries(case, start, number, count, finest, history, listener, flags, cold, draw):
    relaxation = None
    for attempt in range(RETRIES + 1):
        solver = start()
        relaxation = relaxation or relaxation_of(case, solver)
        march = March(case, solver, relaxation, number, count, finest, history, listener, cold or attempt > 0,
                      *draw)
        try:
            march.run()
            if march.damping:
                flags.append(march.damping_note() if finest else COARSE_DAMPED.format(solver.grid.cells))
            if finest and march.status == "not converged":
                flags.append(march.missing_note())
            if finest and march.status == "converged":
                march.finish()
            return march
        except DivergedError:
            if attempt == RETRIES:
                raise
            before, relaxation = relaxation, max(0.5 * relaxation, 1.0 - SAFER * (1.0 - relaxation))
            flags.append(f"diverged at relaxation {before:.2f}, started again with {relaxation:.2f}")
    raise AssertionError("unreachable")
