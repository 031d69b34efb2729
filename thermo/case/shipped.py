"""The cases and weather files that come with thermo, in a checkout and in an installed wheel alike."""

from __future__ import annotations

from pathlib import Path

from thermo.errors import CaseError
from thermo.records.table import unknown

PACKAGE = Path(__file__).resolve().parent.parent
SWEEPS = "sweeps"  # folder of files for thermo sweep, which are no cases
WEATHER_ENDINGS = (".epw", ".epw.gz", ".csv", ".csv.gz")


def cases_directory() -> Path:
    """Return the directory of the shipped cases: inside the installed package, or ``cases/`` of the checkout."""
    installed = PACKAGE / "cases_shipped"
    return installed if installed.is_dir() else PACKAGE.parent / "cases"


def shipped_cases() -> dict[str, Path]:
    """Return the shipped cases by KIND: the file name without its ending, sorted."""
    files = sorted(cases_directory().glob("*/*.toml"), key=lambda file: file.stem)
    return {file.stem: file for file in files if file.parent.name != SWEEPS}


def weather_file(name: str, beside: Path) -> Path:
    """Return the weather file ``name``: in the folder ``beside`` first, then in ``cases/weather`` of a checkout, then
    shipped with the package. A gzipped file is also found by its name without ``.gz``.

    Raises :class:`CaseError` if it is in none of them.
    """
    folders = (cases_directory() / "weather", PACKAGE / "records" / "weather")
    return _found("weather file", name, beside, folders, WEATHER_ENDINGS)


def trace_file(name: str, beside: Path) -> Path:
    """Return the table ``name`` of demand or electricity: in the folder ``beside`` first, then in ``cases/traces``.

    A gzipped file is also found by its name without ``.gz``. Raises :class:`CaseError` if it is in neither.
    """
    return _found("table", name, beside, (cases_directory() / "traces",), (".csv", ".csv.gz"))


def _found(kind: str, name: str, beside: Path, folders: tuple[Path, ...], endings: tuple[str, ...]) -> Path:
    for folder in (beside, *folders):
        for file in (folder / name, folder / f"{name}.gz"):
            if file.is_file():
                return file
    known = [file.name for folder in folders for ending in endings for file in folder.glob(f"*{ending}")]
    raise unknown(kind, name, sorted(known))


def new_case(kind: str, file: Path) -> Path:
    """Copy the shipped case ``kind`` to ``file`` and return it. Raises :class:`CaseError`; never overwrites."""
    cases = shipped_cases()
    if kind not in cases:
        raise unknown("kind of case", kind, cases)
    if file.is_dir():
        file = file / f"{kind}.toml"
    text = cases[kind].read_text(encoding="utf-8")
    try:
        with file.open("x", encoding="utf-8") as target:
            target.write(text)
    except FileExistsError:
        raise CaseError(f"{file}: exists already and is left as it is; choose another name with -o") from None
    except OSError as problem:
        raise CaseError(f"{file}: cannot be written: {problem.strerror}") from None
    return file
