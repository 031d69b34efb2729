"""Equipment records: chillers, dry coolers, power supplies."""

from __future__ import annotations

from dataclasses import dataclass

from thermo.records.table import read, rows_of


@dataclass(frozen=True)
class Chiller:
    """Air-cooled chiller as EIR curves (EnergyPlus ``Chiller:Electric:EIR``).

    ``capft`` and ``eirft`` are c1 + c2 x + c3 x^2 + c4 y + c5 y^2 + c6 x y with x the leaving chilled water and y the
    outdoor air, both in degC; ``eirfplr`` is c1 + c2 PLR + c3 PLR^2. Capacity and power in W, valid ranges in degC.
    """

    name: str
    refrigerant: str
    compressor: str
    reference_capacity: float
    reference_cop: float
    capft: tuple[float, ...]
    eirft: tuple[float, ...]
    eirfplr: tuple[float, ...]
    leaving_water_range: tuple[float, float]
    air_range: tuple[float, float]
    part_load_range: tuple[float, float]
    origin: str
    licence: str


@dataclass(frozen=True)
class DryCooler:
    """Dry cooler at its rating point: heat and fan power in W, temperatures in K."""

    name: str
    heat: float
    fan_power: float
    air_in: float
    coolant_in: float
    coolant_out: float
    origin: str
    licence: str

    @property
    def approach(self) -> float:
        """Leaving coolant minus entering air at the rating point, K."""
        return self.coolant_out - self.air_in

    @property
    def fan_power_fraction(self) -> float:
        """Fan power over heat rejected at the rating point."""
        return self.fan_power / self.heat


@dataclass(frozen=True)
class PowerSupply:
    """Measured input and output of the power supplies of one server, W, in rising input."""

    name: str
    input_power: tuple[float, ...]
    output_power: tuple[float, ...]
    origin: str
    licence: str


def chiller(name: str) -> Chiller:
    """Return the chiller called `name`, such as "Carrier 30RB390". Raises :class:`thermo.errors.CaseError`."""
    (row,) = rows_of("chillers.csv", "chiller", name)
    header = read("chillers.csv")[0]

    def span(low: str, high: str) -> tuple[float, float]:
        return float(row[low]), float(row[high])

    def curve(key: str, count: int) -> tuple[float, ...]:
        return tuple(float(row[f"{key}_{i}"]) for i in range(1, count + 1))

    return Chiller(
        name=name,
        refrigerant=row["refrigerant"],
        compressor=row["compressor"],
        reference_capacity=float(row["q_ref_w"]),
        reference_cop=float(row["cop_ref"]),
        capft=curve("capft", 6),
        eirft=curve("eirft", 6),
        eirfplr=curve("eirfplr", 3),
        leaving_water_range=span("x_min_c", "x_max_c"),
        air_range=span("y_min_c", "y_max_c"),
        part_load_range=span("plr_min", "plr_max"),
        origin=header["origin"],
        licence=header["licence"],
    )


def dry_cooler(name: str) -> DryCooler:
    """Return the dry cooler called `name`, such as "BAC TDFS1238N C60ET40B". Raises :class:`CaseError` as above."""
    (row,) = rows_of("dry_coolers.csv", "dry cooler", name)
    header = read("dry_coolers.csv")[0]
    kelvin = (float(row[key]) + 273.15 for key in ("air_in_c", "coolant_in_c", "coolant_out_c"))
    return DryCooler(
        name, float(row["heat_w"]), float(row["fan_power_w"]), *kelvin, header["origin"], header["licence"]
    )


def power_supply(name: str) -> PowerSupply:
    """Return the power supply called `name`, such as "SMC 8xH100". Raises :class:`thermo.errors.CaseError`."""
    rows = rows_of("power_supplies.csv", "power supply", name)
    header = read("power_supplies.csv")[0]
    points = sorted((float(row["ac_w"]), float(row["dc_w"])) for row in rows)
    inputs, outputs = zip(*points, strict=True)
    return PowerSupply(name, inputs, outputs, header["origin"], header["licence"])
