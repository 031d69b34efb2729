"""Compare two result files, dataset by dataset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from thermo.errors import CaseError

SKIPPED = ("VTKHDF", "xdmf", "history")
"""Groups that show the same data again, or how the solver got there rather than the result."""


@dataclass(frozen=True)
class Difference:
    """One dataset of two files: the largest difference, what is allowed, and in words what is wrong (if anything)."""

    name: str
    largest: float | None
    allowed: float | None
    unit: str
    problem: str

    @property
    def differs(self) -> bool:
        """Whether the two files disagree here."""
        return bool(self.problem)


def compare(a: Path | str, b: Path | str, rtol: float = 1e-6, atol: float = 0.0) -> list[Difference]:
    """Return one :class:`Difference` for every dataset of two result files.

    Values may differ by ``atol + rtol * (largest magnitude in a)``: a scale for the whole dataset, so that a velocity
    component that is nearly zero somewhere is not held to its own size. Raises :class:`CaseError` for a bad file.
    """
    first, second = _read(Path(a)), _read(Path(b))
    names = sorted({*first, *second})
    return [_difference(name, first.get(name), second.get(name), rtol, atol) for name in names]


def table(differences: Sequence[Difference], a: Path | str, b: Path | str) -> str:
    """Return the comparison as text: one line a dataset and a verdict."""
    width = max([len(row.name) for row in differences] + [7])
    lines = [f"{'dataset':<{width}}  {'largest':>11}  {'allowed':>11}  unit"]
    for row in differences:
        numbers = [f"{value:11.3e}" if value is not None else f"{'-':>11}" for value in (row.largest, row.allowed)]
        lines.append(f"{row.name:<{width}}  {'  '.join(numbers)}  {row.unit:<8}  {row.problem}".rstrip())
    count = sum(row.differs for row in differences)
    verdict = f"{count} of {len(differences)} datasets differ" if count else f"all {len(differences)} datasets agree"
    return "\n".join([*lines, f"{verdict}: {a}, {b}"])


def _read(path: Path) -> dict[str, tuple[np.ndarray, str]]:
    """Return values and unit of every dataset outside :data:`SKIPPED`."""
    found: dict[str, tuple[np.ndarray, str]] = {}

    def take(name: str, item: h5py.Dataset | h5py.Group) -> None:
        if isinstance(item, h5py.Dataset) and name.split("/")[0] not in SKIPPED:
            unit = item.attrs.get("units", "")
            found[name] = (np.asarray(item[()]), unit.decode() if isinstance(unit, bytes) else str(unit))

    if not path.is_file():
        raise CaseError(f"{path}: no such file")
    try:
        with h5py.File(path, "r") as file:
            file.visititems(take)
    except OSError:
        raise CaseError(f"{path}: is not a readable HDF5 file; name a fields.h5") from None
    if not found:
        raise CaseError(f"{path}: holds no data to compare")
    return found


def _difference(
    name: str,
    first: tuple[np.ndarray, str] | None,
    second: tuple[np.ndarray, str] | None,
    rtol: float,
    atol: float,
) -> Difference:
    if first is None or second is None:
        unit = (first or second)[1]
        return Difference(name, None, None, unit, f"only in the {'second' if first is None else 'first'} file")
    (a, unit), (b, other_unit) = first, second
    if a.shape != b.shape:
        return Difference(name, None, None, unit, f"shapes {a.shape} and {b.shape}")
    if unit != other_unit:
        return Difference(name, None, None, unit, f'units "{unit}" and "{other_unit}"')
    if a.dtype.kind not in "fiub" or b.dtype.kind not in "fiub":
        return Difference(name, None, None, unit, "" if np.array_equal(a, b) else "texts differ")
    return _numbers(name, a.astype(np.float64), b.astype(np.float64), unit, (rtol, atol))


def _numbers(name: str, a: np.ndarray, b: np.ndarray, unit: str, tolerance: tuple[float, float]) -> Difference:
    if not np.array_equal(np.isfinite(a), np.isfinite(b)):
        return Difference(name, None, None, unit, "not finite in the same places")
    finite = np.isfinite(a)
    if not finite.any():
        return Difference(name, 0.0, 0.0, unit, "")
    rtol, atol = tolerance
    gap = np.abs(np.where(finite, a, 0.0) - np.where(finite, b, 0.0))
    largest, allowed = float(gap.max()), atol + rtol * float(np.abs(a[finite]).max())
    if largest <= allowed:
        return Difference(name, largest, allowed, unit, "")
    place = tuple(int(index) for index in np.unravel_index(int(gap.argmax()), gap.shape))
    return Difference(name, largest, allowed, unit, f"at {place}: {a[place]:g} and {b[place]:g}")
