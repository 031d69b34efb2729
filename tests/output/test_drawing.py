"""What the figures of a room are drawn from: streamlines, surfaces of one temperature, rack fronts, plain sections."""

import dataclasses

import numpy as np
import pytest
from sample_result import nodes, sample

from thermo.output import elevations, floor, isosurface, resolved, streamlines, tables
from thermo.output.any_section import any_section
from thermo.output.planes import Cut
from thermo.result import Box, Fields, Variable


def turning(solid=None):
    """Solid-body rotation about (1, 1) in a square of 2 m, with a solid where asked for."""
    edges = nodes(40, 2.0)
    centre = 0.5 * (edges[1:] + edges[:-1]) - 1.0
    up, across = np.meshgrid(centre, centre, indexing="ij")
    right, rise = -up, across.copy()
    if solid is not None:
        right[solid], rise[solid] = np.nan, np.nan
    return Cut(edges, edges, np.zeros_like(right), right, rise)


def test_streamlines_of_a_turning_fluid_are_circles():
    lines = streamlines.trace(turning(), 0.15, 1.0)
    assert len(lines) > 10
    for line in lines:
        radius = np.hypot(*(line.points - 1.0).T)
        inside = radius < 0.95  # the flow leaves and enters through the corners
        assert np.ptp(radius[inside]) < 0.03 if inside.all() else True
        assert line.speed[inside] == pytest.approx(radius[inside], abs=0.05)


def test_streamlines_keep_apart_and_out_of_things():
    solid = np.zeros((40, 40), bool)
    solid[10:20, 24:34] = True
    cut, spacing = turning(solid), 0.15
    lines = streamlines.trace(cut, spacing, 1.0)
    for line in lines:
        column, row = (np.clip((line.points / 0.05).astype(int), 0, 39)).T
        assert not solid[row, column].any()
    middles = np.array([line.points[len(line.points) // 2] for line in lines])
    gaps = np.linalg.norm(middles[:, None] - middles[None], axis=2) + np.eye(len(middles)) * 9.0
    assert gaps.min() > 0.1 * spacing
    assert len(lines) > 5


def test_still_air_and_a_cut_without_flow_have_no_streamlines():
    cut = turning()
    still = Cut(cut.across, cut.up, cut.values, 0.0 * cut.right, 0.0 * cut.rise)
    assert streamlines.trace(still, 0.15, 1.0) == []
    assert streamlines.trace(Cut(cut.across, cut.up, cut.values, None, None), 0.15, 1.0) == []


def ball(shape=(24, 22, 20)):
    """The distance from (1, 1, 1) in a cube of 2 m, as a field."""
    z_nodes, y_nodes, x_nodes = (nodes(count, 2.0, 1.4) for count in shape)
    centre = [0.5 * (n[1:] + n[:-1]) for n in (z_nodes, y_nodes, x_nodes)]
    z, y, x = np.meshgrid(*centre, indexing="ij")
    distance = np.sqrt((x - 1.0) ** 2 + (y - 1.0) ** 2 + (z - 1.0) ** 2)
    return Fields(x_nodes, y_nodes, z_nodes, {"T": Variable(distance, "K", "distance")}, [], {}, {})


def area(polygons):
    """Sum of the areas of quadrilaterals in space."""
    a, b, c, d = np.moveaxis(polygons, 1, 0)
    return 0.5 * (np.linalg.norm(np.cross(b - a, c - a), axis=1) + np.linalg.norm(np.cross(c - a, d - a), axis=1)).sum()


def test_the_surface_of_a_ball():
    """Linear between centres: the radius within a percent, the area of the sphere within two."""
    polygons, normals = isosurface.surface(isosurface.lattice(ball(), "T"), 0.7)
    outward = polygons.mean(axis=1) - 1.0
    radius = np.linalg.norm(polygons - 1.0, axis=2)
    assert radius == pytest.approx(0.7, abs=0.012)
    assert area(polygons) == pytest.approx(4.0 * np.pi * 0.49, rel=0.02)
    assert (np.sum(outward * normals, axis=1) > 0.6 * 0.7).all()


def test_no_surface_inside_a_solid():
    fields = ball()
    values = fields.cells["T"].values.copy()
    values[:, :, 10:] = np.nan
    solid = dataclasses.replace(fields, cells={"T": Variable(values, "K", "distance")})
    polygons, _ = isosurface.surface(isosurface.lattice(solid, "T"), 0.7)
    assert len(polygons)
    assert polygons[..., 0].max() < fields.x_nodes[11]


def test_a_large_field_is_thinned_out():
    field = ball((60, 60, 60))
    assert isosurface.lattice(field, "T").values.size < 1.3 * isosurface.MOST_CELLS
    assert isosurface.lattice(ball(), "T").values.shape == (26, 24, 22)


@pytest.mark.parametrize(("side", "layer", "mirrored"), [("x_max", 10, False), ("x_min", 4, True)])
def test_fronts_are_seen_from_before_the_rack(side, layer, mirrored):
    """Standing before the x_max side, y runs to the right; before the x_min side, to the left."""
    result = sample((8, 24, 15))
    box = result.boxes[0]
    faces = {box.name: (side, "x_min" if side == "x_max" else "x_max")}
    front = elevations.fronts(result, faces)[0]
    fields = result.fields
    face = box.hi[0] if side == "x_max" else box.lo[0]
    plane = int(np.argmin(abs(fields.x_nodes - face)))
    columns = [int(np.argmin(abs(fields.y_nodes - y))) for y in (box.lo[1], box.hi[1])]
    values = fields.cells["T"].values[: front.values.shape[0], slice(*columns), plane - (side == "x_min")] - 273.15
    assert front.values == pytest.approx(values[:, ::-1] if mirrored else values)
    assert front.across[0] == 0.0
    assert np.all(np.diff(front.across) > 0.0)
    assert front.across[-1] == pytest.approx(fields.y_nodes[columns[1]] - fields.y_nodes[columns[0]])


def test_racks_of_a_row_stand_in_the_order_in_which_one_sees_them():
    """From before the x_max side the rack with the largest y is the last, from before x_min the first."""
    result = sample((8, 24, 15))
    along = {box.name: box.lo[1] for box in result.boxes if box.kind == "rack"}
    for side, back, sign in (("x_max", "x_min", 1.0), ("x_min", "x_max", -1.0)):
        found = elevations.fronts(result, dict.fromkeys(along, (side, back)))
        assert len({front.line for front in found}) == 1
        seen = [front.name for front in sorted(found, key=lambda front: front.place)]
        assert seen == sorted(along, key=lambda name: sign * along[name])


def test_the_water_of_a_tower_adds_up():
    """What neither evaporates nor is blown down leaves in drops."""
    shown = tables.water({"makeup_L_per_year": 100e3, "evaporation_L_per_year": 80e3, "blowdown_L_per_year": 19e3}, {})
    assert "in drops</th><td>1.0" in shown
    assert "drops" not in tables.water({"makeup_L_per_year": 100e3}, {})


def floor_of(flows):
    """A result with one tile a flow, 0.6 m apart, and a hole that takes 0.05 m3/s down."""
    result = sample()
    boxes = [Box(f"T{n}", "tile", (0.1 + 0.3 * n, 0.1, 0.0), (0.4 + 0.3 * n, 0.4, 0.0), "") for n in range(len(flows))]
    boxes.append(Box("hole", "tile", (0.1, 0.6, 0.0), (0.4, 0.8, 0.0), ""))
    rows = [{"name": f"T{n}", "kind": "tile", "flow_m3_s": flow} for n, flow in enumerate(flows)]
    rows.append({"name": "hole", "kind": "cutout", "flow_m3_s": 0.07})
    return dataclasses.replace(result, boxes=boxes, summary=result.summary | {"plates": rows})


def test_the_floor_tells_what_comes_out_of_its_tiles():
    caption = floor.picture(floor_of([0.1, 0.2, 0.3, 0.4])).caption
    for text in ("0.100 to 0.400", "0.250 in the mean", "45 %", "1.00 in all", "other holes, 0.07"):
        assert text in caption
    assert "drawn down" not in caption
    assert "drawn down" in floor.picture(floor_of([0.1, 0.2, 0.3, -0.1])).caption
    assert floor.picture(floor_of([0.1, 0.2, 0.3])) is None


def test_many_racks_are_drawn_in_rows_hottest_kept():
    result = sample((8, 24, 15))
    count = elevations.MOST + 30
    racks = [dataclasses.replace(result.boxes[n % 4], name=f"R{n}") for n in range(count)]
    crowd = dataclasses.replace(result, boxes=racks)
    faces = dict.fromkeys((box.name for box in racks), ("x_max", "x_min"))
    picture = elevations.elevations(crowd, faces, np.arange(18.0, 40.0))
    assert f"The {elevations.MOST} hottest of {count} racks" in picture.caption


def test_a_rack_without_known_sides_has_no_front():
    result = sample()
    assert elevations.elevations(result, {}, np.arange(18.0, 40.0)) is None
    assert elevations.elevations(result, resolved.rack_faces(resolved.tables(result)), np.empty(0)) is None


def test_a_section_without_a_table_of_its_own_is_shown_with_units():
    shown = any_section({
        "supply_C": 40.0,
        "pump_W": 1200.0,
        "share_of_it": 0.25,
        "cost_USD_per_year": {"it": 12000.0, "fans": 0.5},
        "branches": [{"name": "a<b", "flow_kg_s": 0.5, "open": True}, {"name": "c"}],
        "hours": [1, 2],
    })  # fmt: skip
    for text in ("40.00 °C", "1.20 kW", "0.25", "12\u2009000 USD a year", "<th scope=\"row\">IT</th>", "a&lt;b",
                 "kg/s", "0.500", "yes", "–"):  # fmt: skip
        assert text in shown


def test_a_cooling_unit_blows_cold_and_draws_in_warm():
    """The colours of a rack the other way round; of a unit that feeds a plenum the warm side alone."""
    rack = {"name": "R", "intake": "x_min", "exhaust": "x_max"}
    units = [{"name": "C", "intake": "z_max", "discharge": "y_max"}, {"name": "P", "intake": "z_max", "feeds": ["t"]}]
    found = resolved.rack_faces({"rack": [rack], "cooling_unit": units})
    assert found == {"R": ("x_min", "x_max"), "C": ("y_max", "z_max"), "P": ("", "z_max")}
