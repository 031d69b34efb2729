"""Reductions: against NumPy in double precision, independent of threads, for both layouts of the shares."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kernels.backend import CpuBackend
from kernels.reduce import BLOCK, Reducer
from kernels.regions import ClosedRegions


class StridedBackend(CpuBackend):
    """The CPU with the strided shares that a GPU uses."""

    def __init__(self, precision):
        super().__init__(precision, 1)
        self.reduction_blocks_contiguous = False


@pytest.fixture(params=["contiguous", "strided"])
def make(request):
    return StridedBackend if request.param == "strided" else lambda precision: CpuBackend(precision, 1)


@pytest.mark.parametrize("size", [1, 3, BLOCK - 1, BLOCK, BLOCK + 5, 100_003])
@pytest.mark.parametrize("precision", ["single", "double"])
def test_reductions_agree_with_exact_sums(make, precision, size):
    backend = make(precision)
    reducer = Reducer(backend, size)
    random = np.random.default_rng(size)
    a, b = (backend.asarray(random.normal(size=size)) for _ in range(2))
    products = a.astype(float) * b.astype(float)
    assert reducer.dot(a, b) == pytest.approx(math.fsum(products), abs=1e-14 * float(np.abs(products).sum()))
    assert reducer.sum(a) == pytest.approx(math.fsum(a.astype(float)), abs=1e-14 * float(np.abs(a).sum()))
    assert reducer.largest(a) == float(np.abs(a).max())


def test_single_precision_values_are_summed_in_double_precision(make):
    backend = make("single")
    a = backend.asarray(np.full(3_000_000, 0.1))
    assert Reducer(backend, a.size).sum(a) == pytest.approx(3_000_000 * float(np.float32(0.1)), rel=1e-13)


def test_the_largest_value_keeps_a_nan(make):
    backend = make("double")
    a = np.linspace(-5.0, 4.0, 5000)
    a[777] = np.nan
    assert math.isnan(Reducer(backend, a.size).largest(a))


@pytest.mark.parametrize("precision", ["single", "double"])
def test_reductions_do_not_depend_on_the_number_of_threads(precision):
    a = np.random.default_rng(0).normal(size=500_000)
    results = []
    for threads in (1, 2):
        backend = CpuBackend(precision, threads)
        values = backend.asarray(a)
        reducer = Reducer(backend, values.size)
        results.append((reducer.dot(values, values), reducer.sum(values)))
    assert results[0] == results[1]


@pytest.mark.parametrize("size", [1, 100, 5000, 100_003])
def test_a_stored_dot_product_is_the_same_sum(make, size):
    backend = make("double")
    a, b = np.random.default_rng(size).normal(size=(2, size))
    stored = np.zeros(1)
    Reducer(backend, size).store_dot(a, b, stored)
    assert stored[0] == pytest.approx(math.fsum(a * b), abs=1e-14 * float(np.abs(a * b).sum()))


def test_results_stay_on_the_device_until_asked_for():
    backend = CpuBackend("double", 1)
    a = np.arange(10.0)
    result = Reducer(backend, 10).dot_on_device(a, a)
    assert np.ndim(result) == 0
    assert float(result) == 285.0
    stored = np.zeros(1)
    Reducer(backend, 10).store_dot(a, a, stored)
    assert stored[0] == 285.0


def test_closed_regions_lose_their_mean(make):
    """A large closed region, a small one, and one with an opening, which keeps its level."""
    backend = make("double")
    labels = np.full((60, 50, 50), -1)
    labels[:40], labels[41:45], labels[46:] = 0, 1, 2
    regions, slot = ClosedRegions(backend, labels), np.pad(labels, 1, constant_values=-1).ravel()
    values, out = np.random.default_rng(2).uniform(1.0, 2.0, slot.size), backend.zeros(slot.size)
    opening = np.where(slot == 2, 1e-3, 0.0)
    regions.update(opening)
    regions.remove_mean(values, out)
    for region in (0, 1):
        inside = slot == region
        assert out[inside] == pytest.approx(values[inside] - values[inside].mean(), abs=1e-13)
    assert np.array_equal(out[slot == 2], values[slot == 2])
    assert not out[slot == -1].any()
