"""Checks of immersion tanks: the records exist, the coolant is given once, and nothing given is without effect."""

from __future__ import annotations

from thermo import records
from thermo.case.schema import Case


def check_immersion(case: Case) -> None:
    """Raise :class:`CaseError` for tanks that cannot be built."""
    immersion = case.immersion
    if (immersion is not None) != (case.cooling == "immersion"):
        missing = "is missing: immersion needs it" if immersion is None else f'has no effect with "{case.cooling}"'
        raise case.error("immersion", f"{missing}; case.cooling is {case.cooling!r}")
    if immersion is None:
        return
    if immersion.pool is None:
        _check_tank(case)
    else:
        _check_pool(case, immersion)


def _check_pool(case: Case, immersion) -> None:
    """A boiling tank has no room, and its coolant is given once."""
    if case.room is not None:
        raise case.error("room", "has no effect on a boiling pool, which is well mixed: remove it")
    _check_records(case, immersion)
    names = [chip.name for chip in immersion.chip]
    for name in names:
        if names.count(name) > 1:
            raise case.error("immersion.chip", f"two kinds of chips are called {name}: rename one of them")
    if case.plant is not None and immersion.condenser.coolant_temperature is not None:
        raise case.error("immersion.condenser.coolant_temperature", "is given by [plant]: remove it")


def _check_tank(case: Case) -> None:
    """A single-phase tank is a room with heated blocks or heat sinks, and with something cold."""
    if case.room is None:
        raise case.error("room", "is missing: a single-phase tank is the room of the case")
    for key in ("rack", "cooling_unit"):
        if getattr(case, key):
            raise case.error(key, "stands in air, not in a tank: use obstacles and heat sinks")
    if not cold_temperatures(case):
        raise case.error("immersion.exchanger", "has nothing to cool: add [[supply]], or a side, obstacle or "
                                                "porous block (coil) of fixed temperature")  # fmt: skip
    if not any(box.power for box in (*case.obstacle, *case.heat_sink, *case.heat, *case.porous)):
        raise case.error("immersion", "the tank has no heat: give obstacles or heat sinks a power")
    limited = [box for box in case.obstacle if box.limit is not None]
    if limited and case.time is not None and case.load is not None and case.load.chip is not None:
        raise case.error(f"obstacle.{limited[0].name}.limit",
                         "is of a block whose chips [load.chip] cannot slow down in time, as its heat takes time "
                         "to reach the liquid: give a heat sink, or remove limit, [load.chip] or [time]")  # fmt: skip
    if case.plant is not None and case.time is not None and case.time.start == "initial":
        raise case.error("time.start", "the plant needs the tank's steady state: remove it, or [plant]")


def cold_temperatures(case: Case) -> list[float]:
    """Temperatures, K, of what the exchanger cools: the supplies, or else sides, obstacles and coils that
    are held."""
    supplies = [opening.temperature for opening in case.supply]
    sides = [getattr(side, "temperature", None) for _, side in case.room.sides.items()]
    held = [temperature for temperature in sides if isinstance(temperature, float)]
    boxes = (*case.obstacle, *case.porous)
    return supplies or held + [box.temperature for box in boxes if box.temperature is not None]


def _check_records(case: Case, immersion) -> None:
    own = not isinstance(immersion.liquid, str)
    named = [] if own else [("immersion.liquid", immersion.liquid, records.saturation_table)]
    named += [(f"immersion.chip.{chip.name}.chip", chip.chip, records.chip) for chip in immersion.chip]
    for key, name, find in named:
        with case.errors_at(key):
            find(name)
