"""EPW reading: Abilene against the statistics pvlib gave for it, the oracle itself, and errors that name the line."""

import numpy as np
import psychrolib
import pytest
from plant_case import abilene_file

from thermo.errors import CaseError
from thermo.plant import weather


@pytest.fixture(scope="module")
def abilene():
    return weather.read_epw(abilene_file())


@pytest.fixture
def lines():
    return abilene_file().read_text(encoding="latin-1").splitlines()


def test_abilene_statistics(abilene):
    """Statistics of the file as read with pvlib 0.16.1 before this reader was written."""
    celsius = abilene.dry_bulb - 273.15
    assert celsius.size == 8760
    assert celsius.min() == pytest.approx(-14.4)
    assert celsius.mean() == pytest.approx(17.1, abs=0.05)
    assert celsius.max() == pytest.approx(41.1)
    assert (celsius > 27.0).sum() == 1556
    assert (celsius > 35.0).sum() == 156
    assert np.percentile(abilene.wet_bulb, 99.6) - 273.15 == pytest.approx(23.4, abs=0.1)


def test_rows_are_hours_of_a_calendar_year(abilene):
    assert np.bincount(abilene.month)[1:].tolist() == [24 * days for days in weather.DAYS]
    assert abilene.elevation == 530.0
    assert weather.constant(300.0, 0.5, 101325.0).month.tolist() == abilene.month.tolist()


def test_same_as_pvlib(abilene):
    read_epw = pytest.importorskip("pvlib").iotools.read_epw
    data, _ = read_epw(abilene_file())
    np.testing.assert_allclose(abilene.dry_bulb - 273.15, data["temp_air"], atol=1e-9)
    np.testing.assert_allclose(abilene.relative_humidity * 100.0, np.minimum(data["relative_humidity"], 100.0))
    np.testing.assert_allclose(abilene.pressure, data["atmospheric_pressure"])


def test_standard_atmosphere():
    psychrolib.SetUnitSystem(psychrolib.SI)
    for height in (-100.0, 0.0, 530.0, 3000.0):
        assert weather.standard_pressure(height) == pytest.approx(psychrolib.GetStandardAtmPressure(height), rel=1e-9)


def write(folder, lines):
    file = folder / "bad.epw"
    file.write_text("\n".join(lines), encoding="latin-1")
    return file


def with_field(line, position, text):
    fields = line.split(",")
    fields[position] = text
    return ",".join(fields)


def test_missing_pressure_becomes_the_standard_atmosphere(tmp_path, lines):
    lines[100] = with_field(lines[100], 9, "999999")
    read = weather.read_epw(write(tmp_path, lines))
    assert read.pressure[92] == pytest.approx(weather.standard_pressure(530.0))


@pytest.mark.parametrize(
    ("position", "text", "message"),
    [
        (6, "99.9", r"line 101: dry bulb 99.9 is missing"),
        (6, "warm", r'line 101: dry bulb "warm" is not a number'),
        (8, "400", r"line 101: relative humidity 400 is outside 0 to 110"),
        (9, "95", r"line 101: pressure 95 is outside"),
        (6, "nan", r"line 101: dry bulb nan is outside"),
    ],
)
def test_errors_name_the_line(tmp_path, lines, position, text, message):
    lines[100] = with_field(lines[100], position, text)
    with pytest.raises(CaseError, match=message):
        weather.read_epw(write(tmp_path, lines))


def test_truncated_files_are_refused(tmp_path, lines):
    with pytest.raises(CaseError, match="8759 hourly rows"):
        weather.read_epw(write(tmp_path, lines[:-1]))
    with pytest.raises(CaseError, match=r"line 500: only 4 fields"):
        weather.read_epw(write(tmp_path, [*lines[:499], "1985,1,1,1", *lines[500:]]))
    with pytest.raises(CaseError, match="line 1: not an EPW file"):
        weather.read_epw(write(tmp_path, ["something else"]))
    with pytest.raises(CaseError, match="cannot be read"):
        weather.read_epw(tmp_path / "absent.epw")
