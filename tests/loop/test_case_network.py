"""A case's own network: pumps, exchangers and plates where the user puts them, and one line for what cannot be."""

from __future__ import annotations

import math

import pytest

from kernels.backend import make_backend
from thermo import network
from thermo.case import load
from thermo.case.shipped import shipped_cases
from thermo.cli import main
from thermo.errors import CaseError
from thermo.loop import case_network

SHIPPED = shipped_cases()["network"]
HEAD = """
[case]
cooling = "closed_loop"

[network]
coolant = "water"
temperature = "40 degC"
"""


def solved(file, *overrides):
    return network.solve(load(file, overrides), make_backend("cpu"), None)[0].summary


def rows(summary):
    return {row["name"]: row for row in summary["liquid"]["branches"]}


def written(tmp_path, text):
    file = tmp_path / "case.toml"
    file.write_text(HEAD + text)
    return file


@pytest.fixture(scope="module")
def shipped():
    return solved(SHIPPED)


def test_the_exchanger_passes_all_heat_of_the_rack_loop(shipped):
    found = rows(shipped)
    heat = 72 * 1200.0 + 18e3
    taken = found["exchanger hot"]["heat_W"]
    assert found["exchanger cold"]["heat_W"] == pytest.approx(-taken, rel=1e-6)
    assert -taken == pytest.approx(heat + found["P1"]["heat_W"] + found["P2"]["heat_W"], rel=1e-6)
    assert shipped["balance"]["closure"] < 1e-6


def test_a_broken_coupling_shows_in_the_closure(monkeypatch):
    link = case_network._link

    def broken(net, solution, exchanger, hot, cold):
        link(net, solution, exchanger, hot, cold)
        net.conductance[cold] *= 0.7

    monkeypatch.setattr(case_network, "_link", broken)
    balance = solved(SHIPPED)["balance"]
    assert balance["closure"] > 0.1
    assert balance["heat_out_W"] < 0.9 * balance["heat_in_W"]


def test_the_exchanger_follows_effectiveness_and_ntu(shipped):
    """UA known at the rated flows; here the flows differ, UA by the power 0.7 of each film, and q = e C (Th - Tc)."""
    hot, cold = (rows(shipped)[f"exchanger {side}"] for side in ("hot", "cold"))
    films = (abs(hot["flow_L_min"]) / 180.0) ** -0.7 + (abs(cold["flow_L_min"]) / 220.0) ** -0.7
    rate = {side["name"]: abs(side["heat_W"] / (side["outlet_C"] - side["inlet_C"])) for side in (hot, cold)}
    least, most = sorted(rate.values())
    ratio, ntu = least / most, 2.0 * 25e3 / films / least
    decay = math.exp(-ntu * (1.0 - ratio))
    heat = (1.0 - decay) / (1.0 - ratio * decay) * least * (hot["inlet_C"] - cold["inlet_C"])
    assert cold["heat_W"] == pytest.approx(heat, rel=5e-3)


def test_pumps_side_by_side_share_and_in_series_add(shipped):
    found = rows(shipped)
    assert found["P1"]["flow_kg_s"] == pytest.approx(found["P2"]["flow_kg_s"], rel=1e-9)
    assert found["roof pump 1"]["flow_kg_s"] == pytest.approx(found["roof pump 2"]["flow_kg_s"], rel=1e-9)
    assert found["bypass"]["flow_kg_s"] == 0.0
    assert not shipped["run"]["flags"]


def test_the_roof_is_under_less_pressure_by_the_weight_of_its_water(tmp_path):
    file = written(tmp_path, """
node = [{ name = "low", pressure = "3 bar" }, { name = "high", elevation = "10 m" },
        { name = "top", elevation = "10 m" }]
pump = [{ name = "P", from = "low", to = "high", held_flow = "10 L/min" }]
load = [{ name = "L", from = "high", to = "top", heat = "1 kW", pressure_drop = "1 Pa", rated_flow = "10 L/min" }]
[[network.cooler]]
name = "C"
from = "top"
to = "low"
outlet_temperature = "40 degC"
pressure_drop = "20 kPa"
rated_flow = "10 L/min"
exponent = 2
""")
    summary = solved(file)
    found = {row["name"]: row["pressure_Pa"] for row in summary["liquid"]["nodes"]}
    assert found["top"] == pytest.approx(3e5 + 20e3 - 992.2 * 9.80665 * 10.0, rel=1e-3)
    pump = (found["high"] - 3e5 + 992.2 * 9.80665 * 10.0) * 10e-3 / 60.0 / 0.6
    assert summary["liquid"]["pump_W"] == pytest.approx(pump, rel=1e-3)
    assert rows(summary)["P"]["heat_W"] == pytest.approx(summary["liquid"]["pump_W"], rel=1e-6)


def test_the_plates_say_which_chip_is_nearest_its_limit(shipped):
    assert shipped["chips"]["hottest"].startswith("GPU ")
    assert 0.0 < shipped["chips"]["margin_K"] < 40.0
    assert shipped["limits"][0]["met"]


def test_first_fill_is_pipes_tanks_and_plates(shipped):
    pipes = math.pi / 4.0 * (0.05**2 * 24.0 + 0.065**2 * 60.0)
    assert shipped["water"]["first_fill_L"] == pytest.approx(1e3 * (pipes + 0.25 + 72 * 30e-6), rel=1e-9)


FLAGGED = {
    "weaker pump beside a strong one": (["network.pump.P2.speed=0.4"], "pump P2: pumps in conflict"),
    "cavitation": (["network.node.rack suction.pressure=12 kPa"], "node rack suction: "),
    "roof under no pressure": (["network.node.roof suction.pressure=1 bar"], "boils or cavitates"),
    "condensation": (["network.room_dew_point=45 degC"], "condensation: node"),
}


@pytest.mark.parametrize("name", FLAGGED)
def test_possible_but_bad_is_flagged(name):
    overrides, words = FLAGGED[name]
    assert any(words in flag for flag in solved(SHIPPED, *overrides)["run"]["flags"])


def test_no_condensation_on_nodes_outdoors():
    names = ("roof suction", "between", "roof discharge", "roof return", "roof hot", "roof cold")
    roof = [f"network.node.{name}.outdoors=true" for name in names]
    assert not solved(SHIPPED, *roof, "network.room_dew_point=38 degC")["run"]["flags"]
    (flag,) = solved(SHIPPED, *roof, "network.room_dew_point=45 degC")["run"]["flags"]
    assert "condensation: node rack suction" in flag
    (flag,) = solved(SHIPPED, "network.room_dew_point=38 degC")["run"]["flags"]
    assert "condensation: node roof " in flag


COOLER = """
node = [{ name = "in", pressure = "3 bar", temperature = "20 degC" }, { name = "out", pressure = "2.5 bar" }]
[[network.cooler]]
name = "X"
from = "in"
to = "out"
outlet_temperature = "30 degC"
pressure_drop = "50 kPa"
rated_flow = "10 L/min"
"""


def test_a_cooler_that_heats_is_flagged(tmp_path):
    """Water warmed by 10 K, with 4.18 kJ/kg/K at 20 to 30 degC; tables differ in the third digit."""
    summary = solved(written(tmp_path, COOLER))
    heat = rows(summary)["X"]["heat_W"]
    assert heat == pytest.approx(rows(summary)["X"]["flow_kg_s"] * 4180.0 * 10.0, rel=2e-3)
    assert summary["run"]["flags"] == [f"cooler X: heats the coolant by {heat / 1e3:.3g} kW"]
    cooled = solved(written(tmp_path, COOLER.replace("30 degC", "18 degC")))
    assert not cooled["run"]["flags"]


EXCHANGER = """
node = [{ name = "a", pressure = "3 bar", temperature = "60 degC" }, { name = "b", pressure = "2.5 bar" },
        { name = "c", pressure = "3 bar", temperature = "20 degC" }, { name = "d", pressure = "2.5 bar" }]
[[network.exchanger]]
name = "X"
conductance = "1 kW/K"
hot = { from = "a", to = "b", pressure_drop = "50 kPa", rated_flow = "10 L/min" }
cold = { from = "c", to = "d", pressure_drop = "50 kPa", rated_flow = "10 L/min" }
"""


def test_an_exchanger_with_its_sides_exchanged_is_flagged(tmp_path):
    assert not solved(written(tmp_path, EXCHANGER))["run"]["flags"]
    swapped = EXCHANGER.replace("hot =", "_ =").replace("cold =", "hot =").replace("_ =", "cold =")
    summary = solved(written(tmp_path, swapped))
    assert any("exchanger X: its hot side is the colder one" in flag for flag in summary["run"]["flags"])
    assert summary["balance"]["closure"] < 1e-6


REFUSED = {
    "unknown node": (["network.pipe.riser.to=roof hott"], ["network.pipe.riser.to", "no node roof hott", "roof hot?"]),
    "name twice": (["network.pipe.riser.name=P1"], ["network.p", "has the same name"]),
    "onto itself": (["network.pipe.riser.to=roof return"], ["riser", "starts and ends at node roof return"]),
    "frozen": (["network.cooler.dry cooler.surroundings=-15 degC"], ["dry cooler.surroundings", "freezes at -9.8"]),
    "boiling": (["network.pump.P1.speed=0.03", "network.pump.P2.speed=0"], ["branch GPU", "would boil"]),
    "heat without a way out": (
        ["network.pump.roof pump 1.speed=0", "network.pump.roof pump 2.speed=0"], ["no way out"]),
    "two laws for a pump": (["network.pump.P1.held_flow=3 L/min"], ["pump.P1", "exactly one of flow, held_flow"]),
    "falling flows": (['network.pump.P1.flow=["0 L/min", "9 L/min", "5 L/min"]'], ["pump.P1", "must start at 0"]),
    "rising head": (['network.pump.P1.head=["1 bar", "2 bar", "1 bar"]'], ["network.pump.P1", "must not rise"]),
    "unknown chip": (["network.plate.GPU.chip=B20"], ["network.plate.GPU.chip", "NVIDIA B200"]),
    "unknown coolant": (["network.coolant=brine"], ["network.coolant"]),
    "plant beside it": (["plant={it_scale = 1}"], ["plant", "stands beside [network]"]),
    "inflow at a held pressure": (
        ["network.node.roof suction.inflow=1 kg/s"], ["node.roof suction.inflow", "at a node of held pressure"]),
    "other cooling": (["case.cooling=air"], ["room", "is missing"]),
    "misspelt key": (["network.pipe.riser.lenght=3 m"], ["riser.lenght", "unknown key", "Did you mean length?"]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_impossible_is_refused_in_one_line(name):
    overrides, words = REFUSED[name]
    with pytest.raises(CaseError) as error:
        network.preflight(load(SHIPPED, overrides), make_backend("cpu"))
    said = str(error.value)
    assert "\n" not in said
    for word in words:
        assert word in said


def test_a_part_without_reference_names_its_node(tmp_path):
    text = SHIPPED.read_text().replace('{ name = "roof suction", pressure = "3 bar", volume = "200 L" }',
                                       '{ name = "roof suction" }')  # fmt: skip
    file = tmp_path / "case.toml"
    file.write_text(text)
    with pytest.raises(CaseError, match=r"network: node roof suction: is not connected to any node of known pressure"):
        network.preflight(load(file), make_backend("cpu"))


def test_heat_behind_a_shut_valve_is_refused(tmp_path):
    file = written(tmp_path, """
node = [{ name = "a", pressure = "3 bar" }, { name = "b" }, { name = "c" }]
pump = [{ name = "P", from = "a", to = "b", flow = ["0 L/min", "20 L/min"], head = ["1 bar", "0.5 bar"] }]
valve = [{ name = "V", from = "b", to = "c", kv = 2, opening = 0 }]
load = [{ name = "L", from = "c", to = "a", heat = "1 kW", pressure_drop = "10 kPa", rated_flow = "10 L/min" }]
""")
    with pytest.raises(CaseError, match="branch L: no coolant flows, but 1 kW go into it"):
        network.preflight(load(file), make_backend("cpu"))


def test_coolant_that_comes_in_needs_a_temperature(tmp_path):
    text = """
node = [{ name = "in", pressure = "3 bar" }, { name = "out", pressure = "2 bar" }]
valve = [{ name = "V", from = "in", to = "out", kv = 2 }]
"""
    with pytest.raises(CaseError, match=r"node\.in\.temperature: is missing: 0\.5\d* kg/s come in here"):
        network.preflight(load(written(tmp_path, text)), make_backend("cpu"))
    summary = solved(written(tmp_path, text.replace('"3 bar"', '"3 bar", temperature = "20 degC"')))
    assert rows(summary)["V"]["flow_L_min"] == pytest.approx(2e3 / 60.0, rel=2e-3)


def test_pumps_that_hold_two_flows_in_series_conflict(tmp_path):
    file = written(tmp_path, """
node = [{ name = "a", pressure = "3 bar" }, { name = "b" }]
pump = [{ name = "first", from = "a", to = "b", held_flow = "10 L/min" },
        { name = "second", from = "b", to = "a", held_flow = "12 L/min" }]
""")
    with pytest.raises(CaseError, match="two fixed flows work against each other"):
        network.preflight(load(file), make_backend("cpu"))


HELD_RISE = """
node = [{ name = "in", pressure = "3 bar", temperature = "20 degC" }, { name = "b" },
        { name = "out", pressure = "3.5 bar", temperature = "20 degC" }]
pump = [{ name = "P", from = "in", to = "b", held_rise = "150 kPa" }]
valve = [{ name = "V", from = "b", to = "out", kv = 2 }]
"""


def test_a_held_rise_drives_what_the_valve_lets_through(tmp_path):
    found = rows(solved(written(tmp_path, HELD_RISE)))
    assert found["P"]["flow_L_min"] == pytest.approx(2e3 / 60.0, rel=2e-3)  # 1 bar is left for the valve


def test_a_held_rise_with_more_against_it_is_refused(tmp_path):
    less = HELD_RISE.replace("150 kPa", "10 kPa")
    for text in (less, less.replace('to = "b", held', 'to = "out", held').replace('from = "b"', 'from = "in"')
                 .replace('{ name = "b" },', "")):  # fmt: skip
        with pytest.raises(CaseError, match=r"pump\.P\.held_rise: more than its 10 kPa stand against it and push"):
            network.preflight(load(written(tmp_path, text)), make_backend("cpu"))
    flags = solved(written(tmp_path, less.replace("kv = 2", "kv = 2, check = true")))["run"]["flags"]
    assert any("pump P: pumps in conflict" in flag for flag in flags)


def test_refusal_is_exit_status_2_and_writes_nothing(tmp_path):
    with pytest.raises(SystemExit) as ended:
        main(["run", str(SHIPPED), "-o", str(tmp_path / "out"), "--set", "network.pump.P1.speed=0.03",
              "--set", "network.pump.P2.speed=0"])  # fmt: skip
    assert ended.value.code == 2
    assert not (tmp_path / "out").exists()


def test_the_report_draws_it(shipped):
    from thermo.output import network_diagram

    assert "11 nodes" in network_diagram.diagram(shipped["liquid"]).alt
    assert "riser" in network_diagram.tables(shipped["liquid"])
    place = network_diagram.places(["a", "b", "c"], [("a", "b"), ("b", "a")])
    assert place == {"a": (0, 0), "b": (1, 0), "c": (0, 2)}
