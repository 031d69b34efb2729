"""A network of nodes and branches: how it is put together, and what can be wrong with its topology."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from thermo.errors import CaseError
from thermo.loop import elements, groups
from thermo.loop.cholesky import Laplacian

Array = NDArray[np.float64]

ATMOSPHERE = 101325.0


@dataclass
class Network:
    """Topology, elements and thermal conditions of a loop; arrays may be changed between solutions, topology not.

    Nodes: `elevation` m, `inflow` kg/s put in from outside, `inflow_temperature` K, `reference` pressure Pa (NaN:
    unknown). Branches: `start`, `end` node numbers; `heat` W put into the coolant, `outlet` K where a control holds
    the outlet temperature (NaN: none), `conductance` W/K to `surroundings` K; `fixed_flow` kg/s (NaN: free).
    """

    node_names: list[str]
    branch_names: list[str]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    elevation: Array
    reference: Array
    inflow: Array
    inflow_temperature: Array
    heat: Array
    outlet: Array
    conductance: Array
    surroundings: Array
    fixed_flow: Array
    check: NDArray[np.bool_]
    groups: list

    def __post_init__(self) -> None:
        self.fixed = ~np.isnan(self.reference)
        number = np.where(self.fixed, -1, np.cumsum(~self.fixed) - 1)
        self.unknowns = int((~self.fixed).sum())
        self.first, self.last = number[self.start], number[self.end]
        self.laplacian = Laplacian(self.unknowns, self.first, self.last)
        self.node_of_unknown = np.flatnonzero(~self.fixed)

    @property
    def pumps(self) -> list[groups.Pumps]:
        """The groups of pumps, one a curve."""
        return [group for group in self.groups if isinstance(group, groups.Pumps)]

    @property
    def valves(self) -> list[groups.Valves]:
        """The group of valves, if there are any."""
        return [group for group in self.groups if isinstance(group, groups.Valves)]

    @property
    def volume(self) -> float:
        """Coolant in the pipes, m3."""
        return float(sum(group.volume.sum() for group in self.groups if isinstance(group, groups.Pipes)))

    def branch(self, name: str) -> int:
        """Number of the branch called `name`. Raises :class:`CaseError`."""
        return _number(self.branch_names, name, "branch")

    def node(self, name: str) -> int:
        """Number of the node called `name`. Raises :class:`CaseError`."""
        return _number(self.node_names, name, "node")

    def divergence(self, flow: Array) -> Array:
        """Flow out of each node into its branches minus flow in, kg/s, shape (nodes,)."""
        count = len(self.node_names)
        return np.bincount(self.start, flow, count) - np.bincount(self.end, flow, count)


def _number(names: list[str], name: str, what: str) -> int:
    if name in names:
        return names.index(name)
    near = difflib.get_close_matches(name, names, 1, 0.5)
    raise CaseError(f"there is no {what} {name}{f'. Did you mean {near[0]}?' if near else ''}")


class Builder:
    """Collects nodes and branches by name, then :meth:`network` makes the arrays and checks the topology."""

    def __init__(self, friction_law: str = "churchill") -> None:
        self.friction_law = friction_law
        self._nodes: dict[str, tuple[float, float, float, float]] = {}
        self._branches: dict[str, tuple] = {}
        self._elements: list[tuple[int, elements.Element]] = []

    def node(
        self,
        name: str,
        elevation: float = 0.0,
        pressure: float | None = None,
        inflow: float = 0.0,
        temperature: float = np.nan,
    ) -> str:
        """Add a node; `pressure` (Pa, absolute) makes it a reference such as an expansion vessel."""
        if name in self._nodes:
            raise CaseError(f"two nodes are called {name}: give one another name")
        self._nodes[name] = (elevation, np.nan if pressure is None else pressure, inflow, temperature)
        return name

    def branch(
        self,
        name: str,
        start: str,
        end: str,
        *parts: elements.Element,
        heat: float = 0.0,
        outlet: float = np.nan,
        conductance: float = 0.0,
        surroundings: float = 293.15,
    ) -> str:
        """Add a branch from node `start` to node `end` of `parts` in series; see :class:`Network` for the rest."""
        for node in (start, end):
            if node not in self._nodes:
                raise CaseError(f"branch {name}: there is no node {node}{_near(node, self._nodes)}")
        if name in self._branches:
            raise CaseError(f"two branches are called {name}: give one another name")
        if start == end:
            raise CaseError(f"branch {name}: starts and ends at node {start}; connect it to two nodes")
        if not parts:
            raise CaseError(f"branch {name}: is made of nothing; give it a pipe, valve, plate or pump")
        number = len(self._branches)
        self._branches[name] = (start, end, heat, outlet, conductance, surroundings)
        self._elements += [(number, part) for part in parts]
        return name

    def network(self) -> Network:
        """Return the network. Raises :class:`CaseError` for one that cannot be solved, naming the node or branch."""
        if not self._branches:
            raise CaseError("the network has no branches")
        number = {name: place for place, name in enumerate(self._nodes)}
        elevation, reference, inflow, warm = np.array(list(self._nodes.values()), dtype=np.float64).T
        start, end = (np.array([number[row[side]] for row in self._branches.values()]) for side in (0, 1))
        heat, outlet, conductance, around = np.array([row[2:] for row in self._branches.values()], dtype=np.float64).T
        fixed_flow, check = np.full(len(start), np.nan), np.zeros(len(start), dtype=bool)
        for branch, part in self._elements:
            if isinstance(part, elements.FixedFlow):
                fixed_flow[branch] = part.flow
            check[branch] |= isinstance(part, elements.Pump) or (isinstance(part, elements.Valve) and part.check)
        names = list(self._nodes), list(self._branches)
        check_topology(*names, start, end, reference, fixed_flow)
        return Network(
            *names, start, end, elevation, reference, inflow, warm, heat, outlet, conductance, around, fixed_flow,
            check, _grouped(self._elements, self.friction_law),
        )  # fmt: skip


def _near(name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(names), 1, 0.5)
    return f". Did you mean {near[0]}?" if near else ""


def _grouped(parts: list[tuple[int, elements.Element]], law: str) -> list:
    """Elements by kind; plates and pumps by kind and record."""
    sorted_: dict[tuple, tuple[list[int], list]] = {}
    for branch, part in parts:
        key = (type(part), id(getattr(part, "plate", None)), getattr(part, "curve", None))
        of, items = sorted_.setdefault(key, ([], []))
        of.append(branch)
        items.append(part)
    made = []
    for (kind, _, curve), (of, items) in sorted_.items():
        if kind is elements.Pipe:
            made.append(groups.Pipes(of, items, law))
        elif kind is elements.Plate:
            made.append(groups.Plates(of, items[0].plate, [item.parallel for item in items]))
        elif kind is elements.Pump:
            made.append(groups.Pumps(of, curve, items))
        elif kind is not elements.FixedFlow:
            made.append(SIMPLE[kind](of, items))
    return made


SIMPLE = {
    elements.Valve: groups.Valves,
    elements.Resistance: groups.Resistances,
    elements.PowerLaw: groups.PowerLaws,
    elements.FixedRise: groups.FixedRises,
}


def check_topology(nodes: list[str], branches: list[str], start, end, reference: Array, fixed_flow: Array) -> None:
    """Raise :class:`CaseError` where pressures or flows have no solution: no reference, dead ends with fixed flow."""
    used = np.bincount(np.concatenate((start, end)), minlength=len(nodes))
    if (used == 0).any():
        raise CaseError(f"node {nodes[int(np.argmin(used))]}: no branch leads there; remove it or connect it")
    free = np.isnan(fixed_flow)
    count, label = _components(len(nodes), start[free], end[free])
    has = np.bincount(label, ~np.isnan(reference), count) > 0
    if not has.all():
        node = int(np.flatnonzero(~has[label])[0])
        _, whole = _components(len(nodes), start, end)
        linked = np.flatnonzero(~free & ((label[start] == label[node]) | (label[end] == label[node])))
        if len(linked) and not np.isnan(reference[whole == whole[node]]).all():
            raise CaseError(
                f"branch {branches[linked[0]]}: a fixed flow is the only way to node {nodes[node]}, so its pressure is "
                "undetermined: two fixed flows work against each other; give one of them a pump curve or a valve"
            )
        raise CaseError(
            f"node {nodes[node]}: is not connected to any node of known pressure; connect it, or give its part of the "
            "network an expansion vessel (a node with pressure)"
        )


def _components(count: int, start, end) -> tuple[int, NDArray[np.int64]]:
    graph = coo_array((np.ones(len(start)), (start, end)), shape=(count, count))
    return connected_components(graph, directed=False)
