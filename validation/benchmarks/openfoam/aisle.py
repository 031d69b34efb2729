"""Dimensions and operating point of the half aisle; the same room as cases/air/aisle.toml. SI units.

Mirror plane at x = 3.0 m. Four racks stand side by side along y. Air leaves the room through the intake face
(x = 2.4 m) and comes back through the exhaust face (x = 1.2 m), 12 K warmer. Half of eight floor tiles supply 95 %
of the rack flow at 18 degC; a ceiling opening at fixed pressure takes it away.
"""

from __future__ import annotations

X_PLANES = (0.0, 1.2, 2.4, 3.0)
Y_PLANES = (0.0, 1.2, 1.8, 2.4, 3.0, 3.6, 4.2, 4.8)
Z_PLANES = (0.0, 2.0, 3.0)

RACKS = ("A1", "A2", "A3", "A4")
RACK_X = (1.2, 2.4)
RACK_TOP = 2.0
RACK_WIDTH = 0.6
FIRST_RACK_Y = 1.2
SUPPLY = ((2.4, 3.0), (1.2, 3.6))
RETURN = ((1.2, 3.0), (4.2, 4.8))

GRAVITY = 9.81
DENSITY = 1.2
HEAT_CAPACITY = 1006.0
KINEMATIC_VISCOSITY = 1.55e-5
REFERENCE_TEMPERATURE = 297.15
EXPANSION = 1.0 / REFERENCE_TEMPERATURE
PRANDTL = 0.71
TURBULENT_PRANDTL = 0.85

RACK_POWER = 10e3
TEMPERATURE_RISE = 12.0
SUPPLY_TEMPERATURE = 291.15
SUPPLY_SHARE = 0.95
RACK_FLOW = RACK_POWER / (DENSITY * HEAT_CAPACITY * TEMPERATURE_RISE)
"""Volume flow of one rack, m3/s."""
RACK_VELOCITY = RACK_FLOW / (RACK_WIDTH * RACK_TOP)
SUPPLY_FLOW = SUPPLY_SHARE * len(RACKS) * RACK_FLOW
SUPPLY_VELOCITY = SUPPLY_FLOW / ((SUPPLY[0][1] - SUPPLY[0][0]) * (SUPPLY[1][1] - SUPPLY[1][0]))
RETURN_TEMPERATURE = SUPPLY_TEMPERATURE + TEMPERATURE_RISE / SUPPLY_SHARE
"""Flow-weighted return temperature that closes the heat balance exactly, K."""

SUPPLY_K, SUPPLY_EPSILON = 0.012444, 0.0054308
EXHAUST_K, EXHAUST_EPSILON = 0.0049637, 0.0011493


def rack_of(y_low: float, x_low: float, z_low: float) -> str | None:
    """Name of the rack that fills the mesh block with this low corner (m), or None where the block is air."""
    if abs(x_low - RACK_X[0]) > 1e-9 or z_low > RACK_TOP - 1e-9:
        return None
    index = round((y_low - FIRST_RACK_Y) / RACK_WIDTH)
    on_rack = 0 <= index < len(RACKS) and abs(FIRST_RACK_Y + index * RACK_WIDTH - y_low) < 1e-9
    return RACKS[index] if on_rack else None
