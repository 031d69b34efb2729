"""Panels that leak, cut-outs, raised floors, ducts and open rack slots: the flow and pressure that their laws say."""

from __future__ import annotations

import math

import numpy as np
import pytest
from room import AIR, CLOSED_ROOM, FORCED, make_case, replaced, settled, solved, solver_of

DENSITY = 1.2
DIVIDED = FORCED + """
[room]
size = ["4 m", "2 m", "2 m"]
[[supply]]
name = "in"
from = ["0 m", "0.5 m", "0.5 m"]
to = ["0 m", "1.5 m", "1.5 m"]
temperature = "18 degC"
flow = "0.2 m^3/s"
[[return]]
name = "out"
from = ["4 m", "0.5 m", "0.5 m"]
to = ["4 m", "1.5 m", "1.5 m"]
"""
PANEL = '[[panel]]\nname = "wall"\nfrom = ["2 m", "0 m", "0 m"]\nto = ["2 m", "2 m", "2 m"]\n'


def plate(summary, name):
    return next(row for row in summary["plates"] if row["name"] == name)


def orifice(drop, area, coefficient):
    return coefficient * area * math.sqrt(2.0 * drop / DENSITY)


def test_leakage_follows_the_orifice_law():
    """All air must pass the gaps: dp = rho/2 (Q / (Cd A))^2 = 0.6 (0.2 / (0.6 x 0.04))^2 = 41.67 Pa."""
    text = DIVIDED + PANEL + 'leakage_area = "0.04 m^2"\ndischarge_coefficient = 0.6\n'
    row = plate(solved(text), "wall")
    assert row["flow_m3_s"] == pytest.approx(0.2, rel=1e-6)
    assert row["pressure_drop_Pa"] == pytest.approx(0.6 * (0.2 / 0.024) ** 2, rel=0.01)


def test_a_leaking_panel_and_a_cutout_share_the_flow_by_their_areas():
    """Both see the same pressure, so each flow is its Cd A of the sum; the cut-out is part of the panel.

    The law is one of total pressure, the rows report static pressure: they may differ by two velocity heads.
    """
    text = DIVIDED + PANEL + 'leakage_area = "0.02 m^2"\n' + (
        '[[cutout]]\nname = "hole"\nfrom = ["2 m", "0.75 m", "0.75 m"]\nto = ["2 m", "1.25 m", "1.25 m"]\n'
        'open_area = "0.06 m^2"\ndischarge_coefficient = 0.7\n')
    summary = solved(text)
    wall, hole = plate(summary, "wall"), plate(summary, "hole")
    assert wall["flow_m3_s"] + hole["flow_m3_s"] == pytest.approx(0.2, rel=1e-6)
    seen = 0.02 * (1.0 - 0.25 / 4.0)
    assert wall["flow_m3_s"] == pytest.approx(orifice(wall["pressure_drop_Pa"], seen, 0.61), rel=0.01)
    heads = DENSITY * (hole["flow_m3_s"] / 0.25) ** 2
    low, high = (orifice(hole["pressure_drop_Pa"] + away, 0.06, 0.7) for away in (-heads, heads))
    assert low < hole["flow_m3_s"] < high


def test_a_door_ajar_is_an_orifice_of_its_opening():
    row = plate(solved(DIVIDED + PANEL + "opening = 0.05\n"), "wall")
    assert row["flow_m3_s"] == pytest.approx(orifice(row["pressure_drop_Pa"], 0.05 * 4.0, 0.61), rel=0.02)


def test_a_tight_panel_seals():
    from thermo.errors import CaseError
    from thermo.field.checks import check_regions

    case = make_case(DIVIDED + PANEL)
    solver = solver_of(case)
    with pytest.raises(CaseError, match=r"sealed region gets 0\.2 m"):
        check_regions(case, solver)


def test_no_heat_passes_a_leaking_panel_but_with_its_air():
    """Hot upstream air warms the downstream side by convection only: no flow, no heat."""
    solver = solver_of(make_case(DIVIDED + PANEL + "leakage_fraction = 0.01\n"))
    plane = solver.mesh.heat_faces[0][:, :, 8]
    assert solver.mesh.open_faces[0][:, :, 8].all()
    assert not plane.any()
    assert solver.resistances[0].screened == plane.size


def test_a_duct_costs_its_loss():
    """A tight wall with a duct of 0.5 x 0.5 m through it: 20 more of K cost 20 velocity heads of 0.8 m/s, 7.68 Pa.

    The two runs differ in K alone, so friction, contraction and widening cancel.
    """
    text = DIVIDED + PANEL + """
[[duct]]
name = "d"
from = ["1.5 m", "0.75 m", "0.75 m"]
to = ["2.5 m", "1.25 m", "1.25 m"]
ends = ["x_min", "x_max"]
loss_coefficient = 20
[[monitor]]
name = "before"
kind = "volume"
quantity = "p"
from = [0.5, 0, 0]
to = [1.25, 2, 2]
[[monitor]]
name = "after"
kind = "volume"
quantity = "p"
from = [2.75, 0, 0]
to = [3.5, 2, 2]
"""
    drops = []
    for loss in (20, 40):
        summary = solved(text, overrides=[f"duct.d.loss_coefficient={loss}"])
        values = {row["name"]: row["value"] for row in summary["monitors"]}
        drops.append(values["before"] - values["after"])
        row = plate(summary, "d")
        assert row["kind"] == "duct"
        assert row["flow_m3_s"] == pytest.approx(0.2, rel=1e-4)
        assert row["pressure_drop_Pa"] == pytest.approx(drops[-1], rel=0.1)
    assert drops[1] - drops[0] == pytest.approx(20 * 0.5 * DENSITY * (0.2 / 0.25) ** 2, rel=0.01)


def test_an_open_slot_lets_air_pass_by_its_loss():
    """Six open units in a closed room whose cooling unit blows more at the intakes than the servers take: the rest
    passes by, with K = 4 velocity heads of 0.27 m2 lost. Static pressures of both ends may differ by a head more or
    less."""
    stack = ('[[rack.server]]\nu = 1\nheight = 20\npower = "10 kW"\ntemperature_rise = "12 K"\n'
             '[[rack.open_slot]]\nu = 30\nheight = 6\nloss_coefficient = 4\n[[cooling_unit]]')
    text = replaced(CLOSED_ROOM, ('power = "10 kW"\ntemperature_rise = "12 K"\n[[cooling_unit]]', stack))
    case = make_case(text)
    solver = solver_of(case)
    low, high = case.rack[0].heights(case.rack[0].open_slot[0])
    x, y, z = solver.grid.mesh()
    inside = (x > 2) & (x < 2.5) & (y > 1) & (y < 2)
    slot = inside & (z > low) & (z < high)
    assert solver.mesh.fluid[slot].all()
    assert slot.any()
    assert not solver.mesh.fluid[inside & ~slot & (z < 2)].any()
    summary = solved(text)
    assert summary["balance"]["closure"] < 1e-6
    row = plate(summary, "A1 u30")
    assert row["kind"] == "open slot"
    assert row["flow_m3_s"] > 0.0
    head = 0.5 * DENSITY * (row["flow_m3_s"] / (6 * 0.04445 * 1.0)) ** 2
    assert row["pressure_drop_Pa"] == pytest.approx(4.0 * head, abs=head)


PLENUM = AIR + """
[room]
size = ["3 m", "2 m", "3 m"]
[[rack]]
name = "A1"
from = ["1.5 m", "0.5 m", "0.5 m"]
to = ["2 m", "1.5 m", "2 m"]
intake = "x_min"
exhaust = "x_max"
power = "6 kW"
temperature_rise = "12 K"
[[cooling_unit]]
name = "CRAH"
from = ["2.5 m", "0.5 m", "0.5 m"]
to = ["3 m", "1.5 m", "2 m"]
intake = "z_max"
discharge = "z_min"
fan = { flow = [0, 0.8], pressure = [300, 100] }
resistance = { flow = "0.5 m^3/s", pressure = "120 Pa" }
fan_efficiency = 0.5
supply_temperature = "16 degC"
[[panel]]
name = "floor"
from = ["0 m", "0 m", "0.5 m"]
to = ["3 m", "2 m", "0.5 m"]
leakage_fraction = 0.004
[[tile]]
name = "t1"
from = ["1 m", "0.5 m", "0.5 m"]
to = ["1.5 m", "1.5 m", "0.5 m"]
free_area = 0.25
"""


@pytest.fixture(scope="module")
def plenum():
    return solved(PLENUM)


def test_what_the_unit_moves_passes_tiles_and_leaks(plenum):
    unit = plenum["cooling_units"][0]
    through = sum(row["flow_m3_s"] for row in plenum["plates"])
    assert through == pytest.approx(unit["flow_m3_s"], rel=1e-5)


def test_the_unit_runs_where_its_curve_meets_coil_and_plenum(plenum):
    """300 - 250 q = 480 q^2 + plenum: by hand with the plenum pressure that the tile needs at its own flow."""
    unit, tile = plenum["cooling_units"][0], plate(plenum, "t1")
    against = tile["pressure_drop_Pa"]
    by_hand = (-250.0 + math.sqrt(250.0**2 + 4 * 480.0 * (300.0 - against))) / 960.0
    assert unit["flow_m3_s"] == pytest.approx(by_hand, rel=0.01)
    assert unit["fan_W"] == pytest.approx(unit["flow_m3_s"] * (300 - 250 * unit["flow_m3_s"]) / 0.5, rel=0.01)


def test_a_closed_room_conserves_mass_to_rounding_and_keeps_its_pressure():
    """Nothing to open to: the net inflow of every cell is rounding, and pressures are those of moving air."""
    case = make_case(PLENUM)
    solution = settled(case)
    s = solution.solver
    assert solution.status == "converged"
    s.conserve_mass(1e-14)
    s.measure_imbalance()
    moved = float(np.abs(s.backend.to_host(s.faces.outflow)).sum()) / 2.0
    assert abs(s.imbalance.sum()) < 1e-13 * moved
    assert np.abs(s.imbalance).max() < 1e-11 * moved
    assert np.ptp(s.interior(s.p)[s.mesh.fluid]) * s.fluid.density < 100.0
