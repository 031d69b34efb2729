"""Compiled code finds a place of this user alone where neither the installation nor the home can be written."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from kernels import cache


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """A home that is a file, and an empty folder for temporary files."""
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("THERMO_CACHE_DIR", str(tmp_path / "file" / "cache"))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    cache.cache_root.cache_clear()
    yield tmp_path / "temporary"
    cache.cache_root.cache_clear()


def test_a_folder_that_can_be_written_is_taken(tmp_path, monkeypatch):
    monkeypatch.setenv("THERMO_CACHE_DIR", str(tmp_path))
    cache.cache_root.cache_clear()
    assert cache.cache_root() == tmp_path
    cache.cache_root.cache_clear()


def test_otherwise_one_among_the_temporary_files_that_only_this_user_may_write(nowhere):
    found = cache.cache_root()
    assert found.parent == nowhere
    assert found.stat().st_mode & 0o777 == 0o700
    cache.cache_root.cache_clear()
    assert cache.cache_root() == found


@pytest.mark.parametrize("plant", ["link", "open folder"])
def test_a_folder_that_somebody_else_may_have_filled_is_not_taken(nowhere, plant):
    place = nowhere / f"thermo-{os.getuid()}"
    if plant == "link":
        (nowhere / "theirs").mkdir()
        place.symlink_to(nowhere / "theirs")
    else:
        place.mkdir()
        place.chmod(0o777)
    found = cache.cache_root()
    assert found not in (place, nowhere / "theirs")
    assert found.is_dir()


def test_numba_is_told_where_nothing_else_can_be_written(nowhere, monkeypatch):
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    cache.give_numba_a_folder()
    assert "NUMBA_CACHE_DIR" not in os.environ
    monkeypatch.setattr(cache, "_writable", lambda folder: False)
    cache.give_numba_a_folder()
    assert Path(os.environ.pop("NUMBA_CACHE_DIR")).is_relative_to(nowhere)
