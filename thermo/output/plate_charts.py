"""Pictures of cold plates whose inside was solved: the junction temperatures of the hottest chip of each kind."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from thermo.output.charts import WIDE
from thermo.output.figure import INK, SERIES, Picture, colour_map, raster, vector
from thermo.result import PlateMap, Result

KELVIN = 273.15
MOST = 4
PANEL = 3.1  # inches


def junctions(result: Result) -> Picture | None:
    """The hottest chip of every kind, on one scale; None where no plate was solved."""
    maps = result.plates[:MOST]
    if not maps:
        return None
    fields = [plate.junction[0] - KELVIN for plate in maps]
    low, high = min(field.min() for field in fields), max(field.max() for field in fields)
    figure = Figure(figsize=(max(PANEL * len(maps) + 1.0, WIDE), PANEL), layout="compressed")
    panels = np.atleast_1d(figure.subplots(1, len(maps)))
    for axes, plate, field in zip(panels, maps, fields, strict=True):
        shown = _panel(axes, plate, field, (low, high))
    figure.colorbar(shown, ax=list(panels), label="junction, °C", shrink=0.85)
    words = "; ".join(_words(plate, field) for plate, field in zip(maps, fields, strict=True))
    caption = f"Junction temperature over the die, the hottest chip of each kind. {words}."
    return raster(figure, f"Temperature maps of dies. {words}.", caption)


def _panel(axes, plate: PlateMap, field: np.ndarray, limits: tuple[float, float]):
    shown = axes.pcolormesh(plate.x_nodes * 1e3, plate.y_nodes * 1e3, field, cmap=colour_map(), vmin=limits[0],
                            vmax=limits[1])  # fmt: skip
    row, column = np.unravel_index(field.argmax(), field.shape)
    at = [1e3 * 0.5 * (nodes[n] + nodes[n + 1]) for nodes, n in ((plate.x_nodes, column), (plate.y_nodes, row))]
    axes.plot(*at, marker="+", color=INK, markersize=9)
    axes.set_title(plate.kind)
    axes.set_aspect("equal")
    axes.set_xlabel("along the coolant, mm")
    axes.set_ylabel("across, mm")
    return shown


def _words(plate: PlateMap, field: np.ndarray) -> str:
    return (
        f"{plate.names[0]}: {plate.power:.0f} W, {field.min():.1f} to {field.max():.1f} °C over coolant of "
        f"{plate.inlet[0] - KELVIN:.1f} °C"
    )


def curves(result: Result) -> Picture | None:
    """Resistance and pressure drop over the flow, with the flow of the hottest plate; None where none was solved."""
    maps = result.plates[:MOST]
    if not maps:
        return None
    figure = Figure(figsize=(WIDE, 2.7), layout="constrained")
    panels = figure.subplots(1, 2)
    for plate, colour in zip(maps, SERIES, strict=False):
        flow = plate.curve["flow_L_min"]
        for axes, key, factor in ((panels[0], "resistance_K_W", 1e3), (panels[1], "pressure_drop_Pa", 1e-3)):
            values = plate.curve[key] * factor
            axes.plot(flow, values, color=colour, linewidth=1.4, label=plate.kind)
            axes.plot(plate.flow[0], np.interp(plate.flow[0], flow, values), "o", color=colour, markersize=5)
    panels[0].set_ylabel("junction to inlet, K/kW")
    panels[1].set_ylabel("pressure drop, kPa")
    for axes in panels:
        axes.set_xlabel("coolant through one plate, L/min")
        axes.set_ylim(bottom=0.0)
        axes.grid()
    panels[0].legend()
    words = "; ".join(_working_point(plate) for plate in maps)
    return vector(figure, f"Resistance and pressure drop over flow. {words}.",
                  f"One plate over its flow; the dot is the hottest. {words}.")  # fmt: skip


def _working_point(plate: PlateMap) -> str:
    at = {key: np.interp(plate.flow[0], plate.curve["flow_L_min"], values) for key, values in plate.curve.items()}
    beside = "" if plate.measured is None else f"; the record, which counts, gives {plate.measured * 1e3:.1f} K/kW"
    return (
        f"{plate.kind}: {at['resistance_K_W'] * 1e3:.1f} K/kW and {at['pressure_drop_Pa'] * 1e-3:.1f} kPa at "
        f"{plate.flow[0]:.2f} L/min{beside}"
    )
