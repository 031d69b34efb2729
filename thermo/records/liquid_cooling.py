"""Records of liquid cooling: measured cold plates, coolant distribution units, chips."""

from __future__ import annotations

from dataclasses import dataclass

from thermo.records.table import names, read, rows_of

CUBIC_METRE_PER_SECOND = 1e-3 / 60.0  # of one L/min


@dataclass(frozen=True)
class ColdPlateRecord:
    """Measured resistance of a cold plate with one coolant: volume flow m3/s (rising), case to coolant inlet K/W."""

    name: str
    coolant: str
    volume_flow: tuple[float, ...]
    resistance: tuple[float, ...]
    origin: str
    licence: str


@dataclass(frozen=True)
class CduRecord:
    """A coolant distribution unit at its rating point.

    Heat W; `approach` technology supply minus facility supply, K; `supply` of the technology loop, K; flows kg/s;
    `technology_head` left for the rack side and `facility_drop`, Pa; `power` W, None if unknown. `pump_curve`: head
    over rated head at shares of the rated flow, None if unknown.
    """

    name: str
    heat: float
    approach: float
    supply: float
    technology_flow: float
    facility_flow: float
    technology_head: float
    facility_drop: float
    power: float | None
    coolant: str
    pump_curve: tuple[tuple[float, ...], tuple[float, ...]] | None
    origin: str
    licence: str


@dataclass(frozen=True)
class ChipRecord:
    """A chip: rated power W, silicon `size` (x, y, thickness) m, temperatures K where it slows down and shuts down."""

    name: str
    power: float
    size: tuple[float, float, float]
    throttle: float
    shutdown: float
    source: str


def cold_plate(name: str) -> ColdPlateRecord:
    """Return the measured plate `name`, such as "OCP 1 kW OAM PG25". Raises :class:`thermo.errors.CaseError`."""
    rows, header = rows_of("cold_plates.csv", "cold plate", name), read("cold_plates.csv")[0]
    points = sorted((float(row["flow_l_min"]), float(row["resistance_k_w"])) for row in rows)
    flows, resistances = zip(*points, strict=True)
    flows = tuple(flow * CUBIC_METRE_PER_SECOND for flow in flows)
    return ColdPlateRecord(name, rows[0]["coolant"], flows, resistances, header["origin"], header["licence"])


def cdu(name: str) -> CduRecord:
    """Return the coolant distribution unit `name`, such as "Vertiv XDU1350". Raises :class:`CaseError`."""
    (row,) = rows_of("cdus.csv", "coolant distribution unit", name)
    header = read("cdus.csv")[0]
    curve = None
    if name in names("cdu_pump_curves.csv"):
        points = rows_of("cdu_pump_curves.csv", "pump curve", name)
        curve = tuple(tuple(float(point[key]) for point in points) for key in ("flow_share", "head_share"))
    keys = ("technology_kg_s", "facility_kg_s", "technology_external_pa", "facility_pa")
    return CduRecord(
        name,
        float(row["heat_w"]),
        float(row["approach_k"]),
        float(row["supply_c"]) + 273.15,
        *(float(row[key]) for key in keys),
        float(row["power_w"]) if row["power_w"] else None,
        row["coolant"],
        curve,
        header["origin"],
        header["licence"],
    )


def chip(name: str) -> ChipRecord:
    """Return the chip `name`, such as "NVIDIA H100 SXM". Raises :class:`thermo.errors.CaseError`."""
    (row,) = rows_of("chips.csv", "chip", name)
    size = tuple(float(row[key]) * 1e-3 for key in ("die_x_mm", "die_y_mm", "die_mm"))
    limits = (float(row[key]) + 273.15 for key in ("throttle_c", "shutdown_c"))
    return ChipRecord(name, float(row["power_w"]), size, *limits, row["source"])
