"""The year of a hall at work, the same for every cooling: load -> plant -> tokens, water, carbon and cost.

A cooling hands over its own plant as a function of the IT power; without ``[load]`` the racks run at full power.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermo import arrays
from thermo.arrays import Each, over_year
from thermo.load import chip as chips
from thermo.load import work as works
from thermo.money import cost, electricity
from thermo.plant.year import Year, site_weather

Array = NDArray[np.float64]

JOULE_PER_KWH = 3.6e6
LITRE_PER_M3 = 1e3
KELVIN = 273.15
NO_TOKENS = ("the servers make no tokens in the whole year, so nothing can be counted per token: their chips are too "
             "hot to run in every hour, or nothing is asked of them; cool the chips better or ask for more")


@dataclass(frozen=True)
class Operation:
    """A year of the plant, the work in it (None without ``[load]``) and the electricity it was bought with."""

    year: Year
    work: works.Work | None
    tariff: electricity.Tariff
    full_power: float


def run(
    case,
    full_power: float,
    plant: Callable[[ArrayLike, ArrayLike], Year],
    coolant: ArrayLike | None = None,
    hottest: chips.Solved | None = None,
    warmer: Callable[[Year], ArrayLike] | None = None,
) -> Operation:
    """Run the year of ``case``.

    `full_power`: the racks at full rate, W, already times ``plant.it_scale``; `plant(it_power, share)` simulates the
    plant for the IT power (W, scalar or (hours,)) and its share of full power; `coolant`: what enters the chips' heat
    sinks or cold plates, K; `hottest`: the chip nearest its limit, where it was solved; `warmer(year)`: K by
    which the coolant of every hour is warmer than `coolant` because the plant cannot hold it.
    Raises :class:`thermo.errors.CaseError`.
    """
    outdoor = site_weather(case)
    rows, step = outdoor.month.size, outdoor.step
    tariff = electricity.tariff(case, rows, step)
    if case.load is None:
        return Operation(plant(full_power, 1.0), None, tariff, full_power)
    order = _order(case, tariff)
    work = works.of_year(case, full_power, rows, coolant, order, hottest, step)
    year = plant(work.it_power, work.it_power / full_power)
    if case.load.chip is not None and warmer is not None and np.any(excess := warmer(year)):
        work = works.of_year(case, full_power, rows, coolant + excess, order, hottest, step)
        year = plant(work.it_power, work.it_power / full_power)
    if np.any(work.totals["tokens"] <= 0.0):
        raise case.error("load", NO_TOKENS)
    year.hourly.update(work.hourly)
    year.units.update(work.units)
    return Operation(year, work, tariff, full_power)


def _order(case, tariff: electricity.Tariff) -> Array | None:
    if case.load.shift is None:
        return None
    by = case.load.shift.by
    if (tariff.price if by == "price" else tariff.carbon) is None:
        raise case.error("load.shift.by", f'"{by}" of zone {case.electricity.zone} is not in {case.electricity.file}')
    return tariff.order(by)


def sections(case, operation: Operation) -> dict[str, Any]:
    """Sections ``tokens`` and ``cost`` of the summary, as far as the case gives what they need."""
    year, work, tariff = operation.year, operation.work, operation.tariff
    found: dict[str, Any] = {}
    facility = year.hourly["facility_power"]
    if tariff.price is not None:
        litres = {key: year.totals[key] for key in ("makeup_L", "blowdown_L") if key in year.totals}
        section = cost.of_year(
            case, tariff, year.hourly, year.months, litres, operation.full_power, year.step
        )
        found["cost"] = section | {"USD_per_IT_kWh": section["total_USD_per_year"] / year.totals["it_kWh"]}
    if work is not None:
        found["tokens"] = _tokens(case, year, work, found.get("cost"))
        if tariff.carbon is not None:
            carbon = over_year(np.sum, facility * tariff.carbon) * year.step
            found["tokens"]["carbon_kg_per_Mtoken"] = carbon / (work.totals["tokens"] * 1e-6)
    return found


def carbon_per_kwh(operation: Operation) -> float | None:
    """Carbon of the year's electricity, kg/kWh, weighted by the hours it is used in."""
    if operation.tariff.carbon is None:
        return None
    facility = operation.year.hourly["facility_power"]
    return over_year(np.sum, facility * operation.tariff.carbon) / over_year(np.sum, facility) * JOULE_PER_KWH


def _tokens(case, year: Year, work: works.Work, costs: dict | None) -> dict[str, Any]:
    """Per token: facility and IT energy, water on site and where the electricity is made, cost."""
    made = work.totals["tokens"]
    millions = made * 1e-6
    section: dict[str, Any] = {
        "per_year": made,
        "J_per_token": year.totals["facility_kWh"] * JOULE_PER_KWH / made,
        "J_it_per_token": year.totals["it_kWh"] * JOULE_PER_KWH / made,
        "water_site_L_per_Mtoken": year.totals.get("makeup_L", 0.0) / millions,
    }
    behind = case.site.water_per_electricity
    if behind is not None:
        source = year.totals["facility_kWh"] * JOULE_PER_KWH * behind * LITRE_PER_M3
        section["water_source_L_per_Mtoken"] = source / millions
    if costs is not None:
        section["cost_USD_per_Mtoken"] = costs["total_USD_per_year"] / millions
    section["servers"] = work.servers
    keys = ("utilisation", "wait_p99_s", "refused_share", "unfinished_share", "lost_to_throttling_share")
    return section | {key: work.totals[key] for key in keys if key in work.totals}


def chip_section(case, inlets: dict[str, float]) -> dict[str, Any]:
    """Section ``chips`` at full rate: `inlets` is what enters the chips of every rack, K, by its name."""
    chip = chips.law(case.load.chip)
    names = list(inlets)
    entering = np.concatenate(arrays.alike(*(arrays.line(inlets[name]) for name in names)), axis=-1)
    states = chips.state(chip, entering)
    hottest = arrays.host(np.argmax(states.temperature, axis=-1))
    warmest = over_year(np.max, states.temperature)
    section = {
        "max_C": warmest - KELVIN,
        "limit_C": chip.limit - KELVIN,
        "margin_K": chip.limit - warmest,
        "hottest": names[int(hottest)] if hottest.ndim == 0 else Each(names[place] for place in hottest),
    }
    return section | _full_rate(states)


def full_rate(states: chips.ChipState, hottest: int, count: ArrayLike | None = None) -> dict[str, float]:
    """Of solved chips at full rate, `count` of each kind: power of the `hottest` with leakage; where chips slow down,
    the slowest clock and the share of rate lost."""
    found = {"power_W": float(states.power[hottest])}
    lost = float(np.average(1.0 - np.where(states.shutdown, 0.0, states.clock), weights=count))
    return found | ({"clock": float(states.clock.min()), "lost_share": lost} if lost > 0.0 else {})


def _full_rate(states: chips.ChipState) -> dict[str, Any]:
    """Of racks at full rate: power of the hottest chip with leakage; where chips slow down, the slowest clock and the
    share of rate lost."""
    lost = over_year(np.mean, 1.0 - np.where(states.shutdown, 0.0, states.clock))
    slowed = {"clock": over_year(np.min, states.clock), "lost_share": lost}
    power = arrays.at_largest(states.power, states.temperature)
    return {"power_W": power} | {key: arrays.where_it_holds(lost > 0.0, value) for key, value in slowed.items()}
