"""Which option, by how much, and how sure: ranking, and draws over what is not known well."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from thermo.case.units import to_si
from thermo.study.breakdown import ROUND_OFF, SERVERS, parts
from thermo.study.measures import Measure, criterion
from thermo.study.option import Option

Array = NDArray[np.float64]

DRAWS, SEED = 4000, 20240101
MOST_NAMED = 4  # options behind the second that the verdict names
SPREADS = {
    "electricity price": (0.20, "the same for options at one site"),
    "water price": (0.50, "the same for options at one site"),
    "energy of the servers": (0.05, "the same for options with one server"),
    "energy of cooling and power chain": (0.15, "each option for itself; PUE of models against sites: 0.03 to 0.05"),
    "water on site": (0.25, "each option for itself; WUE of models against sites: 20 to 30 %"),
    "price of equipment": (0.25, "the same for options with one price and source; the range of the case where it gives "
                           "one"),
}
"""What the draws vary, by how much up and down (evenly spread), and for whom together."""


@dataclass(frozen=True)
class Verdict:
    """`order`: options, best first: those that meet their limits before those that do not, then by the criterion.

    `sure`: share of draws in which the first stays first among those that meet their limits; `low`, `high`: 5 and 95 %
    of what the second costs more, relative to the first (None with one option). `ahead`: by label, the share of draws
    in which the first is not above the option.
    """

    measure: Measure
    order: list[Option]
    sure: float
    low: float | None
    high: float | None
    bands: dict[str, tuple[float, float]]
    ahead: dict[str, float]

    @property
    def best(self) -> Option:
        """The first option."""
        return self.order[0]


def judge(options: list[Option]) -> Verdict | None:
    """The verdict on the options; None when they have no criterion in common."""
    measure = criterion(options)
    if measure is None:
        return None
    order = sorted(options, key=lambda option: (not option.met, measure.of(option)))
    drawn = draws(options, measure)
    bands = {label: tuple(float(q) for q in np.percentile(values, (5, 95))) for label, values in drawn.items()}
    best = order[0]
    rivals = [option for option in order[1:] if option.met == best.met]
    ahead = {label: float(np.mean(drawn[best.label] <= values)) for label, values in drawn.items()}
    if not rivals:
        return Verdict(measure, order, 1.0, None, None, bands, ahead)
    stays = np.all([drawn[best.label] <= drawn[rival.label] for rival in rivals], axis=0)
    more = drawn[rivals[0].label] / drawn[best.label] - 1.0
    low, high = np.percentile(more, (5, 95))
    return Verdict(measure, order, float(stays.mean()), float(low), float(high), bands, ahead)


def draws(options: list[Option], measure: Measure) -> dict[str, Array]:
    """The criterion of every option, by label, in :data:`DRAWS` draws."""
    rng = np.random.default_rng(SEED)
    shared: dict[tuple[str, str], Array] = {}

    def factor(what: str, whom: str, span: tuple[float, float] | None = None) -> Array:
        if (what, whom) not in shared:
            low, high = span or (1.0 - SPREADS[what][0], 1.0 + SPREADS[what][0])
            shared[what, whom] = low + (high - low) * rng.uniform(0.0, 1.0, DRAWS)
        return shared[what, whom]

    return {option.label: _drawn(option, measure, factor) for option in options}


def _drawn(option: Option, measure: Measure, factor) -> Array:
    """One option: every part times the factors of its causes."""
    total = np.zeros(DRAWS)
    money = measure.key == "cost_USD_per_Mtoken"
    servers = factor("energy of the servers", option.server) if measure.key != "pue" else 1.0
    for part in parts(option, measure):
        own = servers if part.name == SERVERS else factor("energy of cooling and power chain", option.label)
        if part.kind == "water":
            own = factor("water price", option.site) * factor("water on site", option.label)
        elif part.kind == "equipment":
            bought = _bought(option, part.name)
            own = factor("price of equipment", str(bought or option.label), _span(bought))
        elif money:
            own = own * factor("electricity price", option.site)
        total = total + part.value * own
    return total


def _bought(option: Option, name: str) -> dict | None:
    """The entry of the case that a part of the cost is bought by: same text, same draw."""
    rows = option.case.get("money", {}).get("capex", [])
    return next((row for row in rows if name.endswith(f", {row.get('name')}")), None)


def _span(bought: dict | None) -> tuple[float, float] | None:
    """Lowest and highest price of an entry over its price, where it gives a range."""
    if not bought or "range" not in bought:
        return None
    given = (*bought["range"], bought["per_power"])
    low, high, price = (to_si(value, "USD/W") if isinstance(value, str) else value for value in given)
    return low / price, high / price


def sentences(verdict: Verdict | None) -> list[str]:
    """The verdict in words, the most important first, or why there is none."""
    if verdict is None:
        return ["No verdict: the options have neither cost, energy per token nor PUE in common."]
    measure, best = verdict.measure, verdict.best
    unit = f" {measure.unit}" if measure.unit else ""
    value = measure.of(best)
    cheaper = any(measure.of(option) < value for option in verdict.order if option.met != best.met)
    among = " among those that meet their limits" if cheaper else ""
    lines = [f"{best.title} ({best.label}): lowest {measure.words}{among}, {value:.{measure.decimals}f}{unit}."]
    rivals = [option for option in verdict.order[1:] if option.met == best.met]
    if rivals:
        second = rivals[0]
        more = measure.of(second) / value - 1.0
        lines.append(
            f"Next is {second.label} with {measure.of(second):.{measure.decimals}f}{unit}, {more:.1%} more; with what "
            f"is not known well {_signed(verdict.low)} to {_signed(verdict.high)} more (5 to 95 %)."
        )
        lines.append(_confidence(verdict.sure))
        lines += _break_even(verdict, second) + _behind(verdict, rivals[1:])
    failed = [option.label for option in verdict.order if not option.met]
    if failed and best.met:
        lines.append(f"Out, because a limit is exceeded or the run did not converge: {', '.join(failed)}.")
    if not best.met:
        lines.append("No option meets all its limits: this is the best of those that fail.")
    return lines


def _signed(share: float) -> str:
    return f"{share:z.1%}".replace("-", "−")


def _behind(verdict: Verdict, others: list[Option]) -> list[str]:
    """The options behind the second: how much more each takes, and how sure that is."""
    if not others:
        return []
    value = verdict.measure.of(verdict.best)
    found = [f"{option.label} {verdict.measure.of(option) / value - 1.0:.1%} more, behind in "
             f"{verdict.ahead[option.label]:.0%} of the draws" for option in others[:MOST_NAMED]]
    rest = len(others) - len(found)
    return ["Further: " + "; ".join(found) + (f"; and {rest} more." if rest else ".")]


def _break_even(verdict: Verdict, second: Option) -> list[str]:
    """How much more the equipment of the first may cost before the second is ahead; what both buy costs both more."""
    if verdict.measure.key != "cost_USD_per_Mtoken":
        return []
    own, other = (_equipment(option, verdict.measure) for option in (verdict.best, second))
    bought = [entry for entry, _ in own if entry is not None]
    equipment = sum(value for _, value in own)
    more = equipment - sum(value for entry, value in other if entry in bought)
    gap = verdict.measure.of(second) - verdict.measure.of(verdict.best)
    if equipment == 0.0:
        return []
    if more <= ROUND_OFF * equipment:
        dearer = f"where that of the first alone costs {gap / equipment:.0%} more, {second.label} is ahead"
        return [f"Both buy their equipment at the same price: {dearer}."]
    return [f"Its equipment may cost {gap / more:.0%} more than the case says before {second.label} is ahead."]


def _equipment(option: Option, measure: Measure) -> list[tuple[dict | None, float]]:
    """Entry of the case and yearly cost of all that is bought."""
    found = [part for part in parts(option, measure) if part.kind == "equipment"]
    return [(_bought(option, part.name), part.value) for part in found]


def _confidence(sure: float) -> str:
    word = "clear" if sure >= 0.95 else "likely" if sure >= 0.8 else "open: the options are too close to call"
    return f"It stays first in {sure:.0%} of the draws: the verdict is {word}."
