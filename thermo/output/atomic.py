"""A set of files that appears whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from thermo.errors import OutputError

Writer = Callable[[Path], None]

PART, FORMER, DONE, ABSENT = ".part", ".former", ".done", ".absent"
"""Ends of the names of files being written, of the folder of former files, of that when it is of no more use, and of
the mark of a file that was not there."""


def write_set(directory: Path, writers: Mapping[str, Writer], stale: Iterable[str] = ()) -> dict[str, Path]:
    """Write the named files of ``directory`` together and remove the ``stale`` ones of an earlier run.

    Each writer gets a temporary path in the same directory. Only when every file is complete and on the disk do they
    take their names; on any failure the former files stay as they were, nothing else is left, and
    :class:`OutputError` says why (one line). Returns the paths by name.
    """
    directory = Path(directory)
    mark = uuid.uuid4().hex[:12]
    new = {name: directory / f".{name}.{mark}{PART}" for name in writers}
    made = _make(directory)
    try:
        for name, writer in writers.items():
            writer(new[name])
            _sync(new[name])
        _take_names(directory, new, [name for name in stale if name not in writers], mark)
    except OSError as error:
        raise OutputError(f"{directory}: the results cannot be written: {_reason(error)}; former files stay") from error
    finally:
        _sweep(directory, new.values(), made)
    return {name: directory / name for name in writers}


def _sweep(directory: Path, parts: Iterable[Path], made: bool) -> None:
    """Take away what is left of parts, and the directory if it is empty and was made for them. What a disk that has
    failed or turned read-only does not let go of is left to :func:`recover`."""
    for path in parts:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
    if made:
        with contextlib.suppress(OSError):
            directory.rmdir()


def _make(directory: Path) -> bool:
    """Make the directory; True when it was not there before."""
    try:
        before = directory.exists()
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{directory}: the folder for the results cannot be made: {_reason(error)}") from error
    return not before


def _take_names(directory: Path, new: Mapping[str, Path], stale: list[str], mark: str) -> None:
    """Rename all, or put the former files back; one rename of ``former``, at the end, makes the new ones count."""
    former = directory / f".{mark}{FORMER}"
    former.mkdir()
    try:
        for name in (*new, *stale):
            if (directory / name).exists():
                _keep(directory / name, former / name)
            else:
                (former / f"{name}{ABSENT}").touch()
        _sync(former)
        for name, path in new.items():
            os.replace(path, directory / name)
        for name in stale:
            (directory / name).unlink(missing_ok=True)
        _sync(directory)
        former.rename(directory / f".{mark}{DONE}")
    except BaseException:
        _restore(directory, former)
        raise
    shutil.rmtree(directory / f".{mark}{DONE}", ignore_errors=True)


def _restore(directory: Path, former: Path) -> None:
    """Put the former files back and take those away that were not there before. Copies cut short are of no use: the
    files they were made from are still there."""
    for path in former.iterdir():
        if path.name.endswith(PART):
            continue
        if path.name.endswith(ABSENT):
            (directory / path.name.removesuffix(ABSENT)).unlink(missing_ok=True)
        else:
            os.replace(path, directory / path.name)
    shutil.rmtree(former)


def recover(directory: Path) -> bool:
    """Put right what a killed process left in a directory that nobody writes to: former files back where the new ones
    had not all taken their names, parts and remains away. Returns whether former files were put back."""
    restored = False
    for path in list(directory.glob(f".*{FORMER}")):
        _restore(directory, path)
        restored = True
    for path in directory.glob(f".*{DONE}"):
        shutil.rmtree(path, ignore_errors=True)
    for path in directory.glob(f".*{PART}"):
        path.unlink(missing_ok=True)
    return restored


def _keep(path: Path, second_name: Path) -> None:
    """A second name for a file; a whole copy where the file system has no hard links."""
    try:
        os.link(path, second_name)
    except OSError:
        partial = second_name.with_name(f"{second_name.name}{PART}")
        shutil.copy2(path, partial)
        _sync(partial)
        os.replace(partial, second_name)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
