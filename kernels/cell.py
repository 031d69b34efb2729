"""The ``@cell`` decorator: one Python function per cell, compiled for the CPU and for CUDA.

A cell function takes the flat index ``c`` of a cell of a padded array, the strides it needs (unsigned integers),
then arrays and scalars, and stores its result itself. Rules that keep it fast and single-source:

* index arithmetic only with the unsigned strides that are passed in (``c - sx``, never ``c - 1``): a signed index
  costs Numba's wrap-around test and with it vectorisation (measured: 10 times slower);
* numeric constants are single precision, so a single-precision kernel holds no double arithmetic. Those of this module
  are exactly representable and a double-precision kernel computes with exact values; a fitted constant of a model is a
  ratio of such numbers for the same reason (:mod:`kernels.two_layer`). Other numbers are scalars passed in;
* ``math`` functions and ``min``/``max``/``abs``; no allocation, no ``raise``, no strings.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable

import numpy as np
from numba import njit

ZERO = np.float32(0.0)
HALF = np.float32(0.5)
ONE = np.float32(1.0)
TWO = np.float32(2.0)

RESERVED = {"first", "last", "block"}
"""Names that the generated loops use themselves."""
REGISTRY: dict[str, Callable] = {}
"""Every cell function by name. Tests compile all of them for every target."""


def cell(function: Callable) -> Callable:
    """Register ``function`` as a cell function. It stays a plain Python function; launchers compile it."""
    known = REGISTRY.get(function.__name__)
    if known is not None and known.__module__ != function.__module__:
        raise ValueError(f"two cell functions are called {function.__name__}")
    taken = RESERVED & set(inspect.signature(function).parameters)
    if taken:
        raise ValueError(f"{function.__name__}: {sorted(taken)[0]} is a name of the loops, call the argument otherwise")
    REGISTRY[function.__name__] = function
    return function


def scalar(function: Callable) -> Callable:
    """Compile a helper of scalars (a limiter, a wall law) that cell functions call on every target."""
    return njit(error_model="numpy", inline="never")(function)
