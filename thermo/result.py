"""What a run hands over: plain data, read by output, study and metrics; it knows no solver.

Arrays are ``(z, y, x)`` in C order, lengths in metres, temperatures in kelvin, everything else SI unless a unit says
otherwise. A :class:`Result` may hold a field, a year, both or (a plant-only case) no field.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np


@dataclass(frozen=True)
class Variable:
    """One cell-centred variable: ``values`` of shape (nz, ny, nx) in ``unit`` (UDUNITS spelling, "K", "m s-1")."""

    values: np.ndarray
    unit: str
    long_name: str


@dataclass(frozen=True)
class Line:
    """Samples of a line monitor: ``x``, ``y``, ``z`` [m] and ``values`` [``unit``], each of shape (points,)."""

    name: str
    quantity: str
    unit: str
    x: np.ndarray
    y: np.ndarray
    z: np.ndarray
    values: np.ndarray


@dataclass(frozen=True)
class Fields:
    """The solved field on a rectilinear grid.

    ``x_nodes``, ``y_nodes``, ``z_nodes``: cell edges [m], float64, shapes (nx + 1,), (ny + 1,), (nz + 1,), increasing.
    ``cells``: variables by name: "T" K; "u", "v", "w" m/s; "p" Pa; "k" m2/s2; "epsilon" m2/s3; "nu_t" m2/s;
    "object" int32, the object that fills the cell (0 = fluid), named by ``object_names``.
    ``grid_report``: cell count, aspect ratio, growth and whatever else the grid says of itself.
    ``times``: moments [s] of the stored fields, the last being that of ``cells``; ``earlier``: the values of ``cells``
    by name at each moment before, where a variable had any.
    """

    x_nodes: np.ndarray
    y_nodes: np.ndarray
    z_nodes: np.ndarray
    cells: dict[str, Variable]
    lines: list[Line]
    object_names: dict[int, str]
    grid_report: dict[str, Any]
    times: tuple[float, ...] = (0.0,)
    earlier: tuple[dict[str, np.ndarray], ...] = ()

    def at(self, step: int) -> dict[str, np.ndarray]:
        """Return the values of every variable of ``cells`` at one of the ``times``: NaN where it had none yet."""
        if step == len(self.times) - 1:
            return {name: variable.values for name, variable in self.cells.items()}
        there = self.earlier[step]
        return {name: variable.values if name == "object" else there.get(name, np.full_like(variable.values, np.nan))
                for name, variable in self.cells.items()}


@dataclass(frozen=True)
class Box:
    """A thing to draw: ``kind`` is rack, supply, return, tile, obstacle, baffle or seeped (heat sinks and porous
    blocks, whose fluid has values of its own); ``lo``, ``hi`` corners [m]."""

    name: str
    kind: str
    lo: tuple[float, float, float]
    hi: tuple[float, float, float]
    label: str


@dataclass(frozen=True)
class PlateMap:
    """Junction temperatures of cold plates of one kind whose inside was solved, the hottest first.

    ``junction``: K, (plates, y, x) on the active side of the die; ``x_nodes`` along the coolant and ``y_nodes`` across,
    cell edges [m] from the middle of the die; ``names``, coolant ``inlet`` [K] and ``flow`` [L/min] of each plate;
    ``power`` of one [W]. ``curve``: "flow_L_min", "resistance_K_W" (hottest point to inlet) and "pressure_drop_Pa" of
    one plate at the inlet of the hottest. ``measured``: resistance [K/W] of the hottest by the record that counts
    instead, None where the design does.
    """

    kind: str
    names: tuple[str, ...]
    x_nodes: np.ndarray
    y_nodes: np.ndarray
    junction: np.ndarray
    inlet: np.ndarray
    flow: np.ndarray
    power: float
    curve: dict[str, np.ndarray]
    measured: float | None = None


class Year(Protocol):
    """What output reads of a plant year: arrays of equal length and the unit of each, by the same key; a row of them
    is `step` s: an hour, or a part of one."""

    hourly: dict[str, np.ndarray]
    units: dict[str, str]
    step: float


@dataclass(frozen=True)
class Result:
    """A finished run.

    ``summary``: the summary contract (see :mod:`thermo.output.summary`), what does not apply left out.
    ``history``: convergence, arrays of one length: "iteration", "level", "mass", "heat", "update_u", "update_T" (each
    relative, dimensionless) and "monitor:<name>" (a temperature in degC unless the monitor's summary entry has a unit).
    Of a time-dependent run one entry a time step: "time" and "time_step" [s], "courant", "error" (local error over
    what is allowed), "mass", "heat" and the monitors; NaN where something was not taken at that step.
    ``case_text``: the resolved case, TOML. ``log``: lines of log.txt. ``room_lo``, ``room_hi``: corners of the room, m.
    ``loop``: columns over the branches of a coolant loop, "name" among them. ``loop_series``: columns over the time
    steps of a loop, "time_s" among them. ``plates``: cold plates whose inside was solved. ``sources``: assumptions and
    data sources, one sentence each, printed in the report.
    """

    summary: dict[str, Any]
    fields: Fields | None
    boxes: list[Box]
    history: dict[str, np.ndarray]
    year: Year | None
    case_text: str
    log: list[str]
    room_lo: tuple[float, float, float]
    room_hi: tuple[float, float, float]
    sources: list[str] = field(default_factory=list)
    loop: dict[str, np.ndarray] = field(default_factory=dict)
    loop_series: dict[str, np.ndarray] = field(default_factory=dict)
    plates: list[PlateMap] = field(default_factory=list)
