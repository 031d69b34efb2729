"""Years of many variants put together on the device: the same as one by one on the CPU, and how long they take."""

from __future__ import annotations

import json
import math
from typing import Any

from variant_years import draws, shares

from thermo.study import batch
from thermo.study.points import Point, evaluate

CHECKED = 20
"""Points of each hall that are compared with the CPU, one by one."""
LIMIT = 1e-9
"""Largest difference over the number itself. A GPU sums in another order than a CPU."""
FIELD = json.dumps({"racks": [
    {"name": f"R{n}", "power_W": 25120.8, "flow_m3_s": 1.42, "inlet_mean_C": 24.0, "inlet_max_C": 24.2,
     "outlet_mean_C": 39.0} for n in (1, 2, 3, 4)
]})  # fmt: skip
"""What the field of both halls gives, near enough for timing: racks with 24 degC at their intakes."""


def difference(found: Any, expected: Any) -> float:
    """Largest relative difference of the numbers in two summaries; infinite where they differ otherwise."""
    if isinstance(expected, dict):
        if found.keys() != expected.keys():
            return math.inf
        return max((difference(found[key], expected[key]) for key in expected), default=0.0)
    if isinstance(expected, list):
        if len(found) != len(expected):
            return math.inf
        return max((difference(*pair) for pair in zip(found, expected, strict=True)), default=0.0)
    if isinstance(expected, float):
        return abs(found - expected) / max(abs(expected), 1e-12)
    return 0.0 if found == expected else math.inf


def check(backend: str, years: int) -> dict[str, Any]:
    """Half dry, half evaporative: worst difference; milliseconds a year, the first time and when all is compiled."""
    halls = draws(years)
    worst = 0.0
    for case, overrides in halls.items():
        some = [Point(case, one, FIELD) for one in overrides[:CHECKED]]
        found = dict(batch.evaluate_all(some, backend))
        worst = max(worst, *(difference(found[i], evaluate(point)) for i, point in enumerate(some)))
    report: dict[str, Any] = {"backend": backend, "years": years, "worst": worst, "limit": LIMIT,
                              "passed": worst <= LIMIT}  # fmt: skip
    for name in ("first_ms_per_year", "ms_per_year"):
        report[name] = {case.rpartition("/")[2]: shares([Point(case, one, FIELD) for one in overrides], backend)
                        for case, overrides in halls.items()}  # fmt: skip
    return report
