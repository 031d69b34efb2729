"""The reference of the convection rolls is what its script finds."""

from __future__ import annotations

import csv
import runpy

import pytest

from thermo.validate import problems_directory


@pytest.mark.parametrize("prandtl", [0.71, 300.0])
def test_the_reference_is_the_spectral_solution(prandtl):
    folder = problems_directory() / "rolls"
    rows = csv.DictReader(line for line in (folder / "spectral.csv").open() if not line.startswith("#"))
    wanted = {float(row["Ra"]): float(row["Nu"]) for row in rows if float(row["Pr"]) == prandtl}
    found = runpy.run_path(str(folder / "spectral.py"))["table"](prandtl, 8, 18, (3000.0, 5000.0))
    assert found == pytest.approx({ra: wanted[ra] for ra in found}, rel=1e-4)
