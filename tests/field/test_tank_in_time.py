"""A pumped tank in time: its pump trips, its chips pass their limit, and all heat stays in oil and fins."""

from __future__ import annotations

import numpy as np
import pytest
from time_cases import make_case, run

from kernels import energy
from kernels.backend import make_backend
from thermo.errors import CaseError
from thermo.field.grid import make_grid
from thermo.field.properties import fluid_properties
from thermo.field.solver import FieldSolver
from thermo.field.time_terms import heat_capacity

TANK = """
[case]
cooling = "immersion"
[room]
size = ["0.16 m", "0.2 m", "0.4 m"]
[room.sides]
y_min = "symmetry"
y_max = "symmetry"
[fluid]
density = "820 kg/m^3"
viscosity = "0.008 Pa*s"
heat_capacity = "2000 J/kg/K"
conductivity = "0.13 W/m/K"
expansion = "8e-4 1/K"
reference_temperature = "40 degC"
[physics]
turbulence = "laminar"
[grid]
cells = [4, 1, 10]
[immersion.exchanger]
conductance = "1 kW/K"
flow = "0.2 L/s"
[[supply]]
name = "manifold"
from = ["0 m", "0 m", "0 m"]
to = ["0.16 m", "0.2 m", "0 m"]
flow = "0.05 L/s"
temperature = "40 degC"
[[return]]
name = "overflow"
from = ["0 m", "0 m", "0.4 m"]
to = ["0.04 m", "0.2 m", "0.4 m"]
[[heat_sink]]
name = "GPU"
from = ["0.04 m", "0 m", "0.12 m"]
to = ["0.12 m", "0.2 m", "0.24 m"]
across = "y"
base = "x_max"
pitch = "4 mm"
thickness = "1 mm"
material = "copper"
power = "500 W"
limit = "54 degC"
[time]
duration = "100 s"
[[event]]
at = "10 s"
target = "manifold"
change = { flow = 0 }
"""


@pytest.fixture(scope="module")
def trip():
    return run(TANK)


def test_what_flows_back_is_what_leaves_mixed():
    """1 m3/s of 10 K and 3 of 20 K leave: 17.5 K comes back; where nothing leaves the temperature stays."""
    backend = make_backend("cpu", "double", 1)
    start, face = backend.asarray([0, 3, 4], np.int64), backend.asarray([1, 2, 3, 0], np.int64)
    owner = backend.asarray([5, 6, 7, 4], np.int64)
    outflow, temperature = backend.asarray([-1.0, 1.0, 3.0, -2.0]), backend.asarray([0.0] * 5 + [10.0, 20.0, 99.0])
    given = backend.asarray([-5.0, 0.0, 0.0, 0.0])
    backend.launch(energy.mixed_outflow, 0, 2, start, face, owner, outflow, temperature, given)
    np.testing.assert_allclose(given, [-5.0, 17.5, 17.5, 17.5])


def test_a_given_backflow_stays_as_it_is():
    case = make_case(TANK, ['return.overflow.temperature="50 degC"'])
    solver = FieldSolver(case, make_grid(case), make_backend("cpu", "double", 1), fluid_properties(case))
    assert solver.backflow.count == 0


def test_fins_store_heat_with_the_oil_between_them():
    """A quarter copper (8933 x 385), three quarters oil (820 x 2000)."""
    case = make_case(TANK)
    solver = FieldSolver(case, make_grid(case), make_backend("cpu", "double", 1), fluid_properties(case))
    capacity = heat_capacity(solver)
    assert capacity[0, 0, 0] == pytest.approx(820.0 * 2000.0)
    assert capacity[4, 0, 2] == pytest.approx(0.25 * 8933.0 * 385.0 + 0.75 * 820.0 * 2000.0)


def test_all_heat_stays_in_the_tank_while_the_pump_stands(trip):
    """500 W into oil and fins: the mean of the heat stored rises by exactly that."""
    history = trip.history.arrays()
    after = (history["time"] > 12.0) & ~np.isnan(history["heat"])
    assert after.sum() > 20
    assert history["heat"][after].max() < 1e-3
    assert trip.balance.storage == pytest.approx(500.0, rel=0.02)


def test_two_overflows_share_what_leaves():
    """One may let in and the other out: no heat leaves the tank by that while the pump stands."""
    second = """[[return]]
name = "other overflow"
from = ["0.12 m", "0 m", "0.4 m"]
to = ["0.16 m", "0.2 m", "0.4 m"]
"""
    solution = run(TANK.replace("[[heat_sink]]", second + "[[heat_sink]]"))
    history = solution.history.arrays()
    after = (history["time"] > 12.0) & ~np.isnan(history["heat"])
    assert abs(history["heat"][after]).max() < 1e-3
    assert solution.balance.storage == pytest.approx(500.0, rel=0.02)


def test_the_chip_passes_its_limit_when_its_curve_does(trip):
    history = trip.history.arrays()
    seconds = trip.solids.times("GPU")["ride_through_s"]
    at = np.interp(10.0 + seconds, history["time"], history["monitor:solid GPU"])
    assert at == pytest.approx(54.0, abs=1e-6)
    assert trip.solids_before["GPU"] < 54.0 < trip.solids.peaks["GPU"][1]


def test_chips_without_a_limit_are_followed_all_the_same():
    solution = run(TANK.replace('limit = "54 degC"\n', ""), ["time.duration=12"])
    assert solution.solids.times("GPU") == {}
    assert solution.solids.peaks["GPU"][0] > 40.0


def test_fins_without_density_are_refused():
    text = TANK.replace('material = "copper"', 'material = { conductivity = "400 W/m/K" }')
    with pytest.raises(CaseError, match=r"heat_sink\.GPU\.material\.density"):
        make_case(text)
