"""The whole case: every table of the file as one frozen object in SI units."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import Field, PrivateAttr

from thermo.case.schema_cooling import CoolingUnit
from thermo.case.schema_immersion import Immersion
from thermo.case.schema_liquid import Liquid
from thermo.case.schema_load import Load
from thermo.case.schema_money import Electricity, Money
from thermo.case.schema_network import Network
from thermo.case.schema_numerics import Grid, Monitor, Solve
from thermo.case.schema_objects import Baffle, Cutout, Duct, Heat, Obstacle, Panel, Return, Supply, Tile
from thermo.case.schema_physics import Fluid, Initial, Physics
from thermo.case.schema_plant import Plant
from thermo.case.schema_porous import HeatSink, Porous
from thermo.case.schema_rack import Rack
from thermo.case.schema_room import Room
from thermo.case.schema_site import About, Limits, Site
from thermo.case.schema_time import Event, TimeMarch
from thermo.case.table import Table
from thermo.errors import CaseError


class Case(Table):
    """A thermo case. The file's tables are its attributes (``case`` is called ``about``, ``return`` is ``returns``)."""

    about: About = Field(About(), alias="case", description="Name, title, cooling and size.")
    room: Room | None = Field(None, description="The box that is solved; a closed loop and boiling tanks need none.")
    fluid: Fluid | None = Field(None, description="What fills it; needed with a room.")
    physics: Physics = Field(Physics(), description="Which equations are solved, with which schemes.")
    grid: Grid | None = Field(None, description="How fine it is divided; needed with a room.")
    rack: tuple[Rack, ...] = Field((), description="Racks.")
    cooling_unit: tuple[CoolingUnit, ...] = Field((), description="CRAHs, CRACs and fan walls.")
    supply: tuple[Supply, ...] = Field((), description="Openings that blow air in.")
    returns: tuple[Return, ...] = Field((), alias="return", description="Openings where air leaves.")
    tile: tuple[Tile, ...] = Field((), description="Perforated plates in the air.")
    cutout: tuple[Cutout, ...] = Field((), description="Cable and pipe holes in panels.")
    panel: tuple[Panel, ...] = Field((), description="Raised floors, ceilings, containment and doors, with leakage.")
    duct: tuple[Duct, ...] = Field((), description="Closed boxes of air between two faces.")
    baffle: tuple[Baffle, ...] = Field((), description="Thin plates that block the air.")
    obstacle: tuple[Obstacle, ...] = Field((), description="Solid blocks.")
    heat: tuple[Heat, ...] = Field((), description="Boxes with heat in them.")
    heat_sink: tuple[HeatSink, ...] = Field((), description="Finned heat sinks that are not resolved.")
    porous: tuple[Porous, ...] = Field((), description="Blocks that resist the flow.")
    monitor: tuple[Monitor, ...] = Field((), description="Quantities to watch and report.")
    initial: Initial = Field(Initial(), description="Where the iteration starts.")
    solve: Solve = Field(Solve(), description="When the solution counts as found.")
    liquid: Liquid | None = Field(None, description='The technology loop of cooling = "closed_loop".')
    network: Network | None = Field(None, description='A coolant network of any topology, instead of liquid.')
    immersion: Immersion | None = Field(None, description='The tanks of cooling = "immersion".')
    time: TimeMarch | None = Field(None, description="Makes the run time-dependent.")
    event: tuple[Event, ...] = Field((), description="What changes during a time-dependent run, and when.")
    site: Site | None = Field(None, description="Weather and electricity; needed for a year.")
    plant: Plant | None = Field(None, description="What takes the heat away; needed for a year.")
    load: Load | None = Field(None, description="Work of the servers over the year: tokens, watts, chip temperature.")
    electricity: Electricity | None = Field(None, description="Price and carbon of electricity by the hour.")
    money: Money | None = Field(None, description="Tariffs and equipment.")
    limits: Limits = Field(Limits(), description="What the design must keep.")

    _file: str = PrivateAttr("")
    _resolved: Callable[[], str] = PrivateAttr(str)
    _weather_file: Path | None = PrivateAttr(None)
    _tables: dict[str, Path] = PrivateAttr(default_factory=dict)

    @property
    def file(self) -> str:
        """The case file as it was named by the user."""
        return self._file

    @property
    def source_text(self) -> str:
        """The resolved case as TOML: extends, size and --set applied. Loading it gives this case again."""
        return self._resolved()

    @property
    def sha256(self) -> str:
        """SHA-256 of ``source_text``, hexadecimal."""
        return hashlib.sha256(self.source_text.encode()).hexdigest()

    @property
    def weather_file(self) -> Path | None:
        """The weather file of the site, found beside the case or among the shipped ones; ``None`` if there is none."""
        return self._weather_file

    def table_file(self, key: str) -> Path:
        """The file that ``key`` (such as "load.trace") names, found beside the case or among the shipped ones."""
        return self._tables[key]

    @property
    def name(self) -> str:
        """The short name: from the file's ``case.name``, otherwise the file name without its ending."""
        return self.about.name or Path(self._file).stem

    @property
    def title(self) -> str:
        """One line for the report; the name where none is given."""
        return self.about.title or self.name

    @property
    def cooling(self) -> str:
        """How the racks are cooled."""
        return self.about.cooling

    @property
    def size(self) -> str:
        """The size that was chosen: quick, full or another of the file's overlays."""
        return self.about.size

    @property
    def objects(self) -> list[Any]:
        """All boxes in the room, racks and cooling units first, then openings, plates, ducts, solids and heat."""
        groups = (
            self.rack, self.cooling_unit, self.supply, self.returns, self.tile, self.cutout, self.panel, self.duct,
            self.baffle, self.obstacle, self.heat, self.heat_sink, self.porous,
        )  # fmt: skip
        return [box for group in groups for box in group]

    def field_only(self) -> Case:
        """This case without plant and limits: what the field knows of it where something else carries both."""
        return self.model_copy(update={"plant": None, "limits": Limits()})

    def error(self, key: str, text: str) -> CaseError:
        """Return a :class:`CaseError` about ``key`` of this case's file, to be raised by whoever finds a problem."""
        return CaseError(f"{self._file}: {key}: {text}")

    @contextmanager
    def errors_at(self, key: str) -> Iterator[None]:
        """Inside the block a :class:`CaseError` of a record or table is one about ``key`` of this case's file."""
        try:
            yield
        except CaseError as problem:
            raise self.error(key, str(problem)) from None
