"""Wrong input: one clear line that names the key and the cure, exit status 2, and nothing written."""

import pytest
from small_case import changed

from thermo.cli import main

BAD_FILES = {
    # key spelling and structure
    "unknown key": ('power = "10 kW"', 'pwer = "10 kW"', ["rack.A1.pwer", "unknown key", "Did you mean power?"]),
    "unknown table": ("[limits]", "[limit]", ["limit", "unknown key", "Did you mean limits?"]),
    "unknown nested key": ("x_max = ", "x_mx = ", ["room.sides.x_mx", "x_max"]),
    "missing key": ('power = "10 kW"', "", ["rack.A1", "power is missing"]),
    "missing table": ("[grid]\n", "[solve]\n", ["solve.cell", "unknown key"]),
    "table for list": ("[[rack]]", "[rack]", ["rack", "[[rack]]"]),
    "broken toml": ("[grid]", "[grid", ["not valid TOML", "line"]),
    "key twice": ('name = "small"', 'name = "small"\nname = "b"', ["not valid TOML"]),
    "key in another table": ("[limits]\nrack_inlet_max", "limits", ["monitor.mid.limits", "unknown key"]),
    "wrong case table": ('[case]\nname = "small"', 'case = "small"', ["case", "must be a table"]),
    # units
    "wrong dimension": ('"10 kW"', '"10 m"', ["rack.A1.power", '"10 m"', "does not convert to W", '"10 kW"']),
    "unknown unit": ('"10 kW"', '"10 kWW"', ["rack.A1.power", 'unknown unit "kWW"', '"10 kW"']),
    "no unit in string": ('"10 kW"', '"10"', ["rack.A1.power", "has no unit"]),
    "not a number": ('"10 kW"', '"much"', ["rack.A1.power", "not a number with a unit"]),
    "arithmetic in a quantity": ('"10 kW"', '"2*5 kW"', ["rack.A1.power", "unreadable unit"]),
    "code in a unit": ('"10 kW"', "\"10 __import__('os')\"", ["rack.A1.power", "unreadable unit"]),
    "tower of powers": ('"10 kW"', '"10 m^9^9^9"', ["rack.A1.power", "unreadable unit"]),
    "truth for number": ('"10 kW"', "true", ["rack.A1.power", "is not a power"]),
    "infinite": ('"10 kW"', "inf", ["rack.A1.power", "finite"]),
    "huge": ('"10 kW"', "1" + 400 * "0", ["rack.A1.power", "finite"]),
    "infinite by exponent": ('"10 kW"', '"1e999 kW"', ["rack.A1.power", "finite"]),
    "celsius difference": ('"12 K"', '"12 degC"', ["rack.A1.temperature_rise", "not a difference", '"12 K"']),
    "difference as temperature": ('"18 degC"', '"18 delta_degC"', ["supply.floor.temperature", "not a temperature"]),
    "plain celsius": ('"18 degC"', "18", ["supply.floor.temperature", "a plain number, so in K", "degC"]),
    "below absolute zero": ('"18 degC"', '"-300 degC"', ["supply.floor.temperature", "at least 0 K"]),
    "hotter than anything": ('"18 degC"', '"18000 degC"', ["supply.floor.temperature", "at most 5000 K"]),
    "coulomb for celsius": ('"18 degC"', '"18 C"', ["supply.floor.temperature", "does not convert to K", "degC"]),
    "negative power": ('"10 kW"', '"-10 kW"', ["rack.A1.power", "at least 0 W"]),
    "zero flow": ('"0.69 m^3/s"', "0", ["supply.floor.flow", "more than 0 m^3/s"]),
    "free area above one": ("free_area = 0.5", "free_area = 50", ["tile.screen.free_area", "at most 1"]),
    "two coordinates": ('["3 m", "2 m", "3 m"]', '["3 m", "2 m"]', ["room.size", "list of three"]),
    "unit in one coordinate": ('["3 m", "2 m", "3 m"]', '["3 m", "2 s", "3 m"]', ["room.size", "y component"]),
    "plain number per kWh": (
        "",
        '[site]\nweather = { dry_bulb = "20 degC" }\nelectricity_price = 0.07',
        ["site.electricity_price", "USD/J", "0.07 USD/kWh"],
    ),
    # choices
    "unknown side": ('intake = "x_max"', 'intake = "front"', ["rack.A1.intake", '"front"', "x_min"]),
    "unknown side kind": ('x_max = "symmetry"', 'x_max = "mirror"', ["room.sides.x_max", "mirror", "symmetry"]),
    "inlet without velocity": ('x_max = "symmetry"', 'x_max = "inlet"', ["room.sides.x_max", "velocity"]),
    "half periodic": ('x_max = "symmetry"', 'x_max = "periodic"', ["x_min and x_max must both be periodic"]),
    "two wall conditions": (
        'temperature = "25 degC" }',
        'temperature = "25 degC", heat_flux = 5 }',
        ["room.sides.y_min: ", "only one of temperature, heat_flux"],
    ),
    "wall that moves through itself": (
        'temperature = "25 degC" }',
        "velocity = [0, 1, 0] }",
        ["room.sides.y_min.velocity", "y component must be 0"],
    ),
    "inlet that blows out": (
        'x_max = "symmetry"',
        'x_max = { kind = "inlet", velocity = [1, 0, 0], temperature = "20 degC" }',
        ["room.sides.x_max.velocity", "into the room"],
    ),
    "two airflow laws": (
        'temperature_rise = "12 K"',
        'temperature_rise = "12 K"\nflow = "1 m^3/s"',
        ["rack.A1", "exactly one of temperature_rise, flow, flow_per_power"],
    ),
    "no airflow law": ('temperature_rise = "12 K"', "", ["rack.A1", "exactly one of temperature_rise"]),
    "same intake and exhaust": (
        'exhaust = "x_min"',
        'exhaust = "x_max"',
        ["rack.A1", "intake and exhaust are both x_max"],
    ),
    "cooling that is not built": ('name = "small"', 'name = "small"\ncooling = "magic"', ["case.cooling", "'air'"]),
    "unknown fluid": ('name = "air"', 'name = "watr"', ["fluid.name", "Did you mean water?"]),
    "fluid twice": ('name = "air"', 'name = "air"\ndensity = 1.2', ["fluid", "either name", "density"]),
    "unknown size": ('name = "small"', 'name = "small"\nsize = "huge"', ["case.size", "huge", "quick, full"]),
    "two grids": ('cell = "0.1 m"', 'cell = "0.1 m"\ncells = [8, 8, 8]', ["grid", "exactly one of cell, cells"]),
    "stretching without cells": ('cell = "0.1 m"', 'cell = "0.1 m"\nstretching = [2, 2, 2]', ["stretching", "cells"]),
    "half a cell": ('cell = "0.1 m"', "cells = [8.5, 8, 8]", ["grid.cells", "whole number"]),
    "turbulence in laminar flow": (
        "[limits]",
        '[physics]\nturbulence = "laminar"\nturbulent_prandtl = 0.9\n[limits]',
        ["physics", "turbulent_prandtl has no effect"],
    ),
    "production by buoyancy without turbulence": (
        "[limits]",
        '[physics]\nturbulence = "lvel"\nbuoyancy_production = true\n[limits]',
        ["physics", "buoyancy_production", "k-epsilon"],
    ),
    "turbulent stress in laminar flow": (
        "[limits]",
        '[physics]\nturbulence = "laminar"\ntransposed_stress = true\n[limits]',
        ["physics", "transposed_stress", "laminar"],
    ),
    "turbulence of a supply with a model without it": (
        "[limits]",
        '[physics]\nturbulence = "lvel"\n[[supply]]\nname = "s"\nfrom = [0, 0, 1]\nto = [0, 1, 2]\nflow = 0.1\n'
        "temperature = 290\nintensity = 0.1\n[limits]",
        ["supply", "intensity", "lvel"],
    ),
    "gravity without buoyancy": (
        "[limits]",
        "[physics]\nbuoyancy = false\ngravity = [0, 0, -9.81]\n[limits]",
        ["physics.gravity", "no effect without buoyancy"],
    ),
    "jets of a plain resistance": ("free_area = 0.5", "loss_coefficient = 3\njet = true", ["tile.screen", "free_area"]),
    "name with a dot": ('name = "column"', 'name = "a.b"', ["obstacle", "a name is made of"]),
    "list with a string": ("[[rack]]", 'heat = ["a"]\n[[rack]]', ["grid.heat", "unknown key"]),
    "heat without energy": (
        "[limits]",
        "[physics]\nenergy = false\n[limits]",
        ["has no effect", "physics.energy = false"],
    ),
    "rack without flow": ("[limits]", "[physics]\nflow = false\n[limits]", ["rack.A1", "physics.flow = false"]),
    # monitors, limits, site, plant
    "monitor without place": ('at = ["2.5 m", "1 m", "1 m"]', "", ["monitor.mid", 'kind = "point" needs at']),
    "monitor with useless key": ("at = [", "points = 5\nat = [", ["monitor.mid", "points has no meaning"]),
    "monitor outside": ('at = ["2.5 m"', 'at = ["9 m"', ["monitor.mid", "outside the room"]),
    "monitor inside a rack": ('at = ["2.5 m"', 'at = ["1.5 m"', ["monitor.mid", "inside rack A1"]),
    "limit without plant": ("[limits]", "[limits]\npue = 1.4", ["limits.pue", "add [plant] and [site]"]),
    "limit on absent chips": ("[limits]", '[limits]\nchip_max = "85 degC"', ["limits.chip_max", "cannot be checked"]),
    "site without plant": ("", '[site]\nweather = { dry_bulb = "20 degC" }', ["site", "without a plant"]),
    "plant without site": ("", "[plant]\nit_scale = 2", ["site", "is missing"]),
    "missing weather": (
        "",
        '[plant]\n[site]\nweather = "Abilene.epw"',
        ["site.weather", '"Abilene.epw". Did you mean USA_TX_Abilene'],
    ),
    "unknown chiller": (
        "",
        '[site]\nweather = { dry_bulb = "20 degC" }\n[plant.chiller]\nrecord = "Carrier"',
        ["plant.chiller.record", "Carrier 30RB390"],
    ),
    "two chiller laws": (
        "",
        '[site]\nweather = { dry_bulb = "20 degC" }\n[plant.chiller]\ncop = 4\ncarnot_fraction = 0.5',
        ["plant.chiller", "only one of"],
    ),
    # expressions
    "expression where none can be": (
        'power = "10 kW"',
        'power = "=3*x"',
        ["rack.A1.power", "expression, which is not possible"],
    ),
    "unknown name in expression": ('"25 degC"', '"=300 + radius"', ["room.sides.y_min.temperature", "radius"]),
    "code in expression": (
        '"25 degC"',
        "\"=__import__('os').getpid()\"",
        ["room.sides.y_min.temperature", "may not contain"],
    ),
    "undefined expression": (
        '"25 degC"',
        '"=300 + log(x - 10)"',
        ["room.sides.y_min.temperature", "not a finite number"],
    ),
    # geometry
    "overlapping boxes": ('from = ["1 m", "1.5 m"', 'from = ["1 m", "1 m"', ["rack A1 and obstacle column overlap"]),
    "rack outside": (
        'to = ["2 m", "1.1 m", "2 m"]',
        'to = ["2 m", "1.1 m", "4 m"]',
        ["rack.A1", "outside the room", "z"],
    ),
    "box without size": (
        'to = ["1.3 m", "1.8 m", "3 m"]',
        'to = ["1.3 m", "1.8 m", "0 m"]',
        ["obstacle.column", "along z"],
    ),
    "reversed corners": ('to = ["2 m", "1.1 m"', 'to = ["0.5 m", "1.1 m"', ["rack.A1", "to must not be below from"]),
    "exhaust into the room's wall": (
        'from = ["1 m", "0.5 m"',
        'from = ["0 m", "0.5 m"',
        ["rack.A1.exhaust", "side x_min"],
    ),
    "intake at an obstacle": (
        'from = ["1 m", "1.5 m", "0 m"]\nto = ["1.3 m", "1.8 m", "3 m"]',
        'from = ["2 m", "0.5 m", "0 m"]\nto = ["2.1 m", "1 m", "1 m"]',
        ["rack.A1.intake", "obstacle column"],
    ),
    "opening in mid-air": (
        '"0 m"]\nto = ["2.8 m", "1.1 m", "0 m"]',
        '"1 m"]\nto = ["2.8 m", "1.1 m", "1 m"]',
        ["supply.floor", "neither on a side of the room"],
    ),
    "opening that is a box": (
        'to = ["2.8 m", "1.1 m", "0 m"]',
        'to = ["2.8 m", "1.1 m", "1 m"]',
        ["supply.floor", "rectangle"],
    ),
    "opening on a symmetry plane": (
        'from = ["2.2 m", "0.5 m", "0 m"]\nto = ["2.8 m", "1.1 m", "0 m"]',
        'from = ["3 m", "0.5 m", "0 m"]\nto = ["3 m", "1.1 m", "1 m"]',
        ["supply.floor", "x_max", "symmetry"],
    ),
    "supply under an obstacle": (
        'from = ["2.2 m", "0.5 m", "0 m"]',
        'from = ["1.5 m", "0.5 m", "0 m"]',
        ["blows into rack A1"],
    ),
    "tile on the floor": (
        '0.5 m"]\nto = ["2.8 m", "1.1 m", "0.5 m"]',
        '0 m"]\nto = ["2.8 m", "1.1 m", "0 m"]',
        ["tile.screen", "room side z_min"],
    ),
    "tile through a rack": (
        'from = ["2.2 m", "0.5 m", "0.5 m"]',
        'from = ["1.5 m", "0.5 m", "0.5 m"]',
        ["tile.screen", "rack A1"],
    ),
    "name twice": ('name = "column"', 'name = "A1"', ["obstacle.A1", "taken by rack A1"]),
    "name twice of a kind": (
        "",
        '[[heat]]\nname = "h"\nfrom = [0, 0, 0]\nto = [0.2, 0.2, 0.2]\npower = "5 W"\n' * 2,
        ["heat.h", 'two heated boxes are called "h"'],
    ),
    "other word for a table": ("", '[[crah]]\nname = "c"', ["crah", "Did you mean cooling_unit?"]),
    "empty name": ('name = "column"', 'name = ""', ["obstacle", "a name is made of"]),
    "heat in a rack": (
        "",
        '[[heat]]\nname = "h"\nfrom = [1, 0.5, 0]\nto = [1.5, 1, 1]\npower = "5 W"',
        ["heat.h", "rack A1"],
    ),
    "refinement that is coarser": (
        "[limits]",
        "[[grid.refine]]\nbox = { from = [0, 0, 0], to = [1, 1, 1] }\ncell = 0.2\n[limits]",
        ["grid.refine.0.cell", "not smaller than grid.cell"],
    ),
    # extends
    "extends nothing": ("[case]", 'extends = "base.toml"\n[case]', ["extends", "base.toml", "no such file"]),
    "extends itself": ("[case]", 'extends = "bad.toml"\n[case]', ["extends", "cannot extend itself"]),
    "size that is no table": ("[size.full]\ngrid.cell", "[size]\nfull", ["size", "[size.full]"]),
}

BAD_OVERRIDES = {
    "no value": ("rack.A1.power", ["--set rack.A1.power", "key=value"]),
    "unknown key": ("rack.A1.pwer=5 kW", ["rack.A1.pwer (--set)", "Did you mean power?"]),
    "unknown table": ("solver.relaxation=0.5", ["solver (--set)", "Did you mean solve?"]),
    "unknown item": ("rack.A2.power=5 kW", ["no item A2", "A1"]),
    "index too large": ("rack.3.power=5 kW", ["no item 3"]),
    "into a value": ("case.name.first=a", ["case.name is the single value"]),
    "wrong unit": ("rack.0.power=5 m", ["rack.A1.power (--set)", "does not convert to W"]),
    "unknown size": ("case.size=huge", ["case.size", "huge", "full"]),
    "size overlay": ("size.full.grid.cell=0.1", ["set the key itself"]),
}


def outcome(arguments, capsys):
    """Run the command line in this process; return exit status, standard output and standard error."""
    with pytest.raises(SystemExit) as left:
        main([str(argument) for argument in arguments])
    printed = capsys.readouterr()
    return left.value.code, printed.out, printed.err


def assert_refused(arguments, fragments, directory, capsys):
    """The command ends with status 2 and one line with all fragments; no file appears or changes."""
    results = directory / "results"
    results.mkdir()
    (results / "summary.json").write_text("former result")
    before = sorted(directory.rglob("*"))
    status, out, err = outcome([*arguments], capsys)
    assert status == 2
    assert out == ""
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    for fragment in fragments:
        assert fragment in err
    assert sorted(directory.rglob("*")) == before
    assert (results / "summary.json").read_text() == "former result"


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_file_is_refused_in_one_line(name, tmp_path, monkeypatch, capsys):
    old, new, fragments = BAD_FILES[name]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.toml").write_text(changed(old, new))
    assert_refused(["run", "bad.toml", "-o", "results"], ["bad.toml: ", *fragments], tmp_path, capsys)


@pytest.mark.parametrize("name", BAD_OVERRIDES)
def test_bad_override_is_refused_in_one_line(name, tmp_path, monkeypatch, capsys):
    override, fragments = BAD_OVERRIDES[name]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.toml").write_text(changed("", ""))
    assert_refused(["run", "bad.toml", "--set", override, "-o", "results"], fragments, tmp_path, capsys)


@pytest.mark.parametrize(
    ("content", "fragments"),
    [(None, ["no such file"]), (b"\xff\xfe\x00", ["UTF-8"]), (b"", ["room", "is missing"]), (b"[" * 5000, ["TOML"])],
)
def test_unreadable_file_is_refused_in_one_line(content, fragments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    if content is not None:
        (tmp_path / "bad.toml").write_bytes(content)
    assert_refused(["check", "bad.toml"], ["bad.toml: ", *fragments], tmp_path, capsys)


def test_directory_as_case_is_refused(tmp_path, capsys):
    assert_refused(["check", tmp_path], ["is a directory"], tmp_path, capsys)


def test_output_that_is_a_file_is_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "case.toml").write_text(changed("", ""))
    assert_refused(["run", "case.toml", "-o", "results/summary.json"], ["is a file", "-o"], tmp_path, capsys)


def test_misspelt_file_name_gets_a_suggestion(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "aisle.toml").write_text(changed("", ""))
    assert_refused(["check", "aisl.toml"], ["Did you mean aisle.toml?"], tmp_path, capsys)


def test_the_unchanged_case_is_accepted(tmp_path, capsys):
    (tmp_path / "good.toml").write_text(changed("", ""))
    status, out, err = outcome(["check", tmp_path / "good.toml"], capsys)
    assert (status, err) == (0, "")
    assert "rack A1" in out


def test_a_size_is_told_only_of_a_case_that_has_some(tmp_path, capsys):
    for name, text, told in (("sizes", changed("", ""), True),
                             ("none", changed('[size.full]\ngrid.cell = "0.05 m"\n', ""), False)):  # fmt: skip
        (tmp_path / f"{name}.toml").write_text(text)
        status, out, _ = outcome(["check", tmp_path / f"{name}.toml"], capsys)
        assert status == 0
        assert ("(quick)" in out) is told
