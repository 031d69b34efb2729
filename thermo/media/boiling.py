"""Boiling from a surface in a saturated pool: nucleate boiling, critical heat flux, onset.

Real surfaces scatter: expect 20 to 30 % in the heat transfer of a clean surface of known finish, factors with coatings.
All functions take scalars or arrays of one shape, in SI units.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

GRAVITY = 9.80665  # m/s2
ZUBER = 0.131  # Zuber 1959, pi/24
IVEY_MORRIS = 0.1  # Ivey and Morris 1962
LEAST_REDUCED_PRESSURE, MOST_REDUCED_PRESSURE = 1e-3, 0.9  # Cooper's data


@dataclass(frozen=True)
class Saturation:
    """A fluid at one point of its saturation line: K, Pa, kg/m3, kg/m3, J/kg/K, J/kg, N/m, and its critical pressure
    (Pa) and molar mass (kg/mol)."""

    temperature: float
    pressure: float
    liquid_density: float
    vapour_density: float
    heat_capacity: float
    latent_heat: float
    surface_tension: float
    critical_pressure: float
    molar_mass: float

    @property
    def reduced_pressure(self) -> float:
        """Pressure over the critical pressure."""
        return self.pressure / self.critical_pressure


def cooper(heat_flux: ArrayLike, reduced_pressure: ArrayLike, molar_mass: float, roughness: float = 1e-6) -> Array:
    """Nucleate boiling heat transfer coefficient, W/m2/K, at a heat flux, W/m2.

    h = 55 pr^(0.12 - 0.2 log10 Rp) (-log10 pr)^-0.55 M^-0.5 q^0.67, Rp in um, M in g/mol: Cooper, Adv. Heat Transfer 16
    (1984) 157, for plates, without the factor 1.7 of copper cylinders. Valid for pr of 0.001 to 0.9.
    Raises ValueError outside.
    """
    pr = np.asarray(reduced_pressure, dtype=np.float64)
    if np.any((pr < LEAST_REDUCED_PRESSURE) | (pr > MOST_REDUCED_PRESSURE)):
        raise ValueError(f"reduced pressure {np.asarray(pr).flat[0]:.3g}: Cooper's law holds from 0.001 to 0.9")
    flux = np.asarray(heat_flux, dtype=np.float64)
    exponent = 0.12 - 0.2 * np.log10(roughness * 1e6)
    return 55.0 * pr**exponent * (-np.log10(pr)) ** -0.55 * (molar_mass * 1e3) ** -0.5 * flux**0.67


def cooper_superheat(heat_flux: ArrayLike, at: Saturation, roughness: float = 1e-6, enhancement: float = 1.0) -> Array:
    """Wall above saturation temperature, K, at a heat flux, by :func:`cooper` times an `enhancement` of the surface."""
    flux = np.asarray(heat_flux, dtype=np.float64)
    coefficient = cooper(np.maximum(flux, 1e-6), at.reduced_pressure, at.molar_mass, roughness)
    return flux / (enhancement * coefficient)


def rohsenow(
    superheat: ArrayLike,
    at: Saturation,
    viscosity: float,
    conductivity: float,
    surface_constant: float,
    prandtl_exponent: float = 1.7,
) -> Array:
    """Heat flux, W/m2, of nucleate boiling at a wall `superheat`, K.

    q = mu h_fg [g (rho_l - rho_v) / sigma]^(1/2) [cp dT / (Csf h_fg Pr^n)]^3: Rohsenow, Trans. ASME 74 (1952) 969, with
    the constant Csf of the pair of surface and fluid (0.013 water on copper, 0.003 to 0.007 highly wetting dielectric
    liquids); n is 1 for water, 1.7 for other fluids. `viscosity`, Pa*s, and `conductivity`, W/m/K, of the liquid.
    """
    prandtl = viscosity * at.heat_capacity / conductivity
    lift = np.sqrt(GRAVITY * (at.liquid_density - at.vapour_density) / at.surface_tension)
    jakob = at.heat_capacity * np.asarray(superheat, dtype=np.float64) / at.latent_heat
    return viscosity * at.latent_heat * lift * (jakob / (surface_constant * prandtl**prandtl_exponent)) ** 3


def rohsenow_superheat(heat_flux: ArrayLike, at: Saturation, viscosity: float, conductivity: float,
                       surface_constant: float, prandtl_exponent: float = 1.7) -> Array:  # fmt: skip
    """Wall above saturation temperature, K, at a heat flux: :func:`rohsenow` solved for the superheat."""
    at_one_kelvin = rohsenow(1.0, at, viscosity, conductivity, surface_constant, prandtl_exponent)
    return np.cbrt(np.asarray(heat_flux, dtype=np.float64) / at_one_kelvin)


def critical_heat_flux(at: Saturation, subcooling: ArrayLike = 0.0) -> Array:
    """Highest heat flux of nucleate boiling, W/m2, from a large flat plate that faces up.

    Saturated: 0.131 h_fg rho_v^(1/2) [sigma g (rho_l - rho_v)]^(1/4), Zuber, AECU-4439 (1959); measurements on plain
    surfaces scatter by 20 % about it. A pool that is `subcooling` K below saturation: times
    1 + 0.1 (rho_l / rho_v)^(3/4) cp dT / h_fg, Ivey and Morris, AEEW-R137 (1962).
    """
    density = at.liquid_density - at.vapour_density
    saturated = ZUBER * at.latent_heat * np.sqrt(at.vapour_density)
    saturated *= (at.surface_tension * GRAVITY * density) ** 0.25
    jakob = at.heat_capacity * np.asarray(subcooling, dtype=np.float64) / at.latent_heat
    return saturated * (1.0 + IVEY_MORRIS * (at.liquid_density / at.vapour_density) ** 0.75 * jakob)
