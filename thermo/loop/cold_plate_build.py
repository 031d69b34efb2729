"""Plates of a case: by their measured record, or by their design."""

from __future__ import annotations

from thermo import records
from thermo.errors import CaseError
from thermo.loop.cold_plate import ColdPlate, MeasuredPlate, PressureLaw
from thermo.loop.cold_plate_design import Fins, Layer, Stack
from thermo.loop.cold_plate_resolved import FinnedPlate
from thermo.media import fluid
from thermo.records import ChipRecord

SILICON_HEAT_CAPACITY = 1.66e6  # J/m3/K
INTERFACE_HEAT_CAPACITY = 2.0e6  # J/m3/K, of a filled polymer


def make_plate(given, chip: ChipRecord, coolant: str, heat: float) -> ColdPlate:
    """The plate of a case's table ``liquid.rack.tray.plate`` on its chip, for `heat` W; raises :class:`CaseError`."""
    temperature = given.rated_temperature
    if given.record is not None:
        record = records.cold_plate(given.record)
        density = float(fluid(record.coolant).density(temperature))
        law = PressureLaw(
            coolant, given.rated_flow * density, given.pressure_drop, temperature, given.laminar_share
        )
        inside = None if given.design is None else _designed(given, chip, coolant, heat)
        return MeasuredPlate(record, law, given.case_resistance or 0.0, inside)
    return _designed(given, chip, coolant, heat)


def _designed(given, chip: ChipRecord, coolant: str, heat: float) -> FinnedPlate:
    flow = given.rated_flow * float(fluid(coolant).density(given.rated_temperature))
    stack = make_stack(given.design, chip)
    return FinnedPlate(f"{chip.name} on a designed plate", stack, coolant, heat, flow, given.design.power_map)


def make_stack(design, chip: ChipRecord) -> Stack:
    """Layers from the silicon of `chip` to the base of a ``PlateDesign``, and its fins."""
    plan = chip.size[:2]
    smallest = design.base.size if design.lid is None else design.lid.size
    if any(part > room * (1.0 + 1e-9) for part, room in zip(plan, smallest, strict=True)):
        raise CaseError(
            f"the die of {chip.name}, {plan[0] * 1e3:.1f} x {plan[1] * 1e3:.1f} mm, is larger than what lies on it: "
            "make design.lid or design.base larger"
        )
    silicon = Layer("die", plan, chip.size[2], design.silicon_conductivity, SILICON_HEAT_CAPACITY, cells=2)
    layers = [silicon, _interface("interface", design.interface, plan)]
    if design.lid is not None:
        shared = tuple(min(pair) for pair in zip(design.lid.size, design.base.size, strict=True))
        layers += [_block("lid", design.lid), _interface("lid interface", design.lid_interface, shared)]
    material = design.base.material
    fins = design.fins
    return Stack(
        (*layers, _block("base", design.base)),
        Fins(fins.size, fins.channel, fins.fin, fins.height, material.conductivity,
             material.density * material.heat_capacity, fins.arrangement, fins.slot, fins.port_loss, fins.cells),
        design.cell,
    )  # fmt: skip


def _interface(name: str, given, size: tuple[float, float]) -> Layer:
    return Layer(name, size, given.thickness, given.conductivity, INTERFACE_HEAT_CAPACITY, given.contact_resistance)


def _block(name: str, given) -> Layer:
    material = given.material
    capacity = material.density * material.heat_capacity
    return Layer(name, given.size, given.thickness, material.conductivity, capacity, cells=2)
