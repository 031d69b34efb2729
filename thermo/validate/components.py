"""Parts that are validated by themselves: every row of a reference table against one function of the software.

A check of kind ``component`` names a function below, which columns of the reference table are its ``inputs``, and the
column it must give. Its value is that of the row that lies farthest off.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from thermo import records
from thermo.errors import CaseError
from thermo.loop import cold_plate_channel, exchanger, friction
from thermo.loop.cold_plate_design import Fins, Layer, Stack
from thermo.loop.cold_plate_resolved import FinnedPlate
from thermo.media import fluid
from thermo.plant import dry_cooler
from thermo.validate.dielectrics import DIELECTRICS
from thermo.validate.loops import LOOPS
from thermo.validate.plant_parts import PLANT_PARTS

KELVIN = 273.15
COPPER = {"conductivity": 385.0, "heat_capacity": 3.44e6}
LITRE_PER_MINUTE = 1e-3 / 60.0


def chain_technology_supply(outdoor: float) -> float:
    """Technology supply, degC, of 1 MW: UA 3e5 W/K counterflow, then 2.2e5 W/K crossflow, outdoor air degC."""
    heat, technology, facility = 1e6, 1500e-3 / 60.0 * 1020.0 * 3900.0, 1440e-3 / 60.0 * 993.0 * 4178.0
    unit = exchanger.effectiveness(3e5 / min(technology, facility), _ratio(technology, facility))
    cooler = dry_cooler.crossflow_effectiveness(2.2e5 / facility, 0.5)
    facility_supply = outdoor + heat / (cooler * facility) - heat / facility
    return float(facility_supply + heat / (unit * min(technology, facility)) - heat / technology)


def _ratio(a: float, b: float) -> float:
    return min(a, b) / max(a, b)


def fin_efficiency(product: float) -> float:
    """Efficiency of a fin with this m L."""
    return cold_plate_channel.fin_efficiency(0.5 * product**2, 1.0, 1.0, 1.0)


def pipe_friction(reynolds: float, roughness: float) -> float:
    """Darcy friction factor after Colebrook."""
    return float(friction.friction(np.array([reynolds]), roughness, "colebrook")[0][0])


def _property(name: str) -> Callable[[str, float], float]:
    return lambda coolant, celsius: float(getattr(fluid(coolant), name)(celsius + KELVIN))


def ocp_plate(coolant: str, contact: float, height: float) -> FinnedPlate:
    """A plate like that of the OCP records: what is not published is assumed, see the check's reason."""
    heater = Layer("heater", (40e-3, 40e-3), 2e-3, contact=contact, cells=2, **COPPER)
    base = Layer("base", (50e-3, 50e-3), 2e-3, cells=2, **COPPER)
    fins = Fins((40e-3, 40e-3), 0.1e-3, 0.1e-3, height, arrangement="split", **COPPER)
    return FinnedPlate("OCP", Stack((heater, base), fins, 5e-3), coolant, 1000.0, 0.03)


def _case_resistance(plate: FinnedPlate, volume_flow, inlet: float = 303.15):
    """Case to inlet over heat, K/W, at 1 kW, and the solved plates."""
    flow = np.atleast_1d(volume_flow) * float(fluid(plate.coolant).density(inlet))
    solved = plate.solve(flow, inlet, 1000.0)
    return (solved.case - inlet) / 1000.0, solved


@cache
def fitted_to_water() -> tuple[float, float]:
    """Interface resistance, m2 K/W, and height of the fins, m, that fit the four points of the plate in water."""
    from scipy.optimize import least_squares

    record = records.cold_plate("OCP 1 kW OAM water")

    def miss(logarithms):
        plate = ocp_plate(record.coolant, *np.exp(logarithms))
        return _case_resistance(plate, np.array(record.volume_flow))[0] / np.array(record.resistance) - 1.0

    return tuple(np.exp(least_squares(miss, np.log([1.2e-5, 1.3e-3]), diff_step=1e-3, max_nfev=6).x))


def plate_in_pg25(litres_per_minute: float) -> float:
    """Case to inlet over heat, K/W, of the plate fitted in water, in PG25."""
    plate = ocp_plate("propylene glycol 25%", *fitted_to_water())
    return float(_case_resistance(plate, litres_per_minute * LITRE_PER_MINUTE)[0][0])


def plate_closure(litres_per_minute: float) -> float:
    """Heat of the coolant over heat of the chip, less 1, of a resolved plate."""
    plate = ocp_plate("propylene glycol 25%", 1.2e-5, 1.3e-3)
    return float(_case_resistance(plate, litres_per_minute * LITRE_PER_MINUTE)[1].closure[0])


def silicon_plate(arrangement: str, slot: float, quantity: str) -> float:
    """The plate of Tuckerman and Pease (1981) by the cold plate model: "resistance" K/W or "pressure_drop" Pa.

    1 cm2 of silicon, channels 50 um wide and 302 um deep, 790 W/cm2, 8.6 cm3/s of water at 23 degC; `slot` m.
    """
    silicon = {"conductivity": 148.0, "heat_capacity": 2330.0 * 712.0}
    layer = Layer("die", (10e-3, 10e-3), 150e-6, cells=4, **silicon)
    fins = Fins((10e-3, 10e-3), 50e-6, 50e-6, 302e-6, arrangement=arrangement, slot=slot, port_loss=0.0, cells=20,
                **silicon)  # fmt: skip
    plate = FinnedPlate("silicon", Stack((layer,), fins, 0.25e-3), "water", 790.0, 8.6e-3)
    inlet = 23.0 + KELVIN
    solved = plate.solve(8.6e-6 * float(fluid("water").density(inlet)), inlet, 790.0)
    return float({"resistance": (solved.hottest - inlet) / 790.0, "pressure_drop": solved.pressure_drop}[quantity][0])


def approach(machine: str, kind: str) -> float:
    """Approach, K, of a dry cooler or a distribution unit at the rating point of its record."""
    if kind == "dry cooler":
        record = records.dry_cooler(machine)
        drop = float(dry_cooler.Coil(record).drop_share(1.0, 1.0)) * (record.coolant_in - record.air_in)
        return record.coolant_in - drop - record.air_in
    record = records.cdu(machine)
    hot = float(fluid(record.coolant).heat_capacity(record.supply + 5.0))
    cold = float(fluid("water").heat_capacity(record.supply + 5.0 - record.approach))
    unit = exchanger.rated(record.heat, record.approach, record.technology_flow, record.facility_flow, hot, cold)
    reached, least = unit.effectiveness(record.technology_flow, record.facility_flow, hot, cold)
    return float(record.heat / (reached * least) - record.heat / (record.technology_flow * hot))


COMPONENTS: dict[str, Callable[..., float]] = {
    "crossflow_effectiveness": lambda ntu, ratio: float(dry_cooler.crossflow_effectiveness(ntu, ratio)),
    "counterflow_effectiveness": lambda ntu, ratio: float(exchanger.effectiveness(ntu, ratio)),
    "chain_technology_supply": chain_technology_supply,
    "duct_friction": lambda aspect: float(cold_plate_channel.developed_friction(aspect)),
    "duct_nusselt": lambda aspect: float(cold_plate_channel.developed_nusselt(aspect)),
    "fin_efficiency": fin_efficiency,
    "pipe_friction": pipe_friction,
    "coolant_density": _property("density"),
    "coolant_heat_capacity": _property("heat_capacity"),
    "coolant_conductivity": _property("conductivity"),
    "coolant_viscosity": _property("viscosity"),
    "plate_in_pg25": plate_in_pg25,
    "plate_closure": plate_closure,
    "silicon_plate": silicon_plate,
    "approach": approach,
    **LOOPS,
    **PLANT_PARTS,
    **DIELECTRICS,
}


def worst_row(component: str, inputs: dict[str, str], rows: list[dict[str, str]], column: str, relative: bool):
    """Value and reference of the row farthest off, by absolute or relative difference. Raises :class:`CaseError`."""
    if component not in COMPONENTS:
        raise CaseError(f"there is no component {component}; valid: {', '.join(COMPONENTS)}")
    worst, found = -1.0, (float("nan"), float("nan"))
    for row in rows:
        reference = float(row[column])
        value = COMPONENTS[component](**{name: _number(row[key]) for name, key in inputs.items()})
        miss = abs(value - reference) / (abs(reference) if relative else 1.0)
        if not miss <= worst:
            worst, found = miss, (value, reference)
    return found


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
