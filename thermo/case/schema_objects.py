"""What stands in the room: racks, openings, tiles, baffles, obstacles and heat."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from thermo.case.quantity import (
    Conductivity,
    ContactResistance,
    Density,
    Efficiency,
    Flow,
    FlowPerPower,
    HeatCapacity,
    Positive,
    Power,
    SignedPower,
    SignedPressure,
    Speed,
    Temperature,
    TemperatureDifference,
    wrong,
)
from thermo.case.schema_room import Side, Turbulence
from thermo.case.table import Flag, FlatBox, SolidBox, Table, at_most_one, exactly_one
from thermo.errors import CaseError
from thermo.records import solid


class Rack(SolidBox):
    """A rack that air passes through: in at the intake face, out warmer at the exhaust face."""

    intake: Side = Field(description="Face where room air goes in.")
    exhaust: Side = Field(description="Face where warm air comes out.")
    power: Power = Field(description="Heat given to the air.")
    temperature_rise: TemperatureDifference | None = Field(None, description="Air temperature rise; sets the flow.")
    flow: Flow | None = Field(None, description="Air flow.")
    flow_per_power: FlowPerPower | None = Field(None, description="Air flow per power.")
    turbulence: Turbulence | None = Field(None, description="Turbulence of the exhaust (default: intensity 0.1).")
    ashrae_class: Literal["A1", "A2", "A3", "A4", "H1"] | None = Field(None, description="ASHRAE class of the servers.")

    @model_validator(mode="after")
    def _airflow(self) -> Rack:
        exactly_one(self, "temperature_rise", "flow", "flow_per_power")
        if self.flow is None and not self.power > 0.0:
            raise wrong("a rack without power has no air flow by temperature_rise or flow_per_power: give flow")
        if self.intake == self.exhaust:
            raise wrong(f"intake and exhaust are both {self.intake}; they must be different faces")
        return self

    def airflow(self, capacity: float) -> float:
        """Return the volume flow [m3/s] in a fluid of volumetric heat capacity ``capacity`` [J/m3/K]."""
        if self.flow is not None:
            return self.flow
        if self.flow_per_power is not None:
            return self.flow_per_power * self.power
        return self.power / (capacity * self.temperature_rise)


class Supply(FlatBox, Turbulence):
    """An opening that blows air in, normal to its face."""

    temperature: Temperature | None = Field(None, description="Supply temperature; needed unless isothermal.")
    velocity: Speed | None = Field(None, description="Mean velocity normal to the opening.")
    flow: Flow | None = Field(None, description="Volume flow through the opening.")
    free_area: Efficiency = Field(1.0, description="Open share of the area; the jet is faster by 1/free_area.")

    @model_validator(mode="after")
    def _airflow(self) -> Supply:
        exactly_one(self, "velocity", "flow")
        return self


class Return(FlatBox):
    """An opening at a fixed pressure, through which air leaves."""

    pressure: SignedPressure = Field(0.0, description="Pressure relative to the room's reference.")
    temperature: Temperature | None = Field(None, description="Of air drawn in, should it flow backwards.")


class Tile(FlatBox):
    """A perforated plate inside the air: it resists the flow and lets out jets."""

    loss_coefficient: Positive | None = Field(None, description="K of dp = K rho/2 u|u| on the face velocity u.")
    free_area: Efficiency | None = Field(None, description="Open share of the area; K then follows from it.")
    jet: Flag = Field(True, description="Whether the air leaves with the momentum of its jets; needs free_area.")

    @model_validator(mode="after")
    def _resistance(self) -> Tile:
        exactly_one(self, "loss_coefficient", "free_area")
        if "jet" in self.model_fields_set and self.jet and self.free_area is None:
            raise wrong("jet = true needs free_area: a loss coefficient alone does not say how fast the jets are")
        return self


class Baffle(FlatBox):
    """A thin plate: no flow through it, no slip on it, no heat through it."""


class Material(Table):
    """A solid that conducts heat."""

    conductivity: Conductivity = Field(description="Thermal conductivity.")
    density: Density | None = Field(None, description="Density; needed in transient runs.")
    heat_capacity: HeatCapacity | None = Field(None, description="Specific heat capacity; needed in transient runs.")


def _look_up(given: Any) -> Any:
    """Turn the name of a solid record, such as "copper", into its properties."""
    if not isinstance(given, str):
        return given
    try:
        record = solid(given)
    except CaseError as problem:
        raise wrong(f"is not a known material: {problem}") from None
    return {key: getattr(record, key) for key in ("conductivity", "density", "heat_capacity")}


KnownMaterial = Annotated[Material, BeforeValidator(_look_up, json_schema_input_type=str | Material)]


class Obstacle(SolidBox):
    """A block that air cannot enter. With a material it conducts heat, without one it is adiabatic."""

    material: KnownMaterial | None = Field(None, description="Makes the block conduct: its properties, or a record.")
    power: Power | None = Field(None, description="Heat released evenly in the block; needs a material.")
    temperature: Temperature | None = Field(None, description="Fixed temperature of the block.")
    contact_resistance: ContactResistance | None = Field(None, description="On all its faces; needs a material.")

    @model_validator(mode="after")
    def _heat(self) -> Obstacle:
        at_most_one(self, "power", "temperature")
        for name in ("power", "contact_resistance"):
            if getattr(self, name) is not None and self.material is None:
                raise wrong(f"{name} needs a material: add material = {{conductivity = ...}}")
        if self.temperature is not None and self.material is not None:
            raise wrong("a block of fixed temperature needs no material: remove material or temperature")
        return self


class Heat(SolidBox):
    """Heat released evenly in a box of fluid or of conducting solid."""

    power: SignedPower = Field(description="Heat released; negative takes heat away.")
