"""Solve the steady rolls of spectral.csv: sines and cosines across, Chebyshev points up, Newton's method.

Streamfunction psi (u = psi_z, w = -psi_x) and temperature 1/2 - z + theta between no-slip plates at z = 0 and 1:

    psi = sum_m p_m(z) sin(m k x),  theta = sum_m t_m(z) cos(m k x)
    u . grad lap psi = Pr lap lap psi - Pr Ra theta_x,  u . grad theta - w = lap theta

``python spectral.py`` prints the rows of spectral.csv.
"""

from __future__ import annotations

import numpy as np

WAVENUMBER = 3.117
RAYLEIGHS = (1800.0, 2000.0, 2500.0, 3000.0, 5000.0, 10000.0, 30000.0)


def chebyshev(order: int) -> tuple[np.ndarray, np.ndarray]:
    """Derivative matrix and points of Chebyshev collocation on 0 to 1, points falling."""
    k = np.arange(order + 1)
    x = np.cos(np.pi * k / order)
    c = np.where((k == 0) | (k == order), 2.0, 1.0) * (-1.0) ** k
    d = np.outer(c, 1.0 / c) / (x[:, None] - x + np.eye(order + 1))
    return 2.0 * (d - np.diag(d.sum(axis=1))), 0.5 * (x + 1.0)


class Rolls:
    """The discrete equations of `modes` waves and `order` + 1 points at one Prandtl number."""

    def __init__(self, prandtl: float, modes: int, order: int):
        self.prandtl, self.modes = prandtl, modes
        self.d, self.z = chebyshev(order)
        self.d2 = self.d @ self.d
        points = 3 * modes + 2  # no aliasing of products
        self.k = WAVENUMBER * np.arange(modes + 1)[:, None]
        angle = np.outer(np.pi * (np.arange(points) + 0.5) / points, np.arange(modes + 1))
        self.sine, self.cosine = np.sin(angle), np.cos(angle)
        self.to_sine, self.to_cosine = 2.0 / points * self.sine.T, 2.0 / points * self.cosine.T
        self.to_cosine[0] *= 0.5

    def unpack(self, values):
        """Amplitudes p_m and t_m, (modes + 1, order + 1)."""
        size = len(self.z)
        p = np.zeros((self.modes + 1, size), values.dtype)
        p[1:] = values[: self.modes * size].reshape(self.modes, size)
        return p, values[self.modes * size :].reshape(self.modes + 1, size)

    def residual(self, values, rayleigh: float):
        """Defects of both equations, with the plates' conditions in the outermost rows."""
        p, t = self.unpack(values)
        k, d, d2 = self.k, self.d, self.d2
        vorticity = p @ d2.T - k**2 * p
        u, w = self.sine @ (p @ d.T), -self.cosine @ (k * p)
        spin = u * (self.cosine @ (k * vorticity)) + w * (self.sine @ (vorticity @ d.T))
        warmth = w * (self.cosine @ (t @ d.T)) - u * (self.sine @ (k * t))
        first = vorticity @ d2.T - k**2 * vorticity + rayleigh * k * t - self.to_sine @ spin / self.prandtl
        second = t @ d2.T - k**2 * t - k * p - self.to_cosine @ warmth
        slope = p @ d.T
        first[:, [0, -1]], first[:, 1], first[:, -2] = p[:, [0, -1]], slope[:, 0], slope[:, -1]
        second[:, [0, -1]] = t[:, [0, -1]]
        return np.concatenate([first[1:].ravel(), second.ravel()])

    def start(self):
        """Amplitudes of one weak roll."""
        size = len(self.z)
        values = np.zeros((2 * self.modes + 1) * size)
        values[:size] = -4.0 * np.sin(np.pi * self.z) ** 2
        values[(self.modes + 1) * size : (self.modes + 2) * size] = 0.3 * np.sin(np.pi * self.z)
        return values

    def solve(self, rayleigh: float, values):
        """Newton's method with derivatives by complex steps. Raises RuntimeError where it does not converge."""
        for _ in range(40):
            steps = values + 1e-30j * np.eye(len(values))
            jacobian = np.array([self.residual(row, rayleigh).imag for row in steps]).T / 1e-30
            change = np.linalg.solve(jacobian, self.residual(values, rayleigh))
            values = values - change
            if abs(change).max() < 1e-9 * abs(values).max():
                return values
        raise RuntimeError(f"no steady rolls found at Ra {rayleigh:g}")

    def nusselt(self, values) -> float:
        """Heat through the floor over that of conduction."""
        return float(1.0 - (self.d @ self.unpack(values)[1][0])[-1])


def table(prandtl: float, modes: int, order: int, rayleighs=RAYLEIGHS) -> dict[float, float]:
    """Nusselt numbers at rising Rayleigh numbers, each from the solution before."""
    rolls = Rolls(prandtl, modes, order)
    values, found = rolls.start(), {}
    for rayleigh in rayleighs:
        values = rolls.solve(rayleigh, values)
        found[rayleigh] = rolls.nusselt(values)
    return found


if __name__ == "__main__":
    for prandtl in (0.71, 300.0):
        coarse, fine = table(prandtl, 12, 24), table(prandtl, 18, 32)
        for rayleigh, nusselt in fine.items():
            print(f"{prandtl:g},{rayleigh:g},{nusselt:.5f},{nusselt - coarse[rayleigh]:.1e}")
