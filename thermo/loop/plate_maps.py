"""Temperature fields of the chips whose plates have a design: all plates of the loop in one batch, kind by kind."""

from __future__ import annotations

import numpy as np

from thermo.loop.cold_plate_resolved import FinnedPlate
from thermo.loop.technology import Technology
from thermo.result import PlateMap

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
        found.append(PlateMap(name, names, *chip.plate.die_edges(), solved.junction, inlet, chip.heat))
    return found
