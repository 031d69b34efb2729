"""Mutated time-dependent cases load, or are refused in one line."""

from __future__ import annotations

import tomllib

import tomli_w
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from thermo.case import load
from thermo.case.schedule import Schedule
from thermo.case.shipped import shipped_cases
from thermo.errors import CaseError

VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 10**6), st.floats(), st.text(max_size=8),
    st.sampled_from(["0 s", "10 s", "-3 s", "1 h", "5 K", "floor", "CRAH1", "A1", "0 m^3/s", [], {}, ["floor"]]),
)
KEYS = st.sampled_from(["at", "target", "change", "over", "coast_down", "lasts", "duration", "start", "step", "courant",
                        "iterations", "output_every", "largest_step", "flow", "running", "from", "power", "name"])


@given(kind=st.sampled_from(["aisle_trip", "crah_trip"]), table=st.sampled_from(["time", "event", "change"]), key=KEYS,
       value=VALUES)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_mutated_case_is_read_or_refused_in_one_line(tmp_path, kind, table, key, value):
    base = tomllib.loads(shipped_cases()[kind].read_text())
    place = {"time": base["time"], "event": base["event"][0], "change": base["event"][0]["change"]}[table]
    if value is None:
        place.pop(key, None)
    else:
        place[key] = value
    file = tmp_path / "case.toml"
    file.write_text(tomli_w.dumps(base))
    try:
        case = load(file)
        for time in (0.0, 11.0, 1e9):
            Schedule(case).at(time)
    except CaseError as problem:
        assert "\n" not in str(problem)
        assert str(problem).startswith(str(file))
