"""Small time-dependent cases and their runs."""

from __future__ import annotations

from room import make_case

from kernels.backend import make_backend
from thermo.field.properties import fluid_properties
from thermo.field.transient import solve_transient

VORTEX = """
[room]
size = [3.141592653589793, 3.141592653589793, 0.1]
[room.sides]
x_min = "symmetry"
x_max = "symmetry"
y_min = "symmetry"
y_max = "symmetry"
z_min = "periodic"
z_max = "periodic"
[fluid]
density = 1
viscosity = 0.25
[physics]
energy = false
turbulence = "laminar"
convection = "central"
[grid]
cells = [16, 16, 1]
[initial]
velocity = ["=sin(x)*cos(y)", "=-cos(x)*sin(y)", 0]
[time]
duration = 2
start = "initial"
step = 0.1
iterations = 25
"""
"""Taylor and Green's decaying vortex: u = sin x cos y exp(-2 nu t), v = -cos x sin y exp(-2 nu t)."""

SLAB = """
[room]
size = [1, 1, 1]
[room.sides]
x_min = { kind = "wall", temperature = 293.15 }
x_max = { kind = "wall", temperature = 293.15 }
[fluid]
density = 1
heat_capacity = 1
conductivity = 1
reference_temperature = 293.15
[initial]
temperature = "=293.15+sin(pi*x)"
[physics]
flow = false
[grid]
cells = [32, 1, 1]
[time]
duration = 0.2
start = "initial"
step = 0.01
iterations = 4
[[monitor]]
name = "middle"
kind = "volume"
quantity = "T"
from = [0, 0, 0]
to = [1, 1, 1]
"""
"""A slab that cools down from one arch of a sine: T - T_wall = sin(pi x) exp(-pi^2 t)."""

BOX = """
[room]
size = [1, 1, 1]
[fluid]
density = "1.1614 kg/m^3"
heat_capacity = "718 J/kg/K"
viscosity = "1.846e-5 Pa*s"
conductivity = "0.0263 W/m/K"
expansion = "0.00333 1/K"
reference_temperature = "300 K"
[physics]
turbulence = "laminar"
heat_source = "1000 W/m^3"
[initial]
temperature = "300 K"
[grid]
cells = [6, 6, 6]
[time]
duration = 10
start = "initial"
"""
"""A closed adiabatic box of air that is heated evenly: T = T0 + P t/(m c), and the air stays at rest."""

RACK = """
[[rack]]
name = "A1"
from = ["0.8 m", "0.4 m", "0 m"]
to = ["1.6 m", "0.8 m", "1.2 m"]
intake = "x_max"
exhaust = "x_min"
power = "2 kW"
temperature_rise = "12 K"
"""
OPENINGS = """
[[supply]]
name = "floor"
from = ["1.8 m", "0.2 m", "0 m"]
to = ["2.2 m", "1 m", "0 m"]
temperature = "18 degC"
flow = "0.13 m^3/s"
[[return]]
name = "ceiling"
from = ["0 m", "0.4 m", "1.8 m"]
to = ["0.6 m", "0.8 m", "1.8 m"]
"""
"""One rack of 2 kW in a room of 2.4 x 1.2 x 1.8 m, air from the floor to the ceiling."""

CRAH_ROOM = """
[room]
size = ["2.4 m", "1.2 m", "1.2 m"]
[fluid]
name = "air"
[physics]
turbulence = "k-epsilon"
[grid]
cell = "0.2 m"
[[rack]]
name = "A1"
from = ["1.4 m", "0.4 m", "0 m"]
to = ["1.8 m", "0.8 m", "0.8 m"]
intake = "x_max"
exhaust = "x_min"
power = "2 kW"
temperature_rise = "10 K"
RACK
[[cooling_unit]]
name = "CRAH"
from = ["0 m", "0.4 m", "0 m"]
to = ["0.4 m", "0.8 m", "0.8 m"]
intake = "z_max"
discharge = "x_max"
UNIT
"""
"""A closed room with one rack and one cooling unit; RACK and UNIT stand for more keys of theirs."""

AISLE = f"""
[room]
size = ["2.4 m", "1.2 m", "1.8 m"]
[fluid]
name = "air"
[grid]
cell = "0.2 m"
{RACK}thermal_mass = "11.1 kJ/K"
{OPENINGS}[[tile]]
name = "screen"
from = ["1.8 m", "0.2 m", "0.2 m"]
to = ["2.2 m", "1 m", "0.2 m"]
free_area = 0.5
[[monitor]]
name = "cold"
kind = "point"
quantity = "T"
at = ["2 m", "0.6 m", "1 m"]
[solve]
max_iterations = 200
[time]
duration = "8 s"
output_every = "3 s"
statistics_from = "1 s"
shutdown_temperature = "24 degC"
[[event]]
at = "2 s"
target = "floor"
change = {{ flow = "0 m^3/s" }}
over = "1 s"
[[event]]
at = "5 s"
target = "A1"
change = {{ power = "3 kW" }}
lasts = "1.5 s"
"""
"""One rack in a small room: its supply fails, then its load steps up and down again."""


def run(text: str, overrides=(), precision: str = "double", listener=None, resume=None):
    """Solve a time-dependent case on one thread."""
    case = make_case(text, overrides)
    backend = make_backend("cpu", precision, 1)
    return solve_transient(case, backend, fluid_properties(case), listener or (lambda *_: None), resume)
