"""What the terminal shows of a run: live progress while it solves, one table at the end.

Away from a terminal (a pipe, CI) there is one line for each grid, the notes, and the table.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from thermo.output import closing
from thermo.result import Result

SHORT = {"mass": "mass", "heat": "heat", "update_u": "velocity change", "update_T": "temperature change"}
MOST_MONITORS = 6
REFRESHES = 4  # a second


class Progress:
    """Progress of one run, as a context manager; ``lines`` collects what log.txt keeps.

    ``case`` gives ``name``, ``title`` and the tolerances ``solve.tolerance_balance`` and ``solve.tolerance_update``;
    ``device`` gives ``name`` and ``device``; ``compiling`` says that kernels must be compiled first.
    """

    def __init__(self, case: Any, device: Any, compiling: bool = False, stream=None):
        self.case, self.compiling = case, compiling
        self.stream = sys.stderr if stream is None else stream
        self.lines = [f"case {case.name}: {case.title}".rstrip(": "), f"backend {device.name}: {device.device}"]
        self.started = time.monotonic()
        self._grid: _Grid | _March | None = None
        self._live = None

    def __enter__(self) -> Progress:
        if self.stream.isatty():
            self._live = _start_live(self)
        if self.compiling:
            self.note("compiling the kernels for this machine, once: up to a minute")
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the live display; ``lines`` is then complete. May be called again."""
        self._close_grid()
        if self._live is not None:
            self._live.stop()
            self._live = None

    def update(
        self, iteration: int, level: int, levels: int, measures: Mapping[str, float], monitors: Mapping[str, float]
    ) -> None:
        """Report a check: iteration on this grid, grid ``level`` (0 the coarsest) of ``levels``, defects, monitors."""
        if self._grid is None or self._grid.level != level:
            self._close_grid()
            self._grid = _Grid(level, levels, self.case.solve)
        self._grid.update(iteration, measures, monitors)

    def march(self, time: float, duration: float, step: int, racks: Mapping[str, tuple[float, float]]) -> None:
        """Report a time step: simulated time of ``duration`` (s), and mean and hottest intake (degC) of the racks."""
        if not isinstance(self._grid, _March):
            self._close_grid()
            self._grid = _March(duration)
        self._grid.update(time, step, racks)

    def note(self, text: str) -> None:
        """Say something in passing, and keep it for the log."""
        self.lines.append(text)
        self._print(text)

    def finish(self, result: Result, paths: Mapping[str, Path]) -> None:
        """End the display and print the results on standard output."""
        self.stop()
        _say(sys.stdout, closing.text(result.summary, paths))

    def __rich__(self):
        from rich.text import Text

        spinner = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"[int(time.monotonic() * 8) % 10]
        elapsed = _duration(time.monotonic() - self.started)
        if self._grid is None:
            doing = "compiling kernels" if self.compiling else "starting"
            return Text(f"{spinner} {self.case.name}: {doing}, {elapsed}", overflow="ellipsis", no_wrap=True)
        text = Text(f"{spinner} {self.case.name}, {elapsed}: {self._grid.headline()}\n", style="bold", no_wrap=True)
        text.append("\n".join(f"   {line}" for line in self._grid.details()), style="not bold")
        return text

    def _close_grid(self) -> None:
        if self._grid is not None:
            line = self._grid.closing_line()
            self._grid = None
            self.lines.append(line)
            self._print(line)

    def _print(self, text: str) -> None:
        if self._live is not None:
            self._live.console.print(text, markup=False, highlight=False)
        else:
            _say(self.stream, text)


class _Grid:
    """Progress on one grid of the sequence."""

    def __init__(self, level: int, levels: int, solve: Any):
        self.level, self.levels = level, levels
        balance, update = solve.tolerance_balance, solve.tolerance_update
        self.tolerances = {"mass": balance, "heat": balance, "update_u": update, "update_T": update}
        self.started, self.iteration = time.monotonic(), 0
        self.first: dict[str, float] = {}
        self.measures: dict[str, float] = {}
        self.monitors: dict[str, float] = {}

    def update(self, iteration: int, measures: Mapping[str, float], monitors: Mapping[str, float]) -> None:
        self.iteration, self.measures, self.monitors = iteration, dict(measures), dict(monitors)
        for name, value in measures.items():
            self.first[name] = max(self.first.get(name, value), value)

    def share(self) -> float | None:
        """How far the slowest measure has come on its way (in decades) to the tolerance; None before it moves."""
        shares = []
        for name, value in self.measures.items():
            first, goal = self.first[name], self.tolerances.get(name)
            if goal and first > goal:
                shares.append(math.log(first / max(value, goal)) / math.log(first / goal))
        return min(shares, default=None)

    def headline(self) -> str:
        share = self.share() or 0.0
        left = _left(self.started, share) if share > 0.1 else ""
        return f"grid {self.level + 1}/{self.levels} {_bar(share)} iteration {self.iteration}{left}"

    def details(self) -> list[str]:
        lines = [self._measures()]
        shown = list(self.monitors.items())[:MOST_MONITORS]
        lines += [f"{name.replace('_', ' ')} {value:.5g}" for name, value in shown]
        if len(self.monitors) > MOST_MONITORS:
            lines.append(f"and {len(self.monitors) - MOST_MONITORS} more")
        return lines

    def closing_line(self) -> str:
        spent = _duration(time.monotonic() - self.started)
        return f"grid {self.level + 1}/{self.levels}: {self.iteration} iterations, {spent}; {self._measures()}"

    def _measures(self) -> str:
        return ", ".join(f"{label} {self.measures[name]:.1e}" for name, label in SHORT.items() if name in self.measures)


class _March:
    """Progress of a time-dependent run."""

    level = None

    def __init__(self, duration: float):
        self.duration, self.started = duration, time.monotonic()
        self.time, self.step = 0.0, 0
        self.racks: Mapping[str, tuple[float, float]] = {}

    def update(self, moment: float, step: int, racks: Mapping[str, tuple[float, float]]) -> None:
        self.time, self.step, self.racks = moment, step, racks

    def headline(self) -> str:
        share = self.time / self.duration
        left = _left(self.started, share) if share > 0.02 else ""
        return f"time {self.time:.4g} of {self.duration:g} s {_bar(share)} step {self.step}{left}"

    def details(self) -> list[str]:
        hottest = sorted(self.racks.items(), key=lambda rack: -rack[1][1])[:MOST_MONITORS]
        return [f"rack {name} inlet {mean:.1f}, hottest point {top:.1f} degC" for name, (mean, top) in hottest]

    def closing_line(self) -> str:
        spent = _duration(time.monotonic() - self.started)
        return f"time {self.time:.6g} of {self.duration:g} s: {self.step} steps, {spent}"


def _start_live(progress: Progress):
    from rich.console import Console
    from rich.live import Live

    console = Console(file=progress.stream)
    live = Live(progress, console=console, refresh_per_second=REFRESHES, transient=True)
    live.start()
    return live


def _say(stream, text: str) -> None:
    """Print; a character that the stream cannot hold becomes a question mark instead of an error."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding), file=stream, flush=True)


def _bar(share: float) -> str:
    filled = round(20 * share)
    return "━" * filled + "╌" * (20 - filled)


def _left(started: float, share: float) -> str:
    """The time left of work begun at ``started`` of which ``share`` is done."""
    return f", about {_duration((time.monotonic() - started) * (1.0 - share) / share)} left"


def _duration(seconds: float) -> str:
    if seconds < 100.0:
        return f"{seconds:.0f} s" if seconds >= 10.0 else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"
