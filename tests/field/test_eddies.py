"""Large-eddy simulation: a decaying vortex stays bounded and has statistics, and steady runs refuse it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from room import make_case
from time_cases import AISLE, run

from thermo.errors import CaseError

DECAY = """
[room]
size = [3.141592653589793, 3.141592653589793, 3.141592653589793]
[room.sides]
x_min = "symmetry"
x_max = "symmetry"
y_min = "symmetry"
y_max = "symmetry"
z_min = "symmetry"
z_max = "symmetry"
[fluid]
density = 1
viscosity = 1e-4
[physics]
energy = false
turbulence = "wale"
[grid]
cells = [16, 16, 16]
[initial]
velocity = ["=sin(x)*cos(y)*cos(z)", "=-cos(x)*sin(y)*cos(z)", 0]
[time]
duration = 12
start = "initial"
output_every = 3
statistics_from = 6
"""
"""Taylor and Green's three-dimensional vortex at a Reynolds number of 10,000 on few cells: it breaks down to eddies."""


@pytest.mark.parametrize("model", ["wale", "vreman"])
def test_a_vortex_breaks_down_and_loses_energy(model):
    solution = run(DECAY, [f'physics.turbulence="{model}"'], precision="single")
    energy = [np.mean(sum(snapshot[name] ** 2 for name in "uvw")) for snapshot in solution.snapshots]
    assert all(later < earlier * 1.01 for earlier, later in pairwise(energy))
    assert energy[-1] < 0.7 * energy[0]
    assert max(abs(solution.snapshots[-1][name]).max() for name in "uvw") < 2.0
    viscosity = solution.snapshots[-1]["nu_t"]
    assert viscosity.min() >= 0.0
    assert viscosity.mean() > 1e-4  # it takes over from the molecular one
    means = solution.statistics.variables(solution.solver)
    assert 0.01 < means["u_rms"].values.mean() < 0.5


def test_large_eddies_need_time():
    steady = AISLE[: AISLE.index("[time]")].replace('thermal_mass = "11.1 kJ/K"', "")
    with pytest.raises(CaseError, match="no steady state: add"):
        make_case(steady, ['physics.turbulence="wale"'])


def test_large_eddies_start_from_a_steady_state():
    solution = run(AISLE, ['physics.turbulence="wale"', "time.duration=5.5"], precision="single")
    assert any("k-epsilon" in flag for flag in solution.flags)
    assert solution.balance.closure < 1e-3
    assert np.isfinite(solution.snapshots[-1]["T"][solution.solver.mesh.active]).all()
