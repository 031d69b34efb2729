"""Find OpenFOAM, mesh the case, run the solver on one or more cores and read it as it goes."""

from __future__ import annotations

import os
import re
import resource
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from stop_rules import full_stop

from openfoam.dictionaries import STOP_FILE
from openfoam.log import LogReader

SOLVER = "buoyantBoussinesqSimpleFoam"
CHECK_EVERY = 10


class OpenFoamMissingError(RuntimeError):
    """OpenFOAM or MPI is not installed; the message says what to install."""


@dataclass(frozen=True)
class SolverRun:
    """The log of one run and what the operating system charged for it, in seconds."""

    reader: LogReader
    children_cpu_s: float
    wall_s: float
    version: str


def environment() -> dict[str, str]:
    """Environment in which the tools find their etc folder. Raises OpenFoamMissingError."""
    found = shutil.which(SOLVER)
    if found is None:
        raise OpenFoamMissingError(f"{SOLVER} not found; install it, on Debian: apt-get install openfoam")
    env = dict(os.environ)
    root = Path(found).resolve().parent.parent / "share" / "openfoam"
    if "WM_PROJECT_DIR" not in env and (root / "etc" / "controlDict").is_file():
        env["WM_PROJECT_DIR"] = str(root)
    env |= {"OMP_NUM_THREADS": "1", "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    return env


def _tool(case: Path, env: dict[str, str], *command: str) -> None:
    done = subprocess.run(command, cwd=case, env=env, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed with status {done.returncode}:\n{(done.stdout + done.stderr)[-2000:]}")


def make_mesh(case: Path, env: dict[str, str], cores: int) -> None:
    """blockMesh, then renumberMesh (it makes the solver about 10 % faster), then decomposePar for several cores."""
    _tool(case, env, "blockMesh")
    _tool(case, env, "renumberMesh", "-overwrite", "-constant")
    if cores > 1:
        _tool(case, env, "decomposePar")


def _command(cores: int) -> list[str]:
    if cores == 1:
        return [SOLVER]
    if shutil.which("mpirun") is None:
        raise OpenFoamMissingError("mpirun not found; install it, on Debian: apt-get install openmpi-bin")
    return ["mpirun", "--oversubscribe", "--bind-to", "none", "-np", str(cores), SOLVER, "-parallel"]


def _children_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _finished(reader: LogReader) -> bool:
    return len(reader.iterations) % CHECK_EVERY == 0 and full_stop(reader.record(cores=1)) is not None


def solve(case: Path, env: dict[str, str], cores: int) -> SolverRun:
    """Run until the full stop rule holds (looked at every 10 iterations) or the case's own ceiling.

    Raises RuntimeError with the end of the log where the solver fails.
    """
    reader, tail, version = LogReader(), [], ""
    before, start, met = _children_cpu(), time.perf_counter(), False
    with subprocess.Popen(_command(cores), cwd=case, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True) as process:
        for text in process.stdout:
            tail = [*tail[-40:], text]
            version = version or _version(text)
            if not met and reader.line(text, time.perf_counter() - start) and _finished(reader):
                met = True
                (case / STOP_FILE).touch()
        status = process.wait()
    if status != 0 or not reader.iterations:
        raise RuntimeError(f"{SOLVER} failed with status {status}:\n{''.join(tail)}")
    return SolverRun(reader, _children_cpu() - before, time.perf_counter() - start, version)


def _version(text: str) -> str:
    found = re.match(r"Build\s*:\s*(.+)", text)
    return found[1].strip() if found else ""
