"""Real file systems in a mount namespace: one that is full, one that is read-only, and one that turns read-only while
the run solves. Skipped where the system gives no such namespace."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from test_stopped_anywhere import ROOM, SET

pytestmark = pytest.mark.slow
PYTHON = f"{sys.executable} -m thermo.cli run"
LONG = "--set grid.cell=0.1 --set solve.max_iterations=1000000 --set solve.tolerance_update=1e-30"
KINDS = (["--user", "--map-root-user", "--mount"], ["--mount"])


@pytest.fixture(scope="module")
def inside(tmp_path_factory):
    """Runs a shell script in a mount namespace of its own and returns what it printed and its exit status."""
    folder = tmp_path_factory.mktemp("trial")
    for kind in KINDS if shutil.which("unshare") else ():
        trial = ["unshare", *kind, "sh", "-c", f"mount -t tmpfs -o size=64k none {folder}"]
        if subprocess.run(trial, capture_output=True, timeout=60).returncode == 0:
            return lambda script: subprocess.run(["unshare", *kind, "sh", "-c", script], capture_output=True, text=True,
                                                 timeout=300)
    pytest.skip("no mount namespace here: file systems cannot be mounted")


@pytest.fixture(scope="module")
def former(tmp_path_factory):
    """A case with results of 2 kW."""
    folder = tmp_path_factory.mktemp("disk")
    (folder / "room.toml").write_text(ROOM)
    run = subprocess.run(f"{PYTHON} {folder / 'room.toml'} -o {folder / 'former'}", shell=True, capture_output=True,
                         text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    return folder


def size(folder: Path) -> int:
    """Kilobytes that the files of a folder take in whole pages."""
    return sum(-(-path.stat().st_size // 4096) * 4 for path in folder.iterdir())


def power(folder: Path) -> float:
    return json.loads((folder / "summary.json").read_text())["racks"][0]["power_W"]


@pytest.mark.parametrize("free", [0, 60, 300])
def test_a_full_disk_keeps_the_former_results(inside, former, tmp_path, free):
    """So many kilobytes are free beside the former results: for nothing, for a checkpoint, for a part of the files."""
    disk = tmp_path / "disk"
    disk.mkdir()
    run = inside(f"""
mount -t tmpfs -o size={size(former / "former") + free}k none {disk} && cp -r {former}/former {disk}/out || exit 99
{PYTHON} {former}/room.toml -o {disk}/out --backend cpu --set "rack.A1.power=2.5 kW"
status=$?
cp -r {disk}/out {tmp_path}/after
exit $status""")
    after = tmp_path / "after"
    assert run.returncode == 2, run.stderr
    assert "No space left on device" in run.stderr.splitlines()[-1]
    assert "Traceback" not in run.stderr
    left = {path.name for path in after.iterdir()} - {"checkpoint.npz"}
    assert left == set(SET)
    assert power(after) == pytest.approx(2000.0)
    if free:
        assert "former files stay" in run.stderr.splitlines()[-1]
        assert ("go on with --resume" in run.stderr) == (after / "checkpoint.npz").exists()


def test_a_read_only_folder_is_said_before_anything_is_solved(inside, former):
    run = inside(f"""
mount --bind {former}/former {former}/former && mount -o remount,bind,ro {former}/former || exit 99
{PYTHON} {former}/room.toml -o {former}/former --backend cpu && exit 98
{PYTHON} {former}/room.toml -o {former}/former/new --backend cpu""")
    lines = [line for line in run.stderr.splitlines() if line.startswith("error:")]
    assert run.returncode == 2, run.stderr
    assert len(lines) == 2
    assert all("Read-only file system" in line for line in lines)
    assert "grid" not in run.stderr
    assert "Traceback" not in run.stderr


def test_a_disk_that_turns_read_only_while_the_run_solves(inside, former, tmp_path):
    """The stop finds that nothing can be stored, and says what is left."""
    disk = tmp_path / "disk"
    disk.mkdir()
    run = inside(f"""
mount -t tmpfs none {disk} && cp -r {former}/former {disk}/out || exit 99
{PYTHON} {former}/room.toml -o {disk}/out --backend cpu {LONG} 2> {tmp_path}/said & run=$!
for second in $(seq 120); do grep -q "^grid 1" {tmp_path}/said && break; sleep 1; done
sleep 2
mount -o remount,ro {disk} || exit 97
kill -TERM $run
wait $run
status=$?
cp -r {disk}/out {tmp_path}/after
exit $status""")
    said = (tmp_path / "said").read_text()
    assert run.returncode == 130, said + run.stderr
    assert "no checkpoint could be written: Read-only file system" in said
    assert "those of an earlier run" in said
    assert "Traceback" not in said
    assert {path.name for path in (tmp_path / "after").iterdir()} == set(SET)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="no setpriv here")
def test_a_folder_of_somebody_else_is_said_before_anything_is_solved():
    """Root may write everywhere: the run is that of a user without rights, in folders that are open to all readers."""
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "out").mkdir()
        (folder / "room.toml").write_text(ROOM)
        if subprocess.run([*nobody, sys.executable, "-c", "import thermo"], capture_output=True).returncode:
            pytest.skip("others may not read this installation")
        for out in ("out", "new"):
            command = [*nobody, *PYTHON.split(), str(folder / "room.toml"), "-o", str(folder / out), "--backend", "cpu"]
            run = subprocess.run(command, capture_output=True, text=True, timeout=120)
            assert run.returncode == 2, run.stderr
            assert "Permission denied" in run.stderr.splitlines()[-1]
            assert "Traceback" not in run.stderr
        assert {path.name for path in folder.rglob("*")} == {"out", "room.toml"}
