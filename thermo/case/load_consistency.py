"""Checks of load, electricity and money: what one table asks for, another provides."""

from __future__ import annotations

from thermo import records
from thermo.case.schema import Case


def check_load(case: Case) -> None:
    """A load needs a plant and a known server; money needs prices; nothing is given twice."""
    for key in ("load", "electricity", "money"):
        if getattr(case, key) is not None and case.plant is None:
            raise case.error(key, "has no effect without a plant and its year: add [plant] and [site], or remove it")
    if case.load is not None:
        _check_server(case)
        _check_events(case)
    if case.electricity is not None:
        _check_electricity(case)
    if case.money is not None and case.electricity is None and case.site.electricity_price is None:
        raise case.error("site.electricity_price", "is missing: [money] needs it, or a table of hours in [electricity]")


def _check_server(case: Case) -> None:
    load = case.load
    if load.start is not None and case.time is None:
        raise case.error("load.start", "has no effect without [time]: the year begins with the trace; remove it")
    if load.start is not None and case.cooling == "immersion":
        raise case.error("load.start", "has no effect in a tank, whose power in time is that of its boxes: remove it")
    if load.chip is not None and (load.chip.resistance is None) == (case.liquid is None and case.immersion is None):
        raise case.error(
            "load.chip.resistance",
            "is missing: give it" if load.chip.resistance is None else "follows from the plates or the tank: remove it",
        )
    if load.chip is not None and load.chip.record is not None:
        with case.errors_at("load.chip.record"):
            records.chip(load.chip.record)
    if isinstance(load.server, str):
        with case.errors_at("load.server"):
            records.server(load.server)
    if load.shift is not None and case.electricity is None:
        raise case.error("load.shift", "needs the price or carbon of every hour: add [electricity]")
    if load.batching is not None:
        rate = records.server(load.server).tokens if isinstance(load.server, str) else load.server.tokens
        batch = load.batching
        if not rate / batch.largest <= batch.single_stream <= rate:
            raise case.error(
                "load.batching.single_stream",
                f"{batch.single_stream:g} tokens/s must lie between the full rate over the largest batch "
                f"({rate / batch.largest:g}) and the full rate ({rate:g})",
            )


def _check_events(case: Case) -> None:
    """With a load the racks draw what their work takes, so no event may say otherwise."""
    racks = {rack.name for rack in case.rack}
    for number, event in enumerate(case.event):
        if "power" in event.change and racks & set(event.target):
            raise case.error(f"event.{number}.change.power", "contradicts [load], which gives the power of the racks: "
                             "remove one of them")


def _check_electricity(case: Case) -> None:
    for key in ("electricity_price", "carbon_per_electricity"):
        if getattr(case.site, key) is not None:
            raise case.error(f"site.{key}", "is given by the hours of [electricity] already: remove one of the two")
