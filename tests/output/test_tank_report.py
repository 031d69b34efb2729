"""Reports of tanks: cuts through the hottest chip by temperature and speed, chips of the same figures on one line."""

import dataclasses

import numpy as np
from sample_result import sample

from thermo.output import piping, planes, slices, tank_tables
from thermo.result import Box

CHIP = {"count": 1, "power_W": 700.0, "liquid_C": 45.0, "limit_C": 89.0}


def tank():
    """The sample room as a tank with two heat sinks."""
    result = sample()
    boxes = [Box("GPU A", "seeped", (0.4, 0.4, 0.2), (0.8, 0.8, 0.6), "GPU A"),
             Box("GPU B", "seeped", (1.0, 0.4, 1.0), (1.4, 0.8, 1.4), "GPU B")]  # fmt: skip
    rows = [CHIP | {"name": "GPU A", "max_C": 70.0}, CHIP | {"name": "GPU B", "max_C": 75.0}]
    summary = {"immersion": {"chips": rows}, "liquid": {"supply_C": 30.0}}
    return dataclasses.replace(result, boxes=boxes, summary=summary)


def test_cuts_go_through_the_hottest_chip():
    found = planes.choose(tank(), {})
    assert {plane.normal: round(plane.position, 6) for plane in found} == {"x": 1.2, "y": 0.6, "z": 1.2}
    assert all("GPU B" in plane.why for plane in found)


def test_a_tank_is_shown_by_temperature_and_by_speed():
    temperature, speed = slices.pictures(tank(), {})
    assert "temperature" in temperature.caption and "speed" in speed.caption
    assert "liquid is slow" in speed.caption


def test_a_jet_does_not_take_the_colours_of_the_rest():
    values = np.full((10, 20), 0.01)
    values[0, 0] = 5.0
    cut = planes.Cut(np.arange(21.0), np.arange(11.0), values, None, None)
    assert slices._levels([cut], 0.0, slices._usual([cut]))[-1] < 0.1
    assert slices._levels([cut], 0.0)[-1] >= 5.0


def test_thin_planes_are_left_out():
    result = tank()
    fields = dataclasses.replace(result.fields, y_nodes=result.fields.y_nodes * 0.01)
    assert [plane.normal for plane in planes.choose(dataclasses.replace(result, fields=fields), {})] == ["y"]


def test_chips_of_the_same_figures_share_a_line_the_least_margin_first():
    names = ["A1", "A2", "A3", "A4", "A5", "B1"]
    rows = [CHIP | {"name": name, "max_C": 75.0 if name == "B1" else 70.0 + 1e-4 * n} for n, name in enumerate(names)]
    text = tank_tables.chips(rows)
    assert text.index("B1") < text.index("A1, A2, A3 and 2 more")
    assert text.count("<tr>") == 3
    assert "14.0" in text and "19.0" in text


def test_a_tank_has_no_distribution_units_to_draw():
    assert piping.diagram(tank()) is None
