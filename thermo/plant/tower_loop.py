"""Water-cooled chillers and their cooling tower, hour by hour, with free cooling through the tower.

Modes of kind = "tower", by the water the tower can make:

- free: it can make chilled-water supply minus exchanger approach: no chiller, the fans slow down to hold that;
- mixed: at full fan speed its water pre-cools the return in the plate exchanger and then enters the condensers. Only
  where this needs less power for chillers and fans than mechanical cooling does;
- mechanical: the tower serves the condensers alone; its fans slow down to hold `minimum_temperature`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermo.arrays import full, ratio, shape, zeros
from thermo.case.schema_heat_rejection import economizer_kind
from thermo.media import fluid
from thermo.plant import chiller, economizer, pump, tower, water
from thermo.plant.chiller_laws import ChillerLaw
from thermo.plant.economizer import FREE, MECHANICAL, MIXED
from thermo.plant.weather import Weather

Array = NDArray[np.float64]

EXCHANGER_APPROACH = 2.0  # K, chilled water minus tower water over the plate exchanger
MINIMUM_TEMPERATURE = 291.15  # K, of the condenser water when neither the case nor a record says it
PASSES = 2  # of the range, which depends on the chiller power, which depends on the water temperature


@dataclass(frozen=True)
class Operation:
    """One way to run: water `leaving` the tower and `entering` the condensers (K), fan `speed`, water `flow` (kg/s),
    `economized` share of the heat, and the chillers' full-load `cop`."""

    leaving: Array
    entering: Array
    speed: Array
    flow: Array
    economized: Array
    cop: Array


@dataclass(frozen=True)
class Loop:
    """The condenser-water loop: what it is made of and sized for. `rejected` is heat and chiller power, W."""

    plant: Any
    tower: tower.TowerLaw
    chiller: ChillerLaw
    wet_bulb: Array
    supply: Array
    minimum: ArrayLike
    design_rejected: Array

    @property
    def capacity(self) -> float:
        """Heat capacity of the water, J/kg/K, at 300 K."""
        return float(fluid("water").heat_capacity(300.0))

    @property
    def design_flow(self) -> Array:
        """Water flow at full load, kg/s."""
        return self.design_rejected / (self.capacity * self.plant.condenser_water.temperature_rise)

    def flow(self, rejected: Array) -> Array:
        """Water flow in proportion to the heat, at least `minimum_flow` of the design flow; none without heat."""
        held = np.maximum(rejected / self.design_rejected, self.plant.condenser_water.minimum_flow)
        return np.where(rejected > 0.0, held, 0.0) * self.design_flow

    def pump_power(self, flow: Array) -> Array:
        """Condenser-water pumps, W."""
        return pump.pump_power(self.plant.condenser_water, flow, self.design_flow, 300.0)

    def range(self, rejected: Array, flow: Array) -> Array:
        """Water into the tower minus water out of it, K, with the heat of the pumps."""
        heat = rejected + self.pump_power(flow)
        return ratio(heat, flow * self.capacity)

    def cooled(self, rejected: Array, flow: Array, target: ArrayLike) -> tower.Leaving:
        """Water that leaves the tower, with `target` (K) as the coldest that is wanted."""
        span, share = self.range(rejected, flow), flow / self.design_flow
        return tower.leaving_water(self.plant.tower, self.tower, self.wet_bulb, span, share, target)

    def mechanical(self, heat: Array) -> Operation:
        """The chillers take all the `heat`, W."""
        cop = self.chiller.cop(self.supply, np.maximum(self.wet_bulb + 4.0, self.minimum))
        for _ in range(PASSES):
            rejected = heat * (1.0 + 1.0 / cop)
            flow = self.flow(rejected)
            leaving = self.cooled(rejected, flow, self.minimum)
            cop = self.chiller.cop(self.supply, leaving.water)
        return Operation(leaving.water, leaving.water, leaving.speed, flow, zeros(shape(heat)), cop)

    def free(self, heat: Array, target: ArrayLike) -> Operation:
        """The exchanger takes all the heat, where the tower reaches `target`, K."""
        flow = self.flow(heat)
        tower_ = self.cooled(heat, flow, target)
        leaving, speed = tower_.water, tower_.speed
        ones = full(np.broadcast_shapes(shape(leaving), shape(heat)), 1.0)
        return Operation(leaving, np.maximum(leaving, self.minimum), speed, flow, ones, ones)

    def mixed(self, heat: Array, return_: Array, exchanger: ArrayLike, first_cop: Array) -> Operation:
        """Full fan speed; the exchanger takes what it can, the chillers the rest with the water behind it."""
        cop, share = first_cop, zeros(shape(heat))
        for _ in range(PASSES):
            rejected = heat * (1.0 + (1.0 - share) / cop)
            flow = self.flow(rejected)
            leaving = self.cooled(rejected, flow, -np.inf).water
            share = np.clip((return_ - leaving - exchanger) / np.maximum(return_ - self.supply, 1e-9), 0.0, 1.0)
            rise = ratio(share * heat, flow * self.capacity)
            entering = np.maximum(leaving + rise, self.minimum)
            cop = self.chiller.cop(self.supply, entering)
        return Operation(leaving, entering, full(shape(leaving), 1.0), flow, share, cop)


def run(plant, outdoor: Weather, heat: Array, design_heat: Array, supply: Array, return_: Array) -> dict:
    """Hourly arrays of chillers, tower, condenser-water pumps and water.

    `heat` to be taken from the chilled water, W; `design_heat` at full load; `supply`, `return_` of the chilled water,
    K. Chiller power inside the water temperatures is that of full-load COP; the power reported has part load in it.
    """
    loop = _loop(plant, outdoor, design_heat, supply)
    kind = economizer_kind(plant)
    mode, dry, operation = _operation(loop, outdoor, heat, design_heat, return_, kind)
    economized = operation.economized * (heat - dry.heat)
    units = chiller.units_of(plant.chiller, loop.chiller, design_heat, supply, operation.entering)
    left = np.maximum(heat - dry.heat - economized, 0.0)
    cooling = chiller.run(loop.chiller, units, left, supply, operation.entering, operation.cop)
    flow = np.where(heat - dry.heat > 0.0, operation.flow, 0.0)
    pumps = loop.pump_power(flow)
    to_tower = economized + cooling.heat + cooling.power + pumps
    fans = plant.tower.fan_power_fraction * loop.design_rejected * np.where(flow > 0.0, operation.speed, 0.0) ** 3
    hourly = {
        "mode": mode,
        "free_cooling": dry.heat + economized,
        "heat_rejection_fan_power": dry.fan_power + fans,
        "condenser_pump_power": pumps,
        "tower_heat": to_tower + fans,
        **chiller.hourly(plant.chiller, loop.chiller, units, cooling, supply, operation.entering),
        **_tower_water(loop, outdoor, to_tower, flow, operation.leaving),
    }
    if kind == "water_side":
        hourly["dry_cooler_heat"] = dry.heat + dry.fan_power
    return hourly


def _loop(plant, outdoor: Weather, design_heat: Array, supply: Array) -> Loop:
    """The loop, sized for `design_heat` and the chiller power of the hour with the highest wet bulb."""
    law, tower_law = chiller.law(plant.chiller), tower.law(plant.tower)
    minimum = plant.condenser_water.minimum_temperature
    if minimum is None:
        minimum = MINIMUM_TEMPERATURE if law.coldest_entering is None else law.coldest_entering
    hardest = np.max(outdoor.wet_bulb, axis=-1, keepdims=True)
    warmest = hardest + tower_law.approach(hardest, plant.condenser_water.temperature_rise, 1.0)
    rejected = design_heat * (1.0 + 1.0 / law.cop(supply, np.maximum(warmest, minimum)))
    return Loop(plant, tower_law, law, outdoor.wet_bulb, supply, minimum, rejected)


def _operation(loop: Loop, outdoor: Weather, heat: Array, design_heat: Array, return_: Array, kind: str):
    """Mode of each hour, what a dry cooler takes, and how the tower runs."""
    mechanical = loop.mechanical(heat)
    economizer_ = loop.plant.economizer
    if kind == "tower":
        mode, operation = _through_tower(loop, heat, return_, mechanical)
        return mode, economizer.none(heat), operation
    if kind == "water_side":
        dry = economizer.run(economizer_, heat, design_heat, loop.supply, return_, outdoor.dry_bulb, mechanical.cop)
        return dry.mode, dry, loop.mechanical(heat - dry.heat)
    none = economizer.none(heat)
    return none.mode, none, mechanical


def _through_tower(loop: Loop, heat: Array, return_: Array, mechanical: Operation) -> tuple[Array, Operation]:
    """Mode of each hour and how it runs: free, mixed or mechanical, see the module text."""
    exchanger = loop.plant.economizer.approach
    exchanger = EXCHANGER_APPROACH if exchanger is None else exchanger
    target = loop.supply - exchanger
    free, mixed = loop.free(heat, target), loop.mixed(heat, return_, exchanger, mechanical.cop)
    fans = loop.plant.tower.fan_power_fraction * loop.design_rejected

    def power(way: Operation) -> Array:
        return (1.0 - way.economized) * heat / way.cop + fans * way.speed**3

    is_free = free.leaving <= target + 1e-9
    is_mixed = ~is_free & (mixed.economized > 0.0) & (power(mixed) < power(mechanical))
    mode = np.where(is_free, FREE, np.where(is_mixed, MIXED, MECHANICAL)).astype(np.int8)

    def chosen(part: str) -> Array:
        first, second, third = (getattr(way, part) for way in (free, mixed, mechanical))
        return np.where(is_free, first, np.where(is_mixed, second, third))

    return mode, Operation(*(chosen(field.name) for field in fields(Operation)))


def _tower_water(loop: Loop, outdoor: Weather, heat: Array, flow: Array, leaving: Array) -> dict:
    """Evaporation and its consequences, and where the tower runs outside its record."""
    given = loop.plant.water
    span = ratio(heat, flow * loop.capacity)
    if given.latent_fraction is None:
        evaporated = water.tower_evaporation(heat, leaving + span, leaving, outdoor)
    else:
        evaporated = water.evaporation_of_fraction(heat, given.latent_fraction)
    return {
        "tower_water_leaving": leaving,
        "tower_outside_range": loop.tower.outside(loop.wet_bulb, span, flow / loop.design_flow) & (flow > 0.0),
        **water.balance(evaporated, given.drift_fraction * flow, given.cycles_of_concentration),
    }
