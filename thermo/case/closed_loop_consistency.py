"""Checks of the plant of liquid-cooled racks: its parts fit each other, and nothing given is without effect."""

from __future__ import annotations

from thermo import records
from thermo.case.schema import Case
from thermo.case.schema_plant import Plant

LIQUID_TABLES = ("facility_loop", "dry_cooler", "trim_chiller", "rear_door", "fill")


def check_facility_loop(case: Case, plant: Plant) -> None:
    """Raise :class:`CaseError` for a facility loop that cannot be built, or that the kind of cooling does not use."""
    if case.cooling == "air":
        for key in plant.given(*LIQUID_TABLES):
            raise case.error(f"plant.{key}", 'has no effect with case.cooling = "air": remove it')
        return
    if plant.air_handler.at_supply_limit:
        raise case.error("plant.air_handler.at_supply_limit", "is for racks cooled by air: give supply_temperature")
    _check_records(case, plant)
    tower, trim = plant.facility_loop.rejection == "tower", plant.trim_chiller
    wanted = "water" if tower else "air"
    if tower and trim is None:
        raise case.error("plant.trim_chiller", 'is missing: towers need it; add it with condenser = "water"')
    if trim is not None and trim.condenser != wanted:
        raise case.error(
            "plant.trim_chiller.condenser",
            f'must be "{wanted}" with plant.facility_loop.rejection = "{plant.facility_loop.rejection}"',
        )
    if tower and plant.given("dry_cooler"):
        raise case.error("plant.dry_cooler", 'has no effect with plant.facility_loop.rejection = "tower": remove it')
    if plant.dry_cooler.kind == "in_chiller" and trim is None:
        raise case.error("plant.dry_cooler.kind", 'in_chiller needs the chillers it is in: add [plant.trim_chiller]')
    if plant.facility_loop.residual_air == "facility_loop":
        for key in plant.given("chilled_water", "chiller", "economizer"):
            raise case.error(f"plant.{key}", 'has no effect with plant.facility_loop.residual_air = "facility_loop"')


def _check_records(case: Case, plant: Plant) -> None:
    """The records of coolant, dry cooler and trim chiller exist, and the chiller's condenser is of its kind."""
    trim = plant.trim_chiller
    named = [
        ("plant.facility_loop.coolant", plant.facility_loop.coolant, records.coolant),
        ("plant.dry_cooler.record", plant.dry_cooler.record, records.dry_cooler),
        ("plant.trim_chiller.record", None if trim is None else trim.record, records.chiller),
    ]
    for key, name, find in named:
        with case.errors_at(key):
            found = None if name is None else find(name)
        if key.startswith("plant.trim_chiller") and found is not None and found.condenser != trim.condenser:
            raise case.error(key, f'"{name}" has a condenser cooled by {found.condenser}: '
                                  f"choose one of {', '.join(records.chiller_names(trim.condenser))}")
