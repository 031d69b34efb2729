"""Pairwise matching of unknowns by coupling strength, and the graphs of the aggregates: host side, index work only.

A graph is a compressed-row pattern without diagonal, ``start`` (rows + 1) and ``column``, in which every entry
``(i, j)`` has its opposite ``(j, i)``. Notay, Y. (2010), "An aggregation-based algebraic multigrid method",
Electronic Transactions on Numerical Analysis 37, 123-146, describes pairwise aggregation; here without a threshold.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit


@njit(cache=True)
def face_graph(sides, offsets):
    """Return the graph of the cells joined through faces.

    ``sides`` is (6, n): the neighbour coefficients W, E, S, N, B, T; ``offsets`` are the six index distances.
    A row without any coefficient (a ghost, a blocked cell) joins nothing. Returns ``start``, ``column``, ``code``
    (``side * n + cell`` of every entry) and ``strength``, the mean of the coefficients in both directions.
    """
    n = sides.shape[1]
    coupled = np.zeros(n, np.bool_)
    for d in range(6):
        for c in range(n):
            coupled[c] |= sides[d, c] > 0
    start = np.zeros(n + 1, np.int64)
    size = 0
    for c in range(n):
        if coupled[c]:
            for d in range(6):
                other = c + offsets[d]
                size += coupled[other] and sides[d, c] + sides[d ^ 1, other] > 0
        start[c + 1] = size
    column, code, strength = np.empty(size, np.int32), np.empty(size, np.int64), np.empty(size)
    size = 0
    for c in range(n):
        if not coupled[c]:
            continue
        for d in range(6):
            other = c + offsets[d]
            both = sides[d, c] + sides[d ^ 1, other]
            if coupled[other] and both > 0:
                column[size], code[size], strength[size] = other, d * n + c, 0.5 * both
                size += 1
    return start, column, code, strength


@njit(cache=True)
def match(start, column, strength, keep_isolated):
    """Join each row with its strongest free neighbour. Returns the pair of every row and the number of pairs.

    A row whose neighbours are all taken stays alone. A row without neighbours stays alone when ``keep_isolated``
    and otherwise belongs to no pair (-1).
    """
    rows = start.size - 1
    pair = np.full(rows, -1, np.int32)
    count = 0
    for i in range(rows):
        if pair[i] >= 0 or (start[i] == start[i + 1] and not keep_isolated):
            continue
        best, largest = -1, 0.0
        for q in range(start[i], start[i + 1]):
            j = column[q]
            if pair[j] < 0 and strength[q] > largest:
                best, largest = j, strength[q]
        pair[i] = count
        if best >= 0:
            pair[best] = count
        count += 1
    return pair, count


@njit(cache=True)
def segments(group, count):
    """List the members of each group: those of group ``g`` are ``members[start[g]:start[g + 1]]``, ascending."""
    start = np.zeros(count + 1, np.int64)
    for g in group:
        if g >= 0:
            start[g + 1] += 1
    for g in range(count):
        start[g + 1] += start[g]
    free = start[:-1].copy()
    members = np.empty(start[count], np.int64)
    for i in range(group.size):
        g = group[i]
        if g >= 0:
            members[free[g]] = i
            free[g] += 1
    return start, members


@njit(cache=True)
def contract(start, column, group, row_start, row_members):
    """Return the graph of the groups, and for each entry of the fine graph its coarse entry (-1 within a group)."""
    count = row_start.size - 1
    coarse_start = np.zeros(count + 1, np.int64)
    coarse_column = np.empty(column.size, np.int32)
    entry = np.full(column.size, -1, np.int64)
    latest = np.full(count, -1, np.int64)
    size = 0
    for g in range(count):
        first = size
        for m in range(row_start[g], row_start[g + 1]):
            i = row_members[m]
            for q in range(start[i], start[i + 1]):
                other = group[column[q]]
                if other == g:
                    continue
                if latest[other] < first:
                    latest[other] = size
                    coarse_column[size] = other
                    size += 1
                entry[q] = latest[other]
        coarse_start[g + 1] = size
    return coarse_start, coarse_column[:size].copy(), entry


@njit(cache=True)
def sum_entries(entry, values, count):
    """Sum ``values`` of the fine entries into their coarse entries."""
    total = np.zeros(count)
    for q in range(entry.size):
        if entry[q] >= 0:
            total[entry[q]] += values[q]
    return total


@dataclass
class Aggregates:
    """One coarsening: the graph of the aggregates and how the finer rows and entries fall into it."""

    group: np.ndarray
    """Aggregate of each finer row, -1 for none."""
    entry: np.ndarray
    """Coarse entry of each finer entry, -1 inside an aggregate."""
    start: np.ndarray
    column: np.ndarray
    strength: np.ndarray

    @property
    def count(self) -> int:
        """Return the number of aggregates."""
        return self.start.size - 1


def aggregate(start, column, strength) -> Aggregates:
    """Match twice, four rows to one. Rows without neighbours are left out: their own diagonal solves them."""
    pair, pairs = match(start, column, strength, False)
    pair_start, pair_column, pair_entry = contract(start, column, pair, *segments(pair, pairs))
    pair_strength = sum_entries(pair_entry, strength, pair_column.size)
    four, fours = match(pair_start, pair_column, pair_strength, True)
    coarse_start, coarse_column, four_entry = contract(pair_start, pair_column, four, *segments(four, fours))
    coarse_strength = sum_entries(four_entry, pair_strength, coarse_column.size)
    group = np.append(four, np.int32(-1))[pair]  # index -1 reads the appended -1
    entry = np.append(four_entry, -1)[pair_entry]
    return Aggregates(group, entry, coarse_start, coarse_column, coarse_strength)
