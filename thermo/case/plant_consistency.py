"""Checks of site, plant and limits: what one table asks for, another provides, and nothing given is without effect."""

from __future__ import annotations

from thermo import records
from thermo.case.closed_loop_consistency import check_facility_loop
from thermo.case.schema import Case
from thermo.case.schema_heat_rejection import KEYS_OF_KIND, economizer_kind
from thermo.case.schema_plant import Plant


def check_plant(case: Case) -> None:
    """A plant needs weather, heat and known records; a limit needs what it limits."""
    if case.plant is not None and case.site is None:
        raise case.error(
            "site", 'is missing: a plant needs the weather of a site; add [site] with weather = "... .epw"'
        )
    if case.plant is not None and not case.rack and case.liquid is None and case.immersion is None:
        raise case.error("plant", "has no racks to cool: add [[rack]] or remove [plant]")
    if case.plant is not None:
        _check_records(case, case.plant)
        _check_heat_rejection(case, case.plant)
        check_facility_loop(case, case.plant)
    if case.site is not None and case.plant is None:
        raise case.error("site", "has no effect without a plant: add [plant] or remove [site]")
    for key in ("pue", "wue_site"):
        if getattr(case.limits, key) is not None and case.plant is None:
            raise case.error(f"limits.{key}", "cannot be checked without a plant: add [plant] and [site], or remove it")
    for key in ("rack_inlet_max", "rack_inlet_mean"):
        if getattr(case.limits, key) is not None and not case.rack:
            raise case.error(f"limits.{key}", "cannot be checked: the case has no racks")
    cooled = case.liquid is not None or case.immersion is not None or (case.network and case.network.plate)
    chips = cooled or (case.load is not None and case.load.chip is not None)
    if case.limits.chip_max is not None and not chips:
        raise case.error("limits.chip_max", "cannot be checked without chips in the air-cooled room: add [load.chip]")


def _check_records(case: Case, plant: Plant) -> None:
    """Records that the plant names exist, and the chiller's is of the kind of condenser the plant has."""
    named = [
        ("plant.chiller.record", plant.chiller.record, records.chiller),
        ("plant.economizer.record", plant.economizer.record, records.dry_cooler),
        ("plant.tower.record", plant.tower.record, records.cooling_tower),
        ("plant.power.psu.record", plant.power.psu.record, records.power_supply),
    ]
    for key, name, find in named:
        if name is not None:
            with case.errors_at(key):
                find(name)
    name, condenser = plant.chiller.record, plant.chiller.condenser
    if name is not None and records.chiller(name).condenser != condenser:
        other = records.chiller(name).condenser
        raise case.error(
            "plant.chiller.record",
            f'"{name}" has a condenser cooled by {other}: set plant.chiller.condenser = "{other}", '
            f"or choose one of {', '.join(records.chiller_names(condenser))}",
        )


def _check_heat_rejection(case: Case, plant: Plant) -> None:
    """Tower, pads, free cooling and water fit each other."""
    kind, condenser = economizer_kind(plant), plant.chiller.condenser
    for key in plant.economizer.given(*type(plant.economizer).model_fields):
        if key not in ("kind", *KEYS_OF_KIND[kind]):
            raise case.error(f"plant.economizer.{key}", f'has no effect with kind = "{kind}": remove it')
    if kind == "tower" and condenser == "air":
        raise case.error(
            "plant.economizer.kind",
            'there is no tower with air-cooled chillers: set plant.chiller.condenser = "water", or use "water_side"',
        )
    for key in plant.given("tower", "condenser_water"):
        if not _has_tower(plant):
            raise case.error(
                f"plant.{key}",
                'has no effect with air-cooled chillers: remove it or set plant.chiller.condenser = "water"',
            )
    if plant.adiabatic is not None and condenser == "water" and kind not in ("water_side", "air_side_indirect"):
        raise case.error(
            "plant.adiabatic",
            "has no effect: there is no dry cooler, air-cooled chiller or indirect economizer whose air it could wet",
        )
    _check_water(case, plant, kind)


def _has_tower(plant: Plant) -> bool:
    """Whether the chillers of the air's loop or the facility loop reject their heat through towers."""
    return plant.chiller.condenser == "water" or plant.facility_loop.rejection == "tower"


def _check_water(case: Case, plant: Plant, kind: str) -> None:
    """[plant.water] concerns what evaporates."""
    tower = _has_tower(plant)
    for key in plant.water.given("drift_fraction", "latent_fraction"):
        if not tower:
            raise case.error(f"plant.water.{key}", "has no effect without a cooling tower: remove it")
    if plant.given("water") and not (tower or plant.adiabatic is not None or kind == "air_side"):
        raise case.error("plant.water", "has no effect: nothing in this plant evaporates; remove it")
