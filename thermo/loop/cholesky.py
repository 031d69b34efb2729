"""Sparse L D L^T of a network's pressure matrix: the pattern is analysed once, numbers are factorised in microseconds.

The matrix is the weighted Laplacian of the network without its reference nodes, symmetric and positive definite where
every node is connected to a reference. Up-looking factorisation by the elimination tree: Davis, Algorithm 849, ACM
Trans. Math. Softw. 31 (2005) 587. Order: multiple minimum degree, from SuperLU.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import coo_array, csc_array
from scipy.sparse.linalg import splu

Array = NDArray[np.float64]
Index = NDArray[np.int64]


def minimum_degree(count: int, rows: Index, columns: Index) -> Index:
    """New place of each of `count` unknowns, of low fill, for the graph of the pairs (`rows`, `columns`)."""
    ones = np.ones(len(rows))
    graph = coo_array((ones, (rows, columns)), shape=(count, count)).tocsc()
    graph = csc_array(graph + graph.T)
    degree = np.asarray(graph.sum(axis=0)).ravel() + 1.0
    matrix = coo_array((degree, (np.arange(count), np.arange(count))), shape=(count, count)).tocsc() - graph
    options = {"SymmetricMode": True}
    return splu(csc_array(matrix), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options=options).perm_c.astype(
        np.int64
    )


class Laplacian:
    """Factorises sum over branches of y (e_a - e_b)(e_a - e_b)^T for ever new conductances y.

    `start`, `end`: unknown numbers of each branch's ends, -1 for a reference node; shapes (branches,).
    """

    def __init__(self, count: int, start: Index, end: Index) -> None:
        self.count = count
        inner = (start >= 0) & (end >= 0) & (start != end)
        self.place = minimum_degree(count, start[inner], end[inner]) if count > 1 else np.zeros(count, np.int64)
        places = np.append(self.place, -1)
        first, last = places[start], places[end]
        first, last = np.where(start == end, -1, first), np.where(start == end, -1, last)
        low, high = np.minimum(first, last), np.maximum(first, last)
        keys = np.where(low >= 0, high * count + low, -1)
        known = np.unique(keys[keys >= 0])
        self.rows = known % max(count, 1)
        self.columns = np.concatenate(([0], np.cumsum(np.bincount(known // max(count, 1), minlength=count))))
        self.entry = np.where(keys >= 0, np.searchsorted(known, keys), -1)
        self.first, self.last = first, last
        self.parent, self.column_starts = _analyse(count, self.columns, self.rows)
        self.lower_rows = np.zeros(self.column_starts[-1], np.int64)
        self.lower = np.zeros(self.column_starts[-1])
        self.upper, self.diagonal = np.zeros(len(known)), np.zeros(count)

    def solve(self, conductance: Array, right: Array) -> tuple[Array, int]:
        """Solution for `right` (unknowns,) and -1, or the number of an unknown whose pivot vanishes."""
        ordered = np.empty(self.count)
        ordered[self.place] = right
        singular = _factorise_and_solve(
            conductance, self.first, self.last, self.entry, self.columns, self.rows, self.parent, self.column_starts,
            self.lower_rows, self.lower, self.upper, self.diagonal, ordered,
        )  # fmt: skip
        if singular >= 0:
            return ordered, int(np.flatnonzero(self.place == singular)[0])
        return ordered[self.place], -1


@njit(cache=True)
def _analyse(count, columns, rows):
    """Elimination tree and column starts of L."""
    parent = np.full(count, -1, np.int64)
    flag = np.empty(count, np.int64)
    filled = np.zeros(count, np.int64)
    for k in range(count):
        flag[k] = k
        for p in range(columns[k], columns[k + 1]):
            i = rows[p]
            while flag[i] != k:
                if parent[i] == -1:
                    parent[i] = k
                filled[i] += 1
                flag[i] = k
                i = parent[i]
    starts = np.zeros(count + 1, np.int64)
    for k in range(count):
        starts[k + 1] = starts[k] + filled[k]
    return parent, starts


@njit(cache=True)
def _assemble(conductance, first, last, entry, upper, pivot):
    """Off-diagonal entries (columns of the upper half) and diagonal of the Laplacian."""
    upper[:] = 0.0
    pivot[:] = 0.0
    for e in range(len(conductance)):
        y = conductance[e]
        if first[e] >= 0:
            pivot[first[e]] += y
        if last[e] >= 0:
            pivot[last[e]] += y
        if entry[e] >= 0:
            upper[entry[e]] -= y


@njit(cache=True)
def _factorise(columns, rows, parent, starts, lower_rows, lower, upper, diagonal):
    """L and D from the upper half; returns the first unknown without a pivot, or -1."""
    count = len(diagonal)
    work = np.zeros(count)
    pattern = np.empty(count, np.int64)
    flag = np.full(count, -1, np.int64)
    used = np.zeros(count, np.int64)
    for k in range(count):
        top = count
        flag[k] = k
        for p in range(columns[k], columns[k + 1]):
            i = rows[p]
            work[i] += upper[p]
            length = 0
            while flag[i] != k:
                pattern[length] = i
                length += 1
                flag[i] = k
                i = parent[i]
            while length > 0:
                top -= 1
                length -= 1
                pattern[top] = pattern[length]
        pivot = diagonal[k]
        for s in range(top, count):
            i = pattern[s]
            value = work[i]
            work[i] = 0.0
            for p in range(starts[i], starts[i] + used[i]):
                work[lower_rows[p]] -= lower[p] * value
            entry = value / diagonal[i]
            pivot -= entry * value
            lower_rows[starts[i] + used[i]] = k
            lower[starts[i] + used[i]] = entry
            used[i] += 1
        if not pivot > 0.0:
            return k
        diagonal[k] = pivot
    return -1


@njit(cache=True)
def _factorise_and_solve(
    conductance, first, last, entry, columns, rows, parent, starts, lower_rows, lower, upper, diagonal, x
):
    _assemble(conductance, first, last, entry, upper, diagonal)
    singular = _factorise(columns, rows, parent, starts, lower_rows, lower, upper, diagonal)
    if singular >= 0:
        return singular
    count = len(x)
    for k in range(count):
        for p in range(starts[k], starts[k + 1]):
            x[lower_rows[p]] -= lower[p] * x[k]
    for k in range(count):
        x[k] /= diagonal[k]
    for r in range(count):
        k = count - 1 - r
        for p in range(starts[k], starts[k + 1]):
            x[k] -= lower[p] * x[lower_rows[p]]
    return -1
