"""The fluid, the physics that is solved, and where it starts."""

from __future__ import annotations

import itertools
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from thermo.case.quantity import (
    Acceleration,
    Conductivity,
    ConductivityPerKelvin,
    Density,
    Expansion,
    Gravity,
    HeatCapacity,
    HeatSourceValue,
    Positive,
    Temperature,
    TemperatureValue,
    Velocity,
    Viscosity,
    ViscosityPerKelvin,
    wrong,
)
from thermo.case.schema_own_liquid import LiquidTable
from thermo.case.table import Flag, Table

CONSTANTS = ("density", "heat_capacity", "viscosity", "conductivity", "expansion")


class _Tabulated(Table):
    """A property at rising temperatures, straight lines between them."""

    temperature: tuple[Temperature, ...] = Field(min_length=2, description="Rising temperatures.")

    @model_validator(mode="after")
    def _lengths(self) -> _Tabulated:
        temperatures = self.temperature
        if len(temperatures) != len(self.value):
            raise wrong(f"temperature has {len(temperatures)} entries but value has {len(self.value)}")
        if any(b <= a for a, b in itertools.pairwise(temperatures)):
            raise wrong("temperature must rise from entry to entry")
        return self


class ViscosityTable(_Tabulated):
    """Dynamic viscosity against temperature."""

    value: tuple[Viscosity, ...] = Field(min_length=2, description="Viscosity at each temperature.")


class ConductivityTable(_Tabulated):
    """Thermal conductivity against temperature."""

    value: tuple[Conductivity, ...] = Field(min_length=2, description="Conductivity at each temperature.")


class ViscosityLine(Table):
    """Dynamic viscosity linear in temperature about ``fluid.reference_temperature``."""

    at_reference: Viscosity = Field(description="Value at the reference temperature.")
    per_kelvin: ViscosityPerKelvin = Field(description="Change per kelvin.")


class ConductivityLine(Table):
    """Thermal conductivity linear in temperature about ``fluid.reference_temperature``."""

    at_reference: Conductivity = Field(description="Value at the reference temperature.")
    per_kelvin: ConductivityPerKelvin = Field(description="Change per kelvin.")


def _shape(given: Any) -> str:
    if isinstance(given, dict):
        return "table" if {"temperature", "value"} & set(given) else "line"
    return {ViscosityTable: "table", ConductivityTable: "table"}.get(type(given)) or (
        "line" if isinstance(given, Table) else "constant"
    )


ViscosityLaw = Annotated[
    Annotated[Viscosity, Tag("constant")]
    | Annotated[ViscosityTable, Tag("table")]
    | Annotated[ViscosityLine, Tag("line")],
    Discriminator(_shape),
]
ConductivityLaw = Annotated[
    Annotated[Conductivity, Tag("constant")]
    | Annotated[ConductivityTable, Tag("table")]
    | Annotated[ConductivityLine, Tag("line")],
    Discriminator(_shape),
]


class Fluid(Table):
    """A fluid by the name of its record, by a table of its properties, or by its constants."""

    name: str | None = Field(None, description="Name of a fluid record, such as air.")
    table: LiquidTable | None = Field(None, description="A liquid of your own, property by property over temperature.")
    density: Density | None = Field(None, description="Density at the reference temperature.")
    heat_capacity: HeatCapacity | None = Field(None, description="Specific heat capacity at constant pressure.")
    viscosity: ViscosityLaw | None = Field(None, description="Dynamic viscosity: constant, table or line.")
    conductivity: ConductivityLaw | None = Field(None, description="Thermal conductivity: constant, table or line.")
    expansion: Expansion | None = Field(None, description="Thermal expansion coefficient, for buoyancy.")
    reference_temperature: Temperature | None = Field(None, description="Where density holds and buoyancy is zero.")

    @model_validator(mode="after")
    def _record_or_constants(self) -> Fluid:
        constants = self.given(*CONSTANTS)
        if self.name is not None and self.table is not None:
            raise wrong("give either name (a fluid record) or table (a liquid of your own), not both")
        if (self.name is not None or self.table is not None) and constants:
            whole = "name (a fluid record)" if self.table is None else "table"
            raise wrong(f"give either {whole} or constants, not both; remove {whole.split()[0]} or {constants[0]}")
        if self.name is None and self.table is None and not constants:
            raise wrong('give name (a fluid record, such as name = "air") or the constants density, viscosity, ...')
        laws = (self.viscosity, self.conductivity)
        linear = [law for law in laws if isinstance(law, ViscosityLine | ConductivityLine)]
        if linear and self.reference_temperature is None:
            raise wrong("a property given by at_reference and per_kelvin needs reference_temperature")
        return self


LARGE_EDDY = ("wale", "vreman")


class Physics(Table):
    """Which equations are solved and with which schemes."""

    flow: Flag = Field(True, description="Solve the flow; false leaves heat conduction only.")
    energy: Flag = Field(True, description="Solve the temperature; false is an isothermal flow.")
    turbulence: Literal["laminar", "k-epsilon", "rng-k-epsilon", "lvel", "wale", "vreman"] = Field(
        "k-epsilon", description="Turbulence model: standard or RNG k-epsilon, LVEL for narrow gaps, or large-eddy "
        "simulation by WALE or Vreman in time-dependent runs.",
    )
    wall: Literal["wall-function", "two-layer", "two-layer-natural"] = Field(
        "wall-function", description="Walls of the k-epsilon models: wall functions, for cells too wide to resolve the "
        "viscous layer, or a one-equation model in that layer, for cells of any width: two-layer where fans or jets "
        "drive the flow along walls, two-layer-natural where their own heat does.",
    )
    buoyancy_production: Flag = Field(
        False, description="Buoyancy makes turbulence in unstable and destroys it in stable layers (k-epsilon models)."
    )
    transposed_stress: Flag = Field(
        False, description="Solve the whole turbulent stress, its transposed part included."
    )
    convection: Literal["limited", "upwind", "central"] = Field(
        "limited", description="Convection scheme: limited and central are second order, upwind is first order. "
        "Default of large-eddy simulation: central for velocity, limited for temperature.",
    )
    buoyancy: Flag = Field(True, description="Warm fluid rises (Boussinesq).")
    gravity: Gravity = Field((0.0, 0.0, -9.81), description="Acceleration of gravity.")
    turbulent_prandtl: Positive = Field(0.85, description="Turbulent Prandtl number.")
    outflow: Literal["upwind", "fixed-value"] = Field(
        "upwind", description="Momentum of leaving fluid: its own (upwind), or that of the prescribed vector."
    )
    body_force: Acceleration = Field((0.0, 0.0, 0.0), description="Acceleration of the whole fluid.")
    heat_source: HeatSourceValue = Field(0.0, description="Heat per volume in the whole domain.")
    momentum_source: Acceleration = Field((0.0, 0.0, 0.0), description="Manufactured momentum source per mass.")

    @model_validator(mode="before")
    @classmethod
    def _follow_switches(cls, given: Any) -> Any:
        """Without flow there is no turbulence, without flow or temperature no buoyancy: defaults follow."""
        if not isinstance(given, dict):
            return given
        still, isothermal = given.get("flow") is False, given.get("energy") is False
        follow = {"turbulence": "laminar"} if still else {}
        if given.get("turbulence") in LARGE_EDDY:
            follow["convection"] = "central"
        if still or isothermal:
            follow["buoyancy"] = False
        return {**follow, **given}

    @model_validator(mode="after")
    def _something_to_solve(self) -> Physics:
        if not self.flow and not self.energy:
            raise wrong("flow and energy are both false: nothing is left to solve")
        if self.buoyancy and not (self.flow and self.energy):
            raise wrong("buoyancy = true needs flow and energy")
        if self.turbulence != "laminar" and not self.flow:
            raise wrong(f'turbulence = "{self.turbulence}" needs flow')
        if self.turbulence == "laminar" and "turbulent_prandtl" in self.model_fields_set:
            raise wrong('turbulent_prandtl has no effect with turbulence = "laminar": remove it')
        self._turbulence_options()
        return self

    def _turbulence_options(self) -> None:
        """Options of turbulence models are given with the models that they belong to."""
        if self.buoyancy_production and not (self.buoyancy and self.has_k):
            raise wrong('buoyancy_production = true needs buoyancy and turbulence = "k-epsilon" or "rng-k-epsilon"')
        if "wall" in self.model_fields_set and not self.has_k:
            raise wrong('wall concerns turbulence = "k-epsilon" and "rng-k-epsilon": remove it')
        if self.transposed_stress and self.turbulence == "laminar":
            raise wrong('transposed_stress concerns turbulent stress: remove it with turbulence = "laminar"')

    @property
    def large_eddy(self) -> bool:
        """Whether large eddies are simulated, which only makes sense in time."""
        return self.turbulence in LARGE_EDDY

    @property
    def scalar_convection(self) -> str:
        """Scheme of the temperature: as for velocity, but never unlimited in large-eddy simulation."""
        return "limited" if self.large_eddy and self.convection == "central" else self.convection

    @property
    def has_k(self) -> bool:
        """Whether the turbulence model has k and epsilon."""
        return self.turbulence in ("k-epsilon", "rng-k-epsilon")

    @property
    def two_layer(self) -> bool:
        """Whether a model of its own solves the layer at walls."""
        return self.has_k and self.wall in ("two-layer", "two-layer-natural")


class Initial(Table):
    """Where the iteration starts."""

    temperature: TemperatureValue | None = Field(None, description="Start temperature (default: that of the supplies).")
    velocity: Velocity = Field((0.0, 0.0, 0.0), description="Start velocity.")
