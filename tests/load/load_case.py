"""A case with a load, made from the small case of the case tests."""

import sys
from pathlib import Path

from thermo.case import load

sys.path.insert(0, str(Path(__file__).parents[1] / "case"))
from small_case import SMALL

SITE = """
[site]
weather = { dry_bulb = "10 degC", relative_humidity = 0.5 }
electricity_price = "0.10 USD/kWh"
water_per_electricity = "1 L/kWh"
carbon_per_electricity = "0.4 kg/kWh"
[plant]
[plant.chiller]
cop = 4
[plant.economizer]
kind = "none"
"""
SERVER = '{ idle_power = "2 kW", full_power = "10 kW", tokens = 20000 }'


def text(tables: str = "", site: str = SITE) -> str:
    """The small case with a plant in constant weather and more tables."""
    return f"{SMALL}\n{site}\n{tables}\n"


def loaded(folder, tables: str = "", overrides=(), site: str = SITE):
    """The same, loaded."""
    file = folder / "case.toml"
    file.write_text(text(tables, site))
    return load(file, overrides)
