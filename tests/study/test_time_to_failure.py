"""Failures of real runs side by side: rooms whose fans or cooling units trip, and a loop whose pumps do."""

import csv
import json
import re
import shutil
import subprocess

import pytest

from thermo import cli
from thermo.case.shipped import shipped_cases

COARSE = {
    "aisle_trip": ["grid.cell=0.3 m", "time.duration=90 s"],
    "crah_trip": ["grid.cell=0.4 m", "time.duration=60 s"],
    "pump_trip": [],
}
ROWS = {
    "racks.ride_through_s": "Time until the first rack intake is too warm",
    "racks.shutdown_s": "Time until the first rack shuts down",
    "monitors.time to first throttle": "Time until the first chip slows down",
    "monitors.time to first shutdown": "Time until the first chip shuts down",
}
REACHED = {"racks.ride_through_s": "aisle_trip", "monitors.time to first throttle": "pump_trip",
           "monitors.time to first shutdown": "pump_trip"}  # fmt: skip


def command(*arguments):
    with pytest.raises(SystemExit) as ended:
        cli.main([str(argument) for argument in arguments])
    return ended.value.code


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """The runs, then the comparison of their directories; its directory and the summaries by name."""
    folder = tmp_path_factory.mktemp("trips")
    for name, settings in COARSE.items():
        sets = [part for setting in settings for part in ("--set", setting)]
        assert command("run", shipped_cases()[name], "-o", folder / name, *sets) in (0, 1)
    assert command("compare", *(folder / name for name in COARSE), "-o", folder / "compared") in (0, 1)
    summaries = {name: json.loads((folder / name / "summary.json").read_text()) for name in COARSE}
    return folder / "compared", summaries


def expected(summary, key):
    section, _, what = key.partition(".")
    if section == "monitors":
        return next((row["value"] for row in summary.get("monitors", []) if row["name"] == what), None)
    return min((row[what] for row in summary.get("racks", []) if what in row), default=None)


@pytest.mark.slow
def test_ride_through_times_stand_side_by_side(compared):
    directory, summaries = compared
    rows = {row["option"]: row for row in csv.DictReader((directory / "comparison.csv").read_text().splitlines())}
    for key in ROWS:
        found = {name: expected(summary, key) for name, summary in summaries.items()}
        reached = [name for name, value in found.items() if value is not None]
        assert reached == ([REACHED[key]] if key in REACHED else [])
        assert (key in rows["pump_trip"]) == (key in REACHED)
        for name, value in found.items():
            assert rows[name].get(key, "") == ("" if value is None else repr(value)), (name, key)
    assert float(rows["aisle_trip"]["racks.ride_through_s"]) > 0.0
    assert float(rows["pump_trip"]["monitors.time to first throttle"]) > 0.0


@pytest.mark.slow
def test_the_page_names_the_rows_and_draws_all_of_it(compared):
    directory, summaries = compared
    page = (directory / "comparison.html").read_text()
    for key, label in ROWS.items():
        assert (label in page) == (key in REACHED), key
    assert "Not drawn" not in page
    assert page.index(ROWS["racks.ride_through_s"]) < page.index("Side by side")  # in the first table too
    page = page[page.index("Side by side") :]
    times = re.search(ROWS["racks.ride_through_s"] + r".*?</tr>", page, re.DOTALL)[0]
    assert f"{expected(summaries['aisle_trip'], 'racks.ride_through_s'):.0f}" in times


@pytest.mark.slow
def test_the_page_opens_in_a_browser(compared, tmp_path):
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("needs Chromium, which is not installed")
    arguments = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--dump-dom",
                 "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={tmp_path}", "--virtual-time-budget=3000",
                 (compared[0] / "comparison.html").as_uri()]  # fmt: skip
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=120, check=True)
    assert "CONSOLE" not in done.stderr and "first rack intake" in done.stdout
