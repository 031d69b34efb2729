"""Compiled loops behind one C signature, so that calling one costs well under a microsecond.

A loop is ``void loop(first, last, block)``; ``block`` is an array of 64-bit words with the addresses of the arrays
and the bits of the scalars. One signature lets a compiled driver call loops by their address: :func:`wave` runs several
sweeps over planes in an order that keeps what they read in the cache.
"""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Callable
from functools import cache

import numpy as np
from llvmlite import binding, ir
from numba import cfunc, from_dtype, types
from numba.extending import intrinsic

LOOP = types.void(types.uint64, types.uint64, types.CPointer(types.uint64))
TYPES = {name: from_dtype(np.dtype(name)) for name in
         ("float32", "float64", "int8", "uint8", "bool", "int32", "uint32", "int64", "uint64")}
ARRAYS = {np.dtype(name): "*" + name for name in TYPES}
CHUNK = 4096
"""Cells that the fields of a wave sweep in turn: few enough for shared coefficients to stay in the first cache."""

MOST_ALIAS_CHECKS = 2000
"""A loop over many arrays is compiled to vector instructions, after a test that no two of them overlap. The compiler
gives up at 128 comparisons, which a kernel with eight results passes."""

binding.set_option("thermo", f"--vectorize-memory-check-threshold={MOST_ALIAS_CHECKS}")


def kind_of(argument, real: type) -> str:
    """Name how a loop takes an argument: ``*`` and the element type of an array, ``uint64`` or the ``real`` type."""
    if isinstance(argument, np.ndarray):
        if argument.ndim != 1 or not argument.flags.c_contiguous:
            raise ValueError("a kernel takes flat contiguous arrays")
        return ARRAYS[argument.dtype]
    if isinstance(argument, (int, np.integer)):
        return "uint64"
    return np.dtype(real).name


def short_name(kinds: tuple[str, ...]) -> str:
    """Name kinds of arguments in a few letters, for a file name."""
    return hashlib.sha256(" ".join(kinds).encode()).hexdigest()[:8]


def pack(arguments, real: type) -> np.ndarray:
    """Return the block of a loop's arguments. The arrays must outlive it."""
    block = np.zeros(len(arguments), np.uint64)
    for i, argument in enumerate(arguments):
        if isinstance(argument, np.ndarray):
            block[i] = address(argument)
        elif isinstance(argument, (int, np.integer)):
            block[i] = argument
        else:
            block[i : i + 1].view(real)[0] = argument
    return block


def address(array: np.ndarray) -> int:
    """Return where the elements of an array are."""
    return array.__array_interface__["data"][0]


@intrinsic
def array_at(typing, word, dtype):
    """Pointer to elements of type ``dtype`` at an address."""
    signature = types.CPointer(dtype.instance_type)(types.uint64, dtype)

    def code(context, builder, signature, arguments):
        return builder.inttoptr(arguments[0], context.get_value_type(signature.return_type))

    return signature, code


@intrinsic
def scalar_at(typing, bits, dtype):
    """The number of type ``dtype`` whose bits are in a word."""
    signature = dtype.instance_type(types.uint64, dtype)

    def code(context, builder, signature, arguments):
        target = context.get_value_type(signature.return_type)
        if isinstance(target, ir.IntType):
            return arguments[0]
        width = 32 if isinstance(target, ir.FloatType) else 64
        return builder.bitcast(builder.trunc(arguments[0], ir.IntType(width)), target)

    return signature, code


@intrinsic
def call_loop(typing, loop, first, last, block):
    """Call the loop at an address."""

    def code(context, builder, signature, arguments):
        kind = ir.FunctionType(ir.VoidType(), [ir.IntType(64)] * 3)
        builder.call(builder.inttoptr(arguments[0], kind.as_pointer()), arguments[1:])
        return context.get_dummy_value()

    return types.void(*[types.int64] * 4), code


def wave(loop, words):
    """Run sweeps over a slab of planes so that sweep ``n + 1`` follows one plane behind sweep ``n``.

    ``words`` are first and last cell of the grid, the size of a plane, the number of sweeps and of fields, the planes
    ``low <= k < high`` of the slab and by how many planes each sweep moves these bounds, then the addresses of the
    blocks of all fields for even and for odd sweeps. A sweep may read one plane to either side and every field's
    sweeps write two arrays in turn, so the result is the one of sweeps over the whole slab, one after the other.
    """
    first, last, plane, sweeps, fields = words[0], words[1], words[2], words[3], words[4]
    low, high, low_step, high_step = words[5], words[6], words[7], words[8]
    for t in range(low + min(0, low_step * sweeps), high + max(0, high_step * sweeps) + sweeps):
        for n in range(sweeps):
            k = t - n
            if k >= low + n * low_step and k < high + n * high_step:
                end = min(first + (k + 1) * plane, last)
                for begin in range(first + k * plane, end, CHUNK):
                    for f in range(fields):
                        call_loop(loop, begin, min(begin + CHUNK, end), words[9 + (n % 2) * fields + f])


@cache
def driver(function) -> Callable:
    """Compile a driver such as :func:`wave` and return it as a function of Python integers."""
    signature = types.void(types.int64, types.CPointer(types.int64))
    compiled = cfunc(signature, cache=True, error_model="numpy", _nrt=False)(function)
    return ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_void_p)(compiled.address)


@cache
def callable_loop(address: int) -> Callable:
    """Return the loop at an address as a function of first, last and the address of a block; it drops the GIL."""
    return ctypes.CFUNCTYPE(None, ctypes.c_uint64, ctypes.c_uint64, ctypes.c_void_p)(address)
