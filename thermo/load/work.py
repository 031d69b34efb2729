"""The year of the servers: demand -> queue -> tokens and watts, with the chips' temperature in between."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermo.load import chip as chips
from thermo.load import demand, queue, server, shift

Array = NDArray[np.float64]

UNITS = {
    "utilisation": "1", "tokens_per_s": "1/s", "refused_tokens_per_s": "1/s", "queue_wait": "s",
    "server_power": "W", "chip_power": "W", "chip_temperature": "K", "clock": "1",
}  # fmt: skip


@dataclass(frozen=True)
class Work:
    """What the servers of the hall do, hour by hour or step by step.

    `it_power` W and `tokens` 1/s of the hall, (rows,); `hourly` and `units`: more arrays, see :data:`UNITS`;
    `servers` is their number (power at full rate over that of one); `totals` of the year; `flags`.
    """

    it_power: Array
    tokens: Array
    servers: float
    hourly: dict[str, Array]
    units: dict[str, str]
    totals: dict[str, Any]
    flags: list[str]


def of_year(
    case,
    design_power: float,
    rows: int,
    coolant: ArrayLike | None,
    order: Array | None,
    hottest: tuple[float, float] | None = None,
    step: float = demand.HOUR,
) -> Work:
    """Work of ``case.load`` for ``rows`` hours, or parts of an hour of ``step`` s.

    `design_power`: the racks at full rate at their AC inlets, W; `coolant`: air or coolant that enters the chips' heat
    sinks or cold plates, K, scalar or (rows,), needed with ``load.chip``; `order`: price or carbon of every row, for
    ``load.shift``; `hottest`: see :func:`thermo.load.chip.law`. Raises :class:`thermo.errors.CaseError`.
    """
    machine = server.law(case.load)
    count = design_power / machine.full
    given = case.load.chip
    chip = None if given is None else chips.law(given, hottest)
    capacity = np.ones(1) if chip is None else np.broadcast_to(_capacity(chip, coolant), rows)
    question = Question.of(case, machine, count, rows, step)
    if case.load.shift is None and (capacity == 1.0).all():
        done = _unhindered(question)
    else:
        asked = _demand(question)
        if case.load.shift is not None:
            asked = shift.moved(asked, order, case.load.shift, step)
        done = _served(asked, capacity, case.load.longest_wait, step)
    u = done["utilisation"]
    share = done["power_share"] if "power_share" in done else _power_share(machine, done["steps"])
    power = machine.idle + (machine.full - machine.idle) * share
    hourly = {key: done[key] for key in ("utilisation", "queue_wait")}
    hourly["tokens_per_s"] = count * machine.tokens * u
    hourly["refused_tokens_per_s"] = count * machine.tokens * done["refused"]
    totals, flags = _totals(done, count * machine.tokens, step), []
    if chip is not None:
        states = chips.state(chip, coolant, u)
        hottest = chips.state(chip, coolant, np.minimum(done["peak"], capacity))
        power = power + machine.chips * (states.power - chip.leakage(chip.reference) - chip.dynamic * u)
        hourly |= {"chip_power": states.power, "chip_temperature": hottest.temperature, "clock": capacity}
        flags += _chip_flags(chip, hottest, capacity, step)
        totals["lost_to_throttling_share"] = float(np.mean(1.0 - capacity))
    hourly["server_power"] = power
    hourly = {key: np.broadcast_to(values, rows) for key, values in hourly.items()}
    flags += _queue_flags(totals)
    return Work(count * power, hourly["tokens_per_s"], count, hourly, {k: UNITS[k] for k in hourly}, totals, flags)


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
    case: Any = field(compare=False)

    @classmethod
    def of(cls, case, machine: server.ServerLaw, count: float, rows: int, step: float) -> Question:
        """The question of a case."""
        keys = (key for key in ("trace", "bursts") if getattr(case.load, key) is not None)
        paths = [case.table_file(f"load.{key}") for key in keys]
        stamps = tuple((str(path), path.stat().st_mtime_ns) for path in paths)
        racks = len(case.rack) * case.plant.it_scale
        return cls(case.load, stamps, machine, count * machine.tokens, racks, rows, step, case)


@lru_cache(maxsize=4)
def _period(question: Question) -> tuple[Array, int]:
    """One period of the hall's demand as a share of full rate, and its steps in a row of the year."""
    period = demand.shape(question.case, question.machine, question.capacity)
    return demand.on_steps(demand.of_hall(question.case, period), period.step, question.step)


@lru_cache(maxsize=2)
def _demand(question: Question) -> Array:
    """The period repeated over the year, (rows, steps)."""
    values, per_row = _period(question)
    return np.resize(values, question.rows * per_row).reshape(question.rows, per_row)


@lru_cache(maxsize=4)
def _unhindered(question: Question) -> dict[str, Any]:
    """The queue with chips at full clock.

    It is worked out for two periods; where it runs empty in the second, all later ones are like that one.
    """
    values, per_row = _period(question)
    size, longest = question.rows * per_row, question.load.longest_wait
    twice = queue.serve(np.tile(values, 2), np.ones(2 * values.size), question.step / per_row, longest)
    block = math.lcm(values.size, per_row)
    if size >= 3 * block and twice.backlog[values.size :].min() == 0.0:
        return _of_blocks(question, queue.repeated(twice, values.size, 2 * block), values)
    done = _served(_demand(question), np.ones(1), longest, question.step)
    return done | {"power_share": _power_share(question.machine, done["steps"])}


def _of_blocks(question: Question, blocks: queue.Served, values: Array) -> dict[str, Any]:
    """The year from two blocks of whole rows: the first once, the second over and over until the year is full."""
    per_row = _period(question)[1]
    size, block = question.rows * per_row, blocks.served.size // 2
    asked = np.resize(values, 2 * block).reshape(-1, per_row)
    done = _by_row(blocks, asked)
    done["power_share"] = _power_share(question.machine, done.pop("steps"))
    rows = block // per_row
    for key in ("utilisation", "peak", "refused", "queue_wait", "power_share"):
        done[key] = np.concatenate([done[key][:rows], np.resize(done[key][rows:], question.rows - rows)])
    full, rest = divmod(size - block, block)
    weights = asked.ravel() * np.concatenate([np.ones(block), full + (np.arange(block) < rest)])
    return done | {
        "wait_p99_s": queue.weighted_percentile(blocks.wait, weights, 99.0),
        "backlog_s": float(blocks.backlog[block + (rest - 1) % block]),
        "asked": float(weights.sum()) / per_row,
    }


def _served(asked: Array, capacity: Array, longest_wait: float | None, step: float) -> dict[str, Any]:
    """The queue over the year; ``asked`` (rows, steps), ``capacity`` (1,) or (rows,). Means of rows of ``step`` s."""
    rows, per_row = asked.shape
    flat = np.broadcast_to(capacity, rows).repeat(per_row)
    return _by_row(queue.serve(asked.ravel(), flat, step / per_row, longest_wait), asked)


def _by_row(result: queue.Served, asked: Array) -> dict[str, Any]:
    """The queue row by row: means, the largest step, and figures of the year."""
    rows, per_row = asked.shape
    served = result.served.reshape(rows, per_row)
    return {
        "steps": served,
        "utilisation": served.mean(axis=1),
        "peak": served.max(axis=1),
        "refused": result.refused.reshape(rows, per_row).mean(axis=1),
        "queue_wait": result.wait.reshape(rows, per_row).mean(axis=1),
        "wait_p99_s": queue.weighted_percentile(result.wait, asked.ravel(), 99.0),
        "backlog_s": float(result.backlog[-1]),
        "asked": float(asked.mean()) * rows,
    }


def _power_share(machine: server.ServerLaw, steps: Array) -> Array:
    """Mean of the power share of every step, (rows,)."""
    if machine.is_linear:
        return steps.mean(axis=1)
    return machine.power_share(steps).mean(axis=1)


def _totals(done: dict[str, Any], full_rate: float, step: float) -> dict[str, Any]:
    """Tokens of the year: asked for, made, turned away; waits."""
    made = float(done["utilisation"].sum())
    return {
        "tokens": made * full_rate * step,
        "utilisation": made / done["utilisation"].size,
        "refused_share": float(done["refused"].sum()) / done["asked"],
        "unfinished_share": done["backlog_s"] / step / done["asked"],
        "wait_p99_s": done["wait_p99_s"],
    }


def _chip_flags(chip: chips.ChipLaw, hottest: chips.ChipState, capacity: Array, step: float) -> list[str]:
    flags = []
    slowed = float((np.asarray(capacity) < 1.0 - 1e-9).sum()) * step / demand.HOUR
    if slowed:
        least = float(np.min(capacity))
        flags.append(
            f"chips: at full rate they pass {chip.limit - 273.15:.0f} degC in {slowed:g} h and slow down, to "
            f"{least:.0%} of full clock at worst"
        )
    if hottest.shutdown.any() or not np.min(capacity) > 0.0:
        flags.append("chips: even the lowest clock is too hot in some hours; the hall would shut down there")
    return flags


def _queue_flags(totals: dict[str, Any]) -> list[str]:
    flags = []
    if totals["unfinished_share"] > 1e-3:
        flags.append(f"load: more is asked for than can be done; {totals['unfinished_share']:.1%} is never finished")
    if totals["refused_share"] > 1e-3:
        flags.append(f"load: {totals['refused_share']:.1%} of the tokens asked for are turned away after longest_wait")
    return flags
