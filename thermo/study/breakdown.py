"""What the criterion of an option is made of, and the steps from one option to another."""

from __future__ import annotations

from dataclasses import dataclass

from thermo.study.measures import Measure
from thermo.study.option import Option

ENERGY = {
    "it_kWh": "servers",
    "crah_fans_kWh": "air handler fans",
    "pumps_kWh": "pumps",
    "chiller_kWh": "chillers",
    "heat_rejection_fans_kWh": "heat rejection fans",
    "power_chain_kWh": "power chain",
    "other_kWh": "lighting and other",
}
JOULE_PER_KWH = 3.6e6
SERVERS = "servers"
ROUND_OFF = 1e-12  # of the largest part: a smaller change is none
WITHOUT_FANS, SERVER_FANS = "servers without fans", "server fans"


@dataclass(frozen=True)
class Part:
    """A part of the criterion: `value` in its unit; `kind` of cause: electricity, peak, water or equipment."""

    name: str
    value: float
    kind: str


def parts(option: Option, measure: Measure) -> list[Part]:
    """The parts of the criterion of ``option``; they add up to it."""
    if measure.key == "cost_USD_per_Mtoken":
        return _cost(option)
    energy = _energy(option)
    if measure.key == "J_per_token":
        scale = JOULE_PER_KWH / option.value("tokens", "per_year")
    else:
        scale = 1.0 / option.value("energy", "it_kWh")
    return [Part(name, value * scale, "electricity") for name, value in energy.items()]


def energy_per_token(option: Option) -> dict[str, float]:
    """J per token by part of the site, the fans inside the servers apart; the parts add up to ``J_per_token``."""
    energy = _energy(option)
    fans = option.summary["energy"].get("server_fans_kWh", 0.0)
    split = {WITHOUT_FANS: energy.pop(SERVERS) - fans, SERVER_FANS: fans} | energy
    scale = JOULE_PER_KWH / option.value("tokens", "per_year")
    return {name: value * scale for name, value in split.items()}


def by_part(options: list[Option]) -> tuple[list[str], dict[str, dict[str, float]]]:
    """Names of the parts of the energy per token, and J per token by part of every option that makes tokens."""
    found = {option.label: energy_per_token(option) for option in options if option.value("tokens", "per_year")}
    return list(dict.fromkeys(name for parts in found.values() for name in parts)), found


def split(options: list[Option]) -> tuple[list[str], list[list[str]]]:
    """Energy per token of the options that make tokens, mJ: names of the parts, and one row an option, its sum last."""
    names, found = by_part(options)
    rows = [
        [label, *(f"{1e3 * parts[name]:.1f}" if name in parts else "–" for name in names),
         f"{1e3 * sum(parts.values()):.1f}"]
        for label, parts in found.items()
    ]  # fmt: skip
    return names, rows


def _energy(option: Option) -> dict[str, float]:
    """kWh of the year by part; what no part names is "other plant"."""
    found = option.summary["energy"]
    named = {label: found[key] for key, label in ENERGY.items() if key in found}
    rest = option.value("metrics", "facility_energy_kWh") - sum(named.values())
    return named | ({"other plant": rest} if abs(rest) > 1e-9 * sum(named.values()) else {})


def _cost(option: Option) -> list[Part]:
    """USD per million tokens."""
    millions = option.value("tokens", "per_year") * 1e-6
    cost = option.summary["cost"]
    bill = {SERVERS if name == "it" else name: usd for name, usd in cost["electricity_USD_per_year"].items()}
    found = [Part(name, usd / millions, "electricity") for name, usd in bill.items()]
    if "demand_USD_per_year" in cost:
        found.append(Part("charge for peaks", cost["demand_USD_per_year"] / millions, "peak"))
    bought = cost.get("water_USD_per_year", {})
    found += [Part(f"water, {name}", usd / millions, "water") for name, usd in bought.items()]
    for key, word in (("equipment_USD_per_year", "equipment"), ("maintenance_USD_per_year", "maintenance")):
        found += [Part(f"{word}, {name}", usd / millions, "equipment") for name, usd in cost.get(key, {}).items()]
    return found


def steps(a: Option, b: Option, measure: Measure) -> list[tuple[str, float]]:
    """What is added, cause by cause, on the way from the criterion of ``a`` to that of ``b``; the steps add up exactly.

    Where electricity has another price, that is a step of its own: the energy of ``a`` at the price of ``b``.
    """
    first, second = parts(a, measure), parts(b, measure)
    ratio, found = 1.0, []
    if measure.key == "cost_USD_per_Mtoken":
        ratio = _price(b) / _price(a)
        if abs(ratio - 1.0) > 1e-6:
            bill = sum(part.value for part in first if part.kind == "electricity")
            found.append(("price of electricity", bill * (ratio - 1.0)))
        else:
            ratio = 1.0
    before = {part.name: part.value * (ratio if part.kind == "electricity" else 1.0) for part in first}
    after = {part.name: part.value for part in second}
    found += [(name, after.get(name, 0.0) - before.get(name, 0.0)) for name in {**before, **after}]
    round_off = ROUND_OFF * max((abs(part.value) for part in first + second), default=0.0)
    return [(name, change) for name, change in found if abs(change) > round_off]


def _price(option: Option) -> float:
    """Mean price of electricity, USD/kWh."""
    bill = sum(option.summary["cost"]["electricity_USD_per_year"].values())
    return bill / option.value("metrics", "facility_energy_kWh")
