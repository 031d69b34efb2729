"""Tanks of a dielectric liquid: what is in them, and what takes the heat out of them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Discriminator, Field, Tag, model_validator

from thermo.case.quantity import (
    Area,
    Conductance,
    Efficiency,
    Flow,
    Fraction,
    Positive,
    PositiveLength,
    PositivePower,
    PositivePressure,
    Power,
    Pressure,
    Share,
    Temperature,
    TemperatureDifference,
    ThermalResistance,
    Volume,
    wrong,
)
from thermo.case.schema_own_liquid import BoilingTable
from thermo.case.table import Count, Name, Table

BoilingChoice = Annotated[
    Annotated[str, Field(min_length=1), Tag("record")] | Annotated[BoilingTable, Tag("own")],
    Discriminator(lambda given: "record" if isinstance(given, str) else "own"),
]


class BoilingChip(Table):
    """Chips of one kind that boil the liquid on a surface of their own: a bare lid, or a boiler plate on it."""

    name: Name = Field(description="What they are called, such as GPU.")
    count: Count = Field(description="How many of them there are in a tank.")
    chip: str = Field(min_length=1, description="Name of a chip record: its power and its limits.")
    power: PositivePower | None = Field(
        None, description="Heat of one chip at full load (default: rated power of the record)."
    )
    surface: Area = Field(description="Boiling area of one chip.")
    height: PositiveLength = Field(0.05, description="Height of the surface, for convection before it boils.")
    roughness: PositiveLength = Field(1e-6, description="Roughness Rp of the surface, for Cooper's law.")
    surface_constant: Positive | None = Field(
        None, description="Csf of Rohsenow's law, which is then used instead of Cooper's."
    )
    enhancement: Positive = Field(1.0, description="Factor of a coating on the boiling heat transfer coefficient.")
    critical_factor: Positive = Field(1.0, description="Factor of a coating on the critical heat flux.")
    case_resistance: ThermalResistance | None = Field(
        None, description="From the hottest point of the chip to its boiling surface (default: none)."
    )

    @model_validator(mode="after")
    def _one_law(self) -> BoilingChip:
        if self.surface_constant is not None:
            for key in self.given("roughness", "enhancement"):
                raise wrong(f"{key} belongs to Cooper's law: remove it, or surface_constant")
        return self


class Condenser(Table):
    """Coils above the pool in which facility coolant condenses the vapour."""

    conductance: Conductance = Field(description="UA of vapour to coolant.")
    flow: Flow = Field(description="Coolant through the condenser of one tank at full flow.")
    pressure_drop: Pressure = Field(0.0, description="Of the coolant at full flow.")
    pump_efficiency: Efficiency = Field(0.6, description="Of the pump that makes up for the pressure drop.")
    coolant_temperature: Temperature | None = Field(
        None,
        description="Of the coolant that enters, for a case without a plant (default: the warmest that chips allow).",
    )


class Pool(Table):
    """The boiling pool of a two-phase tank and the vapour above it."""

    volume: Volume = Field(description="Liquid in one tank.")
    headspace: Volume = Field(0.0, description="Vapour between the liquid and the lid.")
    pressure: PositivePressure | None = Field(
        101325.0, description="Held by throttling the condenser, as far as it goes."
    )
    relief_pressure: PositivePressure = Field(120000.0, description="Above it vapour is let out.")
    openings_per_year: Share = Field(12.0, description="How often a lid is opened in a year (assumed).")
    opening_loss: Fraction = Field(0.5, description="Share of the headspace's vapour lost at an opening (assumed).")
    leak_per_year: Share = Field(0.01, description="Share of the liquid lost by leaks in a year (assumed).")
    critical_margin: Positive = Field(1.3, description="Critical heat flux over heat flux that is asked for.")

    @model_validator(mode="after")
    def _relief(self) -> Pool:
        if self.pressure is not None and self.relief_pressure <= self.pressure:
            raise wrong(f"relief_pressure {self.relief_pressure:g} Pa must be above pressure {self.pressure:g} Pa")
        return self


class Exchanger(Table):
    """What takes the heat out of a single-phase tank: a plate exchanger outside, or cold surfaces inside it."""

    conductance: Conductance = Field(description="UA of the tank's liquid, or of its cold surfaces, to coolant.")
    flow: Flow = Field(description="Coolant through the exchanger of one tank.")
    pressure_drop: Pressure = Field(0.0, description="Of the coolant.")
    pump_efficiency: Efficiency = Field(0.6, description="Of the pumps of coolant and liquid.")
    liquid_pressure_drop: Pressure = Field(0.0, description="Of the liquid through exchanger and pipes.")


class Immersion(Table):
    """Tanks, all alike, in which whole servers are immersed.

    Two-phase: `liquid`, `chip`, `pool` and `condenser`. Single-phase: the tank is the case's room, with `exchanger`.
    """

    tanks: Count = Field(1, description="Tanks, all alike.")
    liquid: BoilingChoice | None = Field(
        None, description="Name of a boiling liquid record, or a table of your own; two-phase only."
    )
    chip: tuple[BoilingChip, ...] = Field((), description="Kinds of chips in a two-phase tank.")
    other_power: Power = Field(0.0, description="Other heat in one two-phase tank: memory, drives, conversion.")
    pool: Pool | None = Field(None, description="The boiling pool; makes the tank two-phase.")
    condenser: Condenser | None = Field(None, description="What condenses the vapour of a two-phase tank.")
    exchanger: Exchanger | None = Field(None, description="What cools the liquid of a single-phase tank.")
    removed_fan_power: Power = Field(
        0.0, description="Server fans of one tank that went with immersion; only told, they are in no other figure."
    )
    margin: TemperatureDifference = Field(5.0, description="Kelvin that the hottest chip keeps below its limit.")

    @model_validator(mode="after")
    def _one_phase(self) -> Immersion:
        if (self.pool is None) == (self.exchanger is None):
            raise wrong("give exactly one of pool (two-phase) and exchanger (single-phase)")
        boiling = ("liquid", "chip", "condenser")
        if self.pool is not None:
            for key in boiling:
                if not getattr(self, key):
                    raise wrong(f"{key} is missing: a two-phase tank needs it")
        else:
            for key in self.given(*boiling, "other_power"):
                raise wrong(f"{key} belongs to a two-phase tank: the servers of this one are in its room")
        return self
