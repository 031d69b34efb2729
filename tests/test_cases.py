"""Every shipped case, run as a user runs it: exit status, contract of the summary, heat balance, fields that open."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
import xarray

from thermo.case.shipped import shipped_cases
from thermo.field.transient import MASS_DEFECT
from thermo.output.summary import CONTRACT, TABLES

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
CASES = sorted(shipped_cases().values())
CLOSURE = 1e-4
"""Defect of the heat balance that a single-precision run may keep, as a share of the heat put in."""


@pytest.fixture(scope="module", params=CASES, ids=lambda file: file.stem)
def finished(request, tmp_path_factory):
    """Run one case at its quick size and return (case file, exit status, results directory)."""
    directory = tmp_path_factory.mktemp(request.param.stem)
    command = [sys.executable, "-m", "thermo.cli", "run", str(request.param), "-o", str(directory)]
    done = subprocess.run([*command, "--set", "case.size=quick"], capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return request.param, done.returncode, directory


@pytest.fixture
def summary(finished):
    return json.loads((finished[2] / "summary.json").read_text())


def test_exit_status_says_whether_the_limits_are_met(finished, summary):
    met = all(row["met"] for row in summary.get("limits", []))
    assert finished[1] == (0 if met else 1)
    assert summary["run"]["status"] in ("converged", "wandering", "completed")


def test_summary_keeps_the_contract(summary):
    assert summary.pop("schema") == "thermo-summary/1"
    for section, content in summary.items():
        for row in content if section in TABLES else [content]:
            assert set(row) <= set(CONTRACT[section])
    assert {"case", "run"} <= set(summary)
    assert set(summary["run"]) | {"cells"} == set(CONTRACT["run"])


def test_heat_balance_closes(summary):
    if "balance" in summary:
        assert summary["balance"]["closure"] < CLOSURE


def test_tanks_close_their_heat_every_hour(finished, summary):
    """Every case of immersion has a balance, and its year turns all electricity into heat that leaves, hour by hour."""
    if summary["case"]["cooling"] != "immersion":
        pytest.skip("no tank")
    balance = summary["balance"]
    steady = not balance["storage_W"]
    if steady:
        assert balance["heat_in_W"] >= summary["immersion"]["heat_W"] * (1.0 - 1e-9)
    assert balance["heat_out_W"] + balance["storage_W"] == pytest.approx(balance["heat_in_W"], rel=CLOSURE)
    with h5py.File(finished[2] / "fields.h5") as file:
        if "metrics" in summary:
            assert np.abs(file["year/energy_balance"][()]).max() < 1e-9
        if "history/mass" in file:  # in time the step after a trip loses most
            assert file["history/mass"][-1] < CLOSURE if steady else balance["mass_defect"] < MASS_DEFECT


def test_energy_of_the_year_adds_up(summary):
    if "metrics" in summary:
        parts = {key: energy for key, energy in summary["energy"].items() if key != "server_fans_kWh"}  # part of IT
        assert sum(parts.values()) == pytest.approx(summary["metrics"]["facility_energy_kWh"], rel=1e-9)
        assert summary["metrics"]["pue"] > 1.0


def test_every_file_is_there(finished, summary):
    names = {file.name for file in finished[2].iterdir()}
    assert names | {"fields.xmf"} == {"fields.h5", "fields.xmf", "summary.json", "report.html", "log.txt"}
    assert ("fields.xmf" in names) == ("cells" in summary["run"])
    assert (finished[2] / "log.txt").stat().st_size > 0


def test_report_stands_alone(finished):
    report = (finished[2] / "report.html").read_text()
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", report)


@pytest.mark.parametrize("engine", ["h5netcdf", "netcdf4"])
def test_fields_open_in_xarray(finished, summary, engine):
    if "cells" not in summary["run"]:
        pytest.skip("a case without a room has no field")
    with xarray.open_dataset(finished[2] / "fields.h5", engine=engine) as fields:
        sizes = fields.sizes
        assert sizes["x"] * sizes["y"] * sizes["z"] == summary["run"]["cells"]
        fluid = fields["object"].values == 0
        for name in set(fields.data_vars) - {"object"}:
            assert np.isfinite(fields[name].values[fluid]).all(), name
