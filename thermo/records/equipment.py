"""Equipment records: chillers, dry coolers, cooling towers, power supplies."""

from __future__ import annotations

from dataclasses import dataclass

from thermo.records.table import Row, names, read, rows_of, unknown


@dataclass(frozen=True)
class Chiller:
    """Chiller as EIR curves (EnergyPlus ``Chiller:Electric:EIR``).

    ``capft`` and ``eirft`` are c1 + c2 x + c3 x^2 + c4 y + c5 y^2 + c6 x y with x the leaving chilled water and y what
    enters the condenser (outdoor air or water, `condenser`), both in degC; ``eirfplr`` is c1 + c2 PLR + c3 PLR^2.
    Capacity and power in W, valid ranges in degC.
    """

    name: str
    condenser: str
    compressor: str
    reference_capacity: float
    reference_cop: float
    capft: tuple[float, ...]
    eirft: tuple[float, ...]
    eirfplr: tuple[float, ...]
    leaving_water_range: tuple[float, float]
    entering_range: tuple[float, float]
    part_load_range: tuple[float, float]
    origin: str
    licence: str


@dataclass(frozen=True)
class ChillerTable:
    """Chiller measured at full load on a grid: `leaving_water` by `entering` (degC), `capacity` and `power` in W."""

    name: str
    condenser: str
    compressor: str
    leaving_water: tuple[float, ...]
    entering: tuple[float, ...]
    capacity: tuple[tuple[float, ...], ...]
    power: tuple[tuple[float, ...], ...]
    origin: str
    licence: str

    @property
    def leaving_water_range(self) -> tuple[float, float]:
        """Coldest and warmest leaving water of the grid, degC."""
        return self.leaving_water[0], self.leaving_water[-1]

    @property
    def entering_range(self) -> tuple[float, float]:
        """Coldest and warmest entering condenser water of the grid, degC."""
        return self.entering[0], self.entering[-1]


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
class CoolingTower:
    """Cooling tower as the 27 coefficients of its approach (see the table's header); rating point and ranges.

    `wet_bulb_range` in degC, `range_range` (water in minus water out) in K, `water_range` as shares of the design water
    flow; `ratio_max` is the largest ratio of water share over air share. The rating point is in K.
    """

    name: str
    wet_bulb: float
    water_in: float
    water_out: float
    wet_bulb_range: tuple[float, float]
    range_range: tuple[float, float]
    water_range: tuple[float, float]
    ratio_max: float
    coefficients: tuple[float, ...]
    origin: str
    licence: str


@dataclass(frozen=True)
class PowerSupply:
    """Measured input and output of the power supplies of one server, W, in rising input."""

    name: str
    input_power: tuple[float, ...]
    output_power: tuple[float, ...]
    origin: str
    licence: str


CONDENSER_OF = {"chillers.csv": "air", "chillers_water_cooled.csv": "water", "chiller_tables.csv": "water"}


def chiller_names(condenser: str | None = None) -> list[str]:
    """Names of all chiller records, or of those with this condenser, "air" or "water"."""
    return [name for file, kind in CONDENSER_OF.items() if condenser in (None, kind) for name in names(file)]


def chiller(name: str) -> Chiller | ChillerTable:
    """Return the chiller called `name`, such as "Carrier 30RB390". Raises :class:`thermo.errors.CaseError`."""
    for file in CONDENSER_OF:
        if name in names(file):
            rows, header = rows_of(file, "chiller", name), read(file)[0]
            if file == "chiller_tables.csv":
                return _chiller_table(name, rows, header)
            return _chiller(file, rows[0], header)
    raise unknown("chiller", name, chiller_names())


def _chiller(file: str, row: Row, header: Row) -> Chiller:
    def span(low: str, high: str) -> tuple[float, float]:
        return float(row[low]), float(row[high])

    def curve(key: str, count: int) -> tuple[float, ...]:
        return tuple(float(row[f"{key}_{i}"]) for i in range(1, count + 1))

    return Chiller(
        name=row["name"],
        condenser=CONDENSER_OF[file],
        compressor=row["compressor"],
        reference_capacity=float(row["q_ref_w"]),
        reference_cop=float(row["cop_ref"]),
        capft=curve("capft", 6),
        eirft=curve("eirft", 6),
        eirfplr=curve("eirfplr", 3),
        leaving_water_range=span("x_min_c", "x_max_c"),
        entering_range=span("y_min_c", "y_max_c"),
        part_load_range=span("plr_min", "plr_max"),
        origin=header["origin"],
        licence=header["licence"],
    )


def _chiller_table(name: str, rows: list[Row], header: Row) -> ChillerTable:
    def axis(key: str) -> tuple[float, ...]:
        return tuple(sorted({float(row[key]) for row in rows}))

    def grid(key: str) -> tuple[tuple[float, ...], ...]:
        return tuple(
            tuple(float(row[key]) for row in rows if float(row["leaving_water_c"]) == water)
            for water in axis("leaving_water_c")
        )

    return ChillerTable(
        name=name,
        condenser="water",
        compressor=rows[0]["compressor"],
        leaving_water=axis("leaving_water_c"),
        entering=axis("entering_condenser_c"),
        capacity=grid("capacity_w"),
        power=grid("power_w"),
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


def cooling_tower(name: str) -> CoolingTower:
    """Return the cooling tower called `name`, such as "YorkCalc". Raises :class:`thermo.errors.CaseError`."""
    (row,) = rows_of("cooling_towers.csv", "cooling tower", name)
    header = read("cooling_towers.csv")[0]
    value = {key: float(text) for key, text in row.items() if key != "name"}
    kelvin = (value[key] + 273.15 for key in ("wb_ref_c", "water_in_ref_c", "water_out_ref_c"))
    return CoolingTower(
        name,
        *kelvin,
        wet_bulb_range=(value["wb_min_c"], value["wb_max_c"]),
        range_range=(value["range_min_k"], value["range_max_k"]),
        water_range=(value["water_min"], value["water_max"]),
        ratio_max=value["ratio_max"],
        coefficients=tuple(value[f"c_{i}"] for i in range(1, 28)),
        origin=header["origin"],
        licence=header["licence"],
    )


def power_supply(name: str) -> PowerSupply:
    """Return the power supply called `name`, such as "SMC 8xH100". Raises :class:`thermo.errors.CaseError`."""
    rows = rows_of("power_supplies.csv", "power supply", name)
    header = read("power_supplies.csv")[0]
    points = sorted((float(row["ac_w"]), float(row["dc_w"])) for row in rows)
    inputs, outputs = zip(*points, strict=True)
    return PowerSupply(name, inputs, outputs, header["origin"], header["licence"])


@dataclass(frozen=True)
class Server:
    """A server at its wall plug: `idle_power` and `full_power` W, `tokens` per second at full rate; `tdp` W a chip."""

    name: str
    chips: int
    tdp: float
    cooling: str
    idle_power: float
    full_power: float
    tokens: float
    origin: str
    licence: str


def server(name: str) -> Server:
    """Return the server called `name`, such as "8x H200 air, Llama 2 70B, server". Raises :class:`CaseError`."""
    (row,) = rows_of("servers.csv", "server", name)
    header = read("servers.csv")[0]
    return Server(
        name,
        int(row["chips"]),
        float(row["tdp_w"]),
        row["cooling"],
        float(row["idle_w"]),
        float(row["full_w"]),
        float(row["tokens_per_s"]),
        f"{row['submitter']}, {row['run']}",
        header["licence"],
    )
