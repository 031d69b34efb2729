"""Loading: what is in the file reaches the case in SI units; extends, sizes and --set combine in a fixed order."""

import hashlib
import tomllib

import jsonschema
import pytest
from small_case import SMALL, changed

from thermo.case import CaseError, Expression, load
from thermo.case.json_schema import json_schema
from thermo.case.shipped import new_case, shipped_cases
from thermo.case.source import merge


@pytest.fixture
def small(tmp_path):
    file = tmp_path / "small.toml"
    file.write_text(SMALL)
    return file


def test_values_are_si_floats(small):
    case = load(small)
    rack = case.rack[0]
    assert (rack.power, rack.temperature_rise) == (10e3, 12.0)
    assert (rack.lo, rack.hi) == ((1.0, 0.5, 0.0), (2.0, 1.1, 2.0))
    assert case.supply[0].temperature == pytest.approx(291.15)
    assert case.room.sides.y_min.temperature == pytest.approx(298.15)
    assert case.room.hi == (3.0, 2.0, 3.0)
    assert case.limits.rack_inlet_max == pytest.approx(305.15)
    assert case.initial.temperature == pytest.approx(291.15)
    assert case.supply[0].axis == 2


def test_air_flow_of_a_rack_by_each_law(small):
    capacity = 1.2 * 1006
    assert load(small).rack[0].airflow(capacity) == pytest.approx(1e4 / (capacity * 12))
    small.write_text(changed('temperature_rise = "12 K"', 'flow_per_power = "0.07 m^3/s/kW"'))
    assert load(small).rack[0].airflow(capacity) == pytest.approx(0.7)
    small.write_text(changed('temperature_rise = "12 K"', 'flow = "1800 m^3/h"'))
    assert load(small).rack[0].airflow(capacity) == pytest.approx(0.5)


def test_a_case_is_frozen(small):
    case = load(small)
    with pytest.raises(Exception, match="frozen"):
        case.rack[0].power = 1.0


def test_size_overlay_is_chosen_by_case_size(small):
    assert load(small).grid.cell == pytest.approx(0.1)
    full = load(small, ["case.size=full"])
    assert (full.grid.cell, full.size) == (pytest.approx(0.05), "full")


@pytest.mark.parametrize("size", ["quick", "full"])
def test_the_resolved_text_loads_to_the_same_case(small, tmp_path, size):
    case = load(small, [f"case.size={size}", "rack.A1.power=7 kW", 'monitor.mid.at=["2.5 m", 1, "100 cm"]'])
    again_file = tmp_path / "again.toml"
    again_file.write_text(case.source_text)
    again = load(again_file)
    assert again.model_dump() == case.model_dump()
    assert again.source_text == case.source_text
    assert case.sha256 == hashlib.sha256(case.source_text.encode()).hexdigest()


def test_overrides_by_index_and_by_name(small):
    assert load(small, ["rack.0.power=5 kW"]).rack[0].power == 5e3
    assert load(small, ["rack.A1.power=6000"]).rack[0].power == 6e3
    assert load(small, ["solve.max_iterations=7"]).solve.max_iterations == 7
    assert load(small, ["solve.sequence=false"]).solve.sequence is False
    assert load(small, ['room.sides.x_min={kind = "wall", heat_flux = "5 W/m^2"}']).room.sides.x_min.heat_flux == 5.0
    assert load(small, ["physics.heat_source==3*x"]).physics.heat_source == Expression("3*x")
    assert load(small, ["case.title=a = b"]).title == "a = b"


def test_the_last_override_wins_and_changes_the_hash(small):
    case = load(small, ["rack.A1.power=5 kW", "rack.A1.power=6 kW"])
    assert case.rack[0].power == 6e3
    assert case.sha256 != load(small).sha256


def test_extends_lays_the_file_onto_its_base(small, tmp_path):
    variant = tmp_path / "variant.toml"
    variant.write_text(
        'extends = "small.toml"\n[case]\ntitle = "hotter"\n[[rack]]\nname = "A1"\npower = "12 kW"\n'
        '[[rack]]\nname = "A2"\nfrom = [1, 1.1, 0]\nto = [2, 1.4, 2]\nintake = "x_max"\nexhaust = "x_min"\n'
        'power = "1 kW"\ntemperature_rise = "10 K"\n[size.full]\nsolve.max_iterations = 9\n'
    )
    case = load(variant)
    assert [(rack.name, rack.power) for rack in case.rack] == [("A1", 12e3), ("A2", 1e3)]
    assert case.rack[0].temperature_rise == 12.0
    assert case.name == "small"
    full = load(variant, ["case.size=full"])
    assert (full.grid.cell, full.solve.max_iterations) == (pytest.approx(0.05), 9)
    assert load(tmp_path / "variant.toml").grid.cell == pytest.approx(0.1)


def test_the_extending_file_wins_over_the_size_of_its_base(small, tmp_path):
    variant = tmp_path / "variant.toml"
    variant.write_text('extends = "small.toml"\ngrid.cell = "0.2 m"\n')
    assert load(variant, ["case.size=full"]).grid.cell == pytest.approx(0.2)


def test_extends_has_one_level(small, tmp_path):
    (tmp_path / "b.toml").write_text('extends = "small.toml"\n')
    (tmp_path / "c.toml").write_text('extends = "b.toml"\n')
    with pytest.raises(CaseError, match="only one level"):
        load(tmp_path / "c.toml")


def test_merge_rules():
    base = {"a": {"x": 1, "y": 2}, "rack": [{"name": "A", "p": 1}, {"name": "B", "p": 2}], "n": [1, 2]}
    over = {"a": {"y": 3}, "rack": [{"name": "B", "p": 5}, {"name": "C", "p": 6}], "n": [9]}
    merged = merge(base, over)
    assert merged["a"] == {"x": 1, "y": 3}
    assert [(item["name"], item["p"]) for item in merged["rack"]] == [("A", 1), ("B", 5), ("C", 6)]
    assert merged["n"] == [9]
    assert merge(base, {"rack": []})["rack"] == []
    assert base["rack"][1]["p"] == 2


def test_verification_problems_are_ordinary_cases(tmp_path):
    """A periodic channel with a body force and a manufactured source, a table viscosity and a moving lid."""
    file = tmp_path / "channel.toml"
    file.write_text(
        """
        [room]
        size = [1, 1, 1]
        origin = [0, 0, "-50 cm"]
        sides.x_min = "periodic"
        sides.x_max = "periodic"
        sides.y_max = { kind = "wall", velocity = ["=sin(pi*z)", 0, 0], temperature = "=1 + z" }
        sides.y_min = { kind = "wall", u_value = 3, outside = "30 degC" }
        [fluid]
        density = 1
        heat_capacity = 1
        viscosity = { temperature = ["20 degC", "60 degC"], value = ["1e-3 Pa*s", "5e-4 Pa*s"] }
        conductivity = { at_reference = 1, per_kelvin = 0.01 }
        reference_temperature = "20 degC"
        [physics]
        turbulence = "laminar"
        buoyancy = false
        convection = "central"
        body_force = [0.1, 0, "=z"]
        heat_source = "=cos(pi*y)"
        momentum_source = ["=y", 0, 0]
        [grid]
        cells = [1, 32, 1]
        stretching = [1, 20, 1]
        [initial]
        velocity = ["=y*(1-y)", 0, 0]
        [[monitor]]
        name = "floor"
        kind = "wall_heat_flow"
        side = "y_min"
        [[obstacle]]
        name = "chip"
        from = [0, 0, -0.5]
        to = [1, 0.25, 0]
        power = 3
        material = "copper"
        contact_resistance = "1e-4 m^2*K/W"
        """
    )
    case = load(file)
    assert case.fluid.viscosity.value == (1e-3, 5e-4)
    assert case.fluid.conductivity.per_kelvin == 0.01
    assert case.physics.body_force == (0.1, 0.0, Expression("z"))
    assert case.room.sides.y_max.velocity[0] == Expression("sin(pi*z)")
    assert case.room.lo == (0.0, 0.0, -0.5)
    assert case.obstacle[0].material.conductivity == pytest.approx(400, rel=0.02)
    assert case.name == "channel"


def test_conduction_needs_no_flow_properties(tmp_path):
    file = tmp_path / "slab.toml"
    file.write_text(
        "room.size = [1, 1, 1]\nphysics.flow = false\ngrid.x = [0, 0.5, 1]\ngrid.y = [0, 1]\ngrid.z = [0, 1]\n"
        "fluid = { density = 1, heat_capacity = 1, conductivity = 1 }\n"
        '[room.sides]\nx_min = { kind = "wall", temperature = 0 }\nx_max = { kind = "wall", temperature = 1 }\n'
    )
    case = load(file)
    assert (case.physics.turbulence, case.physics.buoyancy) == ("laminar", False)
    assert case.initial.temperature == 0.5


def test_missing_constants_are_named(tmp_path):
    file = tmp_path / "slab.toml"
    file.write_text("room.size = [1, 1, 1]\ngrid.cells = [2, 2, 2]\nfluid = { density = 1, heat_capacity = 1 }\n")
    with pytest.raises(CaseError, match=r"fluid\.viscosity: is missing"):
        load(file)


def test_weather_is_found_beside_the_case_before_the_shipped_one(small, tmp_path):
    name = "USA_TX_Abilene.Rgnl.AP.722660_TMY3.epw"
    small.write_text(SMALL + f'[plant]\n[site]\nweather = "{name}"\n')
    shipped = load(small).weather_file
    assert shipped.is_file()
    (tmp_path / name).write_text("beside")
    assert load(small).weather_file == tmp_path / name


@pytest.mark.parametrize("kind", shipped_cases())
def test_shipped_cases_load_in_every_size_and_fit_the_json_schema(kind):
    file = shipped_cases()[kind]
    jsonschema.validate(tomllib.loads(file.read_text()), json_schema())
    quick, full = load(file), load(file, ["case.size=full"])
    assert quick.size == "quick"
    assert quick.sha256 != full.sha256


def test_the_aisle_is_the_one_that_is_raced(small):
    case = load(shipped_cases()["aisle"])
    flow = sum(rack.airflow(case.fluid.density * case.fluid.heat_capacity) for rack in case.rack)
    assert flow / 4 / (0.6 * 2.0) == pytest.approx(0.57525, rel=1e-5)
    assert case.supply[0].velocity * 0.6 * 2.4 == pytest.approx(0.95 * flow, rel=1e-5)
    assert case.fluid.viscosity / case.fluid.density == pytest.approx(1.55e-5)
    assert case.fluid.viscosity * case.fluid.heat_capacity / case.fluid.conductivity == pytest.approx(0.71)
    assert case.fluid.expansion == pytest.approx(1 / 297.15)


def test_json_schema_refuses_what_the_loader_refuses(small):
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(tomllib.loads(SMALL), schema)
    jsonschema.validate({"extends": "base.toml", "grid": {"cell": "0.1 m"}}, schema)
    for old, new in (
        ("power =", "pwer ="),
        ('power = "10 kW"', "power = true"),
        ('"x_max"\n', '"front"\n'),
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(tomllib.loads(changed(old, new)), schema)


def test_every_key_of_the_json_schema_is_described():
    schema = json_schema()
    for name, table in {"case file": schema, **schema["$defs"]}.items():
        assert table["description"], name
        for key, field in table.get("properties", {}).items():
            assert "$ref" in field or field.get("description") or key == "kind", f"{name}.{key}"


def test_new_case_copies_and_never_overwrites(tmp_path):
    file = new_case("aisle", tmp_path / "mine.toml")
    assert load(file).name == "aisle"
    with pytest.raises(CaseError, match="exists already"):
        new_case("aisle", file)
    with pytest.raises(CaseError, match="Did you mean aisle"):
        new_case("aisel", tmp_path / "other.toml")
    with pytest.raises(CaseError, match="cannot be written"):
        new_case("aisle", tmp_path / "absent" / "mine.toml")
