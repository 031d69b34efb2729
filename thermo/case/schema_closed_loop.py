"""The facility loop of liquid-cooled racks: its coolant, the dry coolers and trim chillers behind it, and its fill."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictInt, model_validator

from thermo.case.quantity import (
    Efficiency,
    Fraction,
    PositiveLength,
    Pressure,
    Share,
    Temperature,
    TemperatureDifference,
    Volume,
    wrong,
)
from thermo.case.table import Count, Flag, Table


class FacilityLoop(Table):
    """The coolant between the coolant distribution units and what rejects their heat."""

    coolant: str = Field("propylene glycol 25%", min_length=1, description="Name of a coolant record.")
    supply_temperature: Temperature | None = Field(
        None, description="Coolant to the distribution units (default: the warmest that keeps the chips within limits)."
    )
    temperature_rise: TemperatureDifference = Field(
        10.0,
        description="Rise over the units at full load; below it the pumps hold it, or the technology supply where that "
        "takes more coolant.",
    )
    minimum_flow: Fraction = Field(0.3, description="Least flow as a share of the flow at full load.")
    pump_head: Pressure = Field(250e3, description="Pump pressure rise at full flow.")
    pump_efficiency: Efficiency = Field(0.7, description="Pump, motor and drive together.")
    rejection: Literal["dry", "tower"] = Field(
        "dry",
        description="dry: dry coolers, then trim chillers; nothing evaporates. tower: evaporative towers over a plate "
        "exchanger, then water-cooled trim chillers: the baseline a dry plant is compared with.",
    )
    residual_air: Literal["chilled_water", "facility_loop"] = Field(
        "chilled_water",
        description="Where the air handlers of the residual heat get their water: a chilled-water loop of their own "
        "([plant.chilled_water], [plant.chiller], [plant.economizer]), or this loop.",
    )


class DryCooler(Table):
    """Dry coolers of the facility loop: finned coils with fans, all alike."""

    record: str = Field("BAC TDFS1238N C60ET40B", min_length=1, description="Name of a dry cooler record.")
    kind: Literal["separate", "in_chiller"] = Field(
        "separate",
        description="separate: with fans of their own. in_chiller: free-cooling coils in front of the condensers of "
        "air-cooled chillers; while chillers run, their fans move the air, warmer by what the coils gave it.",
    )
    units: Count | None = Field(None, description="Number of units without spares (default: sized from the load).")
    redundancy: Annotated[StrictInt, Field(ge=0)] = Field(1, description="Spare units.")
    spares_run: Flag = Field(True, description="Whether spares run too, all slower: saves fan power by the cubic law.")
    design_approach: TemperatureDifference | None = Field(
        None, description="Leaving coolant minus air at full load and fan speed, for sizing (default: the record's)."
    )
    minimum_fan_speed: Fraction = Field(0.2, description="Lowest fan speed as a share of full speed; then a bypass.")

    @model_validator(mode="after")
    def _sizing(self) -> DryCooler:
        if self.units is not None and self.design_approach is not None:
            raise wrong("design_approach has no effect with units: remove one of them")
        return self


class RearDoor(Table):
    """Heat exchangers in the rear doors of the racks, on the facility loop; the servers' fans push through them."""

    effectiveness: Efficiency = Field(
        0.6, description="Fall of the air's temperature over exhaust air minus coolant."
    )


class Pipe(Table):
    """Pipes of one diameter, for the coolant they hold."""

    diameter: PositiveLength = Field(description="Inner diameter.")
    length: PositiveLength = Field(description="Length of all of them together, supply and return.")


class Fill(Table):
    """Coolant of the sealed loops: what the first fill holds and what is lost of it.

    The defaults of losses are allowances. Their sum of 2.5 % a year lies between the two figures published for one
    campus: 1.3 % and 5 % of a fill of one million US gallons.
    """

    pipe: tuple[Pipe, ...] = Field((), description="Pipes of the facility loop.")
    dry_cooler_volume: Volume = Field(0.9, description="Coolant in one dry cooler of the record (assumed).")
    distribution_unit_volume: Volume = Field(0.15, description="Facility side of one distribution unit (assumed).")
    other: Volume = Field(0.0, description="Buffers, separators and whatever else the facility loop holds.")
    flush_volumes: Share = Field(1.0, description="Commissioning flush over the first fill.")
    top_up_per_year: Share = Field(0.005, description="Share lost to vents, sampling and coupling in a year.")
    filter_purges_per_year: Share = Field(4.0, description="Filter purges in a year.")
    purge_share: Share = Field(0.0025, description="Share of the fill let out by one filter purge.")
    leak_allowance: Share = Field(0.01, description="Share allowed for leaks and repairs in a year.")
