"""How warm a loop may supply, and where its coolant would freeze or make the room's moisture condense."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermo import records
from thermo.arrays import line
from thermo.errors import CaseError
from thermo.media import moist_air
from thermo.plant.weather import Weather


def chosen_supply(key: str, given: ArrayLike | None, warmest: NDArray[np.float64], use: str) -> NDArray[np.float64]:
    """Supply temperature of a loop, K: as `given`, or the `warmest` that its `use` (in words) can work with.

    Raises :class:`CaseError` about the `key` of the case if more is given.
    """
    chosen = warmest if given is None else line(given) + 0.0 * warmest
    if np.any(chosen > warmest + 1e-6):
        raise CaseError(f"{key}: {float(np.max(chosen)) - 273.15:.1f} degC is too warm for {use}: give at most "
                        f"{float(np.min(warmest)) - 273.15:.1f} degC, or leave it out")
    return chosen


def check_freezing(coolant: str, outdoor: Weather) -> None:
    """Raise :class:`CaseError` if a coil outdoors would freeze in the coldest hour, pumps and heat being off."""
    freezing, coldest = records.coolant(coolant).freezing, float(np.min(outdoor.dry_bulb))
    if coldest > freezing:
        return
    cure = strong_enough(coldest)
    raise CaseError(
        f"plant.facility_loop.coolant: {coolant} freezes at {freezing - 273.15:.1f} degC and the coldest hour of "
        f"{outdoor.name} is {coldest - 273.15:.1f} degC: use {cure or 'a stronger mixture; no record is enough'}"
    )


def strong_enough(coldest: float) -> str | None:
    """The weakest record, of the kind listed first, that does not freeze at `coldest` (K); None if there is none."""
    for name in records.names("coolants.csv"):
        if records.coolant(name).freezing < coldest:
            return name
    return None


def condensing(supply: ArrayLike, outdoor: Weather, highest_dew_point: float) -> NDArray[np.bool_]:
    """True where coolant at `supply` (K) is colder than the dew point of the room.

    The room has the moisture of the outdoor air, at most that of `highest_dew_point` (K), which its coils hold.
    """
    room = np.minimum(outdoor.humidity_ratio, moist_air.humidity_ratio(highest_dew_point, 1.0, outdoor.pressure))
    return moist_air.humidity_ratio(supply, 1.0, outdoor.pressure) < room
