"""What every table of the case file has in common: frozen, and an unknown key is refused with the nearest valid one."""

from __future__ import annotations

import difflib
import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StrictInt, model_validator
from pydantic_core import PydanticCustomError

from thermo.case.quantity import Position, wrong


class Table(BaseModel):
    """One table of the case file. Attributes are SI floats."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False, protected_namespaces=())

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_keys(cls, given: Any) -> Any:
        if isinstance(given, dict):
            valid = cls.keys()
            for key in given:
                if key not in valid:
                    raise unknown_key(str(key), valid)
        return given

    @classmethod
    def keys(cls) -> list[str]:
        """Return the keys this table may have in the file."""
        return [field.alias or name for name, field in cls.model_fields.items()]

    def given(self, *names: str) -> list[str]:
        """Return which of these attributes the case file sets, by their key in the file."""
        fields = type(self).model_fields
        return [fields[name].alias or name for name in names if name in self.model_fields_set]


MEANT = {
    "crah": "cooling_unit", "crac": "cooling_unit", "fan_wall": "cooling_unit", "ahu": "cooling_unit",
    "inlet": "supply", "diffuser": "supply", "outlet": "return", "exhaust": "return", "containment": "panel",
    "door": "panel", "cabinet": "rack",
}  # fmt: skip
"""Tables by other words of the field."""


def unknown_key(key: str, valid: list[str]) -> PydanticCustomError:
    """Return the error for a key that this table does not have."""
    meant = MEANT.get(key.lower())
    near = [meant] if meant in valid else difflib.get_close_matches(key, valid, 1, 0.5)
    hint = f". Did you mean {near[0]}?" if near else ""
    context = {"key": key, "text": f"; valid: {', '.join(valid)}{hint}"}
    return PydanticCustomError("unknown_key", "unknown key {key}{text}", context)


def exactly_one(table: Table, *names: str) -> None:
    """Raise unless exactly one of these attributes of ``table`` is set."""
    set_ = [name for name in names if getattr(table, name) is not None]
    if len(set_) != 1:
        what = f"both {' and '.join(set_)} are given" if set_ else "none is given"
        raise wrong(f"give exactly one of {', '.join(names)}; {what}")


def at_most_one(table: Table, *names: str) -> None:
    """Raise when more than one of these attributes of ``table`` is set."""
    set_ = [name for name in names if getattr(table, name) is not None]
    if len(set_) > 1:
        raise wrong(f"give only one of {', '.join(set_)}")


def _name(given: str) -> str:
    allowed = given and len(given) <= 60 and all(letter.isalnum() or letter in " _-" for letter in given)
    if not allowed or given.isdigit() or given.strip() != given:
        raise wrong("a name is made of letters, digits, space, _ and -, with at least one that is no digit")
    return given


Name = Annotated[str, AfterValidator(_name)]
Flag = StrictBool
Count = Annotated[StrictInt, Field(ge=1)]


class Box(Table):
    """A named box between two corners; ``lo`` and ``hi`` are its corners in metres."""

    name: Name = Field(description="Unique name, used in results and messages.")
    lo: Position = Field(alias="from", description="Corner with the smallest x, y and z.")
    hi: Position = Field(alias="to", description="Corner with the largest x, y and z.")

    @model_validator(mode="after")
    def _corners_in_order(self) -> Box:
        refuse_reversed(self.lo, self.hi)
        return self

    @property
    def kind(self) -> str:
        """What it is called in the case file, such as ``rack`` or ``cooling_unit``."""
        return re.sub("(?<=[a-z])(?=[A-Z])", "_", type(self).__name__).lower()

    @property
    def label(self) -> str:
        """How a message calls this object, such as ``rack A1``."""
        return f"{self.kind.replace('_', ' ')} {self.name}"

    @property
    def flat_axes(self) -> list[int]:
        """The axes (0, 1, 2 for x, y, z) along which the box has no thickness."""
        return [axis for axis in range(3) if self.hi[axis] - self.lo[axis] <= 0.0]

    @property
    def axis(self) -> int:
        """The axis normal to a flat box."""
        return self.flat_axes[0]


def refuse_reversed(lo: tuple, hi: tuple) -> None:
    """Raise when a corner pair is not in order."""
    for axis, low, high in zip("xyz", lo, hi, strict=True):
        if high < low:
            raise wrong(f"to must not be below from, but along {axis} it is: {high:g} m < {low:g} m")


class SolidBox(Box):
    """A box with a volume."""

    @model_validator(mode="after")
    def _has_volume(self) -> SolidBox:
        if self.flat_axes:
            raise wrong(f"the box has no size along {'xyz'[self.axis]}: from and to are equal there")
        return self


class FlatBox(Box):
    """A rectangle: a box without thickness along exactly one axis."""

    @model_validator(mode="after")
    def _is_flat(self) -> FlatBox:
        if len(self.flat_axes) != 1:
            flat = ", ".join("xyz"[axis] for axis in self.flat_axes) or "none"
            raise wrong(f"must be a rectangle: from and to equal along exactly one axis (equal here: {flat})")
        return self
