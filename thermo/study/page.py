"""comparison.html: verdict first, then what it rests on; one file that needs no network."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from string import Template

from thermo import __version__
from thermo.output import figure, page
from thermo.output.figure import Picture
from thermo.output.labels import limit_name, value
from thermo.output.page import Column, escape, section
from thermo.study import charts, cuts
from thermo.study.breakdown import split, steps
from thermo.study.measures import MEASURES, Measure, shown
from thermo.study.option import Option
from thermo.study.verdict import DRAWS, SPREADS, Verdict, sentences

STYLE = """<style>
table.sort thead th { cursor: pointer; } table.sort thead th[aria-sort]::after { content: " ▲"; font-size: 70%; }
table.sort thead th[aria-sort=descending]::after { content: " ▼"; }
table.sort thead th:focus-visible { outline: 2px solid var(--ink); }
td small { color: var(--soft); display: block; }
.sources td { overflow-wrap: anywhere; }
.phone { display: none; }
@media (max-width: 560px) { figure { overflow-x: auto; } figure img { min-width: 640px; } .phone { display: block; }
  .wide tbody th, .wide thead th:first-child { white-space: normal; overflow-wrap: anywhere; min-width: 7.5em;
    position: sticky; left: 0; background: #fff; } }
@media print { table.sort thead th::after { content: none !important; }
  .wide table { table-layout: fixed; font-size: 7.5pt; }
  .wide th, .wide td { padding: 3px 4px; overflow-wrap: anywhere; hyphens: auto; }
  .wide tbody th, .wide td.number, .wide td.yes, .wide td.no { white-space: normal; }
  .wide tr > :first-child { width: 20%; } }
</style>"""
SCRIPT = """<script>
document.querySelectorAll("table.sort").forEach(function (table) {
  var heads = table.tHead.rows[0].cells, body = table.tBodies[0];
  function key(row, i) { var cell = row.cells[i], given = cell.getAttribute("data-value");
    return given === null ? cell.textContent.trim() : given === "" ? Infinity : parseFloat(given); }
  function sort(i) {
    var down = heads[i].getAttribute("aria-sort") === "ascending";
    Array.from(heads).forEach(function (head) { head.removeAttribute("aria-sort"); });
    heads[i].setAttribute("aria-sort", down ? "descending" : "ascending");
    Array.from(body.rows).sort(function (a, b) { var x = key(a, i), y = key(b, i);
      return (x < y ? -1 : x > y ? 1 : 0) * (down ? -1 : 1); }).forEach(function (row) { body.appendChild(row); });
  }
  Array.from(heads).forEach(function (head, i) { head.tabIndex = 0;
    head.addEventListener("click", function () { sort(i); });
    head.addEventListener("keydown", function (event) {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); sort(i); } }); });
});
</script>"""
OVERVIEW = ("cost_USD_per_Mtoken", "J_per_token", "water_site_L_per_Mtoken", "water_source_L_per_Mtoken",
            "carbon_kg_per_Mtoken", "pue", "wue_site_L_per_kWh", "peak_power_W", "margin_K", "ride_through_s",
            "time to first throttle")  # fmt: skip
FAILURE = ("ride_through_s", "shutdown_s", "time to first throttle", "time to first shutdown", "lowest clock in time",
           "share of tokens late at the end", "share of tokens not made in time")
"""Keys of the figures that a run through a failure gives."""
MOST_WATERFALLS = 4
MOST_BESIDE = 5  # options in one table beside the first


def text(options: list[Option], verdict: Verdict | None) -> str:
    """The page as HTML."""
    template = Template(resources.files("thermo.output").joinpath("report_template.html").read_text(encoding="utf-8"))
    with figure.style():
        body = _body(options, verdict)
    return template.substitute(
        version=escape(__version__),
        title=escape("Comparison – thermo"),
        heading=escape(f"Comparison of {len(options)} options"),
        about=escape(" · ".join([*(option.label for option in options), f"thermo {__version__}"])),
        body=STYLE + body + SCRIPT,
    )


def _body(options: list[Option], verdict: Verdict | None) -> str:
    ordered = verdict.order if verdict else options
    measure = verdict.measure if verdict else None
    return "".join([
        _verdict(verdict),
        section("The options", _overview(ordered), page.paragraph("A click on a heading sorts the table."),
                '<p class="phone">Wide tables and figures scroll sideways.</p>',
                _drawn(charts.ranking, verdict) if verdict else ""),
        section("Why they differ", *_waterfalls(verdict)),
        section("Side by side", _side_by_side(options)),
        section("Energy", _drawn(charts.energy, ordered), _split(ordered)),
        section("Water", _drawn(charts.water, ordered)),
        section("Cost", _drawn(charts.cost, ordered, measure) if measure else ""),
        section("The year", _drawn(charts.months, ordered), _drawn(charts.duration, ordered)),
        section("Temperatures", *_cuts(ordered)),
        section("Limits and margins", _limits(options), _drawn(charts.margins, options)),
        section("Failures", _failures(options)),
        section("What to keep in mind", *_flags(options)),
        section("How sure the verdict is", *_spreads(verdict)),
        section("Assumptions and data sources", *_sources(options)),
    ])  # fmt: skip


def _verdict(verdict: Verdict | None) -> str:
    first, *rest = sentences(verdict)
    kind = "warn" if verdict is None or verdict.sure < 0.8 else "good" if verdict.best.met else "bad"
    text = "".join(f"<p>{escape(sentence)}</p>" for sentence in rest)
    return f'<div class="verdict {kind}" role="status"><strong>{escape(first)}</strong>{text}</div>'


def _overview(options: list[Option]) -> str:
    """One row an option, sortable."""
    measures = [measure for measure in MEASURES if measure.key in OVERVIEW and measure in shown(options)]
    heads = '<th scope="col">Option</th><th scope="col">Site</th><th scope="col">Limits</th>' + "".join(
        f'<th scope="col" class="number">{escape(m.label)} <small>{escape(m.unit)}</small></th>' for m in measures
    )
    rows = []
    for option in options:
        cells = []
        for measure in measures:
            exact = measure.of(option)
            data = "" if exact is None else repr(exact)
            cells.append(f'<td class="number" data-value="{data}">{escape(measure.text(option))}</td>')
        met = '<td class="yes">✓ met</td>' if option.met else '<td class="no">✗ not met</td>'
        name = f'<th scope="row">{_breakable(option.label)}</th><td>{escape(option.site)}</td>'
        rows.append(f"<tr>{name}{met}{''.join(cells)}</tr>")
    body = "\n".join(rows)
    return _table("full sort", heads, body)


def _table(kind: str, heads: str, body: str) -> str:
    """A wide table of ready-made cells."""
    head = f"<thead><tr>{heads}</tr></thead>"
    return f'<div class="wide"><table class="{kind}">\n{head}\n<tbody>{body}</tbody></table></div>'


def _side_by_side(options: list[Option]) -> str:
    """Every figure of every option, with the difference from the first; as many options a table as fit on paper."""
    base, others = options[0], options[1:]
    groups = [others[start : start + MOST_BESIDE] for start in range(0, len(others), MOST_BESIDE)]
    tables = [_beside([base, *group], shown(options)) for group in groups]
    return "".join(tables) + page.paragraph(f"Small: difference from {base.label}.")


def _beside(options: list[Option], measures: list[Measure]) -> str:
    heads = "".join(f'<th scope="col" class="number">{_breakable(option.label)}</th>' for option in options)
    rows = []
    for measure in measures:
        unit = f" <small>{escape(measure.unit)}</small>" if measure.unit else ""
        texts = [(measure.text(option), measure.change(option, options[0])) for option in options]
        cells = "".join(f'<td class="number">{escape(n)}<small>{escape(d)}</small></td>' for n, d in texts)
        rows.append(f'<tr><th scope="row">{escape(measure.label)}{unit}</th>{cells}</tr>')
    return _table("full", f'<th scope="col">Figure</th>{heads}', "\n".join(rows))


def _breakable(label: str) -> str:
    """A label that may be broken after its underscores."""
    return escape(label).replace("_", "_<wbr>")


def _failures(options: list[Option]) -> str:
    """How long every option that was run through a failure lasts; how to find out where none was."""
    measures = [measure for measure in shown(options) if measure.key in FAILURE]
    if not measures:
        how = "a [time] table with an [[event]] in its case tells how long racks or chips last"
        return page.paragraph(f"No option was run through a failure: {how}.")
    rows = [[option.label, *(measure.text(option) for measure in measures)] for option in options]
    columns = [Column("Option", number=False), *(Column(measure.label, measure.unit) for measure in measures)]
    return page.table(columns, rows) + page.paragraph("Times from the first event; a dash: it does not happen in the "
                                                      "run, or no failure was run.")  # fmt: skip


def _split(options: list[Option]) -> str:
    """Energy per token by part, a row an option."""
    names, rows = split(options)
    if not rows:
        return ""
    columns = [Column("Energy per token, mJ", number=False), *(Column(name) for name in [*names, "whole site"])]
    return page.table(columns, rows)


def _waterfalls(verdict: Verdict | None) -> list[str]:
    """From the best option to the others, the nearest first."""
    if verdict is None:
        return []
    best, measure = verdict.best, verdict.measure
    found = []
    for other in verdict.order[1 : 1 + MOST_WATERFALLS]:
        if steps(best, other, measure):
            found.append(_drawn(charts.waterfall, best, other, measure))
        else:
            found.append(page.paragraph(f"{other.label} and {best.label} do not differ: every part is the same."))
    return found


def _cuts(options: list[Option]) -> list[str]:
    try:
        return [page.figure(picture) for picture in cuts.pictures(options)]
    except Exception as error:
        return [_not_drawn("temperatures", error)]


def _drawn(draw: Callable[..., Picture | None], *arguments) -> str:
    """A figure, or why it is missing: a comparison is not lost to a drawing."""
    try:
        return page.figure(draw(*arguments))
    except Exception as error:
        return _not_drawn(draw.__name__, error)


def _not_drawn(what: str, error: Exception) -> str:
    reason = " ".join(str(error).split())
    return f'<p class="verdict warn">{escape(f"Not drawn: {what} ({type(error).__name__}: {reason})")}</p>'


def _limits(options: list[Option]) -> str:
    columns = [Column("Option", number=False), Column("Limit", number=False), Column("Found"), Column("Allowed"),
               Column("Margin"), Column("", number=False)]  # fmt: skip
    rows = []
    for option in options:
        for row in option.summary.get("limits", []):
            label, unit, decimals = limit_name(row["name"])
            gap = value(row["limit"] - row["value"], "K" if unit == "°C" else unit, decimals)
            amounts = [value(row[key], unit, decimals) for key in ("value", "limit")]
            rows.append([option.label, label, *amounts, gap, "✓ met" if row["met"] else "✗ exceeded"])
    return page.table(columns, rows)


def _flags(options: list[Option]) -> list[str]:
    return [
        page.heading(option.label) + page.items(option.summary["run"]["flags"])
        for option in options
        if option.summary["run"].get("flags")
    ]


def _spreads(verdict: Verdict | None) -> list[str]:
    if verdict is None:
        return []
    columns = [Column("What is not known well", number=False), Column("Spread"), Column("Together for", number=False)]
    rows = [[name, f"± {100 * spread:.0f} %", whom] for name, (spread, whom) in SPREADS.items()]
    note = f"{DRAWS} draws, each spread evenly. What is the same for two options moves both and cannot part them."
    return [page.table(columns, rows), page.paragraph(note)]


def _sources(options: list[Option]) -> list[str]:
    """What every option assumes: its site, load, money and plant, as its case says."""
    from thermo.study.sources import lines

    return [
        f'{page.heading(option.label)}<div class="sources">{page.pairs(lines(option))}</div>' for option in options
    ]
