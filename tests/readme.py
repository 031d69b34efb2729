"""The parts of README.md that tests read, and the parts that a run of the software writes.

After a change of results:
    thermo run cases/air/aisle.toml && python tests/readme.py results/aisle
    thermo compare cases/review/*.toml && python tests/readme.py results/comparison
"""

from __future__ import annotations

import base64
import csv
import json
import re
import sys
from itertools import groupby
from operator import itemgetter
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"
ROOT = README.parent
VALIDATED = ROOT / "validation" / "VALIDATED.md"
SITES = ("Abilene", "Phoenix", "Seoul", "Singapore", "Lulea")
COOLINGS = {"air_dry": "air, dry", "air_evaporative": "air, evaporative", "closed_loop": "closed loop",
            "immersion_single_phase": "single-phase immersion", "immersion_two_phase": "two-phase immersion"}
REVIEW = {"metrics.pue": 3, "metrics.tue": 3, "metrics.wue_site_L_per_kWh": 2, "metrics.wue_source_L_per_kWh": 2,
          "tokens.J_per_token": 3, "water": 3, "tokens.cost_USD_per_Mtoken": 5}
ENERGY = {"servers": ("servers without fans",), "server fans": ("server fans",), "room fans": ("air handler fans",),
          "pumps": ("pumps",), "chillers": ("chillers",), "dry coolers, towers": ("heat rejection fans",),
          "power chain, lighting": ("power chain", "lighting and other")}
FILE_NAME = re.compile(r"[;,]? \(?[\w/]+\.(?:csv|py)(?:, [\w/]+\.py)?\)?")
"""Names of files in the source of a reference; they lie in the folder of the problem."""
NO_SOURCE = ("-", "conservation", "steady flow at this Rayleigh number")
WATERS = ("tokens.water_site_L_per_Mtoken", "tokens.water_source_L_per_Mtoken")


def command(name: str) -> str:
    """Return the shell lines of the code block after the marker ``<!-- command: NAME -->``."""
    found = re.search(rf"<!-- command: {name} -->\n```sh\n(.*?)```", README.read_text(), re.DOTALL)
    assert found, f"README.md has no command {name}"
    return found[1]


def blocks(language: str) -> list[str]:
    """Return the code blocks in a language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", README.read_text(), re.DOTALL)


def section(name: str) -> str:
    """Return the text between the markers ``<!-- begin: NAME -->`` and ``<!-- end: NAME -->``, stripped."""
    found = re.search(rf"<!-- begin: {name} -->\n(.*?)<!-- end: {name} -->", README.read_text(), re.DOTALL)
    assert found, f"README.md has no section {name}"
    return found[1].strip()


def fill(name: str, text: str) -> None:
    """Put ``text`` between the markers of a section."""
    before, rest = README.read_text().split(f"<!-- begin: {name} -->\n")
    after = rest.split(f"<!-- end: {name} -->")[1]
    README.write_text(f"{before}<!-- begin: {name} -->\n{text.strip()}\n<!-- end: {name} -->{after}")


def aisle_text(summary: dict) -> str:
    """Return what the README says about the result of the first case."""
    rows = [
        f"| {rack['name']} | {rack['inlet_mean_C']:.1f} ± {rack['inlet_mean_uncertainty_K']:.1f} "
        f"| {rack['inlet_max_C']:.1f} |"
        for rack in summary["racks"]
    ]
    met = all(row["met"] for row in summary["limits"])
    exceeded = ", ".join(row["name"] for row in summary["limits"] if not row["met"])
    verdict = "All its limits are met: exit status 0." if met else f"It exceeds {exceeded}: exit status 1."
    water = summary["water"]["source_L_per_year"] / 1e6
    return "\n".join([
        f"What comes out ({summary['run']['cells']:,} cells; ± is the grid uncertainty):", "",
        "| rack | mean intake, °C | hottest point of the intake, °C |", "| --- | --- | --- |", *rows, "",
        f"PUE of the year {summary['metrics']['pue']:.2f}; no water on site, {water:.1f} million litres a year where "
        f"the electricity is made. {verdict}",
    ])  # fmt: skip


def quick_rows() -> list[dict]:
    """Return the rows of the last whole run of the quick tier."""
    return json.loads((VALIDATED.parent / "results" / "quick.json").read_text())["checks"]


def validated_text(rows: list[dict]) -> str:
    """Return the table of the validation problems: what each holds against which references."""
    lines = ["| problem | what is solved | checks that hold | references |", "| --- | --- | ---: | --- |"]
    for name, group in groupby(rows, key=itemgetter("problem")):
        checks = list(group)
        sources = dict.fromkeys(FILE_NAME.sub("", row["source"]) for row in checks if row["source"] not in NO_SOURCE)
        good = sum(row["passed"] for row in checks)
        lines.append(f"| [{name}](validation/{name}) | {checks[0]['title']} | {good} of {len(checks)} "
                     f"| {'; '.join(sources) or 'conservation'} |")
    return "\n".join(lines)


def picture(report: str) -> bytes:
    """Return the PNG of the upright cuts from the text of a report."""
    found = re.search(r'<img[^>]*src="data:image/png;base64,([^"]+)"[^>]*alt="Upright cuts', report) or re.search(
        r'<img[^>]*alt="Upright cuts[^>]*src="data:image/png;base64,([^"]+)"', report
    )
    assert found, "the report has no upright cuts"
    return base64.b64decode(found[1])


def review_row(site: str, cooling: str, figures: dict[str, float]) -> str:
    """Return the row of the review table for one case, from its figures by section and key."""
    found = figures | {"water": sum(figures[key] for key in WATERS)}
    cells = [f"{found[key]:.{decimals}f}" for key, decimals in REVIEW.items()]
    return f"| {site} | {COOLINGS[cooling]} | {' | '.join(cells)} |"


def review_text(rows: dict[str, dict[str, float]]) -> str:
    """Return the review table from the figures of every case by its name."""
    head = ("| site | cooling | PUE | TUE | WUE on site, L/kWh | with the electricity's water | J per token "
            "| water per million tokens, both, L | USD per million tokens |")
    lines = [review_row(site, cooling, rows[f"{site.lower()}_{cooling}"]) for site in SITES for cooling in COOLINGS]
    return "\n".join([head, "| --- | --- |" + " ---: |" * len(REVIEW), *lines])


def energy_row(site: str, cooling: str, parts: dict[str, float], bases: tuple[float, float]) -> str:
    """Return the row of the energy table for one case: J per token by part, against dry and evaporative air."""
    amounts = [sum(parts[name] for name in names) for names in ENERGY.values()]
    whole = sum(amounts)
    less = [f"{100.0 * (1.0 - whole / base):.1f} %" if whole < base else "–" for base in bases]
    return f"| {site} | {COOLINGS[cooling]} | {' | '.join(f'{1e3 * value:.1f}' for value in [*amounts, whole])} " \
           f"| {' | '.join(less)} |"


def energy_text(rows: dict[str, dict[str, float]]) -> str:
    """Return the energy table from the J per token by part of every case by its name."""
    lines = []
    for site in SITES:
        cases = {cooling: rows[f"{site.lower()}_{cooling}"] for cooling in COOLINGS}
        bases = tuple(sum(cases[base].values()) for base in ("air_dry", "air_evaporative"))
        lines += [energy_row(site, cooling, parts, bases) for cooling, parts in cases.items()]
    head = f"| site | cooling | {' | '.join(ENERGY)} | whole site | below dry air | below evaporative air |"
    return "\n".join([head, "| --- | --- |" + " ---: |" * (len(ENERGY) + 3), *lines])


def energies(results: Path) -> dict[str, dict[str, float]]:
    """Return the J per token by part of every option of a comparison by its name."""
    prefix = "J_per_token: "
    with (results / "comparison.csv").open() as file:
        return {row["option"]: {key.removeprefix(prefix): float(row[key]) for key in row if key.startswith(prefix)}
                for row in csv.DictReader(file)}


def compared(results: Path) -> dict[str, dict[str, float]]:
    """Return the figures of every option of a comparison by its name."""
    with (results / "comparison.csv").open() as file:
        return {row["option"]: {key: float(row[key]) for key in (*REVIEW, *WATERS) if key in row}
                for row in csv.DictReader(file)}


def main(results: Path) -> None:
    if (results / "comparison.csv").exists():
        fill("review", review_text(compared(results)))
        fill("energy", energy_text(energies(results)))
        return
    fill("aisle", aisle_text(json.loads((results / "summary.json").read_text())))
    (ROOT / "cases" / "air" / "aisle.png").write_bytes(picture((results / "report.html").read_text()))
    fill("validated", validated_text(quick_rows()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
