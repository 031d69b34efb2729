"""The closed-loop case of one rack: what its summary says, and what is refused or flagged."""

import numpy as np
import pytest

from kernels.backend import make_backend
from thermo import liquid
from thermo.case import load
from thermo.case.shipped import shipped_cases
from thermo.cli import main
from thermo.errors import CaseError
from thermo.loop.coolant import coolant

RACK = shipped_cases()["rack_72gpu"]


def solved(*overrides, file=RACK):
    result, status = liquid.solve(load(file, overrides), make_backend("cpu"), lambda *_: None)
    assert status == "converged"
    return result


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """The rack without site, plant, money and limits."""
    file = tmp_path_factory.mktemp("plain") / "rack.toml"
    file.write_text(RACK.read_text().split("[site]")[0])
    return file


@pytest.fixture(scope="module")
def rack():
    return solved()


def test_every_plate_is_a_branch(rack):
    plates = [row for row in rack.summary["liquid"]["branches"] if "chip_C" in row]
    names = [row["name"] for row in plates]
    assert sum("GPU" in name for name in names) == 72
    assert sum("CPU" in name for name in names) == 36
    assert len(set(names)) == len(names)


def test_heat_and_flow_add_up(rack):
    section, rows = rack.summary["liquid"], rack.summary["liquid"]["branches"]
    plates = [row for row in rows if "chip_C" in row]
    heat = sum(row["heat_W"] for row in plates)
    assert heat == pytest.approx(72 * 1200 + 36 * 300 + 18 * 400)
    assert sum(row["flow_kg_s"] for row in plates) == pytest.approx(section["flow_kg_s"], rel=1e-9)
    assert section["flow_kg_s"] == pytest.approx(heat * 1.5e-3 / 60e3 * 1007.2, rel=1e-3)
    assert section["return_C"] - section["supply_C"] == pytest.approx(1.0 / (1.5e-3 / 60e3 * 1007.2 * 3985.0), rel=3e-3)
    assert rack.summary["balance"]["closure"] < 1e-10


def test_the_hottest_chip_is_one_with_the_least_flow(rack):
    rows = rack.summary["liquid"]["branches"]
    gpus = [row for row in rows if " GPU " in row["name"]]
    assert min(gpus, key=lambda row: row["flow_kg_s"])["chip_C"] == pytest.approx(rack.summary["chips"]["max_C"])
    assert rack.summary["chips"]["margin_K"] == pytest.approx(89.0 - rack.summary["chips"]["max_C"])


def test_a_rack_states_what_a_year_takes_and_costs(rack):
    """The five figures of a sealed loop: energy, water on site and elsewhere, first fill, margin, cost."""
    summary = rack.summary
    metrics, water, cost = summary["metrics"], summary["water"], summary["cost"]
    assert 1.0 < metrics["pue"] < 1.25
    assert metrics["wue_site_L_per_kWh"] < 1e-3 < 0.9 < metrics["wue_source_L_per_kWh"]
    assert water["evaporation_L_per_year"] == 0.0
    assert water["first_fill_L"] > 25e3
    parts = sum(sum(part.values()) for part in cost.values() if isinstance(part, dict))
    assert cost["total_USD_per_year"] == pytest.approx(parts, rel=1e-12)
    assert cost["USD_per_IT_kWh"] == pytest.approx(cost["total_USD_per_year"] / metrics["it_energy_kWh"], rel=1e-12)
    annuity = 0.08 / (1.0 - 1.08**-15.0) + 0.02
    wanted = 0.066 * metrics["pue"] + 2050.0 * annuity / 8760.0
    assert cost["USD_per_IT_kWh"] == pytest.approx(wanted, rel=1e-3)


def test_the_plant_carries_loop_and_room():
    """The heat of the racks leaves through the facility loop and through the chilled water of the fan wall."""
    case = load(shipped_cases()["row"])
    technology = liquid.solve_loop(case)
    year = liquid.operate(case, technology).year
    to_coolant, to_air = (2.5 * 8 * heat for heat in liquid.rack_heat(case.liquid, technology.chips))
    hourly = year.hourly
    assert to_air == pytest.approx(2.5 * sum(rack.heat for rack in case.rack), rel=1e-6)
    assert np.ptp(hourly["liquid_heat"]) == 0.0 and hourly["liquid_heat"][0] == pytest.approx(to_coolant, rel=1e-9)
    assert hourly["coil_load"].min() > to_air
    assert hourly["supply_air_temperature"][0] == pytest.approx(298.15)
    warmer = load(shipped_cases()["row"], ["plant.air_handler.supply_temperature=20 degC"])
    cooler = liquid.operate(warmer, technology).year
    assert cooler.hourly["supply_air_temperature"][0] == pytest.approx(293.15)
    assert cooler.totals["facility_kWh"] > year.totals["facility_kWh"]


def test_the_warmest_air_of_the_racks_is_no_set_point_of_the_fan_wall():
    with pytest.raises(CaseError, match=r"plant.air_handler.at_supply_limit: is for racks cooled by air"):
        load(shipped_cases()["row"], ["plant.air_handler.at_supply_limit=true"])


def test_row_solves_room_loop_and_plant_together():
    """One summary: rack intakes of the field, branches of the loop, the plant's year; the room's racks pass their air
    heat on, and the room is warmer by it."""
    sizes = ["grid.cell=0.3 m", "solve.max_iterations=60"]
    result, _ = liquid.solve(load(shipped_cases()["row"], sizes), make_backend("cpu"), lambda *_: None)
    summary = result.summary
    assert {"racks", "air", "chips", "liquid", "plant", "metrics", "energy", "water", "cost"} <= set(summary)
    assert {row["name"] for row in summary["limits"]} == {"rack_inlet_max", "chip_max", "pue", "wue_site"}
    assert len(summary["racks"]) == 8
    assert sum("chip_C" in row for row in summary["liquid"]["branches"]) == 8 * 126
    assert sum(row["power_W"] for row in summary["racks"]) == pytest.approx(8 * 17250.0)
    assert result.year is not None and result.fields is not None


def test_a_fitted_rack_has_its_branches_and_a_map_of_its_hottest_die():
    small = ["liquid.racks=6", "liquid.groups=2"]
    result, _ = liquid.solve(load(shipped_cases()["abilene_hall"], small), make_backend("cpu"), None)
    summary = result.summary
    chips = [row for row in summary["liquid"]["branches"] if "chip_C" in row]
    assert len(chips) == 126
    assert max(row["chip_C"] for row in chips if "GPU" in row["name"]) == pytest.approx(summary["chips"]["max_C"])
    assert summary["chips"]["hottest"].startswith("group ")
    (plate,) = result.plates
    junction = plate.junction[0].max()
    by_record = plate.inlet[0] + plate.measured * plate.power
    assert junction - plate.inlet[0] == pytest.approx(by_record - plate.inlet[0], rel=0.25)


def test_less_flow_makes_hotter_chips_and_less_pump_power(rack):
    less = solved("liquid.flow_per_power=1.0 L/min/kW").summary
    assert less["chips"]["max_C"] > rack.summary["chips"]["max_C"] + 2.0
    assert less["liquid"]["pump_W"] < 0.5 * rack.summary["liquid"]["pump_W"]


def test_pressure_control_meets_the_flow_control(rack, tmp_path):
    section = rack.summary["liquid"]
    file = tmp_path / "case.toml"
    wanted = f"differential_pressure = {section['pressure_drop_Pa']}"
    file.write_text(RACK.read_text().replace('flow_per_power = "1.5 L/min/kW"', wanted))
    by_pressure, _ = liquid.solve(load(file), make_backend("cpu"), None)
    assert by_pressure.summary["liquid"]["flow_kg_s"] == pytest.approx(section["flow_kg_s"], rel=1e-5)


def test_loop_in_the_file_has_every_branch(rack):
    assert len(rack.loop["name"]) == len(rack.loop["flow_kg_s"]) == len(rack.summary["liquid"]["branches"])
    assert np.isfinite(rack.loop["chip_C"]).sum() == 126


FLAGGED = {
    "supply below the dew point": (
        ["liquid.supply_temperature=12 degC", "liquid.unit.facility_temperature=8 degC"],
        "condensation",
    ),
    "cavitating pumps": (["liquid.static_pressure=30 kPa"], "node suction"),
    "facility too warm": (["liquid.unit.facility_temperature=44.999999 degC"], "too warm for the supply"),
    "chips too hot": (["liquid.supply_temperature=65 degC"], "chips: the hottest is"),
    "plate of another coolant": (["liquid.coolant=water"], "was measured with propylene glycol 25%"),
    "pumps too weak": (["liquid.flow_per_power=16 L/min/kW"], "pumps at full speed"),
}


@pytest.mark.parametrize("name", FLAGGED)
def test_possible_but_bad_is_flagged(name, plain):
    overrides, words = FLAGGED[name]
    assert any(words in flag for flag in solved(*overrides, file=plain).summary["run"]["flags"])


REFUSED = {
    "loop with air": (["case.cooling=air"], ["room", "is missing"]),
    "room table without room": (["grid={cell = 0.1}"], ["grid", "without a room"]),
    "unknown coolant": (["liquid.coolant=propylene glycol 24%"], ["liquid.coolant", "propylene glycol 25%"]),
    "unknown unit": (["liquid.unit.record=Vertiv XDU"], ["liquid.unit.record", "Vertiv XDU1350"]),
    "unknown chip": (["liquid.rack.tray.compute.plate.GPU.chip=NVIDIA B20"], ["plate.GPU.chip", "NVIDIA B200"]),
    "unknown plate": (["liquid.rack.tray.compute.plate.GPU.record=OCP"], ["plate.GPU.record", "OCP 1 kW OAM PG25"]),
    "two controls": (["liquid.pump_speed=0.5"], ["liquid", "exactly one of flow_per_power"]),
    "no headers": (["liquid.racks=2"], ["liquid", "header is missing"]),
    "no unit left": (["liquid.unit.failed=1"], ["liquid", "no distribution unit running"]),
    "facility warmer than supply": (["liquid.unit.facility_temperature=50 degC"], ["not colder than the supply"]),
    "frozen coolant": (
        ["liquid.supply_temperature=-12 degC", "liquid.unit.facility_temperature=-20 degC"],
        ["liquid.supply_temperature", "freezes"],
    ),
    "boiling": (["liquid.flow_per_power=0.12 L/min/kW"], ["liquid", "would boil", "rack 1"]),
    "two trays of one name": (["liquid.rack.tray.switch.name=compute"], ["same name"]),
    "misspelt key": (["liquid.rack.tray.compute.plate.GPU.recrd=x"], ["recrd", "Did you mean record?"]),
    "plant without site": (["plant={it_scale = 1}"], ["site", "is missing"]),
    "load": (["load={server = 'x'}"], ["load"]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_impossible_is_refused_in_one_line(name, plain):
    overrides, words = REFUSED[name]
    with pytest.raises(CaseError) as error:
        liquid.preflight(load(plain, overrides), make_backend("cpu"))
    said = str(error.value)
    assert "\n" not in said
    for word in words:
        assert word in said


def test_a_closed_loop_needs_its_table(tmp_path):
    file = tmp_path / "case.toml"
    file.write_text('[case]\ncooling = "closed_loop"\n')
    with pytest.raises(CaseError, match="liquid: is missing"):
        load(file)


def test_refusal_is_exit_status_2(tmp_path):
    with pytest.raises(SystemExit) as ended:
        main(["run", str(RACK), "-o", str(tmp_path / "out"), "--set", "liquid.flow_per_power=0.12 L/min/kW"])
    assert ended.value.code == 2
    assert not (tmp_path / "out").exists()


def test_hall_over_a_year_evaporates_nothing_and_pays_for_it():
    """First fill from the geometry, evaporation exactly zero, and the water behind the electricity beside it."""
    result, _ = liquid.solve(load(shipped_cases()["abilene_hall"]), make_backend("cpu"), None)
    summary = result.summary
    assert summary["water"]["evaporation_L_per_year"] == 0.0
    assert 5e5 < summary["water"]["first_fill_L"] < 8e5
    assert summary["metrics"]["wue_site_L_per_kWh"] < 1e-4 < 0.5 < summary["metrics"]["wue_source_L_per_kWh"]
    assert summary["metrics"]["cue_kg_per_kWh"] == pytest.approx(0.367 * summary["metrics"]["pue"], rel=1e-9)
    assert summary["plant"]["supply_C"] < summary["plant"]["supply_limit_C"]
    assert any("of one building" in line for line in result.sources)


def test_weak_glycol_is_refused_with_the_one_that_holds():
    with pytest.raises(CaseError, match=r"freezes at -9.8 degC .* use propylene glycol 40%"):
        case = load(shipped_cases()["abilene_hall"], ["plant.facility_loop.coolant=propylene glycol 25%"])
        liquid.preflight(case, make_backend("cpu"))


def test_fitted_racks_share_the_flow_as_resolved_ones_do():
    small = ["liquid.racks=6", "liquid.groups=1"]
    rows = {}
    for model in ("fitted", "plates"):
        case = load(shipped_cases()["abilene_hall"], [*small, f"liquid.rack_model={model}"])
        technology = liquid.solve_loop(case)
        rows[model] = technology.rack_flow
        rows[f"{model} chip"] = technology.chip_temperature.max()
    assert rows["fitted"] == pytest.approx(rows["plates"], rel=2e-3)
    assert rows["fitted chip"] == pytest.approx(rows["plates chip"], abs=0.05)


def test_row_holds_room_and_loop_to_the_same_heat():
    with pytest.raises(CaseError, match=r"rack.R3.power: 12000 W .* give 17250 W"):
        case = load(shipped_cases()["row"], ["rack.R3.power=12 kW"])
        liquid.preflight(case, make_backend("cpu"))


def test_the_report_draws_the_loop(rack):
    from thermo.output import piping

    diagram, branches = piping.diagram(rack), piping.branches(rack)
    assert "45.0 °C" in diagram.alt
    assert "126 plates" in branches.alt
    assert "rack 1 supply hose" in piping.mains(rack.summary)
    assert piping.series(rack) is None


def test_the_report_draws_a_trip():
    from thermo.output import piping

    result = solved('liquid.time={duration="30 s", step="0.5 s", event=[{at="5 s", kind="pump_trip"}]}')
    assert "time to first throttle" in piping.series(result).caption
    assert "facility_C" in result.loop_series


@pytest.mark.parametrize(("name", "overrides"), [
    ("rack_72gpu", []),
    ("rack_72gpu", ["plant.facility_loop.temperature_rise=6 K"]),
    ("abilene_closed_loop", []),
    ("abilene_closed_loop", ["plant.facility_loop.minimum_flow=0.05", "load.utilisation=0.2"]),
    ("abilene_closed_loop", ["plant.facility_loop.temperature_rise=12 K"]),
])  # fmt: skip
def test_distribution_units_keep_the_second_law_in_every_hour(name, overrides):
    """Facility coolant enters and leaves colder than technology coolant leaves and enters, and as effectiveness and NTU
    at the flows that run have it: what the exchanger can do is at least the heat of the hour."""
    case = load(shipped_cases()[name], overrides)
    technology = liquid.solve_loop(case)
    hourly = liquid.operate(case, technology).year.hourly
    parts = case.plant.it_scale * technology.scale
    units, flow = parts * technology.units, technology.flow / technology.units
    heat = (hourly["liquid_heat"] + hourly["distribution_pump_power"]) / units
    hot = flow * coolant(case.liquid.coolant).heat_capacity(technology.supply + 5.0)
    facility = coolant(case.plant.facility_loop.coolant).heat_capacity(technology.supply)
    supply = technology.supply + np.maximum(hourly["facility_supply"] - technology.facility_limit, 0.0)
    assert np.all(hourly["facility_supply"] < supply)
    assert np.all(hourly["facility_return"] < supply + heat / hot)
    each = hourly["facility_flow"] / units
    cold = each * facility
    exchanger = technology.unit.exchanger
    ua = 2.0 * exchanger.ua / ((flow / exchanger.hot_flow) ** -0.7 + (each / exchanger.cold_flow) ** -0.7)
    least, most = np.minimum(hot, cold), np.maximum(hot, cold)
    decay = np.exp(-ua / least * (1.0 - least / most))
    reach = (1.0 - decay) / (1.0 - least / most * decay) * least * (supply + heat / hot - hourly["facility_supply"])
    assert np.all(reach > heat * (1.0 - 1e-3))


@pytest.mark.parametrize(("name", "approach"), [("rack_72gpu", 1.15),
                                                ("abilene_closed_loop", 1.65)])
def test_approach_is_that_of_the_facility_flow_that_runs(name, approach):
    """Exchanger of the record (Vertiv XDU1350) at heat / (cp rise), by hand."""
    technology = liquid.solve_loop(load(shipped_cases()[name]))
    assert technology.supply - technology.facility_limit == pytest.approx(approach, abs=0.05)
    rated = technology.facility_limit_at(None)
    assert rated > technology.facility_limit + 1.0
