"""Water coils: heat exchangers between air and water, by effectiveness and number of transfer units."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from thermo.case.quantity import Conductance, Efficiency, MassFlow, Temperature, wrong
from thermo.case.table import Table, exactly_one

WATER_HEAT_CAPACITY = 4186.0
"""J/(kg K) of water near 15 degC (CRC Handbook)."""


class Coil(Table):
    """A water coil in an air stream. Its duty is effectiveness times the smaller capacity rate times the difference
    of the entering temperatures; the effectiveness is given or follows from UA (Incropera and others 2007, 11.4)."""

    effectiveness: Efficiency | None = Field(None, description="Fixed effectiveness.")
    ua: Conductance | None = Field(None, description="UA, conductance between air and water; instead of effectiveness.")
    arrangement: Literal["crossflow", "counterflow"] = Field("crossflow", description="Of the streams; used with ua.")
    water_temperature: Temperature = Field(description="Of the water that enters.")
    water_flow: MassFlow = Field(description="Water flow with the valve fully open.")

    @model_validator(mode="after")
    def _law(self) -> Coil:
        exactly_one(self, "effectiveness", "ua")
        if self.ua is None and self.given("arrangement"):
            raise wrong("arrangement has no effect with a fixed effectiveness: remove it or give ua")
        return self
