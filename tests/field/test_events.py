"""Events in the field: a door opens, a cooling unit trips and comes back, a closed room keeps its air."""

from __future__ import annotations

import numpy as np
import pytest
from time_cases import CRAH_ROOM, run

UNIT = 'flow = "0.15 m^3/s"\nsupply_temperature = "18 degC"'
ROOM = CRAH_ROOM.replace("RACK", 'thermal_mass = "20 kJ/K"').replace("UNIT", UNIT) + """
[[panel]]
name = "door"
from = ["2 m", "0 m", "0 m"]
to = ["2 m", "1.2 m", "1.2 m"]
leakage_fraction = 0.3
[solve]
max_iterations = 150
[time]
duration = "8 s"
largest_step = "0.2 s"
[[monitor]]
name = "room"
kind = "volume"
quantity = "T"
from = ["0 m", "0 m", "0 m"]
to = ["2.4 m", "1.2 m", "1.2 m"]
"""


@pytest.fixture(scope="module")
def trip():
    return run(ROOM + '[[event]]\nat = "2 s"\ntarget = "CRAH"\nchange = { flow = 0 }\nlasts = "3 s"\n')


def test_a_tripped_unit_cools_no_more_and_comes_back(trip):
    history = trip.history.arrays()
    time, heat = history["time"], history["monitor:room"]
    taken = ~np.isnan(heat)
    at = {moment: float(np.interp(moment, time[taken], heat[taken])) for moment in (2.0, 5.0, 8.0)}
    assert at[5.0] > at[2.0] + 1.0
    assert at[8.0] - at[5.0] < 0.5 * (at[5.0] - at[2.0])
    unit = trip.solver.devices
    assert float(unit.flow[-1]) == pytest.approx(0.15)
    assert float(unit.running[-1]) == 1.0


def test_all_heat_of_a_closed_room_is_stored_while_nothing_cools(trip):
    history = trip.history.arrays()
    during = (history["time"] > 2.0) & (history["time"] < 5.0) & ~np.isnan(history["heat"])
    assert during.sum() > 5
    assert history["heat"][during].max() < 1e-3
    assert trip.balance.closure < 1e-3


def test_mass_is_conserved_through_events(trip):
    assert np.nanmax(trip.history.arrays()["mass"]) < 1e-2
    assert trip.history.arrays()["mass"][-1] < 1e-4


def test_a_door_that_opens_lets_air_through():
    flows = []

    def keep(solver, number, level, levels, measures, values, march=None):
        if march is not None:
            flows.append((march.time, float(abs(solver.flux[0][solver.resistances[0].slot]).sum())))

    run(ROOM, ["time.duration=3", 'event=[{at=1, target="door", change={opening=0.6}}]'], listener=keep)
    before = np.mean([flow for time, flow in flows if time <= 1.0])
    after = np.mean([flow for time, flow in flows if time > 2.0])
    assert after > 1.1 * before


def test_servers_whose_fans_stop_keep_their_heat_and_give_it_back():
    """No air takes the 2 kW for 4 s, so 20 kJ/K warm up by 0.4 K; where the fans run again they cool down."""
    nodes, flags = [], []
    stop = 'event=[{at=2, target="A1", change={running=0}%s}]'
    for events in ("event=[]", stop % "", stop % ", lasts=3.5"):
        solution = run(ROOM, [events, "time.duration=6"])
        nodes.append(float(solution.solver.time_terms.server_mass.node[0]))
        flags.append(" ".join(solution.flags))
    assert nodes[1] - nodes[0] == pytest.approx(2e3 * 4.0 / 20e3, abs=5e-3)
    assert nodes[0] < nodes[2] < nodes[1]
    assert not any("cannot carry" in each for each in flags)
