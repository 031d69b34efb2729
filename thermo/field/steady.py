"""March to the steady state on a sequence of grids, and say honestly whether it was reached."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kernels.reduce import Reducer
from thermo.errors import DivergedError
from thermo.field import transfer
from thermo.field.balance import MassBalance, heat_balance
from thermo.field.damping import FrequencyDamping, stalled
from thermo.field.grid import make_grid
from thermo.field.history import History
from thermo.field.mesh import evaluate
from thermo.field.monitors import KELVIN, hottest_intakes, monitor_value
from thermo.field.porous import has_solids, solid_rows
from thermo.field.solver import FieldSolver

CHECK_EVERY = 10
SWEEPS = (8, 8, 16)
FIRST_RELAXATION = 0.6
RAMP = 15
WANDER_WINDOW = 200
DAMPED_RANGE = 5.0
"""An oscillation is damped where no monitor moves by more than this many tolerances; a larger one is reported."""
SMALLEST_GRID = 400
RETRIES = 2
STEP_RISE = 10.0
"""K by which heat released in the fluid may warm it in one pseudo-time step."""
REST = 1e-6
"""Share of the free-fall speed below which a buoyant fluid counts as at rest, so that rounding is not judged."""
MASS_TOLERANCE = {"single": 1e-3, "double": 1e-8}
HEAT_TOLERANCE = {"single": 1e-5, "double": 1e-9}
"""What the converged flow is finished to: each cell's mass relative to before, the heat balance of the domain."""


@dataclass
class SteadySolution:
    """The finest solver and how it got there. ``levels[n]`` holds the monitored values of grid ``n``, coarse first;
    ``ranges`` the lowest and highest value of monitors that did not settle."""

    solver: FieldSolver
    status: str
    iterations: int
    history: History
    levels: list[dict[str, float]]
    measures: dict[str, float]
    ranges: dict[str, tuple[float, float]]
    flags: list[str]


def coarsenings(case) -> list[int]:
    """Coarsening factors of the grid sequence, coarse first: up to two halvings that leave a grid worth solving."""
    if not case.solve.sequence:
        return [1]
    factors = [1]
    for factor in (2, 4):
        grid = make_grid(case, factor)
        if grid.cells < SMALLEST_GRID or grid.cells > 0.7 * make_grid(case, factor // 2).cells:
            break
        factors.insert(0, factor)
    return factors


def solve_steady(case, backend, fluid, listener, resume=None) -> SteadySolution:
    """Solve a case for its steady state.

    ``listener`` is called as ``listener(solver, iteration, level, levels, measures, monitors)`` at every check.
    ``resume`` is ``(factor, fields)`` of an earlier run: its grid's coarsening factor and host fields.
    Raises :class:`DivergedError` when the fields stop being finite at every relaxation tried.
    """
    factors = coarsenings(case)
    load_kernels(case, backend, fluid, factors[0])
    history, levels, flags = History(), [], []
    previous = None
    if resume is not None:
        factors = [f for f in factors if f <= resume[0]]
    for number, factor in enumerate(factors):
        grid = make_grid(case, factor)
        finest = number == len(factors) - 1

        def start(grid=grid, factor=factor, previous=previous):
            solver = FieldSolver(case, grid, backend, fluid)
            if resume is not None and factor == resume[0]:
                transfer.restore(solver, resume[1])
            elif previous is not None:
                transfer.restore(solver, transfer.interpolate(transfer.state(previous), previous, solver))
            else:
                start_fields(case, solver)
            return solver

        march = _march_with_retries(case, start, number, len(factors), finest, history, listener, flags,
                                    cold=previous is None and resume is None)
        hottest = hottest_intakes(march.solver) if march.solver.heat else {}
        levels.append(march.values | {f"rack {rack} inlet_max": value for rack, value in hottest.items()})
        previous = march.solver
    return SteadySolution(march.solver, march.status, march.iteration, history, levels, march.measures, march.ranges,
                          flags)


def load_kernels(case, backend, fluid, factor: int) -> None:
    """Compile, or load from the cache, every kernel of a case by one step on its coarsest grid."""
    solver = FieldSolver(case, make_grid(case, factor), backend, fluid)
    start_fields(case, solver)
    solver.step(FIRST_RELAXATION, (2, 2, 2), 1)
    if solver.heat:
        solver.heat.settle(lambda: 0.0, 1.0)
    MassBalance(solver).defect()


def start_fields(case, solver) -> None:
    """Start from ``[initial]``: velocity and temperature, numbers or expressions."""
    x, y, z = solver.grid.mesh()
    fields = transfer.state(solver)
    for name, value in zip("uvw", case.initial.velocity, strict=True):
        fields[name] = evaluate(value, x, y, z).copy()
    if case.initial.temperature is not None:
        fields["T"] = evaluate(case.initial.temperature, x, y, z) - solver.datum
    transfer.restore(solver, fields)


def _march_with_retries(case, start, number, count, finest, history, listener, flags, cold):
    relaxation = case.solve.relaxation
    for attempt in range(RETRIES + 1):
        march = March(case, start(), relaxation, number, count, finest, history, listener, cold or attempt > 0)
        try:
            march.run()
            if march.damping:
                flags.append(march.damping_note())
            if finest and march.status == "converged":
                march.finish()
            return march
        except DivergedError:
            if attempt == RETRIES:
                raise
            relaxation *= 0.75
            flags.append(f"diverged at relaxation {relaxation / 0.75:.2f}, started again with {relaxation:.2f}")
    raise AssertionError("unreachable")


class March:
    """Steps on one grid until the monitored values, the balances and the updates have all settled."""

    def __init__(self, case, solver, relaxation, number, count, finest, history, listener, cold):
        self.case, self.solver, self.relaxation = case, solver, relaxation
        self.number, self.count, self.finest = number, count, finest
        self.history, self.listener, self.cold = history, listener, cold
        self.mass = MassBalance(solver)
        self.reducer = Reducer(solver.backend, solver.size)
        self.status, self.iteration = "running", 0
        self.measures: dict[str, float] = {}
        self.values: dict[str, float] = {}
        self.ranges: dict[str, tuple[float, float]] = {}
        self.tracks: dict[str, list[float]] = {}
        self.updates: list[float] = []
        self.damping: FrequencyDamping | None = None
        self.rates = (0.0, 0.0)
        if self._source_rate():
            self._cap_pseudo_steps(STEP_RISE)
        self.intake_means = solver.backend.zeros((CHECK_EVERY, max(1, len(solver.racks))))
        self.speed = self.free_fall = 0.0
        limit = case.solve.max_iterations
        self.limit = limit if finest else max(60, limit // 4)

    def run(self) -> None:
        """March; ends with ``status`` converged, wandering or not converged."""
        while self.status == "running":
            begun = self.history.seconds()
            for row in range(CHECK_EVERY):
                last = row == CHECK_EVERY - 1
                if self.damping:
                    self.damping.apply()
                before = self._copies() if last else None
                self.solver.residuals.wanted = last
                self._step()
                self.iteration += 1
                self.intake_means[row] = self.solver.devices.rack_inlet
            self._measure(before)
            self._record(begun)
            self._judge()

    def _record(self, begun: tuple[float, float]) -> None:
        """Add the steps since the last check to the history, the host's first look at them; time is shared evenly."""
        means = self.solver.backend.to_host(self.intake_means).astype(float)
        ended = self.history.seconds()
        for row in range(CHECK_EVERY):
            share = (row + 1) / CHECK_EVERY
            cpu, wall = (a + share * (b - a) for a, b in zip(begun, ended, strict=True))
            self.values.update(self._rack_values(means[row]))
            self.history.add(iteration=self.iteration - CHECK_EVERY + row + 1, level=self.number, cpu_s=cpu,
                             wall_s=wall, **self.measures, **{f"monitor:{k}": v for k, v in self.values.items()})

    def finish(self) -> None:
        """With the converged flow: fluxes that conserve mass and a temperature that closes the heat balance."""
        s = self.solver
        if s.case.physics.flow:
            s.conserve_mass(MASS_TOLERANCE[s.backend.precision])
        if s.heat:
            s.heat.settle(lambda: heat_balance(s).closure, HEAT_TOLERANCE[s.backend.precision])
            self.measures["heat"] = heat_balance(s).closure
            means = s.backend.to_host(s.devices.rack_inlet).astype(float)
            self.values.update(self._rack_values(means))
            face_heat = s.heat.face_heat()
            self.values.update({m.name: monitor_value(s, m, face_heat)[0] for m in self.case.monitor})

    def _step(self) -> None:
        share = min(1.0, self.iteration / RAMP) if self.cold else 1.0
        relaxation = FIRST_RELAXATION + (self.relaxation - FIRST_RELAXATION) * share
        self.solver.step(min(relaxation, self.relaxation), SWEEPS, 2 if self.iteration < 200 else 3, *self.rates)

    def _rack_values(self, offsets) -> dict[str, float]:
        """Mean intake temperatures in degC from offsets to the datum, by monitor name."""
        s = self.solver
        if not s.heat:
            return {}
        return {f"rack {rack.name} inlet_mean": float(mean) + s.datum - KELVIN
                for rack, mean in zip(s.racks, offsets, strict=False)}

    def _copies(self):
        s = self.solver
        return [v.copy() for v in s.velocity] + [s.T.copy()]

    def _measure(self, before) -> None:
        """Update size, mass and heat defects, and every monitor."""
        s = self.solver
        speed2 = sum(self.reducer.dot(v, v) for v in s.velocity)
        moved2 = sum(self.reducer.dot(v - b, v - b) for v, b in zip(s.velocity, before[:3], strict=True))
        if not np.isfinite(speed2) or not np.isfinite(self.reducer.largest(s.T)):
            raise DivergedError(f"the fields became infinite at iteration {self.iteration} on grid {self.number + 1}")
        fluid_cells = max(s.mesh.fluid.sum(), 1)
        self.speed = float(np.sqrt(speed2 / fluid_cells))
        measures = {}
        face_heat = None
        if s.heat:
            inside = s.interior(s.T)[s.mesh.active]
            spread = max(float(inside.max() - inside.min()), 1e-6)
            change = s.T - before[3]
            measures["update_T"] = float(np.sqrt(self.reducer.dot(change, change) / s.mesh.active.sum())) / spread
            measures["heat"] = heat_balance(s).closure
            face_heat = s.heat.face_heat()
            self._cap_pseudo_steps(spread)
            if s.devices.law_driven:
                measures["update_flow"] = s.devices.unsettled()
        if s.case.physics.flow:
            rest = REST * self.free_fall
            measures["update_u"] = float(np.sqrt(moved2 / fluid_cells)) / max(self.speed, rest, 1e-15)
            measures["mass"] = self.mass.defect() if self.speed > rest else 0.0
        self.measures = measures | s.residuals.take()
        self.values.update({m.name: monitor_value(s, m, face_heat)[0] for m in self.case.monitor})
        if s.heat and has_solids(self.case):
            self.values.update({f"solid {row.name}": row.temperature - KELVIN for row in solid_rows(self.case, s)})

    def _cap_pseudo_steps(self, spread: float) -> None:
        """Pseudo-time steps below the buoyancy period: dt_u <= 1.5/N, dt_T <= 2 max(2, sqrt Pr)/N.

        Without both caps a stably stratified fluid cycles for ever instead of settling.
        """
        s = self.solver
        gravity = float(np.sqrt(sum(g * g for g in s.gravity)))
        height = max(s.case.room.size[a] for a in range(3) if s.gravity[a]) if gravity else 1.0
        frequency = np.sqrt(gravity * s.fluid.expansion * spread / height)
        prandtl = s.case.physics.turbulent_prandtl if s.turbulence else s.fluid.prandtl
        self.free_fall = float(frequency * height)
        self.rates = (frequency / 1.5, max(frequency / (2.0 * max(2.0, np.sqrt(prandtl))), self._source_rate()))

    def _source_rate(self) -> float:
        """One over the time (1/s) in which heat released in the fluid warms it by STEP_RISE, where energy is slow
        and solved at every step: else the first solve would boil a fluid that does not move yet."""
        s = self.solver
        if not s.heat or not s.heat.slow:
            return 0.0
        return float(np.abs(s.mesh.heat_source[s.mesh.fluid]).max(initial=0.0)) / (s.fluid.capacity * STEP_RISE)

    def _judge(self) -> None:
        """Apply the stop rule: all monitors still, balances closed, updates small, together."""
        solve, m = self.case.solve, self.measures
        for name, value in self.values.items():
            self.tracks.setdefault(name, []).append(value)
        self.listener(self.solver, self.iteration, self.number, self.count, m, self.values)
        window = max(3, min(self.iteration, 300) // (2 * CHECK_EVERY)) if self.finest else 3
        slack = 1.0 if self.finest else 5.0
        still = self.iteration >= 40 and all(
            np.ptp(track[-window:]) <= self._allowed(name) * slack if len(track) >= window else False
            for name, track in self.tracks.items())
        closed = all(m.get(n, 0.0) <= solve.tolerance_balance * slack for n in ("mass", "heat"))
        settled = all(m.get(n, 0.0) <= solve.tolerance_update * slack for n in ("update_u", "update_T", "update_flow"))
        if still and closed and settled:
            self.status = "converged"
        elif self._wanders():
            self.status = "wandering"
        elif self._oscillates():
            self.damping = FrequencyDamping(self.solver)
            self.tracks.clear()
        elif self.iteration >= self.limit:
            self.status = "not converged"

    def _allowed(self, name: str) -> float:
        """How much a monitor may move: the case's tolerance for temperatures, otherwise one thousandth of its size.

        The size of a velocity or pressure is at least that of the whole field: a mean that is zero by symmetry would
        else never count as still.
        """
        monitor = next((m for m in self.case.monitor if m.name == name), None)
        if monitor is None or monitor.quantity == "T":
            return self.case.solve.tolerance_temperature
        density = self.solver.fluid.density
        field_size = {"u": self.speed, "v": self.speed, "w": self.speed, "p": density * self.speed**2}
        return 1e-3 * max(abs(self.tracks[name][-1]), field_size.get(monitor.quantity, 0.0), 1e-12)

    def _oscillates(self) -> bool:
        """Whether the updates stay as they are while the monitors move little: a flow that swings about its solution.

        The last ``ranges`` of the monitors are kept.
        """
        self.updates.append(max(self.measures.get(name, 0.0) for name in ("update_u", "update_T")))
        if not self.finest or self.damping or self.iteration < WANDER_WINDOW or not stalled(self.updates):
            return False
        late = {name: track[-WANDER_WINDOW // CHECK_EVERY :] for name, track in self.tracks.items()}
        if any(np.ptp(track) > DAMPED_RANGE * self._allowed(name) for name, track in late.items()):
            return False
        self.ranges = {name: (float(np.min(track)), float(np.max(track))) for name, track in late.items()}
        return True

    def damping_note(self) -> str:
        """What to tell about a damped oscillation."""
        if not self.ranges:
            return "the flow oscillates a little about its steady solution, reached with selective frequency damping"
        name, (low, high) = max(self.ranges.items(), key=lambda item: np.ptp(item[1]) / self._allowed(item[0]))
        return (f"the flow oscillates a little about its steady solution, which was reached with selective frequency "
                f"damping; without it {name} moved between {low:.4g} and {high:.4g}")

    def _wanders(self) -> bool:
        """A flow that keeps moving about a fixed mean: two long windows agree in the mean, not within themselves."""
        length = WANDER_WINDOW // CHECK_EVERY
        recorded = min((len(track) for track in self.tracks.values()), default=0)
        if self.iteration < 3 * WANDER_WINDOW or recorded < 2 * length:
            return False
        moving, drifting = False, False
        for name, track in self.tracks.items():
            late, early = np.array(track[-length:]), np.array(track[-2 * length : -length])
            spread = np.ptp(np.concatenate([early, late]))
            moving |= np.ptp(late) > self._allowed(name)
            drifting |= abs(late.mean() - early.mean()) > max(self._allowed(name), 0.1 * spread)
        if moving and not drifting:
            self.ranges = {n: (float(np.min(t[-length:])), float(np.max(t[-length:]))) for n, t in self.tracks.items()}
            self.values.update({n: float(np.mean(t[-length:])) for n, t in self.tracks.items()})
            return True
        return False
