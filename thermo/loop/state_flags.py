"""What is possible but bad in a solved network, each in one line that names the node where it is worst."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from thermo import records
from thermo.loop.steady import Solution

KELVIN = 273.15
RANGE_MARGIN = 0.05  # K beyond the coolant's table before it is flagged


def cavitation(solution: Solution, cure: str) -> list[str]:
    """The node where the coolant boils or cavitates, if there is one."""
    pressure, temperature = solution.pressure, solution.temperature
    vapour = solution.coolant.vapour_pressure(temperature)
    worst = int(np.argmin(pressure - vapour))
    if pressure[worst] > vapour[worst]:
        return []
    return [f"node {solution.network.node_names[worst]}: the coolant boils or cavitates, {pressure[worst] / 1e5:.2f} "
            f"bar at {temperature[worst] - KELVIN:.0f} degC; {cure}"]  # fmt: skip


def suction(solution: Solution, node: int, npsh: float, cure: str) -> list[str]:
    """Whether the pumps behind `node` get less than the `npsh` (Pa above vapour pressure) that they need."""
    above = float(solution.pressure[node] - solution.coolant.vapour_pressure(solution.temperature[node]))
    if above >= npsh:
        return []
    return [f"node {solution.network.node_names[node]}: {above / 1e3:.0f} kPa above vapour pressure, the pumps need "
            f"{npsh / 1e3:.0f}; they will cavitate: {cure}"]  # fmt: skip


def outside_range(solution: Solution) -> list[str]:
    """The coldest and the warmest node that lie outside the data of the coolant."""
    temperature, (low, high) = solution.temperature, solution.coolant.valid_range
    flags = []
    for place, far in ((int(np.argmin(temperature)), temperature.min() < low - RANGE_MARGIN),
                       (int(np.argmax(temperature)), temperature.max() > high + RANGE_MARGIN)):
        if far:
            flags.append(
                f"node {solution.network.node_names[place]}: {temperature[place] - KELVIN:.1f} degC lies outside the "
                f"data of {solution.coolant.name}, {low - KELVIN:.0f} to {high - KELVIN:.0f} degC: its end values hold"
            )
    return flags


def freezing(solution: Solution, name: str) -> list[str]:
    """The coldest node, if it is at or below the freezing point of the coolant called `name`."""
    coldest, freezes = int(np.argmin(solution.temperature)), records.coolant(name).freezing
    if solution.temperature[coldest] > freezes:
        return []
    return [f"node {solution.network.node_names[coldest]}: at {solution.temperature[coldest] - KELVIN:.1f} degC the "
            f"coolant freezes, {name} at {freezes - KELVIN:.1f} degC; take one with more glycol"]  # fmt: skip


def condensation(solution: Solution, dew_point: float, indoors: NDArray[np.bool_]) -> list[str]:
    """The coldest node `indoors` (nodes,), if it is colder than the dew point (K) of the room around it."""
    temperature = np.where(indoors, solution.temperature, np.inf)
    coldest = int(np.argmin(temperature))
    if temperature[coldest] >= dew_point:
        return []
    return [f"condensation: node {solution.network.node_names[coldest]} at "
            f"{solution.temperature[coldest] - KELVIN:.1f} degC is colder than the room's dew point of "
            f"{dew_point - KELVIN:.1f} degC: pipes and plates get wet"]  # fmt: skip
