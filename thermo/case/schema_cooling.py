"""Cooling units of the room: CRAH, CRAC or fan wall, each a box with a coil and a fan between two of its faces."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from thermo.case.quantity import Efficiency, Flow, Fraction, Power, Temperature, TimeSpan, wrong
from thermo.case.schema_coil import Coil
from thermo.case.schema_fan import FanCurve, PressureDrop
from thermo.case.schema_room import Side, Turbulence
from thermo.case.table import Name, SolidBox, Table, exactly_one

TIME_CONSTANT = 30.0
"""s, of the controls of a cooling unit unless given.

Valves: the Modelica Buildings library (``Fluid.Actuators.BaseClasses.ActuatorSignal``, LBNL) lets an actuator reach
99.6 % of a step in 120 s by two equal lags, which is 63 % in 33 s; its data-centre valves take 30 s, 63 % in 8 s. A
motor of constant speed with 150 s for its whole way (Belimo LRF24-SR) has gone 63 % of it after 95 s.
Fans and held returns: an assumption. The motor is fast (the same library: 30 s), what counts is how the controller was
tuned, some 10 s to several minutes; measure it, or run with both ends.
"""


class Control(Table):
    """What holds a temperature of the air of a cooling unit, in time with its time constant."""

    on: Literal["supply", "return"] = Field(description="Which air keeps the set-point.")
    set_point: Temperature = Field(description="Air temperature to keep.")
    time_constant: TimeSpan | None = Field(
        None,
        description="How slowly it acts in a run with [time]: a valve that holds the supply goes 63 % of its way in "
        "this time; where the return is held, the supply moves in this time by as much as the return is off; a fan "
        "changes its speed by a factor e where the air is off by its rise. Default 30 s: for valves as in the Modelica "
        "Buildings library (63 % of a step in 33 s; others 8 to 95 s), for fans and held returns an assumption (10 s "
        "to some minutes).",
    )

    @property
    def lag(self) -> float:
        """The time constant, s."""
        return TIME_CONSTANT if self.time_constant is None else self.time_constant


class WaterControl(Control):
    """The valve: less water than all of it, so that the air keeps a temperature."""


class FanControl(Control):
    """Fan speed that follows an air temperature."""

    minimum_speed: Efficiency = Field(0.4, description="Lowest speed as a share of full speed.")


class CoolingUnit(SolidBox):
    """CRAH, CRAC or fan wall: takes warm air in at one face and blows it out colder at another."""

    intake: Side = Field(description="Face where warm air goes in.")
    discharge: Side | None = Field(None, description="Face where cold air comes out.")
    feeds: tuple[Name, ...] = Field(
        (), description="Supplies that its air comes out of, over a plenum or ducts not solved; instead of discharge."
    )
    flow: Flow | None = Field(None, description="Air flow at full speed.")
    fan: FanCurve | None = Field(None, description="Fan curve; the flow is where it meets resistance and room.")
    resistance: PressureDrop | None = Field(None, description="Coil, filter and casing; needs fan.")
    fan_power: Power | None = Field(None, description="Fan power at full speed and nominal flow; cubic law below.")
    fan_efficiency: Efficiency | None = Field(
        None, description="Fan, motor and drive; power = flow x fan pressure / efficiency; needs fan."
    )
    coil: Coil | None = Field(None, description="Water coil.")
    supply_temperature: Temperature | None = Field(None, description="Of an ideal coil that always reaches it.")
    duty: Power | None = Field(None, description="Of a coil that takes this heat whatever the temperature.")
    water_control: WaterControl | None = Field(None, description="Valve; without it all water flows. Needs coil.")
    fan_control: FanControl | None = Field(None, description="Fan speed; without it the fan runs at full speed.")
    turbulence: Turbulence | None = Field(None, description="Turbulence of the discharge (default: intensity 0.1).")
    running: Fraction = Field(1.0, description="Speed of its fan over the normal one; 0 is a unit that stands still.")

    @model_validator(mode="after")
    def _complete(self) -> CoolingUnit:
        if (self.discharge is None) == (not self.feeds):
            raise wrong("give exactly one of discharge and feeds")
        if self.intake == self.discharge:
            raise wrong(f"intake and discharge are both {self.intake}; they must be different faces")
        if self.feeds and self.turbulence is not None:
            raise wrong("turbulence has no effect with feeds: give it to the supplies")
        exactly_one(self, "flow", "fan")
        exactly_one(self, "coil", "supply_temperature", "duty")
        self._check_fan()
        self._check_controls()
        return self

    def _check_fan(self) -> None:
        if (self.fan is None) != (self.resistance is None):
            raise wrong("fan and resistance belong together: give both or none")
        if self.fan_power is not None and self.fan_efficiency is not None:
            raise wrong("give only one of fan_power, fan_efficiency")
        if self.fan_efficiency is not None and self.fan is None:
            raise wrong("fan_efficiency needs a fan curve: give fan, or fan_power instead")
        if self.fan is not None and self.feeds:
            raise wrong("fan needs discharge: with feeds there is no pressure that it could work against; give flow")

    def _check_controls(self) -> None:
        water, fan = self.water_control, self.fan_control
        if water is not None and self.coil is None:
            raise wrong("water_control needs a coil: without one there is no valve")
        if water is not None and fan is not None and water.on == fan.on:
            raise wrong(f"water_control and fan_control both hold the {water.on} air: let one hold the other air")
        if fan is not None and fan.on == "supply" and self.coil is None:
            raise wrong("fan_control on supply needs a coil: otherwise the supply does not depend on the fan")
        if water is not None and water.set_point <= self.coil.water_temperature:
            raise wrong("water_control.set_point must be above the temperature of the water that enters the coil")

    @property
    def nominal_flow(self) -> float:
        """Flow [m3/s] at full speed; with a fan curve against the unit's own resistance alone."""
        return self.flow if self.flow is not None else self.fan.operating_flow(self.resistance.coefficient)

    @property
    def expected_supply(self) -> float:
        """Supply temperature [K] that the case suggests."""
        if self.supply_temperature is not None:
            return self.supply_temperature
        for control in (self.water_control, self.fan_control):
            if control is not None and control.on == "supply":
                return control.set_point
        if self.coil is not None:
            return self.coil.water_temperature + 6.0
        return 293.15
