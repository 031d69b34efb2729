"""Plates of a case by their design: from the file to the temperatures over the die; what is refused."""

import h5py
import numpy as np
import pytest

from kernels.backend import make_backend
from thermo import liquid
from thermo.case import load
from thermo.case.shipped import shipped_cases
from thermo.errors import CaseError
from thermo.output import hdf5, plate_charts
from thermo.output.figure import style

CASE = shipped_cases()["cold_plate"]
COARSE = "liquid.rack.tray.test.plate.GPU.design.cell=5 mm"


@pytest.fixture(scope="module")
def solved():
    result, status = liquid.solve(load(CASE, [COARSE]), make_backend("cpu", "double"), None)
    assert status == "converged"
    return result


def test_the_summary_has_the_hottest_chip_of_the_map(solved):
    (plate,) = solved.plates
    assert plate.kind == "test GPU" and plate.power == 1200.0
    assert plate.junction.shape == (1, plate.y_nodes.size - 1, plate.x_nodes.size - 1)
    assert plate.x_nodes[-1] - plate.x_nodes[0] == pytest.approx(0.0408)
    found = plate.junction.max() - 273.15
    assert solved.summary["chips"]["max_C"] == pytest.approx(found, abs=0.01 * (found - 45.0))
    assert any("plates with a design" in line.lower() for line in solved.sources)


def test_single_precision_finds_the_same(solved):
    single, _ = liquid.solve(load(CASE, [COARSE]), make_backend("cpu", "single"), None)
    np.testing.assert_allclose(single.plates[0].junction, solved.plates[0].junction, atol=0.02)


def test_the_map_is_in_the_file_and_in_the_report(solved, tmp_path):
    hdf5.write(tmp_path / "fields.h5", solved, {}, "{}")
    with h5py.File(tmp_path / "fields.h5") as file:
        group = file["plates/test GPU"]
        np.testing.assert_array_equal(group["junction"][0], solved.plates[0].junction[0])
        assert group["junction"].attrs["units"] == "K" and group.attrs["power_W"] == 1200.0
        curve = group["curve"]
        assert (np.diff(curve["resistance_K_W"]) < 0.0).all() and (np.diff(curve["pressure_drop_Pa"]) > 0.0).all()
    with style():
        picture, curves = plate_charts.junctions(solved), plate_charts.curves(solved)
    assert "test GPU: " in curves.alt and "kPa at 1.80 L/min" in curves.alt
    assert picture.uri.startswith("data:image/png") and "rack 1 test 1 GPU 1: 1200 W" in picture.alt


DESIGN = "liquid.rack.tray.test.plate.GPU.design"


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["liquid.rack.tray.test.plate.GPU.record=OCP 1 kW OAM PG25"], "pressure_drop is missing: a record"),
        (["liquid.rack.tray.test.plate.GPU.pressure_drop=20 kPa"], "pressure_drop has no effect with design"),
        ([f"{DESIGN}.fins.slot=2 mm"], 'slot has no effect with arrangement = "split"'),
        ([f"{DESIGN}.fins.arrangement=impinging"], "an impinging flow needs slot"),
        ([f"{DESIGN}.fins.size=[0.07, 0.04]"], "the length of fins.size is more than that of base.size"),
        ([f"{DESIGN}.power_map=[[1, 2], [3]]"], "power_map must have rows of equal length"),
        ([f"{DESIGN}.lid.size=[0.05, 0.05]", f"{DESIGN}.lid.thickness=2 mm"], "lid and lid_interface belong together"),
        ([f"{DESIGN}.base.material={{conductivity = 300}}"], "needs density and heat_capacity"),
        ([f"{DESIGN}.base.size=[0.03, 0.03]", f"{DESIGN}.fins.size=[0.03, 0.03]"], "is larger than what lies on it"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(overrides, message):
    with pytest.raises(CaseError, match=message.replace("(", r"\(")) as refused:
        liquid.solve_loop(load(CASE, overrides))
    assert str(refused.value).count("\n") == 0


def test_a_lid_makes_the_chip_hotter(solved):
    lid = [COARSE, f"{DESIGN}.lid={{size = [0.055, 0.055], thickness = 0.002}}",
           f"{DESIGN}.lid_interface={{thickness = 0.0001, conductivity = 6}}"]
    technology = liquid.solve_loop(load(CASE, lid))
    assert technology.chip_temperature.max() - 273.15 > solved.summary["chips"]["max_C"] + 3.0
