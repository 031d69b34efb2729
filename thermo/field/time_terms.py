"""Old time levels of a solver and the time terms that they give its equations: BDF2 with a variable step.

The order within a step: :meth:`TimeTerms.begin` sets the step and predicts, the solver's iterations call the hooks
:meth:`momentum`, :meth:`response`, :meth:`fluxes`, :meth:`energy`, :meth:`turbulence` and :meth:`servers`, and
:meth:`accept` makes the result the newest level (or :meth:`reject` goes back to it). Everything stays on the device.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kernels import momentum, transient
from kernels.pressure import add_to
from thermo.field.devices import CONTROLLED
from thermo.field.flux_memory import FluxMemory
from thermo.field.geometry import pad
from thermo.field.porous import volume_of
from thermo.field.server_mass import ServerMass
from thermo.field.solid_mass import solid_mass

LEVELS = 3
DEVICE_STATE = ("flow", "speed", "valve", "share", "change", "target", "heat", "inlet", "outlet")
"""What a device remembers from one iteration to the next."""
FLOOR = 1e-30


def bdf(step: float, former: float | None) -> tuple[float, float, float]:
    """Coefficients ``(rate, first, second)`` in 1/s of BDF2, or of backward Euler where there is no ``former`` step."""
    if former is None:
        return 1.0 / step, -1.0 / step, 0.0
    r = step / former
    return (1.0 + 2.0 * r) / (1.0 + r) / step, -(1.0 + r) / step, r * r / (1.0 + r) / step


class TimeTerms:
    """Time levels and time terms of one solver.

    ``steps`` holds the sizes (s) of the steps since the last jump, newest last: with none the next step is backward
    Euler, with three the local error can be estimated.
    """

    def __init__(self, solver, jump: bool = True):
        self.solver = solver
        self.steps: list[float] = []
        zeros = solver.backend.zeros
        capacity = heat_capacity(solver)
        self.volume = solver.geometry.volume * solver.geometry.fluid
        self.capacity = solver.backend.asarray(pad(capacity * solver.grid.volume, 0.0).ravel())
        self.inertia, self.heat_inertia = zeros(solver.size), zeros(solver.size)
        self.history = {name: zeros(solver.size) for name in self._carried()}
        self.fluxes_before = FluxMemory(solver)
        self.inertia_k, self.inertia_epsilon = zeros(solver.size), zeros(solver.size)
        self.server_mass = ServerMass(solver) if solver.heat and solver.devices.count else None
        self.solid_mass = solid_mass(solver)
        self.levels = {name: [array.copy() for _ in range(self._depth(name))]
                       for name, array in self.working().items()}
        solver.time_terms = self

    def _carried(self) -> list[str]:
        """Variables with a time term of their own, besides the face fluxes."""
        s = self.solver
        names = ["u", "v", "w"] if s.case.physics.flow else []
        names += ["T"] if s.heat else []
        return names + (["k", "epsilon"] if has_k(s) else [])

    def _depth(self, name: str) -> int:
        return LEVELS if name in ("u", "v", "w", "T", "node") else 2

    def working(self) -> dict:
        """The arrays that a step changes, by name."""
        s = self.solver
        arrays = dict(zip("uvw", s.velocity, strict=True))
        arrays |= {f"flux_{axis}": flux for axis, flux in zip("xyz", s.flux, strict=True)}
        arrays |= {"p": s.p, "T": s.T, "nu_t": s.nu_t, "outflow": s.faces.outflow, "tb": s.faces.temperature}
        arrays |= {f"tile_{axis}": tiles.speed for axis, tiles in zip("xyz", s.resistances, strict=True)}
        if has_k(s):
            arrays |= {"k": s.turbulence.k, "epsilon": s.turbulence.epsilon}
        if s.devices.count:
            arrays |= {f"device_{name}": getattr(s.devices, name) for name in DEVICE_STATE}
        if self.server_mass is not None:
            arrays["node"] = self.server_mass.node
        if self.solid_mass is not None:
            arrays |= self.solid_mass.nodes
        return arrays

    def begin(self, step: float, predict: bool = True) -> None:
        """Prepare a step of ``step`` seconds from the newest level; ``predict`` starts it from an extrapolation."""
        former = self.steps[-1] if self.steps else None
        self.coefficients = bdf(step, former)
        rate, first, second = self.coefficients
        s, launch = self.solver, self.solver.backend.launch
        self.inertia[:] = self.volume * s.backend.dtype(rate)
        self.heat_inertia[:] = self.capacity * s.backend.dtype(rate)
        for name in self._carried():
            one, two = self.levels[name][:2]
            if name in ("k", "epsilon"):
                inertia = self.inertia_k if name == "k" else self.inertia_epsilon
                launch(transient.positive_time_source, 0, s.size, self.volume, rate, 1.0 / step, first, second, one,
                       two, inertia, self.history[name])
            else:
                launch(transient.time_source, 0, s.size, self.capacity if name == "T" else self.volume, first, second,
                       one, two, self.history[name])
        if s.case.physics.flow:
            self._remember_fluxes(first, second)
        if s.devices.count:
            s.devices.begin(step, {name: self.levels[f"device_{name}"][0] for name in CONTROLLED})
        if self.server_mass is not None:
            self.server_mass.begin(self.coefficients, *self.levels["node"][:2])
        if self.solid_mass is not None:
            self.solid_mass.begin(self.coefficients, self.levels)
        if predict and former is not None:
            self._predict(step / former)

    def _predict(self, ratio: float) -> None:
        working = self.working()
        for name in ("u", "v", "w", "flux_x", "flux_y", "flux_z", "p", "T"):
            one, two = self.levels[name][:2]
            self.solver.backend.launch(transient.extrapolate, 0, self.solver.size, ratio, one, two, working[name])

    def _remember_fluxes(self, first: float, second: float) -> None:
        levels = self.levels
        self.fluxes_before.remember(first, second, [levels[f"flux_{axis}"] for axis in "xyz"],
                                    [levels[name][:2] for name in "uvw"], levels["outflow"])

    def momentum(self) -> None:
        """Time terms of the velocity components."""
        s = self.solver
        s.run(add_to, self.inertia, s.components[0].extra)
        for name, equation in zip("uvw", s.components, strict=True):
            s.run(add_to, self.history[name], equation.source)

    def response(self) -> None:
        """The response of the face velocities includes the time term."""
        s, u = self.solver, self.solver.components[0]
        s.run(transient.transient_response, s.geometry.volume, u.inverse, u.lag, self.inertia,
              momentum.RHIE_CHOW_RELAXATION, FLOOR, s.geometry.fluid, s.response_fixed)

    def fluxes(self) -> None:
        """Add what the old levels give to the fluxes."""
        self.fluxes_before.add(self.solver.response_fixed)

    def energy(self, equation) -> None:
        """Heat stored in fluid and solids."""
        self.solver.run(transient.add_time_term, self.heat_inertia, self.history["T"], equation.extra, equation.source)
        if self.solid_mass is not None:
            self.solid_mass.exchange(equation)

    def follow(self) -> None:
        """Temperatures of solids among the fluid, at the temperature that has just been found."""
        if self.solid_mass is not None:
            self.solid_mass.follow()

    def turbulence(self, k, epsilon) -> None:
        """Time terms of k and epsilon."""
        run = self.solver.run
        run(transient.add_time_term, self.inertia_k, self.history["k"], k.extra, k.source)
        run(transient.add_time_term, self.inertia_epsilon, self.history["epsilon"], epsilon.extra, epsilon.source)

    def servers(self) -> None:
        """Temperatures of the thermal masses of the servers, from the present intakes."""
        if self.server_mass is not None:
            self.server_mass.update()

    def expected(self, rows, step: float) -> list:
        """Heated solids (:class:`thermo.field.porous.SolidRow`) as they would be after a step of ``step`` seconds with
        their present power, as far as they store heat."""
        if self.solid_mass is None:
            return rows
        former = self.steps[-1] if self.steps else None
        warm = self.solid_mass.expected(bdf(step, former), self.levels)
        return [replace(row, before=row.temperature, **warm[row.name]) if row.name in warm else row for row in rows]

    def accept(self, step: float) -> None:
        """Make the working arrays the newest level."""
        for name, array in self.working().items():
            levels = self.levels[name]
            levels.insert(0, levels.pop())
            levels[0][:] = array
        self.steps = [*self.steps, step][-LEVELS:]

    def reject(self) -> None:
        """Go back to the newest level."""
        for name, array in self.working().items():
            array[:] = self.levels[name][0]

    def jump(self) -> None:
        """Forget the levels before the newest: conditions have just changed at once."""
        self.steps = []

    def storage(self) -> float:
        """Heat stored per time in fluid and solids (W), as their equations have it."""
        s = self.solver
        reducer = s.residuals.reducer
        stored = reducer.dot(self.heat_inertia, s.T) - reducer.sum(self.history["T"])
        return stored + (self.solid_mass.storage() if self.solid_mass is not None else 0.0)


def has_k(solver) -> bool:
    """Whether the solver transports k and epsilon."""
    return solver.turbulence is not None and hasattr(solver.turbulence, "k")


def heat_capacity(solver) -> np.ndarray:
    """Volumetric heat capacity of every cell in J/(m3 K), ``(nz, ny, nx)``: fluid, conducting solid, zero elsewhere.

    The fluid between fins is less by their volume. Solids of porous blocks without conductance share its temperature.
    """
    capacity = solver.fluid.capacity * solver.mesh.fluid
    for box in solver.case.obstacle:
        if box.material is not None:
            capacity[solver.grid.box_slices(box.lo, box.hi)] = box.material.density * box.material.heat_capacity
    for sink in solver.case.heat_sink:
        capacity[solver.grid.box_slices(sink.lo, sink.hi)] *= 1.0 - sink.thickness / sink.pitch
    for block in solver.case.porous:
        if block.thermal_mass is not None and block.conductance is None:
            capacity[solver.grid.box_slices(block.lo, block.hi)] += block.thermal_mass / volume_of(block)
    return capacity
