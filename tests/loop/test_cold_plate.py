"""Plates by measured records: the points, between and beyond them; the pressure law."""

import numpy as np
import pytest

from thermo import records
from thermo.errors import CaseError
from thermo.loop.cold_plate import MeasuredPlate, PressureLaw
from thermo.media import fluid
from thermo.records.table import names

LAW = PressureLaw("water", flow=0.05, drop=20e3, temperature=300.0, laminar_share=0.4)


def plate(name: str) -> MeasuredPlate:
    return MeasuredPlate(records.cold_plate(name), LAW)


@pytest.mark.parametrize("name", names("cold_plates.csv"))
def test_measured_points_are_met_and_resistance_falls_with_flow(name):
    measured = plate(name)
    density = fluid(measured.coolant).density(310.0)
    flows = np.array(measured.record.volume_flow) * density
    assert measured.resistance(flows, 310.0) == pytest.approx(measured.record.resistance, rel=1e-12)
    many = np.geomspace(0.02 * flows[0], 4.0 * flows[-1], 200)
    assert (np.diff(measured.resistance(many, 310.0)) <= 1e-15).all()
    assert measured.outside(many, 310.0).sum() == ((many < flows[0]) | (many > flows[-1])).sum()


def test_resistance_at_the_rating_of_the_figure():
    """OCP OAI guideline, Fig. 7: 0.0245 K/W at 1 L/min of PG25; 1 kW then lies 24.5 K above the coolant inlet."""
    flow = 1e-3 / 60.0 * fluid("propylene glycol 25%").density(303.15)
    assert 1000.0 * plate("OCP 1 kW OAM PG25").resistance(flow, 303.15) == pytest.approx(24.5)


def test_without_flow_the_resistance_stays_finite_and_large():
    measured = plate("OCP 1 kW OAM water")
    assert measured.resistance(0.0, 300.0) == pytest.approx(100.0 * 0.0172)
    assert measured.outside(0.0, 300.0)


def test_beyond_the_smallest_flow_the_resistance_rises_as_one_over_flow():
    measured = plate("OCP 1 kW OAM water")
    least = measured.record.volume_flow[0] * fluid("water").density(300.0)
    assert measured.resistance(0.5 * least, 300.0) == pytest.approx(2.0 * 0.0172)


def test_pressure_law_meets_its_point_and_its_slope():
    assert LAW.pressure_drop(0.05, 300.0) == pytest.approx(20e3)
    assert LAW.pressure_drop(-0.05, 300.0) == pytest.approx(-20e3)
    assert LAW.pressure_drop(0.1, 300.0) == pytest.approx(2 * 8e3 + 4 * 12e3)
    flows, step = np.array([-0.07, -0.01, 0.02, 0.06]), 1e-6
    steps = LAW.pressure_drop(flows + step, 320.0) - LAW.pressure_drop(flows - step, 320.0)
    assert LAW.pressure_slope(flows, 320.0) == pytest.approx(steps / (2 * step), rel=1e-6)


def test_warm_coolant_loses_less_pressure():
    assert LAW.pressure_drop(0.05, 330.0) < LAW.pressure_drop(0.05, 300.0)


def test_cdus_and_chips_are_there():
    vertiv, google = records.cdu("Vertiv XDU1350"), records.cdu("Project Deschutes 2 MW")
    assert vertiv.pump_curve[1][-1] == 1.0 and vertiv.approach == 4.0 and vertiv.power is None
    assert google.pump_curve is None and google.power == 74e3 and google.supply == pytest.approx(318.15)
    for name in names("chips.csv"):
        chip = records.chip(name)
        assert chip.throttle < chip.shutdown and chip.power > 0.0 and min(chip.size) > 0.0
    with pytest.raises(CaseError, match=r"Did you mean NVIDIA H100 SXM\?"):
        records.chip("H100 SXM")


def test_cdu_temperatures_and_heat_agree_with_flow():
    """Heat over flow and heat capacity of the record's coolant is a rise of 10 to 20 K on both sides."""
    for name in names("cdus.csv"):
        unit = records.cdu(name)
        technology = unit.heat / unit.technology_flow / fluid(unit.coolant).heat_capacity(unit.supply)
        facility = unit.heat / unit.facility_flow / fluid("water").heat_capacity(unit.supply)
        assert 10.0 < technology < 20.0 and 10.0 < facility < 20.0
