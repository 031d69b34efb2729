"""Weather and traces of work, damaged anywhere: read whole and finite, or refused in one line."""

from __future__ import annotations

import functools
import gzip
import tomllib

import numpy as np
import pytest
import tomli_w
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from thermo.case.shipped import PACKAGE, cases_directory, shipped_cases
from thermo.errors import CaseError
from thermo.load import trace
from thermo.plant import real_years, weather

FILES = {file.name: file for folder in (cases_directory() / "weather", cases_directory() / "traces",
                                        PACKAGE / "records" / "weather")
         for file in folder.iterdir() if ".csv" in file.name or ".epw" in file.name}
ROWS = 9000  # of tables that need no whole year; the rest only takes time
ODD = ["", "nan", "inf", "-1", "0", "1e300", "1e12", "-1e300", "x", "2021-02-30T25:00", "\u00a7", "999999", "0,0", "5"]
QUICK = {"deadline": None, "derandomize": True,
         "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]}


@functools.cache
def lines(name: str) -> tuple[str, ...]:
    """The rows of a file; the first year of the table of real years."""
    data = FILES[name].read_bytes()
    text = (gzip.decompress(data) if name.endswith(".gz") else data).decode("utf-8", "replace")
    return tuple(text.splitlines()[:ROWS])


def read(name: str, path) -> list[np.ndarray]:
    """What the program makes of a file: arrays that must be finite."""
    if ".epw" in name:
        year = weather.read_epw(path)
        return [year.dry_bulb, year.relative_humidity, year.pressure]
    if name.startswith("era5"):
        year = real_years.read_year(path, "seoul", 2020)
        return [year.dry_bulb, year.relative_humidity, year.pressure]
    column = next((each for each in lines(name) if not each.startswith("#")), "").split(",")[1]
    series = trace.read(path, column if column.endswith(("_per_s", "_w")) else None)
    return [series.values, np.array([series.step]), trace.on_step(series, 3600.0)]


@st.composite
def damages(draw):
    """A file and its damaged rows, or bytes."""
    name = draw(st.sampled_from(sorted(set(FILES) - {"grid_2024.csv.gz"})))
    rows = list(lines(name))
    place = draw(st.one_of(st.integers(0, 15), st.integers(0, len(rows) - 1)))
    kind = draw(st.sampled_from(["field", "field", "field", "drop", "twice", "swap", "cut", "empty", "bytes"]))
    if kind == "field":
        fields = rows[place].split(",")
        fields[draw(st.integers(0, len(fields) - 1))] = draw(st.sampled_from(ODD))
        rows[place] = ",".join(fields)
    elif kind == "drop":
        del rows[place]
    elif kind == "twice":
        rows.insert(place, rows[place])
    elif kind == "swap":
        rows[place], rows[-1] = rows[-1], rows[place]
    elif kind == "cut":
        rows = [*rows[:place], rows[place][: len(rows[place]) // 2]]
    elif kind == "empty":
        rows = []
    data = "\n".join(rows).encode()
    if name.endswith(".gz"):
        data = gzip.compress(data, 1)
    if kind == "bytes":
        data = data[: draw(st.integers(0, len(data)))] + draw(st.binary(min_size=1, max_size=20))
    return name, data


@given(damaged=damages())
@settings(max_examples=60, **QUICK)
def test_a_damaged_file_is_read_or_refused_in_one_line(damaged, tmp_path_factory):
    name, data = damaged
    path = tmp_path_factory.mktemp("file") / name
    path.write_bytes(data)
    try:
        found = read(name, path)
    except CaseError as problem:
        assert "\n" not in str(problem)
        assert str(path) in str(problem)
    else:
        assert all(array.size and np.isfinite(array).all() for array in found)


SHORT_ROW = "utc,PJM_price_usd_per_mwh\n2024-01-01T00:00\n2,3\n"


@pytest.mark.parametrize("damage", ["", "utc\n1\n2\n", SHORT_ROW, "\x1f\x8b"])
def test_a_damaged_table_of_electricity_is_one_line(damage, tmp_path):
    from thermo.case import load
    from thermo.money.electricity import tariff

    path = tmp_path / "grid.csv"
    path.write_text(damage)
    base = tomllib.loads(load(shipped_cases()["aisle"]).source_text)
    for key in ("electricity_price", "carbon_per_electricity"):
        base["site"].pop(key, None)
    base["electricity"] = {"file": path.name, "zone": "PJM", "utc_offset": "-6 h"}
    (tmp_path / "case.toml").write_text(tomli_w.dumps(base))
    case = load(tmp_path / "case.toml")
    with pytest.raises(CaseError) as caught:
        tariff(case, 8760)
    assert "\n" not in str(caught.value)


def test_every_file_below_cases_is_mutated_by_some_test():
    """Cases and sweeps by :mod:`test_mutated_cases`; data files here, the table of electricity by the test above."""
    from test_mutated_cases import CASES, SWEEPS

    everything = {file for file in cases_directory().rglob("*") if file.is_file()}
    covered = {*CASES.values(), *SWEEPS, *FILES.values()}
    assert {file.name for file in everything - covered} <= {"README.md", "aisle.png"}
