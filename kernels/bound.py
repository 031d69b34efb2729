"""Launches bound once to their arguments and found again by them."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

MOST_CALLS = 8192
"""Bound launches kept; scalars that change from step to step make new ones."""


class BoundCalls:
    """Bound launches by key: a function, its range and its arguments, arrays by their identity.

    A call is dropped when one of its arrays goes, whose identity another array may then take over.
    """

    def __init__(self):
        self.calls: dict[tuple, Callable[[], None]] = {}
        self._users: dict[int, tuple[weakref.ref, set[tuple]]] = {}

    def keep(self, key: tuple, call: Callable[[], None], arrays: Iterable[Any]) -> Callable[[], None]:
        """Keep a call until one of ``arrays`` has gone, and return it."""
        if len(self.calls) >= MOST_CALLS:
            self.calls.clear()
            self._users.clear()
        self.calls[key] = call
        for array in arrays:
            if id(array) not in self._users:
                self._users[id(array)] = weakref.ref(array, partial(self._forget, id(array))), set()
            self._users[id(array)][1].add(key)
        return call

    def _forget(self, identity: int, _) -> None:
        """Drop every call that uses an array which is gone."""
        for key in self._users.pop(identity)[1]:
            self.calls.pop(key, None)
