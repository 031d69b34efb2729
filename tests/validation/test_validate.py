"""The validation runner: a small problem passes, a missed tolerance fails, wrong input is one clear line."""

from __future__ import annotations

import importlib
import json

import numpy as np
import pytest

from thermo.errors import CaseError
from thermo.result import Line
from thermo.validate import problems_directory, run_validation
from thermo.validate.measure import line_statistic, measure
from thermo.validate.orientation import Orientation, turned_back, turned_case
from thermo.validate.problem import Check, Problem, load_problem

CASE = """
[case]
name = "wall"
[room]
size = [2, 1, 1]
[room.sides]
x_min = { kind = "wall", temperature = 303.15 }
x_max = { kind = "wall", temperature = 293.15 }
[fluid]
heat_capacity = 1
conductivity = 3
[physics]
flow = false
[grid]
cells = [4, 1, 1]
[[monitor]]
name = "hot"
kind = "wall_heat_flow"
side = "x_min"
[solve]
sequence = false
"""
CHECKS = """
title = "plane wall"
source = "closed form"
reason = "linear profile"
[run.plain]
[run.turned]
axes = "zxy"
mirror = "x"
[[check]]
name = "heat"
kind = "value"
runs = ["plain"]
metric = { monitor = "hot" }
reference = REFERENCE
tolerance = 1e-9
[[check]]
name = "alike"
kind = "same"
runs = ["plain", "turned"]
tolerance = 1e-12
"""


def problem_folder(tmp_path, reference: str = "15.0", checks: str = CHECKS):
    folder = tmp_path / "plane_wall"
    folder.mkdir()
    (folder / "case.toml").write_text(CASE)
    (folder / "checks.toml").write_text(checks.replace("REFERENCE", reference))
    return tmp_path


def test_met_references_give_status_0_and_a_table(tmp_path, capsys):
    assert run_validation([], "quick", problem_folder(tmp_path)) == 0
    assert "2 of 2 checks hold" in capsys.readouterr().out
    results = json.loads((tmp_path / "results" / "quick.json").read_text())
    assert [row["passed"] for row in results["checks"]] == [True, True]
    assert results["checks"][0]["value"] == pytest.approx(15.0)
    assert "| plane_wall | heat | 15 | 15 |" in (tmp_path / "VALIDATED.md").read_text()


def test_a_missed_reference_gives_status_1_and_is_named(tmp_path, capsys):
    assert run_validation(["plane_wall"], "quick", problem_folder(tmp_path, "15.1")) == 1
    assert "missed: plane_wall: heat" in capsys.readouterr().out
    assert not (tmp_path / "VALIDATED.md").exists(), "a run of named problems leaves the table alone"


def test_a_result_that_is_not_a_number_is_missed(tmp_path):
    assert run_validation([], "quick", problem_folder(tmp_path, "nan")) == 1


def test_runs_of_the_full_tier_stay_out_of_the_quick_one(tmp_path, capsys):
    folder = problem_folder(tmp_path, checks=CHECKS.replace("[run.turned]", '[run.turned]\ntier = "full"'))
    assert run_validation([], "quick", folder) == 0
    assert "1 of 1 checks hold" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", [
    ('kind = "same"', 'kind = "sane"'),
    ('"plain", "turned"', '"plain", "tuned"'),
    ("tolerance = 1e-12", "tolerence = 1"),
    ('monitor = "hot"', 'monitor = "cold"'),
])
def test_wrong_checks_are_refused(tmp_path, wrong):
    with pytest.raises(CaseError):
        run_validation([], "quick", problem_folder(tmp_path, checks=CHECKS.replace(*wrong)))


def judged(monkeypatch, kind, values, **options):
    """Return the row of a check on runs that measured ``values``."""
    module = importlib.import_module("thermo.validate.judge")
    monkeypatch.setattr(module, "_metric", lambda check, run: run)
    runs = {f"grid_{n}": value for n, value in enumerate(values)}
    return module.judge(bare_problem(), Check("check", kind, tuple(runs), "reason", "source", options), runs)


def bare_problem():
    return Problem("problem", "title", None, None, {}, ())


@pytest.mark.parametrize(("reference", "passed"), [(1.0, True), (1.004, True), (1.02, False)])
def test_an_extrapolation_may_miss_by_what_the_grids_leave_open(monkeypatch, reference, passed):
    """Errors 0.17, 0.04, 0.01: extrapolations 0.9967 and 1, a third of their difference is 0.0011."""
    row = judged(monkeypatch, "extrapolated", [1.17, 1.04, 1.01], reference=reference, tolerance=0.003, grid=True)
    assert row.value == pytest.approx(1.0)
    assert row.passed == passed
    assert row.tolerance == "± 0.003 ± 0.0011 (grid)"


@pytest.mark.parametrize(("values", "passed"), [([2.0, 1.9], True), ([2.0, 2.1], False)])
def test_a_ratio_compares_the_last_run_with_the_first(monkeypatch, values, passed):
    assert judged(monkeypatch, "ratio", values, high=1.0).passed == passed


def test_a_reference_from_another_model_says_so(monkeypatch):
    module = importlib.import_module("thermo.validate.judge")
    monkeypatch.setitem(module.COMPONENTS, "double", lambda number: 2.0 * number)
    model = {"component": "double", "inputs": {"number": 2.0}}
    own = judged(monkeypatch, "value", [4.0], reference=model, tolerance=0.1)
    assert (own.reference, own.passed, own.source) == (4.0, True, "own model: source")
    assert judged(monkeypatch, "value", [4.0], reference=4.0, tolerance=0.1).source == "source"


def test_a_metric_per_another_is_a_ratio():
    from types import SimpleNamespace

    energy = {"pumps": 3.0, "fans": 1.0, "it": 8.0}
    solved = SimpleNamespace(result=SimpleNamespace(summary={"energy": energy}, fields=None))
    fans, it = {"figure": "energy.fans", "scale": -1}, {"figure": "energy.it"}
    assert measure(solved, {"figure": "energy.pumps", "minus": fans, "per": it}) == pytest.approx(0.5)


def test_an_unknown_problem_is_refused():
    with pytest.raises(CaseError, match=r"no validation problem wrong; valid: .*lid_cavity"):
        run_validation(["wrong"], "quick")


def test_every_shipped_check_has_a_reason_and_a_source():
    for file in problems_directory().glob("*/checks.toml"):
        for check in load_problem(file.parent).checks:
            assert check.reason and check.source, f"{file.parent.name}: {check.name}"


@pytest.mark.parametrize("wall", [0.0, 76.0])
def test_the_wall_gradient_of_the_tall_cavity_is_that_of_its_profile(wall):
    """The reference is of a table; the five measured points next to either wall have it within its stated 5 %."""
    folder = problems_directory() / "tall_cavity"
    checks = [check for check in load_problem(folder).checks if "gradient" in check.name]
    profile = np.genfromtxt(folder / "betts_T.csv", delimiter=",", skip_header=7, usecols=(0, 1, 2))
    at, temperature = profile[profile[:, 0] == 0.5, 1:].T
    near = np.argsort(abs(at - wall))[:5]
    gradient = 1e3 * np.polyfit(at[near], temperature[near], 1)[0]
    assert len(checks) == 2
    assert all(check.get("reference") == pytest.approx(gradient, rel=0.05) for check in checks)


def test_turning_a_case_moves_sides_boxes_and_expressions():
    case = '[room]\nsize = [1, 2, 3]\n[room.sides]\nx_min = "symmetry"\n[physics]\ngravity = [1, "=x+y", 0]\n'
    text = turned_case(case, Orientation("yzx", "x"))
    assert 'y_max = "symmetry"' in text
    assert "=(1.0-y)+z" in text
    assert "-1" in text


def test_turned_fields_come_back():
    u, v, w = (np.arange(24.0).reshape(4, 3, 2) + 100 * n for n in range(3))
    turned = {name: np.flip(np.transpose(values, (1, 2, 0)), 1) for name, values in (("u", w), ("v", -u), ("w", v))}
    back = turned_back(turned, Orientation("yzx", "x"))
    for name, values in (("u", u), ("v", v), ("w", w)):
        np.testing.assert_array_equal(back[name], values)


def line(values):
    """Return a line of one metre along x."""
    zero = np.zeros(len(values))
    return Line("line", "u", "m/s", np.linspace(0.0, 1.0, len(values)), zero, zero, values)


def test_zigzag_sees_a_checkerboard_and_no_smooth_profile():
    at = np.linspace(0.0, 1.0, 21)
    smooth = 1.0 + 0.3 * at * (1.0 - at)
    assert line_statistic(line(smooth), "zigzag") < 1e-3
    rough = smooth + 0.1 * (-1.0) ** np.arange(21)
    assert line_statistic(line(rough), "zigzag") == pytest.approx(0.1 / rough.mean(), rel=0.02)


def test_sign_changes_of_a_line():
    values = np.cos(2.5 * np.pi * np.linspace(0.0, 1.0, 401))
    assert line_statistic(line(values), "falls") == pytest.approx(0.2, abs=1e-3)
    assert line_statistic(line(values), "rises") == pytest.approx(0.6, abs=1e-3)
    assert np.isnan(line_statistic(line(np.ones(5)), "rises"))


PROFILE = """
[[check]]
name = "a straight line"
kind = "profile"
runs = ["plain"]
line = "through"
file = "line.csv"
at = "x"
value = "T"
tolerance = 1e-6
"""
THROUGH = '[[monitor]]\nname = "through"\nkind = "line"\nquantity = "T"\nfrom = [0, 0.5, 0.5]\nto = [2, 0.5, 0.5]\n'


def test_one_page_shows_every_check_with_its_reason_and_the_profiles(tmp_path):
    folder = problem_folder(tmp_path, "15.1", CHECKS + PROFILE)
    case = folder / "plane_wall" / "case.toml"
    case.write_text("# A wall between two <baths>.\n" + CASE + THROUGH)
    (folder / "plane_wall" / "line.csv").write_text("# exact\nx,T\n0.5,27.5\n1.0,25\n1.5,22.5\n")
    assert run_validation(["plane_wall"], "quick", folder, tmp_path / "out") == 1
    page = (tmp_path / "out" / "dossier.html").read_text()
    assert "2 of 3 checks hold" in page
    assert "A wall between two &lt;baths&gt;." in page
    assert "missed: plane_wall: heat: 15" in page
    assert page.count("linear profile") == 3
    assert page.count("data:image/svg+xml") == 1
