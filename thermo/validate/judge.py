"""Hold what was measured against what it must be."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from thermo.errors import CaseError
from thermo.validate.components import COMPONENTS, worst_row
from thermo.validate.measure import find_line, measure
from thermo.validate.orientation import turned_back
from thermo.validate.problem import Check, Problem, Solved, read_reference

OWN_MODEL = "own model"
"""Begins the source of a reference that another model of this software gives."""


@dataclass(frozen=True)
class Row:
    """One line of the scorecard. ``reference`` is ``None`` for a bound, an order of accuracy or an invariant; ``curve``
    holds the positions, the computed and the reference values of a profile."""

    problem: str
    title: str
    check: str
    kind: str
    value: float
    reference: float | None
    tolerance: str
    passed: bool
    reason: str
    source: str
    note: str = ""
    curve: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None

    @classmethod
    def failed(cls, problem: Problem, check: Check, note: str) -> Row:
        """Return the row of a check whose runs could not be solved."""
        return cls(problem.name, problem.title, check.name, check.kind, float("nan"), None, "", False, check.reason,
                   check.source, note)


def judge(problem: Problem, check: Check, solved: dict[str, Solved]) -> Row:
    """Return the row of a check.

    Kinds: ``value`` (metric of one run against a reference), ``profile`` (a line against a column; of several runs the
    Richardson extrapolation), ``order`` (observed order over runs, coarse first), ``extrapolated`` (Richardson from
    the last two runs against a reference), ``bound`` (metric between ``low`` and ``high``), ``ratio`` (metric of the
    last run over that of the first, between bounds), ``same`` (largest difference of the fields of all runs from those
    of the first, relative to the field's size), ``component`` (no run: a function of the software against every row of
    a table, see :mod:`thermo.validate.components`).

    With ``grid = true`` an extrapolation may differ from the reference by its ``tolerance``, the reference's own
    uncertainty, and by the grid uncertainty: how far it moved from the extrapolation of the two grids before, over
    ``refinement ** order - 1`` (what is left shrinks at least with the scheme's order).
    """
    if check.kind == "component":
        return _judged_component(problem, check)
    runs = [solved[name] for name in check.runs]
    if check.kind == "value":
        return _against_reference(problem, check, _metric(check, runs[-1]))
    if check.kind == "extrapolated":
        values = [_metric(check, run) for run in runs]
        found = extrapolate(check, *values[-2:])
        moved = abs(found - extrapolate(check, *values[-3:-1])) if check.get("grid") else None
        grid = None if moved is None else moved / _gain(check)
        return _against_reference(problem, check, found, grid)
    if check.kind == "profile":
        return _judged_profile(problem, check, runs)
    if check.kind == "order":
        return _bounded(problem, check, observed_order(problem, check, runs), check.get("low"), check.get("high"))
    if check.kind == "bound":
        return _bounded(problem, check, _metric(check, runs[-1]), check.get("low"), check.get("high"))
    if check.kind == "ratio":
        ratio = _metric(check, runs[-1]) / _metric(check, runs[0])
        return _bounded(problem, check, ratio, check.get("low"), check.get("high"))
    if check.kind == "same":
        return _bounded(problem, check, largest_difference(runs), None, check.get("tolerance"))
    raise CaseError(f"{problem.name}: check {check.name}: there is no kind {check.kind}")


def _metric(check: Check, run: Solved) -> float:
    return measure(run, check.get("metric"))


def extrapolate(check: Check, coarse, fine):
    """Return Richardson's extrapolation of values on two grids that differ by ``refinement`` (2) in cell size."""
    return fine + (fine - coarse) / _gain(check)


def _gain(check: Check) -> float:
    return check.get("refinement", 2.0) ** check.get("order", 2.0) - 1.0


def reference_value(problem: Problem, check: Check) -> float:
    """Return the reference number of a check: as given, from a row of a file that ``where`` picks, or of another model
    (a ``component`` with its ``inputs``) that must agree."""
    given = check.get("reference")
    if not isinstance(given, dict):
        return float(given)
    if "component" in given:
        return float(COMPONENTS[given["component"]](**given["inputs"]))
    rows = [row for row in read_reference(problem, given["file"])
            if all(_equal(row[key], wanted) for key, wanted in given["where"].items())]
    if len(rows) != 1:
        raise CaseError(f"{problem.name}: check {check.name}: {len(rows)} rows of {given['file']} fit {given['where']}")
    return float(rows[0][given["column"]])


def _equal(text: str, wanted) -> bool:
    return text == wanted if isinstance(wanted, str) else float(text) == wanted


def _judged_component(problem: Problem, check: Check) -> Row:
    given = check.get("reference")
    rows = read_reference(problem, given["file"])
    relative = bool(check.get("relative"))
    value, reference = worst_row(check.get("component"), check.get("inputs"), rows, given["column"], relative)
    return _against_reference(problem, check, value, None, reference)


def _against_reference(
    problem: Problem, check: Check, value: float, grid: float | None = None, reference: float | None = None
) -> Row:
    reference = reference_value(problem, check) if reference is None else reference
    tolerance = check.get("tolerance")
    allowed = (tolerance * abs(reference) if check.get("relative") else tolerance) + (grid or 0.0)
    shown = f"± {_percent(tolerance)}" if check.get("relative") else f"± {tolerance:g}"
    return _row(problem, check, value, reference, shown + _of_grid(grid), abs(value - reference) <= allowed)


def _of_grid(grid: float | None) -> str:
    return "" if grid is None else f" ± {grid:.2g} (grid)"


def _judged_profile(problem: Problem, check: Check, runs: list[Solved]) -> Row:
    value, tolerance = profile_difference(problem, check, runs), check.get("tolerance")
    curve = profile(problem, check, runs)
    if not check.get("grid"):
        return replace(_bounded(problem, check, value, None, tolerance), curve=curve)
    late, early = (profile_deviation(problem, check, pair) for pair in (runs[-2:], runs[-3:-1]))
    grid = _statistic(check, late - early) / _gain(check)
    row = _row(problem, check, value, None, f"≤ {tolerance:g} + {grid:.2g} (grid)", value <= tolerance + grid)
    return replace(row, curve=curve)


def _percent(share: float) -> str:
    return f"{100.0 * share:g} %" if share >= 1e-6 else f"{share:g} of it"


def _bounded(problem: Problem, check: Check, value: float, low: float | None, high: float | None) -> Row:
    passed = (low is None or value >= low) and (high is None or value <= high)
    shown = f"{low:g} to {high:g}" if None not in (low, high) else f"≥ {low:g}" if high is None else f"≤ {high:g}"
    return _row(problem, check, value, None, shown, passed)


def _row(problem: Problem, check: Check, value, reference, shown, passed) -> Row:
    given = check.get("reference")
    own = isinstance(given, dict) and "component" in given
    return Row(problem.name, problem.title, check.name, check.kind, value, reference, shown, bool(passed), check.reason,
               f"{OWN_MODEL}: {check.source}" if own else check.source)


def profile_difference(problem: Problem, check: Check, runs: list[Solved]) -> float:
    """Largest, root-mean-square or mean absolute deviation of a line from a reference column (``statistic``: max, rms,
    mean or "relative rms")."""
    return _statistic(check, profile_deviation(problem, check, runs))


def _statistic(check: Check, deviation: np.ndarray) -> float:
    statistic = check.get("statistic", "max")
    size = abs(deviation)
    return float({"max": size.max(), "mean": size.mean()}.get(statistic, np.sqrt((size**2).mean())))


def profile_deviation(problem: Problem, check: Check, runs: list[Solved]) -> np.ndarray:
    """Return how far a line of one run, or the extrapolation of several, lies from a reference column."""
    _, found, wanted = profile(problem, check, runs)
    return (found - wanted) / wanted if check.get("statistic") == "relative rms" else found - wanted


def profile(problem: Problem, check: Check, runs: list[Solved]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return positions, the line of one run or the extrapolation of several there, and the reference column.

    The column ``at`` times ``position[0]`` plus ``position[1]`` is the coordinate along the line's longest extent, the
    column ``value`` what the line times ``scale`` must be. Compared is at the reference's positions, or with
    ``samples`` at the line's own; linear interpolation finds the other. ``between`` limits the positions and leaves out
    its ends, walls for instance; ``where`` picks rows of the file.
    """
    lines = [find_line(run, check.get("line")) for run in runs]
    along = max((lines[0].x, lines[0].y, lines[0].z), key=np.ptp)
    order = np.argsort(along)
    along = along[order]
    at, wanted = _column(problem, check)
    low, high = check.get("between", (along[0], along[-1]))
    if check.get("samples"):
        at, wanted = along, np.interp(along, at, wanted)
    inside = (at > low) & (at < high)
    sampled = [check.get("scale", 1.0) * np.interp(at[inside], along, line.values[order]) for line in lines]
    found = sampled[0] if len(sampled) == 1 else extrapolate(check, *sampled[-2:])
    return at[inside], found, wanted[inside]


def _column(problem: Problem, check: Check) -> tuple[np.ndarray, np.ndarray]:
    """Positions along the line and values of the reference column, positions rising."""
    rows = [row for row in read_reference(problem, check.get("file"))
            if all(_equal(row[key], wanted) for key, wanted in check.get("where", {}).items())]
    factor, shift = check.get("position", (1.0, 0.0))
    at = np.array([float(row[check.get("at")]) for row in rows]) * factor + shift
    order = np.argsort(at)
    return at[order], np.array([float(row[check.get("value")]) for row in rows])[order]


def observed_order(problem: Problem, check: Check, runs: list[Solved]) -> float:
    """Return the observed order of accuracy over runs that refine by ``refinement`` each, from the finest ones.

    With a reference (zero for a metric that is an error itself) or a line from the last two errors, else from the
    differences of the last three values. Zero where they do not fall.
    """
    if check.get("line"):
        values = [profile_difference(problem, check, [run]) for run in runs]
    else:
        values = [_metric(check, run) for run in runs]
    if check.get("line") or check.get("reference") is not None:
        reference = 0.0 if check.get("line") else reference_value(problem, check)
        coarse, fine = (abs(value - reference) for value in values[-2:])
    else:
        coarse, fine = (abs(b - a) for a, b in zip(values[-3:-1], values[-2:], strict=True))
    return float(np.log(coarse / fine) / np.log(check.get("refinement", 2.0))) if coarse > fine > 0.0 else 0.0


def largest_difference(runs: list[Solved]) -> float:
    """Largest difference of any cell field of any run from the first run's, relative to the field's largest size.

    Velocity components share one size; runs in other orientations are turned back; pressure is compared without its
    mean, temperature by its deviation from the mean. Infinite where one has a value and another has none.
    """
    fields = [turned_back({name: v.values for name, v in run.result.fields.cells.items()}, run.run.orientation)
              for run in runs]
    largest = 0.0
    speed = max((np.nanmax(abs(fields[0][name])) for name in "uvw" if name in fields[0]), default=0.0)
    for name in fields[0]:
        if name == "object":
            continue
        if any(not np.array_equal(np.isnan(values[name]), np.isnan(fields[0][name])) for values in fields):
            return float("inf")
        centred = [values[name] - (np.nanmean(values[name]) if name in ("p", "T") else 0.0) for values in fields]
        size = speed if name in ("u", "v", "w") else np.nanmax(abs(centred[0]))
        if size > 0.0:
            largest = max(largest, *(float(np.nanmax(abs(other - centred[0])) / size) for other in centred[1:]))
    return largest
