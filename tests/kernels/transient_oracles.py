"""The cells of :mod:`kernels.transient` written a a2 time, in the form of :mod:`slice_oracles`."""

from __future__ import annotations

import numpy as np
from slice_oracles import face


def time_source(v):
    return {"out": -v.capacity() * (v.a1 * v.one() + v.a2 * v.two())}


def positive_time_source(v):
    memory = -v.a1 * v.one() - v.a2 * v.two()
    safe = memory > 0
    return {"inertia": v.capacity() * np.where(safe, v.rate, v.euler),
            "out": v.capacity() * np.where(safe, memory, v.euler * v.one())}


def add_time_term(v):
    return {"extra": v.extra() + v.inertia(), "source": v.source() + v.history()}


def extrapolate(v):
    return {"out": (1 + v.weight) * v.one() - v.weight * v.two()}


def transient_response(v):
    plain = np.maximum(1 / v.inverse() - v.lag() - v.inertia(), v.floor)
    return {"fixed": v.fluid() * v.volume() / (plain / v.fixed_relaxation + v.inertia())}


def flux_memory(v):
    last = v.flux_one() - v.area() * face(v, "one")
    former = v.flux_two() - v.area() * face(v, "two")
    return {"out": -v.a1 * last - v.a2 * former}


def add_flux_memory(v):
    return {"flux": v.flux() + face(v, "response") * v.memory()}


def courant_rate(v):
    total = sum(abs(getattr(v, f"flux_{a}")(n, a)) for a in "xyz" for n in (0, 1))
    return {"out": np.where(v.fluid() > 0, 0.5 * total / v.volume(), 0.0)}


def prediction_error(v):
    predicted = v.one_share * v.one() + v.two_share * v.two() + v.three_share * v.three()
    return {"out": v.out() + v.volume() * (v.phi() - predicted) ** 2}


def add_square_change(v):
    return {"out": v.out() + v.volume() * (v.now() - v.before()) ** 2}


def running_moments(v):
    mean = (1 - v.share) * v.mean() + v.share * v.value()
    spread = (1 - v.share) * (v.square() + v.mean() ** 2) + v.share * v.value() ** 2 - mean**2
    return {"mean": mean, "square": spread}


TRANSIENT_ORACLES = [
    time_source, positive_time_source, add_time_term, extrapolate, transient_response, flux_memory, add_flux_memory,
    courant_rate, prediction_error, add_square_change, running_moments,
]
TRANSIENT_SCALARS = {
    "a1": -1.7, "a2": 0.6, "rate": 1.1, "euler": 0.9, "one_share": 3.0, "two_share": -3.0, "three_share": 1.0,
    "share": 0.3,
}
TRANSIENT_SIGNED = {"one", "two", "three", "flux_one", "flux_two", "memory", "history", "value", "mean", "now"}
