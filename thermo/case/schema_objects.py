"""What stands in the room besides racks and cooling units: openings, tiles, panels, ducts, obstacles and heat."""

from __future__ import annotations

from math import prod
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from thermo.case.quantity import (
    Area,
    Conductivity,
    ContactResistance,
    Density,
    Efficiency,
    Flow,
    HeatCapacity,
    PartialShare,
    Positive,
    PositivePressure,
    Power,
    SignedPower,
    SignedPressure,
    Speed,
    Temperature,
    wrong,
)
from thermo.case.schema_room import Side, Turbulence
from thermo.case.table import Flag, FlatBox, SolidBox, Table, at_most_one, exactly_one
from thermo.errors import CaseError
from thermo.records import solid


class Supply(FlatBox, Turbulence):
    """An opening that blows air in, normal to its face: from a duct, or through a tile from a plenum not solved."""

    temperature: Temperature | None = Field(
        None, description="Supply temperature; needed unless isothermal or fed by a cooling unit."
    )
    velocity: Speed | None = Field(None, description="Mean velocity normal to the opening.")
    flow: Flow | None = Field(None, description="Volume flow through the opening.")
    plenum_pressure: PositivePressure | None = Field(
        None, description="Of the plenum behind, relative to the room's reference; the flow follows from free_area."
    )
    free_area: Efficiency = Field(1.0, description="Open share of the area; the jet is faster by 1/free_area.")

    @model_validator(mode="after")
    def _airflow(self) -> Supply:
        exactly_one(self, "velocity", "flow", "plenum_pressure")
        if self.plenum_pressure is not None and not self.free_area < 1.0:
            raise wrong("plenum_pressure needs a free_area below 1: without a resistance the flow has no bound")
        return self

    @property
    def area(self) -> float:
        """Area of the rectangle [m2]."""
        return area_of(self)

    @property
    def nominal_flow(self) -> float | None:
        """The flow [m3/s] that is given; ``None`` where a plenum pressure drives it."""
        return self.velocity * self.area if self.velocity is not None else self.flow


class Return(FlatBox):
    """An opening at a fixed pressure, through which air leaves."""

    pressure: SignedPressure = Field(0.0, description="Pressure relative to the room's reference.")
    temperature: Temperature | None = Field(
        None, description="Of what flows backwards (default: in a tank what leaves here, in a room as it starts)."
    )


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


class Cutout(FlatBox):
    """A hole for cables or pipes in a panel, open or brushed: air passes by the orifice law."""

    open_area: Area = Field(description="What is left open of the rectangle.")
    discharge_coefficient: Efficiency = Field(0.61, description="Cd of Q = Cd A sqrt(2 dp/rho); 0.61: sharp edges.")

    @model_validator(mode="after")
    def _smaller_than_rectangle(self) -> Cutout:
        if self.open_area > area_of(self) * (1.0 + 1e-9):
            raise wrong(f"open_area {self.open_area:g} m2 is more than the rectangle's {area_of(self):g} m2")
        return self


class Panel(FlatBox):
    """A thin plate: raised floor, dropped ceiling, containment or door. Tiles, cut-outs and ducts in it open it.

    What leaks through its joints follows the orifice law ``Q = Cd A sqrt(2 dp/rho)``, spread over the panel.
    """

    leakage_area: Area | None = Field(None, description="Area A of all its gaps.")
    leakage_fraction: PartialShare | None = Field(None, description="The gaps as a share of its area.")
    discharge_coefficient: Efficiency = Field(0.61, description="Cd of the gaps; 0.61: sharp edges.")
    opening: PartialShare = Field(0.0, description="Share of the area that stands open, as of a door; Cd as for gaps.")

    @model_validator(mode="after")
    def _leakage(self) -> Panel:
        at_most_one(self, "leakage_area", "leakage_fraction")
        if self.given("discharge_coefficient") and not self.open_area:
            raise wrong("discharge_coefficient has no effect on a tight panel: remove it or give leakage_area")
        if self.open_area > area_of(self):
            raise wrong(f"gaps of {self.open_area:g} m2 are more than the panel's {area_of(self):g} m2")
        return self

    @property
    def open_area(self) -> float:
        """Area of gaps and opening [m2]."""
        gaps = self.leakage_area or (self.leakage_fraction or 0.0) * area_of(self)
        return gaps + self.opening * area_of(self)


class Duct(SolidBox):
    """A closed box of air between two of its faces, with a flow resistance; its other faces are adiabatic walls."""

    ends: tuple[Side, Side] = Field(description="The two open faces.")
    loss_coefficient: Positive = Field(description="K of dp = K rho/2 u|u| on the velocity at the first end.")

    @model_validator(mode="after")
    def _two_ends(self) -> Duct:
        if self.ends[0] == self.ends[1]:
            raise wrong(f"both ends are {self.ends[0]}; they must be different faces")
        return self


class Baffle(FlatBox):
    """A thin plate: no flow through it, no slip on it, no heat through it."""


def area_of(box: FlatBox) -> float:
    """Area of a rectangle [m2]."""
    return prod(high - low for low, high in zip(box.lo, box.hi, strict=True) if high > low)


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

    limit: Temperature | None = Field(None, description="Highest temperature that it may have; needs power.")

    @model_validator(mode="after")
    def _heat(self) -> Obstacle:
        if self.limit is not None and not self.power:
            raise wrong("limit needs power: a block without heat is not held against one")
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
