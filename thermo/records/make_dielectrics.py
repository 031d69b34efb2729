"""Write dielectric_properties.csv and saturation.csv (needs CoolProp).

``python -m thermo.records.make_dielectrics``
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

GAS_CONSTANT = 8.314462618  # J/mol/K

HFE_7100 = np.array([
    (-38.56, 1625.793, 1055.88, 0.0812517, 1.0), (-27.45, 1600.584, 1078.1, 0.0790799, 0.8),
    (-20.11, 1583.930, 1092.78, 0.0776451, 0.7), (-10.78, 1562.760, 1111.44, 0.0758213, 0.6),
    (0.95, 1536.144, 1134.9, 0.0735283, 0.5), (8.67, 1518.628, 1150.34, 0.0720192, 0.45),
    (17.83, 1497.844, 1168.66, 0.0702286, 0.4), (30.07, 1470.071, 1193.14, 0.0678359, 0.35),
    (46.31, 1433.223, 1225.62, 0.0646613, 0.3), (55.03, 1413.437, 1243.06, 0.0629567, 0.28),
    (64.27, 1392.471, 1261.54, 0.0611505, 0.26),
])  # fmt: skip
"""degC, kg/m3, J/kg/K, W/m/K, mm2/s."""
HFE_LATENT_HEAT, HFE_MOLAR_MASS = 112e3, 0.250  # J/kg, kg/mol
PROPERTIES = """# quantity: density kg/m3, heat capacity J/kg/K, viscosity Pa*s, conductivity W/m/K of dielectric \
liquids at K
# origin: white mineral oil: CoolProp {version}, INCOMP::PNF, a fit to the Paratherm NF data sheet of 2013; HFE-7100: \
SecCool tables of 3M data as kept by CoolProp, whose column of viscosity is read as kinematic, mm2/s: times the \
density it meets 3M's 0.58 mPa*s at 25 degC within 6 %
# licence: CoolProp is MIT; the data of makers are facts
# valid: the temperatures of each liquid's rows; conductivity and density 3 %, viscosity 10 %
name,temperature,density,heat_capacity,viscosity,conductivity
"""
SATURATION = """# quantity: liquid and vapour on the saturation line: K, Pa, kg/m3, kg/m3, J/kg/K, J/kg
# origin: water and Novec 649: CoolProp {version}, IAPWS-95 and McLinden and others, J. Chem. Eng. Data 60 (2015) \
3646; HFE-7100: 3M product information (vapour pressure ln p = 22.415 - 3641.9/T, 112 kJ/kg), liquid as the \
straight lines of dielectric_properties.csv, vapour as an ideal gas
# licence: CoolProp is MIT; the data of makers are facts
# valid: the temperatures of each fluid's rows; the vapour of HFE-7100 is some 6 % too light near 1 bar
name,temperature,pressure,liquid_density,vapour_density,liquid_heat_capacity,latent_heat
"""


def oil_rows() -> list[str]:
    """Rows of white mineral oil, every 5 K from 5 degC to 100 degC."""
    from CoolProp.CoolProp import PropsSI

    kelvin = np.arange(5.0, 101.0, 5.0) + 273.15
    columns = [PropsSI(key, "T", kelvin, "P", 101325.0, "INCOMP::PNF") for key in ("D", "C", "V", "L")]
    return [_row("white mineral oil", *values) for values in zip(kelvin, *columns, strict=True)]


def saturation_rows(name: str, fluid: str, celsius: np.ndarray) -> list[str]:
    """Saturation rows of a fluid with an equation of state."""
    from CoolProp.CoolProp import PropsSI

    kelvin = celsius + 273.15

    def at(key, quality):
        return PropsSI(key, "T", kelvin, "Q", quality, fluid)

    columns = (at("P", 0), at("D", 0), at("D", 1), at("C", 0), at("H", 1) - at("H", 0))
    return [_row(name, *values) for values in zip(kelvin, *columns, strict=True)]


def hfe_saturation_rows() -> list[str]:
    """Saturation rows of HFE-7100 from 20 degC to 80 degC; its liquid by straight lines."""
    kelvin = np.arange(20.0, 81.0, 5.0) + 273.15
    pressure = np.exp(22.415 - 3641.9 / kelvin)
    density, capacity = (np.polyval(np.polyfit(HFE_7100[:, 0] + 273.15, HFE_7100[:, n], 1), kelvin) for n in (1, 2))
    vapour = pressure * HFE_MOLAR_MASS / (GAS_CONSTANT * kelvin)
    latent = np.full_like(kelvin, HFE_LATENT_HEAT)
    return [_row("HFE-7100", *values)
            for values in zip(kelvin, pressure, density, vapour, capacity, latent, strict=True)]  # fmt: skip


def _row(name: str, temperature: float, *values: float) -> str:
    return ",".join([name, f"{temperature:.2f}", *(f"{value:.6g}" for value in values)])


def write(folder: Path) -> None:
    """Write both tables into `folder`."""
    import CoolProp

    hfe = [_row("HFE-7100", t + 273.15, rho, cp, nu * 1e-6 * rho, k) for t, rho, cp, k, nu in HFE_7100]
    text = PROPERTIES.format(version=CoolProp.__version__) + "\n".join(oil_rows() + hfe) + "\n"
    (folder / "dielectric_properties.csv").write_text(text)
    lines = saturation_rows("water", "Water", np.arange(40.0, 131.0, 5.0))
    lines += saturation_rows("Novec 649", "Novec649", np.arange(0.0, 91.0, 5.0)) + hfe_saturation_rows()
    (folder / "saturation.csv").write_text(SATURATION.format(version=CoolProp.__version__) + "\n".join(lines) + "\n")


if __name__ == "__main__":
    write(Path(__file__).parent)
