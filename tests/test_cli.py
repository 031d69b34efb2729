"""The command line: exit statuses, one-line errors, instant help."""

import json
import os
import resource
import subprocess
import sys
import types

import h5py
import numpy as np
import pytest

from thermo import __version__
from thermo.case.shipped import shipped_cases
from thermo.cli import main
from thermo.errors import CaseError, DivergedError, HardwareError

AISLE = str(shipped_cases()["aisle"])
HELP_CPU_LIMIT = 0.6
"""Seconds; about ten times what a quiet machine takes, so that a busy one does not fail."""


def outcome(capsys, *arguments):
    """Run the command line in this process; return exit status, standard output and standard error."""
    with pytest.raises(SystemExit) as left:
        main([str(argument) for argument in arguments])
    printed = capsys.readouterr()
    return left.value.code, printed.out, printed.err


@pytest.fixture
def solver(monkeypatch):
    """Put a recorder in the place of the solver; its ``outcome`` is returned or raised."""
    calls = types.SimpleNamespace(arguments=None, outcome=0)

    def run_case(*arguments):
        calls.arguments = arguments
        if isinstance(calls.outcome, Exception):
            raise calls.outcome
        return calls.outcome

    module = types.ModuleType("thermo.run")
    module.run_case = run_case
    monkeypatch.setitem(sys.modules, "thermo.run", module)
    return calls


@pytest.mark.parametrize(
    ("result", "status"),
    [(0, 0), (1, 1), (3, 3), (CaseError("a: b"), 2), (DivergedError("a: b"), 3), (HardwareError("a: b"), 4)],
)
def test_run_ends_with_the_status_of_the_outcome(result, status, solver, capsys):
    solver.outcome = result
    code, _, err = outcome(capsys, "run", AISLE)
    assert code == status
    assert err == ("error: a: b\n" if isinstance(result, Exception) else "")


def test_run_hands_everything_on(solver, capsys, tmp_path):
    outcome(
        capsys,
        "run",
        AISLE,
        "-o",
        tmp_path,
        "--backend",
        "cpu",
        "--precision",
        "double",
        "--set",
        "case.size=full",
        "--resume",
    )
    path, directory, backend, precision, overrides, resume = solver.arguments
    assert (str(path), directory) == (AISLE, tmp_path)
    assert (backend, precision, overrides, resume) == ("cpu", "double", ["case.size=full"], True)


def test_results_go_to_a_directory_named_after_the_case(solver, capsys):
    outcome(capsys, "run", AISLE, "--set", "case.name=mine")
    assert solver.arguments[1].parts == ("results", "mine")


@pytest.mark.parametrize(
    "arguments",
    [
        ["solve"],
        ["run"],
        ["run", AISLE, "--backend", "abacus"],
        ["run", AISLE, "--fast"],
        ["diff", "a.h5"],
        ["check", "a", "b"],
    ],
)
def test_wrong_usage_is_one_line_and_status_2(arguments, capsys):
    code, _, err = outcome(capsys, *arguments)
    assert code == 2
    assert err.startswith("error: ")
    assert err.count("\n") == 1


def test_check_says_what_was_read(capsys):
    code, out, _ = outcome(capsys, "check", AISLE)
    assert code == 0
    for text in (
        "rack A4",
        "supply floor",
        "18.00 degC",
        "43,200 cells",
        "Abilene",
        "x_max symmetry",
        "rack_inlet_max, rack_inlet_mean, pue",
    ):
        assert text in out


def test_check_of_the_full_size(capsys):
    code, out, _ = outcome(capsys, "check", AISLE, "--set", "case.size=full")
    assert code == 0
    assert "5,400,000 cells" in out


def test_new_then_check(capsys, tmp_path):
    file = tmp_path / "hall.toml"
    assert outcome(capsys, "new", "aisle", "-o", file)[0] == 0
    assert outcome(capsys, "check", file)[0] == 0
    code, _, err = outcome(capsys, "new", "aisle", "-o", file)
    assert code == 2
    assert "exists already" in err


def test_new_names_the_kinds(capsys):
    code, _, err = outcome(capsys, "new", "aile")
    assert code == 2
    assert "Did you mean aisle?" in err


def test_schema_is_json(capsys):
    code, out, _ = outcome(capsys, "schema")
    assert code == 0
    assert "rack" in json.loads(out)["properties"]


def test_info_and_version(capsys):
    code, out, _ = outcome(capsys, "info")
    assert code == 0
    for row in ("thermo", "python", "packages", "processor", "cache", "gpu", "names"):
        assert f"\n{row} " in f"\n{out}"
    assert outcome(capsys, "--version")[1] == f"thermo, version {__version__}\n"


def test_foreign_owner_of_the_name_is_reported(solver, capsys, monkeypatch):
    monkeypatch.setattr("thermo.installation.same_named_distributions", lambda: ["thermo"])
    code, _, err = outcome(capsys, "run", AISLE)
    assert code == 0
    assert "warning: another distribution (thermo)" in err


def write_fields(path, temperature, extra=None):
    with h5py.File(path, "w") as file:
        file["T"] = temperature
        file["T"].attrs["units"] = "K"
        file.create_group("history")["mass"] = np.arange(3.0)
        file.create_group("VTKHDF")["T"] = h5py.SoftLink("/T")
        if extra:
            file[extra] = np.zeros(2)
    return path


@pytest.mark.parametrize(
    ("change", "options", "status", "text"),
    [
        (0.0, [], 0, "all 1 datasets agree"),
        (1e-3, [], 1, "1 of 1 datasets differ"),
        (1e-3, ["--atol", "1e-2"], 0, "agree"),
        (1e-3, ["--rtol", "1e-5"], 0, "agree"),
        (np.nan, [], 1, "not finite in the same places"),
    ],
)
def test_diff_by_tolerance(change, options, status, text, capsys, tmp_path):
    values = np.full((2, 3, 4), 300.0)
    other = values.copy()
    other[1, 2, 3] += change
    a, b = write_fields(tmp_path / "a.h5", values), write_fields(tmp_path / "b.h5", other)
    code, out, _ = outcome(capsys, "diff", a, b, *options)
    assert code == status
    assert text in out


def test_diff_of_shapes_and_missing_data(capsys, tmp_path):
    a = write_fields(tmp_path / "a.h5", np.ones((2, 2)), "k")
    b = write_fields(tmp_path / "b.h5", np.ones((2, 3)))
    code, out, _ = outcome(capsys, "diff", a, b)
    assert code == 1
    assert "shapes (2, 2) and (2, 3)" in out
    assert "only in the first file" in out


def test_diff_of_unreadable_files(capsys, tmp_path):
    good, bad = write_fields(tmp_path / "a.h5", np.ones(2)), tmp_path / "b.h5"
    assert outcome(capsys, "diff", good, bad)[0] == 2
    bad.write_text("no HDF5")
    code, _, err = outcome(capsys, "diff", good, bad)
    assert code == 2
    assert "not a readable HDF5 file" in err


def test_help_costs_little_cpu_time():
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-m", "thermo.cli", "--help"], capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert "validate" in done.stdout
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < HELP_CPU_LIMIT


def test_wrong_input_leaves_no_traceback_in_a_real_process(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "thermo.cli", "run", "absent.toml"],
        capture_output=True, text=True, cwd=tmp_path, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: absent.toml: no such file\n"
    assert list(tmp_path.iterdir()) == []
