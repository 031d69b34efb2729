"""The sources in the manufactured cases are those that their script derives."""

from __future__ import annotations

import runpy

import pytest

from thermo.case import load
from thermo.validate import problems_directory


@pytest.mark.parametrize("problem", ["manufactured", "manufactured_oil"])
def test_the_case_holds_the_derived_sources(problem):
    pytest.importorskip("sympy")
    folder = problems_directory()
    script = runpy.run_path(str(folder / "manufactured" / "derive.py"))
    su, sv, heat = (script["expression"](term).removeprefix("=") for term in script["sources"](problem))
    physics = load(folder / problem / "case.toml").physics
    assert (physics.momentum_source[0].text, physics.momentum_source[2].text, physics.heat_source.text) == (su, sv, heat)  # noqa: E501
