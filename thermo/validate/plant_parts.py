"""Parts of the plant and figures of merit that are validated by themselves: tower, its water, indices of racks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from thermo import metrics, records
from thermo.plant import tower, water

KELVIN = 273.15
CIRCULATION = 47.8  # kg/s of water over a tower of 1 MW with a range of 5 K
RACK_FLOW, CAPACITY, UNIT_FLOW = 0.06e-3, 1.19 * 1006.0, 1.15  # m3/s/W, J/m3/K, over the racks' flow
SITE = {"it": 1000.0, "facility": 1250.0, "reused": 125.0}  # MWh


def _tower_water(name: str) -> Callable[[float, float, float, float], float]:
    """Evaporation, blowdown or make-up of a tower in kg/h."""

    def rate(kilowatts: float, latent: float, cycles: float, drift: float) -> float:
        evaporation = water.evaporation_of_fraction(1e3 * kilowatts, latent)
        return 3600.0 * float(water.balance(evaporation, drift * CIRCULATION, cycles)[f"water_{name}"])

    return rate


def tower_approach(record: str, wet_bulb: float, water_range: float) -> float:
    """Leaving water minus wet bulb (degC) at full flows, K."""
    law = tower.Correlation(records.cooling_tower(record))
    return float(law.approach(wet_bulb + KELVIN, water_range, 1.0))


def rack_index(index: str, kilowatts: str, inlets: str, supply: float = 18.0) -> float:
    """An index of a row of racks, of powers in kW and inlet temperatures in degC."""
    power = 1e3 * np.array(kilowatts.split(), float)
    inlet, flow = np.array(inlets.split(), float) + KELVIN, RACK_FLOW * power
    outlet = inlet + power / (CAPACITY * flow)
    back = supply + KELVIN + power.sum() / (CAPACITY * UNIT_FLOW * flow.sum())
    return float(metrics.rack_air(inlet, outlet, flow, supply + KELVIN, back)[index])


def reuse(figure: str) -> float:
    """Energy reuse factor or effectiveness of the worked site."""
    if figure == "erf":
        return metrics.erf(SITE["reused"], SITE["facility"])
    return metrics.ere(SITE["facility"], SITE["reused"], SITE["it"])


PLANT_PARTS: dict[str, Callable[..., float]] = {
    "tower_evaporation": _tower_water("evaporation"),
    "tower_blowdown": _tower_water("blowdown"),
    "tower_makeup": _tower_water("makeup"),
    "tower_approach": tower_approach,
    "rack_index": rack_index,
    "reuse": reuse,
}
