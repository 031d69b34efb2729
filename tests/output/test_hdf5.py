"""fields.h5 and fields.xmf hold exactly the data that went in, for every reader that users come with."""

import json

import h5py
import numpy as np
import pytest
from sample_result import sample

import thermo.output

NAMES = ("T", "u", "v", "w", "p", "object")


pytestmark = pytest.mark.usefixtures("no_report")


@pytest.fixture(scope="module", params=[np.float32, np.float64], ids=["single", "double"])
def written(request, tmp_path_factory, no_report):
    result = sample(dtype=request.param)
    return result, thermo.output.write(result, tmp_path_factory.mktemp("run"))


@pytest.mark.parametrize("engine", ["h5netcdf", "netcdf4"])
def test_xarray_reads_every_variable(written, engine):
    xarray = pytest.importorskip("xarray")
    result, files = written
    with xarray.open_dataset(files["fields.h5"], engine=engine) as data:
        for name in NAMES:
            variable = result.fields.cells[name]
            assert data[name].dims == ("time", "z", "y", "x")
            assert data[name].dtype == variable.values.dtype
            assert data[name].attrs["units"] == variable.unit
            np.testing.assert_array_equal(data[name].values[0], variable.values)
        np.testing.assert_array_equal(data["x_nodes"], result.fields.x_nodes)
        np.testing.assert_allclose(
            data["y"], 0.5 * (result.fields.y_nodes[1:] + result.fields.y_nodes[:-1]), rtol=1e-15
        )
        assert json.loads(data.attrs["summary"])["schema"] == "thermo-summary/1"
        assert data.attrs["case_text"] == result.case_text


@pytest.mark.parametrize("engine", ["h5netcdf", "netcdf4"])
@pytest.mark.parametrize("group", ["year", "history", "lines/rack front", "boxes"])
def test_xarray_reads_the_groups(written, engine, group):
    xarray = pytest.importorskip("xarray")
    result, files = written
    with xarray.open_dataset(files["fields.h5"], engine=engine, group=group) as data:
        if group == "year":
            np.testing.assert_array_equal(data["chiller_power"], result.year.hourly["chiller_power"])
            assert data["chiller_power"].attrs["units"] == "W"
        elif group == "history":
            np.testing.assert_array_equal(
                data["monitor:rack A1 inlet_mean"], result.history["monitor:rack A1 inlet_mean"]
            )
        elif group == "boxes":
            np.testing.assert_array_equal(data["hi"], [box.hi for box in result.boxes])
        else:
            np.testing.assert_array_equal(data["values"], result.fields.lines[0].values)


def _cell_values(grid, name):
    vtk_to_numpy = pytest.importorskip("vtk.util.numpy_support").vtk_to_numpy
    columns, rows, layers = (n - 1 for n in grid.GetDimensions())
    return vtk_to_numpy(grid.GetCellData().GetArray(name)).reshape(layers, rows, columns)


def _assert_grid(grid, fields):
    from vtk.util.numpy_support import vtk_to_numpy

    for axis in "xyz":
        nodes = vtk_to_numpy(getattr(grid, f"Get{axis.upper()}Coordinates")())
        np.testing.assert_array_equal(nodes, getattr(fields, f"{axis}_nodes"))
    for name in NAMES:
        np.testing.assert_array_equal(_cell_values(grid, name), fields.cells[name].values)


def test_vtkhdf_reader(written):
    vtk = pytest.importorskip("vtk")
    if (vtk.vtkVersion.GetVTKMajorVersion(), vtk.vtkVersion.GetVTKMinorVersion()) < (9, 7):
        pytest.skip("VTKHDF rectilinear grids need VTK 9.7")
    result, files = written
    reader = vtk.vtkHDFReader()
    reader.SetFileName(str(files["fields.h5"]))
    reader.Update()
    _assert_grid(reader.GetOutput(), result.fields)


@pytest.mark.parametrize("name", ["vtkXdmfReader", "vtkXdmf3Reader"])
def test_xdmf_reader(written, name):
    vtk = pytest.importorskip("vtk")
    if not hasattr(vtk, name):
        pytest.skip(f"this VTK has no {name}")
    result, files = written
    reader = getattr(vtk, name)()
    reader.SetFileName(str(files["fields.xmf"]))
    reader.Update()
    output = reader.GetOutputDataObject(0)
    while output.IsA("vtkMultiBlockDataSet"):
        output = output.GetBlock(0)
    _assert_grid(output, result.fields)


def test_what_ran_is_inside(written):
    _, files = written
    with h5py.File(files["fields.h5"]) as file:
        attributes = {key: file.attrs[key] for key in ("version", "backend", "device", "precision", "case_sha256")}
        meanings = dict(
            zip(file["object"].attrs["flag_values"], file["object"].attrs["flag_meanings"].split(), strict=True)
        )
    assert attributes == {
        "version": "0.1.0", "backend": "cpu", "device": "2 cores", "precision": "single", "case_sha256": "0" * 64,
    }  # fmt: skip
    assert meanings == {0: "fluid", 1: "A1", 2: "A2", 3: "A3", 4: "A4"}


def test_the_data_is_stored_once(written):
    _, files = written
    with h5py.File(files["fields.h5"]) as file:
        for name in NAMES:
            assert isinstance(file["VTKHDF/CellData"].get(name, getlink=True), h5py.SoftLink)
            assert file[f"xdmf/{name}_000000"].is_virtual
            assert file[name].compression == "gzip"


def test_long_case_text(tmp_path):
    import dataclasses

    text = "# " + "x" * 300_000 + "\n"
    files = thermo.output.write(dataclasses.replace(sample(with_year=False), case_text=text), tmp_path)
    with h5py.File(files["fields.h5"]) as file:
        assert file.attrs["case_text"] == text


def test_a_result_without_a_field(tmp_path):
    files = thermo.output.write(sample(with_fields=False), tmp_path)
    assert "fields.xmf" not in files
    with h5py.File(files["fields.h5"]) as file:
        assert "VTKHDF" not in file
        assert file["year/pue"].shape == (8760,)
