"""Cases for plant tests: the schema's own plant, a site with constant weather or a file."""

from types import SimpleNamespace

from thermo.case.schema_plant import Plant
from thermo.case.shipped import weather_file

ABILENE = "USA_TX_Abilene.Rgnl.AP.722660_TMY3.epw"


def abilene_file(folder="."):
    """Path of the shipped weather."""
    from pathlib import Path

    return weather_file(ABILENE, Path(folder))


def plant_case(dry_bulb=None, relative_humidity=0.5, **plant):
    """A case with `plant` tables (SI numbers) at constant `dry_bulb` in K, or in Abilene when it is None."""
    if dry_bulb is None:
        weather, file = ABILENE, abilene_file()
    else:
        weather, file = SimpleNamespace(dry_bulb=dry_bulb, relative_humidity=relative_humidity, pressure=101325.0), None
    site = SimpleNamespace(
        weather=weather,
        water_per_electricity=0.9e-3 / 3.6e6,
        carbon_per_electricity=0.367 / 3.6e6,
        electricity_price=None,
    )
    return SimpleNamespace(plant=Plant.model_validate(plant), site=site, weather_file=file)
