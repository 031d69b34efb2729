"""How long things last after a failure: when rack inlets and chips pass the temperatures that they may have."""

from __future__ import annotations

from thermo import records
from thermo.field.monitors import KELVIN
from thermo.field.porous import limits_of

DEFAULT_CLASS = "A1"


class RideThrough:
    """Follows the hottest temperature of things by name from ``begin`` (s), the first event.

    ``limits`` in degC by the key that the summary gives the time of passing, then by name. That time is interpolated
    between steps; what is above from the start has none left: zero.
    """

    def __init__(self, limits: dict[str, dict[str, float]], begin: float):
        self.limits, self.begin = limits, begin
        self.passed: dict[str, dict[str, float]] = {key: {} for key in self.limits}
        self.last: dict[str, tuple[float, float]] = {}
        self.peaks: dict[str, tuple[float, float]] = {}

    def add(self, time: float, found: dict[str, tuple[float, float]]) -> None:
        """Take in mean and hottest temperature (degC) by name at ``time`` (s)."""
        for name, (mean, top) in found.items():
            if time >= self.begin:
                before = self.peaks.get(name, (mean, top))
                self.peaks[name] = (max(mean, before[0]), max(top, before[1]))
                for key, limits in self.limits.items():
                    if name in limits and name not in self.passed[key] and top > limits[name]:
                        self.passed[key][name] = self._crossing(name, time, top, limits[name])
            self.last[name] = (time, top)

    def _crossing(self, name: str, time: float, top: float, limit: float) -> float:
        """Seconds from the beginning to where the line from the last point passes the limit."""
        former, before = self.last.get(name, (time, top))
        if before >= limit or former < self.begin:
            return max(0.0, former - self.begin) if former >= self.begin else 0.0
        return former + (time - former) * (limit - before) / (top - before) - self.begin

    def times(self, name: str) -> dict[str, float]:
        """Times (s) of passing of one thing; what did not happen is left out."""
        return {key: passed[name] for key, passed in self.passed.items() if name in passed}

    def row(self, name: str) -> dict[str, float]:
        """What the summary says of one rack."""
        row = {"inlet_peak_C": self.peaks[name][1]} if name in self.peaks else {}
        return row | self.times(name)


def of_racks(case, begin: float) -> RideThrough:
    """Rack inlets against the upper end of the rack's ASHRAE class, else ``limits.rack_inlet_max``, else that of class
    A1, and against the temperature of shutdown."""
    default = case.limits.rack_inlet_max or records.air_class(DEFAULT_CLASS).allowable[1]
    allowable = {rack.name: records.air_class(rack.ashrae_class).allowable[1] if rack.ashrae_class else default
                 for rack in case.rack}
    limits = {"ride_through_s": {name: kelvin - KELVIN for name, kelvin in allowable.items()}}
    if case.time.shutdown_temperature is not None:
        limits["shutdown_s"] = dict.fromkeys(allowable, case.time.shutdown_temperature - KELVIN)
    return RideThrough(limits, begin)


def of_solids(case, begin: float) -> RideThrough:
    """Heated solids against their own limits."""
    return RideThrough({"ride_through_s": {name: kelvin - KELVIN for name, kelvin in limits_of(case).items()}}, begin)
