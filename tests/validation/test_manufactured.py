"""The sources in the manufactured case are those that its script derives."""

from __future__ import annotations

import runpy

import pytest

from thermo.case import load
from thermo.validate import problems_directory


def test_the_case_holds_the_derived_sources():
    pytest.importorskip("sympy")
    folder = problems_directory() / "manufactured"
    script = runpy.run_path(str(folder / "derive.py"))
    su, sv, heat = (script["expression"](term).removeprefix("=") for term in script["sources"]())
    physics = load(folder / "case.toml").physics
    assert (physics.momentum_source[0].text, physics.momentum_source[2].text, physics.heat_source.text) == (su, sv, heat)  # noqa: E501
