"""From a case file to a results directory: the whole of ``thermo run``."""

from __future__ import annotations

import contextlib
import signal
import time
from pathlib import Path

import numpy as np

from kernels.backend import BackendUnavailableError, make_backend, why_no_cuda
from thermo import __version__, air, air_transient, checkpoint, immersion, liquid, network, output
from thermo.case import load
from thermo.errors import DivergedError, HardwareError, OutputError
from thermo.field import march_state
from thermo.field.steady import coarsenings

SOLVED, LIMIT_EXCEEDED, NOT_CONVERGED = 0, 1, 3
CHECKPOINT_EVERY_S = 60.0
RESULT = "summary.json"
COOLINGS = {"air": air, "closed_loop": liquid, "immersion": immersion}


def run_case(case_path, directory, backend="auto", precision="single", overrides=(), resume=False) -> int:
    """Solve a case file and write its results directory; returns the exit status of the command.

    Raises :class:`CaseError` (wrong input), :class:`HardwareError` (no such device), :class:`DivergedError`.
    """
    case = load(case_path, list(overrides))
    directory = Path(directory)
    device = choose_backend(backend, precision)
    cooling_of(case)
    start = checkpoint.load(directory, case.sha256) if resume else None
    from thermo.output.console import Progress
    from thermo.output.occupied import occupied

    with (terminated_as_interrupt(), occupied(directory) as restored,
          Progress(case, device, compiling=not compiled(device)) as progress):
        if restored:
            progress.note(f"a run was killed while it wrote into {directory}: the results before it were put back")
        if backend == "auto":
            progress.note(f"backend {device.name}, because {why_auto()}")
        result, status, paths = _solve(case, device, Watcher(case, directory, progress, resume), start)
        progress.finish(result, paths)
    if status == "not converged":
        return NOT_CONVERGED
    return SOLVED if all(row["met"] for row in result.summary["limits"]) else LIMIT_EXCEEDED


def _solve(case, device, watcher, start):
    """Solve and write; returns the result, the status of the solver and the files. A stop keeps a state and says so."""
    started, directory, progress = time.perf_counter(), watcher.directory, watcher.progress
    try:
        if start is not None:
            progress.note(f"going on from {directory / checkpoint.NAME}")
        elif checkpoint.waits(directory, case.sha256):
            progress.note(f"{directory / checkpoint.NAME} of an unfinished run of this case is here: --resume goes on")
        result, status = cooling_of(case).solve(case, device, watcher, start)
        summary = result.summary
        summary["case"] = {"name": case.name, "file": case.file, "sha256": case.sha256, "cooling": case.cooling}
        summary["run"] |= {"version": __version__, "backend": device.name, "device": device.device,
                           "precision": device.precision, "wall_s": round(time.perf_counter() - started, 3)}
        progress.stop()
        result.log.extend(progress.lines)
        paths = output.write(result, directory)
    except (KeyboardInterrupt, DivergedError, OutputError):
        watcher.save()
        progress.note(what_is_left(directory, watcher.kept))
        raise
    if status == "not converged":
        watcher.save()
    else:
        checkpoint.remove(directory)
    return result, status, paths


def what_is_left(directory: Path, kept: bool) -> str:
    """What a stopped run leaves in its directory, in one line; ``kept`` is whether it has stored a state."""
    state = (f"the last state is in {directory / checkpoint.NAME}: go on with --resume" if kept else
             "there was no state to keep")
    former = f"; the results in {directory} are those of an earlier run" if (directory / RESULT).exists() else ""
    return f"stopped; {state}{former}"


def preflight(case) -> dict[str, float]:
    """Check a loaded case as far as that goes without solving it; returns the grid report. Raises CaseError."""
    return cooling_of(case).preflight(case, make_backend("cpu"))


def cooling_of(case):
    """The module that couples what this kind of cooling needs."""
    if case.cooling not in COOLINGS:
        raise case.error("case.cooling", f"{case.cooling!r} is no kind of cooling; valid: {', '.join(COOLINGS)}")
    if case.network is not None:
        return network
    return air_transient if case.time is not None and case.cooling == "air" else COOLINGS[case.cooling]


def choose_backend(kind: str, precision: str):
    """Make the backend; a missing GPU is an error only when it was asked for."""
    try:
        return make_backend(kind, precision)
    except BackendUnavailableError as problem:
        raise HardwareError(str(problem)) from None


def why_auto() -> str:
    """Why ``auto`` chose what it chose."""
    return why_no_cuda() or "a CUDA device was found"


def compiled(device) -> bool:
    """Whether kernels for this device have been compiled on this machine before."""
    from kernels.launch import cache_directory

    return any(cache_directory().glob(f"__pycache__/{device.name}_*.nbi"))


@contextlib.contextmanager
def terminated_as_interrupt():
    """Make SIGTERM end the run as Ctrl-C does: with its state saved."""

    def interrupt(_number, _frame):
        raise KeyboardInterrupt

    try:
        former = signal.signal(signal.SIGTERM, interrupt)
    except ValueError:  # not the main thread: whoever runs us there handles signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)


class Watcher:
    """Called at every check of the solver: shows progress and keeps a checkpoint; ``kept`` once there is one."""

    def __init__(self, case, directory: Path, progress, kept: bool = False):
        self.case, self.directory, self.progress = case, directory, progress
        self.factors = [1] if case.room is None else coarsenings(case)
        self.saved = time.monotonic()
        self.solver, self.factor = None, 1
        self.march = None
        self.kept = kept

    def __call__(self, solver, iteration, level, levels, measures, monitors, march=None) -> None:
        self.solver, self.factor, self.march = solver, self.factors[len(self.factors) - levels + level], march
        if march is not None:
            self.progress.march(march.time, self.case.time.duration, iteration, march.racks)
        else:
            self.progress.update(iteration, level, levels, measures, monitors)
        if time.monotonic() - self.saved > CHECKPOINT_EVERY_S:
            self.save()

    def save(self) -> None:
        """Write the checkpoint, unless there is nothing finite to keep; a full disk does not end the run."""
        try:
            self._write()
        except OSError as problem:
            self.progress.note(f"no checkpoint could be written: {problem.strerror or problem}")
        self.saved = time.monotonic()

    def _write(self) -> None:
        if self.march is not None:
            checkpoint.save_march(self.directory, march_state.save(self.march), self.case.sha256)
            self.kept = True
        elif self.solver is not None and np.isfinite(self.solver.interior(self.solver.T)).all():
            checkpoint.save(self.directory, self.solver, self.factor, self.case.sha256)
            self.kept = True
