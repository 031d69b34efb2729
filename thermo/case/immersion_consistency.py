"""Checks of immersion tanks: the records exist, the coolant is given once, and nothing given is without effect."""

from __future__ import annotations

from thermo import records
from thermo.case.schema import Case
from thermo.errors import CaseError


def check_immersion(case: Case) -> None:
    """Raise :class:`CaseError` for tanks that cannot be built."""
    immersion = case.immersion
    if (immersion is not None) != (case.cooling == "immersion"):
        missing = "is missing: immersion needs it" if immersion is None else f'has no effect with "{case.cooling}"'
        raise case.error("immersion", f"{missing}; case.cooling is {case.cooling!r}")
    if immersion is None:
        return
    for key in ("room", "load", "electricity", "money"):
        if getattr(case, key) is not None:
            raise case.error(key, "is not coupled to immersion tanks: remove it")
    _check_records(case, immersion)
    names = [chip.name for chip in immersion.chip]
    for name in names:
        if names.count(name) > 1:
            raise case.error("immersion.chip", f"two kinds of chips are called {name}: rename one of them")
    given = immersion.condenser.coolant_temperature
    if case.plant is not None and given is not None:
        raise case.error("immersion.condenser.coolant_temperature", "is given by [plant]: remove it")


def _check_records(case: Case, immersion) -> None:
    named = [("immersion.liquid", immersion.liquid, records.saturation_table)]
    named += [(f"immersion.chip.{chip.name}.chip", chip.chip, records.chip) for chip in immersion.chip]
    for key, name, find in named:
        try:
            find(name)
        except CaseError as problem:
            raise case.error(key, str(problem)) from None
