"""The load rack by rack in time, and a room that follows it."""

import json

import numpy as np
import pytest
from load_case import SERVER, loaded, text

from thermo import cli
from thermo.errors import CaseError
from thermo.load import series

TRACE = "t_s,a_per_s\n" + "".join(f"{10 * i},{value}\n" for i, value in enumerate([1, 3, 1, 3, 2, 2]))
LOAD = f'[load]\nkind = "inference"\nserver = {SERVER}\nutilisation = 0.5\ntrace = {{ file = "t.csv" }}\n'
TIME = '[time]\nduration = "40 s"\n'


def case_in(folder, more="", *overrides):
    (folder / "t.csv").write_text(TRACE)
    return loaded(folder, LOAD + more, overrides)


def test_watts_of_a_rack_by_hand(tmp_path):
    """Mean 2 of the trace is 0.5 of full rate: 1 is 0.25 (4 kW, 5000 tokens/s), 3 is 0.75 (8 kW), 2 is 6 kW."""
    found = series.of_racks(case_in(tmp_path), 60.0)
    np.testing.assert_allclose(found.time, np.arange(6) * 10.0)
    np.testing.assert_allclose(found.power[0], [4e3, 8e3, 4e3, 8e3, 6e3, 6e3])
    np.testing.assert_allclose(found.tokens[0, :2], [5e3, 15e3])
    assert found.servers[0] == pytest.approx(1.0) and found.chips == 8


def test_it_begins_where_it_is_told(tmp_path):
    case = case_in(tmp_path, 'start = "30 s"\n' + TIME)
    np.testing.assert_allclose(series.of_racks(case, 40.0).power[0], [8e3, 6e3, 6e3, 4e3])


def test_events_are_the_steps(tmp_path):
    driven = series.in_time(case_in(tmp_path, TIME))
    assert driven.rack[0].power == pytest.approx(4e3)
    assert [(event.at, event.change["power"]) for event in driven.event] == [(10.0, 8e3), (20.0, 4e3), (30.0, 8e3)]


def test_start_without_time_is_refused(tmp_path):
    with pytest.raises(CaseError, match=r"load\.start.*without \[time\]"):
        case_in(tmp_path, 'start = "30 s"\n')


def test_room_follows_the_load(tmp_path, monkeypatch):
    """A coarse room over 40 s: its rack ends at the power of the last step, its year is that of the load."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text(TRACE)
    (tmp_path / "case.toml").write_text(text(LOAD + TIME).replace('cell = "0.1 m"', 'cell = "0.25 m"'))
    with pytest.raises(SystemExit) as ended:
        cli.main(["run", "case.toml", "-o", "out", "--set", "limits.rack_inlet_max=60 degC"])
    assert ended.value.code == 0
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["racks"][0]["power_W"] == pytest.approx(8e3)
    assert summary["tokens"]["utilisation"] == pytest.approx(0.5, rel=1e-3)
