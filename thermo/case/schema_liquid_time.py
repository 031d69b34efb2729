"""Time-dependent runs of the technology loop: trips of pumps, units and heat rejection, load steps, measured traces."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from thermo.case.quantity import Duration, Share, Volume, wrong
from thermo.case.table import Count, Table


class LoopEvent(Table):
    """Something that happens to the loop."""

    at: Duration = Field(description="When, from the start.")
    kind: Literal["unit_trip", "pump_trip", "facility_pump_trip", "rejection_trip", "load"] = Field(
        description="unit_trip: pumps of some units of a group run down, the others speed up as far as they can. "
        "pump_trip: all pumps of a group run down. facility_pump_trip: no facility coolant flows. rejection_trip: dry "
        "coolers and chillers stop, the facility coolant warms up. load: the chips' power changes at once."
    )
    units: Count | None = Field(None, description="How many units trip; with unit_trip (default: 1).")
    load: Share | None = Field(
        None, description="Power over full power from now on (with load.chip: rate over full rate); with load."
    )
    group: Count = Field(1, description="Which group, where fitted racks of several groups are solved.")

    @model_validator(mode="after")
    def _fits_kind(self) -> LoopEvent:
        if (self.kind == "load") != (self.load is not None):
            raise wrong("load belongs to kind = \"load\": give both or none")
        if self.units is not None and self.kind != "unit_trip":
            raise wrong(f'units has no effect with kind = "{self.kind}": remove it')
        return self


class LoopTime(Table):
    """Makes the run of the loop time-dependent, from its steady state."""

    duration: Duration = Field(description="How long.")
    step: Duration = Field(1.0, description="Time step.")
    coast_down: Duration = Field(1.5, description="Time in which pumps without power fall to half their speed.")
    run_up: Duration = Field(5.0, description="Time constant with which the other pumps take over.")
    facility_volume: Volume = Field(
        2.0, description="Facility coolant of a group between units and heat rejection with its buffer: well mixed."
    )
    trace: str | None = Field(
        None,
        min_length=1,
        description="CSV table of measured server power, t_s and power_w, beside the case or in cases/traces: the "
        "chips follow its power over its largest; with load.chip leakage is taken off, the rest is their work.",
    )
    event: tuple[LoopEvent, ...] = Field((), description="What happens when.")

    @model_validator(mode="after")
    def _events_in_time(self) -> LoopTime:
        for event in self.event:
            if event.at >= self.duration:
                raise wrong(f"the event {event.kind} at {event.at:g} s lies behind the end at {self.duration:g} s")
        if self.step > self.duration:
            raise wrong(f"step is longer than the duration: {self.step:g} s > {self.duration:g} s")
        loads = [event for event in self.event if event.kind == "load"]
        if loads and self.trace is not None:
            raise wrong("the load is given by the trace already: remove the trace or the load events")
        return self
