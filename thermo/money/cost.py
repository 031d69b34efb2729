"""Cost of a year: running cost by cause, equipment as an annuity."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    return 1.0 / years if rate == 0.0 else rate / -np.expm1(-years * np.log1p(rate))


def of_year(
    case, tariff: Tariff, hourly: dict[str, Array], months: Array, litres: dict[str, float], it: float,
    step: float = HOUR,
) -> dict:  # fmt: skip
    """Section ``cost`` of the summary: USD a year by cause.

    `hourly`: powers of the plant, W, (rows,), with ``facility_power``; `months` 1..12 of every row; a row is `step` s;
    `litres`: ``makeup_L`` and ``blowdown_L`` of the year where there are any; `it`: IT power at full rate, W. Equipment
    without ``[money]`` is not counted.
    """
    facility = hourly["facility_power"]
    bill = np.broadcast_to(tariff.cost(facility), facility.shape) * step  # USD in each row
    paid = np.divide(bill, facility, out=np.zeros(facility.shape), where=facility > 0.0)
    section: dict[str, Any] = {"electricity_USD_per_year": _split(hourly, paid, float(bill.sum()))}
    money = case.money
    if money is not None:
        section |= _tariffs(money, facility, months, litres, step)
        if money.capex:
            section |= _equipment(money, it)
    section["total_USD_per_year"] = sum(sum(v.values()) if isinstance(v, dict) else v for v in section.values())
    return section


def _split(hourly: dict[str, Array], paid: Array, total: float) -> dict[str, float]:
    """The bill by part; what the named parts leave is "other plant", so that the parts add up to it."""
    split = {
        name: float(sum((hourly[key] * paid).sum() for key in keys if key in hourly)) for name, keys in PARTS.items()
    }
    rest = total - sum(split.values())
    if abs(rest) > 1e-9 * abs(total):
        split["other plant"] = rest
    return split


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
        peaks = [facility[months == month].max() * (months == month).sum() * step for month in np.unique(months)]
        section["demand_USD_per_year"] = float(money.demand_charge * sum(peaks))
    return section


def _equipment(money, it: float) -> dict[str, Any]:
    prices = {item.name: item.cost if item.per_power is None else item.per_power * it for item in money.capex}
    rates = {item.name: annuity(money.discount_rate, item.life / YEAR) for item in money.capex}
    upkeep = {item.name: item.maintenance * prices[item.name] for item in money.capex if item.maintenance}
    section = {"equipment_USD_per_year": {name: price * rates[name] for name, price in prices.items()}}
    return section | ({"maintenance_USD_per_year": upkeep} if upkeep else {})
