"""The room: its size and what its six sides do."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from thermo.case.quantity import (
    Dissipation,
    Efficiency,
    HeatFluxValue,
    HeatTransferCoefficient,
    KineticEnergy,
    Position,
    PositiveLength,
    SignedPressure,
    Temperature,
    TemperatureValue,
    Velocity,
    wrong,
)
from thermo.case.table import Table, at_most_one

SIDES = ("x_min", "x_max", "y_min", "y_max", "z_min", "z_max")
Side = Literal["x_min", "x_max", "y_min", "y_max", "z_min", "z_max"]


class Turbulence(Table):
    """Turbulence carried by air that enters: k and epsilon, or intensity and length scale.

    Given neither, the intensity is 10 % and the length 7 % of the square root of the opening's area.
    """

    k: KineticEnergy | None = Field(None, description="Turbulent kinetic energy; together with epsilon.")
    epsilon: Dissipation | None = Field(None, description="Dissipation rate of k; together with k.")
    intensity: Efficiency | None = Field(None, description="Velocity fluctuation over mean velocity; default 0.1.")
    length: PositiveLength | None = Field(None, description="Turbulent length scale; default 0.07 sqrt(area).")

    @model_validator(mode="after")
    def _one_pair(self) -> Turbulence:
        if (self.k is None) != (self.epsilon is None):
            raise wrong("k and epsilon belong together: give both or none")
        if self.k is not None and (self.intensity is not None or self.length is not None):
            raise wrong("give k and epsilon, or intensity and length, not both")
        return self

    @property
    def turbulence_given(self) -> list[str]:
        """Which of k, epsilon, intensity and length the case sets."""
        return [name for name in ("k", "epsilon", "intensity", "length") if getattr(self, name) is not None]


class Wall(Table):
    """A solid side: no slip. Adiabatic unless it has a temperature, a heat flux or a U-value."""

    kind: Literal["wall"] = "wall"
    temperature: TemperatureValue | None = Field(None, description="Fixed surface temperature.")
    heat_flux: HeatFluxValue | None = Field(None, description="Heat into the domain per area.")
    u_value: HeatTransferCoefficient | None = Field(None, description="Heat transfer to outside, with `outside`.")
    outside: Temperature | None = Field(None, description="Temperature beyond a wall with a U-value.")
    velocity: Velocity | None = Field(None, description="Velocity of a moving wall, along the wall.")

    @model_validator(mode="after")
    def _one_condition(self) -> Wall:
        at_most_one(self, "temperature", "heat_flux", "u_value")
        if (self.u_value is None) != (self.outside is None):
            raise wrong("u_value and outside belong together: give both or none")
        return self

    @property
    def adiabatic(self) -> bool:
        """Whether no heat passes."""
        return self.temperature is None and self.heat_flux is None and self.u_value is None


class Inlet(Turbulence):
    """A side that is open over its whole area, with given velocity and temperature."""

    kind: Literal["inlet"]
    velocity: Velocity = Field(description="Velocity vector of the entering fluid.")
    temperature: TemperatureValue | None = Field(None, description="Temperature of the entering fluid.")


class Outlet(Table):
    """A side that is open over its whole area, at a fixed pressure."""

    kind: Literal["outlet"]
    pressure: SignedPressure = Field(0.0, description="Pressure relative to the room's reference.")
    temperature: Temperature | None = Field(None, description="Of fluid drawn in, should it flow backwards.")


class Symmetry(Table):
    """A mirror plane: no flow through it, no friction and no heat."""

    kind: Literal["symmetry"]


class Periodic(Table):
    """What leaves here enters at the opposite side, which must be periodic too. One cell lies between the two, so the
    flow does not change from one to the other."""

    kind: Literal["periodic"]


SIDE_KINDS = {"wall": Wall, "inlet": Inlet, "outlet": Outlet, "symmetry": Symmetry, "periodic": Periodic}


def _spell_out(given: Any) -> Any:
    """Turn the shorthand ``"wall"`` into ``{kind = "wall"}`` and refuse kinds that do not exist."""
    table = {"kind": given} if isinstance(given, str) else given
    if isinstance(table, Table):
        return table
    if not isinstance(table, dict):
        raise wrong('is not a side; write "wall", "symmetry", "periodic" or a table such as {kind = "wall"}')
    kind = table.get("kind")
    if kind is None:
        raise wrong(f"has no kind; add kind = one of {', '.join(SIDE_KINDS)}")
    if not isinstance(kind, str) or kind not in SIDE_KINDS:
        raise wrong(f"kind {kind!r} does not exist; valid: {', '.join(SIDE_KINDS)}")
    if isinstance(given, str) and kind == "inlet":
        raise wrong('an inlet needs a velocity: write {kind = "inlet", velocity = [...], temperature = ...}')
    return table


SideCondition = Annotated[
    Annotated[Wall | Inlet | Outlet | Symmetry | Periodic, Field(discriminator="kind")],
    BeforeValidator(_spell_out, json_schema_input_type=str | Wall | Inlet | Outlet | Symmetry | Periodic),
]


class Sides(Table):
    """What each side of the room does. Sides that are not named are adiabatic walls."""

    x_min: SideCondition = Field(Wall(), description="Side at the smallest x.")
    x_max: SideCondition = Field(Wall(), description="Side at the largest x.")
    y_min: SideCondition = Field(Wall(), description="Side at the smallest y.")
    y_max: SideCondition = Field(Wall(), description="Side at the largest y.")
    z_min: SideCondition = Field(Wall(), description="Side at the smallest z: the floor.")
    z_max: SideCondition = Field(Wall(), description="Side at the largest z: the ceiling.")

    @model_validator(mode="after")
    def _periodic_pairs(self) -> Sides:
        for axis in "xyz":
            low, high = getattr(self, f"{axis}_min"), getattr(self, f"{axis}_max")
            if (low.kind == "periodic") != (high.kind == "periodic"):
                raise wrong(f"{axis}_min and {axis}_max must both be periodic, or none of them")
        return self

    def items(self) -> list[tuple[str, Wall | Inlet | Outlet | Symmetry | Periodic]]:
        """Return ``(name, condition)`` of the six sides in the order x_min, x_max, y_min, y_max, z_min, z_max."""
        return [(side, getattr(self, side)) for side in SIDES]


class Room(Table):
    """The box that is solved: x along the rack row, y front to rear, z up."""

    size: Position = Field(description="Length, depth and height.")
    origin: Position = Field((0.0, 0.0, 0.0), description="Corner with the smallest x, y and z.")
    sides: Sides = Field(Sides(), description="Boundary condition of each side.")

    @model_validator(mode="after")
    def _has_volume(self) -> Room:
        for axis, length in zip("xyz", self.size, strict=True):
            if not length > 0.0:
                raise wrong(f"size must be more than 0 along {axis}")
        return self

    @property
    def periodic_axes(self) -> list[int]:
        """The axes (0, 1, 2 for x, y, z) whose sides are periodic."""
        return [axis for axis, name in enumerate("xyz") if getattr(self.sides, f"{name}_min").kind == "periodic"]

    @property
    def lo(self) -> tuple[float, float, float]:
        """The corner with the smallest coordinates [m]."""
        return self.origin

    @property
    def hi(self) -> tuple[float, float, float]:
        """The corner with the largest coordinates [m]."""
        return tuple(start + length for start, length in zip(self.origin, self.size, strict=True))
