"""Cost of a year: running cost by cause, equipment as an annuity."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from thermo.arrays import beside, over_year, ratio, total, where_it_holds
from thermo.money.electricity import Tariff

Array = NDArray[np.float64]

HOUR = 3600.0
YEAR = 365.25 * 24 * HOUR  # s
LITRE = 1e-3  # m3

# what the bill for electricity is split into: name and the hourly powers that make it
PARTS = {
    "it": ("it_power",),
    "air handler fans": ("crah_fan_power",),
    "pumps": ("pump_power",),
    "chillers": ("chiller_power",),
    "heat rejection fans": ("heat_rejection_fan_power",),
    "power chain": ("ups_loss", "transformer_loss"),
    "lighting and other": ("lighting_power",),
}


def annuity(rate: float, years: float) -> float:
    """Yearly payment for a price of 1: rate / (1 - (1 + rate)^-years), or 1 / years without interest."""
    free = np.equal(rate, 0.0)
    return np.where(free, 1.0 / years, rate / np.where(free, 1.0, -np.expm1(-years * np.log1p(rate))))[()]


def of_year(
    case, tariff: Tariff, hourly: dict[str, Array], months: Array, litres: dict[str, float], it: float,
    step: float = HOUR,
) -> dict:  # fmt: skip
    """Section ``cost`` of the summary: USD a year by cause.

    `hourly`: powers of the plant, W, (rows,) or (variants, rows), with ``facility_power``; what :data:`PARTS` does not
    name of it is "other plant", so that the parts add up to the bill; `months` 1..12 of every row; a row is `step` s;
    `litres`: ``makeup_L`` and ``blowdown_L`` of the year where there are any; `it`: IT power at full rate, W. Equipment
    without ``[money]`` is not counted.
    """
    facility = hourly["facility_power"]
    bill = tariff.cost(facility) * step  # USD in each row
    parts, whole = _split(hourly, ratio(bill, facility)), over_year(np.sum, bill)
    rest = whole - total(parts.values())
    other = abs(rest) > 1e-9 * abs(whole)
    section: dict[str, Any] = {"electricity_USD_per_year": parts}
    money = case.money
    if money is not None:
        section |= _tariffs(money, facility, months, litres, step)
        if money.capex:
            section |= _equipment(money, it)
    named = total(total(v.values()) if isinstance(v, dict) else v for v in section.values())
    if (unnamed := where_it_holds(other, rest)) is not None:
        parts["other plant"] = unnamed
    if (key := "maintenance_USD_per_year") in section:
        section[key] = {
            item.name: where_it_holds(np.not_equal(item.maintenance, 0.0), section[key][item.name])
            for item in money.capex
            if item.name in section[key]
        }
    return section | {"total_USD_per_year": named + rest * other}


def _split(hourly: dict[str, Array], paid: Array) -> dict[str, Any]:
    """The bill by part."""
    return {
        name: total(over_year(np.sum, hourly[key] * paid) for key in keys if key in hourly)
        for name, keys in PARTS.items()
    }


def _tariffs(money, facility: Array, months: Array, litres: dict[str, float], step: float) -> dict[str, Any]:
    section: dict[str, Any] = {}
    water = {}
    if money.water_price is not None and "makeup_L" in litres:
        water["make-up"] = litres["makeup_L"] * LITRE * money.water_price
    if money.sewer_price is not None and "blowdown_L" in litres:
        water["sewer"] = litres["blowdown_L"] * LITRE * money.sewer_price
    if water:
        section["water_USD_per_year"] = water
    if money.demand_charge is not None:
        section["demand_USD_per_year"] = money.demand_charge * total(
            over_year(np.max, facility[..., beside(months == month, facility)]) * int((months == month).sum()) * step
            for month in np.unique(months)
        )
    return section


def _equipment(money, it: float) -> dict[str, Any]:
    prices = {item.name: item.cost if item.per_power is None else item.per_power * it for item in money.capex}
    rates = {item.name: annuity(money.discount_rate, item.life / YEAR) for item in money.capex}
    upkeep = {item.name: item.maintenance * prices[item.name] for item in money.capex if np.any(item.maintenance)}
    section = {"equipment_USD_per_year": {name: price * rates[name] for name, price in prices.items()}}
    return section | ({"maintenance_USD_per_year": upkeep} if upkeep else {})
