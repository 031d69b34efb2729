"""The race's log reader, stop rules and mesh, without OpenFOAM."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "validation" / "benchmarks"))

from openfoam import aisle, dictionaries, mesh
from openfoam.log import LogReader
from race_aisle import iterations, ratios, recorded_runs, verdict
from stop_rules import Record, full_stop, settled, settled_and_balanced
from thermo_aisle import finest_level

ITERATION = """Time = {n}

smoothSolver:  Solving for Ux, Initial residual = 0.002, Final residual = 1e-5, No Iterations 2
smoothSolver:  Solving for Uy, Initial residual = 0.004, Final residual = 1e-5, No Iterations 2
smoothSolver:  Solving for Uz, Initial residual = 0.003, Final residual = 1e-5, No Iterations 2
smoothSolver:  Solving for T, Initial residual = 0.0005, Final residual = 1e-6, No Iterations 4
GAMG:  Solving for p_rgh, Initial residual = 0.006, Final residual = 1e-4, No Iterations 3
ExecutionTime = {cpu} s  ClockTime = 1 s
"""


def log_text(n: int, cpu: float) -> str:
    names = [f"{rack}_{kind}" for rack in aisle.RACKS for kind in ("mean", "max")]
    values = {name: 291.15 + i for i, name in enumerate(names)}
    values |= {"return_mean": aisle.RETURN_TEMPERATURE, "return_flow": aisle.SUPPLY_FLOW}
    blocks = [f"surfaceFieldValue {k} write:\n    areaAverage(patch) of T = {v}\n" for k, v in values.items()]
    return ITERATION.format(n=n, cpu=cpu) + "\n".join(blocks)


def decaying(n: int = 500, residual: float = 1e-6) -> Record:
    step = np.arange(n)
    rack_mean = 295.0 + np.exp(-step[:, None] / 20.0) * np.array([1.0, 2.0, 3.0, 4.0])
    return Record(0.1 * (step + 1), rack_mean, 0.3 * np.exp(-step / 20.0),
                  {name: np.full(n, residual) for name in ("p", "U", "T")})


def test_log_gives_one_record_per_iteration_without_start_up():
    reader = LogReader()
    for n in (1, 2, 3):
        done = [reader.line(text, wall_s=float(n)) for text in log_text(n, 0.5 + 0.25 * n).splitlines()]
        assert done.count(True) == 1
    record = reader.record(cores=2)
    assert np.allclose(record.cpu_s, [0.5, 1.0, 1.5])
    assert reader.setup_cpu_s() == pytest.approx(0.5)
    assert record.residuals["U"].tolist() == [0.004] * 3
    assert np.abs(record.imbalance).max() < 1e-12
    assert record.rack_mean[0].tolist() == pytest.approx([291.15, 293.15, 295.15, 297.15])


def test_rules_find_the_iteration_computed_by_hand():
    record = decaying()
    assert settled(record) == int(np.ceil(20 * np.log(4 / 0.05)))
    assert settled_and_balanced(record) == int(np.ceil(20 * np.log(4 / 0.02)))
    assert full_stop(record) == int(np.ceil(20 * np.log(4 / 0.02))) + 300
    assert full_stop(decaying(n=300)) is None
    assert full_stop(decaying(residual=1e-2)) is None


def test_a_run_that_leaves_again_has_not_settled_before():
    record = decaying()
    record.rack_mean[400, 2] += 0.1
    assert settled(record) == 401


def test_mesh_leaves_the_racks_out_and_names_their_faces():
    text = mesh.block_mesh_dict(0.1)
    assert text.count("hex (") == 3 * 7 * 2 - 4
    assert {f"{rack}_{face}" for rack in aisle.RACKS for face in ("intake", "exhaust")} < set(mesh.patches())
    with pytest.raises(ValueError, match="does not divide"):
        mesh.block_mesh_dict(0.07)


def test_case_is_written_with_the_published_velocities(tmp_path):
    dictionaries.write_case(tmp_path, 0.2, cores=2, iterations=10)
    velocity = (tmp_path / "0" / "U").read_text()
    assert "(-0.57524" in velocity or "(-0.57525" in velocity
    assert "(0 0 1.8216" in velocity
    assert "intake{patch'A3_intake}=average(T)" in (tmp_path / "0" / "T").read_text()


def test_finest_level_keeps_the_time_of_the_coarse_grids():
    history = {"level": np.array([0, 0, 1, 1]), "cpu_s": np.array([0.1, 0.2, 0.5, 0.8]), "heat": np.zeros(4)}
    history |= {f"monitor:rack {rack} inlet_mean": np.array([1.0, 2.0, 3.0, 4.0]) for rack in aisle.RACKS}
    record = finest_level(history)
    assert record.cpu_s.tolist() == [0.5, 0.8]
    assert record.rack_mean[:, 0].tolist() == [3.0, 4.0]


def test_verdict_names_the_rack_and_the_missed_target():
    def rules(seconds: float) -> dict:
        names = ("within_0.05_K", "within_0.02_K_and_balance", "full_stop")
        return {"rules": {name: {"cpu_s": seconds} for name in names}}

    found = ratios([rules(100.0)], [rules(10.0)])
    report = {"cell_m": 0.05, "cores": 1, "precision": "single", "ratios": {"like_for_like": found},
              "rack_differences_K": {"A1": 0.1, "A2": -0.4}}
    assert found["full_stop"] == 10.0
    assert [line.split()[0] for line in verdict(report)] == ["rack", "ratio"]
    assert verdict(report | {"ratios": {"second_order": found}, "rack_differences_K": {}}) == []


def test_recorded_runs_are_of_the_same_grid_and_cores(tmp_path):
    file = tmp_path / "race.json"
    file.write_text(json.dumps({"cell_m": 0.1, "cores": 1, "openfoam": [{"rules": {}}]}))
    assert recorded_runs(file, 0.1, 1) == [{"rules": {}}]
    with pytest.raises(ValueError, match=r"race\.json is a race at 0\.1 m on 1 cores, not at 0\.1 m on 2"):
        recorded_runs(file, 0.1, 2)
    file.write_text(json.dumps({"cell_m": 0.1, "cores": 1, "openfoam": "as recorded elsewhere"}))
    with pytest.raises(ValueError, match="holds no runs of OpenFOAM"):
        recorded_runs(file, 0.1, 1)


def test_second_order_has_the_iterations_that_its_residuals_need():
    assert iterations(0.1, "second_order") > 471
    assert iterations(0.05, "second_order") > 601
    assert iterations(0.05, "like_for_like") == 600
