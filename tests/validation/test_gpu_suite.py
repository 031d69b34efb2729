"""The GPU suite rehearsed on the CPU: every section runs, checks pass, what cannot be done says why."""

from __future__ import annotations

import importlib
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


@pytest.fixture
def suite(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    monkeypatch.syspath_prepend(str(BENCHMARKS.parents[1] / "tests" / "kernels"))
    return importlib.import_module("gpu_suite")


@pytest.mark.slow
def test_every_section_on_arrays_as_strict_as_those_of_a_gpu(suite, tmp_path, monkeypatch):
    """What a GPU does is done, graphs included; what would wait for the device while one is recorded is refused."""
    from stand_in_device import StandInBackend

    monkeypatch.setattr(suite.years, "check", lambda *_: {"passed": True})
    monkeypatch.setattr(suite.device, "run_tests", lambda *_: {"passed": True})
    whole = suite.Suite(tmp_path / "report.json", 600.0)
    suite.run(whole, StandInBackend, suite.TINY, "a commit")
    sections = json.loads((tmp_path / "report.json").read_text())["sections"]
    assert [entry.get("error") for entry in sections.values() if "error" in entry] == []
    assert whole.failures() == []
    assert sections["device"]["result"]["commit"] == "a commit"
    assert sections["device"]["result"]["compute_capability"] == "9.0"
    graph = sections["graph 0.3 m"]["result"]
    assert graph["on"]["step_ms"] > 0.0
    assert graph["difference"] == 0.0
    assert sections["aisle 0.25 m"]["result"]["iterations"] > 0


def test_a_lost_device_costs_its_section_only(suite, tmp_path):
    def broken():
        raise RuntimeError("an illegal memory access was encountered")

    lost = suite.Suite(tmp_path / "report.json", 100.0, alive=lambda: False)
    lost.section("first", lambda: {"passed": True})
    with pytest.raises(suite.DeviceLostError):
        lost.section("second", broken)
    after = suite.Suite(tmp_path / "report.json", 100.0, go_on=True)
    for name in ("first", "second", "third"):
        after.section(name, lambda: {"passed": True})
    assert after.failures() == ["second"]
    assert "illegal memory access" in after.report["sections"]["second"]["error"]
    assert "result" in after.report["sections"]["third"]


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
