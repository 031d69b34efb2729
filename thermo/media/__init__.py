"""Fluids, solids and moist air: properties with source and valid range."""

from thermo.media.fluids import Air, Fluid, fluid, fluid_names
from thermo.records.materials import SolidRecord, solid

__all__ = ["Air", "Fluid", "SolidRecord", "fluid", "fluid_names", "solid"]
