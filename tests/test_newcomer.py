"""What README.md promises a newcomer: its commands on a fresh clone, and a wheel that works without the checkout.

These build environments and need a package index, so they run in continuous integration or with THERMO_NEWCOMER=1.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from readme import aisle_text, command, section

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (os.environ.get("THERMO_NEWCOMER") or os.environ.get("CI")),
        reason="builds environments from a package index: set THERMO_NEWCOMER=1",
    ),
]

ROOT = Path(__file__).resolve().parent.parent
NEED_NOTHING_ELSE = ("air", "closed_loop")  # the other cases read weather or traces that the wheel leaves out
NOT_IN_THE_WHEEL = ("TMYx", "era5", "ODbL", "electricity_maps")
"""Marks of data whose licence does not allow it, or not clearly, in a wheel under Apache-2.0."""


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    """An environment that knows nothing of this checkout, nor of kernels compiled before."""
    hidden = ("PYTHONPATH", "VIRTUAL_ENV", "PYTEST_ADDOPTS")
    kept = {name: value for name, value in os.environ.items() if name not in hidden and not name.startswith("THERMO_")}
    return kept | {"THERMO_CACHE_DIR": str(tmp_path_factory.mktemp("cache"))}


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A fresh clone of the last commit."""
    folder = tmp_path_factory.mktemp("newcomer") / "thermo"
    done = subprocess.run(["git", "clone", "--quiet", ROOT, folder], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(clone, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, clone], check=True)
    return next(folder.glob("thermo_dc-*.whl"))


@pytest.fixture(scope="module")
def first_run(clone, clean):
    """Exit status and summary of the README's first command."""
    done = subprocess.run(
        ["bash", "-uc", command("run")], cwd=clone, env=clean, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    assert (clone / "results" / "aisle" / "report.html").is_file()
    return done.returncode, json.loads((clone / "results" / "aisle" / "summary.json").read_text())


def test_the_run_command_solves_the_first_case(first_run):
    status, summary = first_run
    assert summary["run"]["status"] == "converged"
    assert status == (0 if all(row["met"] for row in summary["limits"]) else 1)


def test_the_readme_says_what_comes_out(first_run):
    said, found = (
        [float(number) for number in re.findall(r"\d+\.\d+", text)]
        for text in (section("aisle"), aisle_text(first_run[1]))
    )
    assert said == pytest.approx(found, abs=0.15), "run: python tests/readme.py results/aisle"


@pytest.mark.skipif(bool(os.environ.get("CI")), reason="continuous integration is itself this command: .ci/run")
def test_the_test_command_starts(clone, clean):
    environment = clean | {"PYTEST_ADDOPTS": "tests/test_cli.py"}
    subprocess.run(["bash", "-euc", command("test")], cwd=clone, env=environment, check=True)


def test_continuous_integration_takes_the_test_command_from_the_readme():
    assert "pytest" in command("test")
    assert "<!-- command: test -->" in (ROOT / ".ci" / "run").read_text()


def test_the_wheel_holds_what_it_should(wheel, clone):
    names = zipfile.ZipFile(wheel).namelist()
    cases = [file.relative_to(clone / "cases").as_posix() for file in clone.glob("cases/**/*.toml")]
    problems = [file.relative_to(clone / "validation").as_posix() for file in clone.glob("validation/*/checks.toml")]
    shipped = [f"thermo/cases_shipped/{case}" for case in cases]
    shipped += [f"thermo/validation_shipped/{problem}" for problem in problems]
    for name in ("thermo/cli.py", "kernels/launch.py", *shipped):
        assert name in names
    assert any(name.startswith("thermo/records/weather/") for name in names)
    assert "thermo/records/LICENCES.md" in names
    assert not [name for name in names if any(mark in name for mark in NOT_IN_THE_WHEEL)]
    metadata = wheel.name.rsplit("-py3", 1)[0] + ".dist-info"
    assert {name.split("/")[0] for name in names} == {"thermo", "kernels", metadata}


def test_the_wheel_works_without_the_checkout(wheel, clone, clean, tmp_path):
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    subprocess.run([venv / "bin" / "pip", "install", "-q", wheel], check=True, env=clean)

    def thermo(*arguments: str) -> str:
        command = [venv / "bin" / "thermo", *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=clean, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    for file in sorted(clone.glob("cases/*/*.toml")):
        kind, folder = file.stem, file.parent.name
        if folder == "sweeps":
            continue
        assert f"next: thermo run my_{kind}.toml" in thermo("new", kind, "-o", f"my_{kind}.toml")
        if folder in NEED_NOTHING_ELSE:
            assert kind in thermo("check", f"my_{kind}.toml")
    assert "checks hold" in thermo("validate", "composite_wall")
    information = thermo("info")
    assert str(venv) in information
    assert str(ROOT) not in information
    assert shutil.which("thermo", path=str(venv / "bin"))
