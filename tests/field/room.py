"""Small rooms with devices, solved in double precision for the tests of what the devices do."""

from __future__ import annotations

from kernels.backend import make_backend
from thermo import air
from thermo.case import load

CLOSED_ROOM = """
[case]
name = "closed"
[room]
size = ["4 m", "3 m", "3 m"]
[fluid]
name = "air"
[grid]
cell = "0.25 m"
[solve]
sequence = false
[[rack]]
name = "A1"
from = ["2 m", "1 m", "0 m"]
to = ["2.5 m", "2 m", "2 m"]
intake = "x_min"
exhaust = "x_max"
power = "10 kW"
temperature_rise = "12 K"
[[cooling_unit]]
name = "CRAH1"
from = ["0.5 m", "0.5 m", "0.5 m"]
to = ["1.25 m", "1.25 m", "2 m"]
intake = "z_max"
discharge = "x_max"
flow = "0.8 m^3/s"
fan_power = "500 W"
[cooling_unit.coil]
ua = "1500 W/K"
water_temperature = "10 degC"
water_flow = "0.6 kg/s"
"""


def solved(tmp_path, text: str, precision: str = "double", overrides=()):
    """Return the summary of a case given as text; it must converge."""
    file = tmp_path / "room.toml"
    file.write_text(text)
    result, status = air.solve(load(file, overrides), make_backend("cpu", precision), lambda *_: None)
    assert status == "converged"
    return result.summary


def replaced(text: str, *pairs: tuple[str, str]) -> str:
    """Return the text with the first occurrence of every first replaced by its second; each must be there."""
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text
