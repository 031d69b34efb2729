"""README.md says only what is true: its case loads, its commands exist, its tables are those that the software made."""

from __future__ import annotations

import csv
import math
import re
import tomllib

import pytest
from readme import (
    COOLINGS,
    README,
    REVIEW,
    ROOT,
    SITES,
    VALIDATED,
    WATERS,
    blocks,
    command,
    energy_row,
    quick_rows,
    review_row,
    section,
    validated_text,
)

from thermo.case import load
from thermo.cli import cli
from thermo.run import choose_backend, cooling_of
from thermo.study.breakdown import energy_per_token
from thermo.study.option import Option
from thermo.validate.judge import Row
from thermo.validate.scorecard import markdown

AISLE = ROOT / "cases" / "air" / "aisle.toml"


def test_the_quoted_case_is_the_first_case():
    lines = AISLE.read_text().splitlines()
    assert [line for block in blocks("toml") for line in block.splitlines() if line not in lines] == []


def test_the_quoted_case_loads(tmp_path):
    file = tmp_path / "quoted.toml"
    file.write_text("\n".join(blocks("toml")))
    case = load(file)
    assert [rack.name for rack in case.rack] == ["A1"]
    assert case.plant.it_scale == 50
    assert set(tomllib.loads(file.read_text())) <= set(tomllib.loads(AISLE.read_text()))


def test_the_quoted_network_is_solved(tmp_path):
    from kernels.backend import make_backend
    from thermo import network

    (quoted,) = (block for block in blocks("text") if block.startswith("[network]"))
    file = tmp_path / "quoted.toml"
    file.write_text(f'[case]\ncooling = "closed_loop"\n\n{quoted}')
    summary = network.solve(load(file), make_backend("cpu"), None)[0].summary
    assert summary["run"]["flags"] == []
    assert summary["balance"]["heat_in_W"] > 80e3


def test_every_command_that_is_named_exists():
    named = set(re.findall(r"(?:`|bin/)thermo ([a-z]+)", README.read_text()))
    assert named <= set(cli.commands)


def test_every_file_that_is_named_exists():
    paths = re.findall(r"[`(]((?:cases|thermo|kernels|tests|validation)/[\w./-]*)[`)]", README.read_text())
    assert len(paths) > 5
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_commands_are_shell_lines():
    assert "thermo run cases/air/aisle.toml" in command("run")
    assert command("test").splitlines()[-1].startswith(".venv/bin/python -m pytest")


def test_the_validation_table_is_that_of_the_last_run():
    rows = quick_rows()
    assert section("validated") == validated_text(rows), "run: python tests/readme.py results/aisle"
    assert all(row["passed"] for row in rows), "the README says that all checks hold"
    assert {row["problem"] for row in rows} == {file.parent.name for file in ROOT.glob("validation/*/checks.toml")}
    assert f"All {len(rows)} checks of the quick tier hold" in " ".join(README.read_text().split())


def test_every_check_is_listed_as_it_was_found():
    assert VALIDATED.read_text() == markdown([Row(**row | {"value": math.nan if row["value"] is None else row["value"]})
                                              for row in quick_rows()])  # fmt: skip


def test_the_python_example_runs(tmp_path, monkeypatch):
    example, shown = blocks("python")[0], []
    xarray = pytest.importorskip("xarray")
    name = tmp_path / "fields.h5"
    grid = {"time": [0.0], "z": [0.95, 1.05], "y": [0.5], "x": [0.5, 1.5]}
    values = [[[[291.15, 295.15]], [[300.15, 303.15]]]]
    xarray.DataArray(values, grid, tuple(grid), "T").to_dataset().to_netcdf(name, engine="h5netcdf")
    exec(example.replace("results/aisle/fields.h5", str(name)), {"print": lambda *words: shown.append(words)})
    assert shown[0][1] == "degC"
    assert 21.9 < shown[0][0] < 30.1


def test_the_review_table_has_every_case():
    rows = [line.split(" | ")[:2] for line in section("review").splitlines()[2:]]
    assert rows == [[f"| {site}", name] for site in SITES for name in COOLINGS.values()]
    names = {f"{site.lower()}_{cooling}" for site in SITES for cooling in COOLINGS}
    assert {file.stem for file in ROOT.glob("cases/review/*.toml")} == names


@pytest.mark.parametrize("site", ["Abilene", "Singapore"])
@pytest.mark.parametrize("cooling", ["closed_loop", "immersion_two_phase"])
def test_the_review_tables_are_what_the_cases_give(site, cooling):
    """The cases that need no field, solved here; the others take minutes: python tests/readme.py results/comparison."""
    file = ROOT / "cases" / "review" / f"{site.lower()}_{cooling}.toml"
    result, _ = cooling_of(load(file)).solve(load(file), choose_backend("cpu", "single"), lambda *_: None)
    figures = {}
    for name in (*REVIEW, *WATERS):
        part, _, key = name.partition(".")
        figures[name] = result.summary.get(part, {}).get(key)
    assert review_row(site, cooling, figures) in section("review").splitlines()
    parts = energy_per_token(Option(cooling, ROOT, result.summary, {}, {}))
    whole = {row[1]: float(row[9]) / 1e3 for row in cells("energy") if row[0] == site}
    bases = (whole["air, dry"], whole["air, evaporative"])
    assert energy_row(site, cooling, parts, bases).split(" | ")[:-2] in [
        line.split(" | ")[:-2] for line in section("energy").splitlines()]


def cells(name):
    """The cells of the rows of a table between markers."""
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in section(name).splitlines()[2:]]


def test_the_energy_table_adds_up_and_agrees_with_the_review_table():
    review = {tuple(row[:2]): float(row[6]) for row in cells("review")}
    rows = cells("energy")
    assert [tuple(row[:2]) for row in rows] == list(review)
    for row in rows:
        amounts, whole = [float(cell) for cell in row[2:9]], float(row[9])
        assert sum(amounts) == pytest.approx(whole, abs=0.4)
        assert whole == pytest.approx(1e3 * review[tuple(row[:2])], abs=0.6)


def test_what_is_said_of_immersion_follows_from_the_energy_table():
    rows = {tuple(row[:2]): row for row in cells("energy")}
    for column, span in ((10, (11, 26)), (11, (10, 22))):
        shares = [float(rows[site, cooling][column].removesuffix(" %")) for site in SITES
                  for cooling in ("single-phase immersion", "two-phase immersion")]
        assert (min(shares), max(shares)) == pytest.approx(span, abs=0.6)
    dry, tank = ([float(cell) for cell in rows["Abilene", name][2:10]] for name in ("air, dry", "two-phase immersion"))
    saved = [a - b for a, b in zip(dry, tank, strict=True)]
    assert saved == pytest.approx([-9, 34, 6, -1, 42, 4, 2, 78], abs=0.6)
    text = " ".join(README.read_text().split())
    assert "11 to 26 % below dry air, 10 to 22 % below evaporative air" in text
    assert "save 78 mJ of 418: 34 server fans, 6 room fans, 42 chillers, 4 heat rejection fans, 2 losses" in text


def test_what_is_said_of_the_claims_follows_from_the_table():
    """The shares of energy per token in the text, from the rows of the table."""
    table = [[cell.strip() for cell in line.split("|")[1:-1]] for line in section("review").splitlines()[2:]]
    energy = {(row[0], row[1]): float(row[6]) for row in table}

    def less(cooling, base):
        found = [100.0 * (1.0 - energy[site, cooling] / energy[site, base]) for site in SITES]
        return min(found), max(found)

    said = {("two-phase immersion", "air, dry"): (11, 25), ("two-phase immersion", "air, evaporative"): (10, 21),
            ("two-phase immersion", "closed loop"): (1, 4), ("single-phase immersion", "air, dry"): (12, 26)}
    for (cooling, base), span in said.items():
        assert less(cooling, base) == pytest.approx(span, abs=0.8), (cooling, base)
    text = " ".join(README.read_text().split())
    assert "11 (Lulea) to 25 % (Singapore) less energy per token, against evaporative air cooling 10 to 21 %" in text
    assert "against the closed loop 1 to 4 %" in text and "12 to 26 % below dry air" in text


@pytest.mark.parametrize(("site", "dry", "evaporative"), [("Abilene", 27, 23), ("Singapore", 32, 29)])
def test_what_is_said_of_servers_with_stronger_fans(site, dry, evaporative):
    """Fans of 20 % of the 6280.2 W that the air server takes, and 400 W of them when it idles."""
    full = 0.8 * 6280.2
    other = 8 * (full - 8 * 590.0)
    changes = (f"load.server.full_power={full}", "load.server.idle_power=1990", f"immersion.other_power={other}")
    case = load(ROOT / "cases" / "review" / f"{site.lower()}_immersion_two_phase.toml", changes)
    result, _ = cooling_of(case).solve(case, choose_backend("cpu", "single"), lambda *_: None)
    rows = {row[1]: float(row[9]) for row in cells("energy") if row[0] == site}
    found = 1e3 * result.summary["tokens"]["J_per_token"]
    less = [100.0 * (1.0 - found / rows[base]) for base in ("air, dry", "air, evaporative")]
    assert less == pytest.approx([dry, evaporative], abs=0.6)


def test_the_air_hall_that_two_phase_tanks_beat_by_30_percent():
    rows = {tuple(row[:2]): [float(cell) for cell in row[2:10]] for row in cells("energy")}
    servers = sum(rows["Abilene", "air, dry"][:2])
    assert rows["Abilene", "two-phase immersion"][-1] / (0.7 * servers) == pytest.approx(1.44, abs=0.005)
    assert "whose PUE is 1.44 or more" in " ".join(README.read_text().split())


def test_the_table_beside_what_is_published_is_that_of_the_cases_and_of_the_reference():
    text = README.read_text().split("How it compares with what is published.")[1].split("Each difference")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| ")][1:]
    rows = {row[0]: row for row in rows if row[0] in SITES}
    assert list(rows) == list(SITES)
    figures = {tuple(row[:2]): row for row in cells("review")}
    file = ROOT / "validation/reference/facility/lei2025_pue_wue_percentiles.csv"
    published = {(row["case"], row["zone"]): row for row in csv.DictReader(
        line for line in file.read_text().splitlines() if not line.startswith("#"))}  # fmt: skip
    for site, zone in zip(SITES, ("3A", "2B", "4A", "0A", "7"), strict=True):
        shown, wet = rows[site], figures[site, "air, evaporative"]
        assert (shown[1], shown[3]) == (wet[2], wet[4])
        assert (shown[5], shown[7]) == (figures[site, "air, dry"][2], figures[site, "closed loop"][2])
        for column, system, key in ((2, "2", "PUE"), (4, "2", "WUE"), (6, "18", "PUE"), (8, "16_1", "PUE")):
            row = published[system, zone]
            assert shown[column] == f"{float(row[key + '_p5']):.2f} to {float(row[key + '_p95']):.2f}", (site, column)
