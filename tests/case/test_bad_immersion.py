"""Immersion tanks that cannot be built: one clear line, the key, what is allowed."""

from pathlib import Path

import pytest

from thermo.case import load
from thermo.errors import CaseError
from thermo.immersion import pool_state

TANK = Path(__file__).resolve().parents[2] / "cases" / "immersion" / "tank_two_phase.toml"
HALL = TANK.with_name("hall_two_phase.toml")

BAD = [
    (TANK, 'immersion.liquid="HFE-7200"', "immersion.liquid", "HFE-7100"),
    (TANK, 'immersion.liquid="white mineral oil"', "immersion.liquid", "unknown boiling liquid"),
    (TANK, 'case.cooling="air"', "room", "missing"),
    (TANK, 'case.cooling="closed_loop"', "liquid", "missing"),
    (TANK, 'case.cooling="imersion"', "case.cooling", "immersion"),
    (TANK, "immersion.tanks=0", "immersion.tanks", "1"),
    (TANK, "immersion.pool.relief_pressure=90000", "immersion.pool", "must be above pressure"),
    (TANK, "immersion.pool.pressure=1", "immersion.pool.pressure", "outside its record, 21843.7 to 180301 Pa"),
    (HALL, "immersion.condenser.conductance=1", "immersion.condenser", "more conductance"),
    (TANK, "immersion.pool.depth=1", "immersion.pool.depth", "unknown key; valid: volume"),
    (TANK, 'immersion.condenser.conductance="0 W/K"', "conductance", "more than 0"),
    (TANK, 'immersion.condenser.flow="2.5 kg"', "flow", "kg"),
    (TANK, "immersion.chip.GPU.power=0", "immersion.chip.GPU.power", "0 must be more than 0 W"),
    (TANK, "limits.pue=1.1", "limits.pue", "plant"),
    (TANK, 'limits.rack_inlet_max="30 degC"', "limits.rack_inlet_max", "no racks"),
    (HALL, 'immersion.condenser.coolant_temperature="30 degC"', "coolant_temperature", "given by [plant]"),
    (HALL, 'plant.facility_loop.coolant="propylene glycol 25%"', "plant", "freezes"),
]


@pytest.mark.parametrize(("file", "override", "key", "text"), BAD, ids=[row[1][:40] for row in BAD])
def test_bad_tank_is_one_clear_line(file, override, key, text):
    from kernels.backend import make_backend
    from thermo import immersion

    with pytest.raises(CaseError) as caught:
        immersion.preflight(load(file, [override]), make_backend("cpu"))
    line = str(caught.value)
    assert key in line
    assert text in line
    assert "\n" not in line


def test_chip_of_another_name_is_refused(tmp_path):
    file = tmp_path / "tank.toml"
    file.write_text(TANK.read_text().replace("NVIDIA H100 SXM", "NVIDIA H1000"))
    with pytest.raises(CaseError, match=r'immersion\.chip\.GPU\.chip: unknown chip "NVIDIA H1000".*NVIDIA H100 SXM'):
        load(file)


def test_two_laws_of_boiling_are_refused(tmp_path):
    file = tmp_path / "tank.toml"
    file.write_text(TANK.read_text().replace('roughness = "1 um"', 'roughness = "1 um"\nsurface_constant = 0.005'))
    with pytest.raises(CaseError, match="roughness belongs to Cooper's law"):
        load(file)


def test_a_pool_out_of_its_record_is_named(tmp_path):
    case = load(TANK, ['immersion.condenser.coolant_temperature="79 degC"'])
    with pytest.raises(CaseError, match="the pool leaves its record: HFE-7100"):
        pool_state(case)
