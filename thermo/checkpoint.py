"""The state of an unfinished run on disk, so that an interrupted run goes on where it stopped."""

from __future__ import annotations

import os
import zipfile
import zlib
from pathlib import Path

import numpy as np

from thermo.errors import CaseError
from thermo.field import transfer

NAME = "checkpoint.npz"


def save(directory: Path, solver, factor: int, sha256: str) -> Path:
    """Store the fields of one grid (``factor`` times coarser than asked for), whole or not at all."""
    return _write(directory, sha256, factor=factor, **transfer.state(solver))


def save_march(directory: Path, state: dict[str, np.ndarray], sha256: str) -> Path:
    """Store the state of a march in time (:mod:`thermo.field.march_state`), whole or not at all."""
    return _write(directory, sha256, **state)


def _write(directory: Path, sha256: str, **arrays) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / NAME
    partial = directory / f".{NAME}.{os.getpid()}.part"
    try:
        with open(partial, "wb") as file:
            np.savez(file, sha256=sha256, **arrays)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def load(directory: Path, sha256: str) -> tuple[int, dict[str, np.ndarray]] | dict[str, np.ndarray]:
    """Return ``(factor, fields)`` of a checkpoint of the same resolved case, or the state of a march in time."""
    path = directory / NAME
    try:
        with np.load(path) as stored:
            fields = {name: stored[name] for name in stored.files}
    except FileNotFoundError:
        raise CaseError(f"{path}: there is no checkpoint to resume from; run without --resume") from None
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise CaseError(f"{path}: cannot be read ({error}); run without --resume") from None
    if str(fields.pop("sha256", "")) != sha256:
        raise CaseError(f"{path}: belongs to a different case or different settings; run without --resume")
    return (int(fields.pop("factor")), fields) if "factor" in fields else fields


def waits(directory: Path, sha256: str) -> bool:
    """Whether a checkpoint of this resolved case lies in a directory."""
    try:
        with np.load(directory / NAME) as stored:
            return str(stored["sha256"]) == sha256
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error):
        return False


def remove(directory: Path) -> None:
    """Forget the checkpoint of a run that has finished."""
    (directory / NAME).unlink(missing_ok=True)
