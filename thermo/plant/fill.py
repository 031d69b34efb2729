"""The coolant of sealed loops: first fill from the geometry, commissioning flush, and what is lost of it in a year.

Nothing of it evaporates. Volumes in m3; the ledger in L. Glycol is booked apart from water: the volumes of both are
added as if they did not shrink on mixing (within 1 %).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from thermo import records
from thermo.arrays import total
from thermo.media import fluid
from thermo.plant.ledger import Year

LITRES = 1e3
FILLING_TEMPERATURE = 293.15  # K


def pipe_volume(diameter: float, length: float) -> float:
    """Coolant in a pipe of inner `diameter` and `length`, m: m3."""
    return math.pi / 4.0 * diameter**2 * length


def facility_volumes(fill, dry_coolers: float, distribution_units: float) -> dict[str, float]:
    """Coolant of the facility loop by part, m3, for these numbers of dry coolers and distribution units."""
    return {
        "pipes": total(pipe_volume(pipe.diameter, pipe.length) for pipe in fill.pipe),
        "dry coolers": fill.dry_cooler_volume * dry_coolers,
        "distribution units": fill.distribution_unit_volume * distribution_units,
        "other": fill.other,
    }


def glycol_share(coolant: str) -> float:
    """Share of the volume of a coolant at 20 degC that is pure glycol, from its mass fraction."""
    record = records.coolant(coolant)
    return record.glycol_fraction * float(fluid(coolant).density(FILLING_TEMPERATURE)) / record.glycol_density


def ledger(fill, volumes: Mapping[str, float]) -> dict[str, float]:
    """Litres of the first fill, of its glycol, the flush, and a year's top-up, filter purges, leaks and make-up.

    `volumes`: m3 by the name of the coolant, of all loops. The flush is water. Make-up is the water in what is lost;
    what is lost is counted with its glycol.
    """
    whole = total(volumes.values()) * LITRES
    water = total(volume * (1.0 - glycol_share(name)) for name, volume in volumes.items()) * LITRES
    water_share = water / np.maximum(whole, 1e-9)
    lost = {
        "top_up_L": fill.top_up_per_year * whole,
        "filter_purge_L": fill.filter_purges_per_year * fill.purge_share * whole,
        "leak_L": fill.leak_allowance * whole,
    }
    return {
        "first_fill_L": whole,
        "glycol_L": whole * (1.0 - water_share),
        "flush_L": fill.flush_volumes * whole,
        **lost,
        "makeup_L": total(lost.values()) * water_share,
    }


def with_fill(
    books: Year, case, technology_volume_m3: float, technology_coolant: str, distribution_units: int
) -> Year:
    """The year with the sealed loops in its water ledger.

    `technology_volume_m3`: coolant of all racks and the rack side of the distribution units. Make-up of an evaporative
    plant and that of the loops add up; a plant that evaporates nothing has an evaporation of exactly 0.
    """
    plant = case.plant
    facility = facility_volumes(plant.fill, books.totals.get("dry_coolers_installed", 0.0), distribution_units)
    volumes = {technology_coolant: float(technology_volume_m3)}
    coolant = plant.facility_loop.coolant
    volumes[coolant] = volumes.get(coolant, 0.0) + total(facility.values())
    entries = ledger(plant.fill, volumes)
    evaporative = books.totals.get("makeup_L", 0.0)
    totals = {"evaporation_L": 0.0} | books.totals | entries | {"makeup_L": evaporative + entries["makeup_L"]}
    return replace(books, totals=totals)
