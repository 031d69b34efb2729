"""Run the half aisle with OpenFOAM v1912 and write its rack temperatures and CPU seconds per iteration.

    python validation/benchmarks/openfoam_aisle.py --cell 0.1 --cores 1 -o openfoam-0.1.json

CPU seconds are the solver's own (`ExecutionTime`), without meshing and start-up, of all cores together (first rank
times cores); `children_cpu_s` is what the operating system charged for the whole solver run. Iterations and seconds
are given to: every rack mean within 0.05 K of its final value; within 0.02 K and the heat imbalance < 0.5 %; the
full stop rule. CPU seconds on a machine shared with others scatter by 10-15 %, on several cores (MPI spins while it
waits) by much more: quote a ratio from one run on one machine.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import machine
import stop_rules
from openfoam import aisle, dictionaries, solver

ICE_POINT = 273.15
CEILING = 3000
PUBLISHED = {
    0.1: {"A1": 25.59, "A2": 18.61, "A3": 18.23, "A4": 24.70},
    0.05: {"A1": 24.27, "A2": 18.13, "A3": 18.06, "A4": 24.43},
}
"""Rack means (degC) of this case from an earlier run of the same code, for a check that the case is still the same."""
AGREEMENT = 0.05


def run_openfoam(cell: float, cores: int, workdir: Path | str, ceiling: int = CEILING) -> dict[str, Any]:
    """Write, mesh and solve the half aisle with cubes of edge `cell` (m) on `cores` cores inside `workdir`.

    Returns a JSON-ready report: rules, final table, per-iteration arrays, version. Raises OpenFoamMissingError,
    ValueError (cell does not fit), RuntimeError (solver failed).
    """
    case = Path(workdir) / f"aisle-{cell:g}-{cores}"
    env = solver.environment()
    dictionaries.write_case(case, cell, cores, ceiling)
    solver.make_mesh(case, env, cores)
    return _report(solver.solve(case, env, cores), cell, cores)


def _final(run: solver.SolverRun) -> dict[str, Any]:
    last = run.reader.iterations[-1].monitors
    racks = {rack: {"mean_C": round(last[f"{rack}_mean"] - ICE_POINT, 4),
                    "max_C": round(last[f"{rack}_max"] - ICE_POINT, 4)} for rack in aisle.RACKS}
    return {"racks": racks, "return_C": round(last["return_mean"] - ICE_POINT, 4),
            "return_exact_C": round(aisle.RETURN_TEMPERATURE - ICE_POINT, 4)}


def _report(run: solver.SolverRun, cell: float, cores: int) -> dict[str, Any]:
    record = run.reader.record(cores)
    cells = round((3.0 * 4.8 * 3.0 - 4 * 1.2 * 0.6 * 2.0) / cell**3)
    history = {"iteration": list(range(1, len(record.cpu_s) + 1)), "cpu_s": record.cpu_s.round(3).tolist(),
               "wall_s": record.wall_s.round(3).tolist(),
               "imbalance": record.imbalance.tolist(),
               "rack_mean_K": {rack: record.rack_mean[:, i].tolist() for i, rack in enumerate(aisle.RACKS)},
               "residuals": {name: values.tolist() for name, values in record.residuals.items()}}
    return {"solver": solver.SOLVER, "version": run.version, "cell_m": cell, "cells": cells, "cores": cores,
            "rules": stop_rules.table(record), "final": _final(run), "iterations": len(record.cpu_s),
            "cpu_s": float(record.cpu_s[-1]), "setup_cpu_s": round(run.reader.setup_cpu_s(), 3),
            "us_per_cell_iteration": round(float(record.cpu_s[-1]) / len(record.cpu_s) / cells * 1e6, 3),
            "children_cpu_s": round(run.children_cpu_s, 2), "wall_s": round(run.wall_s, 2),
            "machine": machine.describe(), "history": history}


def differences(report: dict[str, Any]) -> dict[str, float]:
    """Rack means less the published ones (K); empty where none are published for this cell size."""
    published = PUBLISHED.get(report["cell_m"], {})
    return {rack: round(report["final"]["racks"][rack]["mean_C"] - value, 3) for rack, value in published.items()}


def summary(report: dict[str, Any]) -> str:
    """A few lines to read."""
    racks = "  ".join(f"{r} {v['mean_C']:.2f}/{v['max_C']:.2f}" for r, v in report["final"]["racks"].items())
    rules = [f"  {rule}: " + ("not reached" if hit is None else f"{hit['iterations']} iterations, {hit['cpu_s']} CPU s")
             for rule, hit in report["rules"].items()]
    return "\n".join([
        f"OpenFOAM {report['version']}, {report['cells']} cells of {report['cell_m']} m, {report['cores']} core(s)",
        f"  mean/max intake degC: {racks}; return {report['final']['return_C']:.3f}", *rules,
        f"  {report['us_per_cell_iteration']} us per cell and iteration; whole run with start-up"
        f" {report['children_cpu_s']} CPU s, {report['wall_s']} s wall"])


def main() -> None:
    """Command line; exit status 1 where the rack means are off the published ones by more than 0.05 K."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cell", type=float, default=0.1, help="edge of a cell, m: 0.2, 0.1, 0.05")
    parser.add_argument("--cores", type=int, default=1)
    parser.add_argument("-o", "--output", type=Path, help="JSON file for the report")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as workdir:
        report = run_openfoam(args.cell, args.cores, workdir)
    if args.output:
        args.output.write_text(json.dumps(report, indent=1) + "\n")
    print(summary(report))
    off = differences(report)
    print("  less the published means, K:", off)
    raise SystemExit(any(abs(value) > AGREEMENT for value in off.values()))


if __name__ == "__main__":
    main()
