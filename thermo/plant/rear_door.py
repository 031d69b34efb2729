"""Rear-door heat exchangers: coolant of the facility loop takes heat from the air as it leaves the racks."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermo.arrays import array, zeros
from thermo.media import Air

Array = NDArray[np.float64]


def heat(door, residual: ArrayLike, airflow: ArrayLike, supply_air: ArrayLike, coolant: ArrayLike) -> Array:
    """Heat that the doors take out of the `residual` heat of the racks, W; none without doors (`door` None).

    effectiveness x C (exhaust - coolant), with the air's heat capacity rate C of `airflow` (m3/s) at `supply_air` (K)
    and exhaust = supply air + residual / C; not below 0, where a warm loop would heat the room, and at most the
    residual heat. The doors have no fans: the servers' fans push through them.
    """
    residual = array(residual)
    if door is None:
        return zeros(residual.shape)
    rate = array(airflow) * Air().density(supply_air) * Air().heat_capacity(supply_air)
    exhaust = array(supply_air) + residual / rate
    return np.clip(door.effectiveness * rate * (exhaust - coolant), 0.0, residual)
