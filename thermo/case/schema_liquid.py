"""The technology loop of liquid-cooled racks: plates in trays in racks, their pipes, and the distribution units."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictInt, model_validator

from thermo.case.quantity import (
    Efficiency,
    Flow,
    FlowPerPower,
    Fraction,
    Length,
    Positive,
    PositiveLength,
    PositivePressure,
    Power,
    Ratio,
    Roughness,
    Share,
    Temperature,
    TemperatureDifference,
    ThermalResistance,
    Volume,
    wrong,
)
from thermo.case.schema_cold_plate import PlateDesign
from thermo.case.schema_liquid_time import LoopTime
from thermo.case.table import Count, Flag, Name, Table, exactly_one

ATMOSPHERE = 101325.0


class Tube(Table):
    """A pipe or hose with its fittings."""

    diameter: PositiveLength = Field(description="Inner diameter.")
    length: PositiveLength = Field(description="Length of one of them.")
    roughness: Roughness = Field(1.5e-6, description="Roughness of the wall.")
    loss_coefficient: Share = Field(0.0, description="Sum of the K of its bends, tees and fittings.")


class Plate(Table):
    """Cold plates of one kind in a tray, each with the chip under it; in the tray they are parallel to each other."""

    name: Name = Field(description="What the branch is called, such as GPU.")
    count: Count = Field(1, description="Plates of this kind in the tray.")
    chip: str = Field(min_length=1, description="Name of a chip record: its power and its limits.")
    power: Power | None = Field(None, description="Heat of one chip at full load (default: rated power of the record).")
    capture: Efficiency = Field(1.0, description="Share of the chip's heat that the plate catches; the rest heats air.")
    record: str | None = Field(
        None, min_length=1, description="Name of a cold plate record: measured resistance over the flow."
    )
    design: PlateDesign | None = Field(
        None,
        description="The plate by its inside, solved in three dimensions. Beside a record, whose resistance counts, it "
        "only gives the temperatures over the die.",
    )
    case_resistance: ThermalResistance | None = Field(
        None, description="From the hottest point of the chip to its case (default: none)."
    )
    pressure_drop: PositivePressure | None = Field(
        None, description="Pressure drop of one plate at rated_flow; needed with record, follows from a design."
    )
    rated_flow: Flow = Field(description="Coolant through one plate at pressure_drop; about what it will get.")
    rated_temperature: Temperature = Field(313.15, description="Coolant temperature at pressure_drop.")
    laminar_share: Fraction = Field(0.5, description="Share of the pressure drop that is laminar friction.")

    @model_validator(mode="after")
    def _record_or_design(self) -> Plate:
        if self.record is None and self.design is None:
            raise wrong("give record or design; neither is given")
        if self.record is not None and self.pressure_drop is None:
            raise wrong("pressure_drop is missing: a record does not know it")
        if self.record is None:
            for key in self.given("case_resistance", "pressure_drop", "laminar_share"):
                raise wrong(f"{key} has no effect with design, from which it follows: remove it")
        return self


class Tray(Table):
    """A kind of tray of the rack: its plates between two quick disconnects on the rack's manifolds."""

    name: Name = Field(description="What the trays are called, such as compute.")
    count: Count = Field(description="Trays of this kind in the rack, one above the other.")
    plate: tuple[Plate, ...] = Field(min_length=1, description="Plates in the tray.")
    quick_disconnect: Positive | None = Field(
        None, description="Kv of one quick disconnect, m^3/h of water at 1 bar; there are two (default: none)."
    )
    hose: Tube | None = Field(None, description="Hose on either side of the plates (default: none).")
    air_power: Power = Field(0.0, description="Other heat of one tray, which the air takes: memory, drives, network.")


class Manifold(Table):
    """The rack's supply and return manifolds, upright, fed at the bottom."""

    diameter: PositiveLength = Field(0.038, description="Inner diameter.")
    pitch: PositiveLength = Field(0.05, description="From tray to tray.")
    loss_coefficient: Share = Field(0.3, description="K of the passage of one tee.")
    base: Length = Field(0.3, description="Height of the lowest tray above the headers.")


class Rack(Table):
    """The liquid-cooled rack, all alike; what its plates do not catch heats the air."""

    tray: tuple[Tray, ...] = Field(min_length=1, description="Kinds of trays, bottom up.")
    manifold: Manifold = Field(Manifold(), description="Manifolds.")
    hose: Tube = Field(description="Hose from the header to a manifold, the same for the return.")
    valve: Positive | None = Field(None, description="Kv of the rack's balancing valve, m^3/h (default: none).")
    air_power: Power = Field(0.0, description="Heat of power shelves and whatever else is cooled by air.")


class Header(Table):
    """Supply and return headers along the racks of a group."""

    diameter: PositiveLength = Field(description="Inner diameter.")
    pitch: PositiveLength = Field(0.6, description="From rack to rack.")
    loss_coefficient: Share = Field(0.2, description="K of the passage of one tee.")
    reverse_return: Flag = Field(False, description="Whether the return runs on to the far end (Tichelmann).")


class DistributionUnit(Table):
    """Coolant distribution units: pumps and a plate exchanger that hold the racks' supply temperature."""

    record: str = Field(min_length=1, description="Name of a distribution unit record.")
    units: Count = Field(description="Units that a group of racks needs.")
    redundancy: Annotated[StrictInt, Field(ge=0)] = Field(0, description="Spare units of a group; they run too.")
    failed: Annotated[StrictInt, Field(ge=0)] = Field(0, description="Units of a group that are out of order.")
    main: Tube = Field(description="Pipe from the units to the headers, the same for the return.")
    facility_temperature: Temperature | None = Field(
        None, description="Facility coolant to the units, for a case without a plant."
    )
    film_exponent: Fraction = Field(0.7, description="Exponent of flow in the film coefficients of the exchanger.")
    shutoff_head: Ratio = Field(
        1.25, description="Head at no flow over rated head, for a record without a pump curve."
    )
    pump_efficiency: Efficiency = Field(0.55, description="Pump, motor and drive, for a record without power.")
    npsh: PositivePressure = Field(30e3, description="Pressure above vapour pressure that the pumps need.")


class Liquid(Table):
    """The technology loop: groups of racks, each group with its own distribution units."""

    coolant: str = Field("propylene glycol 25%", min_length=1, description="Name of a coolant record.")
    supply_temperature: Temperature = Field(description="Coolant to the racks, held by the distribution units.")
    static_pressure: PositivePressure = Field(
        2.0 * ATMOSPHERE, description="Absolute pressure at the pumps' suction, held by the expansion vessel."
    )
    flow_per_power: FlowPerPower | None = Field(None, description="Coolant flow over the heat that plates catch.")
    differential_pressure: PositivePressure | None = Field(
        None, description="Pressure from the units' outlet to their inlet, held by the pump speed."
    )
    pump_speed: Efficiency | None = Field(None, description="Fixed pump speed as a share of full speed.")
    racks: Count = Field(description="Racks of a group.")
    groups: Count = Field(1, description="Groups, all alike.")
    rack_model: Literal["plates", "fitted"] = Field(
        "plates",
        description="plates: every plate of every rack of one group is a branch. fitted: every rack of every group is "
        "a branch, with the pressure drop fitted to a solved rack.",
    )
    rack: Rack = Field(description="The rack.")
    header: Header | None = Field(None, description="Headers; needed for more than one rack.")
    unit: DistributionUnit = Field(description="Coolant distribution units.")
    buildings: Count = Field(1, description="Buildings the groups stand in: the fill is also stated for one of them.")
    published_fill: Volume | None = Field(
        None, description="First fill of one building as published, stated beside the computed one."
    )
    published_makeup: Volume | None = Field(
        None, description="Water a building takes in a year as published, stated beside the computed one."
    )
    time: LoopTime | None = Field(None, description="Makes the run time-dependent.")
    room_dew_point: Temperature = Field(288.15, description="Highest dew point of the room; a colder supply is wet.")
    margin: TemperatureDifference = Field(
        5.0, description="Kelvin that the hottest chip keeps below its limit, for the warmest supply."
    )

    @model_validator(mode="after")
    def _fits(self) -> Liquid:
        exactly_one(self, "flow_per_power", "differential_pressure", "pump_speed")
        if self.racks > 1 and self.header is None:
            raise wrong("header is missing: more than one rack needs headers")
        if self.racks == 1 and self.header is not None:
            raise wrong("header has no effect with one rack: remove it")
        if self.unit.failed >= self.unit.units + self.unit.redundancy:
            raise wrong("unit.failed leaves no distribution unit running: give less, or more units")
        names = [tray.name for tray in self.rack.tray]
        if len(set(names)) < len(names):
            raise wrong("two kinds of trays have the same name: rename one of them")
        return self

    @property
    def plates(self) -> list[tuple[Tray, Plate]]:
        """Every kind of plate with its tray."""
        return [(tray, plate) for tray in self.rack.tray for plate in tray.plate]
