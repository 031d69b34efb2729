"""Effectiveness of heat exchangers against the ht library and its limits; fan laws against roots found by SciPy."""

from __future__ import annotations

from itertools import pairwise

import ht
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from kernels import devices
from kernels.backend import CpuBackend, make_backend
from kernels.devices import device_flow, effectiveness
from thermo.case.schema_fan import FanCurve

CROSSFLOW = (0.78, 0.22)
UNITS = st.floats(0.01, 20.0)
RATIOS = st.floats(0.0, 1.0)


@settings(deadline=None, max_examples=60)
@given(UNITS, st.floats(0.01, 1.0), st.sampled_from(["counterflow", "crossflow approximate"]))
def test_effectiveness_is_that_of_ht(units, ratio, kind):
    """Short of equal streams: there ht subtracts numbers that are nearly the same; the limit is tested below."""
    ratio = min(ratio, 0.999)
    mine = effectiveness(units, ratio, kind == "counterflow", *CROSSFLOW)
    assert mine == pytest.approx(ht.effectiveness_from_NTU(units, ratio, subtype=kind), rel=1e-9)


@settings(deadline=None, max_examples=60)
@given(UNITS, RATIOS, st.booleans())
def test_effectiveness_lies_between_nothing_and_all_and_counterflow_is_best(units, ratio, counterflow):
    value = effectiveness(units, ratio, counterflow, *CROSSFLOW)
    assert 0.0 < value <= 1.0
    assert value <= effectiveness(units, 0.0, counterflow, *CROSSFLOW) + 1e-12
    assert effectiveness(1.1 * units, ratio, True, *CROSSFLOW) >= effectiveness(units, ratio, True, *CROSSFLOW) - 1e-12
    assert effectiveness(0.0, ratio, counterflow, *CROSSFLOW) == 0.0


def test_counterflow_of_equal_streams_is_continuous():
    """NTU / (1 + NTU) at ratio 1, reached from below."""
    assert effectiveness(3.0, 1.0, True, *CROSSFLOW) == pytest.approx(0.75, rel=1e-12)
    assert effectiveness(3.0, 1.0 - 1e-5, True, *CROSSFLOW) == pytest.approx(0.75, rel=1e-5)


CURVE = FanCurve(flow=(0.0, 0.4, 0.8, 1.0), pressure=(260.0, 200.0, 60.0, 0.0))


def law(q, resistance, back, speed):
    pressure = speed**2 * np.interp(q / speed, CURVE.flow, CURVE.pressure)
    return pressure - resistance * q**2 - back


@settings(deadline=None, max_examples=60)
@given(st.floats(10.0, 2000.0), st.floats(-20.0, 100.0), st.floats(0.7, 1.0))
def test_operating_flow_is_the_root_of_curve_resistance_and_back_pressure(resistance, back, speed):
    found = CURVE.operating_flow(resistance, back, speed)
    if law(1.0 * speed, resistance, back, speed) > 0.0:
        return
    root = brentq(law, 1e-9, speed, args=(resistance, back, speed))
    assert found == pytest.approx(root, rel=1e-9)


def moved(start, nominal, resistance, back, speed, steps=100):
    """Flow after some steps of the kernel against a fixed back pressure in Pa."""
    backend = make_backend("cpu", "double")

    def one(value, dtype=None):
        return backend.asarray([value], dtype)

    density, flow, change, share = 1.2, one(start), one(0.0), one(0.25)
    for _ in range(steps):
        backend.launch(
            device_flow, 0, 1, one(1, np.int32), one(nominal), one(1.0), one(resistance),
            backend.asarray([0, 4], np.int64), backend.asarray(CURVE.flow), backend.asarray(CURVE.pressure),
            density, one(0.0), one(back / density), one(1.0), one(speed), 1e-6, share, change, flow,
        )
    return float(flow[0])


@pytest.mark.parametrize(("resistance", "back", "speed"), [(300.0, 0.0, 1.0), (50.0, 30.0, 0.8), (1500.0, -10.0, 1.0)])
def test_the_kernel_moves_to_the_operating_flow(resistance, back, speed):
    """Newton steps with damping, from twice the flow and from almost none, end at the root."""
    root = CURVE.operating_flow(resistance, back, speed)
    for start in (2.0 * root, 0.01):
        assert moved(start, root, resistance, back, speed) == pytest.approx(root, rel=1e-9)


def test_a_fan_that_cannot_push_stands_still_and_starts_again():
    assert CURVE.operating_flow(100.0, 300.0) == pytest.approx(0.0, abs=1e-12)
    assert moved(0.5, 0.5, 100.0, 300.0, 1.0) == 0.0
    assert moved(0.0, 0.5, 100.0, 50.0, 1.0) == pytest.approx(CURVE.operating_flow(100.0, 50.0), rel=1e-9)


def test_means_over_parts_of_an_end_are_those_over_its_faces():
    """No face, one, just a part's worth and many: flow-weighted means with a pressure from outside."""
    backend, random = CpuBackend("double", threads=1), np.random.default_rng(3)
    counts = [0, 1, devices.FACES_AT_ONCE, 3 * devices.FACES_AT_ONCE + 7]
    begin = np.concatenate([[0], np.cumsum(counts)])
    start, first = devices.in_parts(begin)
    parts = len(start) - 1
    assert (parts, np.diff(start).max(), np.diff(start).min()) == (6, devices.FACES_AT_ONCE, 1)
    owner, share = random.integers(0, 50, begin[-1]), random.uniform(size=begin[-1])
    temperature, pressure, outside = random.uniform(size=50), random.uniform(size=50), random.uniform(size=4)
    warm, push, means, pressures = (backend.zeros(n) for n in (parts, parts, 4, 4))
    backend.launch(devices.end_means, 0, parts, start, owner, share, temperature, pressure, warm, push)
    backend.launch(devices.device_means, 0, 4, first, warm, push, outside, means, pressures)
    faces = [slice(*pair) for pair in pairwise(begin)]
    assert means == pytest.approx([share[f] @ temperature[owner[f]] for f in faces], rel=1e-13)
    assert pressures == pytest.approx([o + share[f] @ pressure[owner[f]] for o, f in zip(outside, faces, strict=True)],
                                      rel=1e-13)
