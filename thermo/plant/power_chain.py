"""Electricity on its way to the racks: transformer, UPS, and the power supplies inside the servers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermo import records
from thermo.arrays import array, interpolated, zeros

Array = NDArray[np.float64]

TRANSFORMER_EFFICIENCY = 0.99  # when the case says nothing; a plain assumption
UPS_EFFICIENCY = 0.95  # when the case says nothing; a plain assumption for double conversion at usual load


def ups_loss(ups, load: ArrayLike, design_load: ArrayLike) -> Array:
    """UPS loss, W, at `load` W: load (1/efficiency - 1), or the part-load curve of the case.

    Curve: loss / rating = a + b x + c x^2 with x = load / rating, rating = `design_load` / `load_at_design`.
    """
    load = array(load)
    if ups.loss is None:
        efficiency = UPS_EFFICIENCY if ups.efficiency is None else ups.efficiency
        return load * (1.0 / efficiency - 1.0)
    rating = array(design_load) / ups.load_at_design
    x = load / rating
    return rating * (ups.loss[0] + x * (ups.loss[1] + x * ups.loss[2]))


def transformer_loss(power, load: ArrayLike, design_load: ArrayLike) -> Array:
    """Transformer loss, W: load (1/efficiency - 1), or the part-load curve of the case.

    Curve: loss / rating = a + c x^2 with x = load / rating (iron and winding loss), rating = `design_load` /
    `transformer_load_at_design`; loads in W on the low-voltage side.
    """
    load = array(load)
    if power.transformer_loss is None:
        efficiency = TRANSFORMER_EFFICIENCY if power.transformer_efficiency is None else power.transformer_efficiency
        return load * (1.0 / efficiency - 1.0)
    rating = array(design_load) / power.transformer_load_at_design
    return rating * (power.transformer_loss[0] + power.transformer_loss[1] * (load / rating) ** 2)


@dataclass(frozen=True)
class PsuLoss:
    """Loss inside the server power supplies, W, and the hours outside the measured points of their record."""

    loss: Array
    outside: NDArray[np.bool_]


def psu_loss(psu, it_power: ArrayLike, design_it_power: ArrayLike) -> PsuLoss | None:
    """Loss inside the server power supplies, part of `it_power` (AC side, W); None when the case gives no `psu`.

    A record is a measured curve of one server: at the design IT power each server draws `psu.server_power` (default the
    largest measured input). Outside the measured points the efficiency of the nearest one holds.
    """
    it_power = array(it_power)
    if psu.efficiency is not None:
        return PsuLoss(it_power * (1.0 - psu.efficiency), zeros(it_power.shape, bool))
    if psu.record is None:
        return None
    supply = records.power_supply(psu.record)
    inputs = np.array(supply.input_power)
    each = (inputs[-1] if psu.server_power is None else psu.server_power) * it_power / design_it_power
    efficiency = interpolated(each, inputs, np.array(supply.output_power) / inputs)
    outside = (each < inputs[0] * (1.0 - 1e-9)) | (each > inputs[-1] * (1.0 + 1e-9))
    return PsuLoss(it_power * (1.0 - efficiency), outside)
