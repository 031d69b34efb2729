"""Checks of a network of the user's own: its nodes and records exist, and nothing given is without effect."""

from __future__ import annotations

import difflib
from collections import Counter

from thermo import records
from thermo.case.schema import Case

KELVIN = 273.15


def check_network(case: Case) -> None:
    """Raise :class:`CaseError` for the first thing in ``[network]`` that cannot be."""
    network = case.network
    if network is None:
        return
    if case.cooling != "closed_loop":
        raise case.error("network", f'has no effect with "{case.cooling}"; case.cooling is {case.cooling!r}')
    for key in ("liquid", "room", "plant"):
        if getattr(case, key) is not None:
            raise case.error(key, "stands beside [network], which is solved by itself: remove one of the two")
    _check_names(case, network)
    _check_records(case, network)
    _check_freezing(case, network)


def _check_names(case: Case, network) -> None:
    nodes = [node.name for node in network.node]
    twice = [name for name, count in Counter(nodes).items() if count > 1]
    if twice:
        raise case.error(f"network.node.{twice[0]}", "two nodes are called so: give one another name")
    for key, _, *ends in network.branches:
        for word, node in zip(("from", "to"), ends, strict=True):
            if node not in nodes:
                near = difflib.get_close_matches(node, nodes, 1, 0.5)
                hint = f" Did you mean {near[0]}?" if near else ""
                raise case.error(f"network.{key}.{word}", f"there is no node {node}; add it to network.node.{hint}")
    twice = [name for name, count in Counter(name for _, name, _, _ in network.branches).items() if count > 1]
    if twice:
        keys = [key for key, name, _, _ in network.branches if name == twice[0]]
        raise case.error(f"network.{keys[1]}", f"network.{keys[0]} has the same name: give one another name")
    for node in network.node:
        if node.inflow is not None and node.pressure is not None:
            raise case.error(f"network.node.{node.name}.inflow",
                             "has no effect at a node of held pressure, where any flow comes in: remove one of the two")
        if node.inflow is not None and node.temperature is None:
            raise case.error(f"network.node.{node.name}.temperature", "is missing: inflow needs it")
        if node.temperature is not None and node.inflow is None and node.pressure is None:
            raise case.error(f"network.node.{node.name}.temperature", "has no effect without inflow or pressure")


def _check_records(case: Case, network) -> None:
    named = [("coolant", network.coolant, records.coolant)]
    for plate in network.plate:
        named.append((f"plate.{plate.name}.chip", plate.chip, records.chip))
        if plate.record is not None:
            named.append((f"plate.{plate.name}.record", plate.record, records.cold_plate))
    for key, name, find in named:
        with case.errors_at(f"network.{key}"):
            find(name)


def _check_freezing(case: Case, network) -> None:
    """Coolant that stands still in the cold must not freeze."""
    freezing = records.coolant(network.coolant).freezing
    given = [("temperature", network.temperature)]
    given += [(f"node.{node.name}.temperature", node.temperature) for node in network.node]
    given += [(f"cooler.{each.name}.outlet_temperature", each.outlet_temperature) for each in network.cooler]
    for kind in ("pipe", "cooler"):
        given += [(f"{kind}.{each.name}.surroundings", each.surroundings) for each in getattr(network, kind)]
    for key, temperature in given:
        if temperature is not None and temperature <= freezing:
            raise case.error(
                f"network.{key}",
                f"{network.coolant} freezes at {freezing - KELVIN:.1f} degC, and {temperature - KELVIN:.1f} degC is "
                "colder: take a coolant with more glycol",
            )
