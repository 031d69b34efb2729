"""What the servers do: requests or training, tokens per second, watts, and what a warm chip does to both."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, StrictInt, Tag, model_validator

from thermo.case.quantity import (
    Duration,
    Efficiency,
    Fraction,
    PartialShare,
    PerKelvin,
    Positive,
    Power,
    Temperature,
    ThermalResistance,
    TokenRate,
    wrong,
)
from thermo.case.table import Count, Table, at_most_one


class Server(Table):
    """A server by its own numbers instead of a record: two measured states, idle and full."""

    idle_power: Power = Field(description="Wall power without work.")
    full_power: Power = Field(description="Wall power at the full rate of tokens.")
    tokens: TokenRate = Field(description="Generated tokens per second of one server at full rate.")
    chips: Count = Field(8, description="Accelerators in one server.")

    @model_validator(mode="after")
    def _in_order(self) -> Server:
        if not self.full_power > self.idle_power:
            raise wrong(f"full_power must be above idle_power ({self.idle_power:g} W)")
        return self


ServerChoice = Annotated[
    Annotated[str, Field(min_length=1), Tag("record")] | Annotated[Server, Tag("own")],
    Discriminator(lambda given: "own" if isinstance(given, dict | Server) else "record"),
]


class Trace(Table):
    """Demand over time from a CSV table, repeated over the year from the first hour of January."""

    file: str = Field(
        min_length=1,
        description="CSV table beside the case or in cases/traces; may be gzipped. Columns: t_s and output_tokens "
        "(requests); or t_s and NAME_per_s (rates); or t_s and power_w (measured wall power of one server).",
    )
    column: str | None = Field(None, min_length=1, description="Which column of rates (default: the only one).")
    step: Duration | None = Field(
        None, description="Time step that requests are collected in (default: 60 s); rates keep their own step."
    )


class Training(Table):
    """Work in steps: full load, then a pause for exchange or a checkpoint, over and over."""

    period: Duration = Field(600.0, description="From one pause to the next.")
    pause: Duration = Field(30.0, description="Length of the pause.")
    pause_utilisation: Fraction = Field(0.0, description="Utilisation in the pause.")

    @model_validator(mode="after")
    def _fits(self) -> Training:
        if not self.pause < self.period:
            raise wrong(f"pause ({self.pause:g} s) must be shorter than period ({self.period:g} s)")
        return self


class Batching(Table):
    """Continuous batching: a step of the model takes t0 + t1 n for n requests at once, so few requests waste power."""

    largest: Positive = Field(description="Requests at once in one server at its full rate.")
    single_stream: TokenRate = Field(description="Tokens per second of one request alone.")
    running_share: Fraction = Field(
        0.0, description="Share of full minus idle power that is drawn whenever there is any request."
    )


class Chip(Table):
    """How warm the chip gets, what leaks when it is warm, and how it slows down at its limit."""

    record: str | None = Field(
        None, min_length=1, description="Name of a chip record: its power, limit and shutdown, unless given here."
    )
    power: Power | None = Field(None, description="Heat of one chip at full rate and reference temperature.")
    resistance: ThermalResistance | None = Field(
        None,
        description="Chip temperature minus that of the air that enters, over power; with liquid cooling it follows "
        "from the cold plates or the tank.",
    )
    limit: Temperature | None = Field(None, description="Temperature at which the clock starts to fall.")
    shutdown: Temperature | None = Field(
        None, description="Temperature that even the lowest clock must stay below (default: the record's, or limit)."
    )
    reference: Temperature = Field(333.15, description="Temperature at which the server's power was measured.")
    leakage_fraction: PartialShare = Field(0.0, description="Leakage at the reference temperature over chip power.")
    leakage_per_kelvin: PerKelvin = Field(0.0, description="Relative growth of leakage, exponential in temperature.")
    clock_exponent: Annotated[float, Field(ge=1.0, le=5.0)] = Field(
        3.0, description="Dynamic power over clock to this power; 3 when the voltage falls with the clock."
    )
    minimum_clock: Efficiency = Field(0.3, description="Lowest clock as a share of full.")

    @model_validator(mode="after")
    def _known(self) -> Chip:
        for key in ("power", "limit"):
            if self.record is None and getattr(self, key) is None:
                raise wrong(f"{key} is missing: give it, or a record")
        if None not in (self.shutdown, self.limit) and not self.shutdown >= self.limit:
            raise wrong("shutdown must not be below limit")
        if self.leakage_per_kelvin > 0.0 and self.leakage_fraction == 0.0:
            raise wrong("leakage_per_kelvin has no effect without leakage_fraction: remove it or give both")
        return self


class Shift(Table):
    """Work that can wait is moved to the cheapest or cleanest hours of its day."""

    share: Efficiency = Field(description="Share of the work of every day that can be moved within the day.")
    by: Literal["price", "carbon"] = Field("price", description="What the hours are ordered by; needs [electricity].")
    highest: Efficiency = Field(1.0, description="Utilisation up to which an hour is filled.")


class Load(Table):
    """The work of the hall over the year. Racks and plant.it_scale give the power at full rate; this gives the rest."""

    kind: Literal["steady", "training", "inference"] = Field(
        "steady", description="steady: constant. training: steps with pauses. inference: a trace of requests."
    )
    server: ServerChoice = Field(
        description='Name of a server record such as "8x H200 air, Llama 2 70B, server", or a table of its numbers.'
    )
    utilisation: Efficiency | None = Field(
        None,
        description="Mean of the demand over what the servers can do at full rate (training: as the steps or the "
        "measured power say, unless given).",
    )
    demand: TokenRate | None = Field(
        None, description="Mean demand of the whole hall, tokens/s, instead of utilisation."
    )
    trace: Trace | None = Field(None, description="Shape of the demand over days or weeks.")
    bursts: Trace | None = Field(None, description="Second trace, of short bursts, repeated within the first.")
    training: Training | None = Field(None, description="Steps of training.")
    batching: Batching | None = Field(None, description="Small batches at low demand; without it power is linear.")
    chip: Chip | None = Field(None, description="Feedback of temperature; without it chips have none.")
    shift: Shift | None = Field(None, description="Work moved to better hours.")
    longest_wait: Duration | None = Field(
        None, description="Requests that would wait longer are turned away (default: everybody waits)."
    )
    independence: Fraction = Field(
        0.0,
        description="0: all racks (or tanks) follow one trace. 1: each at its own place of it. Between: a mixture. In "
        "the year they share one queue.",
    )
    start: Duration | None = Field(
        None, description="Place in the trace where a time-dependent run begins (default: its first step)."
    )
    seed: Annotated[StrictInt, Field(ge=0)] = Field(
        0, description="Of the places in the trace; the same seed gives the same year."
    )

    @model_validator(mode="after")
    def _one_shape(self) -> Load:
        at_most_one(self, "utilisation", "demand")
        at_most_one(self, "trace", "training")
        if self.utilisation is None and self.demand is None and self.kind != "training":
            raise wrong(f'kind = "{self.kind}" needs utilisation or demand: add utilisation = 0.6')
        if self.kind == "inference" and self.trace is None:
            raise wrong('kind = "inference" needs a trace: add trace = { file = "..." }')
        if self.kind == "steady" and (self.trace is not None or self.training is not None):
            raise wrong('kind = "steady" has no shape: remove trace and training, or choose another kind')
        if self.kind == "inference" and self.training is not None:
            raise wrong('training has no effect with kind = "inference": remove it')
        if self.bursts is not None and self.trace is None:
            raise wrong("bursts has no effect without trace: remove it")
        if self.kind == "training" and self.trace is None and self.training is None:
            raise wrong('kind = "training" needs its steps: add training = {} for the usual ones, or a trace')
        if self.independence == 0.0 and self.given("seed"):
            raise wrong("seed has no effect while all racks follow one trace: give independence, or remove it")
        if self.independence > 0.0 and self.kind == "steady":
            raise wrong('independence has no effect with kind = "steady": remove it')
        return self
