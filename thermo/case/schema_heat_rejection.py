"""Where the heat leaves the plant: chillers, free cooling, cooling tower, adiabatic pads, and the water they use."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StrictInt, model_validator

from thermo.case.quantity import (
    Efficiency,
    Fraction,
    MoreThanOne,
    Positive,
    Pressure,
    Share,
    Temperature,
    TemperatureDifference,
    wrong,
)
from thermo.case.table import Count, Table, at_most_one

KEYS_OF_KIND = {
    "water_side": ("record", "approach", "fan_power_fraction", "minimum_fan_speed"),
    "tower": ("approach",),
    "air_side": ("fan_power_fraction", "dew_point_min", "dew_point_max", "relative_humidity_max"),
    "air_side_indirect": ("effectiveness", "fan_power_fraction", "minimum_fan_speed"),
    "none": (),
}
"""The keys of [plant.economizer], besides kind, that have an effect, by the kind."""

DEW_POINT_MIN, DEW_POINT_MAX, RELATIVE_HUMIDITY_MAX = 264.15, 288.15, 0.7
"""Recommended moisture of the air at the racks: ASHRAE Thermal Guidelines, 5th edition (2021), low corrosion."""


class Chiller(Table):
    """Chillers: by a record with curves or a table, a fixed COP or a fixed fraction of Carnot."""

    condenser: Literal["air", "water"] = Field(
        "air", description="What the condensers give their heat to: outdoor air, or the water of a cooling tower."
    )
    record: str | None = Field(
        None,
        min_length=1,
        description='Name of a chiller record (default: "Carrier 30RB390" with condenser air, "Carrier 30XWP1012" '
        "with condenser water).",
    )
    cop: Positive | None = Field(None, description="Fixed coefficient of performance.")
    carnot_fraction: Efficiency | None = Field(None, description="COP as a fixed fraction of the Carnot COP.")
    evaporator_approach: TemperatureDifference = Field(
        5.0, description="Leaving water minus evaporating temperature, in the Carnot COP."
    )
    condenser_approach: TemperatureDifference | None = Field(
        None,
        description="Condensing temperature minus what enters the condenser, in the Carnot COP "
        "(default: 15 K with air, 8 K with water).",
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
    """Free cooling: the outdoors takes the heat without the chiller when it is cold enough."""

    kind: Literal["water_side", "tower", "air_side", "air_side_indirect", "none"] | None = Field(
        None,
        description="water_side: a dry cooler cools the chilled water. tower: the cooling tower does, over a plate "
        "exchanger. air_side: outdoor air goes into the room. air_side_indirect: outdoor air cools the room air in "
        "an air-to-air exchanger. Default: tower with water-cooled chillers, otherwise water_side.",
    )
    record: str = Field("BAC TDFS1238N C60ET40B", min_length=1, description="Name of a dry cooler record.")
    approach: TemperatureDifference | None = Field(
        None,
        description="water_side: leaving water minus outdoor dry bulb at full fan speed (default: the record's). "
        "tower: chilled water minus tower water over the plate exchanger (default: 2 K).",
    )
    effectiveness: Efficiency | None = Field(
        None, description="air_side_indirect: effectiveness of the exchanger at full outdoor air flow (default: 0.7)."
    )
    fan_power_fraction: Share | None = Field(
        None,
        description="Power of its fans at full speed over heat at full load (default: the dry cooler's record; "
        "air_side 0.015 for relief fans of 125 Pa; air_side_indirect 0.03 for outdoor air fans of 250 Pa).",
    )
    minimum_fan_speed: Fraction = Field(0.2, description="Lowest fan speed as a share of full speed.")
    dew_point_min: Temperature | None = Field(
        None, description="air_side: outdoor air drier than this is humidified (default: ASHRAE recommended, -9 degC)."
    )
    dew_point_max: Temperature | None = Field(
        None, description="air_side: no outdoor air above this dew point (default: ASHRAE recommended, 15 degC)."
    )
    relative_humidity_max: Fraction | None = Field(
        None, description="air_side: no outdoor air that is damper than this at supply temperature (default: 0.7)."
    )

    @model_validator(mode="after")
    def _humidity_in_order(self) -> Economizer:
        low, high = self.dew_point_min or DEW_POINT_MIN, self.dew_point_max or DEW_POINT_MAX
        if not low < high:
            raise wrong(f"dew_point_min ({low - 273.15:g} degC) must be below dew_point_max ({high - 273.15:g} degC)")
        return self


def economizer_kind(plant: Any) -> str:
    """The kind of free cooling of a [plant]: as given, otherwise tower with water-cooled chillers, else water_side."""
    return plant.economizer.kind or ("tower" if plant.chiller.condenser == "water" else "water_side")


class Tower(Table):
    """Evaporative cooling tower with variable-speed fans: cools the condensers, and the plate exchanger in winter."""

    record: str | None = Field(None, min_length=1, description='Name of a tower record (default: "YorkCalc").')
    approach: TemperatureDifference | None = Field(
        None, description="Leaving water minus wet bulb at full fan speed, the same in every hour, instead of record."
    )
    fan_power_fraction: Share = Field(
        0.0126,
        description="Fan power at full speed over heat at full load (default: 40.2 gpm/hp from 35.0 to 29.4 degC, the "
        "least that ASHRAE 90.1 allows an open tower with axial fans).",
    )
    minimum_fan_speed: Fraction = Field(
        0.1, description="Lowest fan speed as a share of full speed; below it the tower is partly bypassed."
    )

    @model_validator(mode="after")
    def _law(self) -> Tower:
        at_most_one(self, "record", "approach")
        return self


class CondenserWater(Table):
    """The water loop between condensers and cooling tower."""

    minimum_temperature: Temperature | None = Field(
        None,
        description="Coldest water that the condensers get; the tower fans slow down to hold it (default: the coldest "
        "of the chiller record, 18 degC without a record).",
    )
    temperature_rise: TemperatureDifference = Field(5.56, description="Rise at full load, rejected heat over flow.")
    minimum_flow: Fraction = Field(0.75, description="Least water flow as a share of the flow at full load.")
    pump_head: Pressure = Field(200e3, description="Pump pressure rise at full flow.")
    pump_efficiency: Efficiency = Field(0.7, description="Pump, motor and drive together.")


class Adiabatic(Table):
    """Wetted pads in front of dry coolers, air-cooled condensers or the outdoor side of an indirect economizer."""

    effectiveness: Efficiency = Field(0.8, description="Share of dry bulb minus wet bulb that the pads take off.")
    start_temperature: Temperature = Field(293.15, description="No water on the pads below this dry bulb.")
    air_temperature_rise: TemperatureDifference = Field(
        10.0, description="Rise of the outdoor air over the coils behind the pads: sets the air flow, so the water."
    )


class Water(Table):
    """Water of everything that evaporates: tower, pads, humidifiers."""

    cycles_of_concentration: MoreThanOne = Field(
        5.0,
        description="Salts in the blowdown over salts in the make-up: blowdown = evaporation / (cycles - 1) - drift.",
    )
    drift_fraction: Share = Field(5e-5, description="Droplets that leave the tower, over the water in circulation.")
    latent_fraction: Positive | None = Field(
        None,
        description="Evaporation of the tower times 2430 kJ/kg over the heat it rejects (default: from the moist air).",
    )
