"""A march in time as named arrays, and back: what a run needs to go on bit for bit."""

from __future__ import annotations

import json

import numpy as np

from thermo.field.porous import solid_rows
from thermo.field.ride_through import RideThrough
from thermo.field.statistics import Statistics
from thermo.field.step_measures import StepMeasures

NOTES = "notes"
"""Name of the entry that holds everything that is no array, as JSON (which keeps every bit of a double)."""


def save(march) -> dict[str, np.ndarray]:
    """Return host copies of everything in a march that its next step or its results depend on."""
    to_host, terms = march.solver.backend.to_host, march.terms

    def host(array) -> np.ndarray:
        return np.array(to_host(array))

    arrays = {f"work/{name}": host(array) for name, array in terms.working().items()}
    for name, levels in terms.levels.items():
        arrays |= {f"level/{name}/{n}": host(level) for n, level in enumerate(levels)}
    if march.statistics is not None:
        for kind in ("mean", "square"):
            arrays |= {f"{kind}/{name}": host(a) for name, a in getattr(march.statistics, kind).items()}
    arrays |= {f"history/{name}": column for name, column in march.history.arrays().items()}
    for n, snapshot in enumerate(march.snapshots):
        arrays |= {f"snapshot/{n}/{name}": values for name, values in snapshot.items()}
    arrays[NOTES] = np.array(json.dumps(_notes(march)))
    return arrays


def _notes(march) -> dict:
    return {
        "time": march.time, "before": march.before, "number": march.number, "steps": march.terms.steps,
        "wish": march.control.wish, "fixed": march.control.fixed, "sampled": march.sampled, "worst": march.worst,
        "lost": march.lost,
        "flags": march.flags, "values": march.values, "racks": march.racks,
        "times": march.times, "seconds": march.history.seconds(),
        "feedback": None if march.feedback is None else march.feedback.notes(),
        "solid_feedback": None if march.solid_feedback is None else march.solid_feedback.notes(),
        "solid_power": march.solver.solids.watts,
        "ride_through": _kept(march.ride_through), "solids": _kept(march.solids),
        "solid_temperatures": march.solid_temperatures, "solids_before": march.solids_before,
        "precision": march.solver.backend.precision, "backend": march.solver.backend.name,
    }


def _kept(ride: RideThrough) -> dict:
    return {"passed": ride.passed, "last": ride.last, "peaks": ride.peaks}


def times(state: dict[str, np.ndarray]) -> tuple[float, float]:
    """Time (s) of a saved march, and the beginning of the step that led there."""
    notes = json.loads(str(state[NOTES]))
    return notes["time"], notes["before"]


def precision(state: dict[str, np.ndarray]) -> str:
    """Precision in which a march was saved."""
    return json.loads(str(state[NOTES]))["precision"]


def restore(march, state: dict[str, np.ndarray]) -> None:
    """Put what :func:`save` has stored into a march whose solver has the conditions of that moment."""
    notes, asarray, terms = json.loads(str(state[NOTES])), march.solver.backend.asarray, march.terms
    for name, array in terms.working().items():
        array[:] = asarray(state[f"work/{name}"])
    for name, levels in terms.levels.items():
        for n, level in enumerate(levels):
            level[:] = asarray(state[f"level/{name}/{n}"])
    march.solver.update_properties()
    terms.steps = notes["steps"]
    march.measures = StepMeasures(terms)
    march.control.wish, march.control.fixed = notes["wish"], notes["fixed"]
    for name in ("time", "before", "number", "sampled", "worst", "lost", "flags", "values", "times",
                 "solid_temperatures", "solids_before"):
        setattr(march, name, notes[name])
    march.racks = {name: tuple(pair) for name, pair in notes["racks"].items()}
    _restore_ride_through(march.ride_through, notes["ride_through"])
    if march.feedback is not None:
        march.feedback.restore(notes["feedback"])
    if march.solid_feedback is not None:
        march.solid_feedback.restore(notes["solid_feedback"])
        march.solver.solids.draw(notes["solid_power"])
        march.solid_rows = solid_rows(march.solver.case, march.solver)
    _restore_ride_through(march.solids, notes["solids"])
    if march.statistics is not None:
        _restore_statistics(march.statistics, state, asarray)
    march.history.columns = _group(state, "history/", list)
    cpu, wall = notes["seconds"]
    march.history.clock = (march.history.clock[0] - cpu, march.history.clock[1] - wall)
    march.snapshots = [_group(state, f"snapshot/{n}/", np.asarray) for n in range(len(march.times))]


def _restore_ride_through(ride: RideThrough, notes: dict) -> None:
    ride.passed = notes["passed"]
    ride.last = {name: tuple(pair) for name, pair in notes["last"].items()}
    ride.peaks = {name: tuple(pair) for name, pair in notes["peaks"].items()}


def _restore_statistics(statistics: Statistics, state, asarray) -> None:
    for kind in ("mean", "square"):
        for name, array in getattr(statistics, kind).items():
            array[:] = asarray(state[f"{kind}/{name}"])


def _group(state, prefix: str, kind) -> dict:
    return {name.removeprefix(prefix): kind(values) for name, values in state.items() if name.startswith(prefix)}
