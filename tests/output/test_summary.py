"""summary.json is strict JSON in the order of the contract."""

import copy
import json

import numpy as np
import pytest
from sample_result import sample, summary, year

from thermo.errors import OutputError
from thermo.output.summary import CONTRACT, ordered, text


def _refuse_constant(name):
    raise AssertionError(f"{name} is not JSON")


def test_numpy_numbers_become_plain_numbers():
    read = json.loads(text(sample().summary), parse_constant=_refuse_constant)
    assert read["run"]["cells"] == 960
    assert isinstance(read["run"]["cells"], int)
    assert read["racks"][0]["power_W"] == 10000.0


def test_the_order_is_the_contracts():
    shuffled = dict(reversed(list(summary(year()).items())))
    shuffled["run"] = dict(reversed(list(shuffled["run"].items())))
    read = json.loads(text(shuffled))
    assert list(read) == ["schema", *(key for key in CONTRACT if key in shuffled)]
    assert list(read["run"]) == [key for key in CONTRACT["run"] if key in shuffled["run"]]


def test_what_does_not_apply_is_absent():
    given = {"case": {"name": "a", "file": None}, "racks": [], "liquid": None, "water": {}}
    assert ordered(given) == {"schema": "thermo-summary/1", "case": {"name": "a"}}


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), np.float32("nan"), np.array([1.0, -np.inf])])
def test_numbers_that_are_not_finite_are_refused_by_name(bad):
    given = copy.deepcopy(summary(None))
    given["racks"][2]["inlet_max_C"] = bad
    with pytest.raises(OutputError, match=r"racks\[2\]\.inlet_max_C.* not a finite number"):
        text(given)


@pytest.mark.parametrize(
    ("section", "key", "message"),
    [
        ("metrics", "PUE", r"unknown key metrics\.PUE; the contract has pue"),
        ("metric", "pue", "unknown section 'metric'"),
    ],
)
def test_keys_outside_the_contract_are_refused(section, key, message):
    with pytest.raises(OutputError, match=message):
        text({section: {key: 1.2}})


def test_another_schema_is_refused():
    with pytest.raises(OutputError, match="thermo-summary/9"):
        text({"schema": "thermo-summary/9"})


def test_objects_are_refused():
    with pytest.raises(OutputError, match="complex"):
        text({"metrics": {"pue": 1j}})
