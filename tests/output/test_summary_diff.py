"""Two summaries: what agrees, what differs and by how much, and which keys of the case made it."""

import json

import pytest
from sample_result import sample

from thermo import cli, output
from thermo.errors import CaseError
from thermo.output.summary_diff import MOST, compare, text

pytestmark = pytest.mark.usefixtures("no_report")


def write(folder, name, pue=None, case=""):
    result = sample(with_fields=False)
    if pue is not None:
        result.summary["metrics"]["pue"] = pue
    object.__setattr__(result, "case_text", f"{result.case_text}\n{case}")
    output.write(result, folder / name)
    return folder / name


def status(*arguments):
    with pytest.raises(SystemExit) as ended:
        cli.main(["diff", *map(str, arguments)])
    return ended.value.code


def test_a_run_agrees_with_itself(tmp_path, capsys):
    directory = write(tmp_path, "a")
    assert status(directory, directory) == 0
    assert "figures of the summaries agree" in capsys.readouterr().out


def test_one_figure_and_its_cause(tmp_path, capsys):
    a, b = write(tmp_path, "a", 1.25), write(tmp_path, "b", 1.30, '[money]\nwater_price = 2')
    assert status(a, b) == 1
    out = capsys.readouterr().out
    assert "money.water_price: – -> 2" in out
    assert "metrics.pue" in out and "+4 %" in out and "1 of " in out


def test_tolerances(tmp_path):
    a, b = write(tmp_path, "a", 1.25), write(tmp_path, "b", 1.2501)
    assert status(a, b, "--rtol", "1e-3") == 0
    assert status(a, b, "--atol", "1e-3") == 0
    assert status(a, b) == 1
    assert status(a / "summary.json", b / "summary.json") == 1


def test_same_case_says_so(tmp_path):
    a, b = write(tmp_path, "a", 1.25), write(tmp_path, "b", 1.30)
    assert "the cases are the same" in text(compare(a, b))


def test_it_stays_one_screen(tmp_path):
    a, b = write(tmp_path, "a"), write(tmp_path, "b")
    summary = json.loads((b / "summary.json").read_text())
    summary["racks"] = [{"name": f"R{i}", "power_W": float(i)} for i in range(200)]
    (b / "summary.json").write_text(json.dumps(summary))
    shown = text(compare(a, b)).splitlines()
    assert len(shown) < MOST + 10 and any("smaller changes" in line for line in shown)


def test_what_is_no_result_is_one_line(tmp_path, capsys):
    with pytest.raises(CaseError, match="no results directory"):
        compare(tmp_path, tmp_path)
    assert status(tmp_path, tmp_path) == 2
    assert capsys.readouterr().err.count("\n") == 1
