"""A made-up half aisle with an analytic field, on any grid: four racks, a floor supply, a ceiling return."""

from types import SimpleNamespace

import numpy as np

from thermo.result import Box, Fields, Line, Result, Variable

ROOM_LO, ROOM_HI = (0.0, 0.0, 0.0), (3.0, 4.8, 3.0)
RACKS = {"A1": 1.2, "A2": 1.8, "A3": 2.4, "A4": 3.0}  # name: low y of a rack 0.6 m wide
HOURS = np.arange(8760)
CASE_TEXT = (
    '[case]\nname = "sample"\ntitle = "Four racks <in> half an aisle & a year"\ncooling = "air"\n\n'
    + (
        '[fluid]\nname = "air"\n\n[physics]\nturbulence = "k-epsilon"\nconvection = "limited"\nbuoyancy = true\n\n'
        '[site]\nname = "Abilene, Texas"\nweather = "abilene.epw"\n\n'
    )
    + "".join(f'[[rack]]\nname = "{name}"\nintake = "x_max"\nexhaust = "x_min"\npower = "10 kW"\n\n' for name in RACKS)
)


def nodes(count, high, stretch=1.0):
    """Cell edges from 0 to `high` whose widths grow geometrically to `stretch` times the first."""
    widths = stretch ** np.linspace(0.0, 1.0, count)
    return np.concatenate([[0.0], np.cumsum(widths)]) * high / widths.sum()


def boxes():
    """The things in the room."""
    racks = [Box(name, "rack", (1.2, y, 0.0), (2.4, y + 0.6, 2.0), "10 kW") for name, y in RACKS.items()]
    return [
        *racks,
        Box("floor", "supply", (2.4, 1.2, 0.0), (3.0, 3.6, 0.0), "18 degC"),
        Box("ceiling", "return", (1.2, 4.2, 3.0), (3.0, 4.8, 3.0), ""),
    ]


def temperature(x, y, z):
    """Cold in front (x > 2.4), warm behind, warmer near the ceiling and round the ends of the row [K]."""
    hot = 1.0 / (1.0 + np.exp((x - 1.8 - 0.35 * np.maximum(z - 1.6, 0.0)) / 0.15))
    ends = 0.5 * (np.tanh((1.25 - y) / 0.2) + np.tanh((y - 3.55) / 0.2)) + 1.0
    return 291.15 + 12.0 * hot + 5.0 * np.clip(ends, 0, 1) * (z / 3.0) * (1 - hot) + 2.0 * np.maximum(z - 2.0, 0.0)


def fields(shape=(8, 10, 12), dtype=np.float32):
    """The field on `shape` cells (nz, ny, nx)."""
    nz, ny, nx = shape
    x_nodes, y_nodes, z_nodes = nodes(nx, 3.0), nodes(ny, 4.8, 1.3), nodes(nz, 3.0, 0.8)
    centre = [0.5 * (n[1:] + n[:-1]) for n in (z_nodes, y_nodes, x_nodes)]
    z, y, x = np.meshgrid(*centre, indexing="ij")
    solid = np.zeros(shape, dtype=np.int32)
    for number, low in enumerate(RACKS.values(), 1):
        solid[(x > 1.2) & (x < 2.4) & (y > low) & (y < low + 0.6) & (z < 2.0)] = number
    cold = (x > 2.4) & (y > 1.2) & (y < 3.6)
    w = np.where(cold, 1.8 * np.exp(-z / 1.5), np.where(x < 1.2, 0.5 * np.sin(np.pi * z / 3.0), 0.0))
    u = np.where(z < 2.0, -0.5 * np.exp(-(((y - 2.4) / 1.2) ** 4)), 0.6 * np.sin(np.pi * (z - 2.0)))
    v = 0.3 * np.sin(np.pi * (y - 2.4) / 2.4) * np.cos(np.pi * z / 3.0)
    given = {
        "T": (temperature(x, y, z), "K", "temperature"),
        "u": (u, "m s-1", "velocity along x"),
        "v": (v, "m s-1", "velocity along y"),
        "w": (w, "m s-1", "velocity along z"),
        "p": (1.2 * 9.81 * 1e-3 * z, "Pa", "pressure above hydrostatic"),
    }
    cells = {
        name: Variable(np.where(solid > 0, 0.0 if name != "T" else 297.15, values).astype(dtype), unit, text)
        for name, (values, unit, text) in given.items()
    }
    cells["object"] = Variable(solid, "1", "object in the cell")
    z_line = np.linspace(0.05, 2.95, 9)
    x_line, y_line = np.full(9, 2.45), np.full(9, 1.5)
    line = Line("rack front", "T", "K", x_line, y_line, z_line, temperature(x_line, y_line, z_line))
    report = {"cells": nx * ny * nz, "largest_aspect_ratio": 1.9, "largest_growth": 1.2}
    names = dict(enumerate(RACKS, 1))
    return Fields(x_nodes, y_nodes, z_nodes, cells, [line], names, report)


def year():
    """A year of a 2 MW hall in a warm place: sinusoids over day and year."""
    month = np.repeat(np.arange(1, 13), np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) * 24)
    seasonal, daily = np.cos(2 * np.pi * (HOURS - 4800) / 8760), np.cos(2 * np.pi * (HOURS - 16) / 24)
    outside = 290.0 + 11.0 * seasonal + 6.0 * daily
    it = np.full(8760, 2.0e6)
    free = np.clip((288.0 - outside) / 8.0, 0.0, 1.0)
    mode = np.select([free >= 1.0, free > 0.0], [0.0, 1.0], 2.0)
    hourly = {
        "dry_bulb": outside,
        "it_power": it,
        "crah_fan_power": 0.04 * it,
        "pump_power": 0.02 * it,
        "chiller_power": (1.0 - free) * it * (0.12 + 0.006 * np.maximum(outside - 285.0, 0.0)),
        "heat_rejection_fan_power": 0.02 * it * np.minimum(free + 0.2, 1.0),
        "ups_loss": 0.045 * it,
        "transformer_loss": 0.012 * it,
        "lighting_power": 0.005 * it,
        "mode": mode,
    }
    facility = sum(values for name, values in hourly.items() if name.endswith(("_power", "_loss")))
    hourly |= {"facility_power": facility, "pue": facility / it}
    units = dict.fromkeys(hourly, "W") | {"dry_bulb": "K", "mode": "1", "pue": "1"}
    modes = {name: int((mode == i).sum()) for i, name in enumerate(("free", "mixed", "mechanical"))}
    return SimpleNamespace(hourly=hourly, units=units, months=month, mode_hours=modes, flags=[], step=3600.0)


def year_sections(plant):
    """Sections plant, metrics, energy and water of the summary for `plant`."""
    total = {name: float(values.sum()) / 1e3 for name, values in plant.hourly.items()}
    facility, it = total["facility_power"], total["it_power"]
    return {
        "plant": {
            "mode_hours": plant.mode_hours,
            "supply_limit_C": 19.4,
            "peak_power_W": plant.hourly["facility_power"].max(),
        },
        "metrics": {
            "pue": facility / it,
            "pue_design": float(plant.hourly["pue"].max()),
            "wue_site_L_per_kWh": 0.0,
            "wue_source_L_per_kWh": 0.9 * facility / it,
            "cue_kg_per_kWh": 0.367 * facility / it,
            "it_energy_kWh": it,
            "facility_energy_kWh": facility,
        },
        "energy": {
            "it_kWh": it,
            "crah_fans_kWh": total["crah_fan_power"],
            "pumps_kWh": total["pump_power"],
            "chiller_kWh": total["chiller_power"],
            "heat_rejection_fans_kWh": total["heat_rejection_fan_power"],
            "power_chain_kWh": total["ups_loss"] + total["transformer_loss"],
            "other_kWh": total["lighting_power"],
        },
        "water": {"source_L_per_year": 0.9 * facility},
    }


def history():
    """Convergence over three grids, coarse first: iterations start again on each, measures are taken every ten."""
    level = np.repeat([0, 1, 2], [60, 50, 50])
    iteration = np.concatenate([np.arange(1, count + 1) for count in (60, 50, 50)])
    drop = np.exp(-iteration / 12.0)
    measured = np.where(iteration % 10 == 0, 1.0, np.nan)
    return {
        "iteration": iteration,
        "level": level,
        "mass": 0.1 * drop * measured,
        "heat": 0.5 * np.exp(-iteration / 9.0) * measured,
        "update_u": 0.3 * drop * measured,
        "update_T": 0.2 * drop * measured,
        "monitor:rack A1 inlet_mean": 23.7 + 2.0 * drop - 0.3 * level,
        "monitor:rack A2 inlet_mean": 18.4 + 1.0 * drop,
        "monitor:rack A3 inlet_mean": 18.1 - 0.5 * drop,
        "monitor:rack A4 inlet_mean": 23.0 + 1.4 * drop - 0.2 * level,
    }


def summary(plant):
    """The contract, filled."""
    inlets = {
        "A1": (23.69, 35.2, 0.31),
        "A2": (18.36, 26.7, 0.12),
        "A3": (18.06, 20.2, 0.04),
        "A4": (22.98, 34.1, 0.28),
    }
    racks = [
        {
            "name": name,
            "power_W": np.float32(1e4),
            "inlet_mean_C": np.float64(mean),
            "inlet_max_C": most,
            "outlet_mean_C": mean + 12.0,
            "flow_m3_s": 0.6903,
            "inlet_mean_uncertainty_K": error,
        }
        for name, (mean, most, error) in inlets.items()
    ]
    return {
        "case": {"name": "sample", "file": "sample.toml", "sha256": "0" * 64, "cooling": "air"},
        "run": {
            "version": "0.1.0",
            "backend": "cpu",
            "device": "2 cores",
            "precision": "single",
            "cells": np.int64(960),
            "iterations": 160,
            "wall_s": 4.25,
            "converged": True,
            "status": "converged",
            "flags": ["chiller: 412 h outside the range of its curves: COP scaled by Carnot from the edge"],
        },
        "balance": {"heat_in_W": 40000.0, "heat_out_W": 39999.2, "storage_W": 0.0, "closure": 2.0e-5},
        "racks": racks,
        "air": {"rci_hi": 86.2, "rci_lo": 100.0, "rti": 105.3, "shi": 0.18, "rhi": 0.82},
        **(year_sections(plant) if plant else {}),
        "limits": [
            {"name": "rack_inlet_max", "value": 35.2, "limit": 32.0, "met": False},
            {"name": "pue", "value": 1.256, "limit": 1.4, "met": True},
        ],
        "monitors": [
            {"name": "aisle mid-height", "kind": "point", "quantity": "T", "value": 18.31, "unit": "degC",
             "uncertainty": 0.07},
        ],
    }  # fmt: skip


def sample(shape=(8, 10, 12), dtype=np.float32, with_fields=True, with_year=True):
    """A complete result."""
    plant = year() if with_year else None
    return Result(
        summary=summary(plant),
        fields=fields(shape, dtype) if with_fields else None,
        boxes=boxes(),
        history=history(),
        year=plant,
        case_text=CASE_TEXT,
        log=["grid 12 x 10 x 8", "converged after 160 iterations"],
        room_lo=ROOM_LO,
        room_hi=ROOM_HI,
        sources=["Weather: NREL TMY3, Abilene Regional Airport", "Chiller: EnergyPlus data set, curve scaled"],
    )
