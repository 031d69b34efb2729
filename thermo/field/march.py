"""Step after step on one grid, until everything that must has settled."""

from __future__ import annotations

import numpy as np

from kernels.reduce import Reducer
from kernels.walls import OPENING
from thermo.errors import DivergedError
from thermo.field.balance import MassBalance, heat_balance
from thermo.field.damping import FrequencyDamping, stalled
from thermo.field.monitors import KELVIN, monitor_value
from thermo.field.porous import has_solids, solid_rows

CHECK_EVERY = 10
SWEEPS, LEAN_SWEEPS = (8, 8, 16), (8, 4, 8)
"""Jacobi sweeps of momentum, turbulence and energy in a step; the lean ones where the bold relaxation starts from the
solution of a coarser grid: a tenth more steps, each a quarter cheaper."""
BOLD, SAFE = 0.95, 0.9
"""Relaxations of momentum and turbulence."""
RESTING_SWEEPS = (2, 2, 4)
"""Sweeps of a step that only has to hold a solution whose updates and balances are within their tolerances."""
FIRST_RELAXATION = 0.6
RAMP = 15
WANDER_WINDOW = 200
UPDATES = ("update_u", "update_T", "update_flow")
PARTS = {"mass": "mass balance", "heat": "heat balance", "update_u": "change of velocity",
         "update_T": "change of temperature", "update_flow": "change of flows"}
MOST_NAMED = 4
DAMPED_RANGE = 5.0
"""An oscillation is damped where no monitor moves by more than this many tolerances; a larger one is reported."""
COARSE_DAMPED_RANGE = 50.0
"""The same on coarse grids, whose solutions start finer ones and tell how far these may be off: a swing is no use for
either."""
COARSE_TOLERANCE = 3e-3
"""Balance and update that are enough for a grid which only starts the next one, whatever the case asks for."""
STEP_RISE = 10.0
"""K by which heat released in a cell may warm it in one pseudo-time step."""
REST = 1e-6
"""Share of the free-fall speed below which a buoyant fluid counts as at rest, so that rounding is not judged."""
MASS_TOLERANCE = {"single": 1e-3, "double": 1e-8}
HEAT_TOLERANCE = {"single": 1e-5, "double": 1e-9}
"""What the converged flow is finished to: each cell's mass relative to before, the heat balance of the domain."""


def relaxation_of(case, solver) -> float:
    """Relaxation of a case: its own, or what is fast and safe for its kind of flow.

    The bold one is for turbulent rooms with given flows that leave through returns, in first order. Flows that follow
    from a pressure or a fan's law do not bear it, and second order settles later with it.
    """
    if case.solve.relaxation is not None:
        return case.solve.relaxation
    driven = solver.devices.law_driven or any(faces.count for faces in solver.resistances)
    returns = sum(len(solver.table.patches[opening.name]) for opening in case.returns)
    openings = int((solver.table.kind == OPENING).sum())
    bold = solver.turbulence and not driven and case.physics.convection == "upwind" and 0 < returns == openings
    return BOLD if bold else SAFE


class March:
    """Steps on one grid until the monitored values, the balances and the updates have all settled.

    ``draw`` gives the power of every rack, W, for mean intakes, K; ``draw_solids`` that of heated solids, by name, for
    :class:`thermo.field.porous.SolidRow`s and the powers of the case. Without them both draw what the case says.
    """

    def __init__(self, case, solver, relaxation, number, count, finest, history, listener, cold, draw=None,
                 draw_solids=None):
        self.case, self.solver, self.relaxation = case, solver, relaxation
        self.number, self.count, self.finest = number, count, finest
        self.history, self.listener, self.cold = history, listener, cold
        self.draw, self.draw_solids, self.solid_rows = draw, draw_solids, []
        self.mass = MassBalance(solver)
        self.reducer = Reducer(solver.backend, solver.size)
        self.status, self.iteration, self.resting = "running", 0, False
        self.measures: dict[str, float] = {}
        self.values: dict[str, float] = {}
        self.ranges: dict[str, tuple[float, float]] = {}
        self.tracks: dict[str, list[float]] = {}
        self.updates: list[float] = []
        self.missing: list[str] = []
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
                self._step(checked=last)
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
        if self.draw is not None:
            self.solver.devices.draw(self.draw(means[-1][: len(self.solver.racks)] + self.solver.datum))
        if self.draw_solids is not None:
            self.solver.solids.draw(self.draw_solids(self.solid_rows, self.solver.solids.reference))

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

    def _step(self, checked: bool) -> None:
        """One step; when all that is missing is the end of the window of the stop rule, a cheap one between checks."""
        share = min(1.0, self.iteration / RAMP) if self.cold else 1.0
        relaxation = FIRST_RELAXATION + (self.relaxation - FIRST_RELAXATION) * share
        if self.resting and not checked:
            self.solver.step(self.relaxation, RESTING_SWEEPS, 1, *self.rates)
        else:
            lean = self.relaxation >= BOLD and not self.cold
            v_cycles = 3 if self.iteration >= 200 else 1 if lean else 2
            self.solver.step(min(relaxation, self.relaxation), LEAN_SWEEPS if lean else SWEEPS, v_cycles, *self.rates)

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
            spread = max(self._temperature_range(), 1e-6)
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
            self.solid_rows = solid_rows(self.case, s)
            self.values.update({f"solid {row.name}": row.temperature - KELVIN for row in self.solid_rows})

    def _temperature_range(self) -> float:
        """Difference in K between the warmest and the coldest cell, found on the device: fields are large."""
        s, xp = self.solver, self.solver.backend.array_module
        inert = s.geometry.inert > 0
        return float(xp.where(inert, -np.inf, s.T).max()) - float(xp.where(inert, np.inf, s.T).min())

    def _cap_pseudo_steps(self, spread: float) -> None:
        """Pseudo-time steps below the buoyancy period: dt_u <= 1.5/N, dt_T <= 2 max(2, sqrt Pr)/N.

        Without both caps a stably stratified fluid cycles for ever instead of settling. Between fins a liquid has no
        inertia and follows its buoyancy at once, whatever its Prandtl number: there Pr counts as 1.
        """
        s = self.solver
        gravity = float(np.sqrt(sum(g * g for g in s.gravity)))
        height = max(s.case.room.size[a] for a in range(3) if s.gravity[a]) if gravity else 1.0
        frequency = np.sqrt(gravity * s.fluid.expansion * spread / height)
        prandtl = s.case.physics.turbulent_prandtl if s.turbulence else 1.0 if s.porous.count else s.fluid.prandtl
        self.free_fall = float(frequency * height)
        self.rates = (frequency / 1.5, max(frequency / (2.0 * max(2.0, np.sqrt(prandtl))), self._source_rate()))

    def _source_rate(self) -> float:
        """One over the time (1/s) in which heat released in the fluid, or in solids in a buoyant liquid, warms them by
        STEP_RISE, where energy is slow and solved at every step: else the first solve would boil a fluid that does not
        move yet."""
        s = self.solver
        if not s.heat or not s.heat.slow:
            return 0.0
        heated = s.mesh.active if s.pseudo_time else s.mesh.fluid
        return float(np.abs(s.mesh.heat_source[heated]).max(initial=0.0)) / (s.fluid.capacity * STEP_RISE)

    def _judge(self) -> None:
        """Apply the stop rule: all monitors still, balances closed, updates small, together."""
        solve, m = self.case.solve, self.measures
        for name, value in self.values.items():
            self.tracks.setdefault(name, []).append(value)
        self.updates.append(max(m.get(name, 0.0) for name in UPDATES))
        self.listener(self.solver, self.iteration, self.number, self.count, m, self.values)
        window = max(3, min(self.iteration, 300) // (2 * CHECK_EVERY)) if self.finest else 3
        slack, coarse = (1.0, 0.0) if self.finest else (5.0, COARSE_TOLERANCE)
        still = self.iteration >= (40 if self.finest else 20) and all(
            np.ptp(track[-window:]) <= self._allowed(name) * slack if len(track) >= window else False
            for name, track in self.tracks.items())
        closed = all(m.get(n, 0.0) <= max(solve.tolerance_balance * slack, coarse) for n in ("mass", "heat"))
        settled = all(m.get(n, 0.0) <= max(solve.tolerance_update * slack, coarse) for n in UPDATES)
        self.resting = self.finest and closed and settled
        free = not self.finest or self.iteration >= min(solve.min_iterations, self.limit)
        if still and closed and settled and free:
            self.status = "converged"
        elif free and self._wanders():
            self.status = "wandering"
        elif self._oscillates(settled):
            self.damping = FrequencyDamping(self.solver)
            self.tracks.clear()
            self.updates.clear()
        elif self._stuck(settled) and self.relaxation > SAFE and self.case.solve.relaxation is None:
            self.relaxation = SAFE
            self.updates.clear()
        elif self.iteration >= self.limit:
            self.status = "not converged"
            self.missing = self._missing(window, slack)
            self.ranges = self._late_ranges()

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

    def _stuck(self, settled: bool) -> bool:
        """Whether the updates are too large and no longer fall."""
        return not settled and self.iteration >= WANDER_WINDOW and stalled(self.updates)

    def _oscillates(self, settled: bool) -> bool:
        """Whether the updates stay as they are while the monitors move little: a flow that swings about its solution.

        Where every monitor only rises or falls the flow is on its way, and damping would make that longer. The last
        ``ranges`` of the monitors are kept.
        """
        if self.damping or not self._stuck(settled):
            return False
        late = {name: track[-WANDER_WINDOW // CHECK_EVERY :] for name, track in self.tracks.items()}
        if late and all(np.all(np.diff(track) >= 0.0) or np.all(np.diff(track) <= 0.0) for track in late.values()):
            return False
        most = DAMPED_RANGE if self.finest else COARSE_DAMPED_RANGE
        if any(np.ptp(track) > most * self._allowed(name) for name, track in late.items()):
            return False
        self.ranges = {name: (float(np.min(track)), float(np.max(track))) for name, track in late.items()}
        return True

    def _late_ranges(self) -> dict[str, tuple[float, float]]:
        """Lowest and highest value over the later half of the run, of the monitors that moved in it."""
        late = {name: track[len(track) // 2 :] for name, track in self.tracks.items()}
        return {name: (float(np.min(track)), float(np.max(track))) for name, track in late.items()
                if np.ptp(track) > self._allowed(name)}

    def damping_note(self) -> str:
        """What to tell about a damped oscillation."""
        if self.status == "not converged":
            return "the flow oscillates, and selective frequency damping did not bring it to rest"
        if not self.ranges:
            return "the flow oscillates a little about its steady solution, reached with selective frequency damping"
        name, (low, high) = max(self.ranges.items(), key=lambda item: np.ptp(item[1]) / self._allowed(item[0]))
        return (f"the flow oscillates a little about its steady solution, which was reached with selective frequency "
                f"damping; without it {name} moved between {low:.4g} and {high:.4g}")

    def missing_note(self) -> str:
        """Which parts of the stop rule a run that ended at its limit did not meet, and what may help."""
        return (f"not settled: {'; '.join(self.missing) or 'the monitors, for long enough'}. What may help: a coarser "
                f'grid.cell, physics.convection = "upwind", more solve.max_iterations, or [time] for a flow that does '
                f"not come to rest")

    def _missing(self, window: int, slack: float) -> list[str]:
        """The parts of the stop rule on the finest grid that are not met, each in a few words."""
        solve, m = self.case.solve, self.measures
        tolerances = dict.fromkeys(("mass", "heat"), solve.tolerance_balance)
        tolerances |= dict.fromkeys(UPDATES, solve.tolerance_update)
        parts = [f"{PARTS[name]} {m[name]:.1e}, asked for {tolerance:.1e}" for name, tolerance in tolerances.items()
                 if m.get(name, 0.0) > tolerance]
        moving = [name for name, track in self.tracks.items() if np.ptp(track[-window:]) > self._allowed(name) * slack]
        shown = ", ".join(moving[:MOST_NAMED]) + (" and more" if len(moving) > MOST_NAMED else "")
        return parts + ([f"still moving: {shown}"] if moving else [])

    def _wanders(self) -> bool:
        """A flow that keeps moving about a fixed mean: two long windows agree in the mean, not within themselves.

        At least one monitor must cross its mean in both windows and swing about it as far in both. One that creeps to
        its end, or grows slowly out of a weak disturbance as rolls near their onset do, is on its way.
        """
        length = WANDER_WINDOW // CHECK_EVERY
        recorded = min((len(track) for track in self.tracks.values()), default=0)
        if self.iteration < 3 * WANDER_WINDOW or recorded < 2 * length:
            return False
        moving, drifting = False, False
        for name, track in self.tracks.items():
            late, early = np.array(track[-length:]), np.array(track[-2 * length : -length])
            spread = np.ptp(np.concatenate([early, late]))
            moving |= np.ptp(late) > self._allowed(name) and _swings(early, late)
            drifting |= abs(late.mean() - early.mean()) > max(self._allowed(name), 0.1 * spread)
        if moving and not drifting:
            self.ranges = {n: (float(np.min(t[-length:])), float(np.max(t[-length:]))) for n, t in self.tracks.items()}
            self.values.update({n: float(np.mean(t[-length:])) for n, t in self.tracks.items()})
            return True
        return False


def _swings(early: np.ndarray, late: np.ndarray) -> bool:
    """Whether a monitor crosses the mean of two windows in both, and moves about it as far, within a factor of two."""
    mean = np.concatenate([early, late]).mean()
    crossings = [np.count_nonzero(np.diff(np.sign(window - mean))) for window in (early, late)]
    swings = [float(np.abs(window - mean).mean()) for window in (early, late)]
    return min(crossings) > 0 and max(swings) < 2.0 * min(swings)
