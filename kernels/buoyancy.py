"""Buoyancy as a relative density difference."""

from __future__ import annotations

from kernels.cell import cell


@cell
def boussinesq(c, expansion, offset, temperature, out):
    """Relative density difference ``-beta (T - T_ref)``; ``temperature`` is stored as an offset from the datum of
    the run and ``offset`` is that datum minus the reference temperature of the density."""
    out[c] = -expansion * (temperature[c] + offset)
