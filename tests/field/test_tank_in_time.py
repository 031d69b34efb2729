"""A pumped tank in time: its pump trips, its chips pass their limit, and all heat stays in oil and metal."""

from __future__ import annotations

import numpy as np
import pytest
from time_cases import make_case, run

from kernels import energy
from kernels.backend import make_backend
from thermo.errors import CaseError
from thermo.field import march_state
from thermo.field.grid import make_grid
from thermo.field.properties import fluid_properties
from thermo.field.solver import FieldSolver
from thermo.field.step_measures import StepMeasures
from thermo.field.time_terms import heat_capacity
from thermo.field.transient import solve_transient

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


PARTS = """
[[porous]]
name = "parts"
from = ["0.04 m", "0 m", "0.26 m"]
to = ["0.12 m", "0.2 m", "0.34 m"]
linear = [1e5, 1e5, 1e5]
power = "50 W"
thermal_mass = "3 kJ/K"
"""
MASSES = ['heat_sink.GPU.thermal_mass="250 J/K"', 'heat_sink.GPU.base_thickness="5 mm"',
          'heat_sink.GPU.case_resistance="0.02 K/W"']  # fmt: skip
HEAVY = TANK + PARTS.replace("thermal_mass", 'conductance = "1e4 W/m^3/K"\nthermal_mass')
"""With a block whose solid stores heat at a temperature of its own."""


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


def test_fins_take_their_room_from_the_oil_between_them():
    """Three quarters are oil (820 x 2000); a porous block without conductance adds its mass to the oil in it."""
    case = make_case(TANK + PARTS)
    solver = FieldSolver(case, make_grid(case), make_backend("cpu", "double", 1), fluid_properties(case))
    capacity = heat_capacity(solver)
    assert capacity[0, 0, 0] == pytest.approx(820.0 * 2000.0)
    assert capacity[4, 0, 2] == pytest.approx(0.75 * 820.0 * 2000.0)
    assert capacity[7, 0, 2] == pytest.approx(820.0 * 2000.0 + 3000.0 / (0.08 * 0.2 * 0.08))


def test_all_heat_stays_in_the_tank_while_the_pump_stands(trip):
    """500 W into oil and fins: the heat stored rises by exactly that."""
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


def test_heat_of_metal_is_in_the_balance():
    """550 W into oil, fins, base, chip and the solid of a block."""
    solution = run(HEAVY, MASSES)
    history = solution.history.arrays()
    after = (history["time"] > 12.0) & ~np.isnan(history["heat"])
    assert abs(history["heat"][after]).max() < 1e-3
    assert solution.balance.storage == pytest.approx(550.0, rel=0.02)
    assert solution.solver.time_terms.solid_mass.storage() > 50.0


def test_metal_gives_the_chip_time(trip):
    """What a fin of 1.65 kJ/K is heated by in the first seconds does not heat the oil; base and chip add to it."""
    heavy = run(TANK, [*MASSES[:2], "time.duration=250"])
    assert heavy.solids_before["GPU"] == pytest.approx(trip.solids_before["GPU"], abs=0.05)
    assert heavy.solids.times("GPU")["ride_through_s"] > trip.solids.times("GPU")["ride_through_s"] + 1.0


def test_without_an_event_metal_stays_as_the_steady_state_has_it():
    """Within 0.1 K: the steady march leaves its monitors 0.02 K, and the oil goes on settling in time."""
    solution = run(TANK, [*MASSES, "event=[]", "time.duration=20"])
    history = solution.history.arrays()
    for name, before in solution.solids_before.items():
        assert abs(history[f"monitor:solid {name}"] - before).max() < 0.1


@pytest.mark.parametrize("precision", ["single", "double"])
def test_a_tank_resumed_after_its_event_gives_the_same_bits(precision):
    states = []

    def keep(solver, number, level, levels, measures, values, march=None):
        if march is not None and march.time > 12.0 and not states:
            states.append(march_state.save(march))

    whole = run(HEAVY, [*MASSES, "time.duration=16"], precision=precision, listener=keep)
    resumed = run(HEAVY, [*MASSES, "time.duration=16"], precision=precision, resume=states[0])
    assert march_state.times(states[0])[0] < 14.0
    assert resumed.iterations == whole.iterations
    for name, values in whole.snapshots[-1].items():
        assert np.array_equal(values, resumed.snapshots[-1][name], equal_nan=True), name
    assert resumed.solids_before == whole.solids_before
    assert resumed.solids.peaks == whole.solids.peaks
    one, other = (solution.history.arrays()["monitor:solid GPU"] for solution in (whole, resumed))
    assert np.array_equal(one, other, equal_nan=True)


def test_mass_of_a_sealed_tank_is_measured():
    """The defect of a closed, still tank is not zero by definition: what is lost counts against what circulates."""
    closed = ["supply=[]", "return=[]", "event=[]", 'room.sides.z_max={kind="wall", temperature="20 degC"}']
    case = make_case(TANK, [*closed, 'time.start="initial"', "time.duration=5", "time.step=1"])
    backend = make_backend("cpu", "double", 1)
    solution = solve_transient(case, backend, fluid_properties(case), lambda *_: None)
    solver = solution.solver
    measures = StepMeasures(solver.time_terms)
    before = measures.take(1.0).mass
    assert 0.0 < before < 1e-2
    middle = solver.size // 2
    solver.flux[2][middle] += 0.1 * float(abs(solver.flux[2]).max())
    assert measures.take(1.0).mass > 10.0 * before


BAD = [
    (['heat_sink.GPU.thermal_mass="250 J/K"', "TIME"], "heat_sink.GPU.thermal_mass: has no effect on a steady state"),
    (['heat_sink.GPU.base_thickness="5 mm"', "TIME"], "heat_sink.GPU.base_thickness: has no effect on a steady state"),
    (['heat_sink.GPU.thermal_mass="0 J/K"'], "thermal_mass"),
    (['heat_sink.GPU.base_thickness="-5 mm"'], "base_thickness"),
    (['porous=[{name="coil", from=[0,0,0.3], to=[0.16,0.2,0.36], linear=[1e5,1e5,1e5], temperature=310, '
      "conductance=1e4, thermal_mass=100}]"], "thermal_mass has no effect on tubes of a given temperature"),
]  # fmt: skip


@pytest.mark.parametrize(("overrides", "message"), BAD, ids=[row[1][:40] for row in BAD])
def test_masses_without_effect_are_refused(overrides, message):
    text = TANK[: TANK.index("[time]")] if "TIME" in overrides else TANK
    with pytest.raises(CaseError, match=message):
        make_case(text, [o for o in overrides if o != "TIME"])


def test_fins_without_density_are_refused():
    text = TANK.replace('material = "copper"', 'material = { conductivity = "400 W/m/K" }')
    with pytest.raises(CaseError, match=r"heat_sink\.GPU\.material\.density"):
        make_case(text)
