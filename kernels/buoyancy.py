"""Buoyancy as a relative density difference."""

from __future__ import annotations

from kernels.cell import ZERO, cell, scalar


@cell
def boussinesq(c, expansion, offset, temperature, out):
    """Relative density difference ``-beta (T - T_ref)``; ``temperature`` is stored as an offset from the datum of
    the run and ``offset`` is that datum minus the reference temperature of the density."""
    out[c] = -expansion * (temperature[c] + offset)


@scalar
def steepness(area, rd, low, high):
    """Size of the temperature gradient at a face, K/m; zero where no fluid passes."""
    return abs(high - low) * rd if area > ZERO else ZERO


@cell
def coupling_rate(c, sx, sy, sz, ax, ay, az, rdx, rdy, rdz, temperature, least, factor, out):
    """Rate in 1/s at which a cell's velocity may change: ``least``, and ``factor`` (m/(K s)) times the steepest
    temperature gradient at its faces."""
    here = temperature[c]
    x, y, z = c + sx, c + sy, c + sz
    slope = max(steepness(ax[c], rdx[c], temperature[c - sx], here), steepness(ax[x], rdx[x], here, temperature[x]))
    slope = max(slope, steepness(ay[c], rdy[c], temperature[c - sy], here))
    slope = max(slope, steepness(ay[y], rdy[y], here, temperature[y]))
    slope = max(slope, steepness(az[c], rdz[c], temperature[c - sz], here))
    slope = max(slope, steepness(az[z], rdz[z], here, temperature[z]))
    out[c] = least + factor * slope
