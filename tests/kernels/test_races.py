"""Threads of a launch run in any order and at once: no cell may touch what another one writes, or leave its arrays."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from field_cases import RecordingBackend, import_all_kernels, run_everything

from kernels.cell import REGISTRY
from kernels.cpu import typed_scalar

LAUNCHES = 3
"""Launches of every cell function that are watched."""
FEW_CELLS = 1200
"""Longer ones are watched only where there has been no shorter one."""


class Watched:
    """An array that notes which cell reads and writes which element."""

    def __init__(self, values: np.ndarray):
        self.values, self.cell = values, -1
        self.readers: dict[int, set[int]] = {}
        self.writers: dict[int, set[int]] = {}

    def __getitem__(self, index):
        self._note(self.readers, index)
        return self.values[index]

    def __setitem__(self, index, value):
        self._note(self.writers, index)
        self.values[index] = value

    def _note(self, users, index) -> None:
        if not 0 <= index < len(self.values):
            raise IndexError(f"element {index} of {len(self.values)}")
        users.setdefault(int(index), set()).add(self.cell)

    def shared(self) -> list[int]:
        """Elements that one cell writes and another one touches."""
        return [n for n, writers in self.writers.items() if len(writers | self.readers.get(n, writers)) > 1]


class WatchingBackend(RecordingBackend):
    """The CPU, with the first launches of every cell function run in plain Python on watched arrays."""

    def __init__(self, precision: str):
        super().__init__(precision)
        self.seen: Counter[str] = Counter()
        self.found: dict[str, str] = {}

    def launch(self, function, first, last, *arguments) -> None:
        """Watch, or just run."""
        name, most = function.__name__, FEW_CELLS if self.seen[function.__name__] else 10 * FEW_CELLS
        if not first < last <= first + most or self.seen[name] >= LAUNCHES:
            super().launch(function, first, last, *arguments)
            return
        self.seen[name] += 1
        arrays = {id(a): Watched(a) for a in arguments if isinstance(a, np.ndarray)}
        typed = [arrays[id(a)] if id(a) in arrays else typed_scalar(a, int, self.dtype) for a in arguments]
        for cell in range(first, last):
            for array in arrays.values():
                array.cell = cell
            try:
                function(cell, *typed)
            except IndexError as error:
                self.found[name] = f"cell {cell} of {first} to {last}: {error}"
                return
        for number, argument in enumerate(arguments):
            if isinstance(argument, np.ndarray) and arrays[id(argument)].shared():
                self.found[name] = f"elements {arrays[id(argument)].shared()[:5]} of argument {number}"


@pytest.fixture(scope="module")
def watched():
    import_all_kernels()
    backend = WatchingBackend("double")
    run_everything(backend)
    return backend


def test_every_cell_function_was_watched(watched):
    assert set(REGISTRY) - set(watched.seen) == set()


def test_no_cell_touches_what_another_writes(watched):
    assert watched.found == {}
