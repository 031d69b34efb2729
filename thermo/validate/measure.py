"""Numbers out of a solved run: monitors, lines, racks, balances, errors against an exact solution."""

from __future__ import annotations

from typing import Any

import numpy as np

from thermo.case.expression import Expression
from thermo.errors import CaseError
from thermo.result import Fields, Line
from thermo.validate.problem import Solved

METRIC_KEYS = {"monitor", "line", "field", "rack", "unit", "balance", "largest", "status", "statistic", "exact",
               "level_free", "scale", "offset", "inverse", "key", "minus", "per", "figure", "year"}


def measure(solved: Solved, metric: dict[str, Any]) -> float:
    """Return the value of a metric, ``scale * (value + offset)``, or ``scale / (value + offset)`` with ``inverse``.

    One of these keys says what: ``monitor`` (name), ``line`` (name, with ``statistic`` max, min, mean or zigzag),
    ``rack`` or ``unit`` (name, with ``key`` of its summary row), ``balance`` (key of the summary's section), ``figure``
    (section.key of the summary), ``year`` (largest magnitude of an hourly array), ``field`` (name, with the expression
    ``exact``: the volume-weighted root mean square difference, ``level_free`` without the mean difference),
    ``largest`` = "speed" (m/s), or ``status`` (1 when it is the given one, otherwise 0). ``minus`` is
    another metric, whose value is taken off first; ``per`` one that what is left is divided by.
    """
    unknown = sorted(set(metric) - METRIC_KEYS)
    if unknown:
        raise CaseError(f"a metric has no key {unknown[0]}; valid: {', '.join(sorted(METRIC_KEYS))}")
    value, scale = _raw(solved, metric) + metric.get("offset", 0.0), metric.get("scale", 1.0)
    if "minus" in metric:
        value -= measure(solved, metric["minus"])
    if "per" in metric:
        value /= measure(solved, metric["per"])
    return float(scale / value if metric.get("inverse") else scale * value)


def _raw(solved: Solved, metric: dict[str, Any]) -> float:
    summary, fields = solved.result.summary, solved.result.fields
    if "monitor" in metric:
        return _row(summary["monitors"], metric["monitor"])["value"]
    if "rack" in metric:
        return _row(summary["racks"], metric["rack"])[metric["key"]]
    if "unit" in metric:
        return _row(summary["cooling_units"], metric["unit"])[metric["key"]]
    if "balance" in metric:
        return summary["balance"][metric["balance"]]
    if "figure" in metric:
        section, _, key = metric["figure"].partition(".")
        return summary[section][key]
    if "year" in metric:
        return float(np.abs(solved.result.year.hourly[metric["year"]]).max())
    if "line" in metric:
        return line_statistic(find_line(solved, metric["line"]), metric["statistic"])
    if "field" in metric:
        return field_error(fields, metric["field"], Expression(metric["exact"]), metric.get("level_free", False))
    if "largest" in metric:
        return float(np.sqrt(np.nanmax(sum(fields.cells[name].values ** 2 for name in "uvw"))))
    return float(solved.status == metric["status"])


def _row(rows: list[dict[str, Any]], name: str) -> dict[str, Any]:
    found = [row for row in rows if row["name"] == name]
    if not found:
        raise CaseError(f"the run has no {name}; it has {', '.join(row['name'] for row in rows)}")
    return found[0]


def find_line(solved: Solved, name: str) -> Line:
    """Return the samples of a line monitor."""
    found = [line for line in solved.result.fields.lines if line.name == name]
    if not found:
        raise CaseError(f"the run has no line {name}")
    return found[0]


def line_statistic(line: Line, statistic: str) -> float:
    """Return the maximum, the minimum, the mean or the zigzag of the samples of a line, or where they change sign.

    The zigzag is the amplitude of the part that changes sign from sample to sample, relative to the mean: what a
    checkerboard would be. Samples must lie at the cell centres. ``rises`` and ``falls`` give the distance from the
    line's start in metres at which the value last rises, or first falls, through zero (reattachment, separation).
    """
    values = line.values
    if statistic in ("rises", "falls"):
        return _sign_change(line, statistic == "rises")
    if statistic == "zigzag":
        bend = values[:-2] - 2.0 * values[1:-1] + values[2:]
        signs = (-1.0) ** np.arange(len(bend))
        return float(abs((bend * signs).mean()) / 4.0 / abs(values.mean()))
    return float({"max": np.nanmax, "min": np.nanmin, "mean": np.nanmean}[statistic](values))


def _sign_change(line: Line, rises: bool) -> float:
    values = line.values if rises else -line.values
    at = np.sqrt((line.x - line.x[0]) ** 2 + (line.y - line.y[0]) ** 2 + (line.z - line.z[0]) ** 2)
    found = np.nonzero((values[:-1] < 0.0) & (values[1:] >= 0.0))[0]
    if not len(found):
        return float("nan")
    n = found[-1] if rises else found[0]
    return float(at[n] - values[n] * (at[n + 1] - at[n]) / (values[n + 1] - values[n]))


def field_error(fields: Fields, name: str, exact: Expression, level_free: bool) -> float:
    """Root mean square difference of a cell field and an exact solution, weighted by volume; blocked cells left out."""
    nodes = (fields.z_nodes, fields.y_nodes, fields.x_nodes)
    z, y, x = np.meshgrid(*(0.5 * (n[1:] + n[:-1]) for n in nodes), indexing="ij")
    dz, dy, dx = (np.diff(n) for n in nodes)
    difference = fields.cells[name].values - exact(x, y, z)
    weight = np.where(np.isnan(difference), 0.0, dz[:, None, None] * dy[:, None] * dx)
    difference = np.nan_to_num(difference)
    if level_free:
        difference = difference - (difference * weight).sum() / weight.sum()
    return float(np.sqrt((difference**2 * weight).sum() / weight.sum()))
