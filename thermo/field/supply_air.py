"""What the plant must know of the room: the air that it supplies, and the fans and coils of its cooling units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

KELVIN = 273.15
AIR_DENSITY = 1.2


def nominal_rows(case) -> list[dict[str, Any]]:
    """Rows of the cooling units as the case describes them, for what must be known before the field is solved."""
    return [{"name": unit.name, "flow_m3_s": unit.nominal_flow, "supply_C": unit.expected_supply - KELVIN,
             "fan_W": unit.fan_power or 0.0} for unit in case.cooling_unit]


def supplied(case, rows: Sequence[dict] | None = None) -> list[tuple[float, float]]:
    """Flow (m3/s) and temperature (K) of all air that enters the room cold: of openings and of cooling units.

    ``rows`` are the solved units and the solved supplies over plenums, otherwise both are as the case describes them:
    a plenum's flow is then that of its jets alone, free area times ``sqrt(2 p / rho)`` in air of 1.2 kg/m3.
    """
    units = {unit.name for unit in case.cooling_unit}
    fed = {name for unit in case.cooling_unit for name in unit.feeds}
    solved = {row["name"]: row for row in rows or ()}
    shown = [row for row in rows or nominal_rows(case) if row["name"] in units]
    streams = [(row["flow_m3_s"], row["supply_C"] + KELVIN) for row in shown]
    for supply in case.supply:
        if supply.name in fed:
            continue
        flow = supply.nominal_flow
        if flow is None:
            jets = supply.area * supply.free_area * (2.0 * supply.plenum_pressure / AIR_DENSITY) ** 0.5
            flow = solved[supply.name]["flow_m3_s"] if supply.name in solved else jets
        streams.append((flow, supply.temperature))
    return streams


def supply_state(case, rows: Sequence[dict] | None = None) -> tuple[float, float]:
    """Flow-weighted temperature (K) and volume flow (m3/s) of the air that the room is supplied with."""
    streams = supplied(case, rows)
    total = sum(flow for flow, _ in streams)
    return sum(flow * temperature for flow, temperature in streams) / total, total


def room_plant(case, rack_flow: float, rows: Sequence[dict] | None = None):
    """The plant of the case with the air handler and chilled water that the room's cooling units are.

    ``rack_flow`` in m3/s. Fan power, flow over rack flow and coil approach follow from the units; without units the
    plant's own ``air_handler`` stands. The chilled water is as cold as the coldest coil needs it, and follows the air
    where a year supplies warmer air.
    """
    if not case.cooling_unit:
        return case.plant
    rows = nominal_rows(case) if rows is None else rows[: len(case.cooling_unit)]
    flow, fans = (sum(row[key] for row in rows) for key in ("flow_m3_s", "fan_W"))
    handler: dict[str, Any] = {"flow_margin": flow / rack_flow}
    if any(unit.fan_power or unit.fan_efficiency for unit in case.cooling_unit):
        handler |= {"fan_pressure": fans / flow, "fan_efficiency": 1.0}
    supply, _ = supply_state(case, rows)
    water = [unit.coil.water_temperature for unit in case.cooling_unit if unit.coil]
    chilled = case.plant.chilled_water
    if water:
        chilled = chilled.model_copy(update={"supply_temperature": None})
        handler |= {"coil_approach": supply - min(water), "effectiveness": None}
    return case.plant.model_copy(update={"air_handler": case.plant.air_handler.model_copy(update=handler),
                                         "chilled_water": chilled})
