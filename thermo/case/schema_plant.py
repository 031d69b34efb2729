"""The plant that takes the heat away: air handler, chilled water, chiller, economizer and power chain.

Defaults are typical values of an air-cooled hall, so a case may give only what it knows.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictInt, model_validator

from thermo.case.quantity import (
    Efficiency,
    Fraction,
    Positive,
    Pressure,
    Ratio,
    Share,
    Temperature,
    TemperatureDifference,
    wrong,
)
from thermo.case.table import Count, Table, at_most_one


class AirHandler(Table):
    """Fan wall or CRAH: moves the air of the racks over a chilled-water coil."""

    flow_margin: Ratio = Field(1.05, description="Air handler flow over rack flow.")
    fan_pressure: Pressure = Field(400.0, description="Fan pressure rise at full flow.")
    fan_efficiency: Efficiency = Field(0.6, description="Fan, motor and drive together.")
    minimum_speed: Fraction = Field(0.4, description="Lowest fan speed as a share of full speed.")
    coil_approach: TemperatureDifference | None = Field(
        None, description="Leaving air minus entering water; 6 K unless effectiveness is given."
    )
    effectiveness: Efficiency | None = Field(None, description="Coil effectiveness, instead of coil_approach.")
    supply_temperature: Temperature | None = Field(
        None, description="Air supply temperature (default: that of the supply openings)."
    )

    @model_validator(mode="after")
    def _coil(self) -> AirHandler:
        at_most_one(self, "coil_approach", "effectiveness")
        return self


class ChilledWater(Table):
    """The water loop between coils and chillers."""

    supply_temperature: Temperature = Field(285.15, description="Water entering the coils at full mechanical cooling.")
    temperature_rise: TemperatureDifference = Field(8.0, description="Rise over the coils at full load.")
    pump_head: Pressure = Field(250e3, description="Pump pressure rise at full flow.")
    pump_efficiency: Efficiency = Field(0.7, description="Pump, motor and drive together.")


class Chiller(Table):
    """Air-cooled chillers: by a record with curves, a fixed COP or a fixed fraction of Carnot."""

    record: str | None = Field(None, min_length=1, description="Name of a chiller record.")
    cop: Positive | None = Field(None, description="Fixed coefficient of performance.")
    carnot_fraction: Efficiency | None = Field(None, description="COP as a fixed fraction of the Carnot COP.")
    units: Count | None = Field(None, description="Number of running chillers (default: sized from the load).")
    redundancy: Annotated[StrictInt, Field(ge=0)] = Field(1, description="Spare units beyond those sized for the load.")

    @model_validator(mode="after")
    def _law(self) -> Chiller:
        at_most_one(self, "record", "cop", "carnot_fraction")
        return self


class Economizer(Table):
    """Free cooling: outdoor air cools the water without the chiller when it is cold enough."""

    kind: Literal["water_side", "none"] = Field("water_side", description="Kind of free cooling.")
    approach: TemperatureDifference = Field(5.0, description="Leaving water minus outdoor dry bulb.")
    fan_power_fraction: Share = Field(0.02, description="Dry-cooler fan power over heat rejected.")

    @model_validator(mode="after")
    def _nothing_unused(self) -> Economizer:
        unused = self.given("approach", "fan_power_fraction")
        if self.kind == "none" and unused:
            raise wrong(f'{unused[0]} has no effect with kind = "none": remove it')
        return self


class Ups(Table):
    """Uninterruptible power supply."""

    efficiency: Efficiency | None = Field(None, description="Fixed efficiency.")
    record: str | None = Field(None, min_length=1, description="Name of a UPS record with a part-load curve.")

    @model_validator(mode="after")
    def _law(self) -> Ups:
        at_most_one(self, "efficiency", "record")
        return self


class Psu(Table):
    """Server power supplies."""

    efficiency: Efficiency | None = Field(None, description="Fixed efficiency.")
    record: str | None = Field(None, min_length=1, description="Name of a power supply record with a part-load curve.")

    @model_validator(mode="after")
    def _law(self) -> Psu:
        at_most_one(self, "efficiency", "record")
        return self


class Power(Table):
    """From the utility to the racks, with the losses on the way."""

    transformer_efficiency: Efficiency = Field(0.99, description="Transformer efficiency.")
    ups: Ups = Field(Ups(), description="UPS.")
    psu: Psu = Field(Psu(), description="Server power supplies; their loss is part of the IT power.")
    lighting_fraction: Share = Field(0.005, description="Lighting and offices over IT power.")


class Plant(Table):
    """Everything between the room and the weather."""

    it_scale: Positive = Field(1.0, description="The modelled racks stand for this many times their power.")
    air_handler: AirHandler = Field(AirHandler(), description="Fan wall or CRAH.")
    chilled_water: ChilledWater = Field(ChilledWater(), description="Chilled-water loop.")
    chiller: Chiller = Field(Chiller(), description="Chillers.")
    economizer: Economizer = Field(Economizer(), description="Free cooling.")
    power: Power = Field(Power(), description="Power chain.")
