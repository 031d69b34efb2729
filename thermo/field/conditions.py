"""Change what a solver's case says in the middle of a run: a new solver on the same grid that takes the state over.

Rebuilding makes every key of every object work as an event; faces that a change opens or closes included.
"""

from __future__ import annotations

import numpy as np

from kernels import walls
from thermo.field.solver import FieldSolver
from thermo.field.time_terms import TimeTerms

FACE_ARRAYS = ("outflow", "tb")


def changed(terms: TimeTerms, case) -> tuple[FieldSolver, TimeTerms]:
    """Return a solver of ``case`` and its time terms, with all levels of ``terms`` carried over."""
    old = terms.solver
    new = FieldSolver(case, old.grid, old.backend, old.fluid)
    prepare(new)
    carried = TimeTerms(new)
    carried.steps = list(terms.steps)
    source, target = terms.working(), carried.working()
    for name, array in target.items():
        if name in FACE_ARRAYS or name not in source or len(source[name]) != len(array):
            _fill(carried.levels[name], array)
            continue
        array[:] = source[name]
        for level, former in zip(carried.levels[name], terms.levels[name], strict=True):
            level[:] = former
    _carry_openings(terms, carried)
    _start_devices(new, carried)
    for axis, area in zip("xyz", new.geometry.area, strict=True):
        for flux in (target[f"flux_{axis}"], *carried.levels[f"flux_{axis}"]):
            flux *= area > 0
    new.update_properties()
    return new, carried


def _fill(levels, array) -> None:
    for level in levels:
        level[:] = array


def _start_devices(solver, carried: TimeTerms) -> None:
    """Devices of given flow have it at once; those on a fan curve find theirs from the former one."""
    devices = solver.devices
    if devices.count:
        given = devices.nominal * devices.running * devices.speed
        devices.flow[:] = devices.backend.array_module.where(devices.law == 1, devices.flow, given)
        _fill(carried.levels["device_flow"], devices.flow)


def _carry_openings(terms: TimeTerms, carried: TimeTerms) -> None:
    """Outflow of the fixed-pressure openings that both solvers have, and the temperature of a tank's backflow."""
    old, new = terms.solver, carried.solver
    former, place = _places(old.table), _places(new.table)
    _, mine, theirs = np.intersect1d(place, former, return_indices=True)
    both = (new.table.kind[mine] == walls.OPENING) & (old.table.kind[theirs] == walls.OPENING)
    mine, theirs = mine[both], theirs[both]
    if not len(mine):
        return
    _copy_faces(terms, carried, ("outflow", old.faces.outflow, new.faces.outflow), mine, theirs)
    host = new.backend.to_host
    mixed = np.isin(mine, host(new.backflow.places[1])) & np.isin(theirs, host(old.backflow.places[1]))
    if mixed.any():
        _copy_faces(terms, carried, ("tb", old.faces.temperature, new.faces.temperature), mine[mixed], theirs[mixed])


def _copy_faces(terms: TimeTerms, carried: TimeTerms, working, mine, theirs) -> None:
    """Copy a boundary array, ``working`` = (its name, former, new), and its levels: faces ``theirs`` to ``mine``."""
    name, former, present = working
    backend = carried.solver.backend
    levels = zip(carried.levels.get(name, ()), terms.levels.get(name, ()), strict=True)
    for target, source in [(present, former), *levels]:
        values = np.array(backend.to_host(target))
        values[mine] = backend.to_host(source)[theirs]
        target[:] = backend.asarray(values)


def _places(table) -> np.ndarray:
    """A number for each boundary face that is the same in every table of a grid."""
    return (table.slot.astype(np.int64) * 3 + table.axis) * 2 + (table.sign > 0)


def prepare(solver) -> None:
    """Ready the energy equation for steps in time.

    A stirred room is swept, as the time term holds its level. The aggregates of solids and laminar flow are chosen from
    conduction alone, so that they follow from the case and not from the flow of the moment: a resumed run then makes
    the same ones.
    """
    heat = solver.heat
    if heat is None:
        return
    heat.by_krylov = heat.slow
    if not heat.by_krylov:
        return
    flux, nu_t = solver.flux, solver.nu_t
    terms, solver.time_terms = solver.time_terms, None
    solver.flux, solver.nu_t = [solver.zero] * 3, solver.zero
    try:
        heat.assemble(1.0)
        heat.update_krylov(rebuild=True)
    finally:
        solver.flux, solver.nu_t, solver.time_terms = flux, nu_t, terms
