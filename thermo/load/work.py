"""The year of the servers: demand -> queue -> tokens and watts, with the chips' temperature in between."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermo import arrays
from thermo.arrays import Each, over_year, pick, resized, texts
from thermo.load import chip as chips
from thermo.load import demand, queue, server, shift

Array = NDArray[np.float64]

UNITS = {
    "utilisation": "1", "tokens_per_s": "1/s", "refused_tokens_per_s": "1/s", "queue_wait": "s",
    "server_power": "W", "chip_power": "W", "chip_temperature": "K", "clock": "1",
}  # fmt: skip
MOST_STEPS = 2**22  # of a year of the queue that are in work at once, over all variants


@dataclass(frozen=True)
class Work:
    """What the servers of the hall do, hour by hour or step by step.

    `it_power` W and `tokens` 1/s of the hall, (rows,) or (variants, rows); `hourly` and `units`: more arrays, see
    :data:`UNITS`; `servers` is their number (power at full rate over that of one); `totals` of the year, numbers or
    (variants, 1); `flags`.
    """

    it_power: Array
    tokens: Array
    servers: float
    hourly: dict[str, Array]
    units: dict[str, str]
    totals: dict[str, Any]
    flags: list[str | Each]


def of_year(
    case,
    design_power: float,
    rows: int,
    coolant: ArrayLike | None,
    order: Array | None,
    hottest: chips.Solved | None = None,
    step: float = demand.HOUR,
) -> Work:
    """Work of ``case.load`` for ``rows`` hours, or parts of an hour of ``step`` s.

    `design_power`: the racks at full rate at their AC inlets, W; `coolant`: air or coolant that enters the chips' heat
    sinks or cold plates, K, a number, (rows,), (variants, 1) or (variants, rows), needed with ``load.chip``; `order`:
    price or carbon of every row, for ``load.shift``; `hottest`: see :func:`thermo.load.chip.law`.
    Raises :class:`thermo.errors.CaseError`.
    """
    machine = server.law(case.load)
    count = design_power / machine.full
    given = case.load.chip
    chip = None if given is None else chips.law(given, hottest)
    capacity = arrays.full((1,), 1.0) if chip is None else arrays.line(_capacity(chip, coolant))
    question = Question.of(case, machine, count, rows, step)
    done = _done(question, capacity, case.load.shift, order)
    if chip is not None and max(arrays.shape(part)[-1:] or (1,) for part in (capacity, coolant)) > (1,):
        done = _whole(done, rows)
    u = done["utilisation"]
    power = machine.idle + (machine.full - machine.idle) * done["power_share"]
    hourly = {key: done[key] for key in ("utilisation", "queue_wait")}
    hourly["tokens_per_s"] = count * machine.tokens * u
    hourly["refused_tokens_per_s"] = count * machine.tokens * done["refused"]
    totals, flags = _totals(_whole(done, rows), count * machine.tokens, step), []
    if chip is not None:
        states = chips.state(chip, coolant, u)
        hottest = chips.state(chip, coolant, np.minimum(done["peak"], capacity))
        power = power + machine.chips * (states.power - (chip.power - chip.dynamic) - chip.dynamic * u)
        hourly |= {"chip_power": states.power, "chip_temperature": hottest.temperature, "clock": capacity}
        able = _every_row(capacity, 0, rows)
        flags += _chip_flags(chip, hottest, able, step)
        totals["lost_to_throttling_share"] = over_year(np.mean, 1.0 - able)
    hourly["server_power"] = power
    hourly = {key: _every_row(values, done["again"], rows) for key, values in hourly.items()}
    flags += _queue_flags(totals)
    it_power = count * hourly["server_power"]
    return Work(it_power, hourly["tokens_per_s"], count, hourly, {k: UNITS[k] for k in hourly}, totals, flags)


BY_ROW = ("utilisation", "peak", "refused", "queue_wait", "power_share")
"""What an answer has row by row. Its last `again` rows repeat until the year is full; 0 where all rows are there."""


def _every_row(values: Array, again: int, rows: int) -> Array:
    """All rows of the year of (1,), or of rows that repeat."""
    known = values.shape[-1]
    if known == 1:
        return np.broadcast_to(values, (*values.shape[:-1], rows))
    if again == 0:
        return values
    first = known - again
    return np.concatenate([values[..., :first], resized(values[..., first:], rows - first)], axis=-1)


def _whole(done: dict[str, Any], rows: int) -> dict[str, Any]:
    """An answer with every row of the year."""
    return done | {"again": 0} | {key: _every_row(done[key], done["again"], rows) for key in BY_ROW}


def _capacity(chip: chips.ChipLaw, coolant: ArrayLike) -> Array:
    """What the chips can do when all are busy, as a share of full rate; nothing in shutdown."""
    full = chips.state(chip, coolant, 1.0)
    return np.where(full.shutdown, 0.0, full.clock)


@dataclass(frozen=True)
class Question:
    """All that the demand depends on: variants of a sweep that agree in it share one answer."""

    load: Any
    files: tuple[tuple[str, int], ...]
    machine: server.ServerLaw
    capacity: float
    racks: float
    rows: int
    step: float
    place: str
    case: Any = field(compare=False)

    @classmethod
    def of(cls, case, machine: server.ServerLaw, count: float, rows: int, step: float) -> Question:
        """The question of a case."""
        keys = (key for key in ("trace", "bursts") if getattr(case.load, key) is not None)
        paths = [case.table_file(f"load.{key}") for key in keys]
        stamps = tuple((str(path), path.stat().st_mtime_ns) for path in paths)
        racks = demand.racks_of(case)
        return cls(case.load, stamps, machine, count * machine.tokens, racks, rows, step, arrays.place(), case)


def _kept(function: Callable[[Question], Any]) -> Callable[[Question], Any]:
    """`function` with its last answers; a question of several variants at once is always answered anew."""
    known = lru_cache(maxsize=4)(function)

    def answer(question: Question) -> Any:
        try:
            hash(question)
        except TypeError:
            return function(question)
        return known(question)

    return answer


@dataclass(frozen=True)
class Period:
    """One period of the hall's demand: `values` as a share of full rate, (steps,) or (variants, steps), `per_row` of
    them in a row of the year of `rows` of `step` s; whoever would wait for `longest_wait` (s) is turned away."""

    values: Array
    per_row: int
    rows: int
    step: float
    longest_wait: ArrayLike | None
    machine: server.ServerLaw

    def of(self, which: Any) -> Period:
        """That of some variants."""
        return replace(self, values=pick(self.values, which), longest_wait=pick(self.longest_wait, which))

    def variants(self, *others: Any) -> NDArray[np.int64]:
        """Indices of all variants that this and `others` have together."""
        return np.arange(arrays.variants(self.values, self.longest_wait, *others))

    @property
    def year(self) -> Array:
        """The period repeated over the year, (rows, steps) or (variants, rows, steps)."""
        values = resized(self.values, self.rows * self.per_row)
        return values.reshape(*values.shape[:-1], self.rows, self.per_row)


@_kept
def _period(question: Question) -> Period:
    """The period of a question."""
    found = demand.shape(question.case, question.machine, question.capacity)
    values, per_row = demand.on_steps(demand.of_hall(question.case, found), found.step, question.step)
    return Period(values, per_row, question.rows, question.step, question.load.longest_wait, question.machine)


def _done(question: Question, capacity: Array, given, order: Array | None) -> dict[str, Any]:
    """What the queue makes of the year; `capacity` (1,), (rows,) or with variants before; `given`: ``load.shift``."""
    if given is None:
        free = _every_step(capacity == 1.0)
        if free.all():
            return _unhindered(question)
        period = _period(question)
        return _either(free, period.variants(capacity), period.rows, lambda which: _repeated(period.of(which)),
                       lambda which: _hindered(period, capacity, which))
    period = _period(question)

    def moved(which: Any) -> dict[str, Any]:
        part = period.of(which)
        some = SimpleNamespace(share=pick(given.share, which), highest=pick(given.highest, which))
        return _served(part, shift.moved(part.year, pick(order, which), some, part.step), pick(capacity, which))

    return _in_parts(moved, period, period.variants(capacity, order, given.share, given.highest))


def _every_step(holds: Array) -> NDArray[np.bool_]:
    """Whether it holds in all steps of the year: () or (variants,), on the host."""
    return arrays.host(np.all(holds, axis=-1))


Way = Callable[[Any], dict[str, Any]]


def _either(which: NDArray[np.bool_], all_: NDArray[np.int64], rows: int, one: Way, other: Way) -> dict[str, Any]:
    """What `one` way gives for the variants where `which` is true, and the `other` for the rest of `all_`."""
    if which.all():
        return one(slice(None))
    if not which.any():
        return other(all_)
    places = np.flatnonzero(which), np.flatnonzero(~which)
    return _joined(places, [_whole(way(place), rows) for way, place in zip((one, other), places, strict=True)])


def _joined(places: tuple[NDArray[np.int64], ...], parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Answers for variants at these places, with all their rows, as one answer for all."""
    found: dict[str, Any] = {"again": 0}
    for key in parts[0].keys() - found.keys():
        longest = max((arrays.shape(part[key]) or (1,))[-1] for part in parts)
        found[key] = arrays.zeros((sum(place.size for place in places), longest))
        for place, part in zip(places, parts, strict=True):
            found[key][arrays.beside(place, found[key])] = part[key]
    return found


def _in_parts(way: Way, period: Period, which: NDArray[np.int64]) -> dict[str, Any]:
    """The answer of a way that takes every step of the year, for so many variants at once as memory allows."""
    size = max(MOST_STEPS // (period.rows * period.per_row), 1)
    if which.size <= size:
        return way(which)
    parts = [which[start : start + size] for start in range(0, which.size, size)]
    first = np.cumsum([0, *(part.size for part in parts)])
    places = tuple(np.arange(a, b) for a, b in pairwise(first))
    return _joined(places, [way(part) for part in parts])


def _hindered(period: Period, capacity: Array, which: NDArray[np.int64]) -> dict[str, Any]:
    """The queue over every step of the year."""
    def served(some: Any) -> dict[str, Any]:
        part = period.of(some)
        return _served(part, part.year, pick(capacity, some))

    return _in_parts(served, period, which)


@_kept
def _unhindered(question: Question) -> dict[str, Any]:
    """The queue with chips at full clock."""
    return _repeated(_period(question))


def _repeated(period: Period) -> dict[str, Any]:
    """The queue with chips at full clock.

    It is worked out for one period; where nothing is left at its end, all later ones are like it. Otherwise for two;
    where it runs empty in the second, all later ones are like that one.
    """
    values, per_row, step = period.values, period.per_row, period.step / period.per_row
    length, size = values.shape[-1], period.rows * per_row
    block, full = math.lcm(length, per_row), arrays.full((1,), 1.0)
    if size < 3 * block:
        return _hindered(period, full, period.variants())
    if block == length:
        once = queue.serve(values, full, step, period.longest_wait)
        if _every_step(once.backlog[..., -1:] == 0.0).all():
            return _of_blocks(period, once, 1)
    twice = queue.serve(np.concatenate([values, values], axis=-1), full, step, period.longest_wait)
    empties = ~_every_step(twice.backlog[..., length:] > 0.0)

    def blocks(which: Any) -> dict[str, Any]:
        some = queue.Served(*(pick(getattr(twice, name), which) for name in queue.Served.__dataclass_fields__))
        return _of_blocks(period.of(which), some if block == length else queue.repeated(some, length, 2 * block), 2)

    return _either(empties, period.variants(), period.rows, blocks, lambda which: _hindered(period, full, which))


def _of_blocks(period: Period, blocks: queue.Served, count: int) -> dict[str, Any]:
    """The year from so many blocks of whole rows: each once, the last over and over until the year is full.

    Only the rows of these blocks are there.
    """
    per_row, known = period.per_row, blocks.served.shape[-1]
    size, block = period.rows * per_row, known // count
    asked, first = resized(period.values, known), known - block
    done = _by_row(period, blocks, asked.reshape(*asked.shape[:-1], -1, per_row))
    full, rest = divmod(size - first, block)
    times = arrays.array(np.concatenate([np.ones(first), full + (np.arange(block) < rest)]))
    weights = asked * times
    last = first + (rest - 1) % block
    return done | {
        "again": block // per_row,
        "wait_p99_s": queue.weighted_percentile(blocks.wait, weights, 99.0),
        "backlog_s": _number(blocks.backlog[..., last : last + 1]),
        "asked": over_year(np.sum, weights) / per_row,
    }


def _served(period: Period, asked: Array, capacity: Array) -> dict[str, Any]:
    """The queue over the year; ``asked`` (rows, steps), ``capacity`` (1,) or (rows,), variants before."""
    rows, per_row = asked.shape[-2:]
    flat = capacity if capacity.shape[-1] == 1 else np.repeat(capacity, per_row, axis=-1)
    steps = asked.reshape(*asked.shape[:-2], rows * per_row)
    result = queue.serve(steps, flat, period.step / per_row, period.longest_wait)
    return _by_row(period, result, asked) | {
        "again": 0,
        "wait_p99_s": queue.weighted_percentile(result.wait, steps, 99.0),
        "backlog_s": _number(result.backlog[..., -1:]),
        "asked": over_year(np.mean, steps) * rows,
    }


def _by_row(period: Period, result: queue.Served, asked: Array) -> dict[str, Any]:
    """The queue row by row: means, and the largest step."""

    def in_rows(values: Array) -> Array:
        return values.reshape(*values.shape[:-1], *asked.shape[-2:])

    served = in_rows(result.served)
    mean = served.mean(axis=-1)
    linear = period.machine.is_linear
    return {
        "utilisation": mean,
        "peak": served.max(axis=-1),
        "refused": in_rows(result.refused).mean(axis=-1),
        "queue_wait": in_rows(result.wait).mean(axis=-1),
        "power_share": mean if linear else period.machine.power_share(served).mean(axis=-1),
    }


def _number(values: Array) -> Any:
    """A float of (1,); (variants, 1) as they are."""
    return values if len(values.shape) > 1 else float(values[0])


def _totals(done: dict[str, Any], full_rate: float, step: float) -> dict[str, Any]:
    """Tokens of the year: asked for, made, turned away; waits."""
    made = over_year(np.sum, done["utilisation"])
    return {
        "tokens": made * full_rate * step,
        "utilisation": made / done["utilisation"].shape[-1],
        "refused_share": over_year(np.sum, done["refused"]) / done["asked"],
        "unfinished_share": done["backlog_s"] / step / done["asked"],
        "wait_p99_s": done["wait_p99_s"],
    }


def _chip_flags(chip: chips.ChipLaw, hottest: chips.ChipState, capacity: Array, step: float) -> list[str | Each]:
    slowed = over_year(np.sum, capacity < 1.0 - 1e-9) * step / demand.HOUR
    least = over_year(np.min, capacity)
    flags = texts(slowed > 0.0, lambda of: (
        f"chips: at full rate they pass {of(chip.limit) - 273.15:.0f} degC in {of(slowed):g} h and slow down, to "
        f"{of(least):.0%} of full clock at worst"
    ))
    too_hot = over_year(np.max, 1.0 * hottest.shutdown) > 0.0
    return flags + texts(
        too_hot | (least <= 0.0),
        lambda _: "chips: even the lowest clock is too hot in some hours; the hall would shut down there",
    )


def _queue_flags(totals: dict[str, Any]) -> list[str | Each]:
    unfinished, refused = totals["unfinished_share"], totals["refused_share"]
    return [
        *texts(unfinished > 1e-3, lambda of: (
            f"load: more is asked for than can be done; {of(unfinished):.1%} is never finished")),
        *texts(refused > 1e-3, lambda of: (
            f"load: {of(refused):.1%} of the tokens asked for are turned away after longest_wait")),
    ]
