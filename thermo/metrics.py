"""The figures a design is judged by, each with its definition and standard.

Energies in kWh, water in L, carbon in kg, over one year. Figures that do not apply to a case are left out, never zero.
Water used on site and water used where the electricity is made are never added into one another: the first is WUE
(site), the second enters WUE (source) only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermo import records
from thermo.arrays import at_largest, over_year

if TYPE_CHECKING:
    from thermo.plant.ledger import Year

LITRE_PER_KWH = 1e3 * 3.6e6  # of one m3/J
KG_PER_KWH = 3.6e6  # of one kg/J
HOUR, KELVIN = 3600.0, 273.15
HOT = 35.0  # degC of outdoor air, above which hours are counted: where dry coolers and chillers are short

ENERGY_KEYS = (
    "it_kWh",
    "server_fans_kWh",
    "crah_fans_kWh",
    "pumps_kWh",
    "chiller_kWh",
    "heat_rejection_fans_kWh",
    "power_chain_kWh",
    "other_kWh",
)

ROUND_OFF = 1e-9
ROUNDING_K = 1e-3  # air supplied at the edge of a range is inside it, whatever single precision makes of it

WATER_KEYS = ("makeup_L", "top_up_L", "filter_purge_L", "leak_L", "evaporation_L", "blowdown_L")
FILL_KEYS = ("first_fill_L", "glycol_L", "flush_L")


def pue(facility_energy: float, it_energy: float) -> float:
    """Power usage effectiveness: energy of the whole data centre over energy of its IT, over a year (ISO/IEC 30134-2).

    IT energy is taken at the AC inlet of the servers, so their fans and power supplies belong to it.
    """
    return facility_energy / it_energy


def pue_design(year: Year) -> float:
    """Facility power over IT power in the hour of the year with the highest facility power.

    The ratio the electrical intake is sized for. ISO/IEC 30134-2 calls any PUE that is computed before operation a
    designed PUE; this is its worst hour, `pue` its annual value.
    """
    return at_largest(year.hourly["pue"], year.hourly["facility_power"])


def wue_site(site_water: float, it_energy: float) -> float:
    """Water usage effectiveness, L/kWh: water entering the site for operation over IT energy (ISO/IEC 30134-9)."""
    return site_water / it_energy


def wue_source(site: float, water_per_electricity: float, pue_: float) -> float:
    """WUE including the water behind the electricity, L/kWh: WUE + EWIF x PUE (The Green Grid, white paper 35, 2011).

    `water_per_electricity` (EWIF) in L per kWh of electricity.
    """
    return site + water_per_electricity * pue_


def cue(carbon_per_electricity: float, pue_: float) -> float:
    """Carbon usage effectiveness, kg CO2e per kWh of IT: grid carbon factor (kg per kWh) x PUE (ISO/IEC 30134-8)."""
    return carbon_per_electricity * pue_


def erf(reused_energy: float, facility_energy: float) -> float:
    """Energy reuse factor: energy reused outside the data centre over its total energy (ISO/IEC 30134-6)."""
    return reused_energy / facility_energy


def ere(facility_energy: float, reused_energy: float, it_energy: float) -> float:
    """Energy reuse effectiveness: (facility - reused) over IT = (1 - ERF) PUE (The Green Grid, 2010)."""
    return (facility_energy - reused_energy) / it_energy


def itue(it_energy: float, server_fans: float, power_supply_loss: float = 0.0) -> float:
    """IT usage effectiveness: energy into the server over energy into its compute parts.

    Patterson and others, TUE, a new energy-efficiency metric applied at ORNL's Jaguar, ISC 2013. Compute energy is IT
    energy less server fans and power supply loss.
    """
    return it_energy / (it_energy - server_fans - power_supply_loss)


def tue(itue_: float, pue_: float) -> float:
    """Total usage effectiveness ITUE x PUE (Patterson and others 2013): facility energy over compute energy.

    Unlike PUE it does not improve when fans move from the hall into the servers.
    """
    return itue_ * pue_


def summarise(year: Year, case: Any, carbon_kg_per_kWh: float | None = None) -> dict[str, dict]:
    """Sections `plant`, `metrics`, `energy`, `water` of the summary, of one variant or of many.

    `carbon_kg_per_kWh`: of the year's electricity, weighted by its hours (default: the constant of the site).
    Raises :class:`thermo.errors.CaseError` where server fans and power supplies leave nothing for computing.
    `energy`: the parts add up to the facility energy, except `server_fans_kWh`, which is a part of `it_kWh`.
    """
    outdoors = year.hourly["dry_bulb"] - KELVIN
    plant = {"mode_hours": dict(year.mode_hours), "peak_power_W": year.totals["peak_power_W"],
             "outdoor_max_C": over_year(np.max, outdoors),
             "hours_above_35C": over_year(np.sum, outdoors > HOT + ROUND_OFF) * (year.step / HOUR)}  # fmt: skip
    energy = {key: year.totals[key] for key in ENERGY_KEYS if key in year.totals}
    inside = year.totals.get("server_fans_kWh", 0.0) + year.totals.get("psu_loss_kWh", 0.0)
    if np.any(inside >= year.totals["it_kWh"]):
        raise case.error("plant.power.server_fan_fraction", "server fans and power supplies take all of the IT power")
    found = _metrics(year, case.site, carbon_kg_per_kWh)
    return {"plant": plant, "metrics": found, "energy": energy, "water": _water(year, case.site)}


def _metrics(year: Year, site: Any, carbon: float | None) -> dict[str, float]:
    """PUE and what follows from it. Site water is the make-up of what evaporates and of what sealed loops lose."""
    totals = year.totals
    annual = pue(totals["facility_kWh"], totals["it_kWh"])
    on_site = wue_site(totals.get("makeup_L", 0.0), totals["it_kWh"])
    metrics = {"pue": annual, "pue_design": pue_design(year), "wue_site_L_per_kWh": on_site}
    if "server_fans_kWh" in totals:
        inside = itue(totals["it_kWh"], totals["server_fans_kWh"], totals.get("psu_loss_kWh", 0.0))
        metrics["tue"] = tue(inside, annual)
    if site.water_per_electricity is not None:
        behind = site.water_per_electricity * LITRE_PER_KWH
        metrics["wue_source_L_per_kWh"] = wue_source(metrics["wue_site_L_per_kWh"], behind, annual)
    if carbon is None and site.carbon_per_electricity is not None:
        carbon = site.carbon_per_electricity * KG_PER_KWH
    if carbon is not None:
        metrics["cue_kg_per_kWh"] = cue(carbon, annual)
    metrics["it_energy_kWh"] = totals["it_kWh"]
    metrics["facility_energy_kWh"] = totals["facility_kWh"]
    return metrics


def _water(year: Year, site: Any) -> dict[str, float]:
    """Water ledger: first fill, make-up on site and where it goes (the rest is drift), water behind the electricity.

    The fill and the flush happen once and are in no yearly figure.
    """
    water = {name: year.totals[name] for name in FILL_KEYS if name in year.totals}
    water |= {f"{name}_per_year": year.totals[name] for name in WATER_KEYS if name in year.totals}
    if site.water_per_electricity is not None:
        water["source_L_per_year"] = year.totals["facility_kWh"] * site.water_per_electricity * LITRE_PER_KWH
    return water


def rci(inlets: ArrayLike, air_class: str | Sequence[str] = "A1") -> tuple[float, float]:
    """Rack cooling index, high and low side, % (Herrlin 2005).

    High: 100 (1 - mean of K above the recommended maximum / (allowable - recommended maximum)); low side likewise.
    100 means every inlet (K) is inside the recommended range; 96 and more is good, 90 and less poor. `air_class`: one
    class for all, or that of each inlet.
    """
    inlets = np.asarray(inlets, dtype=np.float64)
    names = [air_class] * len(inlets) if isinstance(air_class, str) else air_class
    limits = [records.air_class(name) for name in names]
    recommended, allowable = (np.array([getattr(each, key) for each in limits]) for key in ("recommended", "allowable"))
    over = np.maximum(inlets - recommended[:, 1], 0.0) / (allowable[:, 1] - recommended[:, 1])
    under = np.maximum(recommended[:, 0] - inlets, 0.0) / (recommended[:, 0] - allowable[:, 0])
    return float(100.0 * (1.0 - over.mean())), float(100.0 * (1.0 - under.mean()))


def shi(inlets: ArrayLike, outlets: ArrayLike, flows: ArrayLike, supply: float) -> float:
    """Supply heat index: heat picked up before the racks over all heat above supply (Sharma, Bash and Patel 2002).

    Temperatures in K, flows in any one unit. The return heat index is 1 - SHI.
    """
    flows = np.asarray(flows, dtype=np.float64)
    before = np.sum(flows * (np.asarray(inlets) - supply))
    return float(before / np.sum(flows * (np.asarray(outlets) - supply)))


def rti(supply: float, return_: float, inlets: ArrayLike, outlets: ArrayLike, flows: ArrayLike) -> float:
    """Return temperature index, % (Herrlin 2007): (return - supply) over the flow-weighted rise of the equipment.

    Below 100: supply air bypasses the racks. Above 100: exhaust air recirculates.
    """
    rise = np.average(np.asarray(outlets, dtype=np.float64) - np.asarray(inlets), weights=np.asarray(flows))
    return float(100.0 * (return_ - supply) / rise)


def ashrae_class(inlets: ArrayLike) -> str | None:
    """Narrowest ASHRAE class A1..A4 (2021) whose allowable range holds every inlet (K); None when none does."""
    inlets = np.asarray(inlets, dtype=np.float64)
    for limits in records.air_classes():
        inside = inlets.min() >= limits.allowable[0] and inlets.max() <= limits.allowable[1]
        if limits.name.startswith("A") and inside:
            return limits.name
    return None


def air_status(coolest: float, hottest: float, air_class: str) -> str:
    """Whether an intake between two temperatures (K) is "recommended", "allowable" or "outside" its ASHRAE class."""
    limits = records.air_class(air_class)
    for name in ("recommended", "allowable"):
        low, high = getattr(limits, name)
        if low - ROUNDING_K <= coolest and hottest <= high + ROUNDING_K:
            return name
    return "outside"


def rack_air(
    inlets: ArrayLike,
    outlets: ArrayLike,
    flows: ArrayLike,
    supply: float,
    return_: float,
    air_class: str | Sequence[str] = "A1",
    samples: ArrayLike | None = None,
) -> dict[str, Any]:
    """Section `air` of the summary from rack inlet and outlet means (K), rack flows, supply and return air (K).

    `air_class`: one class for all racks, or that of each. `samples`, (racks, points) in K, are intake temperatures over
    the height of each rack for the cooling index and the class; without them the means stand for the whole intake.
    `ashrae_class` is None where no class allows every sample.
    """
    samples = np.asarray(inlets, dtype=np.float64)[:, None] if samples is None else np.asarray(samples)
    names = [air_class] * len(samples) if isinstance(air_class, str) else air_class
    high, low = rci(samples.ravel(), [name for name in names for _ in range(samples.shape[1])])
    mixing = shi(inlets, outlets, flows, supply)
    section = {
        "rci_hi": high,
        "rci_lo": low,
        "rti": rti(supply, return_, inlets, outlets, flows),
        "shi": mixing,
        "rhi": 1.0 - mixing,
    }
    return section | {"ashrae_class": ashrae_class(samples.ravel())}


def capture_index(
    fractions: ArrayLike, receiver_flow: ArrayLike, rack_source: ArrayLike, rack_receiver: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Capture index of the cold side of each rack receiver and of the hot side of each rack source, 0 to 1.

    `fractions`, (receivers, sources): share of each source in the air that each receiver takes in. Cold: share of a
    rack's intake air that comes straight from supplies and not from a rack's exhaust. Hot: share of a rack's exhaust
    air that goes straight to returns and not into a rack's intake (VanGilder and Shrivastava 2007, with every supply
    and return counted as local). The masks say which sources and receivers are racks.
    """
    fractions, flow = np.asarray(fractions, dtype=np.float64), np.asarray(receiver_flow, dtype=np.float64)
    rack_source, rack_receiver = np.asarray(rack_source, bool), np.asarray(rack_receiver, bool)
    cold = 1.0 - fractions[rack_receiver][:, rack_source].sum(axis=1)
    received = flow[:, None] * fractions[:, rack_source]
    return cold, received[~rack_receiver].sum(axis=0) / received.sum(axis=0)
