"""Geometries and right-hand sides of the pressure equation, on the host in double precision."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kernels.multigrid import PressureMultigrid


@dataclass
class PressureCase:
    """A grid with its fluid cells, faces (z, y, x; padded) and coefficients; ``b`` is a flat right-hand side."""

    widths: tuple
    fluid: np.ndarray
    open_faces: list
    conductance: list
    diag: np.ndarray
    b: np.ndarray
    resisting: list | None = None

    def solver(self, backend):
        """Return the solver on ``backend`` with its coefficients, and the right-hand side."""
        multigrid = PressureMultigrid(backend, self.fluid.shape, self.widths, self.open_faces, self.fluid,
                                      self.resisting)
        cz, cy, cx = (backend.asarray(c.ravel()) for c in self.conductance)
        multigrid.update(cx, cy, cz, backend.asarray(self.diag.ravel()))
        return multigrid, backend.asarray(self.b)

    def apply(self, x):
        """Apply the operator to a flat field by NumPy slices."""
        x = x.reshape(self.diag.shape)
        out = self.diag * x
        for axis, c in enumerate(self.conductance):
            high = tuple(slice(1, None) if a == axis else slice(None) for a in range(3))
            low = tuple(slice(0, -1) if a == axis else slice(None) for a in range(3))
            flux = c[high] * (x[high] - x[low])
            out[high] += flux
            out[low] -= flux
        return out.ravel()


def stretched(count, ratio=20.0):
    """Widths of a unit length, thin at both ends, largest over smallest ``ratio``."""
    half = (count + 1) // 2
    widths = ratio ** (np.arange(half) / (half - 1))
    widths = np.concatenate([widths, widths[::-1][count % 2 :]])
    return widths / widths.sum()


def faces_between(fluid):
    """Open faces (z, y, x) of padded shape between fluid cells."""
    padded = np.pad(fluid, 1)
    return [padded & np.roll(padded, 1, axis) for axis in range(3)]


def conductances(widths, open_faces):
    """Area over distance of the open faces."""
    result = []
    for axis in range(3):
        factors = [np.pad(w, 1) for w in widths]
        width = widths[axis]
        factors[axis] = np.ones(len(width) + 2)
        factors[axis][2:-1] = 2.0 / (width[1:] + width[:-1])
        result.append(np.where(open_faces[axis], np.einsum("i,j,k->ijk", *factors), 0.0))
    return result


def smooth_sources(widths, fluid, seed=0):
    """Eight Gaussian sources plus noise, times the cell volume."""
    random = np.random.default_rng(seed)
    z, y, x = np.meshgrid(*[np.cumsum(w) - w / 2 for w in widths], indexing="ij")
    lengths = [w.sum() for w in widths]
    b = 0.1 * random.normal(size=fluid.shape)
    for _ in range(8):
        centre, size = random.random(3) * lengths, random.uniform(0.05, 0.2) * max(lengths)
        square = (z - centre[0]) ** 2 + (y - centre[1]) ** 2 + (x - centre[2]) ** 2
        b += random.normal() * np.exp(-square / size**2)
    return np.where(fluid, b * np.einsum("i,j,k->ijk", *widths), 0.0)


def make_case(kind: str, n: int = 32) -> PressureCase:
    """Return a case; ``kind`` joins words: uniform, stretched, slab, boxes, thin, baffle, pocket, opening, tile."""
    widths = [stretched(n)] * 3 if "stretched" in kind else [np.full(n, 1.0 / n)] * 3
    if "slab" in kind:
        widths[0] = np.full(n, 0.05 / n)
    fluid = np.ones((n, n, n), bool)
    if "boxes" in kind:
        fluid[: n // 2, n // 5 : 2 * n // 5, n // 6 : 5 * n // 6] = False
        fluid[: n // 2, 3 * n // 5 : 4 * n // 5, n // 6 : 5 * n // 6] = False
    if "thin" in kind:
        fluid[: 3 * n // 4, n // 3, :] = False
        fluid[n // 4 :, :, n // 2] = False
        fluid[5 * n // 8, : n // 2, : n // 2] = False
    if "pocket" in kind:
        fluid[4:9, 4:9, 4:9] = False
        fluid[5:8, 5:8, 5:8] = True
    faces = faces_between(fluid)
    if "baffle" in kind:
        faces[1][1 : 3 * n // 4, n // 3 | 1, 1:-1] = False
        faces[1][n // 4 : -1, 2 * n // 3 | 1, 1:-1] = False
        faces[2][1:-1, n // 4 : -1, n // 2 | 1] = False
    conductance, resisting = conductances(widths, faces), None
    if "tile" in kind:
        resisting = [np.zeros_like(f) for f in faces]
        resisting[0][n // 3 | 1] = True
        conductance[0][n // 3 | 1] *= 0.01
    diag = np.zeros(faces[0].shape)
    if "opening" in kind:
        patch = np.s_[n // 2 : n // 2 + n // 4, n // 2 : n // 2 + n // 4]
        diag[(*patch, n)] = 2.0 * np.outer(widths[0], widths[1])[patch] / widths[2][-1]
    b = np.pad(smooth_sources(widths, fluid), 1).ravel()
    return PressureCase(tuple(widths), fluid, faces, conductance, diag, b, resisting)
