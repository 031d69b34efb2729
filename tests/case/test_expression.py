"""The expression language: it computes what NumPy computes, and nothing else gets in."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thermo.case.expression import Expression, ExpressionError, evaluate

NUMBERS = st.floats(-100, 100, allow_nan=False).map(lambda number: f"{number!r}")
NAMES = st.sampled_from(["x", "y", "z", "t", "pi"])


def _compound(inner):
    binary = st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner).map(lambda part: f"({' '.join(part)})")
    unary = inner.map(lambda text: f"-({text})")
    call = st.tuples(st.sampled_from(["sin", "cos", "tanh", "abs"]), inner).map(lambda part: f"{part[0]}({part[1]})")
    pair = st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(lambda part: f"{part[0]}({part[1]}, {part[2]})")
    choice = st.tuples(inner, inner, inner).map(lambda part: f"where({part[0]} < {part[1]}, {part[1]}, {part[2]})")
    return st.one_of(binary, unary, call, pair, choice)


EXPRESSIONS = st.recursive(st.one_of(NUMBERS, NAMES), _compound, max_leaves=12)
LITERAL = re.compile(r"\d[\d.]*(e[+-]?\d+)?")
REFERENCE = {
    "pi": np.pi, "sin": np.sin, "cos": np.cos, "tanh": np.tanh, "abs": np.abs,
    "min": np.minimum, "max": np.maximum, "where": np.where,
}  # fmt: skip


@given(EXPRESSIONS)
def test_expression_equals_numpy(text):
    x, y, z = np.meshgrid([0.3, 1.7], [-0.4, 2.0], [0.1], indexing="ij")
    names = {**REFERENCE, "x": x, "y": y, "z": z, "t": np.float64(2.5)}
    with np.errstate(all="ignore"):
        expected = eval(LITERAL.sub(r"np.float64(\g<0>)", text), {"__builtins__": {}, "np": np}, names)
        got = Expression(f"={text}")(x, y, z, 2.5)
    assert got.shape == x.shape
    assert got.dtype == np.float64
    np.testing.assert_allclose(got, np.broadcast_to(expected, x.shape), rtol=1e-12, equal_nan=True)


@given(st.text(max_size=40))
def test_any_text_is_an_expression_or_an_expression_error(text):
    try:
        Expression(text)(0.5, 0.5, 0.5)
    except ExpressionError as problem:
        assert str(problem)


@pytest.mark.parametrize(
    "text",
    [
        "", "x.real", "x[0]", "lambda: 1", "'a'", "f'{x}'", "x if y else z", "[x for x in y]", "(x, y)", "x := 1",
        "x; y", "open('f')", "sin(x, y)", "sin()", "where(x)", "sin(*x)", "min(x)", "sin(x=1)", "x @ y", "x // y", "~x",
        "x % y", "1j", "True", "x << 2", "sin", "1e999", "-" * 200 + "x", "x" + "+x" * 3000,
    ],
)  # fmt: skip
def test_everything_outside_the_grammar_is_refused(text):
    with pytest.raises(ExpressionError):
        Expression(text)


def test_values_of_a_known_expression():
    value = Expression("= 20 + 5*z**2 - sqrt(abs(x)) * exp(-t) + where(y > 1 and not x < 0, 1, -1)")
    assert value(4.0, 2.0, 3.0, 1.0) == pytest.approx(20 + 45 - 2 * math.exp(-1) + 1)
    assert value(4.0, 0.0, 3.0, 0.0) == pytest.approx(20 + 45 - 2 - 1)


def test_towers_of_powers_do_not_hang():
    assert np.isinf(Expression("9**9**9**9")(0.0, 0.0, 0.0))


def test_a_constant_expression_has_the_shape_of_the_points():
    assert Expression("pi")(np.zeros((2, 3)), 0.0, np.zeros(3)).shape == (2, 3)
    assert evaluate(4.0, np.zeros((2, 3)), 0.0, 0.0).shape == (2, 3)


def test_expressions_are_values():
    assert Expression("=x + 1") == Expression(" x + 1 ")
    assert len({Expression("x"), Expression("=x"), Expression("y")}) == 2
    with pytest.raises(AttributeError):
        Expression("x").text = "y"


def test_the_error_names_the_nearest_function():
    with pytest.raises(ExpressionError, match="did you mean sqrt"):
        Expression("sqr(x)")
