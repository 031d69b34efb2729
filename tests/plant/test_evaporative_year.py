"""Plants that use water: years that can be worked by hand, closure in every hour, modes, limits, order of speed."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plant_case import plant_case

from thermo.media import Air, fluid, moist_air
from thermo.plant import weather, year

IT, FLOW, SUPPLY = 2e6, 138.0, 291.15
HALL = {
    "air_handler": {"flow_margin": 1.0, "fan_pressure": 400.0, "fan_efficiency": 0.5, "coil_approach": 6.0},
    "power": {"transformer_efficiency": 0.98, "ups": {"efficiency": 0.95}, "lighting_fraction": 0.01},
}
TOWER = {
    **HALL,
    "chiller": {"condenser": "water", "cop": 5.0},
    "tower": {"approach": 4.0, "fan_power_fraction": 0.02},
    "condenser_water": {"temperature_rise": 5.0, "pump_head": 200e3, "pump_efficiency": 0.8, "minimum_flow": 0.5},
    "water": {"cycles_of_concentration": 4.0, "drift_fraction": 1e-4, "latent_fraction": 0.9},
}
WATER_COOLED = {"condenser": "water"}
PLANTS = {
    "tower": {"chiller": WATER_COOLED},
    "tower without free cooling": {"chiller": WATER_COOLED, "economizer": {"kind": "none"}},
    "tower and dry cooler": {"chiller": WATER_COOLED, "economizer": {"kind": "water_side"}},
    "centrifugal": {"chiller": WATER_COOLED | {"record": "York YK 2771kW VSD"}},
    "wetted dry cooler": {"adiabatic": {}},
    "wetted condensers": {"adiabatic": {}, "economizer": {"kind": "none"}},
    "outdoor air": {"economizer": {"kind": "air_side"}},
    "outdoor air and tower": {"economizer": {"kind": "air_side"}, "chiller": WATER_COOLED},
    "indirect": {"economizer": {"kind": "air_side_indirect"}},
    "indirect and wet": {"economizer": {"kind": "air_side_indirect"}, "adiabatic": {}},
    "indirect, wet, tower": {"economizer": {"kind": "air_side_indirect"}, "adiabatic": {}, "chiller": WATER_COOLED},
}

WITHOUT_PADS = [name for name, tables in PLANTS.items() if "adiabatic" not in tables]


def run(case, it=IT, supply=SUPPLY, flow=FLOW, outdoor=None):
    return year.simulate(case, it, supply, None, flow, outdoor)


def coil_and_pumps():
    """Heat of the coils, W, and of the chilled-water pumps, with pencil."""
    water = fluid("water")
    fans = FLOW * 400.0 / 0.5
    coil = IT * 1.01 + fans + IT * (1 / 0.95 - 1)
    pumps = coil / (8.0 * water.heat_capacity(285.15)) / water.density(285.15) * 250e3 / 0.7
    return coil, pumps, fans


def facility(chiller_share, tower_flow_share):
    """Facility power and heat to the tower (without its fans), W, at full fan speed, with pencil."""
    coil, pumps, fans = coil_and_pumps()
    heat, water = coil + pumps, fluid("water")
    design_flow = 1.2 * heat / (5.0 * water.heat_capacity(300.0))
    condenser_pumps = design_flow / water.density(300.0) * 200e3 / 0.8 * tower_flow_share**3
    chillers = chiller_share * heat / 5.0
    used = IT * 1.01 + IT * (1 / 0.95 - 1) + fans + pumps + condenser_pumps + chillers + 0.02 * 1.2 * heat
    return used / 0.98, heat + chillers + condenser_pumps, design_flow * tower_flow_share


def assert_water(result, to_tower, flow):
    """The yearly water of a tower that evaporates 0.9 of its heat, four cycles, drift 1e-4."""
    evaporation = 0.9 * to_tower / 2.43e6 * 8760 * 3600
    drift = 1e-4 * flow * 8760 * 3600
    assert result.totals["evaporation_L"] == pytest.approx(evaporation, rel=1e-9)
    assert result.totals["drift_L"] == pytest.approx(drift, rel=1e-9)
    assert result.totals["blowdown_L"] == pytest.approx(evaporation / 3.0 - drift, rel=1e-9)
    assert result.totals["makeup_L"] == pytest.approx(evaporation * 4.0 / 3.0, rel=1e-9)


def test_mechanical_tower_year_by_hand():
    result = run(plant_case(308.15, 0.4, economizer={"kind": "none"}, **TOWER))
    expected, to_tower, flow = facility(1.0, 1.0)
    np.testing.assert_allclose(result.hourly["facility_power"], expected, rtol=1e-12)
    np.testing.assert_allclose(result.hourly["condenser_entering"], result_wet_bulb(308.15, 0.4) + 4.0, rtol=1e-9)
    assert_water(result, to_tower, flow)
    assert result.mode_hours == {"free": 0, "mixed": 0, "mechanical": 8760}


def result_wet_bulb(dry_bulb, humidity):
    return moist_air.wet_bulb(dry_bulb, humidity, 101325.0)


def test_free_tower_year_by_hand():
    """Saturated air just below supply - 2 K - 4 K: no chiller, fans at full speed, flow by the heat over its design."""
    result = run(plant_case(279.15 - 1e-6, 1.0, economizer={"approach": 2.0}, **TOWER))
    expected, to_tower, flow = facility(0.0, 1.0 / 1.2)
    np.testing.assert_allclose(result.hourly["facility_power"], expected, rtol=1e-6)
    assert_water(result, to_tower, flow)
    assert result.mode_hours["free"] == 8760
    assert result.totals["chiller_kWh"] == 0.0


def test_mixed_tower_year_by_hand():
    """Saturated air 2 K too warm for free cooling: the exchanger takes all but 2 K of the chilled water's rise."""
    result = run(plant_case(281.15, 1.0, economizer={"approach": 2.0}, **TOWER))
    coil, pumps, _ = coil_and_pumps()
    share = 2.0 / (8.0 * (coil + pumps) / coil)
    expected, _, _ = facility(share, (1.0 + share / 5.0) / 1.2)
    np.testing.assert_allclose(result.hourly["facility_power"], expected, rtol=1e-6)
    assert result.mode_hours["mixed"] == 8760


@pytest.mark.parametrize("plant", PLANTS)
def test_every_hour_closes_and_the_water_too(plant):
    result = run(plant_case(**PLANTS[plant]))
    assert np.abs(result.hourly["energy_balance"]).max() < 1e-9
    parts = ("it", "crah_fans", "pumps", "chiller", "heat_rejection_fans", "power_chain", "other")
    total = sum(result.totals[f"{part}_kWh"] for part in parts)
    assert total == pytest.approx(result.totals["facility_kWh"], rel=1e-12)
    assert sum(result.mode_hours.values()) == 8760
    assert all(np.isfinite(values).all() for values in result.hourly.values())
    if "makeup_L" in result.totals:
        spent = sum(result.totals[f"{where}_L"] for where in ("evaporation", "drift", "blowdown"))
        assert result.totals["makeup_L"] == pytest.approx(spent, rel=1e-12)
        assert result.totals["evaporation_L"] > 0.0 or plant == "outdoor air"


def test_only_what_evaporates_has_water():
    assert "makeup_L" not in run(plant_case()).totals
    assert "makeup_L" not in run(plant_case(**PLANTS["indirect"])).totals


@pytest.mark.parametrize("plant", PLANTS)
def test_variants_equal_single_runs(plant):
    case, supply = plant_case(**PLANTS[plant]), np.array([[291.15], [297.15]])
    many = run(case, supply=supply)
    for i, one in enumerate(supply[:, 0]):
        single = run(case, supply=one)
        assert many.totals["facility_kWh"][i] == pytest.approx(single.totals["facility_kWh"], rel=1e-12)
        if "makeup_L" in single.totals:
            assert many.totals["makeup_L"][i] == pytest.approx(single.totals["makeup_L"], rel=1e-12)


def test_part_load_closes_and_the_tower_says_where_it_leaves_its_range():
    """A tenth of the load: a range of 0.7 K at three quarters of the flow is outside what the tower record covers."""
    it = IT * np.where(np.arange(8760) < 1000, 0.1, 1.0)
    result = run(plant_case(298.15, chiller=WATER_COOLED), it=it, flow=FLOW * it / IT)
    assert result.totals["energy_balance"] < 1e-9
    assert any(flag.startswith("cooling tower: 1000 h, 11% of the hours it runs") for flag in result.flags)


def test_condenser_water_is_not_colder_than_the_record_was_measured():
    result = run(plant_case(chiller=WATER_COOLED))
    assert result.hourly["condenser_entering"].min() >= 298.15 - 1e-9
    assert not any(flag.startswith("chiller") for flag in result.flags)


def test_pads_by_hand():
    """Air of 40 degC and 20 %, pads of 0.8: the condensers see 0.8 of the way to the wet bulb, the air takes water."""
    chiller = {"cop": 4.0}
    pads = {"effectiveness": 0.8, "air_temperature_rise": 10.0}
    case = plant_case(313.15, 0.2, adiabatic=pads, economizer={"kind": "none"}, **HALL | {"chiller": chiller})
    result = run(case)
    wet_bulb = result_wet_bulb(313.15, 0.2)
    behind = 313.15 - 0.8 * (313.15 - wet_bulb)
    coil, pumps, _ = coil_and_pumps()
    added = moist_air.humidity_ratio_of_wet_bulb(behind, wet_bulb, 101325.0) - moist_air.humidity_ratio(
        313.15, 0.2, 101325.0
    )
    evaporation = 1.25 * (coil + pumps) / (1006.0 * 10.0) * added
    assert result.hourly["condenser_entering"][0] == pytest.approx(behind, abs=1e-6)
    assert result.totals["evaporation_L"] == pytest.approx(evaporation * 8760 * 3600, rel=1e-6)
    assert result.totals["makeup_L"] == pytest.approx(1.25 * result.totals["evaporation_L"])


def test_pads_are_dry_in_the_cold_and_where_free_cooling_needs_none():
    result = run(plant_case(adiabatic={"start_temperature": 288.15}))
    wet, air = result.hourly["pads_wet"], result.hourly["dry_bulb"]
    assert (air[wet] >= 288.15).all() and (result.hourly["water_makeup"][~wet] == 0.0).all()
    assert not wet[air + 5.55 <= result.hourly["chilled_water_supply"]].any()
    assert result.totals["facility_kWh"] < run(plant_case()).totals["facility_kWh"]


def test_direct_outdoor_air_by_hand():
    """15 degC and 50 %: the share of outdoor air is (return - supply) / (return - outdoor); nothing is humidified."""
    case = plant_case(288.15, 0.5, economizer={"kind": "air_side", "fan_power_fraction": 0.02}, **HALL)
    result = run(case)
    coil, _, fans = coil_and_pumps()
    rise = coil / (FLOW * Air().density(SUPPLY) * 1006.0)
    relief = 0.02 * coil * (rise / (rise + 3.0)) ** 3
    expected = (IT * 1.01 + IT * (1 / 0.95 - 1) + fans + relief) / 0.98
    np.testing.assert_allclose(result.hourly["facility_power"], expected, rtol=1e-9)
    assert result.mode_hours["free"] == 8760
    assert result.totals["makeup_L"] == 0.0


def test_dry_outdoor_air_is_humidified_by_hand():
    """0 degC and 10 %: up to the humidity of -9 degC dew point, and the water that evaporates cools as well."""
    result = run(plant_case(273.15, 0.1, economizer={"kind": "air_side"}, **HALL))
    coil, _, _ = coil_and_pumps()
    air = FLOW * Air().density(SUPPLY)
    rise = coil / (air * 1006.0)
    pressure = 101325.0
    added = moist_air.humidity_ratio(264.15, 1.0, pressure) - moist_air.humidity_ratio(273.15, 0.1, pressure)
    share = rise / (rise + 18.0 + added * 2.501e6 / 1006.0)
    assert added > 0.0
    assert result.totals["evaporation_L"] == pytest.approx(share * air * added * 8760 * 3600, rel=1e-9)


@pytest.mark.parametrize(
    ("dry_bulb", "humidity", "mode"),
    [(288.15, 0.5, "free"), (290.15, 0.95, "mechanical"), (300.15, 0.4, "mixed"), (300.15, 0.6, "mechanical")],
)
def test_damp_outdoor_air_stays_outside(dry_bulb, humidity, mode):
    """Dew point 16.2 degC at 17 degC/95 % and 18.6 degC at 27 degC/60 % are above 15 degC; 12.3 degC is not."""
    result = run(plant_case(dry_bulb, humidity, economizer={"kind": "air_side"}))
    assert result.mode_hours[mode] == 8760


def test_relative_humidity_at_supply_is_a_limit_of_its_own():
    """17 degC and 80 %: dew point 13.5 degC, but 75 % at 18 degC supply air."""
    loose, strict = (
        run(plant_case(290.15, 0.8, economizer={"kind": "air_side", "relative_humidity_max": value}))
        for value in (0.8, 0.7)
    )
    assert (loose.mode_hours["free"], strict.mode_hours["mechanical"]) == (8760, 8760)


def test_indirect_by_hand():
    """Effectiveness 0.6: room air leaves at return - 0.6 (return - outdoor); fans slow down by the surplus."""
    economizer = {"kind": "air_side_indirect", "effectiveness": 0.6, "fan_power_fraction": 0.04}
    result = run(plant_case(278.15, 0.5, economizer=economizer, **HALL))
    coil, _, fans = coil_and_pumps()
    rise = coil / (FLOW * Air().density(SUPPLY) * 1006.0)
    reach = 0.6 * (rise + 13.0) / rise
    expected = (IT * 1.01 + IT * (1 / 0.95 - 1) + fans + 0.04 * coil / reach**3) / 0.98
    assert reach > 1.0
    np.testing.assert_allclose(result.hourly["facility_power"], expected, rtol=1e-9)


def test_wet_exchanger_reaches_further_than_a_dry_one():
    dry, wet = (run(plant_case(**PLANTS[name])) for name in ("indirect", "indirect and wet"))
    assert wet.mode_hours["free"] > dry.mode_hours["free"]
    assert wet.totals["chiller_kWh"] < dry.totals["chiller_kWh"]


def test_water_saves_electricity_in_abilene():
    dry, tower = run(plant_case()), run(plant_case(chiller=WATER_COOLED))
    assert tower.totals["facility_kWh"] < 0.98 * dry.totals["facility_kWh"]
    assert 1.5 < tower.totals["makeup_L"] / tower.totals["it_kWh"] < 2.2


@settings(max_examples=25, deadline=None)
@given(st.floats(262.0, 312.0), st.floats(0.2, 6.0), st.floats(0.2, 1.0))
def test_hotter_weather_never_saves_energy_of_a_tower_plant(air, hotter, humidity):
    """At one relative humidity, so the wet bulb rises too; fixed fraction of Carnot, fixed approach."""
    chiller = {"condenser": "water", "carnot_fraction": 0.6}
    cases = (plant_case(t, humidity, chiller=chiller, tower={"approach": 4.0}) for t in (air, air + hotter))
    cool, hot = (run(case).totals["facility_kWh"] for case in cases)
    assert hot >= cool * (1.0 - 1e-9)


@settings(max_examples=20, deadline=None)
@given(st.floats(1.5, 14.0), st.floats(0.1, 6.0))
def test_more_cycles_never_use_more_water(cycles, more):
    waters = ({"cycles_of_concentration": value} for value in (cycles, cycles + more))
    few, many = (run(plant_case(300.15, chiller=WATER_COOLED, water=given)).totals["makeup_L"] for given in waters)
    assert many <= few


@settings(max_examples=20, deadline=None)
@given(st.floats(289.0, 299.0), st.floats(0.5, 3.0), st.sampled_from(sorted(WITHOUT_PADS)))
def test_warmer_supply_never_costs_energy(supply, warmer, plant):
    """Chillers by a fixed fraction of Carnot, because a measured table may run flat or backwards in single cells.

    Without pads: they go dry where warmer air needs no water any more, and dry air wants more fan.
    """
    tables = PLANTS[plant] | {"chiller": {"condenser": "air", **PLANTS[plant].get("chiller", {})}}
    tables["chiller"] = {"condenser": tables["chiller"]["condenser"], "carnot_fraction": 0.5}
    case, outdoor = plant_case(**tables), weather.constant(293.15, 0.5, 101325.0)
    cool, warm = (run(case, supply=t, outdoor=outdoor).totals["facility_kWh"] for t in (supply, supply + warmer))
    assert warm <= cool * (1.0 + 1e-9)


@pytest.mark.parametrize("plant", PLANTS)
def test_a_year_takes_milliseconds(plant):
    """50 ms for a year whose weather has been read; the best of five, as other work may share the machine."""
    case = plant_case(**PLANTS[plant])
    run(case)
    spent = []
    for _ in range(5):
        start = time.perf_counter()
        run(case)
        spent.append(time.perf_counter() - start)
    assert min(spent) < 0.05
