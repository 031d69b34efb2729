"""Monitored quantities of a field, and how far to trust them: the difference between grids."""

from __future__ import annotations

import numpy as np

from thermo.field.mesh import flat_axis

UNITS = {"T": "degC", "u": "m/s", "v": "m/s", "w": "m/s", "p": "Pa", "speed": "m/s", "k": "m2/s2", "epsilon": "m2/s3"}
KELVIN = 273.15


def quantity(solver, name: str) -> np.ndarray:
    """Values of a field quantity in its reported unit, ``(nz, ny, nx)``; NaN where it does not exist."""
    live = solver.mesh.fluid
    if name == "T":
        values, live = solver.interior(solver.T) + solver.datum - KELVIN, solver.mesh.active
    elif name == "speed":
        values = np.sqrt(sum(solver.interior(v) ** 2 for v in solver.velocity))
    elif name == "p":
        values = solver.interior(solver.p) * solver.fluid.density
    elif name in "uvw":
        values = solver.interior(solver.velocity["uvw".index(name)])
    else:
        values = solver.interior(getattr(solver.turbulence, name))
    return np.where(live, values, np.nan)


def sample(solver, name: str, points: np.ndarray) -> np.ndarray:
    """Linear interpolation of a quantity at points ``(n, 3)`` in metres; walls hold their own values where known.

    Next to a wall, where a neighbour is missing, the interpolation uses the cells that exist, weighted as usual.
    """
    values = quantity(solver, name)
    weight_sum = np.zeros(len(points))
    total = np.zeros(len(points))
    brackets = [_bracket(solver.grid.centres[a], points[:, a]) for a in range(3)]
    for corner in range(8):
        index, weight = [], np.ones(len(points))
        for a in range(3):
            low, fraction, last = brackets[a]
            high = (corner >> a) & 1
            index.append(np.minimum(low + high, last))
            weight = weight * (fraction if high else 1.0 - fraction)
        found = values[index[2], index[1], index[0]]
        good = ~np.isnan(found)
        total[good] += (weight * found)[good]
        weight_sum[good] += weight[good]
    with np.errstate(invalid="ignore"):
        return np.where(weight_sum > 1e-9, total / weight_sum, np.nan)


def _bracket(centres, at):
    last = len(centres) - 1
    low = np.clip(np.searchsorted(centres, at) - 1, 0, max(last - 1, 0))
    if last == 0:
        return low, np.zeros(len(at)), last
    fraction = np.clip((at - centres[low]) / (centres[low + 1] - centres[low]), 0.0, 1.0)
    return low, fraction, last


def line_points(monitor) -> np.ndarray:
    """Points ``(n, 3)`` of a line monitor from its start to its end."""
    share = np.linspace(0.0, 1.0, monitor.points)[:, None]
    return np.asarray(monitor.lo) + share * (np.asarray(monitor.hi) - np.asarray(monitor.lo))


def _cells(grid, lo, hi) -> list[slice]:
    """Slices of the cells whose centres lie in a box; along an axis where none does, of the one it lies in."""
    slices = list(grid.box_slices(lo, hi))
    for axis in range(3):
        if slices[2 - axis].start == slices[2 - axis].stop:
            inner = grid.nodes[axis][1:-1]
            here = int(np.searchsorted(inner, 0.5 * (lo[axis] + hi[axis])))
            slices[2 - axis] = slice(here, here + 1)
    return slices


def monitor_value(solver, monitor, face_heat) -> tuple[float, str]:
    """Value and unit of one monitor; a line gives its mean."""
    if monitor.kind == "wall_heat_flow":
        return float(face_heat[solver.table.patches[f"side:{monitor.side}"]].sum()), "W"
    if monitor.kind == "flow_rate":
        faces = solver.table.patches[f"side:{monitor.side}"]
        return float(solver.backend.to_host(solver.faces.outflow)[faces].sum(dtype=np.float64)), "m3/s"
    unit = UNITS[monitor.quantity]
    if monitor.kind == "point":
        return float(sample(solver, monitor.quantity, np.array([monitor.at]))[0]), unit
    if monitor.kind == "line":
        values = sample(solver, monitor.quantity, line_points(monitor))
        return float(values[~np.isnan(values)].mean()) if not np.isnan(values).all() else float("nan"), unit
    return _box_value(solver, monitor), unit


def _box_value(solver, monitor) -> float:
    """Mean, maximum or minimum over a volume, or over a plane interpolated between its neighbouring cells."""
    lo, hi = np.array(monitor.lo, float), np.array(monitor.hi, float)
    if monitor.kind == "plane":
        axis = flat_axis(monitor)
        cells = _cells(solver.grid, lo, hi)
        cells[2 - axis] = slice(0, 1)
        mesh = [c[tuple(cells)] for c in solver.grid.mesh()]
        mesh[axis] = np.full_like(mesh[axis], lo[axis])
        values = sample(solver, monitor.quantity, np.stack([m.ravel() for m in mesh], axis=1))
        width = solver.grid.widths[axis].reshape([-1 if n == 2 - axis else 1 for n in range(3)])
        weights = solver.grid.volume / width
        weights = weights[tuple(cells)].ravel()
    else:
        cells = tuple(_cells(solver.grid, lo, hi))
        values, weights = quantity(solver, monitor.quantity)[cells].ravel(), solver.grid.volume[cells].ravel()
    good = ~np.isnan(values)
    if not good.any():
        return float("nan")
    if monitor.statistic == "mean":
        return float((values[good] * weights[good]).sum() / weights[good].sum())
    return float(values[good].max() if monitor.statistic == "max" else values[good].min())


def hottest_intakes(solver) -> dict[str, float]:
    """Hottest point of every rack's intake in degC, by rack name."""
    air = solver.backend.to_host(solver.T).astype(np.float64)[solver.table.owner] + solver.datum - KELVIN
    return {rack.name: float(air[rack.intake].max()) for rack in solver.racks}


def intake_heights(solver, heights=(1 / 6, 1 / 2, 5 / 6)) -> dict[str, list[float]]:
    """Intake temperature of every rack in degC at shares of its height: means over its width, by rack name.

    Herrlin (2005) samples a rack at these three heights. An intake that lies flat has its mean at all of them.
    """
    table = solver.table
    air = solver.backend.to_host(solver.T).astype(np.float64)[table.owner] + solver.datum - KELVIN
    found = {}
    for rack in solver.racks:
        level, row = np.unique(table.centre[2, rack.intake], return_inverse=True)
        flow = table.outflow[rack.intake]
        means = np.bincount(row, flow * air[rack.intake]) / np.bincount(row, flow)
        half = 0.5 * solver.grid.widths[2][np.searchsorted(solver.grid.nodes[2], level[[0, -1]]) - 1]
        low, high = level[0] - half[0], level[-1] + half[1]
        found[rack.name] = np.interp(low + np.array(heights) * (high - low), level, means).tolist()
    return found


def grid_uncertainty(values: list[float]) -> float | None:
    """Uncertainty of the last of a sequence of values on grids that each halve the cell size.

    Roache's grid convergence index: ``1.25 |f1 - f2| / (2^p - 1)`` with the observed order p of the last three grids,
    held between 0.5 and 2; where the sequence is not monotone, the largest difference. One grid gives ``None``.
    """
    if len(values) < 2 or not np.all(np.isfinite(values)):
        return None
    newest = values[-1] - values[-2]
    if len(values) == 2:
        return abs(newest)
    older = values[-2] - values[-3]
    if newest * older <= 0.0:
        return max(abs(newest), abs(older)) if newest != 0.0 else 0.0
    order = min(2.0, max(0.5, np.log2(older / newest)))
    return float(1.25 * abs(newest) / (2.0**order - 1.0))
