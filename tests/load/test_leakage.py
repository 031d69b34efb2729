"""Warm chips in loops and tanks: the coolant takes the power at the temperature that it leaves them at."""

import numpy as np
import pytest

from thermo import liquid, liquid_transient
from thermo.case import load
from thermo.case.schema_immersion import Immersion
from thermo.case.schema_load import Chip
from thermo.case.shipped import shipped_cases
from thermo.errors import DivergedError
from thermo.load.chip import ChipLaw, FullRate, state
from thermo.loop import steady
from thermo.loop.pool import Tank

CLOSED = shipped_cases()["abilene_closed_loop"]
LEAKY = Chip(record="NVIDIA H100 SXM", leakage_fraction=0.2, leakage_per_kelvin=0.015)
WARM = "liquid.supply_temperature=50 degC"
FLOATING = {"pressure": None, "relief_pressure": "160 kPa"}


def leaks(reference, temperature, fraction, growth):
    """Power, W, of the law as it is written down, from 60 degC."""
    return reference * (1.0 - fraction + fraction * np.exp(growth * (temperature - 333.15)))


def test_without_a_chip_in_the_load_nothing_changes():
    found = FullRate().state(700.0, 0.05, 350.0, 360.0, 320.0)
    assert (found.temperature, found.power, found.clock) == (355.0, 700.0, 1.0)
    assert FullRate().power_at(700.0, 400.0) == 700.0
    assert FullRate().limits(350.0, 360.0) == (350.0, 360.0)


def test_many_chips_are_as_each_alone():
    power, resistance = np.array([700.0, 300.0, 700.0]), np.array([0.02, 0.1, 0.09])
    limit, shutdown, coolant = np.full(3, 362.15), np.full(3, 368.15), np.array([310.0, 320.0, 318.0])
    together = FullRate(LEAKY).state(power, resistance, limit, shutdown, coolant)
    for n in range(3):
        one = ChipLaw(power[n], resistance[n], 362.15, 368.15, 333.15, 0.2, 0.015, 3.0, 0.3)
        alone = state(one, coolant[n])
        assert together.power[n] == pytest.approx(float(alone.power), rel=1e-12)
        assert together.clock[n] == pytest.approx(float(alone.clock), rel=1e-12)


def test_the_lower_limit_holds():
    assert FullRate(LEAKY).limits(340.0, 345.0) == (340.0, 345.0)
    assert FullRate(LEAKY).limits(370.0, 380.0) == (362.15, 368.15)
    assert FullRate(Chip(power=500.0, limit=355.0)).limits(360.0) == (355.0, 355.0)


@pytest.fixture(scope="module", params=["fitted", "plates"])
def loop(request):
    return liquid.solve_loop(load(CLOSED, [WARM, f"liquid.rack_model={request.param}"]))


def test_plates_carry_the_power_at_their_chips_temperature(loop):
    solution, plates, temperature, _ = loop.of_chips
    branch = [plate.branch for plate in plates]
    expected = leaks(590.0, temperature, 0.1, 0.012)
    assert expected.min() > 1.005 * 590.0
    np.testing.assert_allclose(solution.heat[branch], expected, rtol=1e-8)
    resistance = (temperature - solution.inlet[branch]) / expected
    np.testing.assert_allclose(loop.states.resistance, resistance, rtol=1e-8)


def test_the_loop_takes_all_of_it_and_closes(loop):
    assert steady.balances(loop.solution)[1] < 1e-9
    each = loop.rack_heat.mean() / 32.0
    assert each == pytest.approx(leaks(590.0, loop.chip_temperature.mean(), 0.1, 0.012), rel=2e-4)


def test_fitted_racks_leak_as_resolved_ones_do():
    models = [[WARM, f"liquid.rack_model={kind}"] for kind in ("fitted", "plates")]
    heats = [liquid.solve_loop(load(CLOSED, model)).rack_heat for model in models]
    np.testing.assert_allclose(heats[0], heats[1], rtol=2e-4)


def test_the_warmest_supply_of_the_loop_leaves_exactly_the_margin():
    """At the warmest supply that the solution names, its chips are the margin below their limit and not slower."""
    plates = "liquid.rack_model=plates"
    found = liquid.solve_loop(load(CLOSED, [plates]))
    warm = liquid.solve_loop(load(CLOSED, [plates, f"liquid.supply_temperature={found.supply_limit}"]))
    margin = (warm.states.limit - warm.chip_temperature).min()
    assert margin == pytest.approx(load(CLOSED).liquid.margin, abs=0.3)  # viscosity and with it the flows change
    assert (warm.states.state.clock == 1.0).all()


def test_hot_loops_slow_down_at_the_limit():
    found = liquid.solve_loop(load(CLOSED, ["liquid.supply_temperature=70 degC", "liquid.static_pressure=4 bar"]))
    assert found.states.state.clock.max() < 1.0
    np.testing.assert_allclose(found.chip_temperature, found.states.limit, rtol=1e-9)
    assert any("slow down" in flag for flag in found.flags)
    reference = liquid.solve_loop(load(CLOSED)).rack_heat.sum()
    assert found.rack_heat.sum() < reference


def test_the_year_meets_the_chips_of_the_solution():
    """In hours at full rate the hottest chip of the year is that of the steady loop."""
    case = load(CLOSED, ["load.utilisation=1.0"])
    technology = liquid.solve_loop(case)
    hottest = liquid.operate(case, technology).work.hourly["chip_temperature"].max()
    assert hottest == pytest.approx(technology.chip_temperature.max(), abs=1e-6)


def pool(rate, **tables):
    chip = {"name": "GPU", "count": 8, "chip": "NVIDIA H100 SXM", "surface": "60 cm^2", "enhancement": 3.0,
            "case_resistance": "0.01 K/W"}  # fmt: skip
    given = {"liquid": "HFE-7100", "chip": [chip], "pool": {"volume": "0.2 m^3"},
             "condenser": {"conductance": "600 W/K", "flow": "0.3 L/s"}}  # fmt: skip
    return Tank(Immersion.model_validate(given | tables), "water", rate)


@pytest.mark.parametrize("kind", [{}, FLOATING], ids=["held", "floating"])
def test_a_boiling_tank_by_the_law(kind):
    tank_ = pool(FullRate(LEAKY), pool={"volume": "0.2 m^3"} | kind)
    found = tank_.solve(308.15)
    (chip,) = found.chips
    assert chip.power == pytest.approx(leaks(700.0, chip.temperature, 0.2, 0.015), rel=1e-9)
    assert chip.temperature == pytest.approx(
        found.saturation.temperature + chip.superheat + 0.01 * chip.power, abs=1e-6)
    assert chip.flux == pytest.approx(chip.power / 60e-4)
    assert found.heat == pytest.approx(8 * chip.power, rel=1e-12)
    assert found.condensed == pytest.approx(found.heat, rel=1e-9)
    assert found.heat > pool(FullRate(), pool={"volume": "0.2 m^3"} | kind).solve(308.15).heat


def test_the_warmest_coolant_of_a_leaking_tank_leaves_the_margin():
    made = pool(FullRate(LEAKY), pool={"volume": "0.2 m^3"} | FLOATING)
    found = made.solve(made.warmest_inlet())
    assert found.chips[0].limit - found.chips[0].temperature == pytest.approx(made.immersion.margin, abs=1e-5)


def test_a_tank_that_is_too_hot_slows_down():
    small = {"name": "GPU", "count": 8, "chip": "NVIDIA H100 SXM", "surface": "60 cm^2", "case_resistance": "0.04 K/W"}
    found = pool(FullRate(LEAKY), chip=[small]).solve(308.15)
    (chip,) = found.chips
    assert chip.state.clock < 1.0 and chip.temperature == pytest.approx(chip.limit, abs=1e-6)
    assert found.condensed == pytest.approx(found.heat, rel=1e-9)
    assert any("slows down" in flag for flag in found.flags)


RUNAWAY = [("0.06 K/W", 0.03), ("0.06 K/W", 0.05)]


@pytest.mark.parametrize(("resistance", "growth"), RUNAWAY)
def test_leakage_that_runs_away_in_a_pool_is_that_at_shutdown(resistance, growth):
    """The lowest clock of 0.3 leaves 2.7 % of 490 W; the leakage is that at the record's 95 degC, and the pool takes
    it."""
    hot = {"name": "GPU", "count": 8, "chip": "NVIDIA H100 SXM", "surface": "60 cm^2", "case_resistance": resistance}
    found = pool(FullRate(Chip(record="NVIDIA H100 SXM", leakage_fraction=0.3, leakage_per_kelvin=growth)),
                 chip=[hot]).solve(308.15)  # fmt: skip
    (chip,) = found.chips
    assert chip.power == pytest.approx(0.027 * 490.0 + 210.0 * np.exp(growth * 35.0), rel=1e-9)
    assert chip.state.shutdown and any("would shut down" in flag for flag in found.flags)
    rise = chip.superheat + float(resistance.split()[0]) * chip.power
    assert chip.temperature == pytest.approx(found.saturation.temperature + rise, abs=1e-6)


def test_chips_of_a_pool_that_do_not_settle_are_told(monkeypatch):
    monkeypatch.setattr("thermo.loop.pool.MOST_ROUNDS", 1)
    with pytest.raises(DivergedError, match=r"immersion\.chip\.GPU: power and temperature do not settle in a pool of"):
        pool(FullRate(LEAKY)).solve(308.15)


def test_chips_of_a_loop_in_shutdown_draw_nothing():
    """All pumps trip: the chips slow down at 89 degC, shut down at 95 degC, and get no warmer; what they do not make is
    what they are off for, and before that at most the lowest clock's."""
    case = load(CLOSED, ['liquid.time={duration="120 s", step="0.5 s", event=[{at="10 s", kind="pump_trip"}]}'])
    trip = liquid_transient.march(case, liquid.solve_loop(case))
    assert trip.throttle[0] < trip.shutdown[0] < 120.0
    assert 95.0 <= trip.series["chip_max_C"].max() < 96.0
    assert trip.series["made"][0] == pytest.approx(1.0)
    assert trip.series["made"][-1] == 0.0
    assert trip.series["clock"].min() == pytest.approx(0.3)
