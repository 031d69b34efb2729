"""Traces: the kinds of table, what is refused, the shipped ones against the figures their makers give."""

import numpy as np
import pytest

from thermo.case.shipped import cases_directory, trace_file
from thermo.errors import CaseError
from thermo.load import trace


def write(folder, text, name="t.csv"):
    file = folder / name
    file.write_text(text)
    return file


def test_requests_are_binned_by_their_tokens(tmp_path):
    file = write(tmp_path, "# mine\nt_s,input_tokens,output_tokens\n0,1,10\n5,1,20\n12,1,30\n21,1,40\n")
    series = trace.read(file, step=10.0)
    assert series.step == 10.0
    np.testing.assert_allclose(series.values, [3.0, 3.0])


def test_rates_keep_their_step(tmp_path):
    file = write(tmp_path, "t_s,a_per_s,b_per_s\n0,1,5\n60,2,6\n120,3,7\n")
    np.testing.assert_allclose(trace.read(file, "b_per_s").values, [5.0, 6.0, 7.0])
    assert trace.read(file, "a_per_s").step == 60.0


def test_power_says_that_it_is_power(tmp_path):
    assert trace.read(write(tmp_path, "t_s,power_w\n0,100\n2,200\n4,300\n")).power


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("time,output_tokens\n0,1\n1,2\n", "first column must be t_s"),
        ("t_s,output_tokens\n0,1\n100,x\n", "line 3: output_tokens is missing or not a number"),
        ("t_s,a_per_s,b_per_s\n0,1,5\n60,2,6\n", "choose one of a_per_s, b_per_s"),
        ("t_s,a_per_s\n0,1\n0,2\n", "must rise"),
        ("t_s,a_per_s\n0,1\n60,-2\n", "must not be negative"),
        ("t_s,a_per_s\n0,1\n60,nan\n", "not finite"),
        ("t_s,output_tokens\n0,1\n1,2\n", "fewer than two steps"),
        ("t_s\n", "no rows"),
    ],
)
def test_bad_tables_name_the_line_or_the_cure(text, said, tmp_path):
    with pytest.raises(CaseError, match=said):
        trace.read(write(tmp_path, text))


def test_another_step_keeps_the_mean():
    series = trace.Series(600.0, np.array([1.0, 4.0, 1.0, 2.0, 2.0, 8.0]))
    np.testing.assert_allclose(trace.on_step(series, 1800.0), [2.0, 4.0])
    np.testing.assert_allclose(trace.on_step(series, 300.0), np.repeat(series.values, 2))


@pytest.mark.parametrize("name", sorted(file.name for file in (cases_directory() / "traces").glob("*.csv.gz")))
def test_shipped_tables_state_origin_and_licence(name):
    import gzip

    with gzip.open(cases_directory() / "traces" / name, "rt") as file:
        head = file.read(2000)
    assert "\n# origin: " in head and "\n# licence: " in head
    assert name.split(".")[0] in (cases_directory() / "traces" / "README.md").read_text()


def test_shipped_requests_are_those_of_the_source(tmp_path):
    """Azure conversation 2023: 19366 requests; the data set's readme and paper give them for one hour."""
    series = trace.read(trace_file("azure_2023_conversation.csv", tmp_path))
    assert series.values.size == 58
    assert series.values.mean() * 60 == pytest.approx(69.3e3, rel=0.02)


@pytest.mark.parametrize("name", sorted(file.name for file in (cases_directory() / "traces").glob("*.csv.gz")
                                        if not file.name.startswith("grid_")))  # fmt: skip
def test_every_shipped_trace_can_be_read(name):
    series = trace.read(cases_directory() / "traces" / name)
    assert series.step > 0.0 and series.values.size > 10 and series.values.mean() > 0.0
    assert series.power == ("training" in name)


def test_a_reading_that_comes_twice_counts_once(tmp_path):
    file = tmp_path / "twice.csv"
    file.write_text("t_s,power_w\n0,100\n2,200\n2,200\n4,300\n6,400\n")
    np.testing.assert_allclose(trace.read(file).values, [100.0, 200.0, 300.0, 400.0])
    file.write_text("t_s,power_w\n0,100\n2,200\n2,250\n4,300\n")
    with pytest.raises(CaseError, match="must rise"):
        trace.read(file)
    file.write_text("t_s,power_w\n2,200\n2,200\n")
    with pytest.raises(CaseError, match="must rise"):
        trace.read(file)
