"""Checks across tables of what moves air: what feeds what, what a plant may still say beside cooling units."""

from __future__ import annotations

import difflib

from thermo.case.schema import Case


def check_devices(case: Case) -> None:
    """Raise :class:`CaseError` for the first contradiction among racks, cooling units, supplies and the plant."""
    _check_feeds(case)
    if case.plant is not None and case.cooling_unit:
        _check_air_handler(case)


def check_feeds_known(case: Case) -> None:
    """Raise :class:`CaseError` for a supply that a cooling unit feeds and that does not exist."""
    supplies = [supply.name for supply in case.supply]
    for unit in case.cooling_unit:
        for name in unit.feeds:
            if name not in supplies:
                near = difflib.get_close_matches(name, supplies, 1, 0.5)
                hint = f". Did you mean {near[0]}?" if near else ""
                raise case.error(
                    f"cooling_unit.{unit.name}.feeds",
                    f'there is no supply "{name}"; there are: {", ".join(supplies) or "none"}{hint}',
                )


def _check_feeds(case: Case) -> None:
    supplies = {supply.name: supply for supply in case.supply}
    groups: dict[str, tuple[str, frozenset]] = {}
    for unit in case.cooling_unit:
        key = f"cooling_unit.{unit.name}.feeds"
        for name in unit.feeds:
            supply = supplies[name]
            if supply.plenum_pressure is not None:
                raise case.error(
                    key, f"supply {name} has a plenum_pressure: give it a flow, from which its part of the air follows"
                )
            if supply.temperature is not None:
                raise case.error(
                    f"supply.{name}.temperature", f"has no effect: cooling unit {unit.name} feeds it; remove it"
                )
            other, group = groups.setdefault(name, (unit.name, frozenset(unit.feeds)))
            if group != frozenset(unit.feeds):
                raise case.error(
                    key, f"supply {name} is fed by {other} too: units that share a plenum feed the same supplies"
                )


def _check_air_handler(case: Case) -> None:
    """The plant's air handler is the room's units: what they say cannot be said again."""
    handler, units = case.plant.air_handler, case.cooling_unit
    reason = "has no effect: the cooling units of the room say it; remove it"
    powered = any(unit.fan_power is not None or unit.fan_efficiency is not None for unit in units)
    watered = [unit.coil.water_temperature for unit in units if unit.coil is not None]
    said = ["flow_margin", "supply_temperature"]
    said += ["fan_pressure", "fan_efficiency"] if powered else []
    said += ["coil_approach", "effectiveness"] if watered else []
    for key in said:
        if handler.given(key):
            raise case.error(f"plant.air_handler.{key}", reason)
    given = case.plant.chilled_water.supply_temperature
    if watered and given is not None and abs(given - min(watered)) > 1e-6:
        raise case.error(
            "plant.chilled_water.supply_temperature",
            f"{given - 273.15:.2f} degC is not the {min(watered) - 273.15:.2f} degC of the coldest coil: remove it",
        )
