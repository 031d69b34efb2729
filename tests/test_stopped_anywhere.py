"""Whatever ends a run, the former results or a state to go on from are left, and what is said is true."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "field"))
from time_cases import OPENINGS, RACK

COMMAND = [sys.executable, "-m", "thermo.cli", "run"]
SET = ("fields.h5", "fields.xmf", "log.txt", "report.html", "summary.json")
KILLS, SEED = 8, 20261125
FULL_KB = 40

ROOM = f"""
[case]
name = "room"
[room]
size = ["2.4 m", "1.2 m", "1.8 m"]
[fluid]
density = 1.2
heat_capacity = 1006
viscosity = 0.1
conductivity = 100
[physics]
buoyancy = false
[grid]
cell = "0.2 m"
{RACK}{OPENINGS}"""


def start(case: Path, out: Path, *more: str, **keys) -> subprocess.Popen:
    """Start a run on the CPU."""
    return subprocess.Popen([*COMMAND, str(case), "-o", str(out), "--backend", "cpu", *more], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, **keys)


def visible(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")}


def power_of(folder: Path) -> float:
    """Heat of the rack in the results of a folder, the same in all their files."""
    import h5py

    summary = json.loads((folder / "summary.json").read_text())
    with h5py.File(folder / "fields.h5") as file:
        assert file.attrs["case_sha256"] == summary["case"]["sha256"]
    assert summary["case"]["sha256"] in (folder / "report.html").read_text()
    return summary["racks"][0]["power_W"]


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    """A case with results, and how long the run took."""
    folder = tmp_path_factory.mktemp("room")
    (folder / "room.toml").write_text(ROOM)
    for _ in range(2):  # the first may compile
        began = time.monotonic()
        run = start(folder / "room.toml", folder / "out")
        _, err = run.communicate(timeout=300)
        assert run.returncode == 0, err
    return folder, time.monotonic() - began


@pytest.mark.slow
def test_a_kill_at_any_moment_leaves_one_whole_set(solved):
    """Killed at random moments of a run with another power: the results are all old or all new, and the next run into
    the folder sweeps up what the killed ones left."""
    folder, whole = solved
    moments = random.Random(SEED)
    for number in range(KILLS):
        run = start(folder / "room.toml", folder / "out", "--set", "rack.A1.power=2.5 kW")
        time.sleep(moments.uniform(0.5 if number % 2 else 0.9, 1.02) * whole)
        run.kill()
        run.communicate(timeout=60)
        assert set(SET) <= visible(folder / "out")
        assert power_of(folder / "out") in (pytest.approx(2000.0), pytest.approx(2500.0))
    run = start(folder / "room.toml", folder / "out")
    _, err = run.communicate(timeout=300)
    assert run.returncode == 0, err
    assert {path.name for path in (folder / "out").iterdir()} == set(SET)
    assert power_of(folder / "out") == pytest.approx(2000.0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_says_what_is_left(solved, number):
    folder, whole = solved
    run = start(folder / "room.toml", folder / "out", "--set", "rack.A1.power=2.5 kW", "--set",
                "solve.max_iterations=100000", "--set", "solve.tolerance_update=1e-30")
    time.sleep(1.2 * whole)
    run.send_signal(number)
    _, err = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "those of an earlier run" in err
    assert ("go on with --resume" in err) == (folder / "out" / "checkpoint.npz").exists()
    assert power_of(folder / "out") == pytest.approx(2000.0)
    (folder / "out" / "checkpoint.npz").unlink(missing_ok=True)


def limited() -> None:
    """A disk on which no file can be larger than some kilobytes."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (FULL_KB * 1024, -1))


def test_a_full_disk_keeps_the_former_results(solved):
    folder, _ = solved
    run = start(folder / "room.toml", folder / "out", "--set", "rack.A1.power=2.5 kW", preexec_fn=limited)
    _, err = run.communicate(timeout=120)
    assert run.returncode == 2
    assert "File too large; former files stay" in err
    assert "those of an earlier run" in err
    assert {path.name for path in (folder / "out").iterdir()} - {"checkpoint.npz"} == set(SET)
    assert power_of(folder / "out") == pytest.approx(2000.0)
    (folder / "out" / "checkpoint.npz").unlink(missing_ok=True)


def test_a_second_run_into_one_folder_is_refused_at_once(solved):
    folder, _ = solved
    first = start(folder / "room.toml", folder / "both", "--set", "solve.max_iterations=100000", "--set",
                  "solve.tolerance_update=1e-30")
    while not (folder / "both").exists():
        time.sleep(0.05)
    time.sleep(0.2)
    second = start(folder / "room.toml", folder / "both")
    _, err = second.communicate(timeout=60)
    first.kill()
    first.communicate(timeout=60)
    assert second.returncode == 2
    assert "another run is writing its results there" in err
    third = start(folder / "room.toml", folder / "both")
    _, err = third.communicate(timeout=120)
    assert third.returncode == 0, err


def test_a_folder_that_cannot_be_written_is_said_before_anything_is_solved(solved, tmp_path):
    folder, _ = solved
    (tmp_path / "file").write_text("in the way")
    places = [tmp_path / "file", tmp_path / "file" / "out"]
    if os.path.isdir("/proc/self"):
        places.append(Path("/proc/self"))
    for place in places:
        run = start(folder / "room.toml", place)
        _, err = run.communicate(timeout=60)
        assert run.returncode == 2, err
        assert err.splitlines()[-1].startswith(f"error: {place}: ")
        assert "grid" not in err
