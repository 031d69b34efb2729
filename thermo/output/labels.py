"""Names, units and numbers as a reader sees them, on the page and on the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# What a limit is called, its unit and its decimals; temperatures of the summary are in degC
LIMITS = {
    "rack_inlet_max": ("Hottest point of any rack intake", "°C", 1),
    "rack_inlet_mean": ("Hottest mean of any rack intake", "°C", 1),
    "chip_max": ("Hottest chip", "°C", 1),
    "pue": ("PUE of the year", "", 3),
    "wue_site": ("Water used on site per IT energy", "L/kWh", 3),
}

# What plant.supply_C and plant.supply_limit_C of the summary are, by cooling: of the year, and the warmest allowed
SUPPLY = {
    "air": ("Supply air of the year", "Warmest supply air that the racks allow"),
    "closed_loop": ("Coolant to the cold plates, year", "Warmest coolant to the cold plates that the chips allow"),
    "immersion": ("Coolant to the tanks, year", "Warmest coolant to the tanks that the chips allow"),
}


def number(value: float | None, decimals: int) -> str:
    """A number with thin thousands, or a dash where there is none."""
    return "–" if value is None else f"{value:,.{decimals}f}".replace(",", "\u2009").replace("-", "−")


def value(amount: float, unit: str, decimals: int) -> str:
    """A number with its unit."""
    return f"{number(amount, decimals)}{' ' + unit if unit else ''}"


def with_uncertainty(amount: float | None, error: float | None, decimals: int) -> str:
    """A number and, where known, how far it may be off."""
    if error is None or amount is None:
        return number(amount, decimals)
    return f"{number(amount, decimals)} ± {number(error, decimals)}"


def share(part: float) -> str:
    """A small share in percent, two figures of it."""
    return f"{100.0 * part:.2g} %".replace("e-0", "e-")


def uncertain(limit: Mapping[str, Any]) -> bool:
    """Whether a limit is met by less than the uncertainty of what was found."""
    return bool(limit["met"]) and limit["value"] + limit.get("uncertainty", 0.0) > limit["limit"]


def limit_name(name: str) -> tuple[str, str, int]:
    """Label, unit and decimals of a limit."""
    return LIMITS.get(name, (name, "", 3))
