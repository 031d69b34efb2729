"""The boiling tank: its balance, the condenser by hand, and what must be flagged."""

import numpy as np
import pytest

from thermo.case.schema_immersion import Immersion
from thermo.errors import CaseError
from thermo.loop.pool import Tank, floating_temperature, free_convection, throttled_rate


def immersion(chip=None, pool=None, condenser=None, **keys):
    one = {"name": "GPU", "count": 8, "chip": "NVIDIA H100 SXM", "surface": "60 cm^2"}
    chips = [one | (chip or {"enhancement": 3.0})]
    tables = {"liquid": "HFE-7100", "chip": chips, "pool": {"volume": "0.2 m^3"} | (pool or {}),
              "condenser": {"conductance": "600 W/K", "flow": "0.3 L/s"} | (condenser or {})}  # fmt: skip
    return Immersion.model_validate(tables | keys)


def test_floating_temperature_by_hand():
    """C = 1000 W/K, UA = 1000 W/K: effectiveness 1 - 1/e = 0.6321; 6321 W warms the pool 10 K above the inlet."""
    assert floating_temperature(6321.2056, 300.0, 1000.0, 1000.0) == pytest.approx(310.0, abs=1e-6)


def test_throttled_rate_takes_exactly_the_heat():
    rate = throttled_rate(5600.0, 25.0, 600.0, 1250.0)
    assert rate < 1250.0
    assert floating_temperature(5600.0, 300.0, 600.0, rate) == pytest.approx(325.0, abs=1e-9)


def test_free_convection_by_hand():
    """Constants like those of water at Ra = 1e9 and Pr = 7: Churchill and Chu's formula gives Nu = 152.5."""

    class Liquid:
        density = staticmethod(lambda t: 1000.0)
        viscosity = staticmethod(lambda t: 1e-3)
        conductivity = staticmethod(lambda t: 0.6)
        heat_capacity = staticmethod(lambda t: 4200.0)
        expansion = staticmethod(lambda t: 2e-4)

    height = (1e9 / (9.80665 * 2e-4 * 10.0 * 7.0 / 1e-6**2)) ** (1 / 3)
    flux = free_convection(10.0, height, Liquid, 300.0)
    assert flux * height / 0.6 / 10.0 == pytest.approx(152.52, abs=0.01)


def test_the_condenser_takes_the_heat_of_all_chips():
    tank = Tank(immersion(other_power="2 kW"), "water")
    state = tank.solve(308.15)
    assert state.heat == pytest.approx(8 * 700.0 + 2000.0)
    assert state.condensed == pytest.approx(state.heat, rel=1e-12)
    assert state.vapour * state.saturation.latent_heat == pytest.approx(state.heat, rel=1e-12)
    assert state.saturation.pressure == pytest.approx(101325.0, rel=1e-9)  # held by throttling
    assert 0.0 < state.coolant_share < 1.0


def test_a_pool_that_is_not_held_floats_with_its_coolant():
    """Without a held pressure the pool follows the coolant: 5 K warmer coolant, about 5 K warmer pool and chips."""
    tank = Tank(immersion(pool={"pressure": None, "relief_pressure": "150 kPa"}), "water")
    cold, warm = tank.solve(308.15), tank.solve(313.15)
    assert warm.saturation.temperature - cold.saturation.temperature == pytest.approx(5.0, abs=0.05)
    assert warm.chips[0].temperature > cold.chips[0].temperature


def test_the_warmest_coolant_leaves_exactly_the_margin_or_the_held_pressure():
    floating = {"pressure": None, "relief_pressure": "150 kPa"}
    hot = Tank(immersion(chip={"enhancement": 3.0, "case_resistance": "0.03 K/W"}, pool=floating), "water")
    state = hot.solve(hot.warmest_inlet())
    assert state.chips[0].limit - state.chips[0].temperature == pytest.approx(5.0, abs=1e-6)
    cool = Tank(immersion(), "water")
    assert cool.solve(cool.warmest_inlet()).coolant_share == pytest.approx(1.0, abs=1e-6)


def test_a_condenser_too_small_is_flagged_with_what_the_pool_does():
    state = Tank(immersion(condenser={"conductance": "200 W/K"}), "water").solve(308.15)
    assert any("cannot hold 101.3 kPa" in flag for flag in state.flags)
    assert state.saturation.pressure > 101325.0


def test_a_dry_surface_is_named():
    state = Tank(immersion(chip={"surface": "10 cm^2"}), "water").solve(300.15)
    assert any(flag.startswith("GPU:") and "dries out" in flag for flag in state.flags)
    assert state.chips[0].critical_margin < 1.0


def test_a_surface_with_little_heat_does_not_boil():
    state = Tank(immersion(chip={"power": "1 W", "enhancement": 1.0}), "water").solve(300.15)
    assert not state.chips[0].boils
    assert any("does not boil" in flag for flag in state.flags)


def test_rohsenow_is_used_where_its_constant_is_given():
    """Csf of 0.005 for a highly wetting liquid on copper: some 10 to 25 K at 11.7 W/cm2."""
    made = immersion(chip={"surface_constant": 0.005})
    assert 10.0 < Tank(made, "water").solve(300.15).chips[0].superheat < 25.0


def test_rohsenow_needs_a_viscosity():
    made = immersion(chip={"surface_constant": 0.005}, liquid="Novec 649")
    with pytest.raises(CaseError, match="viscosity of Novec 649"):
        Tank(made, "water").solve(300.15)


def test_loss_of_liquid_by_hand():
    """12 openings x half of 0.1 m3 of vapour of 9.0 kg/m3, and 1 % of 0.2 m3 of 1400 kg/m3: 5.4 and 2.8 kg."""
    tank = Tank(immersion(pool={"headspace": "0.1 m^3"}), "water")
    at = tank.solve(300.15).saturation
    by_hand = 12 * 0.5 * 0.1 * at.vapour_density + 0.01 * 0.2 * at.liquid_density
    assert tank.vapour_loss(at) == pytest.approx(by_hand, rel=1e-12)
    assert by_hand == pytest.approx(8.2, abs=0.2)


def test_more_coolant_never_makes_a_chip_hotter():
    temperatures = [Tank(immersion(pool={"pressure": None, "relief_pressure": "160 kPa"},
                                   condenser={"conductance": "600 W/K", "flow": f"{flow} L/s"}), "water")
                    .solve(305.15).chips[0].temperature for flow in (0.2, 0.3, 0.5, 1.0)]  # fmt: skip
    assert np.all(np.diff(temperatures) < 0.0)
