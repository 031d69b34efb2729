"""Read the log of buoyantBoussinesqSimpleFoam line by line while it is written."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np
from stop_rules import Record

from openfoam import aisle

_TIME = re.compile(r"^Time = (\d+)")
_RESIDUAL = re.compile(r"Solving for (\w+), Initial residual = ([^,]+),")
_CPU = re.compile(r"^ExecutionTime = (\S+) s")
_MONITOR = re.compile(r"^surfaceFieldValue (\w+) write:")
_VALUE = re.compile(r" of \w+ = (\S+)$")
_VARIABLE = {"Ux": "U", "Uy": "U", "Uz": "U", "T": "T", "p_rgh": "p"}
MONITORS = 2 * len(aisle.RACKS) + 2


@dataclass
class Iteration:
    """What one iteration printed."""

    cpu_s: float = float("nan")
    wall_s: float = float("nan")
    residuals: dict[str, float] = field(default_factory=dict)
    monitors: dict[str, float] = field(default_factory=dict)


@dataclass
class LogReader:
    """Feed lines with `line`; it answers True when an iteration is complete with its monitors."""

    iterations: list[Iteration] = field(default_factory=list)
    _current: Iteration | None = None
    _monitor: str = ""

    def line(self, text: str, wall_s: float) -> bool:
        """Take one line that arrived `wall_s` seconds after the start."""
        if _TIME.match(text):
            self._current = Iteration()
        if self._current is None:
            return False
        if found := _RESIDUAL.search(text):
            self._residual(found[1], float(found[2]))
        elif found := _CPU.match(text):
            self._current.cpu_s, self._current.wall_s = float(found[1]), wall_s
        elif found := _MONITOR.match(text):
            self._monitor = found[1]
        elif self._monitor and (found := _VALUE.search(text)):
            return self._value(float(found[1]))
        return False

    def _residual(self, name: str, value: float) -> None:
        variable = _VARIABLE.get(name)
        if variable is not None:
            largest = max(value, self._current.residuals.get(variable, 0.0))
            self._current.residuals[variable] = largest

    def _value(self, value: float) -> bool:
        self._current.monitors[self._monitor] = value
        self._monitor = ""
        if len(self._current.monitors) < MONITORS:
            return False
        self.iterations.append(self._current)
        self._current = None
        return True

    def monitor(self, name: str) -> np.ndarray:
        """(n,) values of one monitor, K or m3/s."""
        return np.array([step.monitors[name] for step in self.iterations])

    def _since_start(self, clock: str) -> np.ndarray:
        """(n,) seconds since the start of the iterations: what came before is the first entry less a mean step."""
        seconds = np.array([getattr(step, clock) for step in self.iterations])
        step = np.diff(seconds[:21]).mean() if seconds.size > 1 else seconds[0]
        return seconds - seconds[0] + step

    def setup_cpu_s(self) -> float:
        """CPU seconds of one rank before the first iteration (mesh and fields read)."""
        return self.iterations[0].cpu_s - float(self._since_start("cpu_s")[0])

    def record(self, cores: int) -> Record:
        """The run as the stop rules want it, start-up taken off, CPU time of `cores` equal ranks together."""
        rack_mean = np.stack([self.monitor(f"{rack}_mean") for rack in aisle.RACKS], axis=1)
        carried = self.monitor("return_flow") * (self.monitor("return_mean") - aisle.SUPPLY_TEMPERATURE)
        put_in = len(aisle.RACKS) * aisle.RACK_FLOW * aisle.TEMPERATURE_RISE
        residuals = {name: np.array([step.residuals[name] for step in self.iterations]) for name in ("p", "U", "T")}
        cpu, wall = cores * self._since_start("cpu_s"), self._since_start("wall_s")
        return Record(cpu, rack_mean, 1.0 - carried / put_in, residuals, wall)
