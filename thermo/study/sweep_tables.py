"""What a sweep leaves: the table of its points, and in words its extremes, bands, indices or best set-points."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from thermo.study.points import feasible, figure
from thermo.study.sweep_file import Sweep

Array = NDArray[np.float64]

BAND = (5.0, 50.0, 95.0)  # percentiles
CRITERION = "tokens.cost_USD_per_Mtoken"


@dataclass(frozen=True)
class Tables:
    """Points of a sweep: `values` by key order, `results` (summaries) by case and point; what its method adds."""

    values: list[tuple[Any, ...]]
    results: list[list[dict[str, Any]]]
    indices: dict[str, Array] | None = None
    best: int | None = None

    def files(self, sweep: Sweep) -> dict[str, str]:
        """Texts of sweep.csv and sweep.md."""
        words = f"# Sweep {sweep.file.stem}\n\n```\n{self.text(sweep)}\n```\n"
        return {"sweep.csv": self._csv(sweep), "sweep.md": words}

    def _csv(self, sweep: Sweep) -> str:
        names = list(sweep.settings.outputs)
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["case", *sweep.settings.vary, *names, "limits_met", "failed"])
        for case, results in zip(sweep.cases, self.results, strict=True):
            for values, result in zip(self.values, results, strict=True):
                found = [figure(result, name) for name in names]
                shown = ["" if value is None else repr(value) for value in found]
                writer.writerow([case.stem, *values, *shown, feasible(result), result.get("failed", "")])
        return out.getvalue()

    def text(self, sweep: Sweep) -> str:
        """What the terminal shows."""
        every = [result for results in self.results for result in results]
        failed, met = sum("failed" in result for result in every), sum(map(feasible, every))
        missed = len(every) - met - failed
        lines = [f"{len(every)} points: {met} meet every limit, {missed} miss one, {failed} cannot be"]
        if failed:
            lines.append(f"the first that cannot be: {next(r['failed'] for r in every if 'failed' in r)}")
        lines += self._bands(sweep)
        if self.indices is not None:
            lines += self._indices(sweep)
        if self.best is not None:
            lines += self._optimum(sweep)
        elif len(self.results) == 1:
            lines += self._lowest(sweep)
        if len(self.results) > 1:
            lines += self._verdict(sweep)
        return "\n".join(lines)

    def _bands(self, sweep: Sweep) -> list[str]:
        lines = ["", f"{'figure':<34}  {'case':<28} {'5 %':>12} {'median':>12} {'95 %':>12}"]
        for name in sweep.settings.outputs:
            for case, results in zip(sweep.cases, self.results, strict=True):
                found = [value for result in results if (value := figure(result, name)) is not None]
                if found:
                    cells = " ".join(f"{value:>12.5g}" for value in np.percentile(found, BAND))
                    lines.append(f"{name:<34}  {case.stem:<28} {cells}")
        return lines

    def _indices(self, sweep: Sweep) -> list[str]:
        """Which key the spread of an output is due to."""
        lines = []
        for place, name in enumerate(sweep.settings.outputs):
            lines += ["", f"{name}: share of the variance due to", f"{'key':<44} {'alone':>8} {'in all':>8}"]
            rows = zip(sweep.settings.vary, self.indices["first"][place], self.indices["total"][place], strict=True)
            lines += [f"{key:<44} {_share(a)} {_share(b)}" for key, a, b in sorted(rows, key=lambda row: -row[2])]
        return lines

    def _point(self, sweep: Sweep, number: int) -> str:
        return ", ".join(f"{k} = {v}" for k, v in zip(sweep.settings.vary, self.values[number], strict=True))

    def _lowest(self, sweep: Sweep) -> list[str]:
        """The best point of each output among those that meet the limits."""
        lines = [""]
        for name in sweep.settings.outputs:
            found = [
                (value, number)
                for number, result in enumerate(self.results[0])
                if feasible(result) and (value := figure(result, name)) is not None
            ]
            if found:
                value, number = min(found)
                lines.append(f"lowest {name}: {value:.6g} with {self._point(sweep, number)}")
        return lines if len(lines) > 1 else []

    def _optimum(self, sweep: Sweep) -> list[str]:
        result, name = self.results[0][self.best], sweep.settings.optimise.minimise
        if not feasible(result):
            return ["", f"no point meets every limit; nearest: {self._point(sweep, self.best)}"]
        lines = ["", f"best {name}: {figure(result, name):.6g} with {self._point(sweep, self.best)}"]
        for row in result.get("limits", []):
            lines.append(f"  {row['name']}: {row['value']:.5g}, limit {row['limit']:.5g}")
        return lines

    def _verdict(self, sweep: Sweep) -> list[str]:
        """How often each case is the best under the same draw, by cost per token or the first output, and how far the
        others are from the one that most often is: the band over the draws in which both meet their limits."""
        name = CRITERION if CRITERION in sweep.settings.outputs else sweep.settings.outputs[0]
        rows = [[figure(r, name) if feasible(r) else None for r in results] for results in self.results]
        table = np.array([[np.inf if value is None else value for value in row] for row in rows])
        decided = np.isfinite(table).any(axis=0)
        if not decided.any():
            return ["", "no verdict: no case meets its limits in any draw"]
        first = np.argmin(table[:, decided], axis=0)
        lines = ["", f"lowest {name} under the same draw, {decided.sum()} draws"]
        best = int(np.argmax(np.bincount(first, minlength=len(table))))
        for number, case in enumerate(sweep.cases):
            both = np.isfinite(table[[best, number]]).all(axis=0)
            band = "" if number == best or not both.any() else _band(table[number, both], table[best, both])
            lines.append(f"{case.stem:<44} first in {np.mean(first == number):>5.0%}{band}")
        return lines


def _band(values: Array, base: Array) -> str:
    """How far `values` lie from `base` under the same draw: 5, 50 and 95 %."""
    low, middle, high = (f"{share:+z.1%}".replace("-", "−") for share in np.percentile(values / base - 1.0, BAND))
    return f", {middle} against the first (5 to 95 %: {low} to {high})"


def _share(value: float) -> str:
    return f"{'–':>8}" if not np.isfinite(value) else f"{value:>8.2f}"
