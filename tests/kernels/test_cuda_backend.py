"""The CUDA backend without a GPU: whole runs on arrays that are as strict as CuPy's, launches down to the last call."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from few_steps import few_steps
from field_cases import CAVITY, FINS, LVEL, ROOM, TANK, TRIP, TWO_LAYER
from stand_in_device import StandInBackend
from test_simulator import assert_same, run_apart

from kernels.backend import CpuBackend
from thermo.case import load
from thermo.field.checks import check_memory, check_regions
from thermo.field.outcome import fields_of, monitor_rows
from thermo.field.properties import fluid_properties
from thermo.field.steady import solve_steady
from thermo.field.tracers import trace_air
from thermo.field.transient import solve_transient

FEW = ["solve.max_iterations=60", "solve.sequence=false"]
CALM = ['physics.convection="upwind"', "grid.stretching=[1,1,1]"]
"""With these the cavity settles on its coarse grid."""
STEADY = {"limited room": (ROOM, []), "upwind room": (ROOM, ['physics.convection="upwind"']),
          "two layers": (ROOM, TWO_LAYER), "narrow gaps and a block": (ROOM, LVEL),
          "block in oil": (CAVITY, CALM), "fins in oil": (CAVITY, [*CALM, FINS]), "tank": (CAVITY, [*CALM, *TANK])}
IN_TIME = {"trip": [], "wale": ['physics.turbulence="wale"', "time.duration=0.25"]}


def case_of(text: str, overrides):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.toml"
        path.write_text(text)
        return load(path, list(overrides))


def found_by(backend, case) -> dict[str, np.ndarray]:
    """Fields, monitors and what they are made of after a whole solution."""
    check_memory(case, backend)
    fluid = fluid_properties(case)
    if case.time is None:
        solution = solve_steady(case, backend, fluid, lambda *_: None)
    else:
        solution = solve_transient(case, backend, fluid, lambda *_: None)
    check_regions(case, solution.solver)
    found = {name: np.nan_to_num(v.values) for name, v in fields_of(case, solution.solver).cells.items()}
    found |= {row["name"]: np.array([row["value"]]) for row in monitor_rows(case, solution)}
    if solution.solver.racks:
        found["tracers"] = trace_air(solution.solver).fractions
    return found


def test_steps_on_strict_arrays_equal_the_cpu():
    assert_same(few_steps(StandInBackend("double"), 2), few_steps(CpuBackend("double", threads=1), 2), 1e-10)


@pytest.mark.parametrize("name", STEADY)
def test_a_steady_solution_on_strict_arrays_equals_the_cpu(name):
    text, overrides = STEADY[name]
    case = case_of(text, [*overrides, *FEW])
    assert_same(found_by(StandInBackend("double"), case), found_by(CpuBackend("double", threads=1), case), 1e-7)


@pytest.mark.parametrize("name", IN_TIME)
def test_a_run_in_time_on_strict_arrays_equals_the_cpu(name):
    case = case_of(TRIP, IN_TIME[name])
    assert_same(found_by(StandInBackend("double"), case), found_by(CpuBackend("double", threads=1), case), 1e-7)


@pytest.mark.slow
def test_launches_reach_cuda_with_their_arguments(tmp_path):
    """Numba compiles and converts as for a device; only what it would call there is replaced."""
    pytest.importorskip("numba_cuda", reason="the test extra brings numba-cuda")
    found = run_apart(["driverless", "double", "2", str(tmp_path / "fields.npz")])
    assert_same(found, few_steps(CpuBackend("double", threads=1), 2), 1e-10)
