"""The plant that takes the heat away: air handler, chilled water and power chain; the rest in schema_heat_rejection.

Defaults are typical values of an air-cooled hall, so a case may give only what it knows.
"""

from __future__ import annotations

from pydantic import Field, field_validator, model_validator

from thermo.case.quantity import (
    Duration,
    Efficiency,
    Fraction,
    PartOfWhole,
    Positive,
    Power,
    Pressure,
    Ratio,
    Share,
    Temperature,
    TemperatureDifference,
    wrong,
)
from thermo.case.schema_closed_loop import DryCooler, FacilityLoop, Fill, RearDoor
from thermo.case.schema_heat_rejection import Adiabatic, Chiller, CondenserWater, Economizer, Tower, Water
from thermo.case.table import Flag, Table, at_most_one

HOUR, SHORTEST_STEP = 3600.0, 60.0


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
    at_supply_limit: Flag = Field(
        False, description="Run the year at the warmest supply air the racks allow, as solve.supply_limit finds it."
    )

    @model_validator(mode="after")
    def _coil(self) -> AirHandler:
        at_most_one(self, "coil_approach", "effectiveness")
        if self.at_supply_limit and self.supply_temperature is not None:
            raise wrong("give either supply_temperature or at_supply_limit = true, not both")
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

    transformer_efficiency: Efficiency | None = Field(
        None, description="Fixed transformer efficiency; 0.99 unless transformer_loss is given."
    )
    transformer_loss: tuple[Share, Share] | None = Field(
        None, description="Loss over rating: a + c x^2 with x the load over the rating: iron and winding loss."
    )
    transformer_load_at_design: Efficiency = Field(
        0.5, description="Largest load of the year over the transformer rating; used with transformer_loss."
    )
    ups: Ups = Field(Ups(), description="UPS.")
    ups_loss_to_cooling: Fraction = Field(1.0, description="Share of the UPS loss that the chilled water takes.")
    psu: Psu = Field(Psu(), description="Server power supplies; their loss is part of the IT power.")
    server_fan_fraction: PartOfWhole | None = Field(
        None, description="Server fan power over IT power; needed for TUE, part of the IT power."
    )
    lighting_fraction: Share = Field(0.005, description="Lighting and offices over IT power.")

    @model_validator(mode="after")
    def _transformer(self) -> PowerChain:
        at_most_one(self, "transformer_efficiency", "transformer_loss")
        if self.transformer_loss is None and self.given("transformer_load_at_design"):
            raise wrong("transformer_load_at_design has no effect without transformer_loss: remove it")
        return self


class Plant(Table):
    """Everything between the room and the weather."""

    it_scale: Positive = Field(1.0, description="The modelled racks stand for this many times their power.")
    step: Duration = Field(
        3600.0, description="Step of the year: an hour or a part of it, such as 15 min. The weather is then linear in "
        "time between the middles of its hours, and the load keeps its steps as far as they are not shorter."
    )
    air_handler: AirHandler = Field(AirHandler(), description="Fan wall or CRAH.")
    chilled_water: ChilledWater = Field(ChilledWater(), description="Chilled-water loop.")
    chiller: Chiller = Field(Chiller(), description="Chillers.")
    economizer: Economizer = Field(Economizer(), description="Free cooling.")
    tower: Tower = Field(Tower(), description="Cooling tower of water-cooled chillers.")
    condenser_water: CondenserWater = Field(CondenserWater(), description="Condenser-water loop.")
    adiabatic: Adiabatic | None = Field(None, description="Wetted pads; without this table there are none.")
    water: Water = Field(Water(), description="Water of what evaporates.")
    power: PowerChain = Field(PowerChain(), description="Power chain.")
    facility_loop: FacilityLoop = Field(FacilityLoop(), description="Loop of liquid-cooled racks to the outdoors.")
    dry_cooler: DryCooler = Field(DryCooler(), description="Dry coolers of the facility loop.")
    trim_chiller: Chiller | None = Field(
        None, description="Chillers of the facility loop behind its dry coolers or towers; without this table, none."
    )
    rear_door: RearDoor | None = Field(
        None, description="Rear-door heat exchangers of liquid-cooled racks; without this table there are none."
    )
    fill: Fill = Field(Fill(), description="Coolant in the sealed loops and what is lost of it.")

    @field_validator("step")
    @classmethod
    def _part_of_an_hour(cls, step: float) -> float:
        if step < SHORTEST_STEP or abs(HOUR / step - round(HOUR / step)) > 1e-9:
            raise wrong(f"an hour is no whole number of steps of {step:g} s, or they are shorter than a minute: "
                        "give 1 h, 30 min, 15 min, 10 min, 5 min, ... 1 min")
        return step
