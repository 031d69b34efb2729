"""Turbulence models and wall functions on flows whose answer is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kernels.backend import CpuBackend
from thermo import air
from thermo.case import load

CHANNEL = Path(__file__).resolve().parents[2] / "validation" / "channel" / "case.toml"


def solve(file, *overrides):
    """Return cell fields and summary of a case solved in double precision."""
    result, status = air.solve(load(file, overrides), CpuBackend("double", threads=1), lambda *_: None)
    assert status == "converged"
    return {name: field.values for name, field in result.fields.cells.items()}, result.summary


@pytest.mark.parametrize("cells", [4, 8, 16])
def test_wall_functions_do_not_depend_on_where_the_first_cell_lies(cells):
    """First centres at y+ 49, 25 and 12: the centre of the channel moves at its simulated speed within 5 %."""
    fields, _ = solve(CHANNEL, f"grid.cells=[1, 1, {cells}]", "monitor=[]")
    assert fields["u"][-1, 0, 0] == pytest.approx(20.1, rel=0.05)


def test_turbulence_in_equilibrium_at_the_wall():
    """Where production and dissipation balance, k+ is 1/sqrt(C_mu)."""
    fields, _ = solve(CHANNEL, "fluid.viscosity=1e-4", "initial.velocity=[25, 0, 0]", "monitor=[]")
    assert np.isclose(fields["k"][0, 0, 0], 0.09**-0.5, rtol=0.05)
