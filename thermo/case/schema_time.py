"""Time-dependent runs: how long, from where, with which steps, and what happens when."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictInt, model_validator

from thermo.case.quantity import Positive, Temperature, TemperatureDifference, Time, TimeSpan, wrong
from thermo.case.table import Name, Table

MOST_OUTPUTS = 10_000


class TimeMarch(Table):
    """Makes the run time-dependent. The step adapts to the Courant number and the local error unless it is given."""

    duration: TimeSpan = Field(description="How long to simulate.")
    start: Literal["steady", "initial"] = Field(
        "steady", description="Start from the steady state of this case before its events, or from [initial]."
    )
    step: TimeSpan | None = Field(None, description="Fixed time step; without it the step adapts.")
    courant: Positive | None = Field(None, description="Largest Courant number of an adaptive step (default 4).")
    temperature_error: TemperatureDifference | None = Field(
        None, description="Local error of the temperature that an adaptive step may make (default 0.02 K)."
    )
    largest_step: TimeSpan | None = Field(None, description="Largest adaptive step (default: duration / 50).")
    iterations: Annotated[StrictInt, Field(ge=1, le=200)] = Field(3, description="Iterations of the equations a step.")
    output_every: TimeSpan | None = Field(None, description="Store the fields so often, besides start and end.")
    statistics_from: Time | None = Field(None, description="Average the fields from here on: mean and rms.")
    shutdown_temperature: Temperature | None = Field(
        None, description="Inlet temperature at which servers switch themselves off; reported as time to shutdown."
    )

    @model_validator(mode="after")
    def _fits(self) -> TimeMarch:
        adaptive = self.given("courant", "temperature_error", "largest_step")
        if self.step is not None and adaptive:
            raise wrong(f"step fixes the time step, so {adaptive[0]} would have no effect: remove one of them")
        for name in ("step", "largest_step", "output_every"):
            value = getattr(self, name)
            if value is not None and value > self.duration:
                raise wrong(f"{name} is longer than the duration: {value:g} s > {self.duration:g} s")
        if self.output_every is not None and self.duration / self.output_every > MOST_OUTPUTS:
            raise wrong(f"output_every stores the fields {self.duration / self.output_every:.3g} times; "
                        f"at most {MOST_OUTPUTS} are possible")
        if self.statistics_from is not None and self.statistics_from >= self.duration:
            raise wrong("statistics_from must be before the end: less than duration")
        return self


def _as_list(given: Any) -> Any:
    return [given] if isinstance(given, str) else given


class Event(Table):
    """Something that changes at a given time: a trip, a load step, a door that opens."""

    at: Time = Field(description="When it begins.")
    target: Annotated[
        tuple[Name, ...], BeforeValidator(_as_list, json_schema_input_type=str | list[str]), Field(min_length=1)
    ] = Field(description="Name of the object that changes, or a list of names.")
    change: dict[str, Any] = Field(min_length=1, description="New values of its keys; a flow may become 0.")
    over: TimeSpan | None = Field(None, description="Ramp: time in which numbers change linearly (default: at once).")
    coast_down: TimeSpan | None = Field(
        None, description="A fan that runs down: its flow falls as 1/(1 + t/coast_down). Only for flows that become 0."
    )
    lasts: TimeSpan | None = Field(
        None, description="Undo the change after this time, over the same ramp (default: it stays)."
    )

    @model_validator(mode="after")
    def _fits(self) -> Event:
        if self.over is not None and self.coast_down is not None:
            raise wrong("give over or coast_down, not both")
        if self.lasts is not None and self.over is not None and self.over > self.lasts:
            raise wrong(f"over is longer than lasts: {self.over:g} s > {self.lasts:g} s")
        return self
