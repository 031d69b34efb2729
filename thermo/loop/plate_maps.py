"""Temperature fields of the chips whose plates have a design: all plates of the loop in one batch, kind by kind."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from thermo.loop.cold_plate_resolved import FinnedPlate
from thermo.loop.steady import Solution
from thermo.loop.technology_loop import Chip, PlateBranch
from thermo.media import fluid
from thermo.result import PlateMap

Array = NDArray[np.float64]

PER_MINUTE = 60e3  # L/min of one m3/s
CURVE_POINTS = 25
MOST_PLATES = 200  # of one kind, the hottest, that are solved once more for their fields


def plate_maps(
    solution: Solution, chips: dict[str, Chip], plates: list[PlateBranch], temperature: Array, backend
) -> list[PlateMap]:
    """Junction fields of every kind of chip on a designed plate, at the flow and inlet of each; the hottest first.

    `temperature`: hottest point, K, of the chips on `plates` of the solved network.
    """
    found = []
    for name, chip in chips.items():
        rows = np.array([n for n, plate in enumerate(plates) if plate.chip == name], dtype=np.int64)
        inside = chip.plate if isinstance(chip.plate, FinnedPlate) else chip.plate.inside
        if inside is None or not rows.size:
            continue
        hottest = rows[np.argsort(-temperature[rows], kind="stable")][:MOST_PLATES]
        branch = np.array([plates[n].branch for n in hottest])
        flow, inlet = np.abs(solution.flow[branch]), solution.inlet[branch]
        heat = solution.network.heat[branch]
        solved = inside.solve(flow, inlet, heat, backend)
        names = tuple(solution.network.branch_names[n] for n in branch)
        litres = PER_MINUTE / fluid(inside.coolant).density(inlet)
        curve = resistance_curve(inside, float(inlet[0]))
        measured = None if inside is chip.plate else float(chip.plate.resistance(flow[:1], inlet[:1])[0])
        found.append(PlateMap(name, names, *inside.die_edges(), solved.junction, inlet, flow * litres, float(heat[0]),
                              curve, measured))  # fmt: skip
    return found


def resistance_curve(plate: FinnedPlate, inlet: float) -> dict[str, np.ndarray]:
    """Resistance and pressure drop of a plate over its flow, a quarter to four times the rated one, inlet in K."""
    flow = plate.flow * np.geomspace(0.25, 4.0, CURVE_POINTS)
    return {
        "flow_L_min": flow * PER_MINUTE / float(fluid(plate.coolant).density(inlet)),
        "resistance_K_W": plate.resistance(flow, inlet),
        "pressure_drop_Pa": plate.pressure_drop(flow, inlet),
    }
