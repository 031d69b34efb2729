"""The quick tier of ``thermo validate``, problem by problem: each must meet its references."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
PROBLEMS = sorted(file.parent.name for file in (ROOT / "validation").glob("*/checks.toml"))


@pytest.mark.parametrize("name", PROBLEMS)
def test_validation_problem_meets_its_references(name, capsys):
    from thermo.validate import run_validation

    status = run_validation([name], "quick")
    assert status == 0, capsys.readouterr().out
