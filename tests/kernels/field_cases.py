"""Two small cases that between them launch every cell function, and the launches they make, by argument type."""

from __future__ import annotations

import importlib
import pkgutil
import tempfile
from pathlib import Path

import numpy as np

import kernels
from kernels.backend import CpuBackend
from kernels.cold_plate_solver import ColdPlates
from kernels.cpu import plain_sweeps, typed_scalar
from kernels.reduce import Reducer
from thermo.case import load
from thermo.field.damping import FrequencyDamping
from thermo.field.grid import make_grid
from thermo.field.properties import fluid_properties
from thermo.field.solver import FieldSolver
from thermo.field.steady import start_fields
from thermo.field.transient import March

ROOM = """
[case]
name = "room"

[room]
size = ["1.2 m", "1.0 m", "0.8 m"]

[room.sides]
y_min = "symmetry"
x_min = { kind = "wall", temperature = "30 degC" }

[fluid]
name = "air"

[physics]
turbulence = "k-epsilon"
convection = "limited"
buoyancy = true

[grid]
cell = "0.2 m"

[[rack]]
name = "A1"
from = ["0.4 m", "0.4 m", "0 m"]
to = ["0.8 m", "0.8 m", "0.4 m"]
intake = "x_max"
exhaust = "x_min"
power = "1 kW"
temperature_rise = "12 K"

[[supply]]
name = "floor"
from = ["0.8 m", "0.2 m", "0 m"]
to = ["1.2 m", "0.8 m", "0 m"]
temperature = "18 degC"
flow = "0.06 m^3/s"

[[return]]
name = "ceiling"
from = ["0 m", "0.2 m", "0.8 m"]
to = ["0.4 m", "1.0 m", "0.8 m"]

[[tile]]
name = "screen"
from = ["0.8 m", "0 m", "0.4 m"]
to = ["1.2 m", "1.0 m", "0.4 m"]
free_area = 0.5
jet = true
"""
"""A turbulent room with a rack, a supply, a return and a tile."""

RENORMALISED = ['physics.turbulence="rng-k-epsilon"', "physics.buoyancy_production=true",
                "physics.transposed_stress=true"]
TWO_LAYER, NATURAL = ['physics.wall="two-layer"'], ['physics.wall="two-layer-natural"']
LVEL = ['physics.turbulence="lvel"', """obstacle=[{name="block", from=[0.8,0.2,0.6], to=[1.0,0.6,0.8], \
material={conductivity=200, density=2700, heat_capacity=900}}]"""]
"""Overrides of the room: other turbulence models, the last with a conducting block."""
SHELF = ['panel=[{name="shelf", from=[0,0,0.6], to=[0.4,1,0.6], leakage_fraction=0.1}]']
"""Override of the room: a panel with gaps."""

CAVITY = """
[case]
name = "cavity"

[room]
size = ["0.1 m", "0.1 m", "0.1 m"]

[room.sides]
x_min = { kind = "wall", temperature = "40 degC" }
x_max = { kind = "wall", temperature = "20 degC" }

[fluid]
density = "1000 kg/m^3"
heat_capacity = "2000 J/kg/K"
conductivity = "0.15 W/m/K"
expansion = "0.0007 1/K"
reference_temperature = "30 degC"
viscosity = { temperature = ["20 degC", "40 degC"], value = ["0.02 Pa*s", "0.01 Pa*s"] }

[physics]
turbulence = "laminar"
convection = "central"
buoyancy = true

[grid]
cells = [8, 8, 8]
stretching = [2.0, 2.0, 2.0]

[[obstacle]]
name = "block"
from = ["0.03 m", "0.03 m", "0 m"]
to = ["0.07 m", "0.07 m", "0.04 m"]
material = { conductivity = "200 W/m/K", density = "2700 kg/m^3", heat_capacity = "900 J/kg/K" }
power = "5 W"
"""
"""A closed cavity of an oil of variable viscosity around a heated metal block, laminar."""

FINS = 'porous=[{name="fins", from=[0.01,0.01,0.06], to=[0.09,0.09,0.09], linear=[1e5,1e5,1e5]}]'
"""Override of the cavity: a porous block in the oil."""
TANK = ['case.cooling="immersion"', 'immersion.exchanger={conductance="1 kW/K", flow="1 L/s"}',
        'supply=[{name="in", from=[0,0,0.1], to=[0.05,0.1,0.1], flow="0.01 L/s", temperature="20 degC"}]',
        'return=[{name="out", from=[0.05,0,0.1], to=[0.1,0.1,0.1]}]']
"""Overrides of the cavity: a pumped tank."""
MASSES = ['heat_sink=[{name="sink", from=[0.01,0.01,0.06], to=[0.09,0.09,0.09], across="y", base="z_min", pitch=0.004, \
thickness=0.001, material="copper", power=5, thermal_mass=50}]', 'time={duration=0.2, start="initial", step=0.1}']
"""Overrides of the cavity: a heat sink in time."""

TRIP = ROOM.replace('temperature_rise = "12 K"', 'temperature_rise = "12 K"\nthermal_mass = "3 kJ/K"') + """
[time]
duration = "0.4 s"
start = "initial"
courant = 1
statistics_from = "0.1 s"

[[event]]
at = "0.2 s"
target = "floor"
change = { flow = 0 }
"""
"""The room in time: the supply stops."""


def make_march(text: str, backend, overrides=()) -> March:
    """Return the march in time of a case at its beginning."""
    solver = make_solver(text, backend, overrides)
    march = March(solver.case, solver, None, [])
    march.begin()
    return march


def make_solver(text: str, backend, overrides=()) -> FieldSolver:
    """Return the solver of a case at its start."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.toml"
        path.write_text(text)
        case = load(path, list(overrides))
    solver = FieldSolver(case, make_grid(case), backend, fluid_properties(case))
    start_fields(case, solver)
    return solver


def import_all_kernels() -> list:
    """Import every module of the kernels package, which registers every cell function."""
    return [importlib.import_module(f"kernels.{module.name}") for module in pkgutil.iter_modules(kernels.__path__)]


class RecordingBackend(CpuBackend):
    """The CPU, noting the argument types of every launch as a GPU would receive them, reductions included.

    ``launches`` maps a cell function's name to its signatures: names of NumPy types, arrays as ``"type[]"``.
    """

    def __init__(self, precision: str):
        super().__init__(precision, threads=1)
        self.reduction_blocks_contiguous = False
        self.launches: dict[str, set[tuple[str, ...]]] = {}

    def launch(self, function, first, last, *arguments) -> None:
        """Note the types, then run."""
        signature = tuple(self._type_name(argument) for argument in arguments)
        self.launches.setdefault(function.__name__, set()).add(signature)
        super().launch(function, first, last, *arguments)

    def sweep(self, function, first, last, plane, count, shared, fields) -> None:
        """Note the types of every sweep, then run it."""
        plain_sweeps(self, function, first, last, count, shared, fields)

    def _type_name(self, argument) -> str:
        if isinstance(argument, np.ndarray):
            assert argument.ndim == 1
            assert argument.flags.c_contiguous
            return f"{argument.dtype.name}[]"
        return type(typed_scalar(argument, np.uint32, self.dtype)).__name__


def make_plates(backend) -> tuple[ColdPlates, np.ndarray]:
    """Three plates of 3 layers of 6 rows of 10 cells, a divided flow, and their heat. The lowest layer is smaller."""
    shape, random = (3, 6, 10), np.random.default_rng(5)
    solid = np.ones(shape)
    solid[0, :, :3] = solid[0, :, 7:] = 0.0
    gx, gy, gz = (random.uniform(0.5, 2.0, shape) * solid for _ in range(3))
    gx[..., 1:] *= solid[..., :-1]
    gx[..., 0], gy[:, 0], gz[0], gz[1] = 0.0, 0.0, 0.0, gz[1] * solid[0]
    station = [5, 6, 7, 8, 4, 3, 2, 1, 0, 9]
    carried = [0.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0]
    plates = ColdPlates(backend, 3, (gx, gy, gz), 1.0 - solid, station, carried, 5)
    film = np.zeros((3, *shape))
    film[:, 2, 1:5, 1:9] = random.uniform(0.5, 1.5, (3, 4, 8))
    rate = np.zeros((3, *shape[1:]))
    rate[:, 1:5] = random.uniform(2.0, 5.0, (3, 1, 1))
    plates.set_films(film, rate)
    source = np.zeros((3, *shape))
    source[:, 0, 2:4, 4:6] = random.uniform(1.0, 5.0, (3, 2, 2))
    return plates, source


def record_launches(precision: str) -> dict[str, set[tuple[str, ...]]]:
    """Run the cases and solvers, and return the launches they made."""
    backend = RecordingBackend(precision)
    run_everything(backend)
    return backend.launches


def run_everything(backend) -> None:
    """Run the cases and solvers to tight tolerances: every cell function is launched."""
    room = make_solver(ROOM, backend)
    room.residuals.wanted = True
    room.step(0.7, (2, 2, 4), 2, 0.1, 0.1)
    FrequencyDamping(room).apply()
    for overrides in ([FINS], TANK):
        make_solver(CAVITY, backend, overrides).step(0.7, (1, 1, 1), 1, 0.1, 0.1)
    for overrides in (RENORMALISED, TWO_LAYER, NATURAL, LVEL, SHELF):
        make_solver(ROOM, backend, overrides).step(0.7, (1, 1, 1), 1, 0.1, 0.1)
    cavity = make_solver(CAVITY, backend, ["grid.cells=[16, 16, 16]"])
    for _ in range(2):
        cavity.step(0.7, (2, 2, 4), 2)
    make_march(TRIP, backend).run()
    make_march(CAVITY, backend, MASSES).run()
    for model in ("wale", "vreman"):
        make_march(TRIP, backend, [f'physics.turbulence="{model}"', "time.duration=0.25"]).run()
    heat = cavity.heat.equation
    cavity.heat.krylov.solve(heat.b, cavity.T, 1e-5, 20)
    cavity.multigrid.solve(cavity.imbalance, cavity.correction, 1e-5, 20)
    plates, source = make_plates(backend)
    plates.solve(source, 1e-5, 20)
    reducer = Reducer(backend, cavity.size)
    reducer.sum(cavity.T)
    reducer.largest(cavity.T)
