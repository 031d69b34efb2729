"""Watts of a server from the tokens it makes: between two measured states, with or without batching."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thermo import records
from thermo.arrays import array

Array = NDArray[np.float64]


@dataclass(frozen=True)
class BatchLaw:
    """A decoding step of n requests at once takes ``base`` + n ``each`` seconds and makes n tokens.

    The weights are read once a step (``base``), every request adds its own memory traffic (``each``); the form and its
    use: Agrawal and others, Sarathi-Serve, OSDI 2024; Kwon and others, PagedAttention, SOSP 2023.
    ``running_share`` of the power above idle is drawn whenever a request is there.
    """

    base: float
    each: float
    largest: float
    running_share: float

    def requests(self, rate: ArrayLike) -> Array:
        """Requests at once that make ``rate`` tokens/s: n = rate base / (1 - rate each), at most the largest."""
        rate = array(rate)
        return np.minimum(rate * self.base / np.maximum(1.0 - rate * self.each, 1e-12), self.largest)

    def busy(self, rate: ArrayLike) -> Array:
        """Share of time with at least one request: 1 - exp(-n), requests arriving and leaving at random."""
        return -np.expm1(-self.requests(rate))


@dataclass(frozen=True)
class ServerLaw:
    """A server: wall power W at ``idle`` and at ``full`` rate, ``tokens`` per second at full rate, ``chips`` in it."""

    name: str
    idle: float
    full: float
    tokens: float
    chips: int
    batching: BatchLaw | None = None

    @property
    def is_linear(self) -> bool:
        """Whether power is linear in the tokens."""
        return self.batching is None or not np.any(self.batching.running_share)

    def power_share(self, utilisation: ArrayLike) -> Array:
        """Share of full minus idle power at tokens/s over full rate: linear, or with batching above it."""
        u = array(utilisation)
        if self.is_linear:
            return u
        running = self.batching.busy(u * self.tokens) / self.batching.busy(self.tokens)
        return self.batching.running_share * running + (1.0 - self.batching.running_share) * u

    def power(self, utilisation: ArrayLike) -> Array:
        """Wall power of one server, W."""
        return self.idle + (self.full - self.idle) * self.power_share(utilisation)

    def utilisation_of(self, power: ArrayLike) -> Array:
        """Utilisation that a measured wall power (W) stands for, linear between idle and full, 0 to 1."""
        return np.clip((array(power) - self.idle) / (self.full - self.idle), 0.0, 1.0)


def law(load) -> ServerLaw:
    """The server of ``[load]``: a record or its own numbers."""
    given = load.server
    if isinstance(given, str):
        record = records.server(given)
        name, idle, full, tokens, chips = given, record.idle_power, record.full_power, record.tokens, record.chips
    else:
        name, idle, full, tokens, chips = "as given", given.idle_power, given.full_power, given.tokens, given.chips
    return ServerLaw(name, idle, full, tokens, chips, _batching(load.batching, tokens))


def _batching(given, tokens: float) -> BatchLaw | None:
    """From the speed of one request alone and of the largest batch at full rate."""
    if given is None:
        return None
    n = given.largest
    each = (n / tokens - 1.0 / given.single_stream) / (n - 1.0) if n > 1.0 else 0.0
    return BatchLaw(1.0 / given.single_stream - each, each, n, given.running_share)
