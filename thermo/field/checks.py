"""Checks that need the grid: memory, sealed regions with net inflow, temperatures that nothing fixes, monitors."""

from __future__ import annotations

import os

import numpy as np

from kernels import walls
from thermo.case.overview import estimated_cells
from thermo.field.enclosures import KNOWN_WATER, check_heat_leaves, labels, tied
from thermo.field.grid import make_grid
from thermo.field.monitors import monitor_value

ARRAYS_PER_CELL = 140
"""Arrays of a turbulent run with energy, and host tables beside them: fitted to the measured peak of such runs."""
HOST_BYTES_PER_CELL = 550
NET_FLOW_TOLERANCE = 1e-6


def memory_needed(cells: int, precision: str) -> int:
    """Bytes that a run on ``cells`` cells needs, host tables included."""
    return cells * (ARRAYS_PER_CELL * (4 if precision == "single" else 8) + HOST_BYTES_PER_CELL)


def memory_available(backend) -> int:
    """Bytes free for a run: of the GPU, or of this machine (its physical memory where the free part is unknown)."""
    if backend.name == "cuda":
        xp = backend.array_module
        return int(xp.cuda.runtime.memGetInfo()[0]) + xp.get_default_memory_pool().free_bytes()
    try:
        with open("/proc/meminfo") as lines:
            found = dict(line.split(":", 1) for line in lines)
        return int(found["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def check_memory(case, backend) -> None:
    """Refuse a grid that does not fit, and say how much it would take."""
    have = memory_available(backend)
    cells = estimated_cells(case)
    if memory_needed(cells, backend.precision) < 10 * have:  # otherwise even its node lists may not fit
        cells = make_grid(case).cells
    need = memory_needed(cells, backend.precision)
    if need > have:
        raise case.error("grid", f"{cells:,} cells need about {need / 2**30:,.1f} GiB, {have / 2**30:.1f} GiB are "
                                 "free; use larger cells, single precision or a machine with more memory")


def check_regions(case, solver) -> None:
    """Refuse regions that gain or lose air with no opening to balance it, or whose temperature nothing determines."""
    mesh, table = solver.mesh, solver.table
    region_of_face = labels(solver, mesh.open_faces, mesh.fluid)[table.owner]
    fluid_face = np.pad(mesh.fluid, 1).ravel()[table.owner]
    for region in np.unique(region_of_face[fluid_face]):
        faces = (region_of_face == region) & fluid_face
        if case.physics.flow:
            _check_law_driven(case, solver, region_of_face, region)
            _check_net_flow(case, solver, faces)
    steady = case.time is None or case.time.start == "steady"
    if case.physics.energy and steady:
        _check_temperature_fixed(case, solver)
        check_heat_leaves(case, solver)


def check_monitors(case, solver) -> None:
    """Refuse a monitor that lies in solids only, where its quantity does not exist."""
    for monitor in case.monitor:
        if monitor.quantity is not None and np.isnan(monitor_value(solver, monitor, None)[0]):
            raise case.error(f"monitor.{monitor.name}", f"lies inside a solid, where {monitor.quantity} is not solved: "
                                                        "move it")


def _check_net_flow(case, solver, faces) -> None:
    table = solver.table
    if (table.kind[faces] == walls.OPENING).any():
        return
    net = -float(table.outflow[faces].sum())
    through = float(np.abs(table.outflow[faces]).sum()) / 2.0
    if abs(net) > NET_FLOW_TOLERANCE * max(through, 1e-12):
        names = [name for name, members in table.patches.items()
                 if not name.startswith("side:") and faces[members].any()] or ["the room's sides"]
        gain = "more air than leaves" if net > 0 else "less air than leaves"
        raise case.error("return", f"a sealed region gets {abs(net):.4g} m^3/s {gain} it ({', '.join(names)}); add a "
                                   "return (an opening at fixed pressure) or make the flows equal")


def _check_law_driven(case, solver, region_of_face, region) -> None:
    """Into or out of a sealed region only a fixed flow may go: one that follows a law would not balance."""
    table = solver.table
    if ((table.kind == walls.OPENING) & (region_of_face == region)).any():
        return
    for stream in solver.streams:
        ends = [(region_of_face[end.index] == region).any() for end in (stream.intake, stream.exhaust)]
        if ends[0] != ends[1] and (stream.curve or stream.response or stream.fan_control):
            raise case.error("return", f"the flow of {stream.name} is not fixed, and it blows into or out of a sealed "
                                       "region: give that region a return or a panel with leakage")


def _check_temperature_fixed(case, solver) -> None:
    """Something must tie the temperature to a given one: wall, inlet, opening, or a coil of known water or tubes."""
    coils = {stream.coil.kind for stream in solver.streams}
    if coils & KNOWN_WATER or any(block.temperature is not None for block in case.porous) or tied(solver.table).any():
        return
    if "duty" in coils:
        raise case.error("cooling_unit", "nothing fixes the temperature: a coil of fixed duty takes its heat at any "
                                         "temperature; give it a coil with water, or the room a wall temperature")
    raise case.error("room.sides", "nothing fixes the temperature: every side is adiabatic or has a heat flux and "
                                   "no air of known temperature comes in; give a side a temperature or a U-value, "
                                   "or add a supply")
