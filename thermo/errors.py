"""The ways a run can end other than well; the command line turns each into its exit status."""

from __future__ import annotations


class CaseError(Exception):
    """The input is wrong (exit 2). ``str()`` is one line: where it is, what was given and what to change."""


class DivergedError(Exception):
    """The solution diverged or did not converge and the run cannot go on (exit 3)."""


class HardwareError(Exception):
    """Asked-for hardware or an optional package is missing (exit 4)."""


class OutputError(Exception):
    """The results cannot be written where they were asked for (exit 2). ``str()`` is one line; former files stay."""
