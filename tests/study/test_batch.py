"""Points of a sweep put together: the same as one by one, on arrays of a device too, and what fails fails alone."""

import json
import random
import sys
from pathlib import Path

import numpy as np
import pytest
import stand_in

sys.path.insert(0, str(Path(__file__).parents[1] / "load"))
from load_case import SERVER, text

from thermo.case.shipped import cases_directory
from thermo.errors import HardwareError, OutputError
from thermo.output import summary as summaries
from thermo.study import batch, design, points, sweep_file
from thermo.study.points import Point, evaluate

REVIEW = cases_directory() / "review"
RACKS = [{"name": f"R{n}", "power_W": 25120.8, "flow_m3_s": 1.42, "inlet_mean_C": 23.0 + n / 4, "inlet_max_C": 24.2,
          "outlet_mean_C": 39.0} for n in (1, 2, 3, 4)]  # fmt: skip
FIELD = json.dumps({"racks": RACKS})
SMALL_FIELD = json.dumps({"racks": [RACKS[0] | {"name": "A1", "power_W": 1e4, "flow_m3_s": 0.69}]})
HOURS = "".join(
    f"{np.datetime64('2023-01-01T00') + np.timedelta64(i, 'h')}:00,{20 + (7 * i) % 60},{300 + i % 90}\n"
    for i in range(8760)
)
TRACE = "t_s,a_per_s\n" + "".join(f"{600 * i},{(i * 7) % 11}\n" for i in range(100))
PRICED = 'electricity_price = "0.10 USD/kWh"\n'
CARBON = 'carbon_per_electricity = "0.4 kg/kWh"\n'
ECONOMIZER = '[plant.economizer]\nkind = "none"\n'
WET = '[plant.chiller]\ncondenser = "water"\n'
LOAD = f'[load]\nkind = "inference"\nserver = {SERVER}\nutilisation = 0.7\ntrace = {{ file = "t.csv" }}\n'
CHIP = (
    '[load.chip]\npower = "900 W"\nresistance = "0.06 K/W"\nlimit = "82 degC"\nshutdown = "90 degC"\n'
    "leakage_fraction = 0.1\nleakage_per_kelvin = 0.01\n"
)
MONEY = (
    "[money]\nwater_price = 2\nsewer_price = 1\ndemand_charge = 0.01\ndiscount_rate = 0.08\n"
    '[[money.capex]]\nname = "hall"\nper_power = "2 USD/W"\nlife = "15 year"\nmaintenance = 0.02\nsource = "assumed"\n'
    '[[money.capex]]\nname = "land"\ncost = 50000\nlife = "30 year"\nsource = "assumed"\n'
)
MARKET = (
    '[electricity]\nfile = "mine.csv"\nzone = "here"\nutc_offset = "0 h"\nmarkup = "5 USD/MWh"\n'
    'curtailed = { below = "25 USD/MWh", power = "8 kW", price = "1 USD/MWh" }\n'
)


def hall(*tables, plant=ECONOMIZER, law="[plant.chiller]\ncop = 4\n", site=""):
    """The small case in Abilene with other tables."""
    from load_case import SITE

    constant = '{ dry_bulb = "10 degC", relative_humidity = 0.5 }'
    given = SITE.replace(constant, '"USA_TX_Abilene.Rgnl.AP.722660_TMY3.epw"')
    given = given.replace("[plant.chiller]\ncop = 4\n", law).replace(ECONOMIZER, plant)
    if site == "no price":
        given = given.replace(PRICED, "").replace(CARBON, "")
    return text("\n".join(tables), given)


SHIPPED = ("abilene_closed_loop", "abilene_immersion_two_phase")
# name: the case, and what varies in it between two ends
KINDS = {
    "fixed laws": (hall(LOAD, MONEY), {
        "plant.chiller.cop": (3.0, 5.0), "plant.air_handler.fan_pressure": ("200 Pa", "500 Pa"),
        "plant.air_handler.fan_efficiency": (0.5, 0.7), "plant.air_handler.flow_margin": (1.0, 1.2),
        "plant.air_handler.minimum_speed": (0.2, 0.9), "plant.air_handler.coil_approach": ("4 K", "8 K"),
        "plant.chilled_water.temperature_rise": ("5 K", "12 K"), "plant.chilled_water.minimum_flow": (0.2, 0.9),
        "plant.chilled_water.pump_head": ("100 kPa", "300 kPa"), "plant.chilled_water.pump_efficiency": (0.5, 0.8),
        "plant.power.transformer_efficiency": (0.97, 0.995), "plant.power.ups_loss_to_cooling": (0.0, 1.0),
        "plant.power.lighting_fraction": (0.0, 0.01), "plant.power.server_fan_fraction": (0.02, 0.1),
        "plant.power.ups.efficiency": (0.9, 0.97), "plant.power.psu.efficiency": (0.9, 0.97),
        "money.water_price": (1.0, 5.0), "money.sewer_price": (0.5, 2.0), "money.demand_charge": (0.0, 0.1),
        "money.discount_rate": (0.0, 0.12), "money.capex.hall.per_power": ("1 USD/W", "3 USD/W"),
        "money.capex.1.cost": (1e4, 1e5), "money.capex.hall.life": ("10 year", "20 year"),
        "money.capex.hall.maintenance": (0.0, 0.03), "site.electricity_price": ("0.05 USD/kWh", "0.2 USD/kWh"),
        "site.water_per_electricity": ("0 L/kWh", "2 L/kWh"), "site.carbon_per_electricity": (1e-8, 2e-7),
        "load.utilisation": (0.2, 1.0), "limits.pue": (1.2, 1.6), "limits.wue_site": (1e-10, 1e-9),
        "limits.rack_inlet_max": ("20 degC", "30 degC"), "limits.rack_inlet_mean": ("20 degC", "30 degC"),
    }),
    "Carnot and a coil": (hall(law="[plant.chiller]\ncarnot_fraction = 0.5\n", plant=""), {
        "plant.chiller.carnot_fraction": (0.4, 0.6), "plant.chiller.evaporator_approach": ("3 K", "7 K"),
        "plant.chiller.condenser_approach": ("10 K", "20 K"), "plant.chiller.minimum_lift": ("10 K", "30 K"),
        "plant.air_handler.effectiveness": (0.5, 0.8), "plant.economizer.approach": ("3 K", "9 K"),
        "plant.economizer.fan_power_fraction": (0.01, 0.05), "plant.economizer.minimum_fan_speed": (0.1, 0.4),
        "plant.air_handler.supply_temperature": ("20 degC", "27 degC"),
    }),
    "records": (hall(law="[plant.chiller]\nunits = 1\nredundancy = 1\n", plant=""), {
        "plant.chiller.units": (1, 3), "plant.chiller.redundancy": (0, 2),
        "plant.chilled_water.supply_temperature": ("8 degC", "11 degC"),
        "plant.power.ups.load_at_design": (0.5, 0.9), "plant.power.transformer_load_at_design": (0.4, 0.9),
        "plant.power.psu.server_power": ("3 kW", "8 kW"),
    }),
    "tower": (hall(LOAD.replace("utilisation = 0.7", "demand = 10000"), law=WET, plant=""), {
        "plant.tower.fan_power_fraction": (0.01, 0.03), "plant.tower.minimum_fan_speed": (0.05, 0.3),
        "plant.condenser_water.minimum_temperature": ("20 degC", "26 degC"),
        "plant.condenser_water.temperature_rise": ("4 K", "7 K"), "plant.condenser_water.minimum_flow": (0.5, 0.9),
        "plant.condenser_water.pump_head": ("100 kPa", "300 kPa"),
        "plant.condenser_water.pump_efficiency": (0.5, 0.8), "plant.economizer.approach": ("1 K", "4 K"),
        "plant.water.cycles_of_concentration": (3.0, 8.0), "plant.water.drift_fraction": (1e-5, 1e-4),
        "load.demand": (5000.0, 15000.0),
    }),
    "tower of fixed approach": (hall(law=WET + "cop = 5\n", plant=""), {
        "plant.tower.approach": ("3 K", "6 K"), "plant.water.latent_fraction": (0.7, 1.0),
    }),
    "pads": (hall(plant="[plant.adiabatic]\n"), {
        "plant.adiabatic.effectiveness": (0.5, 0.9), "plant.adiabatic.start_temperature": ("15 degC", "25 degC"),
        "plant.adiabatic.air_temperature_rise": ("8 K", "12 K"),
    }),
    "outdoor air": (hall(plant='[plant.economizer]\nkind = "air_side"\n'), {
        "plant.economizer.dew_point_min": ("-15 degC", "-5 degC"), "plant.economizer.dew_point_max": (285.0, 292.0),
        "plant.economizer.relative_humidity_max": (0.6, 0.9),
    }),
    "indirect": (hall(plant='[plant.economizer]\nkind = "air_side_indirect"\n[plant.adiabatic]\n'), {
        "plant.economizer.effectiveness": (0.5, 0.9), "plant.adiabatic.effectiveness": (0.5, 0.9),
    }),
    "warm chips": (hall(LOAD + 'longest_wait = "10 min"\n' + CHIP, MONEY), {
        "load.utilisation": (0.3, 0.9), "load.longest_wait": ("5 min", "1 h"), "load.chip.power": ("700 W", "950 W"),
        "load.chip.resistance": ("0.05 K/W", "0.075 K/W"), "load.chip.limit": ("80 degC", "84 degC"),
        "load.chip.shutdown": ("85 degC", "100 degC"), "load.chip.reference": ("50 degC", "70 degC"),
        "load.chip.leakage_fraction": (0.05, 0.2), "load.chip.leakage_per_kelvin": (0.0, 0.012),
        "load.chip.clock_exponent": (1.0, 3.0), "load.chip.minimum_clock": (0.2, 0.9),
        "limits.chip_max": ("70 degC", "90 degC"),
    }),
    "market": (hall(LOAD, MARKET, MONEY, site="no price"), {
        "electricity.markup": ("0 USD/MWh", "20 USD/MWh"), "electricity.curtailed.below": ("22 USD/MWh", "40 USD/MWh"),
        "electricity.curtailed.power": ("4 kW", "12 kW"), "electricity.curtailed.price": ("0 USD/MWh", "5 USD/MWh"),
    }),
    "shift": (hall(LOAD + "shift = { share = 0.4 }\n", MARKET, site="no price"), {
        "load.shift.share": (0.1, 0.6), "load.shift.highest": (0.6, 1.0), "load.utilisation": (0.3, 0.8),
        "electricity.markup": ("0 USD/MWh", "20 USD/MWh"),
    }),
    "closed loop": ("abilene_closed_loop", {
        "plant.facility_loop.temperature_rise": ("8 K", "12 K"), "plant.facility_loop.minimum_flow": (0.2, 0.9),
        "plant.facility_loop.pump_head": ("150 kPa", "300 kPa"), "plant.facility_loop.pump_efficiency": (0.6, 0.8),
        "plant.dry_cooler.design_approach": ("4 K", "8 K"), "plant.dry_cooler.redundancy": (0, 3),
        "plant.dry_cooler.minimum_fan_speed": (0.1, 0.4), "plant.rear_door.effectiveness": (0.3, 0.7),
        "plant.fill.dry_cooler_volume": (0.5, 1.0), "plant.fill.distribution_unit_volume": (0.1, 0.2),
        "plant.fill.other": (2.0, 5.0), "plant.fill.flush_volumes": (1.0, 2.0),
        "plant.fill.top_up_per_year": (0.0, 0.01), "plant.fill.filter_purges_per_year": (2.0, 6.0),
        "plant.fill.purge_share": (0.001, 0.004), "plant.fill.leak_allowance": (0.0, 0.02),
        "plant.trim_chiller.evaporator_approach": ("3 K", "7 K"), "plant.trim_chiller.minimum_lift": ("10 K", "30 K"),
        "plant.trim_chiller.condenser_approach": ("10 K", "20 K"), "plant.trim_chiller.units": (1, 3),
        "plant.trim_chiller.redundancy": (0, 2), "plant.air_handler.supply_temperature": ("22 degC", "26 degC"),
        "load.utilisation": (0.3, 0.9), "money.water_price": (1.0, 5.0),
    }),
    "closed loop, few dry coolers": ("abilene_closed_loop", {
        "plant.dry_cooler.units": (1, 3), "plant.trim_chiller.carnot_fraction": (0.4, 0.6),
        "load.utilisation": (0.5, 1.0),
    }),
    "closed loop that warms": ("abilene_closed_loop", {
        "plant.dry_cooler.units": (1, 3), "plant.trim_chiller.cop": (3.0, 5.0), "load.utilisation": (0.3, 0.9),
    }),
    "closed loop behind towers": ("abilene_closed_loop", {
        "plant.tower.fan_power_fraction": (0.01, 0.03), "load.utilisation": (0.3, 0.9),
    }),
    "boiling tanks": ("abilene_immersion_two_phase", {
        "plant.facility_loop.temperature_rise": ("8 K", "12 K"), "load.utilisation": (0.3, 1.0),
        "site.electricity_price": ("0.05 USD/kWh", "0.2 USD/kWh"),
    }),
}  # fmt: skip
EXTRA = {
    "pads": ["plant.step=30 min"],
    "tower": ["load.independence=0.5", "load.seed=3"],
    "closed loop, few dry coolers": ["plant.trim_chiller={ carnot_fraction = 0.5 }"],
    "closed loop that warms": ["plant.trim_chiller={ cop = 4 }"],
    "closed loop behind towers": ['plant.facility_loop.rejection="tower"',
                                  'plant.trim_chiller={ condenser = "water" }'],
    "records": ["plant.power.ups.loss=[0.01, 0.02, 0.03]", "plant.power.transformer_loss=[0.001, 0.008]",
                'plant.power.psu.record="SMC 8xH100"'],
    "warm chips": ["load.batching={ largest = 64, single_stream = 400, running_share = 0.3 }"],
}  # fmt: skip


def between(span, share):
    """A value of a span as an override has it."""
    if isinstance(span[0], str):
        (low, unit), (high, _) = (end.split(" ", 1) for end in span)
        return f"{float(low) + share * (float(high) - float(low))!r} {unit}"
    value = span[0] + share * (span[1] - span[0])
    return round(value) if isinstance(span[0], int) else value


@pytest.fixture
def drawn(tmp_path):
    """Points of a kind: every key of it varies, or one alone."""
    (tmp_path / "t.csv").write_text(TRACE)
    (tmp_path / "mine.csv").write_text("utc,here_price_usd_per_mwh,here_carbon_g_per_kwh\n" + HOURS)

    def points_of(kind, count=5, seed=1, only=None):
        content, spans = KINDS[kind]
        file, field = tmp_path / "case.toml", SMALL_FIELD
        if content in SHIPPED:
            file, field = REVIEW / f"{content}.toml", points.SOLVED_HERE
        else:
            file.write_text(content)
        draw, found = random.Random(seed), []
        for _ in range(count):
            varied = [f"{key}={between(span, draw.random())}" for key, span in spans.items() if only in (None, key)]
            found.append(Point(str(file), (*EXTRA.get(kind, ()), *varied), field))
        return found

    return points_of


def same(found, expected, path=""):
    """Two summaries agree to round-off."""
    if isinstance(expected, dict):
        assert list(found) == list(expected), path
        for key in expected:
            same(found[key], expected[key], f"{path}.{key}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), f"{path}: {found} {expected}"
        for number, (one, other) in enumerate(zip(found, expected, strict=True)):
            same(one, other, f"{path}.{number}")
    elif isinstance(expected, float):
        assert found == pytest.approx(expected, rel=1e-10, abs=1e-12), path
    else:
        assert (found, type(found)) == (expected, type(expected)), path


def together(some):
    """All in one group; no point is computed alone."""
    assert len(batch.groups(some)) == 1
    return batch._together(some, batch.array_module("cpu"))


@pytest.mark.parametrize("kind", KINDS)
def test_points_together_are_the_same_points_one_by_one(kind, drawn, monkeypatch):
    some = drawn(kind)
    alone = [evaluate(point) for point in some]
    assert not any("failed" in result for result in alone), alone
    monkeypatch.setattr(batch, "evaluate", None)
    for found, expected in zip(together(some), alone, strict=True):
        same(found, expected)


def test_what_only_some_variants_pay_for_is_absent_from_the_others(drawn):
    (point,) = drawn("fixed laws", 1, only="load.utilisation")
    some = [Point(point.case, (f"money.capex.hall.maintenance={share}",), point.field) for share in (0.0, 0.02, 0.03)]
    found = together(some)
    assert ["maintenance_USD_per_year" in result["cost"] for result in found] == [False, True, True]
    for result, point in zip(found, some, strict=True):
        same(result, evaluate(point))


def test_servers_that_make_no_tokens_fail_alone(drawn):
    good, hot = drawn("warm chips", 2, only="load.chip.resistance")
    hot = Point(hot.case, (*hot.overrides[:-1], "load.chip.resistance=1 K/W"), hot.field)
    found = dict(batch.evaluate_all([good, hot]))
    same(found[0], evaluate(good))
    assert found[1] == evaluate(hot)
    assert "load: the servers make no tokens" in found[1]["failed"] and "\n" not in found[1]["failed"]


def test_a_number_that_is_not_finite_fails_its_own_point_alone(drawn, monkeypatch):
    some, real = drawn("pads", 2), summaries.ordered
    wrong = real(evaluate(some[1]))["metrics"]["pue"]

    def refuse(summary):
        if summary["metrics"]["pue"] == pytest.approx(wrong, rel=1e-10):
            raise OutputError("summary: metrics.pue is inf")
        return real(summary)

    monkeypatch.setattr(summaries, "ordered", refuse)
    found = dict(batch.evaluate_all(some))
    assert "failed" not in found[0] and found[1] == {"failed": "summary: metrics.pue is inf"} == evaluate(some[1])


@pytest.mark.parametrize("kind", KINDS)
def test_one_key_alone_leaves_the_rest_to_all(kind, drawn, monkeypatch):
    """What does not vary has no axis of variants: each key by itself still gives the points one by one."""
    for key in KINDS[kind][1]:
        some = drawn(kind, 2, only=key)
        alone = [evaluate(point) for point in some]
        with monkeypatch.context() as patch:
            patch.setattr(batch, "evaluate", None)
            for found, expected in zip(together(some), alone, strict=True):
                same(found, expected, key)


def test_every_number_that_may_differ_is_tried():
    tried = {key.replace(".hall.", ".*.").replace(".1.", ".*.") for _, spans in KINDS.values() for key in spans}
    offered = {f"{table}.{name}" for table, names in batch.TOGETHER.items() for name in names.split()}
    assert tried == offered


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_on_arrays_of_a_device(kind, drawn, monkeypatch):
    """Arrays that refuse to become NumPy's: what would fail on a GPU fails here."""
    some = drawn(kind)
    on_host = together(some)
    monkeypatch.setattr(batch, "array_module", lambda backend: stand_in)
    for found, expected in zip(together(some), on_host, strict=True):
        same(found, expected)


@pytest.mark.parametrize("name", ["dry_or_evaporative", "set_points", "what_matters"])
def test_shipped_sweeps(name, monkeypatch):
    loaded = sweep_file.load(cases_directory() / "sweeps" / f"{name}.toml")
    rng = np.random.default_rng(0)
    laws = design.distributions(loaded.settings)
    draws = [design.values_of(loaded.settings, [law.ppf(rng.random()) for law in laws]) for _ in range(3)]
    for case in loaded.cases:
        some = [Point(str(case), design.overrides(loaded.settings, values), FIELD) for values in draws]
        alone = [evaluate(point) for point in some]
        with monkeypatch.context() as patch:
            patch.setattr(batch, "evaluate", None)
            for found, expected in zip(together(some), alone, strict=True):
                same(found, expected)
            patch.setattr(batch, "array_module", lambda backend: stand_in)
            for found, expected in zip(together(some), alone, strict=True):
                same(found, expected)


def test_a_point_that_cannot_be_fails_alone_and_in_its_own_words(drawn):
    good = drawn("fixed laws", 3)
    changed = ("plant.power.ups.efficiency=1.5", "plant.chilled_water.supply_temperature=30 degC",
               "plant.power.ups.eficiency=1")  # fmt: skip
    wrong = [Point(good[0].case, (*good[0].overrides[:-1], text), good[0].field) for text in changed]
    some = [good[0], wrong[0], good[1], wrong[1], good[2], wrong[2]]
    found = dict(batch.evaluate_all(some))
    for number, point in enumerate(some):
        same(found[number], evaluate(point))
    assert ["failed" in found[number] for number in range(6)] == [False, True] * 3
    assert "at most 1" in found[1]["failed"]
    assert "too warm" in found[3]["failed"]
    assert "Did you mean" in found[5]["failed"]


def test_what_a_gpu_cannot_do_is_one_line(drawn, monkeypatch):
    def refuse(values, dtype=None):
        raise TypeError("not offered\nand more")

    monkeypatch.setattr(stand_in, "asarray", refuse)
    with pytest.raises(HardwareError, match=r"compute these years \(TypeError: not offered\); --backend cpu can$"):
        batch._together(drawn("pads"), stand_in)


def test_what_does_not_fit_into_memory_is_computed_in_smaller_parts(drawn, monkeypatch):
    some, real, sizes = drawn("pads"), batch.stacked, []

    def limited(points):
        sizes.append(len(points))
        if len(points) > 2:
            raise MemoryError
        return real(points)

    monkeypatch.setattr(batch, "stacked", limited)
    for found, expected in zip(batch._together(some, np), (evaluate(point) for point in some), strict=True):
        same(found, expected)
    assert sizes == [5, 2, 3, 2]


def test_structure_splits_points():
    """Words, tables and lists are structure; numbers of the list of numbers are not."""
    case = str(REVIEW / "abilene_air_dry.toml")
    varied = ["load.utilisation=0.5", "load.utilisation=0.6", "site.electricity_price=0.1 USD/kWh",
              "site.electricity_price=0.2 USD/kWh", 'plant.economizer.kind="none"',
              'plant.economizer={ kind = "none" }', "plant.it_scale=10", "plant.it_scale=20"]  # fmt: skip
    found = batch.groups([Point(case, (text,), FIELD) for text in varied])
    assert [len(group) for group in found] == [2, 2, 1, 1, 1, 1]
    fields = [Point(case, ("load.utilisation=0.5",), field) for field in (FIELD, SMALL_FIELD)]
    assert len(batch.groups(fields)) == 2


def test_a_changed_file_is_read_again(drawn, tmp_path):
    """The base of the variants is kept as long as the file stays as it is."""
    (point, _) = drawn("fixed laws", 2, only="load.utilisation")
    before = evaluate(point)
    file = Path(point.case)
    file.write_text(file.read_text().replace("cop = 4", "cop = 3"))
    after = points.evaluate(point)
    assert after["metrics"]["pue"] > before["metrics"]["pue"]


@pytest.mark.parametrize("name", [*SHIPPED, pytest.param("abilene_immersion_single_phase", marks=pytest.mark.slow)])
def test_the_year_alone_is_that_of_the_whole_run(name):
    """A loop or tank solved once, with the year of another load and price, is the run of the case with both."""
    overrides = ("load.utilisation=0.45", "site.electricity_price=0.1 USD/kWh", "plant.dry_cooler.redundancy=2")
    file = str(REVIEW / f"{name}.toml")
    whole, alone = (evaluate(Point(file, overrides, field)) for field in (None, points.SOLVED_HERE))
    assert {"metrics", "tokens", "cost", "chips", "water", "limits", "liquid"} <= alone.keys()
    for section, found in alone.items():
        if isinstance(found, dict):
            same(found, {key: value for key, value in whole[section].items() if key in found}, section)
        else:
            same(found, whole[section], section)


def test_numbers_of_solved_chips_are_structure():
    """The loop and its chips are solved together, so another chip is another loop."""
    file = str(REVIEW / "abilene_closed_loop.toml")
    some = [Point(file, (f"load.chip.leakage_fraction={value}",), points.SOLVED_HERE) for value in (0.1, 0.2)]
    assert len(batch.groups(some)) == 2
    cool, warm = (result["chips"]["power_W"] for _, result in sorted(batch.evaluate_all(some)))
    assert warm != pytest.approx(cool, rel=1e-3)
