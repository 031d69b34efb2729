"""Small rooms with devices, solved in double precision for the tests of what the devices do."""

from __future__ import annotations

import tempfile
from pathlib import Path

from kernels.backend import make_backend
from thermo import air
from thermo.case import load
from thermo.field.grid import make_grid
from thermo.field.properties import fluid_properties
from thermo.field.solver import FieldSolver
from thermo.field.steady import solve_steady

GRID = """
[grid]
cell = "0.25 m"
[solve]
sequence = false
"""
AIR = """
[fluid]
name = "air"
""" + GRID
FORCED = """
[fluid]
density = 1.2
heat_capacity = 1006
viscosity = 1.86e-5
conductivity = 0.026
expansion = 0.0034
reference_temperature = "20 degC"
[physics]
convection = "upwind"
buoyancy = false
""" + GRID
"""Air of constant density 1.2 kg/m3 that openings and fans move alone."""

CLOSED_ROOM = AIR + """
[room]
size = ["4 m", "3 m", "3 m"]
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


def make_case(text: str, overrides=()):
    """Return the case given as text."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.toml"
        path.write_text(text)
        return load(path, list(overrides))


def solver_of(case) -> FieldSolver:
    """Return the field solver of a case at its start."""
    return FieldSolver(case, make_grid(case), make_backend("cpu", "double"), fluid_properties(case))


def settled(case, precision: str = "double"):
    """Return the steady solution of a case."""
    return solve_steady(case, make_backend("cpu", precision), fluid_properties(case), lambda *_: None)


def solved(text: str, overrides=()):
    """Return the summary of a case given as text; it must converge."""
    result, status = air.solve(make_case(text, overrides), make_backend("cpu", "double"), lambda *_: None)
    assert status == "converged"
    return result.summary


def replaced(text: str, *pairs: tuple[str, str]) -> str:
    """Return the text with the first occurrence of every first replaced by its second; each must be there."""
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text
