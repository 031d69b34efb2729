"""Charts of the plant's year: what PUE is made of, its months, its modes, and how it follows the weather."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from thermo.output.charts import WIDE
from thermo.output.figure import INK, SERIES, SOFT, Picture, vector
from thermo.result import Result, Year

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
# Label and colour of each part of the overhead, by its summary key and its hourly arrays
PARTS = {
    "chiller_kWh": ("chillers", SERIES[0], ("chiller_power",)),
    "crah_fans_kWh": ("air handler fans", SERIES[5], ("crah_fan_power",)),
    "pumps_kWh": ("pumps", SERIES[2], ("pump_power",)),
    "heat_rejection_fans_kWh": ("heat rejection fans", SERIES[4], ("heat_rejection_fan_power",)),
    "power_chain_kWh": ("UPS and transformer losses", SERIES[3], ("ups_loss", "transformer_loss")),
    "other_kWh": ("lighting and other", SERIES[7], ("lighting_power",)),
}
# Water used on site by where it goes: the year's hourly rates, kg/s
ON_SITE = {
    "water_evaporation": ("evaporated on site", SERIES[2]),
    "water_blowdown": ("blown down", SERIES[4]),
    "water_drift": ("drift", SERIES[7]),
}
HOUR = 3600.0  # s
MONTHS_LAYOUT = {"left": 0.06, "right": 0.99, "top": 0.95, "bottom": 0.05, "wspace": 0.15, "hspace": 0.28}
MODES = {0: ("free cooling", "#7fb8dd"), 1: ("mixed", "#e0b04c"), 2: ("mechanical", "#b5523b")}
Array = NDArray[np.float64]


def overhead(result: Result) -> Picture | None:
    """What every kWh of IT costs on top, part by part: the parts add up to PUE - 1."""
    energy = result.summary.get("energy", {})
    it = energy.get("it_kWh")
    parts = [(label, colour, energy[key] / it) for key, (label, colour, _) in PARTS.items() if it and energy.get(key)]
    if not parts:
        return None
    parts.sort(key=lambda part: part[2])
    height = 0.9 + 0.34 * len(parts)
    figure = Figure(figsize=(WIDE, height))
    axes = figure.add_axes((0.17, 0.55 / height, 0.81, 1.0 - 0.65 / height))
    axes.barh([part[0] for part in parts], [part[2] for part in parts], color=[part[1] for part in parts], height=0.65)
    for place, (_, _, share) in enumerate(parts):
        text = f"{share:.3f}   {share * it / 1e3:,.0f} MWh/year"
        axes.annotate(text, (share, place), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8)
    axes.set_xlim(0, 1.3 * parts[-1][2])
    axes.set_xlabel("kWh on top of every kWh of IT, –")
    axes.grid(axis="x")
    total = sum(part[2] for part in parts)
    alt = "Overhead per kWh of IT: " + ", ".join(f"{label} {share:.3f}" for label, _, share in reversed(parts)) + "."
    return vector(
        figure, alt, f"Where the overhead goes: together {total:.3f} kWh per kWh of IT, so PUE is {1 + total:.3f}."
    )


def months(result: Result) -> Picture | None:
    """Month by month: PUE with its hourly spread, overhead by part, water behind the electricity, hours by mode."""
    year = result.year
    if year is None or not {"facility_power", "it_power"} <= set(year.hourly):
        return None
    month = month_of(year)
    figure = Figure(figsize=(WIDE, 5.4))
    (pue, energy), (water, modes) = figure.subplots(2, 2, gridspec_kw=MONTHS_LAYOUT)
    _pue(pue, year, month)
    _overhead(energy, year, month)
    _water(water, result, month)
    _modes(modes, year, month)
    for axes in (pue, energy, water, modes):
        axes.set_xticks(range(12), MONTHS)
        axes.set_xlim(-0.6, 11.6)
        axes.grid(axis="y")
    monthly = _sum(year.hourly["facility_power"], month) / _sum(year.hourly["it_power"], month)
    alt = (
        f"The year by month: PUE lowest {monthly.min():.3f} in {MONTHS[int(monthly.argmin())]}, "
        f"highest {monthly.max():.3f} in {MONTHS[int(monthly.argmax())]}; energy, water, hours by mode."
    )
    return vector(figure, alt, "The year, month by month.")


def weather(result: Result) -> Picture | None:
    """Hourly PUE against the outdoor temperature, by mode."""
    year = result.year
    if year is None or not {"dry_bulb", "pue", "mode"} <= set(year.hourly):
        return None
    outdoor, pue = year.hourly["dry_bulb"] - 273.15, year.hourly["pue"]
    figure = Figure(figsize=(WIDE, 3.0))
    axes = figure.add_axes((0.06, 0.15, 0.93, 0.81))
    for mode, (label, colour) in MODES.items():
        chosen = year.hourly["mode"] == mode
        if chosen.any():
            axes.plot(outdoor[chosen], pue[chosen], ".", color=colour, markersize=2.5, rasterized=True,
                      label=f"{label}, {chosen.sum() * year.step / HOUR:.0f} h")  # fmt: skip
    axes.set_xlabel("outdoor air, °C")
    axes.set_ylabel("PUE of the hour, –")
    axes.grid()
    axes.legend(loc="upper left", markerscale=4)
    alt = (
        f"Hourly PUE against outdoor temperature: {pue.min():.3f} to {pue.max():.3f} "
        f"between {outdoor.min():.0f} and {outdoor.max():.0f} °C."
    )
    every = "hour" if year.step == HOUR else "step"
    return vector(figure, alt, f"One point for each {every} of the year.")


def month_of(year: Year) -> NDArray[np.int64]:
    """Month, 0..11, of every hour: the year's own, or those of a common year."""
    given = getattr(year, "months", None)
    return np.asarray(given) - 1 if given is not None else np.repeat(np.arange(12), np.array(DAYS) * 24)


def _sum(hourly: Array, month: NDArray[np.int64]) -> Array:
    return np.bincount(month, weights=hourly, minlength=12)


def _pue(axes: Axes, year: Year, month: NDArray[np.int64]) -> None:
    ratio = year.hourly["facility_power"] / year.hourly["it_power"]
    for number in np.unique(month):
        low, high = np.percentile(ratio[month == number], [0, 100])
        axes.plot([number, number], [low, high], color=SERIES[5], linewidth=6, solid_capstyle="butt", alpha=0.6)
    mean = _sum(year.hourly["facility_power"], month) / np.maximum(_sum(year.hourly["it_power"], month), 1e-30)
    axes.plot(np.unique(month), mean[np.unique(month)], "o-", color=INK, markersize=3.5, linewidth=1.0)
    axes.set_title("PUE: month, and range of its hours")
    axes.set_ylabel("PUE, –")


def _overhead(axes: Axes, year: Year, month: NDArray[np.int64]) -> None:
    bottom = np.zeros(12)
    for label, colour, names in PARTS.values():
        hourly = [year.hourly[name] for name in names if name in year.hourly]
        if hourly:
            energy = _sum(np.sum(hourly, axis=0), month) * (year.step / HOUR) / 1e6
            axes.bar(range(12), energy, bottom=bottom, color=colour, width=0.75, label=label)
            bottom += energy
    axes.set_title("Energy on top of IT")
    axes.set_ylabel("MWh per month")
    axes.legend(ncols=2, fontsize=7, loc="upper left")
    axes.set_ylim(0, 1.45 * max(bottom.max(), 1e-9))


def _water(axes: Axes, result: Result, month: NDArray[np.int64]) -> None:
    """Water used on site by where it goes, and the electricity's water, which follows the month's energy."""
    year, source = result.year, result.summary.get("water", {}).get("source_L_per_year")
    parts = [(label, colour, _sum(year.hourly[name], month) * year.step / 1e3)
             for name, (label, colour) in ON_SITE.items() if name in year.hourly]  # fmt: skip
    if source is not None:
        energy = _sum(year.hourly["facility_power"], month)
        parts.append(("where the electricity is made", SERIES[0], source / 1e3 * energy / energy.sum()))
    axes.set_title("Water")
    axes.set_ylabel("m³ per month")
    if not parts:
        axes.text(0.5, 0.5, "none on site; no water_per_electricity in the case", transform=axes.transAxes,
                  ha="center", color=SOFT)  # fmt: skip
        return
    bottom = np.zeros(12)
    for label, colour, amount in parts:
        axes.bar(range(12), amount, bottom=bottom, color=colour, width=0.75, label=label)
        bottom += amount
    axes.legend(ncols=2, fontsize=7, loc="upper left")
    axes.set_ylim(0, 1.3 * max(bottom.max(), 1e-9))


def _modes(axes: Axes, year: Year, month: NDArray[np.int64]) -> None:
    axes.set_title("Hours by cooling mode")
    axes.set_ylabel("h per month")
    bottom = np.zeros(12)
    mode: Mapping | Array = year.hourly.get("mode", np.array([]))
    for number, (label, colour) in MODES.items():
        if len(mode) and (mode == number).any():
            hours = _sum((mode == number).astype(float), month) * (year.step / HOUR)
            axes.bar(range(12), hours, bottom=bottom, color=colour, width=0.75, label=label)
            bottom += hours
    if bottom.any():
        axes.legend(ncols=3, fontsize=7, loc="upper left")
        axes.set_ylim(0, 1.25 * bottom.max())
