"""fields.h5: one copy of the data for xarray (CF dimension scales), VTK 9.7 and newer (VTKHDF) and XDMF readers.

Layout::

    /time /x /y /z            centres, dimension scales        /x_nodes /y_nodes /z_nodes   cell edges [m]
    /T /u ... (time, z, y, x) the variables, compressed        /VTKHDF                      soft links to the views
    /xdmf/T_000000 (z, y, x)  virtual views, one per step      /lines/<name>                line monitors
    /loop                     branches of a coolant loop
    /plates/<kind>            junction temperatures of chips, (plate, y, x), hottest first
    /history                  convergence                      /year                        hourly plant arrays
    /boxes                    racks, openings, obstacles       attributes of /              case, summary, what ran
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from thermo.output import xdmf
from thermo.result import Box, Fields, Line, PlateMap, Result, Variable

AXES = ("z", "y", "x")
LOOP_UNITS = {
    "flow_kg_s": "kg s-1", "flow_L_min": "L min-1", "inlet_C": "degC", "outlet_C": "degC", "pressure_drop_Pa": "Pa",
    "heat_W": "W", "chip_C": "degC", "time_s": "s", "chip_max_C": "degC", "supply_C": "degC", "return_C": "degC",
    "facility_C": "degC", "clock": "1", "made": "1",
}  # fmt: skip
HOUR = 3600.0  # s
LARGEST_CHUNK = 2**30  # bytes; HDF5 refuses chunks of 4 GiB


def write(path: Path, result: Result, summary: Mapping[str, Any], summary_text: str) -> None:
    """Write ``result`` to ``path``; ``summary`` is the ordered summary and ``summary_text`` its JSON.

    The file is built (compressed) in memory and then written in one go: HDF5 on a full disk raises no OSError, keeps
    its handles open and prints tracebacks at exit.
    """
    memory = io.BytesIO()
    with h5py.File(memory, "w") as file:
        _write_attributes(file, result, summary, summary_text)
        if result.fields is not None:
            _write_fields(file, result.fields)
        _write_boxes(file.create_group("boxes"), result.boxes)
        steps = {"step": np.arange(1, len(result.history.get("iteration", ())) + 1)}
        _write_columns(file.create_group("history"), steps | result.history, "step", {})
        if result.loop:
            _write_columns(file.create_group("loop"), _loop_columns(result.loop), "branch", LOOP_UNITS)
        if result.loop_series:
            _write_columns(file.create_group("loop_series"), result.loop_series, "time_s", LOOP_UNITS)
        for plate in result.plates:
            _write_plate(file.require_group("plates").create_group(plate.kind.replace("/", "_")), plate)
        if result.year is not None:
            rows = len(next(iter(result.year.hourly.values()), ()))
            hour = np.arange(rows) if result.year.step == HOUR else np.arange(rows) * (result.year.step / HOUR)
            units = {**result.year.units, "hour": "h"}
            _write_columns(file.create_group("year"), {"hour": hour, **result.year.hourly}, "hour", units)
    with path.open("wb") as out:
        out.write(memory.getbuffer())


def _write_attributes(file: h5py.File, result: Result, summary: Mapping[str, Any], summary_text: str) -> None:
    case, run = summary.get("case", {}), summary.get("run", {})
    file.attrs["Conventions"] = "CF-1.11"
    file.attrs["title"] = case.get("name", "")
    file.attrs["source"] = f"thermo {run.get('version', '')}"
    for key in ("version", "backend", "device", "precision"):
        if key in run:
            file.attrs[key] = run[key]
    file.attrs["case_sha256"] = case.get("sha256", "")
    file.attrs["case_text"] = result.case_text
    file.attrs["summary"] = summary_text


def _write_fields(file: h5py.File, fields: Fields) -> None:
    scales = {"time": _scale(file, "time", np.array(fields.times), "s", "time from the start of the run", axis="T")}
    for axis in "xyz":
        nodes = np.asarray(getattr(fields, f"{axis}_nodes"), dtype=np.float64)
        centres = 0.5 * (nodes[1:] + nodes[:-1])
        scales[axis] = _scale(file, axis, centres, "m", f"cell centre, {axis}", axis=axis.upper())
        _scale(file, f"{axis}_nodes", nodes, "m", f"cell edges, {axis}")
    for name, variable in fields.cells.items():
        _create_variable(file, name, variable, scales)
    for step in range(len(fields.times)):
        for name, values in fields.at(step).items():
            file[name][step] = values
    if "object" in fields.cells:
        _name_objects(file["object"], fields.object_names)
    _write_vtkhdf(file, fields)
    _write_views(file.create_group("xdmf"), fields)
    lines = file.create_group("lines")
    for line in fields.lines:
        _write_line(lines.create_group(line.name.replace("/", "_")), line)


def _scale(group: h5py.Group, name: str, values: np.ndarray, unit: str, long_name: str, axis: str = "") -> h5py.Dataset:
    data = group.create_dataset(name, data=values)
    data.make_scale(name)
    data.attrs["units"] = unit
    data.attrs["long_name"] = long_name
    if axis:
        data.attrs["axis"] = axis
    return data


def _create_variable(file: h5py.File, name: str, variable: Variable, scales: Mapping[str, h5py.Dataset]) -> None:
    values, times = variable.values, len(scales["time"])
    layers = max(1, min(len(values), LARGEST_CHUNK // values[0].nbytes))
    chunks = (1, layers, *values.shape[1:])
    data = file.create_dataset(
        name, shape=(times, *values.shape), dtype=values.dtype, chunks=chunks, compression=1, shuffle=True
    )
    data.attrs["units"] = variable.unit
    data.attrs["long_name"] = variable.long_name
    for i, dimension in enumerate(("time", *AXES)):
        data.dims[i].attach_scale(scales[dimension])


def _name_objects(data: h5py.Dataset, names: Mapping[int, str]) -> None:
    named = {0: "fluid", **names}
    data.attrs["flag_values"] = np.array(sorted(named), dtype=data.dtype)
    data.attrs["flag_meanings"] = " ".join("_".join(named[i].split()) for i in sorted(named))


def _write_vtkhdf(file: h5py.File, fields: Fields) -> None:
    """The VTKHDF RectilinearGrid group, version 2.7: attributes and soft links, no data of its own.

    VTK takes four-dimensional arrays only with two steps or more, so a steady field links to its views.
    """
    transient = len(fields.times) > 1
    group = file.create_group("VTKHDF")
    group.attrs["Version"] = np.array([2, 7], dtype=np.int64)
    group.attrs.create("Type", b"RectilinearGrid", dtype=h5py.string_dtype("ascii", len("RectilinearGrid")))
    nodes = [len(getattr(fields, f"{axis}_nodes")) for axis in "xyz"]
    group.attrs["Dimensions"] = np.array(nodes, dtype=np.int64)
    group.attrs["WholeExtent"] = np.array([bound for n in nodes for bound in (0, n - 1)], dtype=np.int64)
    for axis in "xyz":
        group[f"{axis.upper()}Coordinates"] = h5py.SoftLink(f"/{axis}_nodes")
    cells = group.create_group("CellData")
    for name in fields.cells:
        cells[name] = h5py.SoftLink(f"/{name}" if transient else f"/xdmf/{xdmf.step_name(name, 0)}")
    if transient:
        steps = group.create_group("Steps")
        steps.attrs["NSteps"] = np.int64(len(fields.times))
        steps.create_dataset("Values", data=np.array(fields.times, dtype=np.float64))


def _write_views(group: h5py.Group, fields: Fields) -> None:
    """One three-dimensional virtual dataset per variable and step, as XDMF readers fail on a slab of a 4-D one."""
    for name, variable in fields.cells.items():
        values = variable.values
        source = h5py.VirtualSource(".", f"/{name}", shape=(len(fields.times), *values.shape), dtype=values.dtype)
        for step in range(len(fields.times)):
            layout = h5py.VirtualLayout(shape=values.shape, dtype=values.dtype)
            layout[...] = source[step]
            group.create_virtual_dataset(xdmf.step_name(name, step), layout)


def _write_line(group: h5py.Group, line: Line) -> None:
    group.attrs["quantity"] = line.quantity
    sample = _scale(group, "sample", np.arange(len(line.values)), "1", "sample along the line")
    columns = {"x": (line.x, "m"), "y": (line.y, "m"), "z": (line.z, "m"), "values": (line.values, line.unit)}
    for name, (values, unit) in columns.items():
        data = group.create_dataset(name, data=np.asarray(values))
        data.attrs["units"] = unit
        data.dims[0].attach_scale(sample)


def _write_columns(group: h5py.Group, columns: Mapping[str, np.ndarray], index: str, units: Mapping[str, str]) -> None:
    """Arrays of one length, with ``index`` as their dimension scale."""
    scale = _scale(group, index, np.asarray(columns[index]), units.get(index, "1"), index)
    for name, values in columns.items():
        if name == index:
            continue
        data = group.create_dataset(name.replace("/", "_"), data=np.asarray(values))
        data.attrs["units"] = units.get(name, "1")
        data.dims[0].attach_scale(scale)


def _write_plate(group: h5py.Group, plate: PlateMap) -> None:
    """Junction temperatures of the plates of one kind on the cells of their die."""
    group.attrs["power_W"] = plate.power
    columns = {"plate": np.arange(1, len(plate.names) + 1), "name": np.array([n.encode() for n in plate.names]),
               "inlet": plate.inlet, "flow": plate.flow}  # fmt: skip
    _write_columns(group, columns, "plate", {"inlet": "K", "flow": "L min-1"})
    units = {"flow_L_min": "L min-1", "resistance_K_W": "K W-1", "pressure_drop_Pa": "Pa"}
    _write_columns(group.create_group("curve"), plate.curve, "flow_L_min", units)
    scales = [group["plate"]]
    for axis, nodes in (("y", plate.y_nodes), ("x", plate.x_nodes)):
        scales.append(_scale(group, axis, 0.5 * (nodes[1:] + nodes[:-1]), "m", f"cell centre, {axis}"))
    data = group.create_dataset("junction", data=plate.junction, compression="gzip")
    data.attrs["units"] = "K"
    for axis, scale in enumerate(scales):
        data.dims[axis].attach_scale(scale)


def _loop_columns(loop: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Columns over the branches of a coolant loop; names as UTF-8 text."""
    columns = {name: np.asarray(values) for name, values in loop.items()}
    names = np.array([str(name).encode() for name in columns.pop("name")])
    return {"branch": np.arange(1, len(names) + 1), "name": names, **columns}


def _write_boxes(group: h5py.Group, boxes: list[Box]) -> None:
    if not boxes:
        return
    number = _scale(group, "box", np.arange(len(boxes)), "1", "number of the box")
    corner = _scale(group, "axis", np.arange(3), "1", "x, y, z")
    for key in ("name", "kind", "label"):
        data = group.create_dataset(key, data=[getattr(box, key) for box in boxes], dtype=h5py.string_dtype())
        data.dims[0].attach_scale(number)
    for key in ("lo", "hi"):
        data = group.create_dataset(key, data=np.array([getattr(box, key) for box in boxes], dtype=np.float64))
        data.attrs["units"] = "m"
        data.dims[0].attach_scale(number)
        data.dims[1].attach_scale(corner)
