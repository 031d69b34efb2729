"""Progress: quiet in a pipe, live on a terminal, and a table at the end of either."""

import io
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from sample_result import sample

from thermo.output import closing
from thermo.output.console import Progress

CASE = SimpleNamespace(
    name="aisle", title="Half aisle", solve=SimpleNamespace(tolerance_balance=1e-4, tolerance_update=1e-4)
)
DEVICE = SimpleNamespace(name="cpu", device="2 cores")
PATHS = {name: Path("results") / "aisle" / name for name in ("fields.h5", "summary.json", "report.html")}


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


def march(progress):
    for level in range(2):
        for check in range(1, 6):
            defect = 0.1 * 0.3**check
            progress.update(10 * check, level, 2, {"mass": defect, "heat": 5 * defect}, {"[rack] A1": 23.0 + check})


def test_a_pipe_gets_one_line_for_each_grid_and_the_notes():
    stream = io.StringIO()
    with Progress(CASE, DEVICE, stream=stream) as progress:
        march(progress)
        progress.note("the flow [wanders]")
    lines = stream.getvalue().splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("grid 1/2: 50 iterations, ")
    assert lines[0].endswith("; mass 2.4e-04, heat 1.2e-03")
    assert progress.lines == ["case aisle: Half aisle", "backend cpu: 2 cores", lines[0], lines[1], lines[2]]


def test_a_terminal_sees_grid_defects_monitors_and_time_left():
    stream = Terminal()
    with Progress(CASE, DEVICE, compiling=True, stream=stream) as progress:
        march(progress)
        progress._live.refresh()
        progress.note("said [in] passing")
    shown = stream.getvalue()
    for words in ("compiling the kernels", "grid 2/2", "iteration 50", "mass 2.4e-04", "[rack] A1 28", " left"):
        assert words in shown
    assert "said [in] passing" in shown


def test_the_display_is_taken_down_when_the_run_breaks():
    with pytest.raises(KeyboardInterrupt), Progress(CASE, DEVICE, stream=Terminal()) as progress:
        march(progress)
        raise KeyboardInterrupt
    assert progress._live is None
    assert progress.lines[-1].startswith("grid 2/2")


def test_the_closing_table(capsys):
    with Progress(CASE, DEVICE, stream=io.StringIO()) as progress:
        progress.finish(sample(with_fields=False), PATHS)
    text = capsys.readouterr().out
    assert "EXCEEDED  Hottest point of any rack intake: 35.2 °C, limit 32.0 °C" in text
    assert "A1        10.0      23.69 ± 0.31        35.2        35.7   0.690" in text
    assert "heat balance closed to 0.002 %, PUE 1.256" in text
    assert "note: chiller: 412 h" in text
    assert f"results in {PATHS['report.html'].parent}" in text


def test_limits_are_told_with_their_uncertainty():
    row = {"name": "rack_inlet_max", "value": 33.4, "limit": 35.0, "met": True}
    line = "met       Hottest point of any rack intake: 33.4"
    assert closing.text({"limits": [row]}, {}).strip() == f"{line} °C, limit 35.0 °C"
    unsure = closing.text({"limits": [row | {"uncertainty": 17.0}]}, {}).strip()
    assert unsure == f"{line} ± 17.0 °C, limit 35.0 °C, met by less than its uncertainty"
    assert "less than" not in closing.text({"limits": [row | {"uncertainty": 1.5}]}, {})


def test_the_closing_table_names_the_hottest_of_many(capsys):
    result = sample(with_fields=False, with_year=False)
    racks = [{"name": f"R{i:03d}", "inlet_max_C": 20.0 + i / 10} for i in range(50)]
    result.summary["racks"] = racks
    result.summary["run"] = {"converged": False, "status": "wandering"}
    with Progress(CASE, DEVICE, stream=io.StringIO()) as progress:
        progress.finish(result, {})
    text = capsys.readouterr().out
    assert "NOT CONVERGED (wandering)" in text
    assert "R049" in text
    assert "R001" not in text
    assert "the 12 hottest of 50 racks" in text


def test_a_stream_of_few_letters_is_no_error(monkeypatch):
    memory = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(memory, encoding="ascii"))
    with Progress(CASE, DEVICE, stream=io.StringIO()) as progress:
        progress.finish(sample(with_fields=False, with_year=False), {})
    assert b"intake: 35.2 ?C" in memory.getvalue()


def test_rich_and_matplotlib_are_left_alone_until_needed():
    code = "import sys, thermo.output.console; print({'rich', 'matplotlib', 'h5py', 'scipy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
