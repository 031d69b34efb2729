"""Parts of a room that plates and walls close off: heat must have a way out of every one."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from kernels import walls
from kernels.regions import label_regions
from thermo.field.geometry import pad_faces

KNOWN_WATER = {"effectiveness", "ua", "ideal"}
"""Kinds of coils that tie the air to a given temperature."""
NO_WAY_OUT = ("the {:.4g} W of {} cannot leave the closed part of the room that it is in: no coil, opening or side of "
              "known temperature is there; give a plate around it a leakage, or that part a cooling unit or an opening")


def labels(solver, faces, cells) -> np.ndarray:
    """Region of every cell of the padded grid, flat, as the open ``faces`` of the three axes connect ``cells``; -1 in
    what is no such cell."""
    padded = tuple(pad_faces(f, a).astype(bool) for a, f in enumerate(faces))
    found = np.asarray(label_regions(tuple(reversed(padded)), cells))
    return (found if found.shape == solver.grid.padded_shape else np.pad(found, 1, constant_values=-1)).ravel()


def tied(table) -> np.ndarray:
    """Boundary faces that tie the temperature of what is behind them to a given one."""
    inflow = (table.kind == walls.INLET) & (table.conducts > 0.0)
    return (table.resistance >= 0.0) | (table.kind == walls.OPENING) | inflow


def check_heat_leaves(case, solver) -> None:
    """Refuse heat of racks, blocks, boxes and porous blocks in a part of the room that has nothing to take it.

    Air, conducting solids and whatever blows from one place to another join regions to parts.
    """
    mesh, table = solver.mesh, solver.table
    passing = [opened | warm for opened, warm in zip(mesh.open_faces, mesh.heat_faces, strict=True)]
    region = labels(solver, passing, mesh.active)
    inside = region.reshape(solver.grid.padded_shape)[1:-1, 1:-1, 1:-1]

    def within(box) -> np.ndarray:
        found = np.unique(inside[solver.grid.box_slices(box.lo, box.hi)])
        return found[found >= 0]

    ends = [np.unique(region[table.owner[np.concatenate([s.intake.index, s.exhaust.index])]]) for s in solver.streams]
    known = [end for end, stream in zip(ends, solver.streams, strict=True) if stream.coil.kind in KNOWN_WATER]
    known += [within(block) for block in case.porous if block.temperature is not None]
    known.append(np.unique(region[table.owner[tied(table)]]))
    part = _joined(ends, int(region.max()) + 1)
    cooled = set(part[np.concatenate(known)].tolist())
    heated = [(f"rack.{stream.name.split('/')[0]}", stream.power, stream.name, end)
              for stream, end in zip(solver.streams, ends, strict=True) if stream.serves]
    heated += [(f"{box.kind}.{box.name}", box.power or 0.0, box.name, within(box))
               for box in (*case.obstacle, *case.heat, *case.heat_sink, *case.porous)]
    for key, power, name, regions in heated:
        if power > 0.0 and not cooled & set(part[regions].tolist()):
            raise case.error(key, NO_WAY_OUT.format(power, name))


def _joined(groups, count: int) -> np.ndarray:
    """Number of the part that every region belongs to, where each group of regions is one part."""
    pairs = [(group[0], other) for group in groups for other in group[1:]]
    low, high = np.array(pairs, np.int64).reshape(-1, 2).T
    graph = coo_array((np.ones(len(low), bool), (low, high)), shape=(count, count))
    return connected_components(graph, directed=False)[1]
