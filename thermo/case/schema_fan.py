"""Fans: pressure rise over flow, what the fan works against, and how it follows the temperature of its air."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise

from pydantic import Field, model_validator

from thermo.case.quantity import (
    FanFlow,
    Flow,
    FlowPerPower,
    Positive,
    Power,
    Pressure,
    Temperature,
    TemperatureDifference,
    wrong,
)
from thermo.case.table import Table, exactly_one


def _rising(values: tuple[float, ...]) -> bool:
    return all(low < high for low, high in pairwise(values))


def _same_length(one: str, first: tuple, other: str, second: tuple) -> None:
    if len(first) != len(second) or len(first) < 2:
        given = f"given {len(first)} and {len(second)}"
        raise wrong(f"{one} and {other} need the same number of values, at least two; {given}")


class FanCurve(Table):
    """Pressure rise of a fan over its flow at full speed. At other speeds the affinity laws hold.

    Between points the curve is straight; beyond its ends the outermost piece is continued.
    """

    flow: tuple[FanFlow, ...] = Field(description="Flows, rising.")
    pressure: tuple[Pressure, ...] = Field(description="Pressure rise at each flow, falling.")

    @model_validator(mode="after")
    def _falls(self) -> FanCurve:
        _same_length("flow", self.flow, "pressure", self.pressure)
        if not _rising(self.flow):
            raise wrong("flow must rise from point to point")
        if not _rising(self.pressure[::-1]):
            raise wrong("pressure must fall from point to point: a curve with a dip has no single operating point")
        return self

    def pressure_at(self, flow: float, speed: float = 1.0) -> float:
        """Return the pressure rise [Pa] at a flow [m3/s] and a share of full speed."""
        reduced = flow / speed
        piece = min(max(bisect_right(self.flow, reduced) - 1, 0), len(self.flow) - 2)
        slope = (self.pressure[piece + 1] - self.pressure[piece]) / (self.flow[piece + 1] - self.flow[piece])
        return speed * speed * (self.pressure[piece] + slope * (reduced - self.flow[piece]))

    def operating_flow(self, resistance: float, back_pressure: float = 0.0, speed: float = 1.0) -> float:
        """Return the flow [m3/s] at which the fan's pressure is ``resistance`` [Pa s2/m6] flow^2 + ``back_pressure``.

        0 where the fan cannot work against the back pressure [Pa].
        """
        low, high = 0.0, speed * self.flow[-1]
        while self.pressure_at(high, speed) > resistance * high * high + back_pressure:
            high *= 2.0
        for _ in range(100):
            middle = 0.5 * (low + high)
            pushes = self.pressure_at(middle, speed) > resistance * middle * middle + back_pressure
            low, high = (middle, high) if pushes else (low, middle)
        return 0.5 * (low + high)


class PressureDrop(Table):
    """What a flow costs in a fixed passage: the pressure drop at one flow; it grows with the flow squared."""

    pressure: Pressure = Field(description="Pressure drop at that flow.")
    flow: Flow = Field(description="The flow.")

    @property
    def coefficient(self) -> float:
        """Pressure drop over flow squared [Pa s2/m6]."""
        return self.pressure / self.flow**2


class Response(Table):
    """How server fans follow the temperature of the air at the servers' inlet: straight between points, flat beyond."""

    inlet: tuple[Temperature, ...] = Field(description="Inlet temperatures, rising.")
    factor: tuple[Positive, ...] = Field(description="Air flow (or fan speed, with a fan curve) over the nominal one.")

    @model_validator(mode="after")
    def _in_order(self) -> Response:
        _same_length("inlet", self.inlet, "factor", self.factor)
        if not _rising(self.inlet):
            raise wrong("inlet must rise from point to point")
        return self


class Airflow(Table):
    """Heat and air flow of a server, or of a rack as a whole."""

    power: Power | None = Field(None, description="Heat given to the air at nominal fan speed, fans included.")
    temperature_rise: TemperatureDifference | None = Field(None, description="Air temperature rise; sets the flow.")
    flow: Flow | None = Field(None, description="Air flow.")
    flow_per_power: FlowPerPower | None = Field(None, description="Air flow per power.")
    fan: FanCurve | None = Field(None, description="Fan curve; the flow is where it meets resistance and room.")
    resistance: PressureDrop | None = Field(None, description="What the fan works against inside; needs fan.")
    response: Response | None = Field(None, description="How flow or fan speed follows the inlet temperature.")
    fan_power: Power | None = Field(
        None, description="Fans' part of power; grows with the cube of the response's factor; needs response."
    )

    @property
    def laws(self) -> list[str]:
        """Which air flow laws are given."""
        names = ("temperature_rise", "flow", "flow_per_power", "fan")
        return [name for name in names if getattr(self, name) is not None]

    def check_airflow(self) -> None:
        """Raise unless there is heat, one law for the air flow, and nothing that this law does not use."""
        if self.power is None:
            raise wrong("power is missing: add it")
        exactly_one(self, "temperature_rise", "flow", "flow_per_power", "fan")
        if self.laws[0] in ("temperature_rise", "flow_per_power") and not self.power > 0.0:
            raise wrong("without power there is no air flow by temperature_rise or flow_per_power: give flow")
        if (self.fan is None) != (self.resistance is None):
            raise wrong("fan and resistance belong together: give both or none")
        if self.fan_power is not None and self.response is None:
            raise wrong("fan_power has no effect without response: remove it")
        if self.fan_power is not None and self.fan_power > self.power:
            raise wrong(f"fan_power is a part of power: it cannot be more than {self.power:g} W")

    def airflow(self, capacity: float) -> float:
        """Return the nominal flow [m3/s] in a fluid of volumetric heat capacity ``capacity`` [J/m3/K].

        With a fan curve it is the flow at full speed against the own resistance alone.
        """
        if self.flow is not None:
            return self.flow
        if self.fan is not None:
            return self.fan.operating_flow(self.resistance.coefficient)
        if self.flow_per_power is not None:
            return self.flow_per_power * self.power
        return self.power / (capacity * self.temperature_rise)
