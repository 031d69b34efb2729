"""Temperature fields of the chips whose plates have a design: all plates of the loop in one batch, kind by kind."""

from __future__ import annotations

import numpy as np

from thermo.loop.cold_plate_resolved import FinnedPlate
from thermo.loop.technology import Technology
from thermo.media import fluid
from thermo.result import PlateMap

PER_MINUTE = 60e3  # L/min of one m3/s
CURVE_POINTS = 25
MOST_PLATES = 200  # of one kind, the hottest, that are solved once more for their fields


def plate_maps(technology: Technology, backend) -> list[PlateMap]:
    """Junction fields of every kind of chip on a designed plate, at the flow and inlet of each; the hottest first."""
    found = []
    for name, chip in technology.chips.items():
        rows = np.array([n for n, plate in enumerate(technology.plates) if plate.chip == name], dtype=np.int64)
        if not isinstance(chip.plate, FinnedPlate) or not rows.size:
            continue
        hottest = rows[np.argsort(-technology.chip_temperature[rows], kind="stable")][:MOST_PLATES]
        branch = np.array([technology.plates[n].branch for n in hottest])
        flow, inlet = np.abs(technology.solution.flow[branch]), technology.solution.inlet[branch]
        solved = chip.plate.solve(flow, inlet, chip.heat, backend)
        names = tuple(technology.solution.network.branch_names[n] for n in branch)
        litres = PER_MINUTE / fluid(chip.plate.coolant).density(inlet)
        curve = resistance_curve(chip.plate, float(inlet[0]))
        found.append(
            PlateMap(name, names, *chip.plate.die_edges(), solved.junction, inlet, flow * litres, chip.heat, curve)
        )
    return found


def resistance_curve(plate: FinnedPlate, inlet: float) -> dict[str, np.ndarray]:
    """Resistance and pressure drop of a plate over its flow, a quarter to four times the rated one, inlet in K."""
    flow = plate.flow * np.geomspace(0.25, 4.0, CURVE_POINTS)
    return {
        "flow_L_min": flow * PER_MINUTE / float(fluid(plate.coolant).density(inlet)),
        "resistance_K_W": plate.resistance(flow, inlet),
        "pressure_drop_Pa": plate.pressure_drop(flow, inlet),
    }
