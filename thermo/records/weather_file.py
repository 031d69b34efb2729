"""Find a weather file: beside the case, or shipped in the package."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from thermo.records.table import unknown


def weather_names() -> list[str]:
    """Return the names of the weather files shipped in the package."""
    folder = files(__package__).joinpath("weather")
    return sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".epw"))


def weather_file(name: str, beside: Path | str | None = None) -> Path:
    """Return the path of weather file `name`, looked up in the folder `beside` first, then in the package.

    Raises :class:`thermo.errors.CaseError` if it is in neither.
    """
    candidates = [Path(beside) / name] if beside is not None else [Path(name)]
    candidates.append(Path(str(files(__package__).joinpath("weather"))) / name)
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    raise unknown("weather file", name, weather_names())
