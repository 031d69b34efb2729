"""The field solver's microchannel and the plate with its inside resolved, on the same silicon and water."""

import numpy as np
import pytest

from thermo.loop.cold_plate_design import Fins, Layer, Stack
from thermo.loop.cold_plate_resolved import FinnedPlate
from thermo.media import fluid
from thermo.validate import problems_directory
from thermo.validate.problem import load_problem, solve_run

SILICON = {"conductivity": 148.0, "heat_capacity": 1.66e6}


@pytest.mark.slow
def test_field_and_plate_agree():
    """Extrapolated field against correlations: 10 %, what Muzychka and Yovanovich say of theirs."""
    problem = load_problem(problems_directory() / "microchannel")
    hottest = []
    for name in ("grid_1", "grid_2"):
        monitors = solve_run(problem, problem.runs[name]).result.summary["monitors"]
        hottest.append(next(row["value"] for row in monitors if row["name"] == "hottest"))
    field = (hottest[1] + (hottest[1] - hottest[0]) / 3.0 - 23.0) / 790.0
    layer = Layer("die", (10e-3, 10e-3), 150e-6, cells=3, **SILICON)
    stack = Stack((layer,), Fins((10e-3, 10e-3), 50e-6, 50e-6, 302e-6, cells=12, **SILICON), 0.25e-3)
    flow = 100 * 50e-6 * 302e-6 * 5.695 * float(fluid("water").density(307.15))
    plate = FinnedPlate("Tuckerman and Pease", stack, "water", 790.0, flow).solve(flow, 296.15, 790.0)
    assert np.abs(plate.closure[0]) < 1e-10
    assert (plate.hottest[0] - 296.15) / 790.0 == pytest.approx(field, rel=0.10)
