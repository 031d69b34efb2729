"""The year of liquid-cooled racks: hand-calculable plants, balance, modes, both loops, freezing and condensation."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plant_case import plant_case

from thermo import metrics
from thermo.errors import CaseError
from thermo.media import fluid
from thermo.plant import closed_loop_year, coolant_limits, weather
from thermo.plant.facility_loop import dry_cooler_reach
from thermo.plant.fill import glycol_share, ledger, with_fill

IT, LIQUID, PUMPS = 10e6, 8.5e6, 0.15e6
WARM = 315.15
STRONG = {"coolant": "propylene glycol 40%"}
ONE_LOOP = {"coolant": "propylene glycol 25%", "residual_air": "facility_loop", "supply_temperature": 303.15}


def run(case, limit=WARM, liquid=LIQUID, air=303.15, **more):
    return closed_loop_year.simulate(case, IT, liquid, limit, PUMPS, air, **more)


def test_free_year_by_hand():
    """20 degC air, 30 degC supply, one loop: no chiller; pumps and losses with pencil, fan power from the record."""
    handler = {"flow_margin": 1.0, "fan_efficiency": 0.5, "coil_approach": 6.0}
    plant = {"facility_loop": ONE_LOOP, "air_handler": handler,
             "power": {"transformer_efficiency": 0.98, "ups": {"efficiency": 0.95}, "lighting_fraction": 0.01}}
    case = plant_case(293.15, **plant)
    flow = 100.0
    result = run(case, air=309.15, server_airflow_m3_s=flow)
    fans, ups = flow * 400.0 / 0.5, IT * (1 / 0.95 - 1)
    load = LIQUID + PUMPS + (IT - LIQUID) + 0.01 * IT + fans + ups
    liquid = fluid("propylene glycol 25%")
    kilograms = load / (10.0 * liquid.heat_capacity(303.15))
    pump = kilograms / liquid.density(303.15) * 250e3 / 0.7
    coolers = result.hourly["heat_rejection_fan_power"][0]
    expected = (IT * 1.01 + fans + ups + pump + PUMPS + coolers) / 0.98
    np.testing.assert_allclose(result.hourly["facility_power"], expected, rtol=1e-12)
    assert result.hourly["dry_cooler_heat"][0] == pytest.approx(load + pump + coolers, rel=1e-12)
    units, speed = result.totals["dry_coolers_installed"], result.hourly["dry_cooler_fan_speed"][0]
    density = 308.15 / 293.15
    assert coolers == pytest.approx(units * 117680.0 * density * speed**3, rel=1e-9)
    assert result.mode_hours == {"free": 8760, "mixed": 0, "mechanical": 0} and result.flags == []


def test_dry_coolers_hold_the_supply_at_the_speed_they_say():
    """Effectiveness of the record's coil at that speed times the drive is the drop of the loop."""
    from thermo import records
    from thermo.plant.dry_cooler import Coil

    case = plant_case(293.15, facility_loop=ONE_LOOP)
    hourly = run(case, air=309.15).hourly
    coil = Coil(records.dry_cooler("BAC TDFS1238N C60ET40B"))
    units = run(case, air=309.15).totals["dry_coolers_installed"]
    rate = hourly["facility_flow"][0] * fluid("propylene glycol 25%").heat_capacity(303.15)
    density = coil.density_share(293.15, 101325.0)
    drop = coil.drop_share(hourly["dry_cooler_fan_speed"][0] * density, rate / units / coil.coolant_rate)
    rise = hourly["facility_return"][0] - 303.15
    assert drop * (303.15 + rise - 293.15) == pytest.approx(rise, rel=1e-8)


@pytest.fixture(scope="module")
def trimmed():
    return run(plant_case(facility_loop=STRONG | {"supply_temperature": 293.15}, trim_chiller={}))


def test_parts_add_up_and_every_hour_balances(trimmed):
    assert trimmed.totals["energy_balance"] < 1e-12
    parts = ("it", "crah_fans", "pumps", "chiller", "heat_rejection_fans", "power_chain", "other")
    assert sum(trimmed.totals[f"{part}_kWh"] for part in parts) == pytest.approx(trimmed.totals["facility_kWh"])
    assert trimmed.totals["heat_rejected_kWh"] == pytest.approx(trimmed.totals["facility_kWh"])


def test_modes_follow_the_weather(trimmed):
    mode, air = trimmed.hourly["mode"], trimmed.hourly["dry_bulb"]
    assert set(np.unique(mode)) == {0, 1, 2}
    assert air[mode == 0].max() < air[mode == 1].min() + 2.0 and air[mode == 1].max() < air[mode == 2].min() + 2.0
    assert (trimmed.hourly["trim_cooling"][mode == 0] == 0.0).all()
    assert any(flag.startswith("trim chiller: ") for flag in trimmed.flags)


def test_without_trim_chillers_hot_hours_are_warmer_and_flagged():
    plain = run(plant_case(facility_loop=STRONG))
    supply = plain.hourly["facility_supply"]
    assert supply.max() > WARM and supply.min() == pytest.approx(WARM)
    assert any("warmer than the chips allow" in flag for flag in plain.flags)
    assert plain.mode_hours["free"] == 8760
    cured = run(plant_case(facility_loop=STRONG, trim_chiller={}))
    assert cured.hourly["facility_supply"].max() == pytest.approx(WARM)
    assert cured.totals["facility_kWh"] > plain.totals["facility_kWh"]


def test_running_spares_saves_fan_power():
    fans = [
        run(plant_case(293.15, facility_loop=ONE_LOOP, dry_cooler={"spares_run": on}), air=309.15)
        .totals["heat_rejection_fans_kWh"]
        for on in (True, False)
    ]
    assert fans[0] < 0.8 * fans[1]


def test_coils_in_the_chillers_need_no_fans_of_their_own_while_chillers_run():
    loop = STRONG | {"supply_temperature": 293.15}
    built_in = run(plant_case(facility_loop=loop, trim_chiller={}, dry_cooler={"kind": "in_chiller"}))
    mixed = built_in.hourly["mode"] == 1
    assert mixed.any()
    assert (built_in.hourly["air_condenser_entering"] >= built_in.hourly["dry_bulb"] - 1e-9).all()
    assert (built_in.hourly["condenser_entering"][mixed] > built_in.hourly["dry_bulb"][mixed]).all()
    assert built_in.totals["energy_balance"] < 1e-12


def test_towers_save_electricity_and_drink_water():
    tower = {"facility_loop": {"rejection": "tower", "coolant": "water"}, "trim_chiller": {"condenser": "water"},
             "chiller": {"condenser": "water"}}
    dry = plant_case(facility_loop=STRONG, trim_chiller={})
    wet = plant_case(**tower)
    books = [
        metrics.summarise(with_fill(run(case), case, 60.0, "propylene glycol 25%", 6), case) for case in (dry, wet)
    ]
    assert books[0]["water"]["evaporation_L_per_year"] == 0.0
    assert books[0]["metrics"]["wue_site_L_per_kWh"] < 1e-3 < books[1]["metrics"]["wue_site_L_per_kWh"]
    assert books[0]["metrics"]["pue"] > books[1]["metrics"]["pue"]
    assert run(wet).totals["energy_balance"] < 1e-12


def test_pads_before_the_dry_coolers_evaporate_only_in_hot_hours():
    case = plant_case(facility_loop=STRONG, trim_chiller={}, adiabatic={"start_temperature": 303.15})
    books = run(case)
    wet, dry = books.hourly["pads_wet"], books.hourly["dry_bulb"]
    assert wet.any() and (dry[wet] >= 303.15).all()
    assert books.totals["evaporation_L"] > 0.0 and books.totals["energy_balance"] < 1e-12
    plain = run(plant_case(facility_loop=STRONG, trim_chiller={}))
    assert (books.hourly["trim_cooling"] <= plain.hourly["trim_cooling"] + 1e-6).all()


def test_rear_doors_by_hand():
    """1.5 MW of residual heat at 303.15 K and a rise of 12.6 K or so; coolant at 300 K, effectiveness 0.5."""
    cool, flow = STRONG | {"supply_temperature": 300.0}, 100.0
    case = plant_case(facility_loop=cool, trim_chiller={}, rear_door={"effectiveness": 0.5})
    books = run(case, server_airflow_m3_s=flow)
    rate = flow * 101325.0 / 287.042 / 303.15 * 1006.0
    expected = 0.5 * rate * (303.15 + (IT - LIQUID) / rate - 300.0)
    np.testing.assert_allclose(books.hourly["rear_door_heat"], expected, rtol=1e-12)
    plain = run(plant_case(facility_loop=cool, trim_chiller={}), server_airflow_m3_s=flow)
    np.testing.assert_allclose(plain.hourly["coil_load"] - books.hourly["coil_load"], expected, rtol=1e-12)
    assert books.totals["energy_balance"] < 1e-12
    assert books.totals["chiller_kWh"] != plain.totals["chiller_kWh"]


def test_rear_doors_on_a_hot_loop_do_nothing_and_say_so():
    case = plant_case(facility_loop=STRONG, trim_chiller={}, rear_door={})
    books = run(case, limit=330.0)
    assert (books.hourly["rear_door_heat"] == 0.0).all()
    assert any("rear doors: the facility coolant is warmer than the exhaust air in 8760 h" in f for f in books.flags)


@settings(max_examples=15, deadline=None)
@given(st.floats(0.0, 1.0), st.floats(255.0, 318.0), st.floats(288.0, 318.0))
def test_any_share_of_liquid_balances(share, air, supply):
    case = plant_case(air, facility_loop={"coolant": "propylene glycol 50%"}, trim_chiller={})
    hot = weather.constant(air, 0.4, 101325.0)
    result = run(case, limit=supply, liquid=share * IT, outdoor=hot)
    assert result.totals["energy_balance"] < 1e-12


def test_variants_are_their_single_years():
    case = plant_case(facility_loop=STRONG, trim_chiller={})
    power, caught = np.array([[6e6], [10e6]]), np.array([[5e6], [8e6]])
    both = closed_loop_year.simulate(case, power, caught, np.array([[313.15], [303.15]]), 1e5, 303.15)
    for n, limit in enumerate((313.15, 303.15)):
        one = closed_loop_year.simulate(case, power[n, 0], caught[n, 0], limit, 1e5, 303.15)
        np.testing.assert_allclose(both.hourly["facility_power"][n], one.hourly["facility_power"], rtol=1e-9)


def test_sites_are_their_single_years():
    """Two sites in one run: the same weather, and 3 K warmer at nine tenths of the pressure."""
    case = plant_case(facility_loop=STRONG | {"supply_temperature": 303.15}, trim_chiller={}, rear_door={})
    first = weather.read_epw(case.weather_file)
    second = replace(first, dry_bulb=first.dry_bulb + 3.0, pressure=0.9 * first.pressure)
    names = ("dry_bulb", "relative_humidity", "pressure")
    both = replace(first, **{name: np.stack([getattr(first, name), getattr(second, name)]) for name in names})
    books = run(case, outdoor=both)
    for n, outdoor in enumerate((first, second)):
        one = run(case, outdoor=outdoor)
        assert books.totals["facility_kWh"][n] == pytest.approx(one.totals["facility_kWh"], rel=1e-9)
        assert books.totals["dry_coolers_installed"][n] == one.totals["dry_coolers_installed"]


def test_machines_are_sized_for_the_design_load():
    case = plant_case(facility_loop=STRONG, trim_chiller={})
    half = closed_loop_year.simulate(case, 5e6, 4e6, WARM, 1e5, 303.15, design=(10e6, 8e6))
    full = closed_loop_year.simulate(case, 10e6, 8e6, WARM, 1e5, 303.15)
    assert half.totals["dry_coolers_installed"] == full.totals["dry_coolers_installed"]
    with pytest.raises(ValueError, match="at least the largest"):
        closed_loop_year.simulate(case, 5e6, 4e6, WARM, 1e5, 303.15, design=(4e6, 4e6))


def test_glycol_too_weak_for_the_coldest_hour():
    with pytest.raises(CaseError, match=r"propylene glycol 25% freezes at -9\.8 degC and the coldest hour of .* is "
                                        r"-14\.4 degC: use propylene glycol 40%"):
        run(plant_case())


def test_no_record_is_strong_enough():
    assert coolant_limits.strong_enough(200.0) is None
    assert coolant_limits.strong_enough(280.0) == "water"


def test_cold_coolant_in_a_humid_room_is_flagged():
    """15 degC is the highest dew point of the room: coolant at 14 degC condenses in the humid hours, at 16 in none."""
    humid = weather.constant(303.15, 0.9, 101325.0)
    cold, warm = (
        run(plant_case(303.15, facility_loop={"supply_temperature": t}, trim_chiller={}), outdoor=humid).flags
        for t in (287.15, 289.15)
    )
    assert any("dew point of the room in 8760 h" in flag for flag in cold)
    assert not any("dew point" in flag for flag in warm)


def test_supply_warmer_than_the_chips_allow():
    with pytest.raises(CaseError, match=r"45\.0 degC is too warm for the chips: give at most 42\.0 degC"):
        run(plant_case(facility_loop=STRONG | {"supply_temperature": 318.15}))
    with pytest.raises(CaseError, match="too warm for the coils of the residual air"):
        run(plant_case(facility_loop=ONE_LOOP | STRONG), air=300.0)


def test_plates_cannot_catch_more_than_there_is():
    with pytest.raises(CaseError, match="more heat than the racks draw"):
        run(plant_case(facility_loop=STRONG), liquid=1.01 * IT)


def test_more_units_reach_further():
    case = plant_case(facility_loop=STRONG)
    air, pressure = np.array([300.0]), np.array([101325.0])
    shares = []
    for units in (4, 5):
        plant = case.plant.model_copy(update={"dry_cooler": case.plant.dry_cooler.model_copy(update={"units": units})})
        heat = np.array([9e6])
        reach = dry_cooler_reach(plant, air, pressure, heat, heat, np.array([313.0]), np.array([10.0]), heat / 10.0)
        shares.append(reach.share[0])
    assert shares[1] > shares[0]


def test_first_fill_by_hand():
    """500 m of 0.3 m pipe, 5 coolers of 0.9 m3, 6 units of 0.15 m3, 60 m3 in the racks."""
    fill = {"pipe": [{"diameter": 0.3, "length": 500.0}]}
    case = plant_case(facility_loop=STRONG, trim_chiller={}, fill=fill, dry_cooler={"units": 4})
    totals = with_fill(run(case), case, 60.0, "propylene glycol 25%", 6).totals
    expected = np.pi / 4 * 0.09 * 500.0 + 5 * 0.9 + 6 * 0.15 + 60.0
    assert totals["first_fill_L"] == pytest.approx(1e3 * expected)
    lost = totals["top_up_L"] + totals["filter_purge_L"] + totals["leak_L"]
    assert lost == pytest.approx(0.025 * 1e3 * expected)
    assert totals["makeup_L"] == pytest.approx(lost * (1.0 - totals["glycol_L"] / totals["first_fill_L"]))
    assert totals["evaporation_L"] == 0.0


def test_glycol_by_volume():
    """PG25 by mass: 0.25 * 1019.3 / 1036 = 24.6 % of the volume."""
    assert glycol_share("propylene glycol 25%") == pytest.approx(0.246, abs=1e-3)
    assert glycol_share("water") == 0.0


def test_losses_lie_between_what_one_operator_published():
    """12,625 and 50,000 US gallons a year for a first fill of one million: 1.3 % and 5 %."""
    entries = ledger(plant_case().plant.fill, {"water": 3785.4})
    assert 12625 * 3.7854 < entries["makeup_L"] < 50000 * 3.7854
