"""Any key of any shipped case with any value: the case is read, checked and solved, or refused in one line."""

from __future__ import annotations

import functools
import json
import math
import re
import tomllib
import typing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from thermo.case import load
from thermo.case.schema import Case
from thermo.case.shipped import shipped_cases
from thermo.errors import CaseError, DivergedError
from thermo.run import preflight, run_case
from thermo.study import sweep_file

CASES = shipped_cases()
SOLVED = {"aisle": ["grid.cell=0.4"], "contained_aisle": ["grid.cell=0.4"], "crah_room": ["grid.cell=0.6"],
          "rack_72gpu": [], "abilene_hall": [], "tank_single_phase": [], "tank_two_phase": [],
          "abilene_air_evaporative": []}
"""Cases that a mutation is tried on up to its results, with what makes them quick."""
ODD = ["nan", "inf", "-inf", "0", "-1", "1", "1e-30", "1e30", "300", "true", '""', '"none"', '"1 K"', '"20 degC"',
       '"-5 kW"', '"0 m^3/s"', '"1e9 m"', '"5"', "[]", "[1]", "[1, 2, 3]", '["1 m", "2 m", "0 m"]', "{}", "{ a = 1 }",
       '"A1"', '"water"', '"§"']
LIKELY = ["0.5", "3", '"10 kW"', '"0.1 m"', '"1 Pa"', '"5 s"', '"10 K"', '"0.1 m^3/s"', '"1 kg/s"', "false"]
QUICK = {"deadline": None, "derandomize": True,
         "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]}


@functools.cache
def leaves(kind: str) -> list[tuple[str, object]]:
    """Every key of the resolved case that has a value, and that value."""
    return list(_leaves("", tomllib.loads(load(CASES[kind]).source_text)))


def _leaves(path: str, content):
    pairs = content.items() if isinstance(content, dict) else enumerate(content)
    for key, value in pairs:
        here = f"{path}.{key}" if path else str(key)
        if isinstance(value, dict) or (isinstance(value, list) and value and isinstance(value[0], dict)):
            yield from _leaves(here, value)
        yield here, value


@functools.cache
def absent(kind: str) -> list[str]:
    """Every key that a table of the resolved case may have and has not; of lists of tables the first."""
    content = tomllib.loads(load(CASES[kind]).source_text)
    found = [f"{path}.{key}" for path, table, there in _tables(Case, "", content)
             for key in set(table.keys()) - set(there)]
    return sorted(key.removeprefix(".") for key in found)


def _tables(table, path: str, there: dict):
    yield path, table, there
    for name, field in table.model_fields.items():
        key = field.alias or name
        content, here = there.get(key), f"{path}.{key}".removeprefix(".")
        if isinstance(content, list) and content and isinstance(content[0], dict):
            content, here = content[0], f"{here}.0"
        if isinstance(content, dict):
            for below in list(_models(field.annotation))[:1]:
                yield from _tables(below, here, content)


def _models(annotation):
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in typing.get_args(annotation):
        yield from _models(part)


def spelt(value) -> str:
    return json.dumps(value)


def mutated(value, draw) -> str:
    """Another value for a key: an odd one, or the old one made larger, smaller or negative, in its own unit."""
    number = re.match(r"^(-?[\d.]+(?:e-?\d+)?)(.*)$", value) if isinstance(value, str) else None
    if isinstance(value, bool) or not (number or isinstance(value, int | float)) or draw(st.booleans()):
        return draw(st.sampled_from(ODD))
    factor = draw(st.sampled_from([0.0, 0.01, 0.5, 0.9, 1.1, 2.0, 100.0, 1e6, -1.0]))
    if number:
        return spelt(f"{float(number[1]) * factor:.6g}{number[2]}")
    return repr(value * factor)


@st.composite
def mutations(draw, kinds=tuple(CASES)):
    kind = draw(st.sampled_from(kinds))
    key, value = draw(st.sampled_from(leaves(kind)))
    return kind, f"{key}={mutated(value, draw)}"


@st.composite
def additions(draw):
    """A key that a table does not have yet."""
    kind = draw(st.sampled_from(tuple(CASES)))
    return kind, f"{draw(st.sampled_from(absent(kind)))}={draw(st.sampled_from([*ODD, *LIKELY]))}"


def is_one_line(problem: Exception) -> bool:
    return 10 < len(str(problem)) < 2000 and "\n" not in str(problem) and "Traceback" not in str(problem)


@given(mutation=mutations())
@settings(max_examples=150, **QUICK)
def test_a_mutated_case_is_read_or_refused_in_one_line(mutation):
    kind, override = mutation
    try:
        load(CASES[kind], [override])
    except CaseError as problem:
        assert is_one_line(problem), problem


@given(mutation=additions())
@settings(max_examples=150, **QUICK)
def test_a_key_more_is_read_or_refused_in_one_line(mutation):
    kind, override = mutation
    try:
        load(CASES[kind], [override])
    except CaseError as problem:
        assert is_one_line(problem), problem


def test_the_keys_of_every_kind_of_table_are_tried():
    """What the walk over the schema finds: tables of all coolings, of networks, money and time among them."""
    tried = {re.sub(r"\.\d+", "", key) for kind in CASES for key in absent(kind)}
    tried |= {re.sub(r"\.\d+", "", key) for kind in CASES for key, _ in leaves(kind)}
    for key in ("network.pump.", "money.capex.", "immersion.", "time.", "event.lasts", "rack.server.", "liquid."):
        assert any(each.startswith(key) for each in tried), key


@given(mutation=mutations())
@settings(max_examples=25, **QUICK)
def test_what_is_read_can_be_checked(mutation):
    kind, override = mutation
    try:
        report = preflight(load(CASES[kind], [override]))
    except (CaseError, DivergedError) as problem:
        assert is_one_line(problem), problem
    else:
        assert all(math.isfinite(value) for value in report.values())


@pytest.mark.slow
@given(mutation=mutations(tuple(SOLVED)))
@settings(max_examples=12, **QUICK)
def test_what_is_read_is_solved_without_a_nan_or_said_to_fail(mutation, tmp_path_factory):
    kind, override = mutation
    out = tmp_path_factory.mktemp("out")
    few = [*SOLVED[kind], "solve.max_iterations=6"] if "solve.max_iterations" not in override else SOLVED[kind]
    try:
        status = run_case(CASES[kind], out, "cpu", "single", [*few, override])
    except (CaseError, DivergedError) as problem:
        assert is_one_line(problem), problem
    else:
        assert status in (0, 1, 3)
        json.loads((out / "summary.json").read_text(), parse_constant=pytest.fail)


SWEEPS = sorted((next(iter(CASES.values())).parents[1] / "sweeps").glob("*.toml"))


KEYS = ["cases", "case", "method", "samples", "seed", "outputs"]


@given(file=st.sampled_from(SWEEPS), key=st.sampled_from(KEYS), value=st.sampled_from([None, *ODD]))
@settings(max_examples=40, **QUICK)
def test_a_mutated_sweep_is_read_or_refused_in_one_line(file, key, value, tmp_path):
    lines = [line for line in file.read_text().splitlines() if not re.match(rf"^{key}\s*=", line)]
    place = next(number for number, line in enumerate(lines) if line.startswith("[")) if lines else 0
    copy = file.parent / file.name
    text = "\n".join(lines if value is None else [*lines[:place], f"{key} = {value}", *lines[place:]])
    mutant = tmp_path / copy.name
    mutant.write_text(text.replace("../review/", f"{file.parents[1] / 'review'}/"))
    try:
        sweep_file.load(mutant)
    except CaseError as problem:
        assert is_one_line(problem), problem
