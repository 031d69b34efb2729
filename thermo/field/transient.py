"""March in time: BDF2 with one global step, several iterations of the equations a step, scheduled events.

The order of a step is :meth:`March.advance`. A run starts from the steady state of the case before its events, or
from [initial]; :mod:`thermo.field.march_state` holds what is needed to go on bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from thermo.case.schedule import Schedule
from thermo.errors import CaseError, DivergedError
from thermo.field import conditions, interrupts, march_state
from thermo.field.balance import storage_balance
from thermo.field.grid import make_grid
from thermo.field.history import History
from thermo.field.monitors import KELVIN, monitor_value
from thermo.field.outcome import fields_of
from thermo.field.porous import has_solids, solid_rows
from thermo.field.ride_through import RideThrough, of_racks, of_solids
from thermo.field.solver import FieldSolver
from thermo.field.statistics import Statistics
from thermo.field.steady import load_kernels, solve_steady, start_fields
from thermo.field.step_control import UNSETTLED, StepControl
from thermo.field.step_measures import StepMeasures
from thermo.field.time_terms import TimeTerms

SWEEPS = (8, 8, 16)
V_CYCLES = 2
SAMPLES = 200
"""Monitors and balances are taken so often in a run; rack intakes at every step."""
REJECTIONS = 12
PATIENCE = 5
"""How often the iterations of an adaptive step are repeated before it is made again with half its size: where a pump
trips, fins take the flow to rest at once, however short the step is. Both are this software's own choices: they guard
against runs that repeat their steps for ever."""
MASS_DEFECT = 0.02
"""Share of what flows that a step may lose before a flag says so; the step after a trip loses up to half of it. This
software's own choice: it guards against iterations that stop before the flow of a step is one."""


@dataclass
class TransientSolution:
    """The solver at the end and what was recorded on the way.

    ``times`` (s) and ``snapshots`` (variables by name) are the stored fields, first and last included. ``levels``
    holds the monitored values at the end as a steady solution does, with one grid and no ``ranges``. ``solids_before``
    the temperatures (degC) of the heated solids at the start, which ``solids`` follows. ``measures`` has the largest
    mass defect of a step.
    """

    solver: FieldSolver
    status: str
    iterations: int
    history: History
    levels: list[dict[str, float]]
    ranges: dict[str, tuple[float, float]]
    flags: list[str]
    times: list[float]
    snapshots: list[dict[str, np.ndarray]]
    ride_through: RideThrough
    solids: RideThrough
    solids_before: dict[str, float]
    balance: Any
    statistics: Statistics | None
    measures: dict[str, float]


def solve_transient(
    case, backend, fluid, listener, resume=None, feedback=None, solid_feedback=None
) -> TransientSolution:
    """Solve a case in time. ``listener`` is called as in :func:`thermo.field.steady.solve_steady`, after every step
    with the :class:`March` as one more argument. ``resume`` is the state of an interrupted march, or ``(factor,
    fields)`` of its steady start. ``feedback`` tells what the racks draw, as :class:`thermo.load.feedback.RackFeedback`
    does, ``solid_feedback`` the heated solids, as :class:`thermo.load.tank_feedback.TankFeedback` does. Raises
    :class:`DivergedError`."""
    feedbacks = (feedback, solid_feedback)
    if isinstance(resume, dict):
        march = resumed(case, backend, fluid, listener, resume, feedbacks)
    else:
        march = _started(case, backend, fluid, listener, resume, feedbacks)
    march.run()
    return march.solution()


def _started(case, backend, fluid, listener, resume, feedbacks):
    of_racks, of_solids = feedbacks
    if case.time.start == "steady":
        draw = None if of_racks is None else of_racks.at_start
        draw_solids = None if of_solids is None else of_solids.steady
        start = solve_steady(steady_case(case), backend, fluid, listener, resume, draw, draw_solids)
        solver, flags = start.solver, list(start.flags)
        if case.physics.large_eddy:
            solver, _ = conditions.changed(TimeTerms(solver), case)
            flags.append("large eddies start from the steady state of the k-epsilon model, which has none")
        if start.status != "converged":
            flags.append(f"the steady state that the run starts from is {start.status}")
    else:
        load_kernels(case, backend, fluid, 1)
        solver, flags = FieldSolver(case, make_grid(case), backend, fluid), []
        start_fields(case, solver)
    march = March(case, solver, listener, flags, *feedbacks)
    march.begin()
    return march


def steady_case(case):
    """The case whose steady state a run starts from: with the k-epsilon model instead of large-eddy simulation."""
    if not case.physics.large_eddy:
        return case
    return case.model_copy(update={"physics": case.physics.model_copy(
        update={"turbulence": "k-epsilon", "convection": "limited"})})


def resumed(case, backend, fluid, listener, state, feedbacks=(None, None)) -> March:
    """A march that goes on from a saved state."""
    if march_state.precision(state) != backend.precision:
        raise CaseError(f"the checkpoint is in {march_state.precision(state)} precision: add --precision "
                        f"{march_state.precision(state)}, or run without --resume")
    load_kernels(case, backend, fluid, 1)
    solver = FieldSolver(Schedule(case).at(*march_state.times(state)), make_grid(case), backend, fluid)
    conditions.prepare(solver)
    march = March(case, solver, listener, [], *feedbacks)
    march_state.restore(march, state)
    return march


class March:
    """A time-dependent run: state, schedule, step control and records."""

    def __init__(self, case, solver, listener, flags, feedback=None, solid_feedback=None):
        self.case, self.solver, self.listener = case, solver, listener
        self.feedback, self.solid_feedback = feedback, solid_feedback
        self.flags = flags
        self.schedule = Schedule(case)
        self.time = self.before = 0.0
        self.number = 0
        every = case.time.output_every
        self.outputs = [] if every is None else [n * every for n in range(1, int(case.time.duration / every) + 1)]
        meet = [*self.schedule.breakpoints(), *self.outputs]
        if case.time.statistics_from:
            meet.append(case.time.statistics_from)
        self.control = StepControl(case.time, case.physics.large_eddy, meet)
        self._keep_time_constants()
        self.terms = TimeTerms(solver)
        self.history = History()
        self.times: list[float] = []
        self.snapshots: list[dict[str, np.ndarray]] = []
        self.ride_through = of_racks(case, self.schedule.first() or 0.0)
        self.solids = of_solids(case, self.schedule.first() or 0.0)
        self.statistics = Statistics(solver) if case.time.statistics_from is not None else None
        self.measures = StepMeasures(self.terms)
        self.values: dict[str, float] = {}
        self.racks: dict[str, tuple[float, float]] = {}
        self.solid_rows: list[Any] = []
        self.solid_temperatures: dict[str, float] = {}
        self.solids_before: dict[str, float] = {}
        self.balance = None
        self.sampled = 0.0
        self.worst = self.lost = 0.0

    def begin(self) -> None:
        """Levels, racks and records at time zero."""
        conditions.prepare(self.solver)
        if self.terms.server_mass is not None:
            self.terms.server_mass.settle()
        if self.terms.solid_mass is not None:
            self.terms.solid_mass.settle()
        for _ in range(2):
            self.terms.accept(0.0)
        self.terms.jump()
        self.control.restart(self.measures.courant_rate())
        self._sample_racks(self.measures.racks())
        self._sample_solids()
        self.solids_before = dict(self.solid_temperatures)
        self._sample()
        self._store()

    def run(self) -> None:
        """Step until the end; an interruption waits for the end of a step."""
        with interrupts.deferred() as pending:
            while self.time < self.case.time.duration:
                self.advance()
                if self.listener is not None:
                    self.listener(self.solver, self.number, 0, 1, {}, self.values, self)
                pending.check()

    def advance(self) -> None:
        """One accepted time step."""
        if self.time in self.schedule.jumps():
            self.terms.jump()
            self.control.restart(self.measures.courant_rate())
        for _ in range(REJECTIONS):
            step, goal = self.control.next(self.time)
            self._renew_conditions(goal)
            self._draw(goal)
            found = self._iterate(step)
            if found.finite and not self.control.rejects(found.error, found.update):
                break
            self.terms.reject()
            self.control.reject(step)
        else:
            raise DivergedError(f"no time step is short enough after {self.time:.6g} s: the last was {step:.3g} s")
        self.terms.accept(step)
        self.before, self.time, self.number = self.time, goal, self.number + 1
        self.control.accept(step, found.courant / step, found.error)
        self._record(step, found)

    def _renew_conditions(self, goal: float) -> None:
        """Bring the solver to what the events make of the case at the new time."""
        pending = self.time in self.schedule.jumps()
        if pending or self.schedule.moving(self.time):
            state = self.schedule.at(goal, self.time)
            if state != self.solver.case:
                self.solver, self.terms = conditions.changed(self.terms, state)
                self.measures = StepMeasures(self.terms)
                self._keep_time_constants()

    def _keep_time_constants(self) -> None:
        """No adaptive step is too long for a control."""
        self.control.largest = min(self.control.largest, self.solver.devices.longest_step())

    def _draw(self, goal: float) -> None:
        """Give racks and heated solids the power that they draw until the new time, from what the last one left."""
        if self.feedback is not None and self.solver.heat:
            intakes = np.array([self.racks[rack.name][0] + KELVIN for rack in self.solver.racks])
            self.solver.devices.draw(self.feedback.during(self.time, goal, intakes))
        if self.solid_feedback is not None:
            solids = self.solver.solids
            rows = self.terms.expected(self.solid_rows, goal - self.time)
            solids.draw(self.solid_feedback.during(self.time, goal, rows, solids.reference))

    def _iterate(self, step: float):
        self.terms.begin(step, predict=True)
        found = self._improve(step)
        for _ in range(PATIENCE):
            if not found.finite or found.update <= UNSETTLED or self.control.fixed:
                break
            found = self._improve(step)
        return found

    def _improve(self, step: float):
        """The iterations of a step, and what the last of them has changed."""
        for _ in range(self.case.time.iterations - 1):
            self.solver.step(1.0, SWEEPS, V_CYCLES)
        self.measures.keep()
        self.solver.step(1.0, SWEEPS, V_CYCLES)
        return self.measures.take(step)

    def _record(self, step: float, found) -> None:
        """Histories, ride-through, statistics and stored fields after a step."""
        if self.solver.heat:
            self._sample_racks(found.racks)
            self._sample_solids()
        begin = self.case.time.statistics_from
        if self.statistics is not None and self.time > begin:
            self.statistics.add(self.solver, step, self.time - begin)
        self.worst, self.lost = max(self.worst, found.update), max(self.lost, found.mass)
        measures = {"time": self.time, "time_step": step, "courant": found.courant, "mass": found.mass,
                    "update": found.update}
        if found.error is not None:
            measures["error"] = found.error
        due = self.time >= self.sampled + self.case.time.duration / SAMPLES or self.time >= self.case.time.duration
        store = self.time in self.outputs or self.time >= self.case.time.duration
        if due or store:
            self._sample()
            measures |= {f"monitor:{name}": value for name, value in self.values.items()}
            if self.balance is not None:
                measures["heat"] = self.balance.closure
        cpu, wall = self.history.seconds()
        racks = {f"monitor:rack {name} inlet_mean": mean for name, (mean, _) in self.racks.items()}
        racks |= {f"monitor:rack {name} inlet_max": top for name, (_, top) in self.racks.items()}
        if self.feedback is not None and self.solver.heat:
            self.feedback.accept()
            racks |= self.feedback.columns()
        if self.solid_feedback is not None:
            self.solid_feedback.accept()
        solids = {f"monitor:solid {name}": degrees for name, degrees in self.solid_temperatures.items()}
        self.history.add(iteration=self.number, cpu_s=cpu, wall_s=wall, **measures, **racks, **solids)
        if store:
            self._store()

    def _sample_racks(self, offsets) -> None:
        """Mean and hottest intake of every rack in degC, from offsets to the datum."""
        mean, top = offsets
        shift = self.solver.datum - KELVIN
        self.racks = {rack.name: (float(m) + shift, float(t) + shift)
                      for rack, m, t in zip(self.solver.racks, mean, top, strict=False)}
        self.ride_through.add(self.time, self.racks)

    def _sample_solids(self) -> None:
        """Temperature of every heated solid in degC, as the events have made it."""
        state = self.solver.case
        if self.solver.heat and has_solids(state):
            self.solid_rows = solid_rows(state, self.solver)
            self.solid_temperatures = {row.name: row.temperature - KELVIN for row in self.solid_rows}
            self.solids.add(self.time, {name: (value, value) for name, value in self.solid_temperatures.items()})

    def _sample(self) -> None:
        """Monitors and balance, from the fields on the host."""
        s = self.solver
        face_heat = s.heat.face_heat() if s.heat else None
        self.values = {m.name: monitor_value(s, m, face_heat)[0] for m in self.case.monitor}
        self.balance = storage_balance(s) if s.heat else None
        self.sampled = self.time

    def _store(self) -> None:
        """Keep the fields of this moment."""
        self.times.append(self.time)
        self.snapshots.append({name: variable.values for name, variable in
                               fields_of(self.case, self.solver).cells.items()})

    def solution(self) -> TransientSolution:
        """What the run has found."""
        flags = list(self.flags)
        if self.worst > UNSETTLED:
            flags.append(f"time steps are not fully converged: the last iteration still changed the fields by "
                         f"{self.worst:.2g} of the allowed local error; raise time.iterations or shorten the step")
        if self.lost > MASS_DEFECT:
            flags.append(f"mass is not conserved: steps lose up to {self.lost:.1%} of what flows; raise "
                         "time.iterations or shorten the step")
        longest = self.solver.devices.longest_step()
        if (self.case.time.step or 0.0) > longest:
            flags.append("controls act more slowly than their time constants say: time.step is longer than "
                         f"{longest:g} s")
        for name, (mean, top) in self.racks.items():
            self.values |= {f"rack {name} inlet_mean": mean, f"rack {name} inlet_max": top}
        return TransientSolution(self.solver, "completed", self.number, self.history, [self.values], {}, flags,
                                 self.times, self.snapshots, self.ride_through, self.solids,
                                 self.solids_before, self.balance, self.statistics,
                                 {"mass": self.lost} if self.case.physics.flow else {})
