"""Conduction in many plates of one design at once, with a coolant that is advanced along the channel rows of each.

Every plate has ``nz`` layers of ``ny`` rows of ``nx`` cells, x along the flow. Cells of all plates lie one plate after
the other in a flat array with one layer of ``nx ny`` zeros before and behind, so a neighbour's index is always valid.
Temperatures are rises above the coolant inlet. The conductances ``gx``, ``gy``, ``gz`` (W/K) of the low faces are those
of one plate, with a layer of zeros behind; plates share them. Each cell gives heat to the coolant of its row and
station through its own ``film`` conductance, which differs from plate to plate.

A station's coolant is known from the wall temperatures upstream, so it is no unknown of its own: the equation of cell
``l`` reads ``sum g (T - T_nb) + film (T - coolant(T)) + blocked T = b``.
"""

from __future__ import annotations

from kernels.cell import ONE, ZERO, cell


@cell
def coolant_row(c, ny, nx, layers, layer, size, film, inverse, decay, lag, carried, station, temperature, coolant):
    """March the coolant of one row of one plate through its stations in the order of ``station``.

    The wall of a station has one mean temperature, weighted by ``film`` whose sum over the layers is ``1 / inverse``;
    the coolant approaches it exponentially: ``decay`` = exp(-NTU), ``lag`` = (1 - decay) / NTU. ``carried`` is the
    share of a station's flow that comes from the one before; the rest enters there with a rise of zero. ``coolant``
    becomes the mean rise of the station.
    """
    plate, row = c // ny, c % ny
    leaving = ZERO * decay[0]
    for n in range(nx):
        column = row * nx + station[n]
        place = plate * layer + column
        here = layer + plate * size + column
        heat = ZERO * decay[0]
        for _ in range(layers):
            heat += film[here] * temperature[here]
            here += layer
        wall = heat * inverse[place]
        below = wall - carried[n] * leaving
        coolant[place] = wall - below * lag[place]
        leaving = wall - below * decay[place]


@cell
def plate_operator(c, one, nx, layer, size, gx, gy, gz, blocked, film, coolant, x, out):
    """Left-hand side of a cell's equation."""
    own = (c - layer) % size
    place = (c - layer) // size * layer + own % layer
    here = x[c]
    total = gx[own] * (here - x[c - one]) + gx[own + one] * (here - x[c + one])
    total += gy[own] * (here - x[c - nx]) + gy[own + nx] * (here - x[c + nx])
    total += gz[own] * (here - x[c - layer]) + gz[own + layer] * (here - x[c + layer])
    out[c] = total + film[c] * (here - coolant[place]) + blocked[own] * here


@cell
def plate_defect(c, b, ax, out):
    """Right-hand side minus left-hand side."""
    out[c] = b[c] - ax[c]


@cell
def column_factor(c, one, nx, layers, layer, size, gx, gy, gz, blocked, film, pivot, inverse):
    """Factorise the equations of one column through the layers, its neighbours and its coolant held.

    ``pivot`` is the inverse of the eliminated diagonal, ``inverse`` that of the diagonal itself.
    """
    own = c % layer
    here = layer + c // layer * size + own
    ratio = ZERO * gz[0]
    for _ in range(layers):
        diagonal = gx[own] + gx[own + one] + gy[own] + gy[own + nx] + gz[own] + gz[own + layer]
        diagonal += film[here] + blocked[own]
        inverse[here] = ONE / diagonal
        pivot[here] = ONE / (diagonal - gz[own] * ratio)
        ratio = gz[own + layer] * pivot[here]
        own += layer
        here += layer


@cell
def column_solve(c, layers, layer, size, gz, pivot, b, x):
    """Solve the factorised equations of one column."""
    own = c % layer
    here = layer + c // layer * size + own
    below = ZERO * gz[0]
    for _ in range(layers):
        below = (b[here] + gz[own] * below) * pivot[here]
        x[here] = below
        own += layer
        here += layer
    above = ZERO * gz[0]
    for _ in range(layers):
        own -= layer
        here -= layer
        above = x[here] + gz[own + layer] * pivot[here] * above
        x[here] = above


@cell
def add_scaled(c, factor, x, out):
    """Add a multiple."""
    out[c] += factor * x[c]


@cell
def gather_defect(c, fine_layer, fine_size, layer, size, start, members, one, fine, coarse):
    """Sum the values of the fine cells that a coarse cell of the same plate and layer stands for."""
    own, offset = (c - layer) % size, fine_layer + (c - layer) // size * fine_size
    total = ZERO * coarse[c]
    for q in range(start[own], start[own + one]):
        total += fine[offset + members[q]]
    coarse[c] = total


@cell
def add_coarse(c, fine_layer, fine_size, layer, size, parent, coarse, fine):
    """Add the value of the coarse cell that stands for a fine one."""
    own, offset = (c - fine_layer) % fine_size, layer + (c - fine_layer) // fine_size * size
    fine[c] += coarse[offset + parent[own]]
