"""Arrays of the host or of a GPU under the same functions.

NumPy's functions dispatch on the arrays that they are given, so formulas are written once for both. What makes arrays
out of nothing, out of numbers or out of host arrays is here; so is what only one side can do well.

A number of a design variant is ``(variants, 1)``, so it broadcasts against the steps of a year, ``(variants, steps)``.
A year without variants has floats and ``(steps,)``.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

_MODULE: ContextVar[Any] = ContextVar("array_module", default=np)


@contextmanager
def of_module(module: Any) -> Iterator[None]:
    """Within this, arrays are made by `module`: numpy, cupy or another one with the functions of numpy."""
    token = _MODULE.set(module)
    try:
        yield
    finally:
        _MODULE.reset(token)


def place() -> str:
    """Name of the module that makes arrays now."""
    return _MODULE.get().__name__


def on_host() -> bool:
    """Whether arrays are NumPy's now."""
    return _MODULE.get() is np


def shape(values: ArrayLike) -> tuple[int, ...]:
    """Shape of an array anywhere, or of a number."""
    return values.shape if hasattr(values, "shape") else np.shape(values)


def array(values: ArrayLike) -> Array:
    """`values` as double precision where arrays are made now; a single number stays a number of the host."""
    if shape(values) == () and not _is_elsewhere(values):
        return np.float64(values)
    return _MODULE.get().asarray(values, dtype=np.float64)


def line(values: ArrayLike) -> Array:
    """`values` as an array with at least one axis, the last one of a year."""
    values = _MODULE.get().asarray(values, dtype=np.float64)
    return values.reshape(1) if values.ndim == 0 else values


def beside(values: ArrayLike, other: ArrayLike) -> Any:
    """A host array of any type where `other` is: on the host if that is a number or a host array."""
    return _MODULE.get().asarray(values) if _is_elsewhere(other) else np.asarray(values)


def host(values: Any) -> NDArray:
    """`values` as a NumPy array."""
    return values.get() if _is_elsewhere(values) else np.asarray(values)


def _is_elsewhere(values: Any) -> bool:
    return hasattr(values, "__array_function__") and not isinstance(values, np.ndarray)


def broadcast(*values: ArrayLike) -> list[Array]:
    """All of them as arrays of one shape, which share memory with what they are made of."""
    parts = [_MODULE.get().asarray(part, dtype=np.float64) for part in values]
    whole = np.broadcast_shapes(*(part.shape for part in parts))
    return [np.broadcast_to(part, whole) for part in parts]


def spread(values: Array, *others: ArrayLike) -> Array:
    """`values` in the shape that it has together with `others`."""
    return np.broadcast_to(values, np.broadcast_shapes(*(shape(part) for part in (values, *others))))


def full(shape_: tuple[int, ...], value: Any, dtype: Any = np.float64) -> Array:
    """An array of one value; a number where the shape is ()."""
    return np.dtype(dtype).type(value) if shape_ == () else _MODULE.get().full(shape_, value, dtype=dtype)


def zeros(shape_: tuple[int, ...], dtype: Any = np.float64) -> Array:
    """An array of zeros; a number where the shape is ()."""
    return full(shape_, 0, dtype)


def ratio(over: ArrayLike, under: ArrayLike, elsewhere: ArrayLike = 0.0) -> Array:
    """``over / under`` where `under` is above 0, `elsewhere` in the rest."""
    positive = under > 0.0
    return np.where(positive, over / np.where(positive, under, 1.0), elsewhere)


def interpolated(values: ArrayLike, nodes: ArrayLike, table: ArrayLike) -> Array:
    """Straight lines through (`nodes`, `table`); the end values hold beyond them."""
    values = array(values)
    if _is_elsewhere(values):
        values = _MODULE.get().ascontiguousarray(values)
    return np.interp(values, beside(nodes, values), beside(table, values))


def running_minimum(values: Array) -> Array:
    """Least value so far along the last axis."""
    if not _is_elsewhere(values):
        return np.minimum.accumulate(values, axis=-1)
    least, reach = values, 1
    while reach < values.shape[-1]:
        shorter = np.minimum(least[..., reach:], least[..., :-reach])
        least, reach = np.concatenate([least[..., :reach], shorter], axis=-1), 2 * reach
    return least


def over_year(function: Callable[..., Array], values: ArrayLike) -> Any:
    """`function`, such as ``np.sum``, along the steps: a float of one year, ``(variants, 1)`` of many."""
    if len(shape(values)) < 2:
        return float(function(values))
    return function(values, axis=-1, keepdims=True)


def total(parts: Iterable[Any]) -> Any:
    """Sum of numbers or arrays from left to right.

    Python's sum() compensates the rounding of floats from version 3.12 on, but not that of arrays: a year by itself
    would differ in the last digit from the same year among variants.
    """
    return reduce(operator.add, parts, 0)


def largest(values: ArrayLike) -> Any:
    """Largest value of a year, ``(1,)`` or ``(variants, 1)``; a number stays one."""
    return values if shape(values) == () else np.max(values, axis=-1, keepdims=True)


def pick(values: Any, which: Any) -> Any:
    """What the variants `which` (indices) have of an array with an axis of variants; anything else as it is."""
    if len(shape(values)) < 2:
        return values
    return values[which if isinstance(which, slice) else beside(which, values)]


def resized(values: Array, size: int) -> Array:
    """`values` over and over along the last axis until `size` steps are full."""
    times = -(-size // values.shape[-1])
    return np.tile(values, (1,) * (len(values.shape) - 1) + (times,))[..., :size]


def variants(*values: Any) -> int:
    """How many variants these have together; 1 where none has an axis of them."""
    return math.prod(np.broadcast_shapes(*(shape(part)[:-1] for part in values if part is not None)))


def alike(*values: Array) -> list[Array]:
    """All with the same axes but the last, whose lengths stay."""
    axes = np.broadcast_shapes(*(part.shape[:-1] for part in values))
    return [np.broadcast_to(part, (*axes, part.shape[-1])) for part in values]


def at_largest(values: Array, measure: Array) -> Any:
    """`values` where `measure` is largest along the last axis: a float of (steps,), (variants, 1) of many."""
    place = np.argmax(measure, axis=-1, keepdims=True)
    found = np.take_along_axis(*alike(values, place), axis=-1)
    return found if len(shape(found)) > 1 else float(found[0])


def where_it_holds(holds: Any, values: Any) -> Any:
    """`values`, or None where it does not hold: one object, or an :class:`Each` of many."""
    holds, values = host(holds), host(values)
    if holds.size == 1 and values.size == 1:
        return values.item() if holds.item() else None
    if not holds.any():
        return None
    pairs = np.broadcast_arrays(holds.ravel(), values.ravel())
    return Each(value.item() if here else None for here, value in zip(*pairs, strict=True))


class Each(tuple):
    """One object a variant; None where a variant has nothing."""


def texts(when: ArrayLike, words: Callable[[Any], str]) -> list[str | Each]:
    """The text where `when` holds, as one item of a list: plain for one year, an :class:`Each` for many.

    `words` makes the text from a function that picks the number of the variant out of what it is given.
    """
    when = host(when)
    if when.ndim == 0 or when.size == 1:
        return [words(lambda values: _picked(host(values), 0))] if when.item() else []
    if not when.any():
        return []
    def text(i: int) -> str:
        return words(lambda values: _picked(host(values), i))
    return [Each(text(i) if here else None for i, here in enumerate(when.ravel()))]


def _picked(values: NDArray, variant: int) -> Any:
    return values.ravel()[variant if values.size > 1 else 0].item()


def on_the_host(tree: Any) -> Any:
    """Nested dicts and lists with every array in it on the host."""
    if isinstance(tree, dict):
        return {key: on_the_host(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [on_the_host(value) for value in tree]
    return host(tree) if _is_elsewhere(tree) else tree


def of_variants(tree: Any, count: int) -> list[Any]:
    """What each of so many variants has of nested dicts and lists: its number of (variants, 1), its item of `Each`.

    All arrays are of the host. Items that a variant does not have are left out, and what
    that leaves empty.
    """
    if isinstance(tree, dict):
        columns = {key: of_variants(value, count) for key, value in tree.items()}
        found = [{key: column[i] for key, column in columns.items() if column[i] is not None} for i in range(count)]
        return [one or None for one in found] if tree else found
    if isinstance(tree, Each):
        return list(tree)
    if isinstance(tree, list):
        items = [of_variants(item, count) for item in tree]
        return [[item[i] for item in items if item[i] is not None] for i in range(count)]
    if isinstance(tree, np.ndarray):
        numbers = tree.ravel().tolist()
        return numbers * count if len(numbers) == 1 else numbers
    return [tree] * count
