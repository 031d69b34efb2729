"""The file of a sweep: which cases, what varies and how, what to look at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, StrictFloat, StrictInt, Tag, ValidationError, model_validator

from thermo.case.messages import explain
from thermo.case.quantity import wrong
from thermo.case.shipped import shipped_cases
from thermo.case.source import read
from thermo.case.table import Table
from thermo.case.units import NUMBER_THEN_UNIT
from thermo.case.variants import OF_THE_YEAR
from thermo.errors import CaseError

Amount = StrictInt | StrictFloat | str


class Span(Table):
    """Values of one key: a range, or a normal distribution."""

    low: Amount | None = Field(None, description="Lower end; number, or number with unit.")
    high: Amount | None = Field(None, description="Upper end, in the same unit.")
    steps: Annotated[StrictInt, Field(ge=2)] | None = Field(None, description="Number of values in a grid.")
    mean: Amount | None = Field(None, description="Mean of a normal distribution.")
    deviation: Amount | None = Field(None, description="Its standard deviation, in the same unit.")

    @model_validator(mode="after")
    def _one_kind(self) -> Span:
        pair = self.given("low", "high"), self.given("mean", "deviation")
        if sorted(map(len, pair)) != [0, 2]:
            raise wrong("give low and high, or mean and deviation")
        if self.steps is not None and pair[1]:
            raise wrong("steps has no effect with mean and deviation: remove it")
        first, second = self.numbers
        if self.low is not None and not first < second:
            raise wrong("low must be below high")
        if self.mean is not None and not second > 0.0:
            raise wrong("deviation must be above 0")
        return self

    @property
    def numbers(self) -> tuple[float, float]:
        """Low and high, or mean and deviation."""
        return tuple(amount(value)[0] for value in self._pair)

    @property
    def unit(self) -> str:
        """Their unit; empty for plain numbers."""
        units = {amount(value)[1] for value in self._pair}
        if len(units) > 1:
            raise wrong(f"has two units, {' and '.join(sorted(units)) or 'none'}: write both with the same one")
        return units.pop()

    @property
    def _pair(self) -> tuple[Any, Any]:
        return (self.mean, self.deviation) if self.low is None else (self.low, self.high)

    def text(self, value: float) -> Any:
        """A value of the span as a case file would have it."""
        return f"{value!r} {self.unit}" if self.unit else value


def amount(value: Any) -> tuple[float, str]:
    """Number and unit of a plain number or of text such as "4 K"."""
    if not isinstance(value, str):
        return float(value), ""
    match = NUMBER_THEN_UNIT.fullmatch(value)
    if match is None:
        raise wrong(f'{value!r} is not a number with a unit, such as "4 K"')
    return float(match[1]), match[2]


Values = Annotated[
    Annotated[list[Any], Tag("list")] | Annotated[Span, Tag("span")],
    Discriminator(lambda given: "span" if isinstance(given, dict | Span) else "list"),
]


class Optimise(Table):
    """What the set-points are chosen for."""

    minimise: str = Field(min_length=3, description="Figure of the summary, such as tokens.cost_USD_per_Mtoken.")


class SweepFile(Table):
    """A sweep. Keys under [vary] are those of the case; a list gives values, a table a span."""

    case: str | None = Field(None, min_length=1, description="Case file, beside this one or shipped.")
    cases: tuple[str, ...] = Field((), description="Several cases under the same variation: bands on their verdict.")
    method: Literal["grid", "latin_hypercube", "sobol", "optimise"] = Field(
        "grid", description="How points are chosen."
    )
    samples: Annotated[StrictInt, Field(ge=2, le=1_000_000)] = Field(
        64, description="Points of a Latin hypercube; base samples of Sobol (a power of 2); most points of optimise."
    )
    seed: Annotated[StrictInt, Field(ge=0)] = Field(0, description="Of the random numbers.")
    outputs: tuple[str, ...] = Field(
        ("tokens.cost_USD_per_Mtoken", "tokens.J_per_token", "metrics.pue", "metrics.wue_site_L_per_kWh"),
        description="Figures of the summary to tabulate, as section.key.",
    )
    vary: dict[str, Values] = Field(min_length=1, description="What varies.")
    optimise: Optimise | None = Field(None, description="Needed with method optimise.")

    @model_validator(mode="after")
    def _fits(self) -> SweepFile:
        if (self.case is None) == (not self.cases):
            raise wrong("give case, or cases with two and more")
        if (self.optimise is None) != (self.method != "optimise"):
            raise wrong('[optimise] and method = "optimise" belong together')
        if self.method == "sobol" and self.samples & (self.samples - 1):
            raise wrong(f"samples must be a power of 2 for sobol, not {self.samples}")
        for key, values in self.vary.items():
            self._check(key, values)
        return self

    def _check(self, key: str, values: list[Any] | Span) -> None:
        if isinstance(values, Span):
            _ = values.unit
            if self.method == "grid" and values.steps is None:
                raise wrong(f"{key}: a grid needs a list of values, or low, high and steps")
            if self.method != "grid" and values.steps is not None:
                raise wrong(f'{key}: steps has no effect with method = "{self.method}": remove it')
            if self.method == "optimise" and values.low is None:
                raise wrong(f"{key}: optimise needs low and high")
        elif self.method == "optimise":
            raise wrong(f"{key}: optimise needs low and high, not a list")
        elif len(values) < (1 if self.method == "grid" else 2):
            raise wrong(f"{key}: an empty list, or one value only, does not vary")

    @property
    def only_year(self) -> bool:
        """Whether everything that varies concerns the year alone: the field is then solved once."""
        return all(key.split(".")[0] in OF_THE_YEAR for key in self.vary)


@dataclass(frozen=True)
class Sweep:
    """A sweep file as read: `file`, its settings, and where its cases are."""

    file: Path
    settings: SweepFile
    cases: list[Path]


def load(path: Path | str) -> Sweep:
    """Read a sweep file. Raises :class:`CaseError` with one line."""
    path = Path(path)
    tables = read(path, str(path))
    try:
        settings = SweepFile.model_validate(tables)
    except ValidationError as error:
        key, text = explain(error, tables)
        text = re.sub(r"^case: ", "", text)
        raise CaseError(f"{path}: {key if key != 'case' or 'case' in tables else 'sweep'}: {text}") from None
    names = [settings.case] if settings.case else list(settings.cases)
    return Sweep(path, settings, [_case(path, name) for name in names])


def _case(path: Path, name: str) -> Path:
    """A case beside the sweep file, else one that is shipped."""
    beside = path.parent / name
    return beside if beside.exists() else shipped_cases().get(Path(name).stem, beside)
