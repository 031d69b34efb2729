"""The files of a run appear whole or not at all, whatever goes wrong."""

import dataclasses
import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sample_result import sample

import thermo.output
from thermo.errors import OutputError
from thermo.output import atomic

pytestmark = pytest.mark.usefixtures("no_report")


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def former(tmp_path):
    """A folder with a complete earlier run, and what is in it."""
    thermo.output.write(sample(with_year=False), tmp_path)
    return tmp_path, content(tmp_path)


def failing(function, call, number=errno.ENOSPC):
    """`function`, except that its `call`-th call (from 0) fails like a full disk."""
    count = iter(range(10**6))

    def wrapped(*arguments, **keywords):
        if next(count) == call:
            raise OSError(number, os.strerror(number))
        return function(*arguments, **keywords)

    return wrapped


@pytest.mark.parametrize("call", range(5))
@pytest.mark.parametrize("name", ["replace", "fsync"])
def test_a_failure_at_any_step_leaves_the_former_files(former, monkeypatch, name, call):
    folder, before = former
    monkeypatch.setattr(atomic.os, name, failing(getattr(os, name), call))
    with pytest.raises(OutputError, match="No space left on device; former files stay"):
        thermo.output.write(sample(), folder)
    assert content(folder) == before


@pytest.mark.parametrize("call", range(5))
def test_a_failing_write_leaves_the_former_files(former, monkeypatch, call):
    folder, before = former
    monkeypatch.setattr(Path, "open", failing(Path.open, call, errno.EROFS))
    with pytest.raises(OutputError, match="Read-only file system"):
        thermo.output.write(sample(), folder)
    monkeypatch.undo()
    assert content(folder) == before


def test_a_failure_in_a_new_folder_leaves_no_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(atomic.os, "replace", failing(os.replace, 2))
    with pytest.raises(OutputError):
        thermo.output.write(sample(), tmp_path / "a" / "run")
    assert not (tmp_path / "a" / "run").exists()


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="cannot be made") as caught:
        thermo.output.write(sample(), tmp_path / "file" / "run")
    assert "\n" not in str(caught.value)


def test_a_bad_number_writes_nothing(former):
    folder, before = former
    bad = sample()
    bad.summary["metrics"]["pue"] = float("nan")
    with pytest.raises(OutputError, match=r"metrics\.pue is nan"):
        thermo.output.write(bad, folder)
    assert content(folder) == before


def test_a_result_without_a_field_takes_the_old_description_away(former):
    folder, _ = former
    thermo.output.write(sample(with_fields=False), folder)
    assert "fields.xmf" not in content(folder)


def test_failing_to_remove_the_old_description_restores_everything(former, monkeypatch):
    folder, before = former
    monkeypatch.setattr(atomic.os, "replace", failing(os.replace, 99))
    unlink = Path.unlink

    def refuse(path, missing_ok=False):
        if path.name == "fields.xmf":
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(OutputError, match="Operation not permitted"):
        thermo.output.write(sample(with_fields=False), folder)
    monkeypatch.undo()
    assert content(folder) == before


def test_other_files_are_left_alone(former):
    folder, _ = former
    (folder / "notes.txt").write_text("mine")
    thermo.output.write(sample(), folder)
    assert (folder / "notes.txt").read_text() == "mine"


def test_log_is_written_as_given(tmp_path):
    files = thermo.output.write(dataclasses.replace(sample(), log=["one", "two µ"]), tmp_path)
    assert files["log.txt"].read_bytes() == "one\ntwo µ\n".encode()


REAL_LIMIT = """
import resource, signal, sys
sys.path.insert(0, sys.argv[1])
from sample_result import sample
import thermo.output
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, -1))
try:
    thermo.output.write(sample((16, 20, 24)), sys.argv[2])
except thermo.errors.OutputError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX")
def test_a_real_limit_of_the_system(former):
    folder, before = former
    arguments = [sys.executable, "-c", REAL_LIMIT, str(Path(__file__).parent), str(folder)]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=120, check=True)
    assert "File too large; former files stay" in done.stdout
    assert done.stderr == ""
    assert content(folder) == before
