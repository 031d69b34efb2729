"""The GPU suite rehearsed on the CPU: every section runs, checks pass, what cannot be done says why."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "validation" / "benchmarks"


def run(script: str, option: str, folder: Path) -> dict:
    """Run a benchmark script at its smallest size and return its report."""
    done = subprocess.run([sys.executable, BENCHMARKS / script, option], env=os.environ | {"OUT": str(folder)},
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (report,) = folder.glob("*.json")
    return json.loads(report.read_text())


@pytest.mark.slow
def test_rehearsal_runs_every_section(tmp_path):
    sections = run("gpu_suite.py", "--cpu-rehearsal", tmp_path)["sections"]
    assert {"device", "parity double", "parity single", "aisle 0.3 m", "bandwidth", "graph 0.3 m"} <= sections.keys()
    assert all("result" in entry for entry in sections.values())
    parity = sections["parity double"]["result"]
    assert parity["passed"]
    assert parity["worst"] == {"kernel": 0.0, "solve": 0.0}
    assert {"jacobi_sweep", "solve_coarsest", "damped_row_sweep", "wall_function"} <= parity["kernels"].keys()
    bandwidth = sections["bandwidth"]["result"]
    assert any(row["share"] > 0 for row in bandwidth["kernels"] if "share" in row)
    graph = sections["graph 0.3 m"]["result"]
    assert graph["on"] is None
    assert "no graphs" in graph["why"]
    assert graph["launches_per_step"] > 100
    years = sections["years"]["result"]
    assert years["passed"]
    assert {"abilene_air_dry.toml", "abilene_air_evaporative.toml"} == set(years["ms_per_year"])
    assert sections["aisle 0.3 m"]["result"]["iterations"] > 0


def test_a_missing_gpu_is_said_in_one_line():
    done = subprocess.run([sys.executable, BENCHMARKS / "gpu_suite.py"], capture_output=True, text=True, check=False,
                          env=os.environ | {"CUDA_VISIBLE_DEVICES": ""})
    assert done.returncode == 1
    assert done.stderr.startswith("gpu_suite: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.slow
def test_cpu_kernel_benchmark_at_its_smallest(tmp_path):
    report = run("kernels_cpu.py", "--quick", tmp_path)
    assert {"single", "double", "growth"} <= report.keys()
    compared = report["single"]["numba_over_numpy"]
    assert {"jacobi_sweep", "rhie_chow_flux", "scalar equation", "momentum predictor"} <= set(compared)
    assert all(times["ratio"] > 1.0 for times in compared.values())
