"""Derive the sources of the manufactured solutions and print them as case-file expressions. Needs SymPy.

Solution on the unit square (axes 1 and 2, the third is one cell between symmetry planes), density and heat capacity 1:

    u = a sin^2(pi x) sin(2 pi y),  v = -a sin(2 pi x) sin^2(pi y)    divergence-free, zero on the walls
    p = cos(pi x) cos(pi y)
    T = 1 - x + b sin(pi x) cos(pi y)                                 adiabatic at y = 0 and y = 1
    nu = nu0 (1 + c T),  k = k0

    source of momentum = div(u u) + grad p - div(nu (grad u + grad u^T)),  source of heat = div(u T) - k0 lap T

Run it as ``python derive.py manufactured`` or ``python derive.py manufactured_oil``; the lines it prints are those of
the problem's ``case.toml`` (axes x and z).
"""

from __future__ import annotations

import sys

import sympy as sp

A, B = sp.Rational(1), sp.Rational(1, 2)
LAWS = {
    "manufactured": (sp.Rational(1, 10), sp.Rational(1), sp.Rational(1, 10)),
    "manufactured_oil": (sp.Rational(10), sp.Rational(-4, 5), sp.Rational(1, 100)),
}
"""nu0, c and k0 of each problem."""
x, y = sp.symbols("x y")


def solution():
    """Return u, v, p and T."""
    u = A * sp.sin(sp.pi * x) ** 2 * sp.sin(2 * sp.pi * y)
    v = -A * sp.sin(2 * sp.pi * x) * sp.sin(sp.pi * y) ** 2
    return u, v, sp.cos(sp.pi * x) * sp.cos(sp.pi * y), 1 - x + B * sp.sin(sp.pi * x) * sp.cos(sp.pi * y)


def sources(problem: str = "manufactured"):
    """Return the sources of u, v and T of a problem."""
    nu0, c, k0 = LAWS[problem]
    u, v, p, T = solution()
    nu = nu0 * (1 + c * T)
    shear = nu * (sp.diff(u, y) + sp.diff(v, x))
    su = sp.diff(u * u, x) + sp.diff(u * v, y) + sp.diff(p, x) - sp.diff(2 * nu * sp.diff(u, x), x) - sp.diff(shear, y)
    sv = sp.diff(u * v, x) + sp.diff(v * v, y) + sp.diff(p, y) - sp.diff(shear, x) - sp.diff(2 * nu * sp.diff(v, y), y)
    heat = sp.diff(u * T, x) + sp.diff(v * T, y) - k0 * (sp.diff(T, x, 2) + sp.diff(T, y, 2))
    return su, sv, heat


def expression(term, first: str = "x", second: str = "z") -> str:
    """Spell a term in the grammar of the case file with the given names of the two axes."""
    names = {x: sp.Symbol(first), y: sp.Symbol(second)}
    return "=" + str(sp.expand(term).xreplace(names))


if __name__ == "__main__":
    for name, term in zip(("u", "v", "heat"), sources(*sys.argv[1:]), strict=True):
        print(f"{name}: {expression(term)}")
