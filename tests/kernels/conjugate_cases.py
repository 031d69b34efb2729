"""Conjugate heat transfer with a frozen, divergence-free flow: three cases that defeat sweeps.

Each builder returns an :class:`EnergySystem` in double precision. Temperatures are rises above the inlet's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix, diags
from scipy.sparse.linalg import cg

WATER = {"conductivity": 0.6, "heat_capacity": 4.18e6}  # W/m/K, J/m3/K
OIL = {"conductivity": 0.13, "heat_capacity": 1.7e6}
AIR = {"conductivity": 0.026, "heat_capacity": 1.2e3}


@dataclass
class EnergySystem:
    """Flat padded arrays of one energy equation and what its heat balance needs."""

    shape: tuple[int, int, int]
    conductance: tuple
    neighbours: tuple
    excess: np.ndarray
    b: np.ndarray
    outflow: np.ndarray
    """Heat-capacity flow (W/K) that leaves the domain from each cell."""
    source: np.ndarray
    """Heat (W) put into each cell."""

    def closure(self, x) -> float:
        """Return heat carried out minus heat put in, relative to the heat put in. The inlet is at zero."""
        return abs(float(self.outflow @ x) / self.source.sum() - 1.0)

    def matrix(self):
        """Return the system as a SciPy sparse matrix."""
        n = self.excess.size
        _, ny, nx = self.shape
        sy, sz = nx + 2, (nx + 2) * (ny + 2)
        here = np.arange(n)
        rows, columns, values = [], [], []
        for a, offset in zip(self.neighbours, (-1, 1, -sy, sy, -sz, sz), strict=True):
            used = a > 0
            rows.append(here[used])
            columns.append(here[used] + offset)
            values.append(-a[used])
        triple = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
        return (coo_matrix(triple, shape=(n, n)) + diags(sum(self.neighbours) + self.excess)).tocsr()


def padded(values) -> np.ndarray:
    """Return cell values (nz, ny, nx) as a flat array with one ghost layer of zeros."""
    return np.pad(values, 1).ravel()


def along(axis: int, part: slice) -> tuple:
    """Return an index that takes ``part`` along ``axis`` of a 3-D array."""
    return tuple(part if a == axis else slice(None) for a in range(3))


LOW, HIGH = slice(None, -1), slice(1, None)


def assemble(widths, conductivity, heat_flux, source, contact=None) -> EnergySystem:
    """Assemble upwind convection and harmonic conduction.

    ``widths`` are the three lists of cell widths (z, y, x); ``heat_flux`` three arrays of heat-capacity flow (W/K)
    through the faces, boundary faces included; ``contact`` three arrays of m2 K/W on the inner faces, or ``None``.
    """
    shape = conductivity.shape
    size = np.meshgrid(*widths, indexing="ij")
    D, low, high = [], [], []
    excess, outflow, net = (np.zeros(shape) for _ in range(3))
    for axis in range(3):
        half = size[axis] / (2 * conductivity)
        resistance = half[along(axis, LOW)] + half[along(axis, HIGH)]
        if contact is not None:
            resistance = resistance + contact[axis]
        area = np.prod([size[a] for a in range(3) if a != axis], axis=0)[along(axis, HIGH)]
        inner = area / resistance
        F = heat_flux[axis]
        first, last = along(axis, slice(0, 1)), along(axis, slice(-1, None))
        D.append(np.concatenate([np.zeros_like(F[first]), inner], axis))
        low.append(D[-1] + np.concatenate([np.zeros_like(F[first]), np.maximum(F[along(axis, slice(1, -1))], 0)], axis))
        upper = inner + np.maximum(-F[along(axis, slice(1, -1))], 0)
        high.append(np.concatenate([upper, np.zeros_like(F[last])], axis))
        outflow[first] += np.maximum(-F[first], 0)
        outflow[last] += np.maximum(F[last], 0)
        excess[first] += np.maximum(F[first], 0)
        excess[last] += np.maximum(-F[last], 0)
        net += F[along(axis, HIGH)] - F[along(axis, LOW)]
    excess = np.pad(excess + net, 1, constant_values=1.0).ravel()
    order = [side for axis in (2, 1, 0) for side in (low[axis], high[axis])]
    neighbours = tuple(padded(side) for side in order)
    conductance = tuple(padded(D[axis]) for axis in (2, 1, 0))
    return EnergySystem(shape, conductance, neighbours, excess, padded(source), padded(outflow), padded(source))


def flow_through(widths, fluid, inlet, outlet, capacity_flow: float, swirl: float = 0.0):
    """Return a potential flow from ``inlet`` to ``outlet`` cells' high or low y faces plus swirls, as face fluxes.

    ``inlet`` and ``outlet`` are boolean (nz, nx) masks on the low and high y side; ``capacity_flow`` is in W/K.
    ``swirl`` is the amplitude of an added solenoidal flow relative to ``capacity_flow``.
    """
    shape = fluid.shape
    number = np.arange(fluid.size).reshape(shape)
    flux = [np.zeros(tuple(s + (a == axis) for a, s in enumerate(shape))) for axis in range(3)]
    size = np.meshgrid(*widths, indexing="ij")
    rows, columns, values, faces = [], [], [], []
    for axis in range(3):
        both = fluid[along(axis, LOW)] & fluid[along(axis, HIGH)]
        distance = (size[axis][along(axis, LOW)] + size[axis][along(axis, HIGH)]) / 2
        area = np.prod([size[a] for a in range(3) if a != axis], axis=0)[along(axis, HIGH)]
        faces.append(np.where(both, area / distance, 0.0))
        i, j, g = number[along(axis, LOW)][both], number[along(axis, HIGH)][both], faces[axis][both]
        rows += [i, j, i, j]
        columns += [j, i, i, j]
        values += [-g, -g, g, g]
    laplacian = coo_matrix(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=(fluid.size, fluid.size)
    ).tocsr()
    inflow, out = inlet * size[0][:, 0] * size[2][:, 0], outlet * size[0][:, -1] * size[2][:, -1]
    flux[1][:, 0], flux[1][:, -1] = capacity_flow * inflow / inflow.sum(), capacity_flow * out / out.sum()
    b = np.zeros(shape)
    b[:, 0] += flux[1][:, 0]
    b[:, -1] -= flux[1][:, -1]
    diagonal = np.where(laplacian.diagonal() > 0, laplacian.diagonal(), 1.0)
    potential, _ = cg(laplacian, b.ravel(), rtol=1e-13, maxiter=4000, M=diags(1 / diagonal))
    potential = potential.reshape(shape)
    for axis in range(3):
        flux[axis][along(axis, slice(1, -1))] -= faces[axis] * np.diff(potential, axis=axis)
    if swirl:
        add_swirl(flux, fluid, swirl * capacity_flow)
    return flux


def add_swirl(flux, fluid, amplitude: float) -> None:
    """Add the curl of a potential that lives on edges (along x and z) inside the fluid: exactly solenoidal."""
    nz, ny, nx = fluid.shape
    z, y, x = np.meshgrid(*(np.linspace(0, 1, s + 1) for s in (nz, ny, nx)), indexing="ij")
    wave = amplitude * np.sin(2 * np.pi * x) * np.sin(3 * np.pi * y) * np.sin(2 * np.pi * z + 0.5)
    four = fluid[:-1, :-1] & fluid[1:, :-1] & fluid[:-1, 1:] & fluid[1:, 1:]
    edge = np.pad(four, ((1, 1), (1, 1), (0, 0))) * (wave[:, :, :-1] + wave[:, :, 1:]) / 2
    flux[0] += np.diff(edge, axis=1)
    flux[1] -= np.diff(edge, axis=0)
    four = fluid[:, :-1, :-1] & fluid[:, 1:, :-1] & fluid[:, :-1, 1:] & fluid[:, 1:, 1:]
    edge = np.pad(four, ((0, 0), (1, 1), (1, 1))) * (wave[:-1] + wave[1:]) / 2
    flux[1] += np.diff(edge, axis=2)
    flux[2] -= np.diff(edge, axis=1)


def contact_between(shape, axis: int, index: int, where, resistance: float):
    """Return contact resistances on the faces between planes ``index - 1`` and ``index`` of ``axis``."""
    contact = [np.zeros(tuple(s - (a == axis_) for a, s in enumerate(shape))) for axis_ in range(3)]
    contact[axis][along(axis, slice(index - 1, index))][...] = np.where(where, resistance, 0.0)
    return contact


def cold_plate(channels: int = 8, length: int = 51, coolant=WATER, speed: float = 0.4) -> EnergySystem:
    """Silicon, thermal interface and a copper plate with parallel channels 0.4 mm wide and 2.5 mm high.

    34 layers in z, ``length`` cells of 1 mm along the flow (y), four cells a channel and its wall in x.
    """
    dz = np.array([0.1e-3] * 8 + [0.05e-3] * 2 + [0.1e-3] * 8 + [0.25e-3] * 10 + [0.2e-3] * 6)
    dx, dy = np.tile([0.2e-3] * 4, channels), np.full(length, 1e-3)
    shape = (dz.size, dy.size, dx.size)
    k = np.full(shape, 390.0)
    across = np.arange(dx.size)
    chip_y, chip_x = slice(length // 4, 3 * length // 4), slice(dx.size // 8, 7 * dx.size // 8)
    k[:10] = 0.03
    k[:8, chip_y, chip_x] = 120.0
    k[8:10, chip_y, chip_x] = 4.0
    channel = across % 4 >= 2
    fluid = np.zeros(shape, bool)
    fluid[18:28] = channel
    k[fluid] = coolant["conductivity"]
    flux = [np.zeros(tuple(s + (a == axis) for a, s in enumerate(shape))) for axis in range(3)]
    height = (np.cumsum(dz[18:28]) - dz[18:28] / 2) / dz[18:28].sum()
    profile = 6 * height * (1 - height) * dz[18:28]
    flux[1][18:28] = coolant["heat_capacity"] * speed * profile[:, None, None] * (channel * dx)[None, None, :]
    source = np.zeros(shape)
    source[0, chip_y, chip_x] = 1.0
    source *= 40.0 * channels / 8 / source.sum()
    contact = contact_between(shape, 0, 8, True, 5e-6)
    contact[0][9] = 5e-6
    return assemble((dz, dy, dx), k, flux, source, contact)


def board_in_oil() -> EnergySystem:
    """A printed board with two chips under finned copper sinks in a recirculating oil; 31 x 50 x 40 cells."""
    dz = np.array([4e-3] * 3 + [0.4e-3] * 4 + [0.25e-3] * 4 + [0.07e-3] * 2 + [0.5e-3] * 4 + [2e-3] * 8 + [4e-3] * 6)
    dy, dx = np.full(50, 4e-3), np.tile([1.5e-3, 0.7e-3], 20)
    shape = (dz.size, dy.size, dx.size)
    k = np.full(shape, OIL["conductivity"])
    fluid = np.ones(shape, bool)
    fluid[3:7] = False
    k[3:7] = 20.0
    for rows in (slice(8, 18), slice(28, 40)):
        columns = slice(8, 33)
        fluid[7:17, rows, columns] = False
        k[7:11, rows, columns] = 130.0
        k[11:13, rows, columns] = 5.0
        k[13:17, rows, columns] = 390.0
        k[17:25, rows, 9:32:2] = 390.0
        fluid[17:25, rows, 9:32:2] = False
    source = np.zeros(shape)
    source[7:9, 8:18, 8:33] = source[7:9, 28:40, 8:33] = 1.0
    source *= 400.0 / source.sum()
    open_side = np.ones((shape[0], shape[2]), bool)
    capacity_flow = 40.0
    flux = flow_through((dz, dy, dx), fluid, open_side & fluid[:, 0], open_side & fluid[:, -1], capacity_flow, 0.02)
    contact = contact_between(shape, 0, 11, k[10] == 130.0, 1e-5)
    return assemble((dz, dy, dx), k, flux, source, contact)


def thin_walled_room() -> EnergySystem:
    """A room of 0.1 m cells with an open metal enclosure of 2 mm walls; 26 x 42 x 50 cells."""
    dx, dy, dz = np.full(50, 0.1), np.full(42, 0.1), np.full(26, 0.1)
    walls_x, walls_y, wall_z = (15, 34), (12, 29), 20
    dx[list(walls_x)] = dy[list(walls_y)] = dz[wall_z] = 2e-3
    shape = (26, 42, 50)
    metal = np.zeros(shape, bool)
    metal[:21, 12:30, list(walls_x)] = True
    metal[:21, list(walls_y), 15:35] = True
    metal[20, 12:30, 15:35] = True
    metal[4:16, list(walls_y), 22:28] = False
    z, y, x = np.meshgrid(*(np.arange(s) for s in shape), indexing="ij")
    mixed = 1.0 + np.sin(0.3 * x) * np.sin(0.4 * y) * np.cos(0.5 * z)
    k = np.where(metal, 50.0, AIR["conductivity"] + mixed)
    source = np.zeros(shape)
    source[2:14, 16:26, 18:32] = 1.0
    source *= 40e3 / source.sum()
    inlet, outlet = np.zeros((26, 50), bool), np.zeros((26, 50), bool)
    inlet[:10, 10:40] = True
    outlet[16:, 10:40] = True
    flux = flow_through((dz, dy, dx), ~metal, inlet, outlet, 3.0e3, 0.1)
    return assemble((dz, dy, dx), k, flux, source)
