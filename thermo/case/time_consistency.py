"""Checks of what only time-dependent runs have: events, thermal masses, densities of solids."""

from __future__ import annotations

from thermo.case.schedule import Schedule
from thermo.case.schema import Case


def check_time(case: Case) -> None:
    """Raise :class:`CaseError` for the first thing that a time-dependent run lacks, or that only such a run can use."""
    if case.time is None:
        _check_steady(case)
        return
    if case.room is None or case.cooling == "closed_loop":
        raise case.error("time", "a field in time is built for a room of air and for a single-phase tank, not for this "
                                 f'"{case.cooling}" case: remove it')
    if "mode" in case.solve.model_fields_set:
        raise case.error("solve.mode", '"steady" contradicts the [time] table, which makes the run time-dependent: '
                                       "remove one of them")
    _check_masses(case)
    if case.time.shutdown_temperature is not None and not case.rack:
        raise case.error("time.shutdown_temperature", "concerns racks, and there are none: remove it")
    if case.time.temperature_error is not None and not case.physics.energy:
        raise case.error("time.temperature_error", "has no effect with physics.energy = false: remove it")
    fed = {name: unit.name for unit in case.cooling_unit for name in unit.feeds}
    schedule = Schedule(case)
    for number, event in enumerate(case.event):
        if event.at >= case.time.duration:
            raise case.error(f"event.{number}.at", f"{event.at:g} s is not before the end of the run, "
                                                   f"time.duration = {case.time.duration:g} s")
        for name in event.target:
            if name in fed and {"flow", "velocity", "temperature"} & set(event.change):
                raise case.error(f"event.{number}.target", f"the air of {name} comes from cooling unit {fed[name]}: "
                                                           "change that instead")
    for time, state in schedule.states():
        _check_state(case, time, state)


def _check_steady(case: Case) -> None:
    if case.physics.large_eddy:
        raise case.error("physics.turbulence", f'"{case.physics.turbulence}" simulates large eddies, which have no '
                                               "steady state: add a [time] table, or choose k-epsilon")
    for box in (*case.rack, *case.cooling_unit):
        _check_running(case, box)
    for unit in case.cooling_unit:
        for key in ("water_control", "fan_control"):
            if getattr(getattr(unit, key), "time_constant", None) is not None:
                raise case.error(f"cooling_unit.{unit.name}.{key}.time_constant",
                                 "has no effect on a steady state: remove it, or add a [time] table")
    if case.event:
        raise case.error("event", "needs a time-dependent run: add a [time] table with a duration")
    for box in (*case.rack, *case.heat_sink, *case.porous):
        for key in ("thermal_mass", "base_thickness"):
            if getattr(box, key, None) is not None:
                raise case.error(f"{box.kind}.{box.name}.{key}",
                                 "has no effect on a steady state: remove it, or add a [time] table")


def _check_running(case: Case, box) -> None:
    """A rack without air cannot get rid of its heat, which in a steady state it must."""
    if box.running == 0.0 and getattr(box, "heat", 0.0) > 0.0:
        raise case.error(f"rack.{box.name}.running", "is 0, so no air takes its heat: give it power 0 as well")


def _check_masses(case: Case) -> None:
    for box in (*case.obstacle, *case.heat_sink):
        for key in ("density", "heat_capacity"):
            if box.material is not None and getattr(box.material, key) is None:
                raise case.error(f"{box.kind}.{box.name}.material.{key}",
                                 "is missing: a time-dependent run needs it")
    for rack in case.rack:
        if rack.thermal_mass is None and "effectiveness" in rack.model_fields_set:
            raise case.error(f"rack.{rack.name}.effectiveness", "has no effect without thermal_mass: add it")


def _check_state(case: Case, time: float, state: Case) -> None:
    """What the events make of the case must be possible too."""
    for rack in state.rack:
        if rack.running == 0.0 and rack.heat > 0.0 and rack.thermal_mass is None:
            raise case.error(f"rack.{rack.name}.thermal_mass", f"is missing: from {time:g} s on no air takes its heat")
