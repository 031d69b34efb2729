"""The stencils written a second time, with NumPy slices: what a cell function has to give.

``v.phi(-1)`` holds ``phi`` of the low neighbour along the axis under test, ``v.phi(1, "x")`` that of the high
neighbour along x, ``v.phi()`` the cell's own, all as arrays over the interior. Scalars are plain attributes.
"""

from __future__ import annotations

import numpy as np

SIDES = {"W": (-1, "x"), "E": (1, "x"), "S": (-1, "y"), "N": (1, "y"), "B": (-1, "z"), "T": (1, "z")}


def face(v, name, offset=0):
    """Interpolate to the low face of the cell ``offset`` cells along the axis."""
    weight, field = v.w(offset), getattr(v, name)
    return weight * field(offset - 1) + (1.0 - weight) * field(offset)


def gradient(v):
    low, high = np.where(v.area() > 0, face(v, "phi"), v.phi()), np.where(v.area(1) > 0, face(v, "phi", 1), v.phi())
    return {"out": (high - low) / (2.0 * v.half())}


def divergence(v):
    net = sum(getattr(v, f"flux_{a}")() - getattr(v, f"flux_{a}")(1, a) for a in "xyz")
    return {"out": net - v.outflow()}


def stress_divergence(v):
    return {"source": v.source() + v.volume() * v.viscosity_slope() * v.velocity_slope()}


def face_conductance(v):
    series = v.half(-1) / v.conductivity(-1) + v.resistance() + v.half() / v.conductivity()
    return {"out": v.area() / series}


def effective_conductivity(v):
    return {"out": v.conductivity() + v.fluid() * v.turbulent_factor * v.nu_t()}


def exchange_pair(v):
    return {"low": v.diffusion() + v.factor * np.maximum(v.flux(), 0.0),
            "high": v.diffusion(1) + v.factor * np.maximum(-v.flux(1), 0.0)}


def central_correction(v):
    upwind = np.where(v.flux() > 0, v.phi(-1), v.phi())
    return {"out": v.factor * v.flux() * (face(v, "phi") - upwind)}


def limited_correction(v):
    slope = (v.phi() - v.phi(-1)) * v.rd()
    low, high = (v.phi(-1) - v.phi(-2)) * v.rd(-1), (v.phi(1) - v.phi()) * v.rd(1)
    behind = np.where(v.flux() > 0, np.where(v.area(-1) > 0, low, 0.0), np.where(v.area(1) > 0, high, 0.0))
    reach = np.where(v.flux() > 0, v.half(-1), -v.half())
    limited = behind * slope * (behind + slope) / (behind**2 + slope**2)
    return {"out": v.factor * v.flux() * reach * np.where(behind * slope > 0, limited, 0.0)}


def add_correction(v):
    return {"source": v.source() + v.correction() - v.correction(1)}


def face_force(v):
    return {"out": v.gravity * face(v, "buoyancy") - (v.p() - v.p(-1)) * v.rd()}


def cell_force(v):
    return {"out": v.share_low() * v.force() + v.share_high() * v.force(1)}


def momentum_source(v):
    return {"out": v.source() + v.volume() * (v.force() + v.body_force) + v.lag() * v.old()}


def velocity_response(v):
    relaxed = 1.0 / v.inverse()
    plain = relaxed - v.lag()
    return {"fixed": v.fluid() * v.fixed_relaxation * v.volume() / plain,
            "simplec": v.fluid() * v.volume() / (relaxed - v.softening * (plain - v.extra()))}


def boussinesq(v):
    return {"out": -v.expansion * (v.temperature() + v.offset)}


def rhie_chow_flux(v):
    excess = face(v, "response") * (v.force() - face(v, "mean_force"))
    return {"out": v.area() * (face(v, "velocity") + excess)}


def pressure_conductance(v):
    return {"out": v.area() * v.rd() * face(v, "response")}


def correct_flux(v):
    return {"flux": v.flux() - v.conductance() * (v.correction() - v.correction(-1))}


def correct_velocity(v):
    low = v.share_low() * v.rd() * (v.correction() - v.correction(-1))
    high = v.share_high() * v.rd(1) * (v.correction(1) - v.correction())
    return {"velocity": v.velocity() - v.response() * (low + high)}


def row_diagonal(v):
    plain = sum(getattr(v, side)() for side in SIDES) + v.extra()
    relaxed = plain * v.inverse_relaxation + v.volume() * v.inverse_step
    return {"inverse": 1.0 / relaxed, "lag": relaxed - plain}


def lagged_source(v):
    return {"out": v.source() + v.lag() * v.old()}


def jacobi_sweep(v):
    return {"new": v.inverse() * (v.b() + sum(getattr(v, side)() * v.old(*at) for side, at in SIDES.items()))}


def row_defect(v):
    exchange = sum(getattr(v, side)() * (v.phi(*at) - v.phi()) for side, at in SIDES.items())
    return {"out": exchange + v.source() - v.extra() * v.phi()}


def pressure_operator(v):
    total = v.diag() * v.x()
    for axis in "xyz":
        c = getattr(v, f"c{axis}")
        total = total + c() * (v.x() - v.x(-1, axis)) + c(1, axis) * (v.x() - v.x(1, axis))
    return total


def operator_apply(v):
    return {"out": pressure_operator(v)}


def operator_residual(v):
    return {"out": v.b() - pressure_operator(v)}


def smoother_sweep(v):
    return {"out": v.x() + v.weight * v.inverse() * (v.b() - pressure_operator(v))}


def inverse_diagonal(v):
    faces = v.cx() + v.cx(1, "x") + v.cy() + v.cy(1, "y") + v.cz() + v.cz(1, "z")
    return {"inverse": 1.0 / (v.diag() + faces)}


def energy_operator(v):
    return sum(getattr(v, side)() * (v.x() - v.x(*at)) for side, at in SIDES.items()) + v.excess() * v.x()


def face_operator(v):
    return {"out": energy_operator(v)}


def damped_face_sweep(v):
    neighbours = sum(getattr(v, side)() * v.old(*at) for side, at in SIDES.items())
    return {"new": (1.0 - v.damping) * v.old() + v.damping * v.inverse() * (v.b() + neighbours)}


def _viscous_row(v, mean):
    sides = {}
    for (low, high), a in zip(("WE", "SN", "BT"), "xyz", strict=True):
        for side, at, sign in ((low, 0, 1.0), (high, 1, -1.0)):
            viscosity = mean(getattr(v, f"w{a}")(at, a), v.nu(at - 1, a) + v.inverse_sigma * v.nu_t(at - 1, a),
                             v.nu(at, a) + v.inverse_sigma * v.nu_t(at, a))
            inflow = np.maximum(sign * getattr(v, f"f{a}")(at, a), 0.0)
            sides[side] = getattr(v, f"a{a}")(at, a) * viscosity + inflow
    plain = sum(sides.values()) + v.extra()
    relaxed = plain * v.inverse_relaxation + v.volume() * v.inverse_step
    return {**sides, "inverse": 1.0 / relaxed, "lag": relaxed - plain}


def viscous_row(v):
    return _viscous_row(v, lambda weight, low, high: weight * low + (1.0 - weight) * high)


def series_row(v):
    return _viscous_row(v, lambda weight, low, high: 1.0 / ((1.0 - weight) / low + weight / high))


def strain_rate(v):
    def slope(name, a):
        def at_face(at):
            weight = getattr(v, f"w{a}")(at, a)
            value = weight * getattr(v, name)(at - 1, a) + (1.0 - weight) * getattr(v, name)(at, a)
            return np.where(getattr(v, f"a{a}")(at, a) > 0, value, getattr(v, name)())

        return (at_face(1) - at_face(0)) / (2.0 * getattr(v, f"h{a}")(0, a))

    gradients = np.array([[slope(name, a) for a in "xyz"] for name in "uvw"])
    strain = 0.5 * (gradients + gradients.swapaxes(0, 1))
    return {"out": 2.0 * (strain**2).sum(axis=(0, 1))}


def turbulent_viscosity(v):
    k, epsilon = np.maximum(v.k(), v.floor_k), np.maximum(v.epsilon(), v.floor_epsilon)
    return {"out": np.minimum(v.c_mu * k**2 / epsilon, v.largest_ratio * v.nu()), "k": k, "epsilon": epsilon}


def turbulence_sources(v):
    production, rate = v.nu_t() * v.strain(), v.epsilon() / v.k()
    return {"k_source": v.volume() * production, "k_extra": v.k_extra() + v.volume() * rate,
            "epsilon_source": v.volume() * v.c_1 * rate * production,
            "epsilon_extra": v.epsilon_extra() + v.volume() * v.c_2 * rate}


def strain_term(v):
    rate = v.epsilon() / v.k()
    eta = np.sqrt(v.strain()) / rate
    term = v.nu_t() * v.strain() * rate * eta * (1.0 - eta * v.inverse_eta_0) / (1.0 + v.beta * eta**3)
    return {"epsilon_source": v.epsilon_source() - v.volume() * np.minimum(term, 0.0),
            "epsilon_extra": v.epsilon_extra() + v.volume() * np.maximum(term, 0.0) / v.epsilon()}


def add_weight(v):
    return {"out": v.out() - v.gravity * v.slope()}


def buoyancy_production(v):
    made = v.inverse_prandtl * v.nu_t() * v.stability()
    gravity = np.array([v.gx, v.gy, v.gz])
    down = gravity / np.linalg.norm(gravity)
    velocity = np.stack([v.u(), v.v(), v.w()])
    along = np.einsum("i,i...", down, velocity)
    across = np.linalg.norm(velocity - down[:, None, None, None] * along, axis=0)
    share = v.c_1 * np.tanh(np.abs(along) / across)
    gain, loss = v.volume() * np.maximum(made, 0.0), v.volume() * np.maximum(-made, 0.0) / v.k()
    return {"k_source": v.k_source() + gain, "k_extra": v.k_extra() + loss,
            "epsilon_source": v.epsilon_source() + share * gain * v.epsilon() / v.k(),
            "epsilon_extra": v.epsilon_extra() + share * loss}


def wall_distance(v):
    steepness = np.sqrt(v.slope_x() ** 2 + v.slope_y() ** 2 + v.slope_z() ** 2)
    return {"out": np.sqrt(steepness**2 + 2.0 * v.potential()) - steepness}


ORACLES = [
    gradient, divergence, stress_divergence, face_conductance, effective_conductivity, exchange_pair,
    central_correction, limited_correction, add_correction, face_force, cell_force, momentum_source, velocity_response,
    boussinesq, rhie_chow_flux, pressure_conductance, correct_flux, correct_velocity, row_diagonal, lagged_source,
    jacobi_sweep, row_defect, operator_apply, operator_residual, smoother_sweep, inverse_diagonal, face_operator,
    damped_face_sweep, viscous_row, series_row, strain_rate, turbulent_viscosity, turbulence_sources,
    strain_term, add_weight, buoyancy_production, wall_distance,
]
