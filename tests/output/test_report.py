"""report.html: one safe, self-contained file for every kind of result."""

import dataclasses
import re
import shutil
import subprocess
from html.parser import HTMLParser

import numpy as np
import pytest
from sample_result import nodes, sample, summary

from thermo.output import report, sections
from thermo.output.summary import ordered
from thermo.result import Variable

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ATTACK = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


class Page(HTMLParser):
    """Tags with their attributes, and the text of the page."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.words = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)

    def every(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def made(result):
    return report.text(result, ordered(result.summary))


@pytest.fixture(scope="module")
def html():
    return made(sample())


def with_summary(**changes):
    result = sample(with_fields=False, with_year=False)
    return dataclasses.replace(result, summary=summary(None) | changes, history={})


def test_every_figure_is_drawn_and_described(html):
    page = Page(html)
    assert "Not drawn" not in page.text
    assert len(page.every("img")) == 10
    for image in page.every("img"):
        assert len(image["alt"]) > 30
        assert image["src"].startswith(("data:image/png;base64,", "data:image/svg+xml;base64,"))


def test_nothing_is_loaded_and_nothing_runs(html):
    page = Page(html)
    assert not page.every("script")
    for _, attributes in page.tags:
        assert not any(name.startswith("on") for name in attributes)
        for name in ("src", "href", "srcset", "data"):
            assert attributes.get(name, "data:").startswith(("data:", "#"))
    assert not re.search(r"url\(|@import|https?://", html)


def test_the_verdict_comes_first(html):
    text = Page(html).text
    body = text[text.index("Four racks <in> half an aisle & a year sample") :]
    assert body.index("1 of 2 limits exceeded") < body.index("PUE of the year") < body.index("The room")
    assert "35.2 °C, allowed 32.0 °C (3.2 K too much)" in body
    assert "Racks concerned: A1, A4." in body


def test_the_numbers_of_the_summary_are_shown(html):
    text = Page(html).text
    for shown in ("23.69", "0.31", "chiller: 412 h outside the range", "1.256", "Weather: NREL TMY3", "0.002 %"):
        assert shown in text


def test_the_same_result_gives_the_same_bytes(html):
    assert made(sample()) == html


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"run": {"converged": False, "status": "wandering"}}, "✗ Not converged"),
        ({"limits": []}, "Solved; the case declares no limits"),
        ({"limits": [{"name": "pue", "value": 1.2, "limit": 1.4, "met": True}]}, "✓ The limit is met"),
        ({"limits": [{"name": "pue", "value": 1.5, "limit": 1.4, "met": False}]}, "✗ The limit is exceeded"),
    ],
)
def test_verdicts(changes, words):
    assert words in Page(made(with_summary(**changes))).text


def test_text_from_outside_is_escaped():
    given = summary(None)
    given["run"]["flags"] = [ATTACK]
    given["run"]["device"] = given["case"]["name"] = given["racks"][0]["name"] = given["monitors"][0]["name"] = ATTACK
    given["limits"][0]["name"] = ATTACK
    case = f"[case]\ntitle = '{ATTACK}'\n[site]\nname = '{ATTACK}'\n"
    result = dataclasses.replace(
        sample(with_fields=False, with_year=False), summary=given, case_text=case, sources=[ATTACK], history={}
    )
    page = Page(made(result))
    assert not page.every("script")
    assert all(image["src"].startswith("data:") for image in page.every("img"))
    assert page.text.count(ATTACK) >= 7


def test_a_result_with_nothing_in_it():
    result = dataclasses.replace(
        sample(with_fields=False, with_year=False), summary={}, boxes=[], history={}, case_text="not toml [", sources=[]
    )
    assert "declares no limits" in Page(made(result)).text


@pytest.mark.parametrize("shape", [(6, 1, 7), (1, 6, 7), (5, 6, 7)])
@pytest.mark.parametrize("cells", ["T", "uvw", "Tuvw", "p"])
def test_fields_of_every_kind_without_racks(shape, cells):
    rng = np.random.default_rng(1)
    fields = dataclasses.replace(
        sample().fields,
        x_nodes=nodes(shape[2], 1.0),
        y_nodes=nodes(shape[1], 1.0),
        z_nodes=nodes(shape[0], 1.0),
        cells={name: Variable(300.0 + rng.random(shape), "1", name) for name in cells},
    )
    fields.cells[cells[0]].values[0, 0, 0] = np.nan
    result = dataclasses.replace(sample(with_fields=False, with_year=False), fields=fields, boxes=[], history={})
    page = Page(made(result))
    assert "Not drawn" not in page.text
    assert any("Cuts through the middle" in image["alt"] for image in page.every("img"))


def test_a_uniform_field():
    fields = dataclasses.replace(sample().fields, cells={"T": Variable(np.full((8, 10, 12), 300.0), "K", "T")})
    result = dataclasses.replace(sample(with_year=False), fields=fields, history={})
    assert "Not drawn" not in made(result)


def test_a_drawing_that_fails_does_not_cost_the_report(monkeypatch):
    def broken(result):
        raise ValueError("no <ink>")

    monkeypatch.setattr(sections.charts, "rack_inlets", broken)
    text = Page(made(with_summary())).text
    assert "Not drawn: the rack inlets (ValueError: no <ink>)" in text


def test_links_lead_to_the_sections(html):
    page = Page(html)
    links = [link["href"] for link in page.every("a")]
    assert links == [f"#{section['id']}" for section in page.every("section")]
    assert len(links) > 6


def test_flags_stand_before_everything_but_the_verdict(html):
    text = Page(html).text
    assert text.index("exceeded") < text.index("1 flag") < text.index("Hottest rack intake") < text.index("The room")


def test_a_limit_met_by_less_than_its_uncertainty_is_no_plain_success():
    row = {"name": "rack_inlet_mean", "value": 26.5, "limit": 27.0, "met": True, "uncertainty": 1.6}
    text = Page(made(with_summary(limits=[row]))).text
    assert "by less than the uncertainty" in text
    assert "0.5 K to spare, uncertain by ± 1.6 K" in text
    assert "26.5 ± 1.6 °C" in text
    assert "by less than" not in Page(made(with_summary(limits=[row | {"uncertainty": 0.4}]))).text


def test_sources_of_the_intake_air():
    given = summary(None)
    shares = {"floor": 0.75, "A1": 0.25, "A2": 0.0, "A3": 0.0, "A4": 0.0}
    for row in given["racks"]:
        row |= {"sources": shares, "capture_index_cold": 0.75, "capture_index_hot": 0.8}
    given["air"] |= {"capture_index_cold": 0.75, "return_sources": {"ceiling": shares}}
    text = Page(made(with_summary(**given))).text
    assert "Where the intake air comes from" in text
    assert "ceiling 75.0 25.0" in text
    assert "Intake air straight from supplies 75 %" in text


def test_sources_of_a_large_room_are_put_together():
    names = [f"R{i}" for i in range(40)]
    racks = [{"name": name, "sources": {"tile": 0.5} | dict.fromkeys(names, 0.5 / 40)} for name in names]
    text = Page(made(with_summary(racks=racks))).text
    assert "Air drawn in by tile own exhaust other racks" in text
    assert "R7 50.0 1.2 48.8" in text


def test_cooling_units_servers_and_ride_through_are_listed_when_they_are_there():
    racks = [{"name": "R1", "inlet_mean_C": 24.0, "ride_through_s": 84.2, "inlet_peak_C": 41.5,
              "servers": [{"name": "web", "u": 3, "power_W": 420.0, "inlet_mean_C": 24.4}]}]  # fmt: skip
    units = [{"name": "CRAH 1", "flow_m3_s": 5.2, "supply_C": 18.0, "duty_W": 62e3, "saturated": True}]
    changes = {"racks": racks, "cooling_units": units, "spare": {"supply_C": 40.0, "branches": [{"name": "b1"}]}}
    result = dataclasses.replace(with_summary(), summary=summary(None) | changes)
    text = Page(report.text(result, result.summary)).text
    for shown in ("Until allowable s", "84", "R1 web 3 420", "CRAH 1 5.200 18.00 62.00", "✗ no, at its end",
                  "Spare", "Supply 40.00 °C", "b1"):  # fmt: skip
        assert shown in text
    assert "cooling units" not in Page(made(with_summary())).text.lower()


def test_intakes_over_time():
    time = np.linspace(0.0, 60.0, 61)
    history = {"iteration": np.arange(61), "time": time, "monitor:rack R1 inlet_mean": 20.0 + 0.2 * time}
    history["monitor:rack R1 inlet_max"] = np.where(time % 5 == 0, 22.0 + 0.3 * time, np.nan)
    case = '[[event]]\nat = "0.5 min"\n[[event]]\nat = 20.0\n[[event]]\nat = "1 fortnight"\n'
    text = made(dataclasses.replace(with_summary(), history=history, case_text=case))
    assert "Not drawn" not in text
    assert "of rack intakes over time" in text
    assert "hottest 40.0 °C" in text


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
@pytest.mark.parametrize("width", [1440, 800])
def test_a_browser_shows_it_without_complaint(tmp_path, html, width):
    check = (
        "<script>addEventListener('load',()=>{const r=document.documentElement;document.title=JSON.stringify("
        "{broken:[...document.images].filter(i=>!i.naturalWidth).length,wide:r.scrollWidth-r.clientWidth})})</script>"
    )
    (tmp_path / "report.html").write_text(html.replace("</body>", check + "</body>"), encoding="utf-8")
    command = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--enable-logging=stderr",
        f"--user-data-dir={tmp_path / 'profile'}", f"--window-size={width},1000", "--dump-dom",
        (tmp_path / "report.html").as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert '<title>{"broken":0,"wide":0}</title>' in done.stdout
    assert "CONSOLE" not in done.stderr
