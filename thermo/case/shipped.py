"""The cases and weather files that come with thermo, in a checkout and in an installed wheel alike."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def cases_directory() -> Path:
    """Return the directory of the shipped cases: inside the installed package, or ``cases/`` of the checkout."""
    installed = PACKAGE / "cases_shipped"
    return installed if installed.is_dir() else PACKAGE.parent / "cases"


def shipped_cases() -> dict[str, Path]:
    """Return the shipped cases by KIND: the file name without its ending, sorted."""
    files = sorted(cases_directory().glob("*/*.toml"), key=lambda file: file.stem)
    return {file.stem: file for file in files}


def weather_directories() -> list[Path]:
    """Return where shipped weather lies: beside the shipped cases, and in the package's records."""
    return [cases_directory() / "weather", PACKAGE / "records" / "weather"]


def shipped_weather() -> list[str]:
    """Return the names of the shipped weather files, sorted."""
    return sorted({file.name for folder in weather_directories() for file in folder.glob("*.epw")})


def find_weather(name: str, beside: Path) -> Path | None:
    """Return the weather file ``name``, beside the case or else among the shipped ones, or ``None``."""
    for folder in (beside, *weather_directories()):
        if (folder / name).is_file():
            return folder / name
    return None
