"""Blocks that the fluid seeps through: heat sinks of parallel fins, and porous blocks of given resistance."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from thermo.case.quantity import (
    PositiveLength,
    Power,
    Quantity,
    Temperature,
    ThermalMass,
    ThermalResistance,
    Vector,
    wrong,
)
from thermo.case.schema_objects import KnownMaterial
from thermo.case.schema_room import Side
from thermo.case.table import SolidBox

Linear = Annotated[
    tuple[float, float, float], Vector(Quantity("1/m^2", "a linear resistance", "2e6 1/m^2", least=0.0))
]
Quadratic = Annotated[tuple[float, float, float], Vector(Quantity("1/m", "a quadratic resistance", "5 1/m", least=0.0))]
VolumetricConductance = Annotated[float, Quantity("W/m^3/K", "heat transfer per volume", "2e5 W/m^3/K", above=0.0)]


class HeatSink(SolidBox):
    """Parallel plate fins on a base with a chip behind it; the fluid passes between the fins.

    The box is the finned space. The gaps resist as plane Poiseuille flow does; fluid does not cross the fins.
    """

    across: Literal["x", "y", "z"] = Field(description="Axis along which the fins stand side by side.")
    base: Side = Field(description="Face of the box that is the base, where the chip is.")
    pitch: PositiveLength = Field(description="From fin to fin.")
    thickness: PositiveLength = Field(description="Of one fin.")
    material: KnownMaterial = Field(description="Of the fins: properties, or a record such as aluminium.")
    power: Power = Field(description="Heat of the chip.")
    case_resistance: ThermalResistance | None = Field(
        None, description="From the hottest point of the chip to the fins' foot (default: none)."
    )
    base_thickness: PositiveLength | None = Field(
        None, description="Of the base, which stores heat like the fins; in time-dependent runs (default: none)."
    )
    thermal_mass: ThermalMass | None = Field(
        None, description="Heat capacity of chip and package behind the case resistance; in time-dependent runs."
    )
    limit: Temperature | None = Field(None, description="Temperature at which the chip slows down.")

    @model_validator(mode="after")
    def _fins(self) -> HeatSink:
        if self.thickness >= self.pitch:
            raise wrong(f"thickness {self.thickness:g} m leaves no gap at a pitch of {self.pitch:g} m")
        if self.base[0] == self.across:
            raise wrong(f"base {self.base} lies along the axis that the fins stand across: turn one of them")
        return self

    @property
    def gap(self) -> float:
        """Clear width between two fins [m]."""
        return self.pitch - self.thickness

    @property
    def fin_height(self) -> float:
        """From base to tip [m]."""
        axis = "xyz".index(self.base[0])
        return self.hi[axis] - self.lo[axis]


class Porous(SolidBox):
    """A block that resists the flow along each axis: dp/dx = mu D u + F rho/2 |u| u on the superficial velocity."""

    linear: Linear = Field((0.0, 0.0, 0.0), description="D along x, y, z.")
    quadratic: Quadratic = Field((0.0, 0.0, 0.0), description="F along x, y, z.")
    power: Power = Field(0.0, description="Heat released evenly in the block.")
    conductance: VolumetricConductance | None = Field(
        None, description="Of its solid to the fluid, per volume of the block; gives the solid's temperature."
    )
    temperature: Temperature | None = Field(
        None, description="Of the tubes of a coil, which exchange heat with the fluid by conductance."
    )
    thermal_mass: ThermalMass | None = Field(
        None,
        description="Heat capacity of its solid, at the temperature of its fluid without conductance; in "
        "time-dependent runs.",
    )
    limit: Temperature | None = Field(None, description="Highest temperature that its solid may have.")

    @model_validator(mode="after")
    def _acts(self) -> Porous:
        if not any(self.linear) and not any(self.quadratic):
            raise wrong("give linear or quadratic: without a resistance the block has no effect")
        if self.limit is not None and self.conductance is None:
            raise wrong("limit needs conductance: without it the solid has no temperature")
        if self.temperature is not None:
            if self.conductance is None:
                raise wrong("temperature needs conductance: without it the tubes exchange no heat")
            for key in self.given("power", "limit", "thermal_mass"):
                raise wrong(f"{key} has no effect on tubes of a given temperature: remove one of the two")
        return self
