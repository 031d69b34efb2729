"""Unit strings to SI numbers. This is the only module that knows pint, and pint loads with the first unit string."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Any

EXTRA_UNITS = ("gpm = gallon / minute", "cfm = foot ** 3 / minute", "USD = [currency]")
NUMBER_THEN_UNIT = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*")
UNIT_SPELLING = re.compile(r"[A-Za-z_0-9°µμΩ%²³^*/(). +-]{0,60}")
POWER_OF_POWER = re.compile(r"(\^|\*\*)[\s(]*-?[\d.]+[\s)]*(\^|\*\*)|(\^|\*\*)[\s(]*-?\d{2,}")
THERMOMETERS = ("degree_Celsius", "degree_Fahrenheit", "degree_Reaumur")

POWER_WITHOUT_SIGN = re.compile(r"\b([cmdk]?m|ft|in|s)([23])\b")
LETTERS = re.compile(r"[A-Za-z]+")
SCALES = {"C": "degC", "F": "degF"}
COMMON = {each.lower(): each for each in (
    "kW", "kWh", "MWh", "kPa", "Pa", "kg", "K", "L", "kJ", "USD", "degC", "kV", "W", "m", "h", "min", "gpm", "cfm",
)}  # fmt: skip


class UnitError(Exception):
    """A string is not a number with a unit of the asked-for kind; ``str()`` says why, in a few words."""


@lru_cache(maxsize=1)
def _registry() -> Any:
    import pint

    registry = pint.UnitRegistry()
    for definition in EXTRA_UNITS:
        registry.define(definition)
    return registry


@lru_cache(maxsize=4096)
def to_si(text: str, unit: str, kind: str = "") -> float:
    """Return the number in ``text`` (such as ``"10 kW"``) in ``unit`` (such as ``"W"``).

    ``kind`` is ``"temperature"`` (a point on a scale: "35 degC" is 308.15 K), ``"difference"`` (a distance on it:
    "12 K"; "12 degC" is refused because it could be meant either way) or empty for everything else.
    Raises :class:`UnitError`.
    """
    match = NUMBER_THEN_UNIT.fullmatch(text)
    if match is None:
        raise UnitError("is not a number with a unit")
    number, name = float(match[1]), match[2]
    if not math.isfinite(number):
        raise UnitError("is not a finite number")
    if not name and unit:
        raise UnitError("has no unit")
    try:
        return _convert(number, _parse(name), name, unit, kind)
    except UnitError as problem:
        meant = _meant(name, unit)
        if meant is None:
            raise
        raise UnitError(f'{problem}: write "{match[1]} {meant}"') from None


def _meant(name: str, unit: str) -> str | None:
    """The spelling that was meant by a unit that cannot be read, or is another one; None where none is likely."""
    spelt = POWER_WITHOUT_SIGN.sub(r"\1^\2", name)
    scales = SCALES if unit == "K" else {}
    spelt = LETTERS.sub(lambda word: scales.get(word[0], COMMON.get(word[0].lower(), word[0])), spelt)
    if spelt == name:
        return None
    try:
        _convert(1.0, _parse(spelt), spelt, unit, "")
    except UnitError:
        return None
    return spelt


@lru_cache(maxsize=1024)
def _parse(name: str) -> Any:
    import pint

    if not UNIT_SPELLING.fullmatch(name) or POWER_OF_POWER.search(name):
        raise UnitError(f'has an unreadable unit "{name[:40]}"')
    try:
        return _registry().parse_units(name)
    except pint.UndefinedUnitError:
        raise UnitError(f'has an unknown unit "{name}"') from None
    except (pint.PintError, ValueError, TypeError, AttributeError, SyntaxError, ArithmeticError):
        raise UnitError(f'has an unreadable unit "{name}"') from None


def _convert(number: float, parsed: Any, name: str, unit: str, kind: str) -> float:
    import pint

    scale = list(dict(parsed._units)) if hasattr(parsed, "_units") else []
    if kind == "difference" and any(thermometer in scale for thermometer in THERMOMETERS):
        raise UnitError(f'is a temperature, not a difference: write "{number:g} K" or "{number:g} delta_{name}"')
    if kind == "temperature" and any(part.startswith("delta_") for part in scale):
        raise UnitError(f'is a temperature difference, not a temperature: write "{number:g} degC"')
    try:
        value = float(_registry().Quantity(number, parsed).to(unit).magnitude)
    except (pint.PintError, ValueError, TypeError, ArithmeticError):
        raise UnitError(f'has the unit "{name}", which does not convert to {unit or "a plain number"}') from None
    if not math.isfinite(value):
        raise UnitError("is not a finite number")
    return value
