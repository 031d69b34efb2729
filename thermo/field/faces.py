"""The boundary table on the device: lists of faces grouped by the cell that owns them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from thermo.field.boundary import BoundaryTable, Rack


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


@dataclass(frozen=True)
class DeviceRacks:
    """Intake and exhaust faces of all racks, grouped by rack."""

    count: int
    start: Any
    intake_owner: Any
    weight: Any
    exhaust: Any
    exhaust_rack: Any
    rise: Any
    intake_mean: Any


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


def device_racks(backend, table: BoundaryTable, racks: list[Rack]) -> DeviceRacks:
    """Move the racks to the device; intake faces are weighted by their share of the airflow."""
    intake = np.concatenate([r.intake for r in racks]) if racks else np.zeros(0, int)
    exhaust = np.concatenate([r.exhaust for r in racks]) if racks else np.zeros(0, int)
    weight = np.concatenate([table.outflow[r.intake] / r.flow for r in racks]) if racks else np.zeros(0)
    numbers = [np.full(len(r.exhaust), n) for n, r in enumerate(racks)]
    start = np.concatenate([[0], np.cumsum([len(r.intake) for r in racks])])
    return DeviceRacks(
        count=len(racks), start=backend.asarray(start, np.int64),
        intake_owner=backend.asarray(table.owner[intake], np.int64), weight=backend.asarray(weight),
        exhaust=backend.asarray(exhaust, np.int64),
        exhaust_rack=backend.asarray(np.concatenate(numbers) if numbers else np.zeros(0), np.int64),
        rise=backend.asarray([r.rise for r in racks]), intake_mean=backend.zeros(max(1, len(racks))),
    )
