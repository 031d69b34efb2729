"""The comparison: its numbers by hand, its order, its page in a browser."""

import copy
import csv
import dataclasses
import json
import re
import shutil
import subprocess

import numpy as np
import pytest
from options import write

from thermo import cli
from thermo.output import planes
from thermo.study import cuts, option
from thermo.study.breakdown import energy_per_token, parts, steps
from thermo.study.compare import markdown, run, table_csv
from thermo.study.measures import CRITERIA, MEASURES, criterion
from thermo.study.verdict import draws, judge, sentences

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next((path for name in BROWSERS if (path := shutil.which(name))), None)


@pytest.fixture(scope="module")
def directories(tmp_path_factory):
    from thermo.output import report

    folder = tmp_path_factory.mktemp("options")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report, "text", lambda result, summary: "<!DOCTYPE html>")
        yield [
            write(folder, "cheap"),
            write(folder, "chilly", chillers=1.5),
            write(folder, "wet", price=0.12, water=500.0),
            write(folder, "unmet", price=0.05, met=False),
        ]


@pytest.fixture(scope="module")
def options(directories):
    return [option.read(directory) for directory in directories]


@pytest.fixture(scope="module")
def written(directories, tmp_path_factory):
    """The comparison written; its directory, what the terminal shows, the exit status."""
    directory = tmp_path_factory.mktemp("comparison")
    return directory, *run(directories, directory, "cpu", "single")


def test_parts_add_up_to_the_criterion(options):
    for measure in (measure for measure in MEASURES if measure.key in CRITERIA):
        for one in options:
            assert sum(part.value for part in parts(one, measure)) == pytest.approx(measure.of(one), rel=1e-12)


def test_steps_add_up_to_the_difference(options):
    measure = criterion(options)
    assert measure.key == "cost_USD_per_Mtoken"
    for one in options[1:]:
        change = sum(step for _, step in steps(options[0], one, measure))
        assert change == pytest.approx(measure.of(one) - measure.of(options[0]), rel=1e-9, abs=1e-15)


def test_one_cause_is_one_step(options):
    """Only the chillers differ: half of their bill more, and nothing else."""
    measure = criterion(options)
    ((name, change),) = steps(options[0], options[1], measure)
    cheap = next(part for part in parts(options[0], measure) if part.name == "chillers")
    assert name == "chillers" and change == pytest.approx(0.5 * cheap.value, rel=1e-9)


def test_price_is_a_step_of_its_own(options):
    names = [name for name, _ in steps(options[0], options[2], criterion(options))]
    assert names == ["price of electricity", "water, make-up"]


def test_order_puts_unmet_limits_last(options):
    found = judge(options)
    assert [one.label for one in found.order] == ["cheap", "chilly", "wet", "unmet"]
    assert any("Out" in sentence and "unmet" in sentence for sentence in sentences(found))


def test_sureness_counts_what_parts_the_options(options):
    """Electricity price, servers and equipment are shared: they cannot turn cheap against chilly."""
    found = judge(options[:2])
    assert found.sure > 0.95 and found.low > 0.0


def test_every_option_behind_is_named_with_how_sure_it_is(options):
    """The third of three: by how much, and in how many of the draws the first is not above it."""
    found = judge(options[:3])
    measure, third = found.measure, found.order[2]
    drawn = draws(options[:3], measure)
    share = np.mean(drawn[found.best.label] <= drawn[third.label])
    more = measure.of(third) / measure.of(found.best) - 1.0
    assert found.ahead[third.label] == share
    assert f"Further: wet {more:.1%} more, behind in {share:.0%} of the draws." in sentences(found)
    assert "lowest cost per million tokens, " in sentences(found)[0]
    assert "lowest cost per million tokens among those that meet their limits" in sentences(judge(options))[0]


def test_differences_in_words(options):
    """Equal figures are said to be equal, shares differ by points, and what both show as zero is not new."""
    base, other = (dataclasses.replace(one, summary=copy.deepcopy(one.summary)) for one in options[:2])
    for one, refused, water in ((base, 0.01, 0.0), (other, 0.03, 1e-9)):
        one.summary["tokens"] |= {"refused_share": refused, "water_site_L_per_Mtoken": water}
    by_key = {measure.key: measure for measure in MEASURES}
    assert by_key["refused_share"].change(other, base) == "+2.0 points"
    assert by_key["water_site_L_per_Mtoken"].change(other, base) == ""
    other.summary["tokens"]["water_site_L_per_Mtoken"] = 0.2
    assert by_key["water_site_L_per_Mtoken"].change(other, base) == "new"
    assert by_key["per_year"].change(other, base) == "="


def test_a_tank_is_cut_through_its_middle_or_its_hottest_chip():
    """Without racks the upright mid-plane stands for the cut through a rack, the level one for that of servers."""
    offered = [planes.Plane(axis, 0.5, "middle", planes.MIDDLE) for axis in "zyx"]
    assert [cuts._chosen(offered, group).normal for group in cuts.TITLES] == ["y", "z"]
    chip = [planes.Plane(axis, 0.3, "through gpu, the hottest chip", planes.CHIP) for axis in "yxz"]
    assert [cuts._chosen(chip, group) for group in cuts.TITLES] == [chip[0], chip[2]]
    rack = planes.Plane("x", 1.0, "the hottest intake", planes.SECTIONS)
    assert cuts._chosen([*offered, rack], planes.SECTIONS) is rack
    assert cuts._chosen([], planes.LEVELS) is None


def test_the_page_says_that_no_failure_was_run(written):
    assert "No option was run through a failure" in (written[0] / "comparison.html").read_text()


def test_draws_repeat(options):
    assert judge(options).bands == judge(options).bands


def test_csv_has_full_precision(options):
    rows = list(csv.DictReader(table_csv(options).splitlines()))
    assert float(rows[1]["tokens.cost_USD_per_Mtoken"]) == options[1].value("tokens", "cost_USD_per_Mtoken")
    assert [row["option"] for row in rows] == ["cheap", "chilly", "wet", "unmet"]


def test_markdown_shows_differences(options):
    text = markdown(options, judge(options))
    line = next(line for line in text.splitlines() if line.startswith("| Cost per million tokens"))
    assert line.count("|") == 6 and "(+" in line


def test_energy_per_token_is_split_with_server_fans_apart(options):
    """The parts add up to the energy per token, and servers and their fans to the IT energy per token."""
    for one in options:
        split = energy_per_token(one)
        assert sum(split.values()) == pytest.approx(one.value("tokens", "J_per_token"), rel=1e-12)
        it = split["servers without fans"] + split["server fans"]
        assert it == pytest.approx(one.value("tokens", "J_it_per_token"), rel=1e-12)
        assert split["server fans"] == pytest.approx(0.1 * it, rel=1e-12)
    rows = [line for line in markdown(options, None).splitlines() if line.startswith("| chilly |")]
    assert f"{1e3 * options[1].value('tokens', 'J_per_token'):.1f}" in rows[-1]


def test_command_line(directories, tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["compare", *map(str, directories[:2]), "-o", str(tmp_path)])
    out = capsys.readouterr().out
    assert ended.value.code == 0
    assert out.startswith("Option cheap (cheap): lowest cost per million tokens")
    assert {file.name for file in tmp_path.iterdir()} == {"comparison.html", "comparison.md", "comparison.csv"}


def test_no_option_meets_its_limits_is_status_1(directories, tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["compare", str(directories[3]), str(directories[3]), "-o", str(tmp_path)])
    assert ended.value.code == 1
    assert "unmet (2)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.toml", "nowhere.toml"], "no such file"),
        (["."], "at least two"),
        ([".", "."], "is no results directory"),
    ],
)
def test_bad_input_is_one_line(arguments, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        cli.main(["compare", *arguments, "-o", "out"])
    error = capsys.readouterr().err
    assert ended.value.code == 2 and said in error and error.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_page_stands_alone_and_every_figure_has_words(written):
    text = (written[0] / "comparison.html").read_text()
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", text)
    figures = re.findall(r"<img [^>]*>", text)
    assert len(figures) >= 10
    assert all(len(re.search(r'alt="([^"]*)"', tag)[1]) > 20 for tag in figures)
    assert "Not drawn" not in text


def opened(file, folder, width):
    """Run the headless browser on a page without network and return what it wrote."""
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
               f"--window-size={width},900", "--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=4000",
               "--dump-dom", f"--user-data-dir={folder / 'profile'}", file.as_uri()]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


@pytest.mark.skipif(BROWSER is None, reason="needs Chromium, which is not installed")
def test_tables_fit_on_paper(written, tmp_path):
    """With the styles of print on the width between the margins of A4, no table is wider than the page."""
    probe = """<script>window.addEventListener("load", function () {
      var tables = Array.from(document.querySelectorAll(".wide"));
      document.title = Math.max(...tables.map(x => x.scrollWidth - x.clientWidth));
    });</script></body>"""
    text = (written[0] / "comparison.html").read_text().replace("@media print", "@media all")
    file = tmp_path / "paper.html"
    file.write_text(text.replace("</body>", probe))
    title = re.search(r"<title>(.*?)</title>", opened(file, tmp_path, 695).stdout)[1]
    assert float(title) <= 0.0


@pytest.mark.skipif(BROWSER is None, reason="needs Chromium, which is not installed")
def test_page_in_a_browser(written, tmp_path):
    """Without network: no message on the console, no image broken, nothing wider than a phone, tables sort."""
    probe = """<script>
    function labels() { return Array.from(document.querySelectorAll("table.sort tbody th")).map(x => x.textContent); }
    window.addEventListener("load", function () {
      var heads = document.querySelector("table.sort thead").rows[0].cells, out = {before: labels()};
      heads[3].click(); out.up = labels(); heads[3].click(); out.down = labels(); heads[0].click(); out.name = labels();
      out.broken = Array.from(document.images).filter(x => !x.naturalWidth).length; out.images = document.images.length;
      out.wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
      document.title = JSON.stringify(out); });
    </script></body>"""
    file = tmp_path / "page.html"
    file.write_text((written[0] / "comparison.html").read_text().replace("</body>", probe))
    done = opened(file, tmp_path, 500)
    assert "CONSOLE" not in done.stderr
    found = json.loads(re.search(r"<title>(.*?)</title>", done.stdout)[1].replace("&amp;", "&").replace("&quot;", '"'))
    assert found["up"] == ["unmet", "cheap", "chilly", "wet"] and found["down"] == found["up"][::-1]
    assert found["name"] == sorted(found["up"])
    assert found["broken"] == 0 and found["images"] >= 10
    assert found["wide"] <= 0


def test_equal_options_have_no_waterfall_and_no_minus_zero(directories, tmp_path):
    run([directories[0], directories[0]], tmp_path, "cpu", "single")
    page, text = (tmp_path / "comparison.html").read_text(), (tmp_path / "comparison.md").read_text()
    assert "do not differ: every part is the same" in page
    assert "−0.000" not in page + text and "-0.0%" not in page


def test_a_sentence_keeps_its_abbreviations(options):
    pue = next(measure for measure in MEASURES if measure.key == "pue")
    cost = next(measure for measure in MEASURES if measure.key == "cost_USD_per_Mtoken")
    assert pue.words == "PUE of the year" and cost.words == "cost per million tokens"


def test_supply_is_named_by_the_cooling(options):
    """The warmest supply is air of the racks, or coolant of the chips: one row each, one column in CSV."""
    warm = dataclasses.replace(options[1], summary=copy.deepcopy(options[1].summary), label="loop")
    warm.summary["case"]["cooling"] = "closed_loop"
    rows = [line for line in markdown([options[0], warm], None).splitlines() if line.startswith("| Warmest")]
    assert [row.split(" that ")[0] for row in rows] == ["| Warmest supply air", "| Warmest coolant to the cold plates"]
    assert all("–" in row for row in rows)
    assert table_csv([options[0], warm]).splitlines()[0].split(",").count("plant.supply_limit_C") == 1


def test_range_of_a_price_is_drawn_from(options):
    """A plant between 1000 and 4000 USD/kW at 2000: half to twice its yearly cost, evenly."""
    ranged = [dataclasses.replace(one, case=copy.deepcopy(one.case)) for one in options[:2]]
    for one in ranged:
        one.case["money"]["capex"][0]["range"] = ["1000 USD/kW", "4000 USD/kW"]
    measure = criterion(ranged)
    plant = next(part.value for part in parts(ranged[0], measure) if part.kind == "equipment")
    drawn, narrow = draws(ranged, measure), draws(options[:2], measure)
    assert np.ptp(drawn["cheap"]) > np.ptp(narrow["cheap"])
    assert np.ptp(drawn["cheap"]) > 1.3 * plant
    assert judge(ranged).sure > 0.95  # one price for both parts nobody


def test_break_even_of_the_equipment_by_hand(options):
    """With another quotation than the second's its price moves alone: by the gap over its yearly cost."""
    first = dataclasses.replace(options[0], case=copy.deepcopy(options[0].case))
    first.case["money"]["capex"][0]["source"] = "another quotation"
    found = judge([first, options[1]])
    gap = found.measure.of(options[1]) - found.measure.of(first)
    plant = next(part.value for part in parts(first, found.measure) if part.kind == "equipment")
    assert f"Its equipment may cost {gap / plant:.0%} more than the case says" in " ".join(sentences(found))


def test_one_price_for_both_moves_both_unless_the_first_alone_is_dearer(options):
    found = judge(options[:2])
    gap = found.measure.of(options[1]) - found.measure.of(options[0])
    plant = next(part.value for part in parts(options[0], found.measure) if part.kind == "equipment")
    said = " ".join(sentences(found))
    assert "equipment may cost" not in said
    assert f"where that of the first alone costs {gap / plant:.0%} more, chilly is ahead" in said
