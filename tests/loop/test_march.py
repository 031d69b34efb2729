"""Coolant temperature in time: exact fronts, conservation, a measured pipe, chips, trips."""

import math

import numpy as np
import pytest

from thermo.case import load
from thermo.case.shipped import shipped_cases
from thermo.liquid import solve_loop
from thermo.liquid_transient import march as march_case
from thermo.liquid_transient import trip_flags, trip_rows
from thermo.load.throttle import Held
from thermo.loop.coolant import coolant
from thermo.loop.elements import Pipe, Resistance
from thermo.loop.march import March
from thermo.loop.network import Builder
from thermo.loop.trip import LoopMarch
from thermo.validate import loops


def pipe(length, diameter, flow, inlet, start, dt, cells=400):
    build = Builder()
    build.node("in", inflow=flow, temperature=inlet)
    build.node("out", pressure=2e5)
    build.branch("pipe", "in", "out", Pipe(length, diameter))
    mass = 1000.0 * math.pi / 4.0 * diameter**2 * length
    return March(build.network(), [mass], np.array([flow]), dt, 4000.0, start, most_cells=cells)


def test_front_at_courant_one_moves_exactly_one_cell_a_step():
    area = math.pi / 4.0 * 0.05**2
    march = pipe(20.0, 0.05, 1000.0 * area, 350.0, 300.0, 0.5)
    assert march.count[0] == 40
    for _ in range(13):
        march.step()
    assert pytest.approx(np.where(np.arange(40) < 13, 350.0, 300.0), abs=1e-10) == march.T
    for _ in range(27):
        march.step()
    assert march.outlet[0] == pytest.approx(300.0, abs=1e-10)
    march.step()
    assert march.outlet[0] == pytest.approx(350.0, abs=1e-10)


@pytest.mark.parametrize("courant", [0.2, 0.5, 0.9])
def test_limited_front_is_sharp_in_place_and_makes_no_new_extremes(courant):
    area = math.pi / 4.0 * 0.05**2
    march = pipe(20.0, 0.05, 1000.0 * area * courant, 350.0, 300.0, 0.2, cells=100)
    for _ in range(round(50 / courant)):
        march.step()
    assert march.T.min() >= 300.0 - 1e-9
    assert march.T.max() <= 350.0 + 1e-9
    middle = np.interp(-325.0, -march.T, np.arange(100) + 0.5)
    assert middle == pytest.approx(50.0, abs=0.5)  # half a cell
    assert ((march.T > 305.0) & (march.T < 345.0)).sum() <= 8


def test_heat_is_conserved_with_walls_chips_and_both_directions():
    area = math.pi / 4.0 * 0.05**2
    march = pipe(20.0, 0.05, 600.0 * area, 320.0, 300.0, 0.5)
    march.wall_capacity[:], march.contact[:] = 3e4, 500.0
    march.power[:], march.resistance[:], march.capacity[:] = 2e4, 1e-3, 5e3
    for turn in (1.0, -1.0):
        march.set_flow(turn * np.abs(march.flow))
        before, gained = march.stored(), 0.0
        for _ in range(60):
            size = abs(march.flow[0])
            if turn > 0.0:
                march.step()
                inlet = march.node[0]
            else:
                inlet = march.node[1]
                march.step()
            gained += (2e4 + size * march.cp * (inlet - march.outlet[0])) * march.dt
        assert march.stored() - before == pytest.approx(gained, rel=1e-9)


def test_chip_follows_its_time_constant():
    march = pipe(1.0, 0.05, 1.0, 300.0, 300.0, 0.01)
    march.power[:], march.resistance[:], march.capacity[:] = 1000.0, 0.02, 190.0
    march.chip[:] = 300.0
    for _ in range(380):
        march.step()
    assert march.chip[0] == pytest.approx(300.0 + 20.0 * (1.0 - math.exp(-1.0)), abs=1e-6)


@pytest.mark.parametrize("run", [150801, 151202])
def test_the_pipe_of_the_university_of_liege(run):
    """The reference expects the front within 2 to 3 s, and 0.5 to 1 K elsewhere, if the wall's heat is marched."""
    assert abs(loops.pipe_delay(run)) < 3.0
    assert loops.pipe_difference(run) < 0.5


def test_without_the_wall_the_front_is_early():
    time, outlet, _ = loops.measured_pipe(150801)
    march = pipe(39.0, 0.05248, 1.245, 300.0, 290.0, 0.5)
    passage = march.mass[0] / march.flow[0]
    assert passage < np.interp(35.0, outlet[: np.argmax(outlet)], time[: np.argmax(outlet)]) - 6.0


def test_short_branches_do_not_limit_the_step():
    build = Builder()
    build.node("in", inflow=2.0, temperature=320.0)
    for name in ("a", "b", "c"):
        build.node(name)
    build.node("out", pressure=1e5)
    for start, end in (("in", "a"), ("a", "b"), ("b", "c"), ("c", "out")):
        build.branch(f"{start}-{end}", start, end, Resistance(quadratic=1.0))
    march = March(build.network(), np.full(4, 0.05), np.full(4, 2.0), 1.0, 4000.0, 300.0)
    assert march.implicit.all()
    for _ in range(8):
        march.step()
    assert march.outlet == pytest.approx([320.0] * 4, abs=1e-3)


def rack(event, *more):
    settings = f'liquid.time={{duration="2 min", step="0.5 s", event=[{event}]}}'
    return load(shipped_cases()["rack_72gpu"], [settings, *more])


def test_pump_trip_names_the_first_chip_and_when():
    case = rack('{at="10 s", kind="pump_trip"}')
    trip = march_case(case, solve_loop(case))
    assert trip.throttle[0] < trip.shutdown[0]
    assert "GPU" in trip.throttle[1]
    assert trip.series["flow_kg_s"][-1] < 0.05 * trip.series["flow_kg_s"][0]
    assert any("boils" in flag for flag in trip.flags)
    assert {row["name"] for row in trip_rows(trip)} >= {"time to first throttle", "time to first shutdown"}
    assert any("would slow down: after" in line for line in trip_flags(trip))


def test_slower_coast_down_gives_more_time():
    times = []
    for coast_down in ("1 s", "4 s"):
        case = rack('{at="10 s", kind="pump_trip"}')
        time = case.liquid.time.model_copy(update={"coast_down": float(coast_down.split()[0])})
        case = case.model_copy(update={"liquid": case.liquid.model_copy(update={"time": time})})
        times.append(march_case(case, solve_loop(case)).throttle[0])
    assert times[1] > times[0] + 3.0


def test_steady_state_stays_steady():
    case = rack("")
    trip = march_case(case, solve_loop(case))
    assert np.ptp(trip.series["chip_max_C"]) < 1e-3
    assert np.ptp(trip.series["return_C"]) < 1e-2
    assert trip.throttle is None


def test_lost_heat_rejection_warms_the_buffer_at_its_heat_capacity(tmp_path):
    """Of the rack without its plant, its facility coolant cold enough to take all heat for the two minutes."""
    plain = tmp_path / "rack.toml"
    plain.write_text(shipped_cases()["rack_72gpu"].read_text().split("[site]")[0])
    settings = 'liquid.time={duration="2 min", step="0.5 s", event=[{at="0.5 s", kind="rejection_trip"}]}'
    case = load(plain, [settings, "liquid.unit.facility_temperature=30 degC"])
    technology = solve_loop(case)
    trip = march_case(case, technology)
    rise = trip.series["facility_C"][-1] - 30.0
    medium = coolant(case.liquid.coolant)
    assert rise == pytest.approx(technology.heat * 119.5 / (2.0 * float(medium.density(310.0)) * 3900.0), rel=0.01)


def test_a_spare_unit_takes_over():
    case = load(
        shipped_cases()["abilene_hall"],
        ["liquid.racks=8", "liquid.groups=1", 'liquid.time={duration="3 min", event=[{at="10 s", kind="unit_trip"}]}'],
    )
    technology = solve_loop(case)
    trip = LoopMarch(case.liquid, technology, case.liquid.time, "water").run()
    assert trip.series["flow_kg_s"].min() < 0.999 * trip.series["flow_kg_s"][0]
    assert trip.series["flow_kg_s"][-1] == pytest.approx(trip.series["flow_kg_s"][0], rel=0.01)
    assert trip.throttle is None


@pytest.mark.parametrize("limit", [50.0, 58.0])
def test_a_lower_limit_of_the_load_holds_in_time_too(limit):
    """Chips that slow down before anything happens: their time to throttle is none, and none passes the limit."""
    event = 'liquid.time={duration="20 s", step="0.5 s", event=[{at="10 s", kind="unit_trip"}]}'
    case = load(shipped_cases()["abilene_closed_loop"], [f"load.chip.limit={limit} degC", event])
    trip = march_case(case, solve_loop(case))
    assert trip.series["clock"].min() < 1.0
    assert trip.series["chip_max_C"].max() == pytest.approx(limit, abs=0.1)
    rows = {row["name"]: row["value"] for row in trip_rows(trip)}
    assert rows["time to first throttle"] == 0.0
    assert 0.0 < rows["share of tokens not made in time"] < 1.0
    assert any("slows down: after 0 s" in line for line in trip_flags(trip))


def test_held_chips_follow_the_coolant_that_reaches_them():
    """What comes from the start of a branch, from its end where it flows back, and what stands in it without flow."""
    case, seen = rack(""), []
    loop = LoopMarch(case.liquid, solve_loop(case), case.liquid.time, "water")

    def feedback(full, resistance, capacity, limit, temperature, entering, load, step):
        seen.append(entering)
        return Held(full, np.ones(full.size), np.ones(full.size))

    loop.feedback = feedback
    march, (ahead, back, still) = loop.march, loop.branch[:3]
    march.flow[back], march.flow[still] = -march.flow[back], 0.0
    march.node[:] = 300.0 + np.arange(march.node.size)
    march.T[march.first[still]] = 350.5
    loop._hold()
    network = loop.network
    assert seen[0][:3].tolist() == [march.node[network.start[ahead]], march.node[network.end[back]], 350.5]
