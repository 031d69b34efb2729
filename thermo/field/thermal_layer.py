"""Thin layers of fluid on heated faces: finer cells there, and how many of them lie across each layer."""

from __future__ import annotations

from math import inf, isfinite

import numpy as np

from thermo.case.heated import HeatedFace, heated_faces
from thermo.field.grid import Grid
from thermo.field.properties import FluidProperties, at_temperature

GRAVITY = 9.81
FEW_CELLS = 4.0
"""Fewer cells than this across a layer leave its profile to one or two of them, and a flag is raised."""


def plate_nusselt(rayleigh: float, prandtl: float) -> float:
    """Mean Nusselt number of an upright plate of given temperature in laminar natural convection.

    Nu = 0.68 + 0.670 Ra^(1/4) / [1 + (0.492/Pr)^(9/16)]^(4/9), Ra below 1e9: Churchill and Chu, Int. J. Heat Mass
    Transfer 18 (1975) 1323, eq. 7.
    """
    return 0.68 + 0.670 * rayleigh**0.25 / (1.0 + (0.492 / prandtl) ** (9 / 16)) ** (4 / 9)


def layer_thickness(face: HeatedFace, fluid: FluidProperties) -> float:
    """Thickness (m) of the layer that carries the heat of an upright face by natural convection: height over Nu.

    Properties at the reference temperature, which also stands for the fluid far away. Infinite where the face's
    temperature or flux is an expression, or where nothing drives a flow. A forced flow makes the layer thinner.
    """
    reference = np.array(fluid.reference_temperature)
    conductivity = float(at_temperature(fluid.conductivity, reference))
    viscosity = float(at_temperature(fluid.viscosity, reference)) / fluid.density
    per_kelvin = GRAVITY * fluid.expansion * face.height**3 * fluid.capacity / (viscosity * conductivity)
    if isinstance(face.temperature, float):
        excess = abs(face.temperature - fluid.reference_temperature)
        return face.height / plate_nusselt(per_kelvin * excess, fluid.prandtl) if excess else inf
    if not isinstance(face.flux, float) or not face.flux:
        return inf
    nusselt = 1.0
    for _ in range(40):  # Nu falls with the fourth root of itself: each round quarters the error
        excess = abs(face.flux) * face.height / (conductivity * nusselt)
        nusselt = plate_nusselt(per_kelvin * excess, fluid.prandtl)
    return face.height / nusselt


def cells_across(face: HeatedFace, grid: Grid, thickness: float) -> float:
    """Cells between a face and ``thickness`` metres away from it, counted with their parts."""
    nodes = grid.nodes[face.axis]
    distances = np.sort(face.side * (nodes - face.position))
    distances = distances[distances > -1e-9 * (nodes[-1] - nodes[0])]
    return float(np.interp(thickness, distances, np.arange(len(distances))))


def layer_report(case, grid: Grid, fluid: FluidProperties) -> dict[str, float]:
    """Thinnest layer on an upright heated face in m, and the fewest cells across one; empty without such a face."""
    if not (case.physics.buoyancy and case.physics.energy):
        return {}
    faces = [face for face in heated_faces(case) if face.upright]
    layers = [(face, layer_thickness(face, fluid)) for face in faces]
    layers = [(face, thickness) for face, thickness in layers if isfinite(thickness)]
    if not layers:
        return {}
    return {"thinnest_layer_m": min(thickness for _, thickness in layers),
            "cells_across_layer": min(cells_across(face, grid, thickness) for face, thickness in layers)}


def layer_flags(case, grid: Grid, fluid: FluidProperties) -> list[str]:
    """A flag where a laminar case has too few cells in its layers; wall functions bridge those of turbulent cases."""
    report = layer_report(case, grid, fluid)
    if not report or case.physics.turbulence != "laminar" or report["cells_across_layer"] >= FEW_CELLS:
        return []
    thickness, cells = 1e3 * report["thinnest_layer_m"], report["cells_across_layer"]
    return [f"the thinnest layer of natural convection on a heated face is about {thickness:.2g} mm thick and only "
            f"{cells:.1f} cells across: temperatures of heated faces depend on the grid; give grid.heated_face_cell"]
