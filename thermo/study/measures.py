"""The figures that options are compared by: where they stand in the summary and how they read."""

from __future__ import annotations

from dataclasses import dataclass

from thermo.output.labels import SUPPLY
from thermo.study.option import Option

POINTS = {"°C": "K", "%": "points"}  # unit of a difference


@dataclass(frozen=True)
class Measure:
    """One figure: ``section`` and ``key`` of the summary, shown times ``factor`` in ``unit``; of one ``cooling`` only,
    where the same key means another thing with another cooling."""

    section: str
    key: str
    label: str
    unit: str = ""
    decimals: int = 3
    factor: float = 1.0
    cooling: str | None = None

    def of(self, option: Option) -> float | None:
        """The figure of an option in its unit, None where it does not apply."""
        if self.cooling not in (None, option.summary.get("case", {}).get("cooling", self.cooling)):
            return None
        value = option.value(self.section, self.key)
        return None if value is None else float(value) * self.factor

    def text(self, option: Option) -> str:
        """The figure as text; a dash where it does not apply."""
        value = self.of(option)
        return "–" if value is None else f"{value:,.{self.decimals}f}".replace(",", "\u2009").replace("-", "−")

    def change(self, option: Option, base: Option) -> str:
        """The change against ``base`` in percent, or in the unit for temperatures and shares; empty where there is
        none."""
        here, there = self.of(option), self.of(base)
        if here is None or there is None or option is base:
            return ""
        if here == there:
            return "="
        if self.unit in ("°C", "K", "%"):
            return f"{here - there:+z.1f} {POINTS.get(self.unit, self.unit)}".replace("-", "−")
        if there == 0.0:
            return "new" if self.text(option) != self.text(base) else ""
        return f"{here / there - 1.0:+z.1%}".replace("-", "−")

    @property
    def words(self) -> str:
        """The label inside a sentence: a small first letter, unless it begins with an abbreviation."""
        return self.label if self.label[:2].isupper() else self.label[:1].lower() + self.label[1:]

    @property
    def name(self) -> str:
        """Section and key, as in the CSV."""
        return f"{self.section}.{self.key}"


MEASURES = (
    Measure("tokens", "cost_USD_per_Mtoken", "Cost per million tokens", "USD", 5),
    Measure("tokens", "J_per_token", "Energy per token, whole site", "J", 4),
    Measure("tokens", "J_it_per_token", "Energy per token, servers", "J", 4),
    Measure("tokens", "water_site_L_per_Mtoken", "Water on site per million tokens", "L", 4),
    Measure("tokens", "water_source_L_per_Mtoken", "Water of the electricity per million tokens", "L", 4),
    Measure("tokens", "carbon_kg_per_Mtoken", "Carbon per million tokens", "kg", 4),
    Measure("tokens", "per_year", "Tokens of the year", "10¹²", 2, 1e-12),
    Measure("tokens", "wait_p99_s", "Wait, 99 % of the work waits less", "s", 0),
    Measure("tokens", "refused_share", "Tokens turned away", "%", 2, 100.0),
    Measure("tokens", "lost_to_throttling_share", "Capacity lost to hot chips", "%", 2, 100.0),
    Measure("metrics", "pue", "PUE of the year"),
    Measure("metrics", "pue_design", "PUE in the hour of highest power"),
    Measure("metrics", "tue", "TUE"),
    Measure("metrics", "wue_site_L_per_kWh", "WUE on site", "L/kWh"),
    Measure("metrics", "wue_source_L_per_kWh", "WUE with the electricity's water", "L/kWh"),
    Measure("metrics", "cue_kg_per_kWh", "CUE", "kg/kWh"),
    Measure("metrics", "ere", "ERE"),
    Measure("metrics", "facility_energy_kWh", "Electricity of the site, a year", "MWh", 0, 1e-3),
    Measure("plant", "peak_power_W", "Highest power of the site", "kW", 0, 1e-3),
    Measure("plant", "outdoor_max_C", "Hottest hour outdoors", "°C", 1),
    Measure("plant", "hours_above_35C", "Hours above 35 °C outdoors", "h", 0),
    Measure("cost", "total_USD_per_year", "Cost of the year", "1000 USD", 1, 1e-3),
    Measure("water", "makeup_L_per_year", "Make-up on site, a year", "m³", 0, 1e-3),
    Measure("water", "source_L_per_year", "Water of the electricity, a year", "m³", 0, 1e-3),
    Measure("water", "first_fill_L", "First fill, once", "m³", 1, 1e-3),
    Measure("chips", "max_C", "Hottest chip", "°C", 1),
    Measure("chips", "margin_K", "Margin of the hottest chip", "K", 1),
    Measure("racks", "ride_through_s", "Time until the first rack intake is too warm", "s", 0),
    Measure("racks", "shutdown_s", "Time until the first rack shuts down", "s", 0),
    Measure("monitors", "time to first throttle", "Time until the first chip slows down", "s", 0),
    Measure("monitors", "time to first shutdown", "Time until the first chip shuts down", "s", 0),
    Measure("monitors", "lowest clock in time", "Lowest clock after the failure", "%", 1, 100.0),
    Measure("monitors", "share of tokens late at the end", "Tokens late at the end of the run", "%", 2, 100.0),
    Measure("monitors", "share of tokens not made in time", "Tokens not made during the run", "%", 2, 100.0),
    *(Measure("plant", "supply_limit_C", label, "°C", 1, 1.0, cooling) for cooling, (_, label) in SUPPLY.items()),
)

CRITERIA = ("cost_USD_per_Mtoken", "J_per_token", "pue")
"""What the verdict is about: the first that every option has."""


def shown(options: list[Option]) -> list[Measure]:
    """The measures that at least one option has, in the order of :data:`MEASURES`."""
    return [measure for measure in MEASURES if any(measure.of(option) is not None for option in options)]


def criterion(options: list[Option]) -> Measure | None:
    """What the options are ranked by; None when they have none of :data:`CRITERIA` in common."""
    for key in CRITERIA:
        measure = next(measure for measure in MEASURES if measure.key == key)
        if all(measure.of(option) is not None for option in options):
            return measure
    return None
