"""The fluid queue against a loop and against what it must conserve."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thermo.load import queue

DEMAND = st.lists(st.floats(0.0, 3.0), min_size=2, max_size=40)


def by_loop(demand, capacity, step):
    backlog, out = 0.0, []
    for arriving, able in zip(demand, capacity, strict=True):
        backlog = max(backlog + (arriving - able) * step, 0.0)
        out.append(backlog)
    return np.array(out)


@settings(max_examples=60, deadline=None)
@given(DEMAND)
def test_backlog_is_lindleys(demand):
    demand = np.array(demand)
    capacity = np.linspace(0.5, 1.0, demand.size)
    result = queue.serve(demand, capacity, 10.0)
    np.testing.assert_allclose(result.backlog, by_loop(demand, capacity, 10.0), atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(DEMAND, st.sampled_from([None, 5.0, 60.0]))
def test_nothing_is_lost_unseen(demand, longest):
    demand = np.array(demand)
    result = queue.serve(demand, np.ones(demand.size), 10.0, longest)
    left = (demand - result.served - result.refused).sum() * 10.0
    assert left == pytest.approx(result.backlog[-1], abs=1e-9)
    assert (result.served <= 1.0 + 1e-9).all()
    if longest is not None:
        assert (result.backlog <= longest + 1e-9).all()


def test_wait_by_hand():
    """Twice the capacity for 10 s: the backlog grows to 10 s of work, 5 s on the mean; then it drains in 10 s."""
    result = queue.serve(np.array([2.0, 0.0, 0.0]), np.ones(3), 10.0)
    np.testing.assert_allclose(result.backlog, [10.0, 0.0, 0.0])
    np.testing.assert_allclose(result.wait, [5.0, 5.0, 0.0])
    np.testing.assert_allclose(result.served, [1.0, 1.0, 0.0])


def test_percentile_counts_weight():
    assert queue.weighted_percentile(np.array([5.0, 1.0, 9.0]), np.array([1.0, 98.0, 1.0]), 99.0) == 5.0
