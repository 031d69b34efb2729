"""Run cases/air/aisle.toml with thermo for the race and read its history as the stop rules want it."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from stop_rules import RESIDUAL_LIMITS, Record, table

ROOT = Path(__file__).resolve().parents[2]
CASE = ROOT / "cases" / "air" / "aisle.toml"
RACKS = ("A1", "A2", "A3", "A4")
SOLVED, LIMIT_EXCEEDED, NOT_CONVERGED = 0, 1, 3
START = ("initial.temperature=20 degC",)
"""What the OpenFOAM case starts from."""

VARIANTS = {
    "like_for_like": ("physics.convection=upwind", "physics.outflow=fixed-value"),
    "physical_outflow": ("physics.convection=upwind", "physics.outflow=upwind"),
    "second_order": ("physics.convection=limited", "physics.outflow=upwind"),
}


@dataclass(frozen=True)
class Setting:
    """One thermo run: cell edge (m), cores, settings of the case, precision, iterations on the finest grid.

    iterations: None leaves thermo its own stop rule.
    """

    cell: float
    cores: int
    variant: str
    precision: str = "single"
    iterations: int | None = None

    def overrides(self) -> list[str]:
        """Settings for `--set`."""
        to_the_end = () if self.iterations is None else tuple(
            f"solve.{bound}_iterations={self.iterations}" for bound in ("min", "max"))
        return [f"grid.cell={self.cell} m", *START, *VARIANTS[self.variant], *to_the_end]


def _threads(cores: int) -> dict[str, str]:
    names = ("THERMO_THREADS", "NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return dict(os.environ) | {name: str(cores) for name in names}


def _command(setting: Setting, results: Path) -> list[str]:
    command = [sys.executable, "-m", "thermo.cli", "run", str(CASE), "-o", str(results), "--backend", "cpu",
               "--precision", setting.precision]
    return command + [part for override in setting.overrides() for part in ("--set", override)]


def run_thermo(setting: Setting, workdir: Path | str) -> dict[str, Any]:
    """Run one setting and return its report: rules, final rack means, CPU seconds. Raises RuntimeError on failure."""
    name = f"{setting.variant}-{setting.cell:g}-{setting.cores}-{setting.precision}-{setting.iterations}"
    results = Path(workdir) / name
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(_command(setting, results), cwd=ROOT, env=_threads(setting.cores), capture_output=True,
                          text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    stored = done.returncode in (SOLVED, LIMIT_EXCEEDED, NOT_CONVERGED) and (results / "fields.h5").is_file()
    if not stored:
        raise RuntimeError(f"thermo ended with status {done.returncode}:\n{(done.stdout + done.stderr)[-2000:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return _report(results / "fields.h5", setting, cpu)


def _report(file: Path, setting: Setting, process_cpu_s: float) -> dict[str, Any]:
    with h5py.File(file) as stored:
        history = {name: values[:] for name, values in stored["history"].items()}
    record = finest_level(history)
    means = {rack: round(float(value), 4) for rack, value in zip(RACKS, record.rack_mean[-1], strict=True)}
    return {"setting": setting.__dict__, "rules": table(record), "rack_mean_C": means,
            "imbalance": float(record.imbalance[-1]), "iterations": len(record.cpu_s),
            "iterations_coarse": len(history["level"]) - len(record.cpu_s),
            "cpu_s_coarse": round(coarse_cpu_s(history), 3), "cpu_s": round(float(record.cpu_s[-1]), 3),
            "residuals": sorted(record.residuals) or "not in the history: left out of the full stop rule",
            "process_cpu_s": round(process_cpu_s, 2)}


def finest_level(history: dict[str, np.ndarray]) -> Record:
    """The iterations on the finest grid. CPU seconds count from the start of the run's first, coarsest iteration."""
    fine = history["level"] == history["level"].max()
    rack_mean = np.stack([history[f"monitor:rack {rack} inlet_mean"][fine] for rack in RACKS], axis=1)
    residuals = {name: history[f"residual:{name}"][fine] for name in RESIDUAL_LIMITS if f"residual:{name}" in history}
    wall = history["wall_s"][fine] if "wall_s" in history else None
    return Record(history["cpu_s"][fine], rack_mean, history["heat"][fine], residuals, wall)


def coarse_cpu_s(history: dict[str, np.ndarray]) -> float:
    """CPU seconds spent before the finest grid; 0 where there was none."""
    coarse = history["level"] < history["level"].max()
    return float(history["cpu_s"][coarse][-1]) if coarse.any() else 0.0
