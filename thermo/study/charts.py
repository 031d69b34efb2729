"""Figures of a comparison: what every option spends, its year, its margins, and the way from one to another."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from thermo.output.charts import WIDE
from thermo.output.figure import BAD, GOOD, INK, SERIES, SOFT, Picture, vector
from thermo.output.labels import limit_name
from thermo.output.year_charts import MONTHS
from thermo.study.breakdown import ENERGY, SERVERS, parts, steps
from thermo.study.measures import Measure
from thermo.study.option import Option
from thermo.study.verdict import Verdict

PALETTE = ("#c9d1d9", SERIES[5], SERIES[2], SERIES[0], SERIES[4], SERIES[3], SERIES[7])
COLOURS = dict(zip(ENERGY.values(), PALETTE, strict=True))
MOST_NAMED = 3  # causes in the words below a waterfall
MOST_STEPS, SMALLEST_STEP = 9, 0.01  # of a waterfall; the smallest over the largest
WATERS = {
    "evaporation_L_per_year": ("evaporated on site", SERIES[0], ""),
    "blowdown_L_per_year": ("blown down on site", SERIES[5], ""),
    "source_L_per_year": ("where the electricity is made", "#d9dfe6", "///"),
}


def ranking(verdict: Verdict) -> Picture:
    """The criterion of every option, best on top, with the band of the draws."""
    measure, order = verdict.measure, verdict.order[::-1]
    figure = Figure(figsize=(WIDE, 0.9 + 0.36 * len(order)), layout="constrained")
    axes = figure.add_subplot()
    for place, option in enumerate(order):
        value, (low, high) = measure.of(option), verdict.bands[option.label]
        colour = GOOD if option is verdict.best else SERIES[0] if option.met else BAD
        axes.plot([low, high], [place, place], color=colour, linewidth=7, alpha=0.3, solid_capstyle="butt")
        axes.plot(value, place, "o", color=colour, markersize=6)
        text = f"{value:.{measure.decimals}f}" + ("" if option.met else "   limit exceeded")
        axes.annotate(text, (high, place), xytext=(6, 0), textcoords="offset points", va="center", fontsize=8)
    axes.set_yticks(range(len(order)), [option.label for option in order])
    axes.set_ylim(-0.6, len(order) - 0.4)
    left, right = axes.get_xlim()
    axes.set_xlim(left, right + 0.14 * (right - left))
    axes.set_xlabel(_axis(measure))
    axes.grid(axis="x")
    said = ", ".join(f"{option.label} {measure.of(option):.{measure.decimals}f}" for option in verdict.order)
    caption = "Dot: as computed. Bar: 5 to 95 % of the draws over what is not known well."
    return vector(figure, f"{measure.label}: {said}.", caption)


def energy(options: list[Option]) -> Picture | None:
    """Electricity on top of every kWh of IT, part by part."""
    options = [option for option in options if option.value("energy", "it_kWh")]
    if not options:
        return None
    names = [name for name in ENERGY.values() if name != SERVERS]
    rows = {option.label: _shares(option) for option in options}
    figure, axes = _bars(len(options))
    _stack(axes, rows, [(name, COLOURS[name], "") for name in names if any(name in row for row in rows.values())])
    axes.set_xlabel("kWh on top of every kWh of IT")
    said = ", ".join(f"{label} {sum(row.values()):.3f}" for label, row in rows.items())
    caption = "What every kWh of IT costs on top: the bars end at PUE − 1."
    return vector(figure, f"Overhead per kWh of IT: {said}.", caption)


def _shares(option: Option) -> dict[str, float]:
    found, it = option.summary["energy"], option.value("energy", "it_kWh")
    named = {label: found[key] / it for key, label in ENERGY.items() if key in found and label != SERVERS}
    rest = option.value("metrics", "facility_energy_kWh") / it - 1.0 - sum(named.values())
    return named | ({"other plant": rest} if abs(rest) > 1e-9 else {})


def water(options: list[Option]) -> Picture | None:
    """Water on site and where the electricity is made, per kWh of IT; drawn in one bar, never added to a number."""
    options = [option for option in options if option.value("energy", "it_kWh") and option.summary.get("water")]
    if not options:
        return None
    rows = {}
    for option in options:
        it, found = option.value("energy", "it_kWh"), option.summary["water"]
        rows[option.label] = {WATERS[key][0]: found[key] / it for key in WATERS if key in found}
    figure, axes = _bars(len(options))
    behind = WATERS["source_L_per_year"][0]
    pairs = [(sum(row.values()) - row.get(behind, 0.0), row.get(behind, 0.0)) for row in rows.values()]
    totals = [f"{site:.2f} on site, {source:.2f} behind" for site, source in pairs]
    _stack(axes, rows, [kind for kind in WATERS.values() if any(kind[0] in row for row in rows.values())], totals)
    axes.set_xlabel("litres per kWh of IT")
    alt = "Water per kWh of IT: " + "; ".join(
        f"{label} " + ", ".join(f"{name} {value:.2f} L" for name, value in row.items()) for label, row in rows.items()
    )
    caption = "Solid: on site, which is what WUE counts. Hatched: where the electricity is made."
    return vector(figure, alt + ".", caption)


def cost(options: list[Option], measure: Measure) -> Picture | None:
    """The criterion in money, part by part; small parts of one kind are joined."""
    if measure.key != "cost_USD_per_Mtoken":
        return None
    kinds = {"servers": "electricity of the servers", "electricity": "electricity of cooling and power chain",
             "peak": "charge for peaks", "water": "water", "equipment": "equipment and maintenance"}  # fmt: skip
    rows: dict[str, dict[str, float]] = {}
    for option in options:
        row = rows.setdefault(option.label, {})
        for part in parts(option, measure):
            name = kinds["servers" if part.name == SERVERS else part.kind]
            row[name] = row.get(name, 0.0) + part.value
    figure, axes = _bars(len(options))
    colours = ("#c9d1d9", SERIES[0], SERIES[3], SERIES[5], SERIES[4])
    stack = zip(kinds.values(), colours, [""] * len(kinds), strict=True)
    _stack(axes, rows, [kind for kind in stack if any(kind[0] in row for row in rows.values())])
    axes.set_xlabel("USD per million tokens")
    alt = "Cost per million tokens: " + ", ".join(f"{k} {sum(row.values()):.5f}" for k, row in rows.items()) + "."
    return vector(figure, alt, "What a million tokens costs, by cause.")


def waterfall(a: Option, b: Option, measure: Measure) -> Picture:
    """The steps from the criterion of ``a`` to that of ``b``."""
    shown = _largest(steps(a, b, measure))
    start, end = measure.of(a), measure.of(b)
    figure = Figure(figsize=(WIDE, 1.1 + 0.32 * (len(shown) + 2)), layout="constrained")
    axes = figure.add_subplot()
    _step(axes, 0, 0.0, start, SOFT, f"{start:.{measure.decimals}f}")
    here = start
    for place, (_, change) in enumerate(shown, 1):
        text = f"{change:+z.{measure.decimals}f}   {change / start:+z.1%}".replace("-", "−")
        _step(axes, place, here, change, BAD if change > 0 else GOOD, text)
        here += change
    _step(axes, len(shown) + 1, 0.0, end, SOFT, f"{end:.{measure.decimals}f}")
    axes.set_yticks(range(len(shown) + 2), [a.label, *(name for name, _ in shown), b.label])
    axes.invert_yaxis()
    reach = [start, end, *np.cumsum([start, *(change for _, change in shown)])]
    span = max(reach) - min(reach)
    low = min(reach) - max(1.2 * span, 0.02 * start)
    axes.set_xlim(max(low, 0.0), max(reach) + max(0.9 * span, 0.02 * start))
    axes.set_xlabel(_axis(measure) + (" (axis does not start at zero)" if low > 0.0 else ""))
    axes.grid(axis="x")
    alt = f"From {a.label} to {b.label}: " + ", ".join(f"{n} {c:+z.{measure.decimals}f}" for n, c in shown) + "."
    causes = ", ".join(f"{name} {_signed(change / start)}" for name, change in shown[:MOST_NAMED])
    why = f"Why {b.label} comes out at {_signed(end / start - 1.0)} against {a.label}: {causes}. Red: more."
    return vector(figure, alt, why)


def _signed(share: float) -> str:
    return f"{share:+z.1%}".replace("-", "−")


def _largest(moves: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """The steps that can be seen, largest first, and the rest as one."""
    moves = sorted(moves, key=lambda step: -abs(step[1]))
    seen = [step for step in moves[:MOST_STEPS] if abs(step[1]) > SMALLEST_STEP * abs(moves[0][1])]
    rest = sum(change for _, change in moves[len(seen) :])
    return [*seen, ("everything else", rest)] if len(seen) < len(moves) else seen


def _step(axes: Axes, place: int, start: float, change: float, colour: str, text: str) -> None:
    axes.barh(place, change, left=start, color=colour, height=0.6)
    right = max(start, start + change)
    axes.annotate(text, (right, place), xytext=(5, 0), textcoords="offset points", va="center", fontsize=8)


def months(options: list[Option]) -> Picture | None:
    """PUE and water on site month by month."""
    options = [option for option in options if option.year]
    if not options:
        return None
    figure, left, right = _two_panels(len(options))
    for number, option in enumerate(options):
        month, look = option.month, _look(number)
        facility, it = (np.bincount(month, option.year[key], 12) for key in ("facility_power", "it_power"))
        left.plot(facility / it, label=option.label, **look)
        if "water_makeup" in option.year:
            right.plot(np.bincount(month, option.year["water_makeup"], 12) * 3.6e3 / (it * 1e-3), **look)
    left.set_ylabel("PUE of the month")
    right.set_ylabel("water on site, L per kWh of IT")
    for axes in (left, right):
        axes.set_xticks(range(12), MONTHS)
        axes.grid(axis="y")
    if not right.lines:
        right.text(0.5, 0.5, "no option evaporates water", transform=right.transAxes, ha="center", color=SOFT)
    figure.legend(loc="outside lower center", ncols=3)
    lines = {option.label: line.get_ydata() for option, line in zip(options, left.lines, strict=True)}
    said = ", ".join(f"{label} {min(pue):.3f} to {max(pue):.3f}" for label, pue in lines.items())
    return vector(figure, f"PUE by month, lowest to highest: {said}.", "The year by month.")


def duration(options: list[Option]) -> Picture | None:
    """Load-duration curves: hours that the site and its cooling take at least so much power."""
    options = [option for option in options if option.year]
    if not options:
        return None
    figure, left, right = _two_panels(len(options))
    for number, option in enumerate(options):
        facility, it = option.year["facility_power"], option.year["it_power"]
        hours = np.arange(facility.size) / option.rows_per_hour
        left.plot(hours, np.sort(facility)[::-1] / 1e3, label=option.label, **(_look(number) | {"marker": ""}))
        right.plot(hours, np.sort(facility - it)[::-1] / 1e3, **(_look(number) | {"marker": ""}))
    left.set_ylabel("power of the site, kW")
    right.set_ylabel("power on top of IT, kW")
    for axes in (left, right):
        axes.set_xlabel("hours of the year at or above")
        axes.set_xlim(0, None)
        axes.set_ylim(0, None)
        axes.grid()
    figure.legend(loc="outside lower center", ncols=3)
    peaks = ", ".join(f"{option.label} {option.year['facility_power'].max() / 1e3:.0f} kW" for option in options)
    return vector(figure, f"Load-duration curves; highest power: {peaks}.", "Left: the whole site. Right: all but IT.")


def margins(options: list[Option]) -> Picture | None:
    """How much of every declared limit is used."""
    rows = [(option, row) for option in options for row in option.summary.get("limits", []) if row["limit"] > 0.0]
    if not rows:
        return None
    names = list(dict.fromkeys(row["name"] for _, row in rows))
    wide = 0.8 / len(options)
    figure = Figure(figsize=(WIDE, 1.0 + 0.2 * len(rows) + 0.1 * len(options)), layout="constrained")
    axes = figure.add_subplot()
    for number, option in enumerate(options):
        found = {row["name"]: row["value"] / row["limit"] for row in option.summary.get("limits", [])}
        shift = wide * (number - 0.5 * (len(options) - 1))
        places = [place + shift for place, name in enumerate(names) if name in found]
        used = [found[name] for name in names if name in found]
        axes.barh(places, used, height=0.9 * wide, label=option.label, color=_look(number)["color"])
    axes.axvline(1.0, color=BAD, linewidth=1.2, linestyle=(0, (5, 2)))
    axes.set_yticks(range(len(names)), [limit_name(name)[0] for name in names])
    axes.invert_yaxis()
    axes.set_xlabel("found over allowed; above 1 the limit is exceeded")
    axes.grid(axis="x")
    figure.legend(loc="outside lower center", ncols=3)
    worst = max(rows, key=lambda pair: pair[1]["value"] / pair[1]["limit"])
    alt = f"Use of the limits; the closest is {limit_name(worst[1]['name'])[0].lower()} of {worst[0].label}."
    return vector(figure, alt, "Every declared limit: how much of it is used.")


def _two_panels(count: int) -> tuple[Figure, Axes, Axes]:
    """Two charts side by side with room for a legend of `count` options below."""
    figure = Figure(figsize=(WIDE, 3.0 + 0.14 * count), layout="constrained")
    return figure, *figure.subplots(1, 2)


def _bars(count: int) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(WIDE, 1.2 + 0.4 * count), layout="constrained")
    return figure, figure.add_subplot()


def _stack(
    axes: Axes, rows: dict[str, dict[str, float]], kinds: list[tuple[str, str, str]], totals: list[str] | None = None
) -> None:
    """Horizontal stacked bars; what is in no kind is drawn as other plant; ``totals`` instead of the sums."""
    left = np.zeros(len(rows))
    known = {name for name, _, _ in kinds}
    others = [sum(value for name, value in row.items() if name not in known) for row in rows.values()]
    drawn = [(name, colour, hatch, [row.get(name, 0.0) for row in rows.values()]) for name, colour, hatch in kinds]
    if any(others):
        drawn.append(("other plant", INK, "", others))
    for name, colour, hatch, values in drawn:
        axes.barh(list(rows), values, left=left, color=colour, hatch=hatch, edgecolor=SOFT if hatch else colour,
                  linewidth=0.4, height=0.65, label=name)  # fmt: skip
        left += values
    for place, total in enumerate(left):
        beside = {"xytext": (4, 0), "textcoords": "offset points", "va": "center", "fontsize": 8}
        axes.annotate(f"{total:#.3g}" if totals is None else totals[place], (total, place), **beside)
    axes.invert_yaxis()
    axes.set_xlim(0, (1.12 if totals is None else 1.35) * max(left.max(), 1e-12))
    axes.grid(axis="x")
    axes.figure.legend(loc="outside lower center", ncols=4)


def _look(number: int) -> dict:
    """Colour and line of the option with this number, distinct beyond the eight colours."""
    return {
        "color": SERIES[number % len(SERIES)],
        "linestyle": ("-", "--", ":", "-.")[number // len(SERIES) % 4],
        "marker": "o" if number < len(SERIES) else "s",
        "markersize": 3.0,
        "linewidth": 1.3,
    }


def _axis(measure: Measure) -> str:
    return measure.words if not measure.unit else f"{measure.words}, {measure.unit}"
