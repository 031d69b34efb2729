"""Where compiled code is kept between runs, also for users who may write neither this installation nor a home."""

from __future__ import annotations

import os
import stat
import tempfile
from functools import cache
from pathlib import Path


@cache
def cache_root() -> Path:
    """Return ``THERMO_CACHE_DIR``, ``XDG_CACHE_HOME`` or ``~/.cache``; where that cannot be written, a folder among the
    temporary files that is this user's alone."""
    given = os.environ.get("THERMO_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME")
    wanted = Path(given or os.path.expanduser("~/.cache"))
    return wanted if _writable(wanted / "thermo") else _temporary()


def give_numba_a_folder() -> None:
    """Name a folder for the functions that Numba caches beside their source or in the home, where it can do neither.

    To be called before Numba is imported; a ``NUMBA_CACHE_DIR`` of the user stays.
    """
    sources, home = Path(__file__).parent, Path(os.path.expanduser("~/.cache"))
    if not _writable(sources / "__pycache__") and not _writable(home):
        os.environ.setdefault("NUMBA_CACHE_DIR", str(cache_root() / "thermo" / "numba"))


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def _temporary() -> Path:
    """A folder of this user alone: nobody else may have put code there."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    folder = Path(tempfile.gettempdir()) / f"thermo-{user}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return Path(tempfile.mkdtemp(prefix="thermo-"))
    own = stat.S_ISDIR(found.st_mode) and found.st_uid == user and not found.st_mode & 0o022
    return folder if own else Path(tempfile.mkdtemp(prefix="thermo-"))
