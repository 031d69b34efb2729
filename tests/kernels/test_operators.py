"""Every stencil against its NumPy slice oracle on random fields, along all axes, in both precisions, on any threads."""

from __future__ import annotations

import inspect
from types import SimpleNamespace

import numpy as np
import pytest
from field_cases import import_all_kernels
from slice_oracles import ORACLES
from transient_oracles import TRANSIENT_ORACLES, TRANSIENT_SCALARS, TRANSIENT_SIGNED

from kernels import cpu
from kernels.backend import CpuBackend
from kernels.cell import REGISTRY

import_all_kernels()
SHAPE = (9, 12, 15)
MARGIN = 2
STRIDES = {"x": 1, "y": SHAPE[2], "z": SHAPE[1] * SHAPE[2]}
SCALARS = {
    "inverse_sigma": 0.77, "turbulent_factor": 1400.0, "factor": 1207.2, "gravity": -9.81, "body_force": 0.3,
    "fixed_relaxation": 0.7, "softening": 0.9, "floor": 1e-30, "expansion": 3.4e-3, "offset": -6.0,
    "inverse_relaxation": 1.1, "inverse_step": 0.4, "weight": 0.8, "damping": 0.8, "c_mu": 0.09, "largest_ratio": 1.2,
    "floor_k": 0.7, "floor_epsilon": 0.8, "c_1": 1.44, "c_2": 1.92,
    "inverse_eta_0": 1.0 / 4.38, "beta": 0.012, "inverse_prandtl": 1.2, "gx": 1.0, "gy": -2.0, "gz": -9.0,
} | TRANSIENT_SCALARS
SIGNED = {"phi", "flux", "flux_x", "flux_y", "flux_z", "outflow", "p", "buoyancy", "force", "mean_force", "velocity",
          "correction", "source", "temperature", "old", "x", "b", "viscosity_slope", "velocity_slope",
          "fx", "fy", "fz", "stability", "slope", "slope_x", "slope_y", "slope_z", "u", "v"} | TRANSIENT_SIGNED
CLOSED = {"ax", "ay", "az", "area", "fluid", "share_low", "share_high"}


def random_fields(names, dtype) -> dict[str, np.ndarray]:
    """Random padded fields by name: of both signs, or positive and in part zero, or positive."""
    random = np.random.default_rng(7)
    fields = {}
    for name in names:
        values = random.normal(size=SHAPE) if name in SIGNED else random.uniform(0.5, 1.5, size=SHAPE)
        if name in CLOSED:
            values *= random.random(SHAPE) > 0.2
        if name in ("lag", "extra"):
            values *= 0.2
        fields[name] = values.astype(dtype)
    return fields


class Neighbours(SimpleNamespace):
    """Fields as an oracle sees them: in double precision, over the interior, shifted along an axis."""

    def __init__(self, fields, axis: str):
        shifted = {name: self._shifts(values.astype(np.float64), axis) for name, values in fields.items()}
        super().__init__(**SCALARS | shifted)

    @staticmethod
    def _shifts(values, own_axis):
        def at(offset=0, axis=own_axis):
            index = [slice(MARGIN, size - MARGIN) for size in SHAPE]
            along = "zyx".index(axis)
            index[along] = slice(MARGIN + offset, SHAPE[along] - MARGIN + offset)
            return values[tuple(index)]

        return at


def launch(name: str, axis: str, precision: str, threads: int):
    """Run a cell function on random fields; returns the fields before and after."""
    device = CpuBackend(precision, threads)
    parameters = list(inspect.signature(REGISTRY[name]).parameters)[1:]
    strides = {"s": STRIDES[axis]} | {f"s{a}": STRIDES[a] for a in "xyz"}
    before = random_fields([p for p in parameters if p not in strides | SCALARS], device.dtype)
    after = {field: values.copy().ravel() for field, values in before.items()}
    reach = MARGIN * STRIDES["z"]
    device.launch(REGISTRY[name], reach, np.prod(SHAPE) - reach, *((strides | SCALARS | after)[p] for p in parameters))
    return before, {field: values.reshape(SHAPE) for field, values in after.items()}


@pytest.mark.parametrize("precision", ["single", "double"])
@pytest.mark.parametrize("oracle", [*ORACLES, *TRANSIENT_ORACLES], ids=lambda oracle: oracle.__name__)
def test_cell_function_equals_its_slice_oracle(oracle, precision):
    axes = "xyz" if "s" in inspect.signature(REGISTRY[oracle.__name__]).parameters else "x"
    interior = tuple(slice(MARGIN, size - MARGIN) for size in SHAPE)
    for axis in axes:
        before, after = launch(oracle.__name__, axis, precision, 1)
        for field, expected in oracle(Neighbours(before, axis)).items():
            error = np.abs(after[field][interior] - expected).max() / np.abs(expected).max()
            assert error < (3e-6 if precision == "single" else 1e-14), (axis, field)


@pytest.mark.parametrize("oracle", [*ORACLES, *TRANSIENT_ORACLES], ids=lambda oracle: oracle.__name__)
def test_threads_do_not_change_a_bit(oracle, monkeypatch):
    monkeypatch.setattr(cpu, "CELLS_PER_THREAD", 100)
    one, three = (launch(oracle.__name__, "y", "single", threads)[1] for threads in (1, 3))
    assert all((one[field] == three[field]).all() for field in one)
