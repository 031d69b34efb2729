"""A two-phase tank: chips that boil a saturated pool, the condenser above it, and the balance between them.

The pool is well mixed at saturation; vapour condenses at the same temperature. Steady state.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import brentq

from thermo import records
from thermo.errors import CaseError, DivergedError
from thermo.load.chip import ChipState, FullRate
from thermo.media import boiling, fluid
from thermo.media.boiling import GRAVITY, Saturation
from thermo.media.fluids import own_liquid
from thermo.media.saturation import BoilingLiquid, boiling_liquid, own_boiling_liquid
from thermo.records.materials import fluid_tables

KELVIN = 273.15
HIGHEST_SUPERHEAT = 200.0  # K
HIGHEST_APPROACH = 150.0  # K of the pool over the coolant that enters its condenser
MOST_ROUNDS = 60
SAME_POWER = 1e-10  # of a chip: it draws what its temperature says


@dataclass(frozen=True)
class BoilingChipState:
    """One kind of chips: `power` W of one as it is, and `state` at full rate; heat flux and its critical value W/m2,
    wall superheat K, whether it boils, chip K, limit K."""

    name: str
    count: int
    power: float
    flux: float
    critical_flux: float
    superheat: float
    boils: bool
    temperature: float
    limit: float
    state: ChipState

    @property
    def critical_margin(self) -> float:
        """Critical heat flux over heat flux."""
        return self.critical_flux / self.flux


@dataclass(frozen=True)
class PoolState:
    """The balance of one tank: saturation, heat W, vapour kg/s, coolant in and out K, chips.

    `coolant_flow` kg/s, `coolant_share` of full flow, `condensed` heat W that the condenser takes at these conditions.
    """

    saturation: Saturation
    heat: float
    vapour: float
    coolant_inlet: float
    coolant_outlet: float
    coolant_flow: float
    coolant_share: float
    condensed: float
    chips: list[BoilingChipState]
    flags: list[str] = field(default_factory=list)


def free_convection(superheat: float, height: float, liquid, temperature: float) -> float:
    """Heat flux, W/m2, of free convection of a liquid on an upright plate, its properties at the film temperature.

    Nu = {0.825 + 0.387 Ra^(1/6) / [1 + (0.492/Pr)^(9/16)]^(8/27)}^2: Churchill and Chu, Int. J. Heat Mass Transfer 18
    (1975) 1323, for all Ra; within 10 % of measurements.
    """
    film = temperature + 0.5 * superheat
    density, conductivity = float(liquid.density(film)), float(liquid.conductivity(film))
    viscosity, capacity = float(liquid.viscosity(film)), float(liquid.heat_capacity(film))
    prandtl = viscosity * capacity / conductivity
    rayleigh = GRAVITY * float(liquid.expansion(film)) * superheat * height**3 * density**2 / viscosity**2 * prandtl
    shape = (1.0 + (0.492 / prandtl) ** (9.0 / 16.0)) ** (8.0 / 27.0)
    return (0.825 + 0.387 * rayleigh ** (1.0 / 6.0) / shape) ** 2 * conductivity / height * superheat


def floating_temperature(heat: float, inlet: float, conductance: float, capacity_rate: float) -> float:
    """Saturation temperature, K, at which a condenser takes `heat`, W, with coolant at `inlet`, K.

    `conductance` W/K; `capacity_rate` of the coolant W/K. The vapour keeps its temperature, so the effectiveness is
    1 - exp(-UA / C) (Incropera, Fundamentals of Heat and Mass Transfer, table 11.3).
    """
    return inlet + heat / (capacity_rate * -np.expm1(-conductance / capacity_rate))


def throttled_rate(heat: float, difference: float, conductance: float, full: float) -> float:
    """Capacity rate, W/K, to which the coolant is throttled to take `heat` at a saturation `difference` K above it.

    `full`: rate of full flow, which takes at least that heat.
    """
    def short(rate: float) -> float:
        return difference * rate * -np.expm1(-conductance / rate) - heat

    if short(full) <= 0.0:  # the warmest coolant there can be, but for rounding
        return full
    return float(brentq(short, full * 1e-9, full, xtol=1e-12 * full))


class Tank:
    """One two-phase tank of a case's ``[immersion]``, its chips at full `rate` (None: at their reference power).

    Raises :class:`CaseError` for unknown records.
    """

    def __init__(self, immersion, coolant: str, rate: FullRate | None = None) -> None:
        self.immersion, self.rate = immersion, FullRate() if rate is None else rate
        own = None if isinstance(immersion.liquid, str) else immersion.liquid
        self.liquid: BoilingLiquid = boiling_liquid(immersion.liquid) if own is None else own_boiling_liquid(own)
        self.coolant = fluid(coolant)
        if own is not None:
            self.transport = None if own.viscosity is None else own_liquid(own)
        else:
            self.transport = fluid(immersion.liquid) if immersion.liquid in fluid_tables() else None
        self.chips = [(chip, records.chip(chip.chip)) for chip in immersion.chip]
        self.reference_heat = immersion.other_power + sum(c.count * self.power(c, record) for c, record in self.chips)

    @staticmethod
    def power(chip, record) -> float:
        """Power of one chip at its reference temperature, W."""
        return record.power if chip.power is None else chip.power

    def heat(self, pool: float) -> float:
        """Heat of everything in the tank, W, with its pool at `pool`, K; beyond the record's range that of its edge."""
        if self.rate.given is None:
            return self.reference_heat
        at = self._saturated(float(np.clip(pool, *self.liquid.temperature_range)))
        return self.immersion.other_power + sum(
            chip.count * self._chip(chip, record, at).power for chip, record in self.chips)  # fmt: skip

    def solve(self, inlet: float) -> PoolState:
        """The tank with coolant at `inlet`, K. Raises :class:`CaseError` where the pool leaves its record."""
        pool, condenser, flags = self.immersion.pool, self.immersion.condenser, []
        full = self._full_rate(inlet)
        temperature = self._floating(inlet)
        rate = full
        held = None if pool.pressure is None else self.liquid.saturation_temperature(pool.pressure)
        if held is not None and held >= temperature:
            rate = throttled_rate(self.heat(held), held - inlet, condenser.conductance, full)
            temperature = held
        at = self._saturated(temperature)
        if held is not None and temperature > held:
            flags.append(f"condenser: at full flow it cannot hold {pool.pressure / 1e3:.1f} kPa; the pool rises to "
                         f"{at.pressure / 1e3:.1f} kPa and {temperature - KELVIN:.1f} degC")  # fmt: skip
        flags += self._pressure_flags(at)
        chips = [self._chip(chip, record, at) for chip, record in self.chips]
        heat = self.immersion.other_power + sum(chip.count * chip.power for chip in chips)
        flags += self._chip_flags(chips)
        flow = rate / float(self.coolant.heat_capacity(inlet))
        taken = rate * -np.expm1(-condenser.conductance / rate) * (temperature - inlet)
        return PoolState(at, heat, heat / at.latent_heat, inlet, inlet + heat / rate, flow, rate / full, float(taken),
                         chips, flags)  # fmt: skip

    def warmest_inlet(self) -> float:
        """Warmest coolant, K, that the tank can work with.

        A held pressure sets the pool's temperature, and with it the chips': the coolant must only condense the vapour.
        A pool that floats may be as warm as its chips, less their margin, and its relief pressure allow.
        """
        pool = self.immersion.pool
        if pool.pressure is None:
            warmest = self._warmest_pool(self._boils_at("relief_pressure"))
        else:
            warmest = self._boils_at("pressure")
        heat = self.heat(warmest)
        if self._above(warmest - HIGHEST_APPROACH, heat) > warmest:
            raise CaseError(f"immersion.condenser: takes {heat:.4g} W only {HIGHEST_APPROACH:g} K below the "
                            "pool: give it more conductance or flow")
        return float(brentq(lambda inlet: self._above(inlet, heat) - warmest, warmest - HIGHEST_APPROACH, warmest))

    def _boils_at(self, key: str) -> float:
        """Saturation temperature, K, at a pressure of the case."""
        try:
            return self.liquid.saturation_temperature(getattr(self.immersion.pool, key))
        except ValueError as problem:
            raise CaseError(f"immersion.pool.{key}: {problem}") from None

    def _warmest_pool(self, most: float) -> float:
        """Warmest pool, K, at most `most`, in which every chip keeps its margin below its limit at full clock."""

        def slack(temperature: float) -> float:
            at, found = self._saturated(temperature), []
            for chip, record in self.chips:
                highest = self.rate.limits(record.throttle, record.shutdown)[0] - self.immersion.margin
                power = float(self.rate.power_at(self.power(chip, record), highest))
                found.append(highest - temperature - self._rise(chip, power, at)[0])
            return min(found)

        least = self.liquid.temperature_range[0]
        if slack(least) < 0.0:
            raise CaseError("immersion.chip: a chip is too hot even in the coldest pool of the record")
        return most if slack(most) >= 0.0 else float(brentq(slack, least, most, xtol=1e-9))

    def _above(self, inlet: float, heat: float) -> float:
        """Saturation temperature, K, at which the condenser takes `heat`, W, with coolant at `inlet` and full flow."""
        return floating_temperature(heat, inlet, self.immersion.condenser.conductance, self._full_rate(inlet))

    def _floating(self, inlet: float) -> float:
        """Saturation temperature, K, with coolant at `inlet` and full flow, the chips as warm as it makes them."""
        reached = self._above(inlet, self.reference_heat)
        if self.rate.given is None:
            return reached
        while self._above(inlet, self.heat(reached)) > reached:
            reached += reached - inlet
        return float(brentq(lambda pool: self._above(inlet, self.heat(pool)) - pool, inlet, reached, xtol=1e-10))

    def vapour_loss(self, at: Saturation) -> float:
        """Liquid lost in a year, kg: by leaks, and the vapour that leaves when the lid is opened."""
        pool = self.immersion.pool
        opened = pool.openings_per_year * pool.opening_loss * pool.headspace * at.vapour_density
        return opened + pool.leak_per_year * pool.volume * at.liquid_density

    def _full_rate(self, inlet: float) -> float:
        flow, coolant = self.immersion.condenser.flow, self.coolant
        return flow * float(coolant.density(inlet) * coolant.heat_capacity(inlet))

    def _saturated(self, temperature: float) -> Saturation:
        try:
            return self.liquid.at_temperature(temperature)
        except ValueError as problem:
            raise CaseError(f"immersion.condenser: the pool leaves its record: {problem}") from None

    def _chip(self, chip, record, at: Saturation) -> BoilingChipState:
        """Chips of one kind in a pool: the power that their temperature says, and the temperature that it makes.

        Raises :class:`DivergedError` where they do not settle.
        """
        reference = power = self.power(chip, record)
        limits = self.rate.limits(record.throttle, record.shutdown)
        for _ in range(MOST_ROUNDS):
            rise, superheat, boils = self._rise(chip, power, at)
            state = self.rate.state(reference, rise / power, *limits, at.temperature)
            before, power = power, float(state.power)
            if abs(power - before) <= SAME_POWER * reference:
                break
        else:
            raise DivergedError(f"immersion.chip.{chip.name}: power and temperature do not settle in a pool of "
                                f"{at.temperature - KELVIN:.1f} degC: the last is {power:.4g} W")  # fmt: skip
        critical = float(boiling.critical_heat_flux(at)) * chip.critical_factor
        return BoilingChipState(
            chip.name, chip.count, power, power / chip.surface, critical, superheat, boils, float(state.temperature),
            limits[0], state,
        )  # fmt: skip

    def _rise(self, chip, power: float, at: Saturation) -> tuple[float, float, bool]:
        """Chip over pool and superheat of its surface, K, at `power`, W, and whether it boils."""
        flux = power / chip.surface
        boils, convects = self._boiling_superheat(chip, flux, at), self._convection_superheat(chip, flux, at)
        superheat = min(boils, convects)
        return superheat + (chip.case_resistance or 0.0) * power, superheat, boils <= convects

    def _boiling_superheat(self, chip, flux: float, at: Saturation) -> float:
        if chip.surface_constant is None:
            return float(boiling.cooper_superheat(flux, at, chip.roughness, chip.enhancement))
        if self.transport is None:
            raise CaseError(f"immersion.chip.{chip.name}.surface_constant: the viscosity of {self.liquid.name}, which "
                            "Rohsenow's law needs, is not in its record: remove it, for Cooper's law")  # fmt: skip
        viscosity, conductivity = (float(law(at.temperature))
                                   for law in (self.transport.viscosity, self.transport.conductivity))  # fmt: skip
        return float(boiling.rohsenow_superheat(flux, at, viscosity, conductivity, chip.surface_constant))

    def _convection_superheat(self, chip, flux: float, at: Saturation) -> float:
        """Superheat, K, at which free convection alone would carry the heat; infinite where it is not known."""
        if self.transport is None:
            return np.inf

        def short(superheat: float) -> float:
            return free_convection(superheat, chip.height, self.transport, at.temperature) - flux

        return float(brentq(short, 0.0, HIGHEST_SUPERHEAT)) if short(HIGHEST_SUPERHEAT) > 0.0 else np.inf

    def _pressure_flags(self, at: Saturation) -> list[str]:
        relief, flags = self.immersion.pool.relief_pressure, []
        if at.pressure > relief:
            flags.append(f"pool: {at.pressure / 1e3:.1f} kPa is above the relief pressure of {relief / 1e3:.1f} kPa: "
                         "vapour is let out until heat or coolant temperature fall")  # fmt: skip
        return flags

    def _chip_flags(self, chips: list[BoilingChipState]) -> list[str]:
        wanted, flags = self.immersion.pool.critical_margin, []
        for chip in chips:
            if chip.critical_margin < 1.0:
                flags.append(f"{chip.name}: {chip.flux / 1e4:.1f} W/cm2 is beyond the critical heat flux of "
                             f"{chip.critical_flux / 1e4:.1f} W/cm2: its surface dries out")  # fmt: skip
            elif chip.critical_margin < wanted:
                flags.append(f"{chip.name}: critical heat flux is {chip.critical_margin:.2f} times its heat flux, less "
                             f"than the {wanted:g} asked for")  # fmt: skip
            if chip.state.shutdown:
                flags.append(f"{chip.name}: even the lowest clock is too hot at full rate; it would shut down")
            elif chip.state.clock < 1.0:
                flags.append(f"{chip.name}: at full rate it slows down to {float(chip.state.clock):.0%} of full clock")
            elif chip.temperature > chip.limit:
                flags.append(f"{chip.name}: {chip.temperature - chip.limit:.1f} K beyond the temperature at which it "
                             "slows down")  # fmt: skip
            if not chip.boils:
                flags.append(f"{chip.name}: its surface does not boil, free convection carries {chip.flux / 1e4:.2f} "
                             "W/cm2")  # fmt: skip
        return flags
