"""Where the hall stands, and the limits it must keep."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, StrictInt, Tag

from thermo.case.quantity import (
    CarbonPerEnergy,
    Fraction,
    Length,
    PositivePressure,
    PricePerEnergy,
    Ratio,
    Temperature,
    WaterPerEnergy,
)
from thermo.case.table import Table


class ConstantWeather(Table):
    """The same weather in every hour of the year, as hand checks use it."""

    dry_bulb: Temperature = Field(description="Outdoor air temperature.")
    relative_humidity: Fraction = Field(0.5, description="Outdoor relative humidity.")
    pressure: PositivePressure = Field(101325.0, description="Air pressure.")


class RealYear(Table):
    """One calendar year out of a table of hourly weather of several sites (see thermo.plant.real_years)."""

    file: str = Field(min_length=1, description="CSV table, beside the case or in cases/weather; may be gzipped.")
    site: str = Field(min_length=1, description="Name of the site in the table.")
    year: Annotated[StrictInt, Field(ge=1000, le=9999)] = Field(description="Calendar year.")
    elevation: Length | None = Field(
        None, description="Height above sea level, for the pressure (default: that of the table)."
    )


def _shape(given: Any) -> str:
    if isinstance(given, RealYear) or (isinstance(given, dict) and {"file", "site", "year"} & set(given)):
        return "real_year"
    return "constant" if isinstance(given, dict | ConstantWeather) else "file"


Weather = Annotated[
    Annotated[str, Field(min_length=1), Tag("file")]
    | Annotated[ConstantWeather, Tag("constant")]
    | Annotated[RealYear, Tag("real_year")],
    Discriminator(_shape),
]


class Site(Table):
    """Weather and electricity of the place."""

    name: str | None = Field(None, description="Name of the place.")
    weather: Weather = Field(
        description="An EPW file, beside the case or shipped; a year of a table {file, site, year}; constant weather."
    )
    water_per_electricity: WaterPerEnergy | None = Field(None, description="Water used where the electricity is made.")
    carbon_per_electricity: CarbonPerEnergy | None = Field(None, description="Carbon dioxide of the electricity.")
    electricity_price: PricePerEnergy | None = Field(None, description="Price of the electricity.")


class Limits(Table):
    """What the design must keep; a limit that is exceeded makes the run end with exit status 1."""

    rack_inlet_max: Temperature | None = Field(None, description="Hottest point of any rack intake.")
    rack_inlet_mean: Temperature | None = Field(None, description="Hottest mean of any rack intake.")
    chip_max: Temperature | None = Field(None, description="Hottest chip.")
    pue: Ratio | None = Field(None, description="Power usage effectiveness of the year.")
    wue_site: WaterPerEnergy | None = Field(None, description="Water used on site per IT energy.")


class About(Table):
    """What the case is called and which of its sizes is used."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=80)] | None = Field(
        None, description="Short name, used for the results directory (default: the file name)."
    )
    title: str = Field("", description="One line for the report.")
    cooling: Literal["air", "closed_loop", "immersion"] = Field("air", description="How the racks are cooled.")
    size: str = Field("quick", description="Which [size.*] overlay is used.")
