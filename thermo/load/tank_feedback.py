"""Chips in a tank of liquid that leak and slow down by their temperature, steady and step by step, at full rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from thermo.load.chip import ChipState, FullRate
from thermo.load.feedback import FIRST_SHUTDOWN, FIRST_THROTTLE

Array = NDArray[np.float64]

KELVIN = 273.15


@dataclass(frozen=True)
class TankChips:
    """The chips of a tank by name: how many of each, their `reference` power W and their `state`, each (kinds,)."""

    names: list[str]
    count: NDArray[np.int64]
    reference: Array
    state: ChipState


class TankFeedback:
    """What the heated solids with a limit draw: chips of their case's power at the reference temperature.

    Solids are rows with `name`, `power` W, `temperature` K, `resistance` K/W to what is `below` them, K, `limit` K, and
    `before`, K at the begin of a step, as :func:`thermo.field.porous.solid_rows` and
    :meth:`thermo.field.time_terms.TimeTerms.expected` give them. :meth:`during` says what they draw over such a step,
    :meth:`accept` keeps the last one. A chip that at its lowest clock still warms and is beyond its shutdown at the end
    of a step is `down`: it draws nothing for the rest of the run.
    """

    def __init__(self, rate: FullRate) -> None:
        self.rate = rate
        self.sums = {"asked": 0.0, "made": 0.0}
        self.extremes = {"clock": 1.0}
        self.first: dict[str, float] = {}
        self.down: list[str] = []
        self.last: tuple[float, float, TankChips, NDArray[np.bool_], NDArray[np.bool_]] | None = None

    def chips(self, rows: Sequence[Any], reference: dict[str, float]) -> TankChips:
        """The chips among `rows`; `reference` is the power of the case, W by name."""
        rows = _limited(rows, reference)
        power = np.array([reference[row.name] for row in rows])
        resistance = np.array([row.resistance for row in rows])
        limit, shutdown = np.array([self.rate.limits(row.limit) for row in rows]).reshape(-1, 2).T
        state = self.rate.state(power, resistance, limit, shutdown, np.array([row.below for row in rows]))
        return TankChips([row.name for row in rows], np.ones(len(rows), dtype=np.int64), power, state)

    def steady(self, rows: Sequence[Any], reference: dict[str, float]) -> dict[str, float]:
        """Power of every chip, W by name, that its temperature says."""
        chips = self.chips(rows, reference)
        return dict(zip(chips.names, chips.state.power.tolist(), strict=True))

    def during(self, begin: float, end: float, rows: Sequence[Any], reference: dict[str, float]) -> dict[str, float]:
        """Power of every chip, W by name, from `begin` to `end`, s."""
        chips = self.chips(rows, reference)
        before = np.array([-np.inf if row.before is None else row.before for row in _limited(rows, reference)])
        off = np.array([name in self.down for name in chips.names], dtype=bool)
        falls = chips.state.shutdown & (chips.state.temperature >= before) & ~off
        self.last = (begin, end, chips, off, falls)
        return dict(zip(chips.names, np.where(off, 0.0, chips.state.power).tolist(), strict=True))

    def accept(self) -> None:
        """Keep the last step."""
        begin, end, chips, off, falls = self.last
        if not chips.names:
            return
        clock = np.where(off, 1.0, chips.state.clock)
        self.sums["asked"] += (end - begin) * float(chips.reference.sum())
        self.sums["made"] += (end - begin) * float((np.where(off, 0.0, clock) * chips.reference).sum())
        self.extremes["clock"] = min(self.extremes["clock"], float(clock.min()))
        self.down += [name for name, now in zip(chips.names, falls, strict=True) if now]
        for name, slowed in ((FIRST_THROTTLE, clock < 1.0), (FIRST_SHUTDOWN, falls)):
            if slowed.any():
                self.first.setdefault(name, end)

    def rows(self, begin: float) -> list[dict[str, Any]]:
        """Monitors of the run: seconds from the first event (at `begin`) until a chip slows down or shuts down, absent
        where none does, the lowest clock and the share of the work at full rate that is not made."""
        found = [_row(name, "time", max(time - begin, 0.0), "s") for name, time in self.first.items()]
        found.append(_row("lowest clock in time", "clock", self.extremes["clock"], "1"))
        lost = 1.0 - self.sums["made"] / max(self.sums["asked"], 1e-300)
        return [*found, _row("share of tokens not made in time", "tokens", max(lost, 0.0), "1")]

    def flags(self, begin: float) -> list[str]:
        """What a reader must know, in words."""
        words = ((FIRST_THROTTLE, "slow down"), (FIRST_SHUTDOWN, "shut down"))
        return [f"in time: the first chips {what} {max(self.first[name] - begin, 0.0):.0f} s after the first event"
                for name, what in words if name in self.first]  # fmt: skip

    def notes(self) -> dict[str, Any]:
        """All that the next step depends on, as plain numbers."""
        return {"sums": self.sums, "extremes": self.extremes, "first": self.first, "down": self.down}

    def restore(self, notes: dict[str, Any]) -> None:
        """Go on from :meth:`notes`."""
        self.sums, self.extremes, self.first = dict(notes["sums"]), dict(notes["extremes"]), dict(notes["first"])
        self.down = list(notes["down"])


def _limited(rows: Sequence[Any], reference: dict[str, float]) -> list[Any]:
    return [row for row in rows if row.limit is not None and reference.get(row.name, 0.0) > 0.0]


def _row(name: str, quantity: str, value: float, unit: str) -> dict[str, Any]:
    return {"name": name, "kind": "load", "quantity": quantity, "value": value, "unit": unit}
