"""A process that is killed while it publishes its files, before every single access of the disk: the next run into the
folder finds all the former files or all the new ones and nothing else, even if it is killed while it puts them back."""

from __future__ import annotations

import errno
import itertools
import os
import shutil
import signal
import sys

import pytest

from thermo.output import atomic

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills a forked process")
ACCESSES = {"open", "os.rename", "os.link", "os.mkdir", "os.remove", "os.rmdir", "shutil.copyfile", "shutil.copystat",
            "shutil.rmtree"}
FORMER = {"fields.h5": b"old" * 1000, "fields.xmf": b"old", "summary.json": b"{}"}
NEW = {"fields.h5": b"new" * 2000, "summary.json": b"{ }", "report.html": b"<html>"}
STALE = ["fields.xmf"]


def killed(action, moment: int) -> bool:
    """Whether ``action``, in a process of its own, was killed before its ``moment``-th access of the disk."""
    child = os.fork()
    if child == 0:
        count = itertools.count()

        def kill_at_the_moment(event, _arguments):
            if event in ACCESSES and next(count) == moment:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(kill_at_the_moment)
        try:
            action()
        except BaseException:
            os._exit(1)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, -signal.SIGKILL)
    return status != 0


def write_bytes(content: bytes):
    def write(path) -> None:
        path.write_bytes(content)

    return write


def publish(folder) -> None:
    atomic.write_set(folder, {name: write_bytes(content) for name, content in NEW.items()}, STALE)


def folder_with(files, folder):
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def content(folder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def no_links(_source, _target) -> None:
    raise OSError(errno.EPERM, os.strerror(errno.EPERM))


@pytest.fixture(params=[True, False], ids=["hard links", "no hard links"])
def links(request, monkeypatch):
    """With and without hard links, which some file systems do not have."""
    if not request.param:
        monkeypatch.setattr(atomic.os, "link", no_links)


def outcome(folder) -> str:
    found = content(folder)
    assert found in (FORMER, NEW), sorted(found)
    return "new" if found == NEW else "former"


@pytest.mark.usefixtures("links")
def test_a_kill_at_every_access_leaves_the_former_or_the_new_files(tmp_path):
    outcomes = []
    for moment in itertools.count():
        folder = folder_with(FORMER, tmp_path / str(moment))
        if not killed(lambda folder=folder: publish(folder), moment):
            break
        restored = atomic.recover(folder)
        outcomes.append(outcome(folder))
        assert restored <= (outcomes[-1] == "former")
    assert content(folder) == NEW
    assert outcomes == sorted(outcomes)
    assert {"former", "new"} == set(outcomes)
    assert len(outcomes) > 15


def test_putting_back_may_be_killed_too(tmp_path):
    """For every state that a kill leaves, a kill at every access of the recovery, and then a recovery that is left
    alone: the same files as without the second kill."""
    for moment in itertools.count():
        left = folder_with(FORMER, tmp_path / str(moment))
        if not killed(lambda folder=left: publish(folder), moment):
            break
        straight = shutil.copytree(left, tmp_path / f"{moment} straight")
        atomic.recover(straight)
        for second in itertools.count():
            folder = shutil.copytree(left, tmp_path / f"{moment} {second}")
            if not killed(lambda folder=folder: atomic.recover(folder), second):
                break
            atomic.recover(folder)
            assert outcome(folder) == outcome(straight)
    assert moment > 15


def test_a_copy_cut_short_does_not_replace_the_file_it_was_made_from(tmp_path, monkeypatch):
    """Where there are no hard links, a kill in the middle of a copy leaves a part of it."""
    folder = folder_with(FORMER, tmp_path / "out")
    monkeypatch.setattr(atomic.os, "link", no_links)

    def half(source, target):
        target.write_bytes(source.read_bytes()[:10])
        os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(atomic.shutil, "copy2", half)
    assert killed(lambda: publish(folder), -1)
    atomic.recover(folder)
    assert content(folder) == FORMER
