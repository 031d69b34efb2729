"""A coolant network of the user's own topology: nodes by name, and what lies between two of them."""

from __future__ import annotations

from pydantic import Field, model_validator

from thermo.case.quantity import (
    Conductance,
    Efficiency,
    FanFlow,
    Flow,
    Fraction,
    Length,
    MassFlow,
    MoreThanOne,
    Positive,
    PositiveLength,
    PositivePressure,
    Power,
    Pressure,
    Ratio,
    Roughness,
    Share,
    Temperature,
    Volume,
    wrong,
)
from thermo.case.schema_liquid import Plate
from thermo.case.table import Count, Flag, Name, Table, exactly_one


class Node(Table):
    """Where branches meet; with a pressure it is an expansion vessel or an open end, with a volume a tank."""

    name: Name = Field(description="Unique name, used by branches and messages.")
    elevation: Length = Field(0.0, description="Height, for the weight of the coolant.")
    pressure: PositivePressure | None = Field(None, description="Absolute pressure, held (default: a result).")
    inflow: MassFlow | None = Field(None, description="Coolant put in here from outside (default: none).")
    temperature: Temperature | None = Field(None, description="Of coolant that comes in from outside here.")
    outdoors: Flag = Field(False, description="Whether it lies outside the room, where room_dew_point does not hold.")
    volume: Volume = Field(0.0, description="Coolant that stands here, of a tank; mixed. Counts in the first fill.")


class Branch(Table):
    """Whatever leads from one node to another."""

    name: Name = Field(description="Unique name, used in results and messages.")
    start: str = Field(alias="from", min_length=1, description="Node where forward flow enters.")
    end: str = Field(alias="to", min_length=1, description="Node where forward flow leaves.")


class Drop(Table):
    """A pressure drop known at one flow of the network's coolant; it follows a power of the flow."""

    pressure_drop: PositivePressure = Field(description="Pressure drop at rated_flow.")
    rated_flow: Flow = Field(description="Flow of the pressure drop.")
    exponent: Ratio = Field(1.85, description="Of the flow: 1 laminar, 1.75 to 2 turbulent.")


class Pipe(Branch):
    """A round pipe or hose with its fittings, insulated unless conductance is given."""

    diameter: PositiveLength = Field(description="Inner diameter.")
    length: PositiveLength = Field(description="Length.")
    roughness: Roughness = Field(1.5e-6, description="Roughness of the wall.")
    loss_coefficient: Share = Field(0.0, description="Sum of the K of its bends, tees and fittings.")
    conductance: Conductance | None = Field(None, description="From its coolant to the surroundings (default: none).")
    surroundings: Temperature | None = Field(None, description="What it loses heat to; needed with conductance.")

    @model_validator(mode="after")
    def _loss(self) -> Pipe:
        if (self.conductance is None) != (self.surroundings is None):
            raise wrong("conductance and surroundings belong together: give both or neither")
        return self


class Valve(Branch):
    """A valve, strainer or quick disconnect by its flow coefficient."""

    kv: Positive = Field(description="Kv, m^3/h of water at 1 bar.")
    opening: Fraction = Field(1.0, description="0 is shut tight, 1 open.")
    rangeability: MoreThanOne | None = Field(None, description="Of an equal-percentage valve (default: linear).")
    check: Flag = Field(False, description="Whether it is a check valve, which lets nothing flow backwards.")


class Pump(Branch):
    """Pumps, alike and parallel, on their curve behind check valves, or controlled to a flow or a pressure rise.

    One that holds a rise has no check valve of its own: a case that pushes it backwards is refused.
    """

    flow: tuple[FanFlow, ...] | None = Field(None, description="Flows of the curve at full speed, rising.")
    head: tuple[Pressure, ...] | None = Field(None, description="Pressure rise at these flows, falling.")
    speed: Fraction = Field(1.0, description="Share of full speed; 0 stands still.")
    parallel: Count = Field(1, description="Number of pumps.")
    held_flow: Flow | None = Field(None, description="Flow of all of them together, held by control.")
    held_rise: PositivePressure | None = Field(None, description="Pressure rise held by control.")
    efficiency: Efficiency = Field(0.6, description="Pump, motor and drive together.")
    npsh: PositivePressure = Field(30e3, description="Pressure above vapour pressure that the suction needs.")

    @model_validator(mode="after")
    def _curve(self) -> Pump:
        exactly_one(self, "flow", "held_flow", "held_rise")
        if (self.flow is None) != (self.head is None):
            raise wrong("flow and head are the two columns of the curve: give both or neither")
        if self.flow is None:
            for key in self.given("speed", "parallel"):
                raise wrong(f"{key} has no effect with a held flow or rise: remove it")
            return self
        if len(self.flow) != len(self.head) or len(self.flow) < 2:
            raise wrong("flow and head must have the same number of points, at least two")
        if any(b <= a for a, b in zip(self.flow, self.flow[1:], strict=False)) or self.flow[0] > 0.0:
            raise wrong("flow must start at 0 and rise from point to point")
        if any(b > a for a, b in zip(self.head, self.head[1:], strict=False)) or self.head[0] <= 0.0:
            raise wrong("head must be above 0 at no flow and must not rise with the flow")
        return self


class Load(Branch, Drop):
    """Anything that heats the coolant and resists it, by its rating."""

    heat: Power = Field(description="Heat into the coolant.")


class NetworkPlate(Plate, Branch):
    """Cold plates with the chips under them; count of them are parallel between the two nodes."""


class Cooler(Branch, Drop):
    """What takes heat out of the network: at a held outlet temperature, or by a conductance to its surroundings."""

    outlet_temperature: Temperature | None = Field(None, description="Held by its control.")
    conductance: Conductance | None = Field(None, description="UA from the coolant to the surroundings.")
    surroundings: Temperature | None = Field(None, description="Temperature that conductance leads to.")

    @model_validator(mode="after")
    def _law(self) -> Cooler:
        exactly_one(self, "outlet_temperature", "conductance")
        if (self.conductance is None) != (self.surroundings is None):
            raise wrong("conductance and surroundings belong together: give both or neither")
        return self


class Side(Drop):
    """One side of an exchanger."""

    start: str = Field(alias="from", min_length=1, description="Node where forward flow enters.")
    end: str = Field(alias="to", min_length=1, description="Node where forward flow leaves.")


class Exchanger(Table):
    """A counterflow plate exchanger between two branches, by effectiveness and NTU; UA follows both flows."""

    name: Name = Field(description='Its branches are called "NAME hot" and "NAME cold".')
    hot: Side = Field(description="The side that is cooled.")
    cold: Side = Field(description="The side that is warmed.")
    conductance: Conductance = Field(description="UA at the rated flows of both sides.")
    film_exponent: Fraction = Field(0.7, description="Exponent of flow in the film coefficients.")


class Network(Table):
    """A network of pipes, valves, pumps, loads, plates, coolers and exchangers between named nodes, steady."""

    coolant: str = Field("propylene glycol 25%", min_length=1, description="Name of a coolant record.")
    temperature: Temperature = Field(303.15, description="Where the iteration starts, and at which ratings hold.")
    room_dew_point: Temperature = Field(288.15, description="Highest dew point of the room; colder nodes get wet.")
    node: tuple[Node, ...] = Field(min_length=2, description="Nodes.")
    pipe: tuple[Pipe, ...] = Field((), description="Pipes and hoses.")
    valve: tuple[Valve, ...] = Field((), description="Valves, strainers, quick disconnects.")
    pump: tuple[Pump, ...] = Field((), description="Pumps.")
    load: tuple[Load, ...] = Field((), description="Heated resistances.")
    plate: tuple[NetworkPlate, ...] = Field((), description="Cold plates with chips.")
    cooler: tuple[Cooler, ...] = Field((), description="Coolers.")
    exchanger: tuple[Exchanger, ...] = Field((), description="Exchangers between two branches.")

    @property
    def branches(self) -> list[tuple[str, str, str, str]]:
        """Key, name, start and end of every branch, an exchanger's two sides as two branches."""
        kinds = ("pipe", "valve", "pump", "load", "plate", "cooler")
        rows = [(f"{kind}.{b.name}", b.name, b.start, b.end) for kind in kinds for b in getattr(self, kind)]
        for unit in self.exchanger:
            for side in ("hot", "cold"):
                given = getattr(unit, side)
                rows.append((f"exchanger.{unit.name}.{side}", f"{unit.name} {side}", given.start, given.end))
        return rows
