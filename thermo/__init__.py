"""Thermal and cooling physics of data centres: heat and flow fields, coolant loops, the plant and its year."""

__version__ = "0.1.0"
