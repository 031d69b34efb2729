"""Coolant in the technology loop, from its geometry: the fill of racks, headers and distribution units."""

from __future__ import annotations

import math

from thermo.loop.technology_loop import Chip, tube

UNIT_VOLUME = 0.15  # m3 of the technology side of one distribution unit of about 1 MW: assumed


def rack_volume(liquid, chips: dict[str, Chip]) -> float:
    """Coolant of one rack: manifolds, hoses, plates, m3."""
    rack, manifold = liquid.rack, liquid.rack.manifold
    trays = sum(tray.count for tray in rack.tray)
    area = 0.25 * math.pi * manifold.diameter**2
    total = 2.0 * tube(rack.hose).volume + 2.0 * area * (manifold.base + manifold.pitch * (trays - 1))
    for tray in rack.tray:
        total += 0.0 if tray.hose is None else 2.0 * tray.count * tube(tray.hose).volume
    for tray, plate in liquid.plates:
        total += tray.count * plate.count * chips[f"{tray.name} {plate.name}"].plate.coolant_volume
    return total


def technology_volume(liquid, chips: dict[str, Chip]) -> float:
    """Coolant of one group of racks with its headers, mains and distribution units, m3."""
    units = liquid.unit.units + liquid.unit.redundancy
    total = liquid.racks * rack_volume(liquid, chips) + 2.0 * tube(liquid.unit.main).volume + UNIT_VOLUME * units
    if liquid.header is not None:
        area = 0.25 * math.pi * liquid.header.diameter**2
        total += 2.0 * area * liquid.header.pitch * (liquid.racks - 1)
    return total
