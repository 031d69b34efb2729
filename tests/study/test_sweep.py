"""Sweeps: every method against what is known by hand, restart, workers that are lost, files that are wrong."""

import csv
import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "load"))
from load_case import SERVER, text

from thermo import cli
from thermo.case import load
from thermo.case.shipped import cases_directory
from thermo.errors import CaseError, HardwareError
from thermo.study import design, points, sweep, sweep_file, workers
from thermo.study.batch import evaluate_all

LOAD = f"[load]\nserver = {SERVER}\nutilisation = 0.5\n[money]\nwater_price = 2\n"
LIMITED = text(LOAD).replace("[limits]", "[limits]\npue = 2")
RACK = {"name": "A1", "power_W": 1e4, "flow_m3_s": 0.69}
INTAKES = {"racks": [RACK | {"inlet_mean_C": 18.0, "inlet_max_C": 19.0, "outlet_mean_C": 30.0}]}
PRICES = '"site.electricity_price" = ["0.05 USD/kWh", "0.10 USD/kWh", "0.20 USD/kWh"]\n'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A case beside the sweep files; its field counts as solved."""
    (tmp_path / "case.toml").write_text(LIMITED)
    monkeypatch.setattr(sweep, "solved_field", lambda case, directory, only_year: json.dumps(INTAKES))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(folder, settings, vary, **how):
    (folder / "s.toml").write_text(f'case = "case.toml"\n{settings}\n[vary]\n{vary}')
    shown, status = sweep.run(folder / "s.toml", folder / "out", serial=True, **how)
    return shown, status, list(csv.DictReader((folder / "out" / "sweep.csv").read_text().splitlines()))


def test_grid_by_hand(folder):
    """Cost per token goes with the price, and energy does not; every pair is there."""
    vary = PRICES + '"load.utilisation" = { low = 0.4, high = 0.8, steps = 2 }\n'
    shown, status, rows = run(folder, "", vary)
    assert status == 0 and len(rows) == 6 and "6 meet every limit" in shown
    keys = [(row["site.electricity_price"], row["load.utilisation"]) for row in rows]
    cost = {key: float(row["tokens.cost_USD_per_Mtoken"]) for key, row in zip(keys, rows, strict=True)}
    energy = {key: row["tokens.J_per_token"] for key, row in zip(keys, rows, strict=True)}
    for use in ("0.4", "0.8"):
        assert cost["0.10 USD/kWh", use] == pytest.approx(2 * cost["0.05 USD/kWh", use], rel=1e-12)
        assert energy["0.10 USD/kWh", use] == energy["0.20 USD/kWh", use]


def test_points_are_those_of_the_case(folder):
    """A point of the sweep is the case with --set: the same summary as the year of that case."""
    from thermo import air, metrics, operation

    _, _, rows = run(folder, "", PRICES)
    case = load("case.toml", ["site.electricity_price=0.20 USD/kWh"])
    worked = air.operate(case, 291.15, racks=[RACK])
    tokens = operation.sections(case, worked)["tokens"]
    assert float(rows[2]["tokens.cost_USD_per_Mtoken"]) == tokens["cost_USD_per_Mtoken"]
    assert float(rows[2]["metrics.pue"]) == metrics.summarise(worked.year, case)["metrics"]["pue"]


def test_hypercube_fills_every_slice_and_repeats(folder):
    span = '"site.electricity_price" = { low = "0.1 USD/kWh", high = "0.3 USD/kWh" }\n'
    _, _, rows = run(folder, 'method = "latin_hypercube"\nsamples = 10\nseed = 3', span)
    prices = sorted(float(row["site.electricity_price"].split()[0]) for row in rows)
    assert [int((price - 0.1) / 0.02) for price in prices] == list(range(10))
    assert run(folder, 'method = "latin_hypercube"\nsamples = 10\nseed = 3', span)[2] == rows
    assert run(folder, 'method = "latin_hypercube"\nsamples = 10\nseed = 4', span)[2] != rows


def test_sobol_indices_by_hand(folder):
    """Energy per token depends on lighting alone; cost is price x energy, nearly all of it by the price."""
    vary = '"site.electricity_price" = { low = "0.05 USD/kWh", high = "0.15 USD/kWh" }\n'
    vary += '"plant.power.lighting_fraction" = { low = 0.0, high = 0.01 }\n'
    outputs = 'outputs = ["tokens.J_per_token", "tokens.cost_USD_per_Mtoken"]'
    shown, _, rows = run(folder, f'method = "sobol"\nsamples = 64\n{outputs}', vary)
    assert len(rows) == 64 * 4
    lines = [line.split() for line in shown.splitlines() if line.startswith(("site.elec", "plant.power"))]
    assert lines[0][0].startswith("plant") and float(lines[0][2]) == pytest.approx(1.0, abs=0.02)
    assert float(lines[1][2]) == pytest.approx(0.0, abs=0.02)
    assert lines[2][0].startswith("site") and float(lines[2][2]) > 0.97


def test_optimum_is_at_the_known_end(folder):
    """More rise of the chilled water means less pumping and nothing else here: the best is the upper end."""
    vary = '"plant.chilled_water.temperature_rise" = { low = "4 K", high = "12 K" }\n'
    goal = '[optimise]\nminimise = "tokens.J_per_token"'
    shown, status, _ = run(folder, 'method = "optimise"\nsamples = 60', vary + goal)
    found = float(shown.split("temperature_rise = ")[-1].split(" K")[0])
    assert status == 0 and found > 11.5
    assert "pue: " in shown


def test_optimum_keeps_the_limits(folder):
    """A limit on PUE that only a good UPS meets moves the optimum of a bad objective up to it."""
    (folder / "case.toml").write_text(LIMITED.replace("pue = 2", "pue = 1.48"))
    vary = '"plant.power.ups.efficiency" = { low = 0.8, high = 0.99 }\n[optimise]\nminimise = "metrics.it_energy_kWh"'
    shown, _, rows = run(folder, 'method = "optimise"\nsamples = 40\noutputs = ["metrics.pue"]', vary)
    assert {"True", "False"} == {row["limits_met"] for row in rows}
    assert float(shown.split("  pue: ")[1].split(",")[0]) <= 1.48


def test_no_point_within_limits_is_status_1(folder):
    (folder / "case.toml").write_text(LIMITED.replace("pue = 2", "pue = 1.01"))
    assert run(folder, "", PRICES)[1] == 1


def test_several_cases_share_their_draws(folder):
    (folder / "other.toml").write_text(LIMITED.replace("cop = 4", "cop = 3"))
    (folder / "s.toml").write_text(f'cases = ["case.toml", "other.toml"]\n[vary]\n{PRICES}')
    shown, _ = sweep.run(folder / "s.toml", folder / "out", serial=True)
    assert "case                                         first in  100%" in shown
    table = csv.DictReader((folder / "out" / "sweep.csv").read_text().splitlines())
    costs = {name: [] for name in ("case", "other")}
    for row in table:
        costs[row["case"]].append(float(row["tokens.cost_USD_per_Mtoken"]))
    more = np.array(costs["other"]) / np.array(costs["case"]) - 1.0
    low, middle, high = (f"{share:+.1%}" for share in np.percentile(more, (5.0, 50.0, 95.0)))
    line = next(line for line in shown.splitlines() if line.startswith("other ") and "first in" in line)
    assert line.endswith(f"first in    0%, {middle} against the first (5 to 95 %: {low} to {high})")
    assert more.min() > 0.0


def test_a_point_that_cannot_be_is_counted_not_fatal(folder):
    shown, status, rows = run(folder, "", '"plant.power.ups.efficiency" = [0.95, 1.5]\n')
    assert status == 0 and "1 cannot be" in shown and "at most 1" in rows[1]["failed"]
    with pytest.raises(CaseError, match="no point could be computed"):
        run(folder, "", '"plant.power.ups.efficiency" = [1.4, 1.5]\n')


def test_restart_computes_only_what_is_missing(folder, monkeypatch):
    first = run(folder, "", PRICES)[2]
    (next((folder / "out" / "points").glob("*.json"))).unlink()
    computed = []
    monkeypatch.setattr(workers, "evaluate_all", lambda some, where: computed.extend(some) or evaluate_all(some, where))
    assert run(folder, "", PRICES)[2] == first and len(computed) == 1
    (folder / "case.toml").write_text(LIMITED.replace("utilisation = 0.5", "utilisation = 0.6"))
    run(folder, "", PRICES)
    assert len(computed) == 4


def test_a_case_without_a_field_is_solved_point_by_point(tmp_path):
    """Cold plates at two supply temperatures: warmer coolant, warmer chips that leak more."""
    (tmp_path / "s.toml").write_text(
        'case = "abilene_closed_loop.toml"\noutputs = ["chips.max_C", "tokens.J_it_per_token"]\n[vary]\n'
        '"liquid.supply_temperature" = ["35 degC", "40 degC"]\n'
    )
    sweep.run(tmp_path / "s.toml", tmp_path / "out", serial=True)
    rows = list(csv.DictReader((tmp_path / "out" / "sweep.csv").read_text().splitlines()))
    cool, warm = (float(row["chips.max_C"]) for row in rows)
    assert warm - cool == pytest.approx(5.0, abs=0.2)
    assert float(rows[1]["tokens.J_it_per_token"]) > float(rows[0]["tokens.J_it_per_token"])


def test_without_dask_it_says_so(monkeypatch):
    said = []
    monkeypatch.setitem(sys.modules, "dask.distributed", None)
    assert isinstance(workers.workers_for(None, None, False, said.append), workers.Serial)
    assert "Dask is not installed" in said[0]
    with pytest.raises(HardwareError, match="needs Dask"):
        workers.workers_for("tcp://head:8786", None, False, said.append)


def dies_once(batch, _backend):
    """Ends its process the first time; what is left of the batch is computed by whoever comes next."""
    mark = Path(batch[0].field)
    if batch[0].overrides == ("die=1",) and not mark.exists():
        mark.touch()
        os._exit(1)
    return [{"run": {"flags": [str(point.overrides)]}} for point in batch]


@pytest.fixture(scope="module")
def cluster():
    """Two local Dask workers."""
    pytest.importorskip("dask.distributed")
    with workers.workers_for(None, 2, False, print) as dask:
        yield dask


@pytest.mark.slow
def test_a_lost_worker_loses_nothing(folder, cluster, monkeypatch):
    monkeypatch.setattr(workers, "_batch", dies_once)
    mark = str(folder / "died")
    asked = [points.Point("case.toml", ("die=1" if i == 3 else f"x={i}",), mark) for i in range(8)]
    found = dict(cluster.results(asked))
    assert Path(mark).exists()
    assert [found[i]["run"]["flags"][0] for i in range(8)] == [str(point.overrides) for point in asked]


@pytest.mark.slow
def test_dask_gives_the_same_as_one_process(folder, cluster):
    """Through the address of the scheduler, as on a cluster."""
    alone = run(folder, "", PRICES)[2]
    sweep.run(folder / "s.toml", folder / "many", scheduler=cluster.cluster.scheduler_address)
    assert list(csv.DictReader((folder / "many" / "sweep.csv").read_text().splitlines())) == alone


@pytest.mark.parametrize("file", sorted((cases_directory() / "sweeps").glob("*.toml")), ids=lambda file: file.stem)
def test_shipped_sweeps_are_good(file):
    """Read, its cases found, and every corner of what varies is a case that can be."""
    found = sweep_file.load(file)
    assert found.settings.only_year
    for case in found.cases:
        for share in (0.0, 1.0):
            laws = design.distributions(found.settings)
            values = design.values_of(found.settings, [law.ppf(share) for law in laws])
            assert load(case, design.overrides(found.settings, values)).load is not None


BAD = {
    "no case": ('[vary]\n"plant.it_scale" = [1, 2]', "give case"),
    "no such case": ('case = "none.toml"\n[vary]\n"plant.it_scale" = [1, 2]', "no such file"),
    "nothing varies": ('case = "case.toml"\n[vary]', "vary"),
    "unknown key": ('case = "case.toml"\nsample = 3\n[vary]\n"plant.it_scale" = [1, 2]', "Did you mean samples?"),
    "grid of a span": ('case = "case.toml"\n[vary]\n"plant.it_scale" = { low = 1, high = 2 }', "steps"),
    "two units": ('case = "case.toml"\n[vary]\n"x" = { low = "1 K", high = "2 mK", steps = 2 }', "two units"),
    "reversed": ('case = "case.toml"\n[vary]\n"x" = { low = 2, high = 1, steps = 2 }', "low must be below high"),
    "no unit": ('case = "case.toml"\n[vary]\n"x" = { low = "warm", high = "2 K", steps = 2 }', "number with a unit"),
    "sobol of three": (
        'case = "case.toml"\nmethod = "sobol"\nsamples = 3\n[vary]\n"plant.it_scale" = { low = 1, high = 2 }',
        "power of 2",
    ),
    "optimise a list": (
        'case = "case.toml"\nmethod = "optimise"\n[vary]\n"plant.it_scale" = [1]\n[optimise]\nminimise = "metrics.pue"',
        "needs low and high",
    ),
    "optimise nothing": (
        'case = "case.toml"\nmethod = "optimise"\n[vary]\n"x" = { low = 1, high = 2 }',
        "belong together",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_sweep_is_one_line_and_writes_nothing(name, folder, capsys):
    content, said = BAD[name]
    (folder / "bad.toml").write_text(content)
    with pytest.raises(SystemExit) as ended:
        cli.main(["sweep", "bad.toml", "-o", "out", "--serial"])
    error = capsys.readouterr().err.splitlines()
    assert ended.value.code == 2
    assert said in error[-1] and not (folder / "out").exists()


def test_a_gpu_that_is_not_there_is_status_4(folder, capsys, monkeypatch):
    monkeypatch.setattr(workers, "why_no_cuda", lambda: "there is no GPU")
    (folder / "s.toml").write_text(f'case = "case.toml"\n[vary]\n{PRICES}')
    with pytest.raises(SystemExit) as ended:
        cli.main(["sweep", "s.toml", "-o", "out", "--backend", "cuda"])
    assert ended.value.code == 4
    assert "there is no GPU" in capsys.readouterr().err


def test_scheduler_that_does_not_answer_is_status_4(folder, capsys, monkeypatch):
    pytest.importorskip("dask.distributed")
    monkeypatch.setattr(workers, "CONNECT_S", 1)
    (folder / "s.toml").write_text(f'case = "case.toml"\n[vary]\n{PRICES}')
    with pytest.raises(SystemExit) as ended:
        cli.main(["sweep", "s.toml", "-o", "out", "--scheduler", "tcp://127.0.0.1:1"])
    assert ended.value.code == 4
    assert "no Dask scheduler answers" in capsys.readouterr().err
