"""Solve the lumped masses of lumped.csv exactly, by the eigenvectors of their matrix.

The fluid of a closed box (C_f), fins and base of one temperature (C_s) and a chip (C_c) behind a resistance R; the heat
of the chip steps from 350 to 700 W. Before, metal is in balance with oil at the temperature 0.

    C_f dTf/dt = G (Ts - Tf),  C_s dTs/dt = (Tc - Ts)/R - G (Ts - Tf),  C_c dTc/dt = P - (Tc - Ts)/R

Without a chip a block of conductance G stands for C_s. ``python lumped.py`` prints the rows of lumped.csv.
"""

from __future__ import annotations

import numpy as np

OIL = 820.0 * 2000.0
COPPER = 8933.0 * 385.0
BOX = 0.08 * 0.2 * 0.12
FLUID = 0.75 * BOX * OIL
FINS = 0.25 * BOX * COPPER
BASE = 0.005 * 0.2 * 0.12 * COPPER
CHIP = 250.0
FINS_TO_OIL = 7.54 * 0.13 / 6e-3 * 2.0 / 4e-3 * BOX
CASE = 0.02
BLOCK, BLOCK_TO_OIL = 5000.0, 60e3 * BOX
BEFORE, AFTER = 350.0, 700.0


def solution(capacity, exchange, heat, start, time: float):
    """Temperatures after `time` s of C dT/dt = -K T + heat; K has the eigenvalue 0, so nothing is lost."""
    root = np.sqrt(capacity)
    values, vectors = np.linalg.eigh(exchange / np.outer(root, root))
    initial, driven = vectors.T @ (root * start), vectors.T @ (heat / root)
    safe = np.where(values > 1e-12 * values.max(), values, 1.0)
    growth = np.where(values > 1e-12 * values.max(), -np.expm1(-safe * time) / safe, time)
    return (vectors @ (initial * np.exp(-values * time) + driven * growth)) / root


def sink(time: float):
    """Oil and chip of a sink, K above the oil at the start."""
    g, r = FINS_TO_OIL, 1.0 / CASE
    exchange = np.array([[g, -g, 0.0], [-g, g + r, -r], [0.0, -r, r]])
    start = BEFORE * np.array([0.0, 1.0 / g, 1.0 / g + CASE])
    found = solution(np.array([FLUID, FINS + BASE, CHIP]), exchange, np.array([0.0, 0.0, AFTER]), start, time)
    return found[0], found[2]


def block(time: float):
    """Oil and solid of a porous block, which takes no room from the oil."""
    g = BLOCK_TO_OIL
    exchange, start = np.array([[g, -g], [-g, g]]), BEFORE * np.array([0.0, 1.0 / g])
    return tuple(solution(np.array([BOX * OIL, BLOCK]), exchange, np.array([0.0, AFTER]), start, time))


if __name__ == "__main__":
    for name, law in (("sink", sink), ("block", block)):
        for time in (2.0, 10.0, 60.0):
            oil, chip = law(time)
            print(f"{name},{time:g},{oil:.6f},{chip:.6f}")
