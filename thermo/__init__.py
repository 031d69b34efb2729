"""Thermal and cooling physics of data centres: heat and flow fields, coolant loops, the plant and its year."""

import os

__version__ = "0.1.0"

# The matrices here are small, and the kernels have threads of their own: those of BLAS would only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
