"""Watch the kernel launches of a backend: what a step launches, with which arrays, and how many bytes that touches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CASE = ROOT / "cases" / "air" / "aisle.toml"
SWEEPS, V_CYCLES, RELAXATION = (8, 8, 16), 2, 0.9
"""What a step of the steady march does."""

sys.path.insert(0, str(ROOT))

from kernels.cpu import plain_sweeps  # noqa: E402 - the line above finds it


@dataclass(frozen=True)
class Launch:
    """One launch of a cell function over ``first <= c < last``."""

    function: Callable
    first: int
    last: int
    arguments: tuple[Any, ...]

    @property
    def name(self) -> str:
        """Name of the cell function."""
        return self.function.__name__

    @property
    def cells(self) -> int:
        """Length of the range."""
        return self.last - self.first

    def run(self, backend) -> None:
        """Launch it again."""
        backend.launch(self.function, self.first, self.last, *self.arguments)

    @property
    def arrays(self) -> list[Any]:
        """Array arguments, each once."""
        return list({id(a): a for a in self.arguments if hasattr(a, "nbytes") and getattr(a, "ndim", 0)}.values())

    @property
    def bytes_once(self) -> int | None:
        """Bytes of all arrays touched once; None for launches over a small part of their arrays (boundary faces)."""
        if self.cells < 0.4 * max((a.size for a in self.arrays), default=0):
            return None
        return sum(a.nbytes for a in self.arrays)


@contextmanager
def watched(backend, observer: Callable[[Launch, Callable], None]) -> Iterator[None]:
    """Hand every launch of ``backend`` to ``observer(launch, run)``, which calls ``run()`` to make it happen."""
    original = backend.launch

    def launch(function, first, last, *arguments):
        observer(Launch(function, first, last, arguments), lambda: original(function, first, last, *arguments))

    def sweep(function, first, last, plane, count, shared, fields):
        plain_sweeps(backend, function, first, last, count, shared, fields)

    backend.launch, backend.sweep = launch, sweep
    try:
        yield
    finally:
        del backend.launch, backend.sweep  # the methods of the class again


def record(backend, work: Callable[[], None]) -> list[Launch]:
    """Run ``work`` and return its launches in order."""
    found: list[Launch] = []

    def note(launch, run):
        found.append(launch)
        run()

    with watched(backend, note):
        work()
    return found


def aisle_solver(backend, cell: float, overrides=()):
    """Return the field solver of the shipped aisle with cells of edge ``cell`` (m), at its start."""
    from thermo.case import load
    from thermo.field.grid import make_grid
    from thermo.field.properties import fluid_properties
    from thermo.field.solver import FieldSolver
    from thermo.field.steady import start_fields

    case = load(CASE, [f"grid.cell={cell:g} m", *overrides])
    solver = FieldSolver(case, make_grid(case), backend, fluid_properties(case))
    start_fields(case, solver)
    return solver


def step(solver) -> None:
    """One step as the steady march makes it."""
    solver.step(RELAXATION, SWEEPS, V_CYCLES)
