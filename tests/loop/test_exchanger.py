"""Plate exchangers and distribution units: closed forms, the rating point of every record, and a two-loop chain."""

from types import SimpleNamespace

import numpy as np
import pytest

from thermo import records
from thermo.loop import distribution_unit
from thermo.loop.coolant import coolant
from thermo.loop.exchanger import PlateExchanger, effectiveness, ntu, rated

# Kays and London: counterflow effectiveness by capacity ratio and NTU
TABLE = {(0.0, 1.0): 0.63212056, (0.25, 2.0): 0.82276581, (0.5, 1.0): 0.5647334, (0.75, 3.0): 0.81711778,
         (1.0, 1.0): 0.5, (1.0, 5.0): 0.83333333}  # fmt: skip
UNIT = SimpleNamespace(film_exponent=0.7, pump_efficiency=0.55, shutoff_head=1.25, npsh=30e3)


@pytest.mark.parametrize(("ratio", "units"), list(TABLE))
def test_effectiveness_is_that_of_the_tables(ratio, units):
    assert effectiveness(units, ratio) == pytest.approx(TABLE[ratio, units], abs=1e-8)
    assert ntu(TABLE[ratio, units], ratio) == pytest.approx(units, rel=1e-7)


def test_two_loops_behind_each_other():
    """1 MW: 1.5 L/min/kW of technology coolant against 1.44 of facility water over UA = 300 kW/K: 3.32727 K."""
    hot, cold = 1.5 / 60.0 * 1020.0, 1.44 / 60.0 * 993.0
    exchanger = PlateExchanger(3e5, hot, cold)
    e, least = exchanger.effectiveness(hot, cold, 3900.0, 4178.0)
    assert e == pytest.approx(0.75137, abs=5e-6)
    assert 1e6 / (e * least) - 1e6 / (hot * 3900.0) == pytest.approx(3.32727, abs=5e-5)


def test_rating_gives_its_own_approach_back():
    exchanger = rated(1e6, 4.0, 20.0, 25.0, 3950.0, 4180.0)
    e, least = exchanger.effectiveness(20.0, 25.0, 3950.0, 4180.0)
    assert 1e6 / (e * least) - 1e6 / (20.0 * 3950.0) == pytest.approx(4.0, abs=1e-9)


def test_ua_falls_with_either_flow():
    exchanger = PlateExchanger(1e5, 10.0, 12.0)
    assert exchanger.ua_at(10.0, 12.0) == pytest.approx(1e5)
    assert exchanger.ua_at(5.0, 6.0) == pytest.approx(1e5 * 0.5**0.7)
    assert 0.5**0.7 < exchanger.ua_at(5.0, 12.0) / 1e5 < 1.0


@pytest.mark.parametrize("name", records.names("cdus.csv"))
def test_units_meet_their_rating_point(name):
    record = records.cdu(name)
    technology, water = coolant(record.coolant), coolant("water")
    unit = distribution_unit.make(UNIT, record, technology, water)
    flows = {"flow": record.technology_flow, "facility_flow": record.facility_flow}
    approach = unit.approach(record.heat, technology=technology, facility=water, supply=record.supply, **flows)
    assert approach == pytest.approx(record.approach, abs=0.02)
    volume = record.technology_flow / float(technology.density(record.supply))
    assert unit.speed(volume, record.technology_head) == pytest.approx(1.0, abs=1e-3)
    if record.power is not None:
        assert unit.pump.power_at(volume, 1.0) == pytest.approx(record.power, rel=1e-6)


def test_control_holds_the_supply_with_the_facility_coolant_it_takes():
    record = records.cdu("Vertiv XDU1350")
    technology, water = coolant(record.coolant), coolant("water")
    unit = distribution_unit.make(UNIT, record, technology, water)
    heat = np.array([0.3, 0.6, 1.0]) * record.heat
    run = unit.operate(heat, record.technology_flow, record.supply, record.supply - 6.0, technology, water)
    assert run.supply == pytest.approx(record.supply)
    assert np.all(np.diff(run.facility_flow) > 0.0)
    assert np.all(run.facility_flow < record.facility_flow)
    taken = run.facility_flow * water.heat_capacity(record.supply - 1.0) * (run.facility_return - record.supply + 6.0)
    assert taken == pytest.approx(heat, rel=2e-3)


def test_a_facility_that_is_too_warm_lifts_the_supply():
    record = records.cdu("Vertiv XDU1350")
    technology, water = coolant(record.coolant), coolant("water")
    unit = distribution_unit.make(UNIT, record, technology, water)
    run = unit.operate(record.heat, record.technology_flow, record.supply, record.supply - 1.0, technology, water)
    assert run.supply == pytest.approx(record.supply - 1.0 + record.approach, abs=0.05)
    assert run.facility_flow == pytest.approx(record.facility_flow)
