"""Cell functions of the aggregation multigrid: the seven-point level, the coarse rows, and the ways between them.

A coarse row ``c`` holds the entries ``start[c] <= q < start[c + one]`` with the neighbour ``column[q]`` and its
coefficient ``value[q]``; its equation reads ``excess x_c + sum value (x_c - x_nb) = b`` like that of a cell.
Lists of members (of an aggregate, of a coarse entry) have the same form. ``one`` is an unsigned 1.
"""

from __future__ import annotations

from kernels.cell import ONE, ZERO, cell


@cell
def face_inverse(c, W, E, S, N, B, T, excess, inverse):
    """Inverse of the diagonal of the seven-point equation."""
    inverse[c] = ONE / (W[c] + E[c] + S[c] + N[c] + B[c] + T[c] + excess[c])


@cell
def face_operator(c, sx, sy, sz, W, E, S, N, B, T, excess, x, out):
    """Left-hand side of the seven-point equation in flux form: differences first, so that rounding stays small."""
    here = x[c]
    total = W[c] * (here - x[c - sx]) + E[c] * (here - x[c + sx])
    total += S[c] * (here - x[c - sy]) + N[c] * (here - x[c + sy])
    total += B[c] * (here - x[c - sz]) + T[c] * (here - x[c + sz])
    out[c] = total + excess[c] * here


@cell
def damped_face_sweep(c, sx, sy, sz, damping, W, E, S, N, B, T, inverse, b, old, new):
    """One damped Jacobi sweep of the seven-point equation."""
    neighbours = W[c] * old[c - sx] + E[c] * old[c + sx]
    neighbours += S[c] * old[c - sy] + N[c] * old[c + sy]
    neighbours += B[c] * old[c - sz] + T[c] * old[c + sz]
    new[c] = (ONE - damping) * old[c] + damping * inverse[c] * (b[c] + neighbours)


@cell
def damped_first_sweep(c, damping, inverse, b, new):
    """The damped Jacobi sweep that starts from zero."""
    new[c] = damping * inverse[c] * b[c]


@cell
def row_inverse(c, one, start, value, excess, inverse):
    """Inverse of the diagonal of a coarse row."""
    total = excess[c]
    for q in range(start[c], start[c + one]):
        total += value[q]
    inverse[c] = ONE / total


@cell
def row_residual(c, one, start, column, value, excess, b, x, out):
    """Right-hand side minus left-hand side of a coarse row."""
    here = x[c]
    total = b[c] - excess[c] * here
    for q in range(start[c], start[c + one]):
        total += value[q] * (x[column[q]] - here)
    out[c] = total


@cell
def damped_row_sweep(c, one, damping, start, column, value, inverse, b, old, new):
    """One damped Jacobi sweep of a coarse row."""
    total = b[c]
    for q in range(start[c], start[c + one]):
        total += value[q] * old[column[q]]
    new[c] = (ONE - damping) * old[c] + damping * inverse[c] * total


@cell
def inverse_row(c, rows, inverse, b, x):
    """Row ``c`` of the product of a dense inverse and ``b``. The inverse is stored column after column."""
    total = ZERO * b[c]
    q = c
    for k in range(rows):
        total += inverse[q] * b[k]
        q += rows
    x[c] = total


@cell
def sum_of_members(c, one, start, members, fine, coarse):
    """Sum a finer vector over the members of an aggregate."""
    total = ZERO * coarse[c]
    for q in range(start[c], start[c + one]):
        total += fine[members[q]]
    coarse[c] = total


@cell
def add_aggregate_value(c, group, coarse, fine):
    """Add the aggregate's correction to each member. Rows outside every aggregate read the zero behind the last."""
    fine[c] += coarse[group[c]]


@cell
def defect_of_zero(c, sx, sy, sz, none, group, W, E, S, N, B, T, excess, b, x, out):
    """Defect that unknowns of zero leave, where cells outside every aggregate keep their values."""
    total = b[c]
    if group[c] != none:
        total += W[c] * x[c - sx] if group[c - sx] == none else ZERO
        total += E[c] * x[c + sx] if group[c + sx] == none else ZERO
        total += S[c] * x[c - sy] if group[c - sy] == none else ZERO
        total += N[c] * x[c + sy] if group[c + sy] == none else ZERO
        total += B[c] * x[c - sz] if group[c - sz] == none else ZERO
        total += T[c] * x[c + sz] if group[c + sz] == none else ZERO
    else:
        total -= excess[c] * x[c]
    out[c] = total


@cell
def excess_and_fixed_links(c, sx, sy, sz, none, group, W, E, S, N, B, T, excess, out):
    """Excess of a cell plus its coefficients towards cells outside every aggregate: their correction is zero."""
    total = excess[c]
    if group[c] != none:
        total += W[c] if group[c - sx] == none else ZERO
        total += E[c] if group[c + sx] == none else ZERO
        total += S[c] if group[c - sy] == none else ZERO
        total += N[c] if group[c + sy] == none else ZERO
        total += B[c] if group[c - sz] == none else ZERO
        total += T[c] if group[c + sz] == none else ZERO
    out[c] = total


@cell
def contract_faces(e, one, n, sx, sy, sz, shrink, start, members, Dx, Dy, Dz, W, E, S, N, B, T, value, diffusion):
    """Coarse entry from face coefficients: summed conductance times ``shrink``, plus the summed inflow.

    A member is ``side * n + cell`` with the sides W, E, S, N, B, T; ``Dx``, ``Dy``, ``Dz`` are the conductances of
    the low faces. What a coefficient holds beyond the conductance is inflow.
    """
    conductance = ZERO * value[e]
    inflow = ZERO * value[e]
    for q in range(start[e], start[e + one]):
        c = members[q]
        if c < n:
            total, share = W[c], Dx[c]
        elif c - n < n:
            c -= n
            total, share = E[c], Dx[c + sx]
        elif c - n - n < n:
            c -= n + n
            total, share = S[c], Dy[c]
        elif c - n - n - n < n:
            c -= n + n + n
            total, share = N[c], Dy[c + sy]
        elif c - n - n - n - n < n:
            c -= n + n + n + n
            total, share = B[c], Dz[c]
        else:
            c -= n + n + n + n + n
            total, share = T[c], Dz[c + sz]
        share = min(share, total)
        conductance += share
        inflow += total - share
    diffusion[e] = shrink * conductance
    value[e] = shrink * conductance + inflow


@cell
def contract_entries(e, one, shrink, start, members, fine_value, fine_diffusion, value, diffusion):
    """Coarse entry from the entries of the next finer level."""
    conductance = ZERO * value[e]
    inflow = ZERO * value[e]
    for q in range(start[e], start[e + one]):
        k = members[q]
        conductance += fine_diffusion[k]
        inflow += fine_value[k] - fine_diffusion[k]
    diffusion[e] = shrink * conductance
    value[e] = shrink * conductance + inflow
