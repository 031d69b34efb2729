"""The sections of the report, in order: each has a title and what it shows, and appears when that is not empty."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from thermo.output import (
    charts,
    elevations,
    floor,
    isometric,
    network_diagram,
    page,
    piping,
    plate_charts,
    rack_tables,
    resolved,
    slices,
    tables,
    tank_tables,
    time_charts,
    work_tables,
    year_charts,
)
from thermo.output.any_section import any_section, label
from thermo.output.figure import Picture
from thermo.output.page import escape, section
from thermo.result import Result


@dataclass(frozen=True)
class Material:
    """What sections are made from: the result, its ordered summary, the resolved case and rack sides by name."""

    result: Result
    summary: Mapping[str, Any]
    case: Mapping[str, Any]
    faces: Mapping[str, tuple[str, str]]

    def get(self, key: str) -> Any:
        """A section of the summary; empty where there is none."""
        return self.summary.get(key, {})

    def rows(self, key: str) -> list[Mapping[str, Any]]:
        """A section of the summary that is a list of rows."""
        return self.summary.get(key, [])


Part = Iterable[str]


def limits(m: Material) -> Part:
    """What the design must keep."""
    yield tables.limits(m.rows("limits"))


def room(m: Material) -> Part:
    """Cuts and the room in three dimensions, all on one scale."""
    if m.result.fields is None:
        return
    times = m.result.fields.times
    if len(times) > 1:
        yield page.paragraph(f"At the end of the run, after {times[-1]:g} s; fields.h5 holds {len(times)} moments.")
    yield drawn(lambda: isometric.room(m.result, m.faces, _bands(m)), "the room")
    try:
        yield from (page.figure(picture) for picture in slices.pictures(m.result, m.faces))
    except Exception as error:
        yield not_drawn("the cuts through the room", error)


def racks(m: Material) -> Part:
    """Intakes against their limits, rack by rack."""
    yield drawn(lambda: charts.rack_inlets(m.result), "the rack inlets")
    yield drawn(lambda: time_charts.rack_inlets(m.result, m.case), "the rack inlets over time")
    yield drawn(lambda: elevations.elevations(m.result, m.faces, _bands(m)), "the rack fronts")
    yield rack_tables.racks(m.rows("racks"))
    yield rack_tables.servers(m.rows("racks"))
    yield rack_tables.air(m.get("air"))


def sources(m: Material) -> Part:
    """Where the intake air comes from."""
    yield rack_tables.sources(m.rows("racks"), m.get("air").get("return_sources", {}))


def units(m: Material) -> Part:
    """Cooling units, and what the air passes through."""
    yield rack_tables.listing("Unit", rack_tables.UNITS, m.rows("cooling_units"))
    yield drawn(lambda: floor.picture(m.result), "the floor")
    yield rack_tables.listing("Plate", rack_tables.PLATES, m.rows("plates"))


def loop(m: Material) -> Part:
    """The coolant loop drawn, the branches of a rack, and the loop in time."""
    yield drawn(lambda: piping.diagram(m.result), "the piping diagram")
    yield drawn(lambda: network_diagram.diagram(m.get("liquid")), "the network")
    yield network_diagram.tables(m.get("liquid"))
    yield piping.figures(m.summary)
    yield drawn(lambda: piping.branches(m.result), "the branches of a rack")
    yield drawn(lambda: piping.series(m.result), "the loop in time")
    yield piping.mains(m.summary)


def tanks(m: Material) -> Part:
    """The tank and the chips in it."""
    yield tank_tables.tank(m.get("immersion"))
    yield drawn(lambda: time_charts.chips(m.result, m.case), "the chips over time")
    yield tank_tables.chips(m.get("immersion").get("chips", []))


def dies(m: Material) -> Part:
    """Temperatures over the dies whose plates were solved inside."""
    yield drawn(lambda: plate_charts.junctions(m.result), "the dies")
    yield drawn(lambda: plate_charts.curves(m.result), "the plates over their flow")


def year(m: Material) -> Part:
    """Energy, water and cooling modes of the year."""
    metrics, plant = m.get("metrics"), m.get("plant")
    cooling = m.get("case").get("cooling", "air")
    yield columns(tables.energy(m.get("energy"), metrics), tables.metrics(metrics, plant, cooling))
    yield drawn(lambda: year_charts.overhead(m.result), "the overhead")
    yield columns(tables.water(m.get("water"), metrics), tables.modes(plant.get("mode_hours", {})))
    yield drawn(lambda: year_charts.months(m.result), "the months")
    yield drawn(lambda: year_charts.weather(m.result), "the weather")


def work(m: Material) -> Part:
    """Tokens, chips and cost of the year."""
    made = work_tables.tokens(m.get("tokens")) + work_tables.chips(m.get("chips"))
    yield columns(made, work_tables.cost(m.get("cost")))


def convergence(m: Material) -> Part:
    """How the solution was reached and how far its balances close."""
    yield drawn(lambda: charts.convergence(m.result), "the convergence")
    yield columns(tables.balance(m.get("balance")), tables.run(m.get("run")))
    yield tables.monitors(m.rows("monitors"))


def assumptions(m: Material) -> Part:
    """What the numbers rest on."""
    yield page.items(m.result.sources)
    yield page.pairs(resolved.assumptions(m.result, m.case))


def case_text(m: Material) -> Part:
    """The case itself."""
    digest = m.get("case").get("sha256")
    yield f'<p>SHA-256 of this text: <span class="hash">{escape(digest)}</span></p>' if digest else ""
    yield f"<pre>{escape(m.result.case_text)}</pre>"


FIRST: tuple[tuple[str, Callable[[Material], Part]], ...] = (
    ("Limits", limits),
    ("The room", room),
    ("Racks", racks),
    ("Where the intake air comes from", sources),
    ("Cooling units", units),
    ("Coolant loop", loop),
    ("Immersion", tanks),
    ("Chips on their cold plates", dies),
)
LAST: tuple[tuple[str, Callable[[Material], Part]], ...] = (
    ("Energy, water and the plant's year", year),
    ("Tokens and cost", work),
    ("Convergence and balance", convergence),
    ("Assumptions and data sources", assumptions),
    ("The case as it was run", case_text),
)
# Parts of the summary that the sections above show; any other gets a section of its own between them.
SHOWN = frozenset({"schema", "case", "run", "balance", "racks", "air", "cooling_units", "plates", "plant", "metrics",
                   "energy", "water", "limits", "immersion", "monitors", "liquid", "tokens", "chips",
                   "cost"})  # fmt: skip


def sections(material: Material) -> dict[str, str]:
    """HTML of every section that has something to show, by title."""
    tank = bool(material.get("immersion"))
    made = {"The tank" if tank and title == "The room" else title: list(part(material)) for title, part in FIRST}
    made |= {label(key): [any_section(content)] for key, content in material.summary.items() if key not in SHOWN}
    made |= {title: list(part(material)) for title, part in LAST}
    return {title: text for title, parts in made.items() if (text := section(title, *parts))}


def _bands(m: Material) -> np.ndarray:
    """Colour bands of the cuts, so that all figures of the room compare."""
    return slices.temperature_bands(m.result, m.faces)


def drawn(draw: Callable[[], Picture | None], what: str) -> str:
    """A figure, or why it is missing: hours of solving are not lost to a drawing."""
    try:
        return page.figure(draw())
    except Exception as error:
        return not_drawn(what, error)


def not_drawn(what: str, error: Exception) -> str:
    """A note in place of a figure."""
    reason = " ".join(str(error).split())
    return f'<p class="verdict warn">{escape(f"Not drawn: {what} ({type(error).__name__}: {reason})")}</p>'


def columns(*parts: str) -> str:
    """Parts side by side where there is room."""
    there = [part for part in parts if part]
    if len(there) < 2:
        return "".join(there)
    return '<div class="columns">\n' + "\n".join(f"<div>{part}</div>" for part in there) + "\n</div>"
