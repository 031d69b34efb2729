"""Unit strings: SI numbers out, temperatures and differences kept apart."""

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thermo.case import quantity
from thermo.case.units import UnitError, to_si

FLOATS = st.floats(-1e6, 1e6, allow_nan=False)


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("10 kW", "W", 1e4),
        ("10kW", "W", 1e4),
        (" 1.5e1  kW ", "W", 1.5e4),
        ("60 L/min", "m^3/s", 1e-3),
        ("1 gpm", "m^3/s", 3.785411784e-3 / 60),
        ("1000 cfm", "m^3/s", 1000 * 0.3048**3 / 60),
        ("0.069 m^3/s/kW", "m^3/J", 6.9e-5),
        ("0.4 W/m^2/K", "W/m^2/K", 0.4),
        ("0.4 W/(m^2 K)", "W/m^2/K", 0.4),
        ("0.4 W/m²/K", "W/m^2/K", 0.4),
        ("1 W/m/degC", "W/m/K", 1.0),
        ("0.9 L/kWh", "m^3/J", 0.9e-3 / 3.6e6),
        ("0.07 USD/kWh", "USD/J", 0.07 / 3.6e6),
        ("250 kPa", "Pa", 2.5e5),
        ("1 inH2O", "Pa", 249.0889),
        ("95 %", "", 0.95),
        ("0.95", "", 0.95),
        ("2 ft", "m", 0.6096),
    ],
)
def test_unit_strings_become_si(text, unit, expected):
    assert to_si(text, unit) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("text", "expected"), [("35 degC", 308.15), ("35 °C", 308.15), ("95 degF", 308.15), ("300 K", 300.0)]
)
def test_temperatures_are_points_on_a_scale(text, expected):
    assert to_si(text, "K", "temperature") == pytest.approx(expected)


@pytest.mark.parametrize(("text", "expected"), [("12 K", 12.0), ("12 delta_degC", 12.0), ("18 delta_degF", 10.0)])
def test_differences_are_distances_on_a_scale(text, expected):
    assert to_si(text, "K", "difference") == pytest.approx(expected)


@pytest.mark.parametrize("text", ["12 degC", "12 °C", "12 celsius", "12 degF"])
def test_a_temperature_is_no_difference(text):
    with pytest.raises(UnitError, match='not a difference: write "12 K"'):
        to_si(text, "K", "difference")


@pytest.mark.parametrize("text", ["12 delta_degC", "12 delta_degF"])
def test_a_difference_is_no_temperature(text):
    with pytest.raises(UnitError, match="not a temperature"):
        to_si(text, "K", "temperature")


@given(FLOATS)
def test_celsius_and_kelvin_agree(number):
    assert to_si(f"{number!r} degC", "K", "temperature") == pytest.approx(number + 273.15, abs=1e-9)


@given(
    FLOATS, st.sampled_from([("kW", "W", 1e3), ("mm", "m", 1e-3), ("L/min", "m^3/s", 1e-3 / 60), ("bar", "Pa", 1e5)])
)
def test_scaling_units_scale(number, unit):
    name, si, factor = unit
    assert to_si(f"{number!r} {name}", si) == pytest.approx(number * factor, rel=1e-12)


@given(st.text(max_size=30))
def test_any_text_is_a_quantity_or_a_unit_error(text):
    try:
        assert isinstance(to_si(text, "W"), float)
    except UnitError as problem:
        assert str(problem)


def test_every_example_of_a_type_is_valid_and_in_its_unit():
    types = [t.__metadata__[0] for t in vars(quantity).values() if hasattr(t, "__metadata__")]
    scalars = [t.of if isinstance(t, quantity.Vector) else t for t in types]
    assert len(scalars) > 30
    for scalar in scalars:
        assert isinstance(scalar.parse(scalar.example), float)


def test_pint_loads_with_the_first_unit_string():
    program = (
        "import sys; from thermo.case import load; assert 'pint' not in sys.modules\n"
        "from thermo.case.units import to_si; to_si('1 m', 'm'); assert 'pint' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize(
    ("text", "unit", "kind", "meant"),
    [
        ("20 C", "K", "temperature", "20 degC"),
        ("70 F", "K", "temperature", "70 degF"),
        ("500 m3/h", "m^3/s", "", "500 m^3/h"),
        ("10 KW", "W", "", "10 kW"),
        ("1.5 M/s", "m/s", "", "1.5 m/s"),
    ],
)
def test_a_likely_slip_is_told_with_its_cure(text, unit, kind, meant):
    with pytest.raises(UnitError, match=re.escape(f'write "{meant}"')):
        to_si(text, unit, kind)
    assert to_si(meant, unit, kind) > 0.0


@pytest.mark.parametrize(("text", "unit"), [("20 C", "W"), ("3 bananas", "m"), ("5 s", "m"), ("12 degC", "m")])
def test_no_cure_is_made_up(text, unit):
    with pytest.raises(UnitError) as caught:
        to_si(text, unit)
    assert "write" not in str(caught.value)
