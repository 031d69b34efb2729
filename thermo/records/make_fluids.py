"""Write fluids.csv from CoolProp: ``python -m thermo.records.make_fluids`` (needs CoolProp).

Water is the HEOS equation of state at 3 bar, the glycols are the incompressible mixtures MPG and MEG at 101325 Pa,
from 1 K above freezing (next 5 K step) to 90 degC.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

GLYCOLS = {"propylene glycol": "MPG", "ethylene glycol": "MEG"}
MASS_PERCENT = (20, 25, 30, 40, 50)
HEADER = """# quantity: density kg/m3, heat capacity J/kg/K, viscosity Pa*s, conductivity W/m/K of coolants at K
# origin: CoolProp {version}: HEOS::Water at 3 bar; INCOMP::MPG and INCOMP::MEG by mass at 101325 Pa
# licence: CoolProp is MIT; the numbers are computed by make_fluids.py
# valid: the temperatures of each fluid's rows
name,temperature,density,heat_capacity,viscosity,conductivity
"""


COOLANTS = """# quantity: freezing point of the coolants of fluids.csv, and the glycol in them
# origin: CoolProp {version}: INCOMP::MPG and INCOMP::MEG (Melinder 2010), T_FREEZE; density of the pure \
glycol at 20 degC: Dow product data of propylene glycol (1036 kg/m3) and ethylene glycol (1113 kg/m3)
# licence: CoolProp is MIT; the numbers are computed by make_fluids.py
# valid: mixtures without further additives
name,freezing_c,glycol_mass_fraction,glycol_density
water,0.00,0,1000
"""
PURE_DENSITY = {"propylene glycol": 1036, "ethylene glycol": 1113}  # kg/m3 at 20 degC


def freezing(short: str, percent: int) -> float:
    """Freezing point of a glycol mixture, degC."""
    from CoolProp.CoolProp import PropsSI

    return PropsSI("T_FREEZE", "T", 300.0, "P", 101325.0, f"INCOMP::{short}[{percent / 100}]") - 273.15


def rows(name: str, backend: str, pressure: float, celsius: np.ndarray) -> list[str]:
    """CSV rows of one fluid at the given temperatures (degC) and pressure (Pa)."""
    from CoolProp.CoolProp import PropsSI

    kelvin = celsius + 273.15
    columns = [PropsSI(key, "T", kelvin, "P", pressure, backend) for key in ("D", "C", "V", "L")]
    return [
        ",".join([name, f"{t:.2f}", *(f"{value:.7g}" for value in values)])
        for t, *values in zip(kelvin, *columns, strict=True)
    ]


def write(path: Path) -> None:
    """Write the table of properties to `path` and coolants.csv beside it."""
    import CoolProp

    lines = rows("water", "HEOS::Water", 3e5, np.arange(5.0, 96.0, 5.0))
    coolants = []
    for glycol, short in GLYCOLS.items():
        for percent in MASS_PERCENT:
            least = freezing(short, percent)
            celsius = np.arange(5.0 * np.ceil((least + 1.0) / 5.0), 91.0, 5.0)
            lines += rows(f"{glycol} {percent}%", f"INCOMP::{short}[{percent / 100}]", 101325.0, celsius)
            coolants.append(f"{glycol} {percent}%,{least:.2f},{percent / 100:g},{PURE_DENSITY[glycol]}")
    path.write_text(HEADER.format(version=CoolProp.__version__) + "\n".join(lines) + "\n")
    text = COOLANTS.format(version=CoolProp.__version__) + "\n".join(coolants) + "\n"
    path.with_name("coolants.csv").write_text(text)


if __name__ == "__main__":
    write(Path(__file__).with_name("fluids.csv"))
