"""Racks: one block of servers as a whole, or servers stacked by height unit."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from thermo.case.quantity import Efficiency, Fraction, Length, PartialShare, Positive, ThermalMass, wrong
from thermo.case.schema_coil import Coil
from thermo.case.schema_fan import Airflow
from thermo.case.schema_room import Side, Turbulence
from thermo.case.table import Count, Name, SolidBox, Table

UNIT_HEIGHT = 0.04445
"""Height unit U [m] (IEC 60297-3-100: 44.45 mm)."""


class Server(Airflow):
    """Equipment at a height in a rack, with its own power and air flow."""

    name: Name | None = Field(None, description="Name, unique in the rack (default: u and its number).")
    u: Count = Field(description="Lowest height unit that it fills; 1 is the lowest of the rack.")
    height: Count = Field(1, description="Height in units of 44.45 mm.")

    @model_validator(mode="after")
    def _airflow(self) -> Server:
        self.check_airflow()
        return self

    @property
    def title(self) -> str:
        """The name, or where it stands."""
        return self.name or f"u{self.u}"


class OpenSlot(Table):
    """Height units without server and without blanking panel: air passes from either side to the other."""

    u: Count = Field(description="Lowest height unit.")
    height: Count = Field(1, description="Height in units of 44.45 mm.")
    loss_coefficient: Positive = Field(description="K of dp = K rho/2 u|u| on the velocity in the slot.")


class Rack(Airflow, SolidBox):
    """A rack that air passes through: in at the intake face, out warmer at the exhaust face."""

    intake: Side = Field(description="Face where room air goes in.")
    exhaust: Side = Field(description="Face where warm air comes out.")
    server: tuple[Server, ...] = Field((), description="Stacked servers; height units without server are blanked.")
    open_slot: tuple[OpenSlot, ...] = Field((), description="Height units left open; only with servers.")
    first_unit: Length = Field(0.0, description="Height of the lowest unit above the bottom of the rack.")
    recirculation: PartialShare = Field(
        0.0, description="Share of the servers' exhaust that returns to their inlets inside the rack."
    )
    bypass: PartialShare = Field(0.0, description="Share of the rack's air that passes by the servers unheated.")
    rear_door: Coil | None = Field(None, description="Water coil in the exhaust: a rear-door heat exchanger.")
    turbulence: Turbulence | None = Field(None, description="Turbulence of the exhaust (default: intensity 0.1).")
    ashrae_class: Literal["A1", "A2", "A3", "A4", "H1"] | None = Field(None, description="ASHRAE class of the servers.")
    running: Fraction = Field(1.0, description="Speed of its fans over the normal one; an event sets 0 to stop them.")
    thermal_mass: ThermalMass | None = Field(None, description="Heat capacity of the servers; in time-dependent runs.")
    effectiveness: Efficiency = Field(1.0, description="Heat exchange of the thermal mass with the air; 1 is perfect.")

    @model_validator(mode="after")
    def _contents(self) -> Rack:
        if self.intake == self.exhaust:
            raise wrong(f"intake and exhaust are both {self.intake}; they must be different faces")
        if self.server:
            self._check_stack()
        else:
            self.check_airflow()
            for key in self.given("open_slot", "first_unit"):
                raise wrong(f"{key} has no effect without servers: remove it or add [[rack.server]]")
        return self

    def _check_stack(self) -> None:
        for key in self.given("power", "fan_power", "response", "fan", "resistance", *self.laws):
            raise wrong(f"{key} belongs to the servers of this rack: remove it, or remove the servers")
        if "z" in (self.intake[0], self.exhaust[0]):
            raise wrong("servers are stacked by height: intake and exhaust must be upright faces (x or y)")
        titles = [server.title for server in self.server]
        for title in titles:
            if titles.count(title) > 1:
                raise wrong(f"two servers are called {title}: give one of them another name or place")
        units = (self.hi[2] - self.lo[2] - self.first_unit) / UNIT_HEIGHT
        filled: dict[int, str] = {}
        slots = [(f"server {s.title}", s) for s in self.server] + [(f"open_slot at u{s.u}", s) for s in self.open_slot]
        for label, slot in slots:
            top = slot.u + slot.height - 1
            if top > units + 1e-6:
                raise wrong(f"{label} reaches unit {top}, but the rack has {int(units + 1e-6)} units")
            for unit in range(slot.u, slot.u + slot.height):
                if unit in filled:
                    raise wrong(f"{label} and {filled[unit]} both fill unit {unit}: move one of them")
                filled[unit] = label

    def heights(self, slot: Server | OpenSlot) -> tuple[float, float]:
        """Return the lower and upper z [m] of a server or an open slot."""
        bottom = self.lo[2] + self.first_unit + (slot.u - 1) * UNIT_HEIGHT
        return bottom, bottom + slot.height * UNIT_HEIGHT

    @property
    def heat(self) -> float:
        """Nominal heat [W] of the rack: its own, or that of its servers."""
        return sum(part.power for part in self.contents)

    @property
    def contents(self) -> tuple[Airflow, ...]:
        """What heats and moves the air: the servers, or the rack as a whole."""
        return self.server or (self,)

    @property
    def net(self) -> float:
        """Flow through the rack's faces over the flow through its servers."""
        return (1.0 - self.recirculation) / (1.0 - self.bypass)

    def face_flow(self, capacity: float) -> float:
        """Return the nominal flow [m3/s] through the rack's faces in a fluid of heat capacity [J/m3/K]."""
        return self.net * sum(part.airflow(capacity) for part in self.contents)
