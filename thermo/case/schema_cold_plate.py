"""The design of a cold plate and what lies between it and the silicon, for plates whose inside is solved."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from thermo.case.quantity import Conductivity, ContactResistance, Length, PositiveLength, Share, wrong
from thermo.case.schema_objects import KnownMaterial
from thermo.case.table import Count, Table


class Interface(Table):
    """Interface material between two solids."""

    thickness: PositiveLength = Field(description="Thickness of the bond line.")
    conductivity: Conductivity = Field(description="Thermal conductivity.")
    contact_resistance: ContactResistance = Field(0.0, description="Contact resistance of both its sides together.")


class Spreader(Table):
    """A flat block of metal: the lid of the chip, or the base of the plate."""

    size: tuple[PositiveLength, PositiveLength] = Field(description="Along and across the channels.")
    thickness: PositiveLength = Field(description="Thickness.")
    material: KnownMaterial = Field(
        "copper", validate_default=True, description="Record of a solid, or properties with density and heat capacity."
    )


class FinTable(Table):
    """Parallel fins with channels between them, closed by a cover that takes no heat."""

    size: tuple[PositiveLength, PositiveLength] = Field(description="Along the channels, and width over all of them.")
    channel: PositiveLength = Field(description="Width of a channel.")
    fin: PositiveLength = Field(description="Thickness of a fin.")
    height: PositiveLength = Field(description="Height of the fins.")
    arrangement: Literal["straight", "split", "impinging"] = Field(
        "split",
        description="straight: in at one end, out at the other. split: in through a slot in the middle, out at both "
        "ends. impinging: from above over a slot of some width.",
    )
    slot: Length = Field(0.0, description="Width of the slot of an impinging flow.")
    port_loss: Share = Field(
        2.5, description="Pressure lost in ports and turns over rho u^2 / 2 of the velocity in the channels."
    )
    cells: Count = Field(6, description="Finite volumes over the height.")

    @model_validator(mode="after")
    def _slot(self) -> FinTable:
        if self.arrangement == "impinging" and not 0.0 < self.slot < self.size[0]:
            raise wrong("an impinging flow needs slot: its width, less than the length of the fins")
        if self.arrangement != "impinging" and self.slot > 0.0:
            raise wrong(f'slot has no effect with arrangement = "{self.arrangement}": remove it')
        return self


class PlateDesign(Table):
    """A cold plate by its inside: conduction from the die to the fins, coolant advanced along the channels."""

    interface: Interface = Field(description="Between the silicon and what lies on it: lid, or base without a lid.")
    lid: Spreader | None = Field(None, description="Lid of the chip (default: bare silicon).")
    lid_interface: Interface | None = Field(None, description="Between lid and base; needed with a lid.")
    base: Spreader = Field(description="Base of the plate.")
    fins: FinTable = Field(description="Fins on the base, of its material.")
    power_map: tuple[tuple[Share, ...], ...] | None = Field(
        None,
        min_length=1,
        description="Where the die makes its heat: rows across the channels of numbers along them, any scale "
        "(default: evenly).",
    )
    silicon_conductivity: Conductivity = Field(120.0, description="Conductivity of the die (default: near 75 degC).")
    cell: PositiveLength = Field(2e-3, description="Width of the finite volumes along and across.")

    @model_validator(mode="after")
    def _fits(self) -> PlateDesign:
        if (self.lid is None) != (self.lid_interface is None):
            raise wrong("lid and lid_interface belong together: give both or none")
        for axis, name in enumerate(("length", "width")):
            if self.fins.size[axis] > self.base.size[axis] * (1.0 + 1e-9):
                raise wrong(f"the {name} of fins.size is more than that of base.size: make the base larger")
        rows = self.power_map or ()
        if rows and (len({len(row) for row in rows}) > 1 or not any(value > 0.0 for row in rows for value in row)):
            raise wrong("power_map must have rows of equal length, with a number above 0 among them")
        for block in (self.lid, self.base):
            if block is not None and (block.material.density is None or block.material.heat_capacity is None):
                raise wrong("a material given by numbers needs density and heat_capacity too")
        return self
