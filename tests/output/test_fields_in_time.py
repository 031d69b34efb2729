"""fields.h5 of a time-dependent run: every reader finds every moment."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from sample_result import sample

import thermo.output

pytestmark = pytest.mark.usefixtures("no_report")
TIMES = (0.0, 10.0, 25.0)


@pytest.fixture(scope="module")
def written(tmp_path_factory, no_report):
    result = sample()
    cells = result.fields.cells
    mean = dataclasses.replace(cells["T"], long_name="time mean of temperature")
    earlier = tuple({name: variable.values + shift for name, variable in cells.items() if name != "object"}
                    for shift in (np.float32(-2.0), np.float32(-1.0)))
    fields = dataclasses.replace(result.fields, cells={**cells, "T_mean": mean}, times=TIMES, earlier=earlier)
    result = dataclasses.replace(result, fields=fields)
    return result, thermo.output.write(result, tmp_path_factory.mktemp("run"))


@pytest.mark.parametrize("engine", ["h5netcdf", "netcdf4"])
def test_xarray_reads_every_moment(written, engine):
    xarray = pytest.importorskip("xarray")
    result, files = written
    with xarray.open_dataset(files["fields.h5"], engine=engine) as data:
        np.testing.assert_array_equal(data["time"], TIMES)
        final = result.fields.cells["T"].values
        np.testing.assert_array_equal(data["T"].values, np.stack([final - 2, final - 1, final]))
        np.testing.assert_array_equal(data["object"].values[0], data["object"].values[2])
        assert np.isnan(data["T_mean"].values[:2]).all()
        np.testing.assert_array_equal(data["T_mean"].values[2], final)


def test_vtkhdf_reader_steps_through_time(written):
    vtk = pytest.importorskip("vtk")
    if (vtk.vtkVersion.GetVTKMajorVersion(), vtk.vtkVersion.GetVTKMinorVersion()) < (9, 7):
        pytest.skip("VTKHDF rectilinear grids need VTK 9.7")
    from vtk.util.numpy_support import vtk_to_numpy

    result, files = written
    reader = vtk.vtkHDFReader()
    reader.SetFileName(str(files["fields.h5"]))
    reader.UpdateInformation()
    assert reader.GetNumberOfSteps() == 3
    final = result.fields.cells["T"].values.ravel()
    for step, shift in enumerate((-2, -1, 0)):
        reader.SetStep(step)
        reader.Update()
        values = vtk_to_numpy(reader.GetOutput().GetCellData().GetArray("T"))
        np.testing.assert_array_equal(values, final + np.float32(shift))


def test_xdmf_names_every_moment(written):
    _, files = written
    text = files["fields.xmf"].read_text()
    for step, time in enumerate(TIMES):
        assert f'<Time Value="{time!r}"' in text
        assert f"/xdmf/T_{step:06d}" in text
