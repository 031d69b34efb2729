"""How long racks last after a failure: when their inlets pass the allowable temperature and that of shutdown."""

from __future__ import annotations

from thermo import records
from thermo.field.monitors import KELVIN

DEFAULT_CLASS = "A1"


class RideThrough:
    """Follows the hottest inlet of every rack from ``begin`` (s), the first event.

    ``allowable``: upper end of the rack's ASHRAE class, else ``limits.rack_inlet_max``, else that of class A1. The
    time of passing is interpolated between steps; a rack that is above from the start has none left: zero.
    """

    def __init__(self, case, begin: float):
        self.begin = begin
        default = case.limits.rack_inlet_max or records.air_class(DEFAULT_CLASS).allowable[1]
        allowable = {rack.name: records.air_class(rack.ashrae_class).allowable[1] if rack.ashrae_class else default
                     for rack in case.rack}
        self.limits = {"ride_through_s": {name: kelvin - KELVIN for name, kelvin in allowable.items()}}
        if case.time.shutdown_temperature is not None:
            shutdown = case.time.shutdown_temperature - KELVIN
            self.limits["shutdown_s"] = dict.fromkeys(allowable, shutdown)
        self.passed: dict[str, dict[str, float]] = {key: {} for key in self.limits}
        self.last: dict[str, tuple[float, float]] = {}
        self.peaks: dict[str, tuple[float, float]] = {}

    def add(self, time: float, racks: dict[str, tuple[float, float]]) -> None:
        """Take in mean and hottest inlet (degC) of the racks at ``time`` (s)."""
        for name, (mean, top) in racks.items():
            if time >= self.begin:
                before = self.peaks.get(name, (mean, top))
                self.peaks[name] = (max(mean, before[0]), max(top, before[1]))
                for key, limits in self.limits.items():
                    if name not in self.passed[key] and top > limits[name]:
                        self.passed[key][name] = self._crossing(name, time, top, limits[name])
            self.last[name] = (time, top)

    def _crossing(self, name: str, time: float, top: float, limit: float) -> float:
        """Seconds from the beginning to where the line from the last point passes the limit."""
        former, before = self.last.get(name, (time, top))
        if before >= limit or former < self.begin:
            return max(0.0, former - self.begin) if former >= self.begin else 0.0
        return former + (time - former) * (limit - before) / (top - before) - self.begin

    def row(self, name: str) -> dict[str, float]:
        """What the summary says of one rack: what did not happen is left out."""
        row = {"inlet_peak_C": self.peaks[name][1]} if name in self.peaks else {}
        return row | {key: passed[name] for key, passed in self.passed.items() if name in passed}
