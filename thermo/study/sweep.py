"""``thermo sweep``: many variants of a case, computed together, and what they say."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from thermo.case import load as load_case
from thermo.errors import CaseError
from thermo.output import atomic
from thermo.run import cooling_of
from thermo.study import design, sweep_tables
from thermo.study.option import gather
from thermo.study.points import SOLVED_HERE, Point, Store, feasible, figure
from thermo.study.sweep_file import Sweep, load
from thermo.study.workers import compute, workers_for

Array = NDArray[np.float64]

SOLVED, LIMIT_EXCEEDED = 0, 1
POPULATION = 8  # points of a generation over the number of set-points


class Runner:
    """Computes values of a sweep for one case after the other, from the store or by the workers."""

    def __init__(self, sweep: Sweep, directory: Path, workers, say: Callable[[str], None]):
        self.sweep, self.workers, self.say = sweep, workers, say
        self.store = Store(directory)
        self.fields = [solved_field(case, directory, sweep.settings.only_year) for case in sweep.cases]

    def run(self, values: list[tuple[Any, ...]], case: int = 0) -> list[dict[str, Any]]:
        """The summary of every point."""
        made = [
            Point(str(self.sweep.cases[case]), design.overrides(self.sweep.settings, one), self.fields[case])
            for one in values
        ]
        return compute(self.workers, self.store, made, self.say)


def solved_field(case: Path, directory: Path, only_year: bool) -> str | None:
    """What the year needs of the solved field of a case; None when every point solves its own."""
    loaded = load_case(case)
    module = cooling_of(loaded)
    if not only_year or not hasattr(module, "year_summary") or loaded.plant is None:
        return None
    if hasattr(module, "before_year"):
        return SOLVED_HERE if module.year_alone(loaded) else None
    (option,) = gather([case], directory / "runs", "auto", "single")
    kept = {key: option.summary[key] for key in ("racks", "cooling_units", "plant") if key in option.summary}
    return json.dumps(kept, sort_keys=True)


def run(
    file: Path | str,
    directory: Path,
    scheduler: str | None = None,
    count: int | None = None,
    serial: bool = False,
    say: Callable[[str], None] = lambda line: None,
    backend: str = "cpu",
) -> tuple[str, int]:
    """Run the sweep of a file into ``directory``; returns what the terminal shows and the exit status.

    ``scheduler``: address of a Dask scheduler; ``count``: processes of a local cluster; ``serial``: neither;
    ``backend``: "cuda" computes the years on a GPU. Status 1: no point meets the limits of its case. Raises
    :class:`CaseError`, also when no point can be computed.
    """
    sweep = load(file)
    for case in sweep.cases:
        load_case(case)
    with workers_for(scheduler, count, serial, say, backend) as workers:
        say(f"computing {workers.words}")
        runner = Runner(sweep, directory, workers, say)
        tables, results = METHODS[sweep.settings.method](runner)
    good = [result for result in results if "failed" not in result]
    if not good:
        raise CaseError(f"{file}: no point could be computed; the first: {results[0]['failed']}")
    writers = {name: partial(_write, text=text) for name, text in tables.files(sweep).items()}
    atomic.write_set(directory, writers)
    status = SOLVED if any(feasible(result) for result in good) else LIMIT_EXCEEDED
    where = f"table in {directory / 'sweep.csv'}; sweep.md beside it"
    return "\n".join([tables.text(sweep), "", where]), status


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _listed(runner: Runner, values: list[tuple[Any, ...]]) -> tuple[sweep_tables.Tables, list[dict[str, Any]]]:
    results = [runner.run(values, case) for case in range(len(runner.sweep.cases))]
    return sweep_tables.Tables(values, results), [result for group in results for result in group]


def _grid(runner: Runner):
    return _listed(runner, design.grid(runner.sweep.settings))


def _hypercube(runner: Runner):
    return _listed(runner, design.hypercube(runner.sweep.settings))


def _sobol(runner: Runner):
    """First-order and total indices of every output (Saltelli 2010, as scipy has them)."""
    from scipy.stats import sobol_indices

    settings = runner.sweep.settings
    kept: dict[str, Any] = {"values": [], "results": []}

    def outputs(numbers: Array) -> Array:
        values = [design.values_of(settings, row) for row in numbers.T]
        results = runner.run(values)
        kept["values"] += values
        kept["results"] += results
        rows = [[figure(result, name) for result in results] for name in settings.outputs]
        missing = [name for name, row in zip(settings.outputs, rows, strict=True) if None in row]
        if missing:
            reason = next((result["failed"] for result in results if "failed" in result), "no such figure")
            raise CaseError(f"{runner.sweep.file}: outputs: {missing[0]} is not there in every point: {reason}")
        return np.array(rows, dtype=np.float64)

    rng = np.random.default_rng(settings.seed)
    found = sobol_indices(func=outputs, n=settings.samples, dists=design.distributions(settings), rng=rng)
    indices = {"first": np.atleast_2d(found.first_order), "total": np.atleast_2d(found.total_order)}
    return sweep_tables.Tables(kept["values"], [kept["results"]], indices=indices), kept["results"]


def _optimise(runner: Runner):
    """Set-points of the lowest figure among those that meet every limit (differential evolution)."""
    from scipy.optimize import differential_evolution

    settings = runner.sweep.settings
    bounds = [span.numbers for span in settings.vary.values()]
    kept: dict[str, Any] = {"values": [], "results": []}

    def costs(numbers: Array) -> Array:
        values = [design.values_of(settings, row) for row in np.atleast_2d(numbers.T)]
        results = runner.run(values)
        kept["values"] += values
        kept["results"] += results
        return np.array([_penalised(result, settings.optimise.minimise) for result in results])

    generations = max(settings.samples // (POPULATION * len(bounds)) - 1, 1)
    differential_evolution(
        costs, bounds, popsize=POPULATION, maxiter=generations, seed=settings.seed, vectorized=True,
        updating="deferred", polish=False, tol=1e-8,
    )  # fmt: skip
    scores = [_penalised(result, settings.optimise.minimise) for result in kept["results"]]
    return sweep_tables.Tables(kept["values"], [kept["results"]], best=int(np.argmin(scores))), kept["results"]


UNMET, FAILED = 1e12, 1e15


def _penalised(result: dict[str, Any], name: str) -> float:
    """The figure to minimise; far above any for a point that misses a limit (by how much) or cannot be."""
    value = None if "failed" in result else figure(result, name)
    if value is None:
        return FAILED
    misses = [row["value"] / row["limit"] - 1.0 for row in result.get("limits", []) if not row["met"]]
    return value if not misses else UNMET * (1.0 + sum(abs(miss) for miss in misses))


METHODS = {"grid": _grid, "latin_hypercube": _hypercube, "sobol": _sobol, "optimise": _optimise}
