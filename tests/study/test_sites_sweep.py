"""The shipped sweeps over sites and years: every weather that comes along, both halls, and every economizer."""

import csv
import json
import tomllib

import pytest

from thermo.case.shipped import cases_directory
from thermo.study import sweep

FOLDER = cases_directory()
pytestmark = pytest.mark.skipif(not (FOLDER / "weather").is_dir(), reason="cases/weather is in a checkout only")
FLOW = 1.42  # m3/s of a rack of 25.1 kW with a rise of 15 K
RACKS = [{"name": f"R{n}", "power_W": 25120.8, "flow_m3_s": FLOW, "inlet_mean_C": 24.0, "inlet_max_C": 24.2,
          "outlet_mean_C": 39.0} for n in (1, 2, 3, 4)]


@pytest.fixture
def points(tmp_path, monkeypatch):
    """Run a sweep file whose fields count as solved; its rows."""
    monkeypatch.setattr(sweep, "solved_field", lambda case, directory, only_year: json.dumps({"racks": RACKS}))

    def run(text):
        file = tmp_path / "sweep.toml"
        file.write_text(text)
        _, status = sweep.run(file, tmp_path / "out", serial=True)
        assert status == 0
        return list(csv.DictReader((tmp_path / "out" / "sweep.csv").read_text().splitlines()))

    return run


def test_all_ten_sites_and_all_real_years_dry_and_evaporative(points):
    text = (FOLDER / "sweeps" / "all_sites.toml").read_text()
    weather = tomllib.loads(text)["vary"]["site.weather"]
    typical = {name for name in weather if isinstance(name, str)}
    shipped = {file.name.removesuffix(".gz") for file in (FOLDER / "weather").glob("*.epw.gz")}
    assert shipped < typical
    assert len(typical) == 10
    real = {(given["site"], given["year"]) for given in weather if isinstance(given, dict)}
    assert {year for _, year in real} == set(range(2020, 2025))
    assert len(real) == 25
    rows = points(text)
    assert len(rows) == 70
    assert not any(row["failed"] for row in rows)
    for row in rows:
        water = float(row["metrics.wue_site_L_per_kWh"])
        assert (water > 0.5) if "evaporative" in row["case"] else (water == 0.0)
        assert 1.05 < float(row["metrics.pue"]) <= float(row["metrics.pue_design"]) < 1.6


def test_every_economizer_behind_pads(points):
    """Two sites: free cooling never takes more energy than none, and pads use water."""
    text = (FOLDER / "sweeps" / "economizers.toml").read_text()
    few = [line for line in text.splitlines() if not line.startswith("    \"") or "Phoenix" in line or "Lulea" in line]
    rows = points("\n".join(few))
    assert len(rows) == 20
    assert not any(row["failed"] for row in rows)
    pue = {(row["plant.economizer"], row["plant.adiabatic.effectiveness"], row["site.weather"]):
           float(row["metrics.pue"]) for row in rows}
    for (kind, pads, place), value in pue.items():
        assert value <= pue["{'kind': 'none'}", pads, place] + 1e-9, kind
    assert all(float(row["metrics.wue_site_L_per_kWh"]) > 0.0 for row in rows)
