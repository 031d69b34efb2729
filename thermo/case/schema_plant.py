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
    Power,
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

    supply_temperature: Temperature | None = Field(
        None, description="Water entering the coils (default: the warmest the coil can work with)."
    )
    temperature_rise: TemperatureDifference = Field(8.0, description="Rise over the coils, held by the pump speed.")
    minimum_flow: Fraction = Field(0.3, description="Least water flow as a share of the flow at full load.")
    pump_head: Pressure = Field(250e3, description="Pump pressure rise at full flow.")
    pump_efficiency: Efficiency = Field(0.7, description="Pump, motor and drive together.")


class Chiller(Table):
    """Air-cooled chillers: by a record with curves, a fixed COP or a fixed fraction of Carnot."""

    record: str | None = Field(None, min_length=1, description="Name of a chiller record.")
    cop: Positive | None = Field(None, description="Fixed coefficient of performance.")
    carnot_fraction: Efficiency | None = Field(None, description="COP as a fixed fraction of the Carnot COP.")
    evaporator_approach: TemperatureDifference = Field(
        5.0, description="Leaving water minus evaporating temperature, in the Carnot COP."
    )
    condenser_approach: TemperatureDifference = Field(
        15.0, description="Condensing temperature minus outdoor air, in the Carnot COP."
    )
    minimum_lift: TemperatureDifference = Field(
        20.0, description="Least condensing minus evaporating temperature, in the Carnot COP."
    )
    units: Count | None = Field(None, description="Number of running chillers (default: sized from the load).")
    redundancy: Annotated[StrictInt, Field(ge=0)] | None = Field(
        None, description="Spare units, counted as installed but not running (default: 1 with a record)."
    )

    @model_validator(mode="after")
    def _law(self) -> Chiller:
        at_most_one(self, "record", "cop", "carnot_fraction")
        lift = self.given("evaporator_approach", "condenser_approach", "minimum_lift")
        if self.cop is not None and lift:
            raise wrong(f"{lift[0]} has no effect with a fixed cop: remove it")
        if self.units is not None and (self.cop is not None or self.carnot_fraction is not None):
            raise wrong("units needs a record: a fixed cop or carnot_fraction has no size; remove units")
        return self


class Economizer(Table):
    """Free cooling: outdoor air cools the water without the chiller when it is cold enough."""

    kind: Literal["water_side", "none"] = Field("water_side", description="Kind of free cooling.")
    record: str = Field("BAC TDFS1238N C60ET40B", min_length=1, description="Name of a dry cooler record.")
    approach: TemperatureDifference | None = Field(
        None, description="Leaving water minus outdoor dry bulb at full fan speed (default: the record's)."
    )
    fan_power_fraction: Share | None = Field(
        None, description="Fan power at full speed over heat at full load (default: the record's)."
    )
    minimum_fan_speed: Fraction = Field(0.2, description="Lowest fan speed as a share of full speed.")

    @model_validator(mode="after")
    def _nothing_unused(self) -> Economizer:
        unused = self.given("record", "approach", "fan_power_fraction", "minimum_fan_speed")
        if self.kind == "none" and unused:
            raise wrong(f'{unused[0]} has no effect with kind = "none": remove it')
        return self


class Ups(Table):
    """Uninterruptible power supply."""

    efficiency: Efficiency | None = Field(None, description="Fixed efficiency; 0.95 unless loss is given.")
    loss: tuple[Share, Share, Share] | None = Field(
        None, description="Loss over rating: a + b x + c x^2 with x the load over the rating, instead of efficiency."
    )
    load_at_design: Efficiency = Field(0.8, description="Full IT power over the UPS rating; used with loss.")

    @model_validator(mode="after")
    def _law(self) -> Ups:
        at_most_one(self, "efficiency", "loss")
        if self.loss is None and self.given("load_at_design"):
            raise wrong("load_at_design has no effect without loss: remove it")
        return self


class Psu(Table):
    """Server power supplies."""

    efficiency: Efficiency | None = Field(None, description="Fixed efficiency.")
    record: str | None = Field(None, min_length=1, description="Name of a power supply record with a part-load curve.")
    server_power: Power | None = Field(
        None, description="Input of one server at full IT power, W (default: the largest of the record)."
    )

    @model_validator(mode="after")
    def _law(self) -> Psu:
        at_most_one(self, "efficiency", "record")
        if self.record is None and self.given("server_power"):
            raise wrong("server_power has no effect without record: remove it")
        return self


class PowerChain(Table):
    """From the utility to the racks, with the losses on the way."""

    transformer_efficiency: Efficiency = Field(0.99, description="Transformer efficiency.")
    ups: Ups = Field(Ups(), description="UPS.")
    ups_loss_to_cooling: Fraction = Field(1.0, description="Share of the UPS loss that the chilled water takes.")
    psu: Psu = Field(Psu(), description="Server power supplies; their loss is part of the IT power.")
    server_fan_fraction: Fraction | None = Field(
        None, description="Server fan power over IT power; needed for TUE, part of the IT power."
    )
    lighting_fraction: Share = Field(0.005, description="Lighting and offices over IT power.")


class Plant(Table):
    """Everything between the room and the weather."""

    it_scale: Positive = Field(1.0, description="The modelled racks stand for this many times their power.")
    air_handler: AirHandler = Field(AirHandler(), description="Fan wall or CRAH.")
    chilled_water: ChilledWater = Field(ChilledWater(), description="Chilled-water loop.")
    chiller: Chiller = Field(Chiller(), description="Chillers.")
    economizer: Economizer = Field(Economizer(), description="Free cooling.")
    power: PowerChain = Field(PowerChain(), description="Power chain.")
