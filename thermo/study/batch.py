"""Many points of a sweep at once: those that differ in numbers alone become one case whose numbers are arrays.

A number of the case is then ``(variants, 1)`` and the year ``(variants, steps)``; everything else about a case, its
structure, is the same for all points that are put together.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from kernels.backend import make_backend
from thermo import arrays
from thermo.case import Case, variant
from thermo.case.schema_plant import HOUR
from thermo.case.source import parse_override
from thermo.case.units import NUMBER_THEN_UNIT
from thermo.errors import CaseError, DivergedError, HardwareError, OutputError
from thermo.output import summary as summaries
from thermo.run import cooling_of
from thermo.study.points import SOLVED_HERE, Point, evaluate, former_of

TOGETHER = {
    "plant.air_handler": "flow_margin fan_pressure fan_efficiency minimum_speed coil_approach effectiveness "
                         "supply_temperature",
    "plant.chilled_water": "supply_temperature temperature_rise minimum_flow pump_head pump_efficiency",
    "plant.chiller": "cop carnot_fraction evaporator_approach condenser_approach minimum_lift units redundancy",
    "plant.trim_chiller": "cop carnot_fraction evaporator_approach condenser_approach minimum_lift units redundancy",
    "plant.facility_loop": "temperature_rise minimum_flow pump_head pump_efficiency",
    "plant.dry_cooler": "units redundancy design_approach minimum_fan_speed",
    "plant.rear_door": "effectiveness",
    "plant.fill": "dry_cooler_volume distribution_unit_volume other flush_volumes top_up_per_year "
                  "filter_purges_per_year purge_share leak_allowance",
    "plant.economizer": "approach effectiveness fan_power_fraction minimum_fan_speed dew_point_min dew_point_max "
                        "relative_humidity_max",
    "plant.tower": "approach fan_power_fraction minimum_fan_speed",
    "plant.condenser_water": "minimum_temperature temperature_rise minimum_flow pump_head pump_efficiency",
    "plant.adiabatic": "effectiveness start_temperature air_temperature_rise",
    "plant.water": "cycles_of_concentration drift_fraction latent_fraction",
    "plant.power": "transformer_efficiency transformer_load_at_design ups_loss_to_cooling server_fan_fraction "
                   "lighting_fraction",
    "plant.power.ups": "efficiency load_at_design",
    "plant.power.psu": "efficiency server_power",
    "site": "water_per_electricity carbon_per_electricity electricity_price",
    "load": "utilisation demand longest_wait",
    "load.chip": "power resistance limit shutdown reference leakage_fraction leakage_per_kelvin clock_exponent "
                 "minimum_clock",
    "load.shift": "share highest",
    "electricity": "markup",
    "electricity.curtailed": "below power price",
    "money": "water_price sewer_price demand_charge discount_rate",
    "money.capex.*": "per_power cost life maintenance",
    "limits": "rack_inlet_max rack_inlet_mean chip_max pue wue_site",
}  # fmt: skip
"""The numbers of a case that may differ among points that are put together, by table; no branch depends on them."""

LARGEST = {"cpu": 4, "cuda": 1000}
"""Years of hours that are put together: what the caches of a processor or the memory of a GPU hold."""


def groups(points: Sequence[Point]) -> list[list[int]]:
    """Indices of points that can be put together, in the order of the first of each group."""
    found: dict[Hashable, list[int]] = {}
    for number, point in enumerate(points):
        found.setdefault(_structure(point), []).append(number)
    return list(found.values())


def _structure(point: Point) -> Hashable:
    """What points have in common that can be put together: all but the numbers of :data:`TOGETHER`."""
    solved = point.field == SOLVED_HERE  # a loop or tank with its chips, whose numbers then are structure
    return point.case, point.field, tuple(_fixed(text, solved) for text in point.overrides)


@lru_cache(maxsize=4096)
def _fixed(override: str, solved: bool) -> str:
    """An override without its value where that may be an array, else as it is."""
    key, value = parse_override(override)
    if solved and key.startswith("load.chip."):
        return override
    return key if _may_differ(key) and _is_number(value) else override


def _may_differ(key: str) -> bool:
    table, _, name = key.rpartition(".")
    if table.startswith("money.capex."):
        table = "money.capex.*"
    return name in TOGETHER.get(table, "").split()


def _is_number(value: Any) -> bool:
    if isinstance(value, str):
        return NUMBER_THEN_UNIT.fullmatch(value) is not None
    return isinstance(value, int | float) and not isinstance(value, bool)


def evaluate_all(points: Sequence[Point], backend: str = "cpu") -> Iterator[tuple[int, dict[str, Any]]]:
    """Index and result of every point, as :func:`thermo.study.points.evaluate` has them to round-off.

    `backend`: "cpu", or "cuda" for arrays on a GPU.
    """
    module = array_module(backend)
    for group in groups(points):
        most = most_together(points[group[0]], backend)
        for start in range(0, len(group), most):
            some = group[start : start + most]
            yield from zip(some, _together([points[i] for i in some], module), strict=True)


def most_together(point: Point, backend: str) -> int:
    """How many points like this one are put together: fewer where a year has shorter steps."""
    try:
        plant = variant(point.case, point.overrides).plant
    except CaseError:
        return LARGEST[backend]
    return max(round(LARGEST[backend] * (1.0 if plant is None else plant.step / HOUR)), 1)


def array_module(backend: str) -> Any:
    """What makes the arrays of a backend."""
    return np if backend == "cpu" else make_backend("cuda", "double").array_module


def _together(points: list[Point], module: Any) -> list[dict[str, Any]]:
    """Results of points of one structure. What fails is found by halves, so that the others stay together.

    Raises :class:`HardwareError` when the arrays of `module` cannot do what a year asks of them.
    """
    if len(points) == 1 or points[0].field is None:
        return [evaluate(point) for point in points]
    try:
        with arrays.of_module(module):
            summary = summary_of_all(stacked(points), points[0])
        return apart(summary, len(points))
    except (CaseError, DivergedError, OutputError, MemoryError):
        half = len(points) // 2
        return _together(points[:half], module) + _together(points[half:], module)
    except Exception as problem:
        if module is np:
            raise
        said = f"{type(problem).__name__}: {problem}".splitlines()[0]
        raise HardwareError(f"the GPU cannot compute these years ({said}); --backend cpu can") from problem


def summary_of_all(case: Case, point: Point) -> dict[str, Any]:
    """The summary of a case whose numbers are arrays, with arrays of the host in it; `point` is one of its variants."""
    return arrays.on_the_host(cooling_of(case).year_summary(case, former_of(point)))


def apart(summary: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """The summaries of so many variants."""
    return [summaries.ordered(one) for one in arrays.of_variants(summary, count)]


def stacked(points: list[Point]) -> Case:
    """The case of the first point with the numbers that differ as arrays (variants, 1)."""
    cases = [variant(point.case, point.overrides) for point in points]
    case = cases[0]
    for override in points[0].overrides:
        key = parse_override(override)[0]
        if not _may_differ(key):
            continue
        path = key.split(".")
        values = [_at(one, path) for one in cases]
        if any(value != values[0] for value in values):
            case = _with(case, path, arrays.array(np.array(values, dtype=np.float64)[:, None]))
    return case


def _at(table: Any, path: list[str]) -> Any:
    for part in path:
        table = table[_place(table, part)] if isinstance(table, tuple) else getattr(table, part)
    return table


def _with(table: Any, path: list[str], value: Any) -> Any:
    """The table with `value` at `path`."""
    if not path:
        return value
    if isinstance(table, tuple):
        place = _place(table, path[0])
        return (*table[:place], _with(table[place], path[1:], value), *table[place + 1 :])
    return table.model_copy(update={path[0]: _with(getattr(table, path[0]), path[1:], value)})


def _place(items: tuple[Any, ...], name: str) -> int:
    """Index of an item of a list of tables, by its name or number as --set takes it."""
    names = [getattr(item, "name", None) for item in items]
    return names.index(name) if name in names else int(name)
