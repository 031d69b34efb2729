"""Checks of the closed loop: its records exist, the room has its residual heat, and nothing given is without effect."""

from __future__ import annotations

from thermo import records
from thermo.case.schema import Case

ROOM_TABLES = (
    "fluid", "physics", "grid", "rack", "cooling_unit", "supply", "returns", "tile", "cutout", "panel", "duct",
    "baffle", "obstacle", "heat", "heat_sink", "porous", "monitor", "initial", "solve",
)  # fmt: skip
POWER_TOLERANCE = 0.01  # by which the air-cooled heat of a rack may differ in room and loop


def check_room_given(case: Case) -> None:
    """A room needs its fluid and grid; what belongs into a room needs one."""
    if case.room is not None:
        for key in ("fluid", "grid"):
            if getattr(case, key) is None:
                raise case.error(key, "is missing: add it")
        return
    if case.cooling == "air":
        raise case.error("room", "is missing: add it")
    for key in case.given(*ROOM_TABLES):
        raise case.error(key, "has no effect without a room: add [room], or remove it")


def check_liquid(case: Case) -> None:
    """Raise :class:`CaseError` for a technology loop that cannot be built; ``[network]`` stands in its place."""
    liquid = case.liquid
    if case.network is not None:
        return
    if (liquid is not None) != (case.cooling == "closed_loop"):
        missing = "is missing: a closed loop needs it" if liquid is None else f'has no effect with "{case.cooling}"'
        raise case.error("liquid", f"{missing}; case.cooling is {case.cooling!r}")
    if liquid is None:
        return
    _check_records(case, liquid)
    for key in liquid.given("buildings", "published_fill", "published_makeup"):
        if case.plant is None:
            raise case.error(f"liquid.{key}", "has no effect without a plant, which has the fill: remove it")
    unit = liquid.unit
    if case.plant is not None and unit.facility_temperature is not None:
        raise case.error("liquid.unit.facility_temperature", "is given by [plant]: remove it")
    if unit.facility_temperature is not None and unit.facility_temperature >= liquid.supply_temperature:
        raise case.error(
            "liquid.unit.facility_temperature",
            f"{unit.facility_temperature - 273.15:.1f} degC is not colder than the supply it must cool to, "
            f"liquid.supply_temperature = {liquid.supply_temperature - 273.15:.1f} degC",
        )
    if liquid.rack_model == "fitted" and liquid.flow_per_power is None:
        raise case.error("liquid.rack_model", '"fitted" needs flow_per_power, which says about what flow to fit')
    if liquid.groups > 1 and case.room is not None:
        raise case.error("liquid.groups", "the room holds the racks of one group: set it to 1, or remove [room]")
    freezing = records.coolant(liquid.coolant).freezing
    if liquid.supply_temperature <= freezing:
        raise case.error("liquid.supply_temperature", f"{liquid.coolant} freezes at {freezing - 273.15:.1f} degC")


def _check_records(case: Case, liquid) -> None:
    named = [("liquid.coolant", liquid.coolant, records.coolant)]
    named.append(("liquid.unit.record", liquid.unit.record, records.cdu))
    for tray, plate in liquid.plates:
        key = f"liquid.rack.tray.{tray.name}.plate.{plate.name}"
        named.append((f"{key}.chip", plate.chip, records.chip))
        if plate.record is not None:
            named.append((f"{key}.record", plate.record, records.cold_plate))
    for key, name, find in named:
        with case.errors_at(key):
            find(name)


def check_residual_heat(case: Case, residual: float) -> None:
    """The racks of the room have what the plates of one rack leave to the air, `residual` W."""
    if len(case.rack) != case.liquid.racks:
        raise case.error("liquid.racks", f"is {case.liquid.racks}, but the room has {len(case.rack)} racks: make it so")
    for rack in case.rack:
        if abs(rack.heat - residual) > POWER_TOLERANCE * max(residual, 1.0):
            raise case.error(
                f"rack.{rack.name}.power",
                f"{rack.heat:.5g} W is not what the plates of [liquid.rack] leave to the air: give {residual:.5g} W",
            )
