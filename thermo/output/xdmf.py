"""fields.xmf: the description that lets every ParaView, old ones too, and VisIt read fields.h5."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np

from thermo.result import Fields


def step_name(variable: str, step: int) -> str:
    """Name, in the group /xdmf, of the three-dimensional view of one variable at one time step."""
    return f"{variable}_{step:06d}"


def text(fields: Fields, h5_name: str = "fields.h5") -> str:
    """XDMF 3 text for a rectilinear grid at its times; points into ``h5_name`` beside it."""
    root = ElementTree.Element("Xdmf", Version="3.0")
    domain = ElementTree.SubElement(root, "Domain")
    series = ElementTree.SubElement(domain, "Grid", Name="fields", GridType="Collection", CollectionType="Temporal")
    for step, time in enumerate(fields.times):
        _add_step(series, fields, step, float(time), h5_name)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _add_step(series: ElementTree.Element, fields: Fields, step: int, time: float, h5_name: str) -> None:
    grid = ElementTree.SubElement(series, "Grid", Name=f"step {step}", GridType="Uniform")
    ElementTree.SubElement(grid, "Time", Value=repr(time))
    nodes = [fields.z_nodes, fields.y_nodes, fields.x_nodes]
    dimensions = " ".join(str(len(n)) for n in nodes)
    ElementTree.SubElement(grid, "Topology", TopologyType="3DRectMesh", Dimensions=dimensions)
    geometry = ElementTree.SubElement(grid, "Geometry", GeometryType="VXVYVZ")
    for axis in "xyz":
        values = getattr(fields, f"{axis}_nodes")
        _add_data(geometry, values.shape, np.dtype("float64"), f"{h5_name}:/{axis}_nodes")
    for name, variable in fields.cells.items():
        attribute = ElementTree.SubElement(grid, "Attribute", Name=name, AttributeType="Scalar", Center="Cell")
        _add_data(attribute, variable.values.shape, variable.values.dtype, f"{h5_name}:/xdmf/{step_name(name, step)}")


def _add_data(parent: ElementTree.Element, shape: tuple[int, ...], dtype: np.dtype, place: str) -> None:
    item = ElementTree.SubElement(
        parent,
        "DataItem",
        Dimensions=" ".join(str(n) for n in shape),
        NumberType="Float" if dtype.kind == "f" else "Int",
        Precision=str(dtype.itemsize),
        Format="HDF",
    )
    item.text = place
