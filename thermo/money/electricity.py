"""Price and carbon of electricity in every hour of the weather year, and curtailed supply."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermo.arrays import array, full, line
from thermo.errors import CaseError
from thermo.load import table

Array = NDArray[np.float64]

DAY, FEBRUARY_29 = 24, 59
HOUR = 3600.0  # s
HOURS = (8760, 8784)
USD_PER_MWH = 1.0 / 3.6e9  # in USD/J
GRAM_PER_KWH = 1.0 / 3.6e9  # in kg/J
ENDINGS = {"price": "price_usd_per_mwh", "carbon": "carbon_g_per_kwh"}


@dataclass(frozen=True)
class Tariff:
    """Per row of the year, (rows,) or (1,), variants before: `price` USD/J at the meter, `carbon` kg/J (each None if
    unknown), `cheap` W of curtailed supply there is and `cheap_price` USD/J of it."""

    price: Array | None
    carbon: Array | None
    cheap: Array
    cheap_price: float

    def cost(self, power: ArrayLike) -> Array:
        """USD per second of taking `power` (W): curtailed supply first."""
        power = array(power)
        taken = np.minimum(power, self.cheap)
        return taken * self.cheap_price + (power - taken) * self.price

    def order(self, by: str) -> Array:
        """What an hour's electricity costs or emits, for moving work: `by` is "price" or "carbon"."""
        if by == "carbon":
            return self.carbon
        return np.where(self.cheap > 0.0, np.minimum(self.cheap_price, self.price), self.price)


def tariff(case, rows: int, step: float = HOUR) -> Tariff:
    """The electricity of the case over ``rows`` hours, or parts of an hour of ``step`` s.

    Raises :class:`thermo.errors.CaseError`.
    """
    site, given = case.site, case.electricity
    if given is None:
        constant = (site.electricity_price, site.carbon_per_electricity)
        price, carbon = (None if value is None else line(value) for value in constant)
        return Tariff(price, carbon, full((1,), 0.0), 0.0)
    try:
        per_hour = round(HOUR / step)
        hourly = _columns(case.table_file("electricity"), given, rows // per_hour)
        wholesale, carbon = (None if values is None else array(values.repeat(per_hour)) for values in hourly)
    except CaseError as problem:
        raise case.error("electricity", str(problem)) from None
    if wholesale is None:
        if given.curtailed is not None or case.money is not None:
            raise case.error("electricity.zone", f"{given.zone} has no prices in {given.file}")
        return Tariff(None, carbon, full((1,), 0.0), 0.0)
    cheap, cheap_price = full((1,), 0.0), 0.0
    if given.curtailed is not None:
        cheap = np.where(wholesale <= given.curtailed.below, given.curtailed.power, 0.0)
        cheap_price = given.curtailed.price
    return Tariff(wholesale + given.markup, carbon, cheap, cheap_price)


def _columns(path, given, hours: int) -> tuple[Array | None, Array | None]:
    """Wholesale price USD/J and carbon kg/J in local standard time; None for a column the table does not have."""
    head = table.columns(path)
    names = {key: f"{given.zone}_{ending}" for key, ending in ENDINGS.items()}
    if head[0] != "utc" or not set(names.values()) & set(head):
        zones = sorted({name[: -len(end) - 1] for name in head for end in ENDINGS.values() if name.endswith(end)})
        raise CaseError(f"{path}: holds no zone {given.zone!r}; it has {', '.join(zones) or 'none'}")
    stamps, line = table.texts(path, "utc")
    if not stamps[0].endswith("-01-01T00:00") or len(stamps) not in HOURS:
        raise CaseError(f"{path} line {line}: must hold the 8760 or 8784 hours of one year, from 1 January 00:00 UTC")
    offset = given.utc_offset / 3600.0
    if offset != round(offset) or abs(offset) > 14:
        raise CaseError(f"utc_offset must be whole hours from -14 h to 14 h, not {offset:g} h")
    factors = {"price": USD_PER_MWH, "carbon": GRAM_PER_KWH}
    found = []
    for key, name in names.items():
        values = table.read(path, (name,))[0] * factors[key] if name in head else None
        found.append(None if values is None else np.roll(_fitted(values, hours), round(offset)))
    return found[0], found[1]


def _fitted(values: Array, hours: int) -> Array:
    """The year with or without 29 February, as the weather has it."""
    days = values.reshape(-1, DAY)
    if values.size > hours:
        days = np.delete(days, FEBRUARY_29, axis=0)
    elif values.size < hours:
        days = np.insert(days, FEBRUARY_29, days[FEBRUARY_29 - 1], axis=0)
    return days.ravel()
