"""The field types of the schema: numbers with a unit, expressions and vectors, checked as they are read.

A plain number is in SI units; a string carries its unit ("10 kW"). Temperatures and temperature differences are
different types, because "10 degC" meant as a difference would silently become 283.15 K.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic_core import PydanticCustomError, core_schema

from thermo.case.expression import Expression, ExpressionError, Value
from thermo.case.units import UnitError, to_si


def wrong(text: str) -> PydanticCustomError:
    """Return the error a field raises; braces in ``text`` are kept as they are."""
    return PydanticCustomError("wrong_value", "{text}", {"text": text})


@dataclass(frozen=True)
class Quantity:
    """A number of one kind. ``unit`` is its SI unit, ``example`` what a user could write.

    ``above``, ``below``, ``least`` and ``most`` bound the value (SI). A plain number inside ``doubtful`` is refused: it
    is almost certainly not meant in SI units (18 for a temperature would be 18 kelvin).
    """

    unit: str
    what: str
    example: str
    kind: str = ""
    above: float | None = None
    below: float | None = None
    least: float | None = None
    most: float | None = None
    doubtful: tuple[float, float] | None = None
    expression: bool = False

    def parse(self, given: Any) -> Value:
        """Return ``given`` in SI units, or an :class:`Expression` where a string starts with ``=``."""
        if isinstance(given, Expression) and self.expression:
            return given
        if isinstance(given, str):
            return self._from_text(given)
        if isinstance(given, bool) or not isinstance(given, int | float):
            raise wrong(f"is not {self.what}; write for example {self._write()}")
        return self._bounded(self._plain(given))

    def _from_text(self, given: str) -> Value:
        if given.lstrip().startswith("="):
            return self._expression(given)
        try:
            return self._bounded(to_si(given, self.unit, self.kind))
        except UnitError as problem:
            raise wrong(f"{problem}; {self.what} is written for example {self._write()}") from None

    def _expression(self, given: str) -> Expression:
        if not self.expression:
            raise wrong(f"is an expression, which is not possible here; write for example {self._write()}")
        try:
            return Expression(given)
        except ExpressionError as problem:
            raise wrong(f"is an expression that {problem}") from None

    def _plain(self, given: float) -> float:
        try:
            value = float(given)
        except OverflowError:
            value = math.inf
        if not math.isfinite(value):
            raise wrong("is not a finite number")
        if self.doubtful and self.doubtful[0] < value < self.doubtful[1]:
            raise wrong(
                f'is a plain number, so in {self.unit}, which is unlikely: give the unit, as in "{self.example}"'
            )
        return value

    def _bounded(self, value: float) -> float:
        unit = f" {self.unit}" if self.unit else ""
        if self.above is not None and not value > self.above:
            raise wrong(f"must be more than {self.above:g}{unit}")
        if self.below is not None and not value < self.below:
            raise wrong(f"must be less than {self.below:g}{unit}")
        if self.least is not None and not value >= self.least:
            raise wrong(f"must be at least {self.least:g}{unit}")
        if self.most is not None and not value <= self.most:
            raise wrong(f"must be at most {self.most:g}{unit}")
        return value

    def _write(self) -> str:
        plain = f" (a plain number is in {self.unit})" if self.unit else ""
        return f'"{self.example}"{plain}' if self.unit else self.example

    def json_schema(self) -> dict[str, Any]:
        """Return what an editor needs to know of this type."""
        unit = f"in {self.unit}" if self.unit else "a plain number"
        text = f'{self.what}: a number ({unit}), or a string such as "{self.example}"'
        if self.expression:
            text += ', or an expression in x, y, z, t such as "=20 + 5*z"'
        return {"type": ["number", "string"], "description": text}

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self.parse)

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        return self.json_schema()


@dataclass(frozen=True)
class Vector:
    """Three quantities of one kind: ``[x, y, z]``. Becomes a tuple."""

    of: Quantity

    def parse(self, given: Any) -> tuple[Value, Value, Value]:
        """Return the three components in SI units."""
        if not isinstance(given, list | tuple) or len(given) != 3:
            raise wrong(f"must be a list of three [x, y, z], each for example {self.of._write()}")
        return tuple(self._component(axis, part) for axis, part in zip("xyz", given, strict=True))

    def _component(self, axis: str, part: Any) -> Value:
        try:
            return self.of.parse(part)
        except PydanticCustomError as error:
            raise wrong(f"has a wrong {axis} component: {part!r} {error.message()}") from None

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self.parse)

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        return {"type": "array", "minItems": 3, "maxItems": 3, "items": self.of.json_schema()}


def _quantity(unit: str, what: str, example: str, **bounds: Any) -> Any:
    return Annotated[float, Quantity(unit, what, example, **bounds)]


def _value(unit: str, what: str, example: str, **bounds: Any) -> Any:
    return Annotated[Value, Quantity(unit, what, example, expression=True, **bounds)]


def _vector(unit: str, what: str, example: str, expression: bool = False) -> Any:
    return Annotated[tuple[Value, Value, Value], Vector(Quantity(unit, what, example, expression=expression))]


PLAIN_CELSIUS = (2.0, 150.0)
"""A plain number in this range, given as a temperature, is a Celsius value by mistake; ``"18 K"`` is still possible."""
PER_KWH = (1e-6, math.inf)
"""No electricity costs, emits or drinks this much per joule: such a plain number was meant per kWh."""

HOTTEST = 5000.0
"""K that nothing in or about a data centre has: no solid is left there, so such a number is a slip."""
_TEMPERATURE = {"kind": "temperature", "least": 0.0, "most": HOTTEST, "doubtful": PLAIN_CELSIUS}

Number = _quantity("", "a number", "0.5")
Positive = _quantity("", "a positive number", "0.5", above=0.0)
Fraction = _quantity("", "a fraction from 0 to 1", "0.95", least=0.0, most=1.0)
PartOfWhole = _quantity("", "a fraction from 0, below 1", "0.05", least=0.0, below=1.0)
Efficiency = _quantity("", "a fraction above 0, up to 1", "0.95", above=0.0, most=1.0)
PartialShare = _quantity("", "a fraction from 0 to 0.9", "0.05", least=0.0, most=0.9)
Share = _quantity("", "a share of at least 0", "0.05", least=0.0)
Ratio = _quantity("", "a ratio of at least 1", "1.2", least=1.0)
MoreThanOne = _quantity("", "a number above 1", "5", above=1.0)
Temperature = _quantity("K", "a temperature", "35 degC", **_TEMPERATURE)
TemperatureDifference = _quantity("K", "a temperature difference", "12 K", kind="difference", above=0.0)
Time = _quantity("s", "a time", "60 s", least=0.0)
TimeSpan = _quantity("s", "a time above 0", "60 s", above=0.0)
ThermalMass = _quantity("J/K", "a heat capacity", "220 kJ/K", above=0.0)
Length = _quantity("m", "a length", "0.6 m")
Roughness = _quantity("m", "a roughness", "0.0015 mm", least=0.0)
PositiveLength = _quantity("m", "a length above 0", "0.1 m", above=0.0)
Area = _quantity("m^2", "an area above 0", "0.02 m^2", above=0.0)
Speed = _quantity("m/s", "a speed", "1.5 m/s", above=0.0)
Volume = _quantity("m^3", "a volume", "0.9 m^3", least=0.0)
Flow = _quantity("m^3/s", "a volume flow", "0.7 m^3/s", above=0.0)
FanFlow = _quantity("m^3/s", "a volume flow", "0.7 m^3/s", least=0.0)
MassFlow = _quantity("kg/s", "a mass flow", "1.5 kg/s", above=0.0)
Conductance = _quantity("W/K", "a heat transfer conductance", "2500 W/K", above=0.0)
FlowPerPower = _quantity("m^3/J", "a volume flow per power", "0.069 m^3/s/kW", above=0.0, doubtful=(0.01, math.inf))
Power = _quantity("W", "a power", "10 kW", least=0.0)
PositivePower = _quantity("W", "a power above 0", "700 W", above=0.0)
SignedPower = _quantity("W", "a power", "10 kW")
Pressure = _quantity("Pa", "a pressure", "400 Pa", least=0.0)
PositivePressure = _quantity("Pa", "a pressure above 0", "101325 Pa", above=0.0)
SignedPressure = _quantity("Pa", "a pressure", "-5 Pa")
Density = _quantity("kg/m^3", "a density", "1.2 kg/m^3", above=0.0)
HeatCapacity = _quantity("J/kg/K", "a specific heat capacity", "1006 J/kg/K", above=0.0)
Conductivity = _quantity("W/m/K", "a thermal conductivity", "0.026 W/m/K", above=0.0)
ConductivityPerKelvin = _quantity("W/m/K^2", "a change of conductivity per kelvin", "7e-5 W/m/K^2")
Viscosity = _quantity("Pa*s", "a dynamic viscosity", "1.86e-5 Pa*s", above=0.0)
ViscosityPerKelvin = _quantity("Pa*s/K", "a change of viscosity per kelvin", "-2e-5 Pa*s/K")
Expansion = _quantity("1/K", "a thermal expansion coefficient", "0.0034 1/K")
HeatTransferCoefficient = _quantity("W/m^2/K", "a heat transfer coefficient", "0.4 W/m^2/K", least=0.0)
ContactResistance = _quantity("m^2*K/W", "a contact resistance", "2e-5 m^2*K/W", least=0.0)
KineticEnergy = _quantity("m^2/s^2", "a turbulent kinetic energy", "0.012 m^2/s^2", above=0.0)
Dissipation = _quantity("m^2/s^3", "a dissipation rate", "0.005 m^2/s^3", above=0.0)
WaterPerEnergy = _quantity("m^3/J", "water per electricity", "0.9 L/kWh", least=0.0, doubtful=PER_KWH)
CarbonPerEnergy = _quantity("kg/J", "carbon dioxide per electricity", "0.37 kg/kWh", least=0.0, doubtful=PER_KWH)
PricePerEnergy = _quantity("USD/J", "a price per electricity", "0.07 USD/kWh", least=0.0, doubtful=PER_KWH)
PricePerVolume = _quantity("USD/m^3", "a price per water", "2.5 USD/m^3", least=0.0)
PricePerPower = _quantity("USD/W", "a price per power", "1500 USD/kW", least=0.0)
DemandCharge = _quantity("USD/W/s", "a charge for peak power and time", "12 USD/kW/month", least=0.0)
Cost = _quantity("USD", "an amount of money", "250000 USD", least=0.0)
Duration = _quantity("s", "a time", "10 min", above=0.0)
SignedDuration = _quantity("s", "a time", "-6 h")
TokenRate = _quantity("1/s", "tokens per second", "20000 1/s", above=0.0)
ThermalResistance = _quantity("K/W", "a thermal resistance", "0.03 K/W", above=0.0)
PerKelvin = _quantity("1/K", "a relative change per kelvin", "0.012 1/K", least=0.0)

TemperatureValue = _value("K", "a temperature", "35 degC", **_TEMPERATURE)
HeatFluxValue = _value("W/m^2", "a heat flux", "50 W/m^2")
HeatSourceValue = _value("W/m^3", "heat per volume", "100 W/m^3")

Position = _vector("m", "a position", "0.6 m")
Velocity = _vector("m/s", "a velocity", "1.5 m/s", expression=True)
Gravity = _vector("m/s^2", "an acceleration", "-9.81 m/s^2")
Acceleration = _vector("m/s^2", "an acceleration", "0.1 m/s^2", expression=True)
