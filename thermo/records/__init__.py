"""Data shipped inside the package: equipment, materials, grid factors and weather, each with origin, licence and range.

One function a kind of record, each returning a frozen dataclass in SI units (chiller curves keep the degC of their
source). An unknown name raises :class:`thermo.errors.CaseError` with the nearest valid name. Origins: LICENCES.md.
"""

from thermo.records.dielectrics import DielectricRecord, SaturationTable, dielectric, saturation_table
from thermo.records.equipment import (
    Chiller,
    ChillerTable,
    CoolingTower,
    DryCooler,
    PowerSupply,
    Server,
    chiller,
    chiller_names,
    cooling_tower,
    dry_cooler,
    power_supply,
    server,
)
from thermo.records.liquid_cooling import CduRecord, ChipRecord, ColdPlateRecord, cdu, chip, cold_plate
from thermo.records.materials import CoolantRecord, FluidTable, SolidRecord, coolant, fluid_table, grid_water, solid
from thermo.records.rooms import AirClass, air_class, air_classes
from thermo.records.table import names

__all__ = [
    "AirClass",
    "CduRecord",
    "Chiller",
    "ChillerTable",
    "ChipRecord",
    "ColdPlateRecord",
    "CoolantRecord",
    "CoolingTower",
    "DielectricRecord",
    "DryCooler",
    "FluidTable",
    "PowerSupply",
    "SaturationTable",
    "Server",
    "SolidRecord",
    "air_class",
    "air_classes",
    "cdu",
    "chiller",
    "chiller_names",
    "chip",
    "cold_plate",
    "coolant",
    "cooling_tower",
    "dielectric",
    "dry_cooler",
    "fluid_table",
    "grid_water",
    "names",
    "power_supply",
    "saturation_table",
    "server",
    "solid",
]
