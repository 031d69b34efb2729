"""Arrays that behave as CuPy's do where code for NumPy goes wrong, made of NumPy's: a GPU for tests without one.

They refuse what CuPy refuses: to become NumPy arrays unasked, to be combined with NumPy arrays, and functions, methods
of ufuncs and arguments that CuPy does not have.
"""

from __future__ import annotations

import numpy as np

OFFERED = frozenset({
    "all", "any", "argmax", "argsort", "asarray", "broadcast_to", "clip", "concatenate", "cumsum", "flatnonzero",
    "full", "interp", "irfft", "max", "mean", "min", "repeat", "rfft", "searchsorted", "sum", "take_along_axis",
    "tile", "where", "zeros",
})  # fmt: skip
"""Functions used on arrays of the year, all of which CuPy 13 has with these names and arguments."""
MISSING = frozenset({"isnat", "matvec", "spacing", "vecdot", "vecmat"})
"""The element-wise functions of NumPy 2.4 that CuPy 14 does not have."""
STREAM = 0x1234
"""Handle of the stream that a device's arrays would belong to."""


class StandIn(np.lib.mixins.NDArrayOperatorsMixin):
    """An array of a device.

    While ``capturing`` is set, the device records a graph and nothing may be fetched from it.
    """

    capturing = False
    __hash__ = None

    def __init__(self, values):
        self._values = np.asarray(values)

    def __array__(self, *_, **__):
        raise TypeError("Implicit conversion to a NumPy array is not allowed.")

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **kwargs):
        if ufunc.__name__ in MISSING or method != "__call__" or kwargs:
            raise TypeError(f"{ufunc.__name__}.{method} with {sorted(kwargs)} is not offered")
        if out is None:
            return wrapped(ufunc(*(bare(value) for value in inputs)))
        ufunc(*(bare(value) for value in inputs), out=tuple(bare(value) for value in out))
        return out[0]

    def __array_function__(self, function, types, args, kwargs):
        if function.__name__ not in OFFERED:
            raise TypeError(f"{function.__name__} is not offered")
        if function is np.interp and not args[0]._values.flags.c_contiguous:
            raise NotImplementedError("Non-C-contiguous x is currently not supported")
        return wrapped(function(*bare(list(args)), **{key: bare(value) for key, value in kwargs.items()}))

    shape = property(lambda self: self._values.shape)
    ndim = property(lambda self: self._values.ndim)
    size = property(lambda self: self._values.size)
    dtype = property(lambda self: self._values.dtype)
    nbytes = property(lambda self: self._values.nbytes)
    itemsize = property(lambda self: self._values.itemsize)

    @property
    def __cuda_array_interface__(self):
        return {"shape": self.shape, "typestr": self.dtype.str, "strides": None, "version": 3, "stream": STREAM,
                "data": (self._values.ctypes.data, False)}

    def get(self):
        """A copy on the host."""
        return np.array(self._fetched())

    def _fetched(self):
        if StandIn.capturing:
            raise RuntimeError("cudaErrorStreamCaptureUnsupported: the host waits for the device during a capture")
        return self._values

    def __getitem__(self, key):
        return wrapped(self._values[_index(key)])

    def __setitem__(self, key, value):
        self._values[_index(key)] = bare(value)

    def __len__(self):
        return len(self._values)

    def __iter__(self):
        raise TypeError("each element would be fetched by itself")

    def __bool__(self):
        return bool(self._fetched())

    def __float__(self):
        return float(self._fetched())

    def __int__(self):
        return int(self._fetched())


def _method(name):
    def call(self, *args, **kwargs):
        return wrapped(getattr(self._values, name)(*args, **kwargs))

    return call


for _name in ("all", "any", "astype", "copy", "max", "mean", "min", "ravel", "repeat", "reshape", "sum"):
    setattr(StandIn, _name, _method(_name))


def _index(key):
    if isinstance(key, tuple):
        return tuple(_index(part) for part in key)
    return key if isinstance(key, int | slice | type(...) | None) else bare(key)


def bare(value):
    """What a device array holds; arrays of the host are refused."""
    if isinstance(value, StandIn):
        return value._values
    if isinstance(value, np.ndarray):
        raise TypeError("Unsupported type <class 'numpy.ndarray'>")
    return type(value)(bare(part) for part in value) if isinstance(value, list | tuple) else value


def wrapped(value):
    """A result as the device gives it: numbers stay there."""
    if isinstance(value, tuple | list):
        return type(value)(wrapped(part) for part in value)
    return StandIn(value) if isinstance(value, np.ndarray | np.generic) else value


def asarray(values, dtype=None):
    """An array of the device from one there or on the host."""
    return StandIn(np.array(bare(values) if isinstance(values, StandIn) else values, dtype=dtype))


def ascontiguousarray(values):
    """The same, one row after the other in memory."""
    return StandIn(np.ascontiguousarray(bare(values)))


def full(shape, value, dtype=None):
    """An array of one value."""
    return StandIn(np.full(shape, bare(value), dtype))
