"""Parts of immersion that are validated by themselves: laws of boiling, properties of liquids, saturation lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from thermo.media import boiling, fluid
from thermo.media.saturation import boiling_liquid, surface_tension_at

KELVIN = 273.15
ATMOSPHERE = 101325.0
WORKED = boiling.Saturation(373.15, ATMOSPHERE, 958.0, 0.597, 4180.0, 2.25e6, 0.0588, 22048321.0, 0.01802)
"""Water as the worked values of Rohsenow's law have it."""
STEP = 2.5  # K, half a row of the saturation tables


def rohsenow_coefficient(superheat: float) -> float:
    """Heat transfer coefficient, W/m2/K, of water by Rohsenow's law with n = 1 and Csf = 0.013."""
    return float(boiling.rohsenow(superheat, WORKED, 2.75e-4, 0.688, 0.013, 1.0) / superheat)


def cooper_coefficient(superheat: float, critical_pressure: float, molar_mass: float) -> float:
    """Heat transfer coefficient, W/m2/K, at 1 atm by Cooper's law, whose flux is that of the superheat, K."""
    at_one = float(boiling.cooper(1.0, ATMOSPHERE / critical_pressure, molar_mass))
    return (at_one * superheat**0.67) ** (1.0 / 0.33)


def zuber(surface_tension: float, latent_heat: float, liquid: float, vapour: float) -> float:
    """Critical heat flux, W/m2, of a saturated pool of given properties."""
    return float(boiling.critical_heat_flux(replace(WORKED, surface_tension=surface_tension, latent_heat=latent_heat,
                                                    liquid_density=liquid, vapour_density=vapour)))  # fmt: skip


def critical_heat_flux(liquid: str, pressure: float) -> float:
    """Critical heat flux, W/m2, of a saturated pool of a shipped liquid at a pressure, Pa."""
    pool = boiling_liquid(liquid)
    return float(boiling.critical_heat_flux(pool.at_temperature(pool.saturation_temperature(pressure))))


def kinematic_viscosity(liquid: str, celsius: float) -> float:
    """Kinematic viscosity, m2/s."""
    found = fluid(liquid)
    return float(found.viscosity(celsius + KELVIN) / found.density(celsius + KELVIN))


def clapeyron(liquid: str, celsius: float) -> float:
    """Latent heat over T (1/rho_v - 1/rho_l) dp/dT of a saturation line: 1 where its columns fit each other."""
    pool, kelvin = boiling_liquid(liquid), celsius + KELVIN
    at, below, above = (pool.at_temperature(kelvin + shift) for shift in (0.0, -STEP, STEP))
    rise = np.log(above.pressure / below.pressure) / (1.0 / below.temperature - 1.0 / above.temperature)
    volume = 1.0 / at.vapour_density - 1.0 / at.liquid_density
    return float(at.latent_heat / (volume * at.pressure * rise / kelvin))


def _property(name: str) -> Callable[[str, float], float]:
    return lambda liquid, celsius: float(getattr(fluid(liquid), name)(celsius + KELVIN))


def _saturated(name: str) -> Callable[[str, float], float]:
    return lambda liquid, celsius: float(getattr(boiling_liquid(liquid).at_temperature(celsius + KELVIN), name))


DIELECTRICS = {
    "rohsenow_coefficient": rohsenow_coefficient,
    "cooper_coefficient": cooper_coefficient,
    "zuber": zuber,
    "critical_heat_flux": critical_heat_flux,
    "boiling_point": lambda liquid, pressure: boiling_liquid(liquid).saturation_temperature(pressure) - KELVIN,
    "surface_tension": lambda celsius, at_25, critical: float(surface_tension_at(celsius + KELVIN, at_25, critical)),
    "clapeyron": clapeyron,
    "liquid_density": _property("density"),
    "liquid_heat_capacity": _property("heat_capacity"),
    "liquid_conductivity": _property("conductivity"),
    "liquid_viscosity": _property("viscosity"),
    "kinematic_viscosity": kinematic_viscosity,
    "saturation_pressure": _saturated("pressure"),
    "saturated_liquid": _saturated("liquid_density"),
    "saturated_vapour": _saturated("vapour_density"),
    "latent_heat": _saturated("latent_heat"),
}
