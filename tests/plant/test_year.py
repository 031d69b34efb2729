"""The year: hand-calculable plants, the balance of every hour, modes, sizes of arrays and what is flagged."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plant_case import plant_case

from thermo.errors import CaseError
from thermo.media import fluid
from thermo.plant import year

IT = 2e6
FLOW = 0.069e-3 * IT
SUPPLY = 291.15
BY_HAND = {
    "air_handler": {"flow_margin": 1.0, "fan_pressure": 400.0, "fan_efficiency": 0.5, "coil_approach": 6.0},
    "chilled_water": {"temperature_rise": 8.0, "pump_head": 250e3, "pump_efficiency": 0.7},
    "chiller": {"cop": 4.0},
    "power": {"transformer_efficiency": 0.98, "ups": {"efficiency": 0.95}, "lighting_fraction": 0.01},
}


def run(case, it=IT, supply=SUPPLY, flow=FLOW, return_=None):
    return year.simulate(case, it, supply, return_, flow)


def by_hand(chiller_heat_share, dry_cooler_fans):
    """Facility power, W, worked with pencil: the same numbers in another order."""
    water = fluid("water")
    fans = FLOW * 400.0 / 0.5
    ups = IT * (1 / 0.95 - 1)
    coil = IT * 1.01 + fans + ups
    pumps = coil / (8.0 * water.heat_capacity(285.15)) / water.density(285.15) * 250e3 / 0.7
    heat = coil + pumps
    used = IT * 1.01 + fans + ups + pumps + chiller_heat_share * heat / 4.0 + dry_cooler_fans * heat
    return used / 0.98


def test_mechanical_year_by_hand():
    result = run(plant_case(308.15, economizer={"kind": "none"}, **BY_HAND))
    expected = by_hand(1.0, 0.0)
    np.testing.assert_allclose(result.hourly["facility_power"], expected, rtol=1e-12)
    assert result.totals["facility_kWh"] == pytest.approx(expected * 8.76, rel=1e-12)
    assert result.mode_hours == {"free": 0, "mixed": 0, "mechanical": 8760}


def test_free_year_by_hand():
    """Dry bulb exactly one approach below the supply: free cooling at full fan speed, no chiller."""
    economizer = {"approach": 5.0, "fan_power_fraction": 0.04}
    result = run(plant_case(280.15, economizer=economizer, **BY_HAND))
    np.testing.assert_allclose(result.hourly["facility_power"], by_hand(0.0, 0.04), rtol=1e-12)
    assert result.mode_hours["free"] == 8760
    assert result.totals["chiller_kWh"] == 0.0


def test_mixed_year_by_hand():
    """The dry cooler reaches 2 K above the supply: of the range it takes all but 2 K, fans at full speed."""
    economizer = {"approach": 5.0, "fan_power_fraction": 0.04}
    result = run(plant_case(282.15, economizer=economizer, **BY_HAND))
    rise = result.hourly["chilled_water_return"][0] - 285.15
    np.testing.assert_allclose(result.hourly["facility_power"], by_hand(2.0 / rise, 0.04), rtol=1e-12)
    assert result.mode_hours["mixed"] == 8760


def test_free_cooling_fans_slow_down_when_it_is_cold():
    economizer = {"approach": 5.0, "fan_power_fraction": 0.04}
    cold, colder = (run(plant_case(t, economizer=economizer, **BY_HAND)) for t in (275.15, 265.15))
    warm = run(plant_case(280.15, economizer=economizer, **BY_HAND))
    fans = [result.totals["heat_rejection_fans_kWh"] for result in (warm, cold, colder)]
    assert fans[0] > fans[1] > fans[2] > 0.0
    rise = cold.hourly["chilled_water_return"][0] - 285.15
    assert fans[1] / fans[0] == pytest.approx(((rise + 5.0) / (rise + 10.0)) ** 3, rel=1e-9)


@pytest.fixture(scope="module")
def abilene():
    return run(plant_case())


def test_heat_balance_of_every_hour(abilene):
    assert np.abs(abilene.hourly["energy_balance"]).max() < 1e-9
    parts = ("it", "crah_fans", "pumps", "chiller", "heat_rejection_fans", "power_chain", "other")
    total = sum(abilene.totals[f"{part}_kWh"] for part in parts)
    assert total == pytest.approx(abilene.totals["facility_kWh"], rel=1e-12)
    assert abilene.totals["heat_rejected_kWh"] == pytest.approx(abilene.totals["facility_kWh"], rel=1e-9)


def test_modes_follow_the_weather(abilene):
    mode, air = abilene.hourly["mode"], abilene.hourly["dry_bulb"]
    supply, return_ = abilene.hourly["chilled_water_supply"], abilene.hourly["chilled_water_return"]
    assert ((mode == 0) == (air + 5.55 <= supply + 1e-9)).all()
    assert (air[mode == 1] + 5.55 < return_[mode == 1]).all()
    assert sum(abilene.mode_hours.values()) == 8760
    assert (abilene.hourly["chiller_power"][mode == 0] == 0.0).all()


def test_abilene_is_flagged_where_the_curves_do_not_reach(abilene):
    """The record starts at 29.44 degC air: every chiller hour below it is outside."""
    air, running = abilene.hourly["dry_bulb"] - 273.15, abilene.hourly["mechanical_cooling"] > 0
    hours = (running & (air < 29.44)).sum()
    assert len(abilene.flags) == 1
    assert abilene.flags[0].startswith(f"chiller: {hours} h, {hours / running.sum():.0%} of the hours it runs")


def test_hot_constant_weather_is_not_flagged():
    assert run(plant_case(308.15)).flags == []


def test_too_few_chillers_leave_heat_and_say_so():
    result = run(plant_case(308.15, chiller={"units": 1}))
    assert result.totals["unmet_cooling_kWh"] > 0.0
    assert any("capacity falls short in 8760 h" in flag for flag in result.flags)
    assert result.totals["energy_balance"] < 1e-9


def test_air_flow_that_does_not_fit_the_temperatures_is_flagged():
    result = run(plant_case(308.15), return_=SUPPLY + 24.0)
    assert any("flow_margin" in flag for flag in result.flags)


def test_variants_equal_single_runs():
    case = plant_case()
    supply = np.array([[291.15], [295.15], [299.15]])
    many = run(case, supply=supply)
    assert many.hourly["facility_power"].shape == (3, 8760)
    for i, one in enumerate(supply[:, 0]):
        single = run(case, supply=one)
        assert many.totals["facility_kWh"][i] == pytest.approx(single.totals["facility_kWh"], rel=1e-13)
        assert many.mode_hours["free"][i] == single.mode_hours["free"]


@settings(max_examples=15, deadline=None)
@given(st.floats(289.0, 300.0), st.floats(0.5, 3.0))
def test_warmer_supply_never_costs_energy(supply, warmer):
    """Within the fixed-fraction law: warmer water means more free cooling and less lift."""
    case = plant_case(chiller={"carnot_fraction": 0.5})
    cool, warm = (run(case, supply=value).totals["facility_kWh"] for value in (supply, supply + warmer))
    assert warm <= cool * (1.0 + 1e-12)


@settings(max_examples=15, deadline=None)
@given(st.floats(255.0, 312.0), st.floats(0.2, 6.0))
def test_hotter_weather_never_saves_energy(air, hotter):
    cases = (plant_case(value, chiller={"carnot_fraction": 0.5}) for value in (air, air + hotter))
    cool, hot = (run(case).totals["facility_kWh"] for case in cases)
    assert hot >= cool * (1.0 - 1e-12)


def test_effectiveness_coil_sets_the_water_temperature():
    """Effectiveness 0.6, 12 K of air range: water 20 K below the return."""
    result = run(plant_case(308.15, air_handler={"effectiveness": 0.6}), return_=SUPPLY + 12.0)
    assert result.hourly["chilled_water_supply"][0] == pytest.approx(SUPPLY + 12.0 - 20.0)


def test_chilled_water_too_warm_for_the_coil_is_an_error():
    case = plant_case(308.15, chilled_water={"supply_temperature": 287.15})
    with pytest.raises(CaseError, match=r"14.0 degC is too warm .* at most 12.0 degC"):
        run(case)


def test_part_load_ups_and_fans_by_hand():
    """Half the load half of the year: UPS curve and cubic fan law at both levels."""
    power = {"ups": {"loss": [0.01, 0.02, 0.03], "load_at_design": 0.5}}
    case = plant_case(308.15, power=power, air_handler=BY_HAND["air_handler"])
    share = np.where(np.arange(8760) < 4380, 1.0, 0.5)
    result = run(case, it=IT * share, flow=FLOW * share)
    full, half = result.hourly["ups_loss"][0], result.hourly["ups_loss"][-1]
    assert full == pytest.approx(2 * IT * (0.01 + 0.02 * 0.5 + 0.03 * 0.25))
    assert half == pytest.approx(2 * IT * (0.01 + 0.02 * 0.25 + 0.03 * 0.0625))
    assert result.hourly["crah_fan_power"][-1] == pytest.approx(FLOW * 400.0 / 0.5 / 8.0)
    assert result.totals["energy_balance"] < 1e-9


def test_transformer_curve_by_hand():
    """Iron loss 0.1 % and winding loss 0.8 % of the rating; the rating is twice the largest load."""
    power = {"transformer_loss": [0.001, 0.008], "transformer_load_at_design": 0.5}
    share = np.where(np.arange(8760) < 4380, 1.0, 0.5)
    result = run(plant_case(308.15, power=power), it=IT * share, flow=FLOW * share)
    loss = result.hourly["transformer_loss"]
    load = result.hourly["facility_power"] - loss
    np.testing.assert_allclose(loss, 2.0 * load[0] * (0.001 + 0.008 * (0.5 * load / load[0]) ** 2), rtol=1e-12)
    assert result.totals["energy_balance"] < 1e-9


def test_power_supplies_outside_their_measured_points_are_flagged():
    """Measured from 2337 W to 7291 W at the inlet: a quarter of full load is below."""
    share = np.where(np.arange(8760) < 100, 0.25, 1.0)
    result = run(plant_case(308.15, power={"psu": {"record": "SMC 8xH100"}}), it=IT * share)
    assert result.hourly["psu_loss"][0] / (0.25 * IT) == pytest.approx(1.0 - 2188.8 / 2337.3)
    assert [flag for flag in result.flags if flag.startswith("power supply: 100 h, 1% of the hours it runs")]


def test_power_supply_loss_is_the_measured_one():
    """Two points of the record: 7113.2 W out of 7290.6 W at full IT power, 2696.9 W out of 2874.9 W below it."""
    case = plant_case(308.15, power={"psu": {"record": "SMC 8xH100"}})
    share = np.where(np.arange(8760) < 4380, 1.0, 2874.9 / 7290.6)
    loss = run(case, it=IT * share).hourly["psu_loss"]
    assert loss[0] / IT == pytest.approx(1.0 - 7113.2 / 7290.6)
    assert loss[-1] / (IT * share[-1]) == pytest.approx(1.0 - 2696.9 / 2874.9)


def test_spare_chillers_are_counted_but_do_not_run():
    one, two = (run(plant_case(chiller={"redundancy": n})) for n in (1, 2))
    assert two.totals["chillers_installed"] == one.totals["chillers_installed"] + 1
    assert two.totals["chiller_kWh"] == one.totals["chiller_kWh"]
    fixed = run(plant_case(308.15, chiller={"cop": 4.0, "redundancy": 1}))
    assert "chillers_installed" not in fixed.totals
    assert any("redundancy has no effect" in flag for flag in fixed.flags)
