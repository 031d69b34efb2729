"""Turbulence models and wall functions on flows whose answer is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kernels.backend import CpuBackend
from thermo import air
from thermo.case import load
from thermo.errors import CaseError

VALIDATION = Path(__file__).resolve().parents[2] / "validation"
CHANNEL, WALL_HEAT, TALL_CAVITY = (VALIDATION / name / "case.toml" for name in ("channel", "wall_heat", "tall_cavity"))


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


def test_a_conducting_plate_adds_its_own_resistance_to_the_film():
    """1 W/m2 through 0.1 m of 0.1 W/m/K with a contact of 0.5 m2K/W: the fluid is 1.5 K warmer, film unchanged."""
    bare, _ = solve(WALL_HEAT, "monitor=[]")
    plate, _ = solve(
        WALL_HEAT, "monitor=[]", "room.size=[1, 1, 1.1]", "room.origin=[0, 0, -0.1]",
        "grid.z=[-0.1, -0.05, 0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]",
        'obstacle=[{name="plate", from=[0, 0, -0.1], to=[1, 1, 0], contact_resistance=0.5, '
        "material={conductivity=0.1, density=1, heat_capacity=1}}]",
    )
    np.testing.assert_allclose(plate["T"][2:], bare["T"] + 1.5, atol=1e-5)


def test_laminar_limit_of_lvel():
    """Far below transition the law of the wall is u+ = y+: Poiseuille flow within the grid error of 12 cells."""
    lvel, laminar = (
        solve(CHANNEL, "grid.cells=[1, 1, 12]", "monitor=[]", "fluid.viscosity=2", "initial.velocity=[0, 0, 0]",
              f'physics.turbulence="{model}"')[0]["u"] for model in ("lvel", "laminar"))
    np.testing.assert_allclose(lvel, laminar, rtol=1e-4)


@pytest.mark.parametrize("model", ["k-epsilon", "rng-k-epsilon"])
def test_k_epsilon_models_agree_on_a_channel(model):
    """Both are tuned to simple shear flow: the centre of the channel at Re_tau 590 within 3 % of the simulation."""
    fields, _ = solve(CHANNEL, "grid.cells=[1, 1, 7]", "monitor=[]", "fluid.viscosity=1.694915e-3",
                      f'physics.turbulence="{model}"')
    assert fields["u"][-1, 0, 0] == pytest.approx(21.26, rel=0.03)


@pytest.mark.parametrize("cells", [4, 8, 16])
def test_two_layers_do_not_depend_on_where_the_first_cell_lies(cells):
    """First centres at y+ 49, 25 and 12: the centre of the channel moves at its simulated speed within 7 %."""
    fields, _ = solve(CHANNEL, f"grid.cells=[1, 1, {cells}]", "monitor=[]", 'physics.wall="two-layer"')
    assert fields["u"][-1, 0, 0] == pytest.approx(20.1, rel=0.07)


@pytest.mark.parametrize("wall", ["two-layer", "two-layer-natural"])
def test_two_layers_are_laminar_at_low_reynolds_number(wall):
    """Where k dies out nothing but the fluid's own viscosity is left: Poiseuille flow, ``(z - z^2/2) / 2``, at the cell
    centres exactly, for the gradient at the wall is of second order."""
    fields, _ = solve(CHANNEL, "grid.cells=[1, 1, 12]", "monitor=[]", "fluid.viscosity=2", "initial.velocity=[0, 0, 0]",
                      f'physics.wall="{wall}"')
    centre = (np.arange(12) + 0.5) / 12
    np.testing.assert_allclose(fields["u"][:, 0, 0], (centre - centre**2 / 2) / 2, rtol=3e-4)


@pytest.mark.parametrize("model", ["lvel", "laminar"])
def test_wall_treatment_belongs_to_k_epsilon(model):
    with pytest.raises(CaseError, match="wall concerns"):
        load(CHANNEL, [f'physics.turbulence="{model}"', 'physics.wall="two-layer"'])


@pytest.mark.parametrize(("case", "more", "flagged"), [
    (TALL_CAVITY, [], True), (TALL_CAVITY, ['physics.wall="two-layer"'], False), (WALL_HEAT, [], False)])
def test_cells_inside_the_viscous_layer_are_flagged(case, more, flagged):
    """Both walls of the cavity have their first centre at y+ 7, the wall of the channel at y+ 100."""
    _, summary = solve(case, "monitor=[]", *more)
    assert any("viscous layer" in flag for flag in summary["run"]["flags"]) == flagged
