"""Checks across tables: what one table asks for, another must provide, and nothing given may be without effect."""

from __future__ import annotations

from thermo.case.device_consistency import check_devices, check_feeds_known
from thermo.case.expression import Expression, Value
from thermo.case.heated import heated_faces
from thermo.case.immersion_consistency import check_immersion
from thermo.case.liquid_consistency import check_liquid, check_room_given
from thermo.case.load_consistency import check_load
from thermo.case.network_consistency import check_network
from thermo.case.periodic import check_periodic
from thermo.case.plant_consistency import check_plant
from thermo.case.schema import Case
from thermo.case.time_consistency import check_time
from thermo.records.materials import fluid_tables
from thermo.records.table import unknown

ROOM_TEMPERATURE = 293.15
NEEDS_ENERGY = ("temperature", "heat_flux", "u_value")


def check_consistency(case: Case) -> None:
    """Raise :class:`CaseError` for the first contradiction in ``case``."""
    check_room_given(case)
    if case.room is not None:
        _check_room(case)
    check_time(case)
    check_network(case)
    check_plant(case)
    check_load(case)
    check_liquid(case)
    check_immersion(case)


def _check_room(case: Case) -> None:
    _check_fluid(case)
    _check_side_velocities(case)
    if not case.physics.energy:
        _check_isothermal(case)
    if not case.physics.flow:
        _check_still(case)
    check_feeds_known(case)
    if case.physics.energy:
        _check_temperatures_given(case)
    steady_start = case.physics.large_eddy and case.time is not None and case.time.start == "steady"
    if not (case.physics.has_k or steady_start):
        _check_without_k(case)
    if case.grid.heated_face_cell is not None and not heated_faces(case):
        raise case.error("grid.heated_face_cell", "no block or side is heated: remove it")
    _check_switches(case)
    check_devices(case)
    _check_expressions(case)
    check_periodic(case, _expressions(case))


def start_temperature(case: Case) -> Value:
    """Return where the temperature starts [K]: as given, otherwise the mean of the supplies, inlets or warm walls."""
    return default_temperature(case) if case.initial.temperature is None else case.initial.temperature


def default_temperature(case: Case) -> float:
    """Return the temperature [K] that the case suggests: of its supplies, inlets, fluid or walls, or a room's."""
    sides = [side for _, side in case.room.sides.items()]
    inlets = [side.temperature for side in sides if side.kind == "inlet"]
    walls = [side.temperature for side in sides if side.kind == "wall"]
    for candidates in (
        [supply.temperature for supply in case.supply if supply.temperature is not None],
        [unit.expected_supply for unit in case.cooling_unit],
        inlets,
        [case.fluid.reference_temperature],
        walls,
        [block.temperature for block in case.porous],
    ):
        known = [value for value in candidates if isinstance(value, float)]
        if known:
            return sum(known) / len(known)
    return ROOM_TEMPERATURE


def _check_fluid(case: Case) -> None:
    """A fluid given by constants has every constant that the chosen equations use."""
    fluid, physics = case.fluid, case.physics
    if fluid.table is not None:
        return
    if fluid.name is not None:
        known = ["air", *fluid_tables()]
        if fluid.name not in known:
            raise case.error("fluid.name", str(unknown("fluid", fluid.name, known)))
        return
    needs = [("density", "with physics.flow"), ("viscosity", "with physics.flow")] if physics.flow else []
    if physics.energy:
        needs += [("heat_capacity", "with physics.energy"), ("conductivity", "with physics.energy")]
    if physics.buoyancy:
        needs += [("expansion", "with physics.buoyancy"), ("reference_temperature", "with physics.buoyancy")]
    for key, why in needs:
        if getattr(fluid, key) is None:
            raise case.error(f"fluid.{key}", f"is missing: it is needed {why}")


def _check_side_velocities(case: Case) -> None:
    """Walls move along themselves and inlets blow into the room (as far as a constant velocity tells)."""
    for name, side in case.room.sides.items():
        velocity = getattr(side, "velocity", None)
        normal = velocity["xyz".index(name[0])] if velocity else None
        if not isinstance(normal, float):
            continue
        key = f"room.sides.{name}.velocity"
        if side.kind == "wall" and normal != 0.0:
            raise case.error(key, f"a wall moves along itself: its {name[0]} component must be 0, not {normal:g} m/s")
        if side.kind == "inlet" and not (normal if name.endswith("min") else -normal) > 0.0:
            raise case.error(key, f"an inlet blows into the room: its {name[0]} component must not be {normal:g} m/s")


def _check_isothermal(case: Case) -> None:
    """Nothing thermal may be given without the energy equation."""
    reason = "has no effect with physics.energy = false: remove it or solve the energy"
    for name, side in case.room.sides.items():
        for key in NEEDS_ENERGY:
            if getattr(side, key, None) is not None:
                raise case.error(f"room.sides.{name}.{key}", reason)
    for opening in (*case.supply, *case.returns, *case.obstacle):
        for key in ("temperature", "power", "material"):
            if getattr(opening, key, None) is not None:
                raise case.error(f"{key_of(opening)}.{key}", reason)
    for box in (*case.rack, *case.cooling_unit, *case.heat, *case.heat_sink):
        raise case.error(key_of(box), reason)
    for block in case.porous:
        for key in block.given("power", "conductance", "limit", "temperature"):
            raise case.error(f"{key_of(block)}.{key}", reason)
    if "heat_source" in case.physics.model_fields_set:
        raise case.error("physics.heat_source", reason)
    if case.initial.temperature is not None:
        raise case.error("initial.temperature", reason)
    for monitor in case.monitor:
        if monitor.quantity == "T" or monitor.kind == "wall_heat_flow":
            raise case.error(f"monitor.{monitor.name}", "there is no temperature with physics.energy = false")
    if case.plant is not None:
        raise case.error("plant", reason)


def _check_still(case: Case) -> None:
    """Nothing that moves the fluid may be given without the flow equations."""
    reason = "has no effect with physics.flow = false: remove it or solve the flow"
    moving = (*case.rack, *case.cooling_unit, *case.supply, *case.returns, *case.tile, *case.cutout, *case.duct)
    for box in (*moving, *case.heat_sink, *case.porous, *(panel for panel in case.panel if panel.open_area)):
        raise case.error(key_of(box), reason)
    for name, side in case.room.sides.items():
        if side.kind in ("inlet", "outlet"):
            raise case.error(f"room.sides.{name}", f'kind = "{side.kind}" {reason}')
        if getattr(side, "velocity", None) is not None:
            raise case.error(f"room.sides.{name}.velocity", reason)
    for key in ("convection", "gravity", "outflow", "body_force", "momentum_source"):
        if key in case.physics.model_fields_set:
            raise case.error(f"physics.{key}", reason)
    if "velocity" in case.initial.model_fields_set:
        raise case.error("initial.velocity", reason)
    for monitor in case.monitor:
        if monitor.quantity not in (None, "T") or monitor.kind == "flow_rate":
            raise case.error(f"monitor.{monitor.name}", "there is no flow with physics.flow = false")


def _check_temperatures_given(case: Case) -> None:
    """What enters must have a temperature."""
    fed = {name for unit in case.cooling_unit for name in unit.feeds}
    for supply in case.supply:
        if supply.temperature is None and supply.name not in fed:
            raise case.error(f"{key_of(supply)}.temperature", 'is missing: add it, such as temperature = "18 degC"')
    for name, side in case.room.sides.items():
        if side.kind == "inlet" and side.temperature is None:
            raise case.error(
                f"room.sides.{name}.temperature", "is missing: an inlet needs it unless physics.energy = false"
            )


def _check_without_k(case: Case) -> None:
    """Turbulence of openings and k or epsilon monitors need a turbulence model that has them."""
    reason = f'has no effect with physics.turbulence = "{case.physics.turbulence}": remove it'
    for supply in case.supply:
        for key in supply.turbulence_given:
            raise case.error(f"{key_of(supply)}.{key}", reason)
    for box in (*case.rack, *case.cooling_unit):
        if box.turbulence is not None:
            raise case.error(f"{key_of(box)}.turbulence", reason)
    for name, side in case.room.sides.items():
        for key in getattr(side, "turbulence_given", []):
            raise case.error(f"room.sides.{name}.{key}", reason)
    for monitor in case.monitor:
        if monitor.quantity in ("k", "epsilon"):
            raise case.error(f"monitor.{monitor.name}.quantity", f'"{monitor.quantity}" {reason}')


def _check_switches(case: Case) -> None:
    """Settings that only matter together with others are not given without them."""
    if case.physics.given("gravity") and not case.physics.buoyancy:
        raise case.error("physics.gravity", "has no effect without buoyancy: remove it or set physics.buoyancy = true")
    if case.physics.outflow == "fixed-value" and not (case.rack or case.cooling_unit):
        raise case.error(
            "physics.outflow", '"fixed-value" concerns the intakes of racks, and there are none: remove it'
        )
    if not case.rack:
        for key in case.solve.given("tracers", "supply_limit"):
            raise case.error(f"solve.{key}", "concerns the intakes of racks, and there are none: remove it")
    if case.solve.supply_limit not in (None, "off") and not case.supply and not case.cooling_unit:
        raise case.error("solve.supply_limit", "no supply or cooling unit has air that could be warmer: remove it")
    if case.plant is not None and case.plant.air_handler.at_supply_limit and case.solve.supply_limit == "off":
        raise case.error(
            "plant.air_handler.at_supply_limit", 'needs that limit: set solve.supply_limit = "field" or "linear"'
        )
    if case.solve.given("tolerance_temperature") and not case.physics.energy:
        raise case.error("solve.tolerance_temperature", "has no effect with physics.energy = false: remove it")


def _check_expressions(case: Case) -> None:
    """Every expression gives finite numbers at points inside the room."""
    for key, value in _expressions(case):
        if value.uses("t"):
            raise case.error(key, f'"={value.text}" depends on the time t, which no expression of a case can follow: '
                                  "use [[event]] with a ramp")
        if _undefined(value, case):
            raise case.error(key, f'"={value.text}" is not a finite number everywhere in the room')


def _expressions(case: Case) -> list[tuple[str, Expression]]:
    values = [("physics.heat_source", case.physics.heat_source), ("initial.temperature", case.initial.temperature)]
    vectors = [
        ("physics.body_force", case.physics.body_force),
        ("physics.momentum_source", case.physics.momentum_source),
        ("initial.velocity", case.initial.velocity),
    ]
    for name, side in case.room.sides.items():
        values += [(f"room.sides.{name}.{key}", getattr(side, key, None)) for key in ("temperature", "heat_flux")]
        vectors.append((f"room.sides.{name}.velocity", getattr(side, "velocity", None)))
    values += [
        (f"{key}.{axis}", part) for key, vector in vectors for axis, part in zip("xyz", vector or (), strict=False)
    ]
    return [(key, value) for key, value in values if isinstance(value, Expression)]


def _undefined(value: Expression, case: Case) -> bool:
    """Whether the expression is infinite or not a number at one of 4 x 4 x 4 points inside the room."""
    import numpy as np

    shares = (np.arange(4) + 0.5) / 4.0
    lo, size = np.array(case.room.lo), np.array(case.room.size)
    x, y, z = np.meshgrid(*(lo[axis] + shares * size[axis] for axis in range(3)))
    return not np.isfinite(value(x, y, z)).all()


def key_of(box) -> str:
    """Return the key path of an object, such as ``rack.A1``."""
    return f"{box.kind}.{box.name}"
