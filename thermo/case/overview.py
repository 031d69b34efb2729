"""What was understood of a case, as a short table."""

from __future__ import annotations

import math

from thermo.case.schema import Case

KELVIN = 273.15


def overview(case: Case) -> str:
    """Return the text that ``thermo check`` prints."""
    rows = [
        ("case", f"{case.name}{_size(case)}: {case.title}"),
        ("file", f"{case.file}, sha256 {case.sha256[:12]}"),
        *([] if case.room is None else _room(case)),
        *([] if case.liquid is None else _liquid(case.liquid)),
        *([] if case.network is None else _network(case.network)),
    ]
    if case.site is not None:
        rows.append(("weather", _weather(case)))
    if case.plant is not None:
        rows.append(("plant", f"for {case.plant.it_scale:g} times the power of the racks"))
    if case.load is not None:
        rows.append(("load", _load(case)))
    if case.money is not None:
        rows.append(("money", ", ".join(case.money.given(*type(case.money).model_fields)) or "nothing given"))
    limits = [key for key in type(case.limits).model_fields if getattr(case.limits, key) is not None]
    rows.append(("limits", ", ".join(limits) or "none"))
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:<{width}}  {text}" for name, text in rows)


def _size(case: Case) -> str:
    """The size that was picked, of a case that has some."""
    return f" ({case.size})" if case.about.given("size") else ""


def _room(case: Case) -> list[tuple[str, str]]:
    room = case.room
    size = " x ".join(f"{length:g}" for length in room.size)
    heated = (*case.obstacle, *case.heat, *case.heat_sink, *case.porous)
    heat = sum(rack.heat for rack in case.rack) + sum(box.power or 0.0 for box in heated)
    return [
        ("room", f"{size} m; {', '.join(f'{name} {side.kind}' for name, side in room.sides.items())}"),
        ("fluid", _fluid(case.fluid)),
        ("physics", _physics(case)),
        ("grid", _grid(case)),
        ("heat", f"{heat:g} W"),
        *((box.label, _box(box)) for box in case.objects),
        ("monitors", ", ".join(monitor.name for monitor in case.monitor) or "none"),
    ]


def _fluid(fluid) -> str:
    if fluid.table is not None:
        return f"own table of {len(fluid.table.temperature)} rows: {fluid.table.source}"
    return fluid.name or f"constants, density {fluid.density:g} kg/m3"


def _network(network) -> list[tuple[str, str]]:
    kinds = [key for key in type(network).model_fields if key not in ("node", "coolant")]
    counts = [f"{len(getattr(network, key))} {key}" for key in kinds if isinstance(getattr(network, key), tuple)]
    return [("coolant", network.coolant),
            ("network", f"{len(network.node)} nodes; {', '.join(c for c in counts if not c.startswith('0 '))}")]


def _liquid(liquid) -> list[tuple[str, str]]:
    trays = ", ".join(f"{tray.count} {tray.name}" for tray in liquid.rack.tray)
    plates = sum(tray.count * plate.count for tray, plate in liquid.plates)
    units = f"{liquid.unit.units} + {liquid.unit.redundancy} {liquid.unit.record}"
    return [
        ("coolant", f"{liquid.coolant}, supplied at {liquid.supply_temperature - KELVIN:.2f} degC"),
        ("racks", f"{liquid.groups} x {liquid.racks}; each {trays} trays with {plates} plates"),
        ("units", f"{units} for each group"),
    ]


def _weather(case: Case) -> str:
    given = case.site.weather
    if case.weather_file is None:
        return f"constant, {given.dry_bulb - KELVIN:.2f} degC"
    return case.weather_file.name if isinstance(given, str) else f"{given.site} {given.year}, {case.weather_file.name}"


def _load(case: Case) -> str:
    load = case.load
    own = load.server
    server = own if isinstance(own, str) else f"servers of {own.idle_power:g} to {own.full_power:g} W"
    asked = f"utilisation {load.utilisation:g}" if load.utilisation is not None else "as the steps say"
    if load.demand is not None:
        asked = f"{load.demand:g} tokens/s"
    files = [table.file for table in (load.trace, load.bursts) if table is not None]
    return "; ".join([load.kind, server, asked, *files])


def estimated_cells(case: Case) -> int:
    """Return about how many cells the grid has; snapping to objects and refinement boxes add some."""
    grid = case.grid
    if grid.cells is not None:
        return math.prod(grid.cells)
    if grid.x is not None:
        return math.prod(len(nodes) - 1 for nodes in (grid.x, grid.y, grid.z))
    return math.prod(1 if axis in case.room.periodic_axes else max(1, round(length / grid.cell))
                     for axis, length in enumerate(case.room.size))


def _grid(case: Case) -> str:
    cells = f"{estimated_cells(case):,} cells"
    if case.grid.cell is None:
        return cells
    finer = f", finer in {len(case.grid.refine)} boxes" if case.grid.refine else ""
    return f"about {cells} of {case.grid.cell:g} m{finer}"


def _physics(case: Case) -> str:
    physics = case.physics
    if not physics.flow:
        return "heat conduction"
    parts = [physics.turbulence, f"{physics.convection} convection", f"{physics.outflow} outflow"]
    parts.append("isothermal" if not physics.energy else "with buoyancy" if physics.buoyancy else "without buoyancy")
    return ", ".join(parts)


def _box(box) -> str:
    spans = ", ".join(
        f"{axis} {low:g}" if low == high else f"{axis} {low:g}..{high:g}"
        for axis, low, high in zip("xyz", box.lo, box.hi, strict=True)
    )
    power, temperature = getattr(box, "heat", getattr(box, "power", None)), getattr(box, "temperature", None)
    heat = f"; {power:g} W" if power is not None else ""
    warm = f"; {temperature - KELVIN:.2f} degC" if temperature is not None else ""
    return f"{spans} m{heat}{warm}"
