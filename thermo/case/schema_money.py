"""What it costs: hourly electricity, water, peaks, equipment."""

from __future__ import annotations

from pydantic import Field, model_validator

from thermo.case.quantity import (
    Cost,
    DemandCharge,
    Duration,
    Fraction,
    Power,
    PricePerEnergy,
    PricePerPower,
    PricePerVolume,
    SignedDuration,
    wrong,
)
from thermo.case.table import Name, Table, exactly_one


class Curtailed(Table):
    """Supply at the energy source that would otherwise be thrown away, in hours when the market says so."""

    below: PricePerEnergy = Field(description="Hours whose wholesale price is at or below this have it.")
    power: Power = Field(description="How much of it the site can take.")
    price: PricePerEnergy = Field(0.0, description="What it costs.")


class Electricity(Table):
    """Price and carbon of electricity by the hour, from a table in UTC, instead of the constants of [site]."""

    file: str = Field(min_length=1, description="CSV table beside the case or in cases/traces; first column utc.")
    zone: str = Field(
        min_length=1, description="Zone of the table: its columns are ZONE_price_usd_per_mwh and ZONE_carbon_g_per_kwh."
    )
    utc_offset: SignedDuration = Field(description="Local standard time of the weather minus UTC, such as -6 h.")
    markup: PricePerEnergy = Field(0.0, description="Added to the wholesale price: grid fees and taxes.")
    curtailed: Curtailed | None = Field(None, description="Curtailed or stranded supply.")


class Capex(Table):
    """One thing that is bought, and where its price is from."""

    name: Name = Field(description="What it is.")
    per_power: PricePerPower | None = Field(None, description="Price per watt of IT at full rate.")
    cost: Cost | None = Field(None, description="Price of all of it.")
    range: tuple[PricePerPower, PricePerPower] | None = Field(
        None, description="Lowest and highest price per watt that is thinkable; thermo compare draws from it."
    )
    life: Duration = Field(description="Years until it is replaced.")
    maintenance: Fraction = Field(0.0, description="Yearly maintenance over its price.")
    source: str = Field(min_length=3, description="Where the number is from; printed in the report.")

    @model_validator(mode="after")
    def _one_price(self) -> Capex:
        exactly_one(self, "per_power", "cost")
        if self.range is not None and self.per_power is None:
            raise wrong("range belongs to per_power: remove it")
        if self.range is not None and not self.range[0] <= self.per_power <= self.range[1]:
            raise wrong("range must hold per_power: give the lowest price first, then the highest")
        return self


class Money(Table):
    """Tariffs and equipment. Electricity is priced in [site] or [electricity]."""

    water_price: PricePerVolume | None = Field(None, description="Water that enters the site.")
    sewer_price: PricePerVolume | None = Field(None, description="Blowdown that leaves it.")
    demand_charge: DemandCharge | None = Field(None, description="Charge for the highest power of each month.")
    discount_rate: Fraction | None = Field(None, description="Yearly; needed with capex.")
    capex: tuple[Capex, ...] = Field((), description="What is bought.")

    @model_validator(mode="after")
    def _discounted(self) -> Money:
        if self.capex and self.discount_rate is None:
            raise wrong("capex needs discount_rate: add it, such as discount_rate = 0.08")
        if self.discount_rate is not None and not self.capex:
            raise wrong("discount_rate has no effect without capex: remove it")
        return self
