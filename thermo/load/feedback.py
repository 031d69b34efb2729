"""Racks whose chips follow the air they take in: power, clock, tokens and what waits, at full rate and step by step."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from thermo.load import chip as chips
from thermo.load import queue, server
from thermo.load.series import RackSeries

Array = NDArray[np.float64]

KELVIN = 273.15
FIRST_THROTTLE, FIRST_SHUTDOWN = "time to first throttle", "time to first shutdown"


class RackFeedback:
    """The servers of every rack of a case with a load; without ``[load.chip]`` they never slow down.

    `intakes` are mean intake temperatures, K, (racks,). :meth:`during` says what the racks draw over a step that begins
    with these intakes, :meth:`accept` keeps the last such step: what it served, and what still waits.
    """

    def __init__(self, case, series: RackSeries | None = None):
        self.machine = server.law(case.load)
        self.chip = None if case.load.chip is None else chips.law(case.load.chip)
        self.count = np.array([rack.heat for rack in case.rack]) / self.machine.full
        self.longest_wait = case.load.longest_wait
        racks = len(case.rack)
        self.backlog = np.zeros(racks)
        self.sums = {"asked": 0.0, "made": 0.0, "refused": 0.0}
        self.extremes = {"chip": 0.0, "clock": 1.0, "wait": 0.0}
        self.first: dict[str, float] = {}
        self.last: dict[str, Any] = {}
        if series is not None:
            self.starts, self.asked = series.time, series.asked
            self.ends = np.append(series.time[1:], np.inf)

    def capacity(self, intakes: Array) -> Array:
        """What the chips of each rack can do, as a share of full rate; nothing in shutdown."""
        if self.chip is None:
            return np.ones(len(self.count))
        full = chips.state(self.chip, intakes, 1.0)
        return np.where(full.shutdown, 0.0, full.clock)

    def power(self, intakes: Array, rate: Array) -> Array:
        """Power of each rack, W, that makes `rate` (share of full rate, within its capacity)."""
        one = self.machine.power(rate)
        if self.chip is not None:
            reference = self.chip.power - self.chip.dynamic * (1.0 - rate)
            one = one + self.machine.chips * (chips.state(self.chip, intakes, rate).power - reference)
        return self.count * one

    def at_full_rate(self, intakes: Array) -> Array:
        """Power of each rack, W, when all that it can do is asked of it."""
        return self.power(intakes, self.capacity(intakes))

    def at_start(self, intakes: Array) -> Array:
        """Power of each rack, W, with the demand of the first step and nothing waiting."""
        return self.power(intakes, np.minimum(self.asked[:, 0], self.capacity(intakes)))

    def during(self, begin: float, end: float, intakes: Array) -> Array:
        """Power of each rack, W, from `begin` to `end`, s."""
        step, capacity = end - begin, self.capacity(intakes)
        asked = self._mean_demand(begin, end)
        served, refused, backlog = queue.advance(self.backlog, asked, capacity, step, self.longest_wait)
        self.last = {"end": end, "step": step, "asked": asked, "served": served, "refused": refused,
                     "backlog": backlog, "capacity": capacity, "power": self.power(intakes, served)}  # fmt: skip
        if self.chip is not None:
            self.last["state"] = chips.state(self.chip, intakes, served)
        return self.last["power"]

    def _mean_demand(self, begin: float, end: float) -> Array:
        """Mean of the demand of each rack between two times, share of full rate."""
        inside = np.clip(np.minimum(self.ends, end) - np.maximum(self.starts, begin), 0.0, None)
        return self.asked @ inside / (end - begin)

    def accept(self) -> None:
        """Keep the last step."""
        last, weight = self.last, self.count * self.machine.tokens * self.last["step"]
        self.backlog = last["backlog"]
        for key, what in (("asked", "asked"), ("made", "served"), ("refused", "refused")):
            self.sums[key] += float((weight * last[what]).sum())
        endless = np.where(self.backlog > 0.0, np.inf, 0.0)  # what waits for racks in shutdown waits as long as they do
        wait = np.divide(self.backlog, last["capacity"], out=endless, where=last["capacity"] > 0.0)
        self.extremes["wait"] = max(self.extremes["wait"], float(wait.max()))
        if self.chip is not None:
            state = last["state"]
            self.extremes["chip"] = max(self.extremes["chip"], float(state.temperature.max()))
            self.extremes["clock"] = min(self.extremes["clock"], float(state.clock.min()))
            for name, slowed in ((FIRST_THROTTLE, state.clock < 1.0), (FIRST_SHUTDOWN, last["capacity"] == 0.0)):
                if slowed.any():
                    self.first.setdefault(name, last["end"])

    def columns(self) -> dict[str, float]:
        """What the history keeps of the last step."""
        last = self.last
        made = {"IT power": float(last["power"].sum()),
                "tokens per second": float((self.count * self.machine.tokens * last["served"]).sum()),
                "work that waits": float((self.count * self.machine.tokens * last["backlog"]).sum())}  # fmt: skip
        if self.chip is not None:
            made |= {"hottest chip": float(last["state"].temperature.max()) - KELVIN,
                     "lowest clock": float(last["state"].clock.min())}  # fmt: skip
        return {f"work:{name}": value for name, value in made.items()}

    def rows(self, begin: float) -> list[dict[str, Any]]:
        """Monitors of the summary; times are counted from `begin`, s, and absent where nothing happened.

        The longest wait is absent too where work waits at racks in shutdown.
        """
        rows = [_row(name, "time", max(time - begin, 0.0), "s") for name, time in self.first.items()]
        if self.chip is not None:
            rows.append(_row("hottest chip in time", "T", self.extremes["chip"] - KELVIN, "degC"))
            rows.append(_row("lowest clock in time", "clock", self.extremes["clock"], "1"))
        late = 1.0 - (self.sums["made"] + self.sums["refused"]) / max(self.sums["asked"], 1e-300)
        rows.append(_row("tokens made in time", "tokens", self.sums["made"], "1"))
        rows.append(_row("share of tokens refused in time", "tokens", self.refused_share, "1"))
        rows.append(_row("share of tokens late at the end", "tokens", max(late, 0.0), "1"))
        if np.isfinite(self.extremes["wait"]):
            rows.append(_row("longest wait in time", "time", self.extremes["wait"], "s"))
        return rows

    def chip_section(self) -> dict[str, float]:
        """Section ``chips`` of a run in time: the hottest chip of it; empty without ``[load.chip]``."""
        if self.chip is None:
            return {}
        hottest, clock = self.extremes["chip"], self.extremes["clock"]
        limit = self.chip.limit
        section = {"max_C": hottest - KELVIN, "limit_C": limit - KELVIN, "margin_K": limit - hottest}
        return section | ({"clock": clock} if clock < 1.0 else {})

    @property
    def refused_share(self) -> float:
        """Tokens turned away over those asked for."""
        return self.sums["refused"] / max(self.sums["asked"], 1e-300)

    def flags(self, begin: float) -> list[str]:
        """What a reader must know, in words."""
        lines = []
        for name, what in ((FIRST_THROTTLE, "slow down"), (FIRST_SHUTDOWN, "shut down")):
            if name in self.first:
                lines.append(f"in time: the first chips {what} {max(self.first[name] - begin, 0.0):.0f} s after the "
                             "first event")
        if not np.isfinite(self.extremes["wait"]):
            lines.append("in time: work waits at racks in shutdown, so the longest wait is not known")
        return lines

    def notes(self) -> dict[str, Any]:
        """All that the next step depends on, as plain numbers."""
        return {"backlog": self.backlog.tolist(), "sums": self.sums, "extremes": self.extremes, "first": self.first}

    def restore(self, notes: dict[str, Any]) -> None:
        """Go on from :meth:`notes`."""
        self.backlog = np.array(notes["backlog"])
        self.sums, self.extremes, self.first = dict(notes["sums"]), dict(notes["extremes"]), dict(notes["first"])


def _row(name: str, quantity: str, value: float, unit: str) -> dict[str, Any]:
    return {"name": name, "kind": "load", "quantity": quantity, "value": value, "unit": unit}
