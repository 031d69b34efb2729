"""The same networks as other programs solve them.

The numbers are what pandapipes 0.16.0 (Colebrook, water at 35 degC) and TESPy 0.11.3 (IAPWS water) gave for the
networks built here. pandapipes takes the viscosity of the inlet everywhere and local density; TESPy takes Hanakov's
formula for a hydraulically smooth pipe, 1/sqrt(f) = 1.8 lg Re - 1.5, of the form of Haaland's without roughness.
"""

import numpy as np
import pytest
from matplotlib.backend_bases import RendererBase

from thermo.loop.coolant import coolant
from thermo.loop.elements import Pipe
from thermo.loop.friction import friction
from thermo.loop.network import Builder
from thermo.loop.steady import solve
from thermo.validate import problems_directory
from thermo.validate.loops import rack_flow

TESPY = (4.5191829678, 3.3155158848, 2.7201354057, 2.3509257927, 2.0942399489)  # kg/s
TESPY_DROP = 0.2940202495e5  # Pa


def pandapipes_flows():
    file = problems_directory() / "loops" / "racks.csv"
    return [float(line.split(",")[1]) for line in file.read_text().splitlines()[-8:]]


def test_manifold_of_eight_racks_as_pandapipes_solves_it():
    assert [rack_flow(rack) for rack in range(1, 9)] == pytest.approx(pandapipes_flows(), rel=5e-4)


def test_five_pipes_in_parallel_as_tespy_solves_them():
    build = Builder("colebrook")
    build.node("split", inflow=15.0, temperature=308.15)
    build.node("merge", pressure=5e5 - TESPY_DROP)
    for i in range(5):
        build.branch(f"p{i}", "split", "merge", Pipe(4.0 + 3.0 * i, 0.032, roughness=0.0))
    solution = solve(build.network(), coolant("water"), 308.15)
    assert solution.flow == pytest.approx(TESPY, rel=1e-3)
    reynolds = 4.0 * solution.flow / (np.pi * 0.032 * solution.viscosity)
    formulas = friction(reynolds, 0.0, "colebrook")[0] * (1.8 * np.log10(reynolds) - 1.5) ** 2
    drop = solution.pressure[0] - solution.pressure[1]
    assert np.ptp(formulas) < 2e-3
    assert drop / TESPY_DROP == pytest.approx(formulas.mean(), abs=2e-3)  # the formulas' ratio differs by that


@pytest.mark.slow
def test_pandapipes_itself(monkeypatch):
    # On import pandapipes replaces Matplotlib's graphics context by one that cannot write SVG; this puts it back after.
    monkeypatch.setattr(RendererBase, "new_gc", RendererBase.new_gc)
    pandapipes = pytest.importorskip("pandapipes")
    net = pandapipes.create_empty_network(fluid="water")
    junction = {"pn_bar": 3.0, "tfluid_k": 308.15}
    pipe = {"k_mm": 0.0015, "sections": 1, "u_w_per_m2k": 0.0}
    supply, back = ([pandapipes.create_junction(net, **junction) for _ in range(8)] for _ in range(2))
    pandapipes.create_circ_pump_const_pressure(net, back[0], supply[0], p_flow_bar=4.0, plift_bar=1.0, t_flow_k=308.15)
    for i in range(7):
        for start, end in ((supply[i], supply[i + 1]), (back[i + 1], back[i])):
            pandapipes.create_pipe_from_parameters(net, start, end, 1.2e-3, inner_diameter_mm=100.0, **pipe)
    for i in range(8):
        middle = pandapipes.create_junction(net, **junction)
        pandapipes.create_pipe_from_parameters(
            net, supply[i], middle, 4e-3, inner_diameter_mm=32.0, loss_coefficient=6.0, **pipe
        )
        pandapipes.create_heat_exchanger(net, middle, back[i], qext_w=-120e3, inner_diameter_mm=1000.0)
    pandapipes.pipeflow(net, friction_model="colebrook", mode="bidirectional")
    assert net.res_pipe.mdot_from_kg_per_s[14:].tolist() == pytest.approx(pandapipes_flows(), rel=1e-5)
