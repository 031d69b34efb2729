"""Ctrl-C and SIGTERM wait until a step is complete, so that what is saved is a whole state."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator


class Pending:
    """Whether an interruption has been asked for."""

    def __init__(self):
        self.asked = False

    def check(self) -> None:
        """Raise :class:`KeyboardInterrupt` if it has."""
        if self.asked:
            raise KeyboardInterrupt


@contextlib.contextmanager
def deferred() -> Iterator[Pending]:
    """Note Ctrl-C and SIGTERM instead of raising at once; a second one raises. Only in the main thread."""
    pending = Pending()

    def note(_number, _frame):
        if pending.asked:
            raise KeyboardInterrupt
        pending.asked = True

    try:
        former = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    except ValueError:  # not the main thread: whoever runs us there handles signals
        yield pending
        return
    try:
        yield pending
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
