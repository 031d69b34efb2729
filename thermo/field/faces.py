"""The boundary table on the device: lists of faces grouped by the cell that owns them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from thermo.field.boundary_table import BoundaryTable


@dataclass(frozen=True)
class DeviceFaces:
    """Device columns of a :class:`BoundaryTable` and the work arrays that belong to its faces and cells."""

    cells: int
    start: Any
    owner: Any
    face_owner: Any
    kind: Any
    axis: Any
    sign: Any
    area: Any
    rdist: Any
    outflow: Any
    velocity: tuple[Any, Any, Any]
    pressure: Any
    temperature: Any
    resistance: Any
    heat_flux: Any
    conducts: Any
    k: Any
    epsilon: Any
    wall_nu: Any
    film: Any
    exchange: Any
    wall_epsilon: Any
    wall_production: Any
    wall_dissipation: Any


def device_faces(backend, table: BoundaryTable, datum: float) -> DeviceFaces:
    """Move a table to the device; temperatures become offsets from ``datum`` (K)."""
    owner, first = np.unique(table.owner, return_index=True)

    def real(values):
        return backend.asarray(values)

    def index(values):
        return backend.asarray(values, np.int64)

    count = len(table.owner)
    return DeviceFaces(
        cells=len(owner), start=index(np.append(first, count)), owner=index(owner), face_owner=index(table.owner),
        kind=backend.asarray(table.kind, np.int32), axis=backend.asarray(table.axis, np.int32),
        sign=real(table.sign), area=real(table.area), rdist=real(1.0 / table.half), outflow=real(table.outflow),
        velocity=tuple(real(v) for v in table.velocity), pressure=real(table.pressure),
        temperature=real(table.temperature - datum), resistance=real(table.resistance), heat_flux=real(table.heat_flux),
        conducts=real(table.conducts), k=real(table.k), epsilon=real(table.epsilon),
        wall_nu=backend.zeros(count), film=backend.zeros(count), exchange=backend.zeros(count),
        wall_epsilon=backend.zeros(len(owner)), wall_production=backend.zeros(len(owner)),
        wall_dissipation=backend.zeros(len(owner)),
    )
