"""Names, units and numbers as a reader sees them, on the page and on the terminal."""

from __future__ import annotations

# What a limit is called, its unit and its decimals; temperatures of the summary are in degC
LIMITS = {
    "rack_inlet_max": ("Hottest point of any rack intake", "°C", 1),
    "rack_inlet_mean": ("Hottest mean of any rack intake", "°C", 1),
    "chip_max": ("Hottest chip", "°C", 1),
    "pue": ("PUE of the year", "", 3),
    "wue_site": ("Water used on site per IT energy", "L/kWh", 3),
}


def number(value: float | None, decimals: int) -> str:
    """A number with thin thousands, or a dash where there is none."""
    return "–" if value is None else f"{value:,.{decimals}f}".replace(",", "\u2009").replace("-", "−")


def value(amount: float, unit: str, decimals: int) -> str:
    """A number with its unit."""
    return f"{number(amount, decimals)}{' ' + unit if unit else ''}"


def share(part: float) -> str:
    """A small share in percent, two figures of it."""
    return f"{100.0 * part:.2g} %".replace("e-0", "e-")


def limit_name(name: str) -> tuple[str, str, int]:
    """Label, unit and decimals of a limit."""
    return LIMITS.get(name, (name, "", 3))
