"""What a case is at each moment: its scheduled events applied to its objects.

An event changes keys of named objects as if the case file had given the new values, so it works for every object and
every key that the schema has. Flows may also become zero, and a new airflow replaces the way in which the old one was
given.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from thermo.case.messages import explain
from thermo.case.units import UnitError, to_si

FLOWS = {"flow": "m^3/s", "velocity": "m/s"}
AIRFLOWS = ("flow", "velocity", "temperature_rise", "flow_per_power")
FIXED = ("name", "from", "to")
MOST_EVENTS = 1000
RUN_DOWN = 19.0
"""A fan that runs down stands after so many times its ``coast_down``: friction stops it at a twentieth of its speed."""


@dataclass(frozen=True)
class Change:
    """One change of some keys of one object from ``begin`` to ``end`` (s): a jump where they are equal, a straight
    ramp, or the run-down ``1/(1 + t/coast_down)`` of a fan with the torque of its cubic law. ``values`` None undoes
    what came before."""

    begin: float
    end: float
    values: dict[str, Any] | None
    coast_down: float | None

    def share(self, time: float) -> float:
        """How much of the change has happened."""
        if time >= self.end:
            return 1.0
        if self.coast_down is not None:
            slowing = 1.0 / (1.0 + (time - self.begin) / self.coast_down)
            return 1.0 - ((1.0 + RUN_DOWN) * slowing - 1.0) / RUN_DOWN
        return (time - self.begin) / (self.end - self.begin)

    def moves(self, time: float) -> bool:
        """Whether the object keeps changing after ``time``."""
        return self.begin <= time < self.end


class Schedule:
    """The events of a case in time. Raises :class:`CaseError` for a target or a change that does not exist."""

    def __init__(self, case):
        self.case = case
        self.changes: dict[str, list[Change]] = {}
        if len(case.event) > MOST_EVENTS:
            raise case.error("event", f"{len(case.event)} events are more than {MOST_EVENTS}")
        for number, event in sorted(enumerate(case.event), key=lambda item: item[1].at):
            for name in event.target:
                self._add(f"event.{number}", event, self._target(f"event.{number}.target", name))
        for changes in self.changes.values():
            changes.sort(key=lambda change: change.begin)

    def _target(self, key: str, name: str):
        names = [box.name for box in self.case.objects]
        if name not in names:
            near = difflib.get_close_matches(name, names, 1, 0.5)
            hint = f". Did you mean {near[0]}?" if near else ""
            raise self.case.error(key, f'"{name}" is not an object of this case; valid: {", ".join(names)}{hint}')
        return next(box for box in self.case.objects if box.name == name)

    def _add(self, key: str, event, target) -> None:
        values = self._values(key, event, target)
        ramp = event.over or RUN_DOWN * (event.coast_down or 0.0)
        if (event.over or event.coast_down) and not all(_is_number(value) for value in values.values()):
            raise self.case.error(key, "over and coast_down change numbers only: remove them or the other keys")
        missing = [name for name in values if getattr(target, name) is None]
        if (event.over or event.coast_down) and missing:
            raise self.case.error(f"{key}.change.{missing[0]}", f"{target.label} is not given by {missing[0]}, so a "
                                  "ramp has no value to start from: give it, or change at once")
        if event.coast_down and (set(values) - {*FLOWS, "running"} or any(values.values())):
            raise self.case.error(f"{key}.coast_down", "is for a flow that becomes 0; use over for other changes")
        changes = self.changes.setdefault(target.name, [])
        changes.append(Change(event.at, event.at + ramp, values, event.coast_down))
        if event.lasts is not None:
            undone = event.at + event.lasts
            changes.append(Change(undone, undone + (event.over or 0.0), None, None))

    def _values(self, key: str, event, target) -> dict[str, Any]:
        """The changed attributes of ``target`` in SI units."""
        kind = type(target)
        keys = kind.keys()
        valid = [name for name in keys if name not in FIXED]
        for name in event.change:
            if name not in valid:
                near = difflib.get_close_matches(name, valid, 1, 0.5)
                hint = f". Did you mean {near[0]}?" if near else ""
                raise self.case.error(
                    f"{key}.change.{name}", f"{target.label} has no such key to change; valid: {', '.join(valid)}{hint}"
                )
        try:
            changed = self._validated(target, event.change)
        except ValidationError as error:
            where, text = explain(error, event.change)
            raise self.case.error(f"{key}.change.{where}", f"{text} ({target.label})") from None
        attributes = {field.alias or name: name for name, field in kind.model_fields.items()}
        values = {attributes[name]: getattr(changed, attributes[name]) for name in event.change}
        if "running" in attributes and values.get("flow") == 0.0:
            values = {name: value for name, value in values.items() if name != "flow"} | {"running": 0.0}
        return values

    def _validated(self, target, change: dict[str, Any]):
        """The target with the change, checked like a table of the case file; zero flows are let through."""
        given = target.model_dump(by_alias=True, exclude_unset=True)
        still = {name for name in FLOWS if name in change and _is_zero(change[name], FLOWS[name])}
        placed = {name: 1.0 if name in still else value for name, value in change.items()}
        if any(name in AIRFLOWS for name in change):
            given = {name: value for name, value in given.items() if name not in AIRFLOWS}
        changed = type(target).model_validate({**given, **placed})
        return changed.model_copy(update=dict.fromkeys(still, 0.0))

    def at(self, time: float, before: float | None = None):
        """The case at ``time`` (s); changes that begin after ``before`` (default: ``time``) have not happened yet."""
        known = time if before is None else before
        new = {name: self._object(name, changes, time, known) for name, changes in self.changes.items()}
        groups = {}
        for field in ("rack", "supply", "returns", *_other_groups(self.case)):
            members = getattr(self.case, field)
            if any(member.name in new for member in members):
                groups[field] = tuple(new.get(member.name, member) for member in members)
        return self.case.model_copy(update=groups) if groups else self.case

    def _object(self, name: str, changes: list[Change], time: float, known: float):
        original = next(box for box in self.case.objects if box.name == name)
        state: dict[str, Any] = {}
        for change in changes:
            if change.begin > known:
                break
            goal = _airflow(original, change.values) if change.values is not None else _original(original, state)
            share = change.share(time)
            for key, value in goal.items():
                old = state.get(key, getattr(original, key))
                state[key] = value if share >= 1.0 or not _is_number(value) else _between(old, value, share)
        return original.model_copy(update=state)

    def breakpoints(self) -> list[float]:
        """Times (s) at which a time step must end: beginnings and ends of all changes."""
        times = {t for changes in self.changes.values() for c in changes for t in (c.begin, c.end)}
        return sorted(times)

    def jumps(self) -> list[float]:
        """Times (s) at which conditions change at once or begin to ramp."""
        return sorted({c.begin for changes in self.changes.values() for c in changes})

    def moving(self, time: float) -> bool:
        """Whether anything changes between steps just after ``time``."""
        return any(change.moves(time) for changes in self.changes.values() for change in _latest(changes, time))

    def first(self) -> float | None:
        """When the first event begins, s."""
        return min(self.jumps(), default=None)

    def states(self) -> list[tuple[float, Any]]:
        """``(time, case)`` after each change has been completed, to be checked before the run."""
        return [(time, self.at(time)) for time in self.breakpoints()]


def _other_groups(case) -> list[str]:
    """Fields of the case that hold objects with a name and a box, besides the ones that every case has."""
    fields = type(case).model_fields
    return [name for name in fields if name not in ("rack", "supply", "returns", "monitor", "event")
            and isinstance(getattr(case, name), tuple)]


def _latest(changes: list[Change], time: float) -> list[Change]:
    begun = [change for change in changes if change.begin <= time]
    return begun[-1:]


def _airflow(original, values: dict[str, Any]) -> dict[str, Any]:
    """The new values, with the other ways to give an airflow removed where one is given."""
    fields = type(original).model_fields
    if not any(key in AIRFLOWS for key in values):
        return values
    return {**{key: None for key in AIRFLOWS if key in fields and key not in values}, **values}


def _original(original, state: dict[str, Any]) -> dict[str, Any]:
    return {key: getattr(original, key) for key in state}


def _between(old: Any, new: float, share: float) -> float:
    return old + share * (new - old) if _is_number(old) else new


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_zero(value: Any, unit: str) -> bool:
    if isinstance(value, str):
        try:
            return to_si(value, unit) == 0.0
        except UnitError:
            return False
    return _is_number(value) and value == 0.0
