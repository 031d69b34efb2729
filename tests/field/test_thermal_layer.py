"""Cells on heated faces, and the estimate of the layers there."""

import numpy as np
import pytest

from thermo.case import CaseError, load
from thermo.field.grid import make_grid
from thermo.field.properties import fluid_properties
from thermo.field.thermal_layer import cells_across, heated_faces, layer_flags, layer_report, layer_thickness

OIL = """
[case]
name = "block_in_oil"
cooling = "air"
[room]
size = [0.4, 0.1, 0.5]
[fluid]
density = 850.0
heat_capacity = 2000.0
viscosity = 0.0085
conductivity = 0.13
expansion = 7e-4
reference_temperature = 300.0
[physics]
turbulence = "laminar"
buoyancy = true
[grid]
cell = 0.02
{grid}
[[obstacle]]
name = "heater"
from = [0.1, 0.0, 0.1]
to = [0.16, 0.1, 0.4]
{heat}
[room.sides]
z_max = {{ kind = "wall", temperature = 300.0 }}
"""


def _case(tmp_path, grid="", heat="temperature = 330.0"):
    path = tmp_path / "case.toml"
    path.write_text(OIL.format(grid=grid, heat=heat))
    return load(path)


def test_faces_of_block_and_side(tmp_path):
    faces = heated_faces(_case(tmp_path))
    block = [(face.axis, face.side, face.position) for face in faces if face.name == "heater"]
    assert block == [(0, 1, 0.16), (0, -1, 0.1), (2, 1, 0.4), (2, -1, 0.1)]  # front and back stand on sides
    assert [(face.name, face.side) for face in faces if face.name != "heater"] == [("z_max", -1)]


def test_first_cell_and_growth(tmp_path):
    grid = make_grid(_case(tmp_path, "heated_face_cell = 0.001"))
    for face in (f for f in heated_faces(_case(tmp_path)) if f.name == "heater"):
        assert cells_across(face, grid, 0.001) == pytest.approx(1.0, rel=1e-6)
    assert grid.report()["largest_growth"] < 1.45
    coarse = make_grid(_case(tmp_path, "heated_face_cell = 0.001"), 2)
    assert np.diff(coarse.x_nodes).min() == pytest.approx(0.002, rel=1e-6)


def test_layer_of_given_temperature_and_of_its_heat_agree(tmp_path):
    """The flux that a plate of 30 K gives off by the law is that of a layer as thick as at 30 K."""
    case = _case(tmp_path)
    fluid, face = fluid_properties(case), heated_faces(case)[1]
    thickness = layer_thickness(face, fluid)
    flux = 0.13 * 30.0 / thickness
    power = flux * 2 * (0.1 * 0.3 + 0.06 * 0.1)
    warm = _case(tmp_path, heat=f"power = {power}\nmaterial = {{ conductivity = 200.0 }}")
    assert layer_thickness(heated_faces(warm)[1], fluid) == pytest.approx(thickness, rel=1e-3)


def test_layer_against_similarity_solution(tmp_path):
    """Mean Nu = 0.653 Ra^(1/4) at Pr 100 (similarity equations of Ostrach 1953); the correlation is good to 5 %."""
    case = _case(tmp_path)
    fluid, face = fluid_properties(case), heated_faces(case)[1]
    rayleigh = 9.81 * 7e-4 * 30.0 * 0.3**3 * 850.0 * 2000.0 / (0.0085 / 850.0 * 0.13)
    assert 0.3 / layer_thickness(face, fluid) == pytest.approx(0.653 * rayleigh**0.25, rel=0.05)


def test_report_and_flag(tmp_path):
    coarse, fine = _case(tmp_path), _case(tmp_path, "heated_face_cell = 0.0003")
    found = layer_report(coarse, make_grid(coarse), fluid_properties(coarse))
    assert 0.001 < found["thinnest_layer_m"] < 0.01
    assert found["cells_across_layer"] < 1.0
    assert "heated_face_cell" in layer_flags(coarse, make_grid(coarse), fluid_properties(coarse))[0]
    assert layer_flags(fine, make_grid(fine), fluid_properties(fine)) == []


@pytest.mark.parametrize(("grid", "heat", "message"), [
    ("heated_face_cell = 0.05", "temperature = 330.0", "wider than cell"),
    ("heated_face_cell = 0.001", "", "heated_face_cell"),
])
def test_no_silent_key(tmp_path, grid, heat, message):
    text = OIL.format(grid=grid, heat=heat)
    if not heat:
        text = text.split("[room.sides]")[0]
    (tmp_path / "case.toml").write_text(text)
    with pytest.raises(CaseError, match=message):
        load(tmp_path / "case.toml")


def test_fins_on_a_heated_block_are_heated_too(tmp_path):
    """What conducts heat from a heated block heats the fluid, also through other blocks; what stands apart does not."""
    fins = """power = "10 W"
material = "copper"
[[obstacle]]
name = "fin"
from = [0.16, 0.0, 0.2]
to = [0.26, 0.02, 0.3]
material = "copper"
[[obstacle]]
name = "tip"
from = [0.26, 0.0, 0.2]
to = [0.28, 0.02, 0.3]
material = "copper"
[[obstacle]]
name = "corner"
from = [0.16, 0.0, 0.4]
to = [0.26, 0.02, 0.45]
material = "copper"
[[obstacle]]
name = "apart"
from = [0.32, 0.0, 0.2]
to = [0.34, 0.02, 0.3]
material = "copper"
"""
    case = _case(tmp_path, "heated_face_cell = 0.002", fins)
    names = {face.name for face in heated_faces(case)}
    assert names == {"heater", "fin", "tip", "z_max"}
    side = next(face for face in heated_faces(case) if face.name == "fin" and face.axis == 1)
    assert cells_across(side, make_grid(case), 0.002) == pytest.approx(1.0, rel=1e-6)
    assert side.flux is None and side.temperature is None
