"""Heat sinks and porous blocks of a case: drag on the grid, heat transfer, and the temperature of their solid."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from kernels import walls
from kernels.porous import HOLD, hold_velocity
from thermo.field.geometry import along
from thermo.field.mesh import Mesh, neighbours

NUSSELT = 7.54
"""Between isothermal parallel plates on the hydraulic diameter (Shah and London 1978, table 41)."""
TURBULENT = 2800.0


def plate_drag(gap: float, pitch: float) -> float:
    """Linear resistance D in 1/m2 of gaps between parallel plates on the superficial velocity: 12 pitch / gap^3.

    Plane Poiseuille flow has dp/dx = 12 mu U / gap^2 on the mean velocity U in the gap, which is pitch/gap times the
    superficial one.
    """
    return 12.0 * pitch / gap**3


def plate_nusselt(diameter, length, reynolds, prandtl):
    """Mean Nusselt number of developed flow that is heated over ``length`` between isothermal plates; arrays too.

    7.54 + 0.03 G / (1 + 0.016 G^(2/3)), G = (Dh/L) Re Pr: Edwards, Denny and Mills, Transfer Processes (1979), for
    Re up to 2800, ``diameter`` is twice the gap.
    """
    graetz = diameter / length * reynolds * prandtl
    return NUSSELT + 0.03 * graetz / (1.0 + 0.016 * graetz ** (2.0 / 3.0))


def fin_efficiency(coefficient, conductivity, thickness, height):
    """Straight fin with an adiabatic tip: tanh(mL)/(mL), m = sqrt(2 h / (k t)) (Incropera, table 3.5); arrays too."""
    product = np.sqrt(2.0 * coefficient / (conductivity * thickness)) * height
    return np.tanh(product) / product


class SinkLaw:
    """Heat transfer of heat sinks from the mean state of the fluid among their fins, on the arrays of ``xp``."""

    def __init__(self, sinks, xp=np):
        def of_all(values):
            return xp.asarray(np.array(values, dtype=np.float64))

        self.xp = xp
        self.pitch, self.gap = of_all([s.pitch for s in sinks]), of_all([s.gap for s in sinks])
        self.thickness, self.height = of_all([s.thickness for s in sinks]), of_all([s.fin_height for s in sinks])
        self.metal = of_all([s.material.conductivity for s in sinks])
        self.volume = of_all([volume_of(s) for s in sinks])
        self.extent = of_all([[b - a for a, b in zip(s.lo, s.hi, strict=True)] for s in sinks]).reshape(-1, 3)

    def __call__(self, properties, temperature, velocity):
        """Conductance from the fins' mean temperature to the fluid in W/K, fin efficiency and Reynolds number.

        ``temperature`` K (n,) and ``velocity`` m/s (n, 3) are means over the fluid of each sink.
        """
        speed = abs(velocity)
        along = speed.argmax(axis=1)[:, None]
        speed, length = (self.xp.take_along_axis(a, along, axis=1)[:, 0] for a in (speed, self.extent))
        nu = properties.kinematic_viscosity(temperature, self.xp)
        k = properties.thermal_conductivity(temperature, self.xp)
        diameter = 2.0 * self.gap
        reynolds = speed * self.pitch / self.gap * diameter / nu
        coefficient = plate_nusselt(diameter, length, reynolds, nu * properties.capacity / k) * k / diameter
        efficiency = fin_efficiency(coefficient, self.metal, self.thickness, self.height)
        return coefficient * 2.0 / self.pitch * self.volume, efficiency, reynolds


def block_resistance(block) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Linear (1/m2) and quadratic (1/m) resistance of a heat sink or porous block along x, y, z."""
    if block.kind == "porous":
        return block.linear, block.quadratic
    return (plate_drag(block.gap, block.pitch),) * 3, (0.0, 0.0, 0.0)


def porous_faces(case, mesh: Mesh, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Linear resistance in 1/m and loss coefficient of every face of an axis: half a cell's worth from either side."""
    grid = mesh.grid
    half = np.broadcast_to(along(0.5 * grid.widths[axis], axis), grid.shape)
    sums = []
    for number in range(2):
        cells = np.zeros(grid.shape)
        for block in (*case.heat_sink, *case.porous):
            cells[grid.box_slices(block.lo, block.hi)] = block_resistance(block)[number][axis]
        low, high = neighbours(cells * half, axis, 0.0)
        sums.append(low + high)
    return sums[0], sums[1]


class PorousCells:
    """The cells of all heat sinks and porous blocks, whose velocity follows from the fluxes of their faces."""

    def __init__(self, backend, case, mesh: Mesh):
        inside = np.zeros(mesh.grid.shape, bool)
        for block in (*case.heat_sink, *case.porous):
            inside[mesh.grid.box_slices(block.lo, block.hi)] = True
        places = np.arange(mesh.grid.size).reshape(mesh.grid.padded_shape)[1:-1, 1:-1, 1:-1][inside & mesh.fluid]
        self.backend, self.count = backend, len(places)
        self.where = backend.asarray(places, np.int64)

    def hold(self, solver) -> None:
        """Make the momentum rows of these cells give the velocity of the face fluxes."""
        if self.count:
            rows = solver.components
            self.backend.launch(hold_velocity, 0, self.count, self.where, *solver.strides, *solver.geometry.area,
                                *solver.flux, HOLD, rows[0].inverse, *(row.b for row in rows))


def slip_on_fins(case, mesh: Mesh, table) -> None:
    """The drag of the fins is in their resistance: the closed faces inside a sink have no shear of their own."""
    for sink in case.heat_sink:
        axis = "xyz".index(sink.across)
        within = np.ones(len(table.owner), bool)
        for a in range(3):
            within &= (table.centre[a] >= sink.lo[a] - 1e-9) & (table.centre[a] <= sink.hi[a] + 1e-9)
        inner = sink.lo[axis] + 1e-9 < table.centre[axis]
        inner &= table.centre[axis] < sink.hi[axis] - 1e-9
        table.kind[within & inner & (table.axis == axis) & (table.kind == walls.WALL)] = walls.SYMMETRY


@dataclass(frozen=True)
class SolidRow:
    """A heated solid: heat W, its temperature K and that of the fluid in or about it, limit K, what to flag.

    ``response``: K that it warms by for each watt more, over its fluid or in a time step whose end the row foretells;
    None for a block, whose heat is conducted through the grid. ``before``: K at the begin of that step.
    """

    name: str
    power: float
    temperature: float
    fluid: float
    limit: float | None
    flags: list[str]
    response: float | None = None
    before: float | None = None

    @property
    def resistance(self) -> float:
        """K per watt between the solid and what :attr:`below` is: in time over a step, else to the fluid."""
        return (self.temperature - self.fluid) / self.power if self.response is None else self.response

    @property
    def below(self) -> float:
        """Temperature in K that the solid would have without power: the fluid's where it stores no heat."""
        return self.temperature - self.resistance * self.power


def has_solids(case) -> bool:
    """Whether a case has solids for :func:`solid_rows`."""
    return bool(case.heat_sink) or any(has_solid(b) for b in case.porous) or any(b.power for b in case.obstacle)


def has_solid(block) -> bool:
    """Whether a porous block has a solid whose temperature is sought; that of a coil is given."""
    return block.conductance is not None and block.temperature is None


def limits_of(case) -> dict[str, float]:
    """Limits in K of the heated solids that have one, by name."""
    return {box.name: box.limit for box in (*case.heat_sink, *case.porous, *case.obstacle) if box.limit is not None}


def solid_rows(case, solver) -> list[SolidRow]:
    """Every heat sink, porous block with a solid temperature, and heated block of a solved field. In time solids that
    store heat have the temperature that they have warmed to."""
    look = _Look(solver)
    rows = look.sinks(case.heat_sink)
    rows += [look.porous(block) for block in case.porous if has_solid(block)]
    rows += [look.block(block) for block in case.obstacle if block.material is not None and block.power]
    masses = solver.time_terms.solid_mass if solver.time_terms else None
    warm = {} if masses is None else masses.temperatures()
    return [replace(row, temperature=warm.get(row.name, row.temperature)) for row in rows]


def _flags(sink, reynolds: float) -> list[str]:
    if reynolds <= TURBULENT:
        return []
    return [f"heat sink {sink.name}: Reynolds number {reynolds:.0f} between its fins is past the laminar law"]


class _Look:
    """The fields of a solver on the host, fetched once."""

    def __init__(self, solver):
        self.solver, self.grid = solver, solver.grid
        self.temperature = solver.interior(solver.T) + solver.datum
        self.velocity = [solver.interior(component) for component in solver.velocity]
        self.weight = solver.grid.volume * solver.mesh.fluid

    def means(self, box) -> tuple[float, np.ndarray]:
        """Mean temperature in K and mean velocity in m/s over the fluid of a box, weighted by volume."""
        cells = self.grid.box_slices(box.lo, box.hi)
        weight = self.weight[cells]
        velocity = np.array([np.average(v[cells], weights=weight) for v in self.velocity])
        return float(np.average(self.temperature[cells], weights=weight)), velocity

    def sinks(self, sinks) -> list[SolidRow]:
        """Fins at one temperature over the mean of the fluid among them, chip behind its case resistance."""
        if not sinks:
            return []
        means = [self.means(sink) for sink in sinks]
        fluid, velocity = np.array([mean for mean, _ in means]), np.array([velocity for _, velocity in means])
        conductance, efficiency, reynolds = SinkLaw(sinks)(self.solver.fluid, fluid, velocity)
        power = np.array([self.solver.solids.of(sink) for sink in sinks])
        behind = np.array([sink.case_resistance or 0.0 for sink in sinks])
        response = 1.0 / (conductance * efficiency) + behind
        chips = fluid + response * power
        columns = (power, chips, fluid, response)
        return [SolidRow(sink.name, watts, chip, mean, sink.limit, _flags(sink, number), kelvin)
                for sink, number, watts, chip, mean, kelvin
                in zip(sinks, reynolds, *(column.tolist() for column in columns), strict=True)]

    def porous(self, block) -> SolidRow:
        """Solid of a porous block at one temperature over the mean of its fluid."""
        fluid, _ = self.means(block)
        power = self.solver.solids.of(block)
        response = 1.0 / (block.conductance * volume_of(block))
        return SolidRow(block.name, power, fluid + response * power, fluid, block.limit, [], response)

    def block(self, block) -> SolidRow:
        """Hottest cell of a heated block; the fluid about it has no one temperature: the domain's mean is given."""
        cells = self.grid.box_slices(block.lo, block.hi)
        fluid = float(np.average(self.temperature, weights=self.weight))
        power = self.solver.solids.of(block)
        return SolidRow(block.name, power, float(self.temperature[cells].max()), fluid, block.limit, [])


def volume_of(box) -> float:
    """Volume of a box in m3."""
    return float(np.prod([high - low for low, high in zip(box.lo, box.hi, strict=True)]))
