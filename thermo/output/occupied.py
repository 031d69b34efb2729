"""A results directory belongs to one run at a time, and is put right after a run that was killed."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from thermo.errors import OutputError
from thermo.output.atomic import recover

try:
    import fcntl
except ImportError:
    fcntl = None

TRIAL = ".trial.part"


@contextlib.contextmanager
def occupied(directory: Path) -> Iterator[bool]:
    """Make a directory, see that it can be written to, and hold it; yields whether files of an earlier run had to be
    put back. Left empty, it is removed again if it was not there before.

    Raises :class:`OutputError` (one line) where it cannot be written to or another run holds it. The system lets go of
    the hold when the process ends, however it does; on a file system without locks nothing is held.
    """
    made = not directory.exists()
    try:
        directory.mkdir(parents=True, exist_ok=True)
        handle = os.open(directory, os.O_RDONLY)
    except OSError as error:
        reason = error.strerror or error
        raise OutputError(f"{directory}: the folder for the results cannot be made: {reason}") from error
    try:
        _hold(directory, handle)
        yield _ready(directory)
    finally:
        os.close(handle)
        if made:
            with contextlib.suppress(OSError):
                directory.rmdir()


def _hold(directory: Path, handle: int) -> None:
    if fcntl is None:
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            raise OutputError(f"{directory}: another run is writing its results there: wait for it, or give another "
                              "folder with -o; what is there stays") from error


def _ready(directory: Path) -> bool:
    """Recover the directory and write to it for a trial."""
    try:
        restored = recover(directory)
        try:
            (directory / TRIAL).write_bytes(b"\0")
        finally:
            (directory / TRIAL).unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{directory}: the results could not be written: {error.strerror or error}; nothing was "
                          "solved, what is there stays") from error
    return restored
