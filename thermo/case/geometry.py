"""Checks of the boxes of a case against the room and against each other. Messages name the objects."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from thermo.case.consistency import key_of
from thermo.case.schema import Case
from thermo.case.table import Box

RELATIVE_TOLERANCE = 1e-9
AXES = {"x": 0, "y": 1, "z": 2}


def check_geometry(case: Case) -> None:
    """Raise :class:`CaseError` for the first box that is in the wrong place."""
    near = RELATIVE_TOLERANCE * max(case.room.size)
    _check_names(case)
    for box in case.objects:
        _check_inside(case, key_of(box), box.lo, box.hi, near)
    _check_overlaps(case, near)
    _check_device_faces(case, near)
    for duct in case.duct:
        _check_duct(case, duct, near)
    for opening in (*case.supply, *case.returns):
        _check_opening(case, opening, near)
    _check_openings_apart(case, near)
    _check_plates(case, near)
    _check_heat(case, near)
    _check_grid(case, near)
    _check_monitors(case, near)


def opening_face(case: Case, opening: Box) -> tuple[str, str] | None:
    """Return where a flat opening lies: ``("room", "z_min")``, an obstacle's name and its face, or ``None``."""
    near = RELATIVE_TOLERANCE * max(case.room.size)
    side = _room_side(case, opening, near)
    if side:
        return "room", side
    for obstacle in case.obstacle:
        for face in _faces(opening.axis):
            lo, hi = _face_box(obstacle, face)
            if _contains(lo, hi, opening.lo, opening.hi, near):
                return obstacle.name, face
    return None


def _faces(axis: int) -> tuple[str, str]:
    return f"{'xyz'[axis]}_min", f"{'xyz'[axis]}_max"


def _face_box(box: Any, face: str) -> tuple[tuple, tuple]:
    """Return the corners of one face of a box."""
    axis, lo, hi = AXES[face[0]], list(box.lo), list(box.hi)
    plane = box.lo[axis] if face.endswith("min") else box.hi[axis]
    lo[axis] = hi[axis] = plane
    return tuple(lo), tuple(hi)


def _room_side(case: Case, box: Box, near: float) -> str | None:
    """Return the side of the room that a flat box lies on."""
    for face in _faces(box.axis):
        plane = _face_box(case.room, face)[0][box.axis]
        if abs(box.lo[box.axis] - plane) <= near:
            return face
    return None


def _contains(lo: tuple, hi: tuple, inner_lo: tuple, inner_hi: tuple, near: float) -> bool:
    return all(lo[a] - near <= inner_lo[a] and inner_hi[a] <= hi[a] + near for a in range(3))


def _shared(lo: tuple, hi: tuple, other_lo: tuple, other_hi: tuple) -> list[float]:
    """Return the length two boxes share along each axis; negative is a gap."""
    return [min(hi[a], other_hi[a]) - max(lo[a], other_lo[a]) for a in range(3)]


def _touches(face_lo: tuple, face_hi: tuple, box: Any, axis: int, near: float) -> bool:
    """Whether a rectangle normal to ``axis`` shares an area with a box (its inside, or one of its faces)."""
    shared = _shared(face_lo, face_hi, box.lo, box.hi)
    return all(shared[a] >= -near if a == axis else shared[a] > near for a in range(3))


PLURALS = {"supply": "supplies", "heat": "heated boxes", "porous": "porous blocks"}


def _check_names(case: Case) -> None:
    seen: dict[str, Any] = {}
    for box in case.objects:
        if box.name in seen:
            if seen[box.name].kind == box.kind:
                kinds = PLURALS.get(box.kind, f"{box.kind.replace('_', ' ')}s")
                raise case.error(key_of(box), f'two {kinds} are called "{box.name}": give one of them another name')
            other = seen[box.name].label
            raise case.error(key_of(box), f"the name {box.name} is taken by {other}: give {box.label} another name")
        seen[box.name] = box
    names = [monitor.name for monitor in case.monitor]
    for name in names:
        if names.count(name) > 1:
            raise case.error(f"monitor.{name}", f"two monitors are called {name}: give one of them another name")


def _check_inside(case: Case, key: str, lo: tuple, hi: tuple, near: float) -> None:
    for axis, name in enumerate("xyz"):
        low, high = case.room.lo[axis], case.room.hi[axis]
        if lo[axis] < low - near or hi[axis] > high + near:
            spans = f"{lo[axis]:g} m" if lo[axis] == hi[axis] else f"{lo[axis]:g} to {hi[axis]:g} m"
            raise case.error(
                key,
                f"lies outside the room: {name} is {spans} but the room is {low:g} to {high:g} m; move one of them",
            )


def _check_overlaps(case: Case, near: float) -> None:
    boxes = (*case.rack, *case.cooling_unit, *case.duct, *case.obstacle, *case.heat_sink, *case.porous)
    for one, other in combinations(boxes, 2):
        shared = _shared(one.lo, one.hi, other.lo, other.hi)
        if min(shared) > near:
            size = " x ".join(f"{length:g}" for length in shared)
            raise case.error(key_of(one), f"{one.label} and {other.label} overlap by {size} m: move one of them")


def _check_device_faces(case: Case, near: float) -> None:
    faces = [(rack, use, getattr(rack, use), use) for rack in case.rack for use in ("intake", "exhaust")]
    faces += [(unit, use, getattr(unit, use), use) for unit in case.cooling_unit for use in ("intake", "discharge")]
    for box, use, face, key in faces:
        if face is None:
            continue
        axis = AXES[face[0]]
        lo, hi = _face_box(box, face)
        verb = "draws from" if use == "intake" else "blows into"
        outside = _face_box(case.room, face)[0][axis]
        if abs(lo[axis] - outside) <= near:
            raise case.error(
                f"{key_of(box)}.{key}",
                f"the {use} face {face} {verb} side {face} of the room: turn or move {box.label}",
            )
        _check_unblocked(case, f"{key_of(box)}.{key}", f"the {use} face {face} {verb}", (lo, hi, axis), box, near)


def _check_duct(case: Case, duct: Any, near: float) -> None:
    """The ends of a duct open into air; one may be the end of a rack or cooling unit."""
    behind = 0
    for end in duct.ends:
        axis = AXES[end[0]]
        lo, hi = _face_box(duct, end)
        if abs(lo[axis] - _face_box(case.room, end)[0][axis]) <= near:
            raise case.error(f"{key_of(duct)}.ends", f"{end} lies on side {end} of the room: shorten {duct.label}")
        for other in (*case.obstacle, *case.baffle):
            if _touches(lo, hi, other, axis, near):
                raise case.error(f"{key_of(duct)}.ends", f"{end} lies at {other.label}: move one of them")
        behind += any(_touches(lo, hi, other, axis, near) for other in (*case.rack, *case.cooling_unit))
    if behind == 2:
        raise case.error(f"{key_of(duct)}.ends", "both lie at racks or cooling units: its loss has no effect")


def _check_unblocked(case: Case, key: str, does: str, face: tuple, owner: Any, near: float) -> None:
    lo, hi, axis = face
    upright = [panel for panel in case.panel if panel.axis != 2]
    for other in (*case.rack, *case.cooling_unit, *case.obstacle, *case.baffle, *upright):
        if other is not owner and _touches(lo, hi, other, axis, near):
            raise case.error(key, f"{does} {other.label}: leave a gap or move one of them")
    for duct in case.duct:
        ends = [_face_box(duct, end) for end in duct.ends if AXES[end[0]] == axis]
        if _touches(lo, hi, duct, axis, near) and not any(_contains(*end, lo, hi, near) for end in ends):
            raise case.error(key, f"{does} {duct.label}, beside its end: the end must cover the whole face")


def _check_opening(case: Case, opening: Box, near: float) -> None:
    where = opening_face(case, opening)
    if where is None:
        raise case.error(
            key_of(opening),
            f"{opening.label} lies neither on a side of the room nor on the face of an obstacle: move it there",
        )
    owner, face = where
    if owner == "room":
        kind = getattr(case.room.sides, face).kind
        if kind != "wall":
            raise case.error(
                key_of(opening), f"lies on room side {face}, which is a {kind}; an opening needs a wall there"
            )
        obstacle = None
    else:
        obstacle = next(box for box in case.obstacle if box.name == owner)
    verb = "blows into" if type(opening).__name__ == "Supply" else "is covered by"
    _check_unblocked(case, key_of(opening), verb, (opening.lo, opening.hi, opening.axis), obstacle, near)


def _check_openings_apart(case: Case, near: float) -> None:
    for one, other in combinations((*case.supply, *case.returns), 2):
        if one.axis == other.axis and _touches(one.lo, one.hi, other, one.axis, near):
            raise case.error(key_of(one), f"{one.label} and {other.label} overlap: move one of them")


def _check_plates(case: Case, near: float) -> None:
    """Plates stand in the fluid: not on a side of the room; none but panels runs through a solid."""
    for plate in (*case.tile, *case.cutout, *case.panel, *case.baffle):
        side = _room_side(case, plate, near)
        if side:
            raise case.error(
                key_of(plate), f"lies on room side {side}, where {plate.label} has no effect: move it inside"
            )
        for solid in (*case.rack, *case.cooling_unit, *case.obstacle) if plate.kind != "panel" else ():
            shared = _shared(plate.lo, plate.hi, solid.lo, solid.hi)
            within = solid.lo[plate.axis] + near < plate.lo[plate.axis] < solid.hi[plate.axis] - near
            if within and all(shared[a] > near for a in range(3) if a != plate.axis):
                raise case.error(key_of(plate), f"{plate.label} runs through {solid.label}: move one of them")
            if plate.kind in ("tile", "cutout") and _touches(plate.lo, plate.hi, solid, plate.axis, near):
                raise case.error(key_of(plate), f"{plate.label} lies on a face of {solid.label}: air cannot pass there")
    for one, other in combinations((*case.tile, *case.cutout, *case.panel, *case.baffle), 2):
        if one.axis == other.axis and _touches(one.lo, one.hi, other, one.axis, near):
            in_panel = one.kind in ("tile", "cutout") and other.kind == "panel"
            if not (in_panel and _contains(other.lo, other.hi, one.lo, one.hi, near)):
                raise case.error(key_of(one), f"{one.label} and {other.label} overlap: move one of them")
    for cutout in case.cutout:
        if not any(panel.axis == cutout.axis and _contains(panel.lo, panel.hi, cutout.lo, cutout.hi, near)
                   for panel in case.panel):  # fmt: skip
            raise case.error(key_of(cutout), "lies in no panel: air passes beside it anyway; add a panel around it")


def _check_heat(case: Case, near: float) -> None:
    for heat in case.heat:
        for solid in (*case.rack, *case.cooling_unit, *case.obstacle):
            conducts = getattr(solid, "material", None) is not None
            if not conducts and min(_shared(heat.lo, heat.hi, solid.lo, solid.hi)) > near:
                raise case.error(key_of(heat), f"overlaps {solid.label}, where no temperature is solved: move it")


def _check_grid(case: Case, near: float) -> None:
    for number, refinement in enumerate(case.grid.refine):
        key = f"grid.refine.{number}"
        _check_inside(case, f"{key}.box", refinement.box.lo, refinement.box.hi, near)
        if refinement.cell >= case.grid.cell:
            raise case.error(
                f"{key}.cell", f"{refinement.cell:g} m is not smaller than grid.cell = {case.grid.cell:g} m"
            )
    for axis, name in enumerate("xyz"):
        nodes = getattr(case.grid, name)
        if nodes and (abs(nodes[0] - case.room.lo[axis]) > near or abs(nodes[-1] - case.room.hi[axis]) > near):
            low, high = case.room.lo[axis], case.room.hi[axis]
            raise case.error(f"grid.{name}", f"must run from side to side of the room, {low:g} to {high:g} m")


def _check_monitors(case: Case, near: float) -> None:
    for monitor in case.monitor:
        key = f"monitor.{monitor.name}"
        for point in (monitor.at, monitor.lo, monitor.hi):
            if point is not None:
                _check_inside(case, key, point, point, near)
        if monitor.side and getattr(case.room.sides, monitor.side).kind in ("symmetry", "periodic"):
            kind = getattr(case.room.sides, monitor.side).kind
            raise case.error(f"{key}.side", f"{monitor.side} is {kind}: there is nothing to report on it")
        for solid in (*case.rack, *case.cooling_unit, *case.obstacle):
            solved = monitor.quantity == "T" and getattr(solid, "material", None) is not None
            if (
                monitor.at
                and not solved
                and all(solid.lo[a] + near < monitor.at[a] < solid.hi[a] - near for a in range(3))
            ):
                raise case.error(
                    f"{key}.at", f"lies inside {solid.label}, where {monitor.quantity} is not solved: move it"
                )
