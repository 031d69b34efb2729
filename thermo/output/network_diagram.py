"""A network of the user's own drawn: nodes in the order of the flow, branches between them, and both as tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from thermo.output.charts import WIDE
from thermo.output.figure import COLD, HOT, INK, Picture, vector
from thermo.output.labels import number
from thermo.output.page import Column, heading, table

MOST_BRANCHES = 60
SUMMED = ("flow_L_min", "flow_kg_s", "heat_W")
PITCH = 1.1  # inches from row to row
WARMTH = LinearSegmentedColormap.from_list("warmth", (COLD, "#9aa0a8", HOT))
BEND, BACK = 0.62, 0.16  # of branches that lie beside each other, and that lead back


def diagram(loop: Mapping[str, Any]) -> Picture | None:
    """Nodes with temperature and pressure, branches with flow, coloured by how warm their coolant is."""
    nodes, branches = _given(loop)
    branches = _merged(branches)
    if not nodes or len(branches) > MOST_BRANCHES:
        return None
    links = [_forward(row) for row in branches]
    place = places([row["name"] for row in nodes], links)
    rows = max(y for _, y in place.values()) + 1
    figure = Figure(figsize=(WIDE, PITCH * (rows + 1.5)), layout="constrained")
    axes = figure.add_subplot()
    axes.set_axis_off()
    columns = max(x for x, _ in place.values())
    wide = WIDE / (columns + 1) / PITCH
    warm = [row["temperature_C"] for row in nodes]
    seen: dict[frozenset, int] = {}
    for (start, end), row in zip(links, branches, strict=True):
        pair = frozenset((start, end))
        seen[pair] = seen.get(pair, -1) + 1
        share = (0.5 * (row["inlet_C"] + row["outlet_C"]) - min(warm)) / max(max(warm) - min(warm), 1e-9)
        _branch(axes, place[start], place[end], seen[pair], row, WARMTH(share), wide)
    for row in nodes:
        _node(axes, place[row["name"]], row)
    axes.set_xlim(-0.5, columns + 0.5)
    axes.set_ylim(-rows - 0.4, 1.1)
    alt = f"Network of {len(nodes)} nodes and {len(branches)} branches, {min(warm):.1f} to {max(warm):.1f} °C."
    return vector(figure, alt, "The network in the order of the flow. Blue: coldest coolant. Red: warmest.")


def _given(loop: Mapping[str, Any]) -> tuple[list, list]:
    """Nodes and branches of a network whose branches say what they lead from and to; none of any other loop."""
    branches = loop.get("branches", [])
    return (loop["nodes"], branches) if branches and "from" in branches[0] else ([], [])


def _merged(branches: list) -> list[dict[str, Any]]:
    """Branches side by side that differ by their number only, as one with their hottest chip."""
    found: dict[tuple, dict[str, Any]] = {}
    for row in branches:
        key = (row["from"], row["to"], row["name"].rstrip("0123456789 "))
        first = found.setdefault(key, dict(row, **{part: 0.0 for part in SUMMED if part in row}, count=0))
        for part in SUMMED:
            if part in row:
                first[part] += row[part]
        if "chip_C" in row:
            first["chip_C"] = max(first["chip_C"], row["chip_C"])
        first["count"] += 1
    return [row if row["count"] == 1 else row | {"name": f"{row['count']} × {key[2]}"} for key, row in found.items()]


def _forward(row: Mapping[str, Any]) -> tuple[str, str]:
    return (row["from"], row["to"]) if row["flow_kg_s"] >= 0.0 else (row["to"], row["from"])


def places(names: list[str], links: list[tuple[str, str]]) -> dict[str, tuple[int, int]]:
    """Column and row of every node: columns by the fewest branches from the first node of its part, along the flow.

    Parts of the network that no branch joins lie below one another, with a free row between them.
    """
    place: dict[str, tuple[int, int]] = {}
    top = 0
    for first in names:
        if first in place:
            continue
        column, queue = {first: 0}, [first]
        while queue:
            here = queue.pop(0)
            for start, end in links:
                for known, found, step in ((start, end, 1), (end, start, -1)):
                    forward_first = step == 1 or all(link[1] != found for link in links)
                    if known == here and found not in column and found not in place and forward_first:
                        column[found] = max(column[here] + step, 0)
                        queue.append(found)
        used: dict[int, int] = {}
        for name in sorted(column, key=lambda name: (column[name], names.index(name))):
            row = used.get(column[name], 0)
            used[column[name]] = row + 1
            place[name] = (column[name], top + row)
        top += max(used.values()) + 1
    return place


def _branch(axes: Axes, start: tuple, end: tuple, beside: int, row: Mapping[str, Any], colour, wide: float) -> None:
    back = end[0] <= start[0]
    bend = (BACK + 0.02 * abs(end[0] - start[0]) if back else 0.0) + BEND * beside / max(abs(end[0] - start[0]), 1)
    (x1, y1), (x2, y2) = (start[0], -start[1]), (end[0], -end[1])
    still = abs(row["flow_kg_s"]) < 1e-9
    patch = FancyArrowPatch(
        (x1, y1), (x2, y2), connectionstyle=f"arc3,rad={-bend}", arrowstyle="-" if still else "-|>", mutation_scale=11,
        linewidth=1.0 if still else 2.0, color=colour, linestyle=":" if still else "-", shrinkA=9, shrinkB=9, zorder=2,
    )  # fmt: skip
    axes.add_patch(patch)
    x, y = 0.5 * (x1 + x2) + 0.5 * bend * (y1 - y2) / wide, 0.5 * (y1 + y2) + 0.5 * bend * (x2 - x1) * wide
    text = f"{row['name']}\n{abs(row['flow_L_min']):.4g} L/min"
    axes.text(x, y, text, ha="center", va="center", fontsize=7.0, zorder=4,
              bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85})  # fmt: skip


def _node(axes: Axes, place: tuple[int, int], row: Mapping[str, Any]) -> None:
    x, y = place[0], -place[1]
    axes.plot([x], [y], marker="o", markersize=9, markerfacecolor="#eef2f6", markeredgecolor=INK, zorder=3)
    text = f"{row['name']}\n{row['temperature_C']:.1f} °C, {row['pressure_Pa'] / 1e5:.2f} bar"
    axes.text(x, y + 0.16, text, ha="center", va="bottom", fontsize=7.5, color=INK, zorder=5,
              bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5, "alpha": 0.85})  # fmt: skip


def tables(loop: Mapping[str, Any]) -> str:
    """Tables of the nodes and of the branches."""
    nodes, branches = _given(loop)
    branches = _merged(branches)
    if not nodes:
        return ""
    cells = [[row["name"], number(row["pressure_Pa"] / 1e5, 3), number(row["temperature_C"], 2)] for row in nodes]
    heads = [Column("Node", number=False), Column("Pressure", "bar"), Column("Temperature", "°C")]
    text = heading("Nodes") + table(heads, cells)
    heads = [Column("Branch", number=False), Column("From", number=False), Column("To", number=False),
             Column("Flow", "L/min"), Column("In", "°C"), Column("Out", "°C"), Column("Pressure drop", "kPa"),
             Column("Heat", "kW"), Column("Chip", "°C")]  # fmt: skip
    cells = [[row["name"], row["from"], row["to"], number(row["flow_L_min"], 2), number(row["inlet_C"], 2),
              number(row["outlet_C"], 2), number(row["pressure_drop_Pa"] / 1e3, 2), _cell(row, "heat_W", 1e-3, 2),
              _cell(row, "chip_C", 1.0, 1)] for row in branches]  # fmt: skip
    return text + heading("Branches") + table(heads, cells)


def _cell(row: Mapping[str, Any], key: str, factor: float, decimals: int) -> str:
    return number(factor * row[key], decimals) if key in row else ""
