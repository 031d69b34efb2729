"""A solved network as tables: its branches, its nodes, and the chip nearest its limit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from thermo.loop.steady import Solution
from thermo.loop.technology_loop import KELVIN, PlateBranch

Array = NDArray[np.float64]

PER_MINUTE = 60e3  # L/min of one m3/s


def columns(solution: Solution, plates: list[PlateBranch], chip_temperature: Array) -> dict[str, Array]:
    """Flow, temperatures, pressures, heat and chip temperature of every branch, NaN where there is none.

    `chip_temperature` K of the chips on `plates`, in their order (further values are of plates without a branch).
    """
    chip = np.full(len(solution.flow), np.nan)
    chip[[plate.branch for plate in plates]] = chip_temperature[: len(plates)] - KELVIN
    return {
        "flow_kg_s": solution.flow,
        "flow_L_min": solution.flow / solution.density * PER_MINUTE,
        "inlet_C": solution.inlet - KELVIN,
        "outlet_C": solution.outlet - KELVIN,
        "pressure_drop_Pa": solution.drop,
        "heat_W": np.where(np.abs(solution.heat) > 1e-6, solution.heat, np.nan),
        "chip_C": chip,
    }


def rows(names: list[str], values: dict[str, Array], chosen: Iterable[int]) -> list[dict[str, Any]]:
    """One row for each of the `chosen` branches, what is NaN left out."""
    return [
        {"name": names[n]} | {key: float(column[n]) for key, column in values.items() if np.isfinite(column[n])}
        for n in chosen
    ]


def nodes(solution: Solution) -> list[dict[str, Any]]:
    """One row a node: pressure and temperature."""
    named = zip(solution.network.node_names, solution.pressure, solution.temperature, strict=True)
    return [{"name": name, "pressure_Pa": float(p), "temperature_C": float(t) - KELVIN} for name, p, t in named]


def chips(solution: Solution, plates: list[PlateBranch], temperature: Array, limit: Array) -> dict[str, Any]:
    """Section `chips` of the summary: the chip nearest its limit (K)."""
    nearest = int(np.argmin(limit - temperature))
    return {
        "max_C": float(temperature[nearest] - KELVIN), "limit_C": float(limit[nearest] - KELVIN),
        "margin_K": float(limit[nearest] - temperature[nearest]),
        "hottest": solution.network.branch_names[plates[nearest].branch],
    }  # fmt: skip
