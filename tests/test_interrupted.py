"""A time-dependent run that is interrupted: a whole checkpoint, and the same result after --resume, bit for bit."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import h5py
import numpy as np
import pytest

from thermo import checkpoint
from thermo.errors import CaseError
from thermo.field import march_state
from thermo.run import Watcher

sys.path.insert(0, str(Path(__file__).parent / "field"))
from time_cases import AISLE

ATTEMPTS = 6
COMMAND = [sys.executable, "-m", "thermo.cli", "run"]


def start(case: Path, directory: Path, *more: str) -> subprocess.Popen:
    """Start a run on the CPU."""
    return subprocess.Popen(
        [*COMMAND, str(case), "-o", str(directory), "--backend", "cpu", *more],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def fields(directory: Path) -> dict[str, np.ndarray]:
    with h5py.File(directory / "fields.h5") as file:
        return {name: file[name][:] for name in ("T", "u", "v", "w", "p", "k", "epsilon", "T_mean", "u_rms", "time")}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    case = folder / "case.toml"
    case.write_text('[case]\nname = "trip"\n' + AISLE.replace('duration = "8 s"', 'duration = "60 s"'))
    run = start(case, folder / "out")
    _, err = run.communicate(timeout=300)
    assert run.returncode == 0, err
    return case, folder / "out"


@pytest.mark.slow
def test_an_interrupted_run_goes_on_to_the_same_bits(whole, tmp_path):
    case, reference = whole
    out = tmp_path / "out"
    for number, more in ((signal.SIGTERM, ()), (signal.SIGINT, ("--resume",))):
        assert "--resume" in _interrupted(case, out, number, more)
        assert [file.name for file in out.iterdir()] == ["checkpoint.npz"]
    run = start(case, out, "--resume", "--precision", "double")
    _, err = run.communicate(timeout=100)
    assert run.returncode == 2
    assert "--precision single" in err
    run = start(case, out, "--resume")
    _, err = run.communicate(timeout=300)
    assert run.returncode == 0, err
    assert not (out / "checkpoint.npz").exists()
    for name, values in fields(reference).items():
        assert np.array_equal(values, fields(out)[name], equal_nan=True), name
    rows = [json.loads((folder / "summary.json").read_text())["racks"] for folder in (reference, out)]
    assert rows[0] == rows[1]


class Notes:
    """Stands in for the progress display."""

    def __init__(self):
        self.lines = []

    def note(self, text: str) -> None:
        self.lines.append(text)


def test_a_full_disk_leaves_the_former_checkpoint_and_no_remains(tmp_path, monkeypatch):
    first = checkpoint.save_march(tmp_path, {"a": np.arange(3.0)}, "x")

    def full(file, **_arrays):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    watcher = object.__new__(Watcher)
    watcher.directory, watcher.progress, watcher.case = tmp_path, Notes(), SimpleNamespace(sha256="x")
    watcher.march, watcher.kept = SimpleNamespace(), False
    monkeypatch.setattr(march_state, "save", lambda march: {"a": np.zeros(3)})
    monkeypatch.setattr(checkpoint.np, "savez", full)
    watcher.save()
    assert not watcher.kept
    assert watcher.progress.lines == ["no checkpoint could be written: No space left on device"]
    assert list(tmp_path.iterdir()) == [first]
    np.testing.assert_array_equal(checkpoint.load(tmp_path, "x")["a"], np.arange(3.0))


@pytest.mark.parametrize("damage", [lambda data: data[: len(data) // 2], lambda data: b"", lambda data: b"no archive"])
def test_a_damaged_checkpoint_is_one_line(tmp_path, damage):
    path = checkpoint.save_march(tmp_path, {"a": np.arange(300.0)}, "x")
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(CaseError, match=r"cannot be read.*run without --resume"):
        checkpoint.load(tmp_path, "x")


def _interrupted(case: Path, out: Path, number: int, more: tuple[str, ...]) -> str:
    """Interrupt a run and return what it says; again where the signal came before there was a state to keep."""
    err = ""
    for _ in range(ATTEMPTS):
        run = start(case, out, *more)
        _wait_for_the_march(run)
        run.send_signal(number)
        _, err = run.communicate(timeout=100)
        assert run.returncode == 130, err
        if "--resume" in err:
            break
    return err


def _wait_for_the_march(run: subprocess.Popen) -> None:
    """Return when the first time step has been made: the steady start is over, or there was none."""
    for line in run.stderr:
        if line.startswith(("grid", "going on")):
            return
