"""Small networks that several tests solve."""

from __future__ import annotations

from thermo.loop.elements import Pipe, PowerLaw, Pump, PumpCurve, Resistance, Valve
from thermo.loop.network import Builder

CURVE = PumpCurve((0.0, 0.01, 0.02, 0.03), (4e5, 3.8e5, 3.0e5, 1.5e5))


def manifold(header: float, far_end: bool, branches: int = 10):
    """Branches of dp = 2 q^2 between two headers of dp = header q^2 a segment; 10 in, out at one end or the other."""
    build = Builder()
    for i in range(branches):
        build.node(f"supply {i}", inflow=10.0 if i == 0 else 0.0, temperature=300.0)
        outlet = branches - 1 if far_end else 0
        build.node(f"return {i}", pressure=1e5 if i == outlet else None)
    for i in range(branches - 1):
        build.branch(f"supply header {i}", f"supply {i}", f"supply {i + 1}", Resistance(quadratic=header))
        build.branch(f"return header {i}", f"return {i + 1}", f"return {i}", Resistance(quadratic=header))
    for i in range(branches):
        build.branch(f"branch {i}", f"supply {i}", f"return {i}", Resistance(quadratic=2.0))
    return build.network()


def hall(racks: int, heat: float = 120e3, curve: PumpCurve | None = None, supply: float = 308.15):
    """A pump, a cooler that holds `supply` K, and `racks` branches with `heat` W each between two headers of pipe."""
    curve = curve or PumpCurve(
        tuple(racks / 64.0 * q for q in (0.0, 0.1, 0.2, 0.3)), (4e5, 3.8e5, 3e5, 1.5e5)
    )
    build = Builder()
    for name in ("pump out", "cold"):
        build.node(name)
    build.node("tank", pressure=3e5)
    for i in range(racks):
        build.node(f"s{i}")
        build.node(f"r{i}")
    for i in range(racks - 1):
        build.branch(f"supply {i}", f"s{i}", f"s{i + 1}", Pipe(1.2, 0.3))
        build.branch(f"return {i}", f"r{i + 1}", f"r{i}", Pipe(1.2, 0.3))
    for i in range(racks):
        build.branch(f"rack {i}", f"s{i}", f"r{i}", Pipe(4.0, 0.05, loss=6.0), Valve(8.0), heat=heat)
    build.branch("pump", "tank", "pump out", Pump(curve))
    build.branch("cooler", "pump out", "cold", PowerLaw(50e3, 2.5 * racks, 1.9, 1000.0, 1e-3), outlet=supply)
    build.branch("main", "cold", "s0", Pipe(20.0, 0.3))
    build.branch("back", "r0", "tank", Pipe(20.0, 0.3))
    return build.network()
