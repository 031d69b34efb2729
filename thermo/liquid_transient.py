"""The technology loop in time: trips, load steps and measured traces, with or without the feedback of warm chips."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from thermo.errors import CaseError
from thermo.load import throttle, trace
from thermo.loop.technology import Technology
from thermo.loop.trip import LoopMarch, TripResult


def march(case, technology: Technology) -> TripResult | None:
    """The loop in time, if the case asks for it. Raises :class:`CaseError` about the case's file.

    With ``load.chip`` chips leak by their temperature and slow down so that none passes its limit while the lowest
    clock allows it; the lower of its limits and those of the plates' chips holds. Without it they keep their power.
    """
    time = case.liquid.time
    if time is None:
        return None
    facility = case.liquid.coolant if case.plant is None else case.plant.facility_loop.coolant
    chip = None if case.load is None else case.load.chip
    load = None if time.trace is None else _traced(case, 0.0 if chip is None else chip.leakage_fraction)
    feedback = None if chip is None else partial(throttle.held, chip)
    try:
        return LoopMarch(case.liquid, technology, time, facility, feedback).run(load)
    except CaseError as problem:
        raise case.error("liquid.time", str(problem)) from None


def _traced(case, leakage: float) -> NDArray[np.float64]:
    """Rate of every step, (steps,), as a share of full: the measured power over its largest, without its `leakage`."""
    time = case.liquid.time
    series = trace.read(case.table_file("liquid.time.trace"), "power_w")
    at = np.arange(1, round(time.duration / time.step) + 1) * time.step
    share = np.interp(at, np.arange(len(series.values)) * series.step, series.values / series.values.max())
    return np.maximum(share - leakage, 0.0) / (1.0 - leakage)


def trip_rows(trip: TripResult) -> list[dict[str, Any]]:
    """Monitors of the march: seconds from the first event to the first throttle and shutdown (absent if none), the
    hottest chip; with feedback also the lowest clock and the share of the tokens that is not made in time (nothing
    waits in the loop)."""
    rows = [_row(f"time to first {what}", "time", max(found[0] - trip.begin, 0.0), "s")
            for what, found in (("throttle", trip.throttle), ("shutdown", trip.shutdown)) if found]  # fmt: skip
    rows.append(_row("hottest chip in time", "T", float(trip.series["chip_max_C"].max()), "degC"))
    if "clock" in trip.series:
        asked, made = trip.series["load"].sum(), trip.series["made"].sum()
        rows.append(_row("lowest clock in time", "clock", float(trip.series["clock"].min()), "1"))
        rows.append(_row("share of tokens not made in time", "tokens", float(max(1.0 - made / asked, 0.0)), "1"))
    return rows


def _row(name: str, quantity: str, value: float, unit: str) -> dict[str, Any]:
    return {"name": name, "kind": "loop", "quantity": quantity, "value": value, "unit": unit}


def trip_flags(trip: TripResult) -> list[str]:
    """Which chip slows down and shuts down first, in words; times from the first event."""
    lines = []
    slow, shut = ("slows down", "shuts down") if "clock" in trip.series else ("would slow down", "would shut down")
    for what, found in ((slow, trip.throttle), (shut, trip.shutdown)):
        passed = trip.series["time_s"][-1] - trip.begin
        said = f"after {max(found[0] - trip.begin, 0.0):g} s, {found[1]}" if found else f"none within {passed:g} s"
        lines.append(f"in time: the first chip that {what}: {said}")
    if trip.shutdown and "clock" not in trip.series:
        lines.append("in time: chips keep their power beyond their limits, so what follows the shutdown is not real; "
                     "load.chip lets them slow down")
    return lines
