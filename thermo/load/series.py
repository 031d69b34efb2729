"""The load in time, rack by rack: utilisation, tokens and watts over minutes, and the events of a run in time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from thermo.case.schema_time import Event
from thermo.load import demand, server

Array = NDArray[np.float64]

SMALLEST_STEP = 0.005  # of the full power: smaller changes make no event


@dataclass(frozen=True)
class RackSeries:
    """Racks in time: `time` s of the beginning of every step; what is `asked` and its `utilisation`, at most 1, as
    shares of full rate, `power` W and `tokens` 1/s of each rack, (racks, steps). Divide by `servers` (racks,) and by
    `chips` for one server or chip."""

    time: Array
    asked: Array
    utilisation: Array
    power: Array
    tokens: Array
    servers: Array
    chips: int


def of_racks(case, duration: float) -> RackSeries:
    """The racks of the case over `duration` s from ``load.start`` of the trace; work beyond full rate is not done.

    A rack holds as many servers as its power is times that of one at full rate.
    """
    machine = server.law(case.load)
    full = np.array([rack.heat for rack in case.rack])
    count = full / machine.full
    period = demand.shape(case, machine, case.plant.it_scale * count.sum() * machine.tokens)
    first = round((case.load.start or 0.0) / period.step)
    steps = max(int(np.ceil(duration / period.step - 1e-9)), 1)
    asked = demand.of_racks(case, period, len(case.rack))
    asked = np.take(asked, np.arange(first, first + steps), axis=1, mode="wrap")
    use = np.minimum(asked, 1.0)
    made = use * count[:, None] * machine.tokens
    power = count[:, None] * machine.power(use)
    return RackSeries(np.arange(steps) * period.step, asked, use, power, made, count, machine.chips)


def in_time(case, series: RackSeries | None = None):
    """The time-dependent case with its racks at the power of their load: from the first step on, and by events.

    Chips are at their reference temperature here; :mod:`thermo.load.feedback` adds what warm ones leak and lose.
    """
    series = of_racks(case, case.time.duration) if series is None else series
    racks = tuple(
        rack.model_copy(update={"power": float(power[0])}) for rack, power in zip(case.rack, series.power, strict=True)
    )
    events = []
    for rack, power in zip(case.rack, series.power, strict=True):
        if rack.server:
            continue
        here = power[0]
        for time, now in zip(series.time[1:], power[1:], strict=True):
            if abs(now - here) > SMALLEST_STEP * rack.power:
                change = {"power": float(now)}
                events.append(Event.model_validate({"at": float(time), "target": rack.name, "change": change}))
                here = now
    return case.model_copy(update={"rack": racks, "event": (*case.event, *events)})
