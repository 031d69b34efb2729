"""A small, safe language for values that vary in space and time: ``"=sin(pi*x) + 2*y"``.

Allowed: numbers, ``x y z`` [m], ``t`` [s], ``pi``, ``+ - * / **``, comparisons joined by ``and or not``, and the
functions of :data:`FUNCTIONS`. Text is parsed to Python's syntax tree and only these nodes are walked; nothing is
ever handed to ``eval``.
"""

from __future__ import annotations

import ast
import difflib
import warnings
from typing import Any

VARIABLES = ("x", "y", "z", "t", "pi")
FUNCTIONS = {
    "sin": 1, "cos": 1, "tan": 1, "sinh": 1, "cosh": 1, "tanh": 1,
    "exp": 1, "log": 1, "sqrt": 1, "abs": 1, "min": 2, "max": 2, "where": 3,
}  # fmt: skip
"""Function names and how many arguments each takes. ``where(condition, a, b)`` picks a where the condition holds."""

LONGEST = 2000
DEEPEST = 50
_BINARY = {ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide", ast.Pow: "power"}
_UNARY = {ast.USub: "negative", ast.UAdd: "positive", ast.Not: "logical_not"}
_COMPARE = {
    ast.Lt: "less", ast.LtE: "less_equal", ast.Gt: "greater", ast.GtE: "greater_equal",
    ast.Eq: "equal", ast.NotEq: "not_equal",
}  # fmt: skip
_BOOLEAN = {ast.And: "logical_and", ast.Or: "logical_or"}
_NUMPY_NAMES = {"min": "minimum", "max": "maximum"}


class ExpressionError(Exception):
    """The text is not an expression of this language; ``str()`` says what is wrong with it."""


class Expression:
    """A checked expression. ``text`` is without the leading ``=``; calling it evaluates it on NumPy arrays.

    Two expressions are equal when their texts are. Raises :class:`ExpressionError` on construction.
    """

    __slots__ = ("_tree", "text")

    def __init__(self, text: str):
        text = text.strip().removeprefix("=").strip()
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "_tree", _parse(text))

    def __setattr__(self, name: str, value: Any):
        raise AttributeError("an Expression is frozen")

    def uses(self, name: str) -> bool:
        """Whether the expression depends on a variable."""
        return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(self._tree))

    def __call__(self, x, y, z, t: float = 0.0):
        """Return the value at ``x, y, z`` [m] (arrays that broadcast together) and time ``t`` [s], as float64.

        The result has the broadcast shape of ``x, y, z`` also when the expression does not use them.
        """
        import numpy as np

        x, y, z = np.broadcast_arrays(*(np.asarray(values, np.float64) for values in (x, y, z)))
        names = {"x": x, "y": y, "z": z, "t": np.float64(t), "pi": np.float64(np.pi)}
        with np.errstate(all="ignore"):
            result = _evaluate(self._tree, names, np)
        return np.array(np.broadcast_to(np.asarray(result, np.float64), x.shape))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


Value = float | Expression
"""A constant in SI units, or an expression whose result is in SI units."""


def evaluate(value: Value, x, y, z, t: float = 0.0):
    """Return ``value`` at ``x, y, z`` [m] and ``t`` [s] as a float64 array of their broadcast shape."""
    import numpy as np

    if isinstance(value, Expression):
        return value(x, y, z, t)
    return np.full(np.broadcast_shapes(np.shape(x), np.shape(y), np.shape(z)), value, np.float64)


def _parse(text: str) -> ast.expr:
    if not text:
        raise ExpressionError("is empty")
    if len(text) > LONGEST:
        raise ExpressionError(f"is longer than {LONGEST} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text, mode="eval").body
        _check(tree, 0)
    except SyntaxError as error:
        raise ExpressionError(f"is not readable: {error.msg}") from None
    except (RecursionError, MemoryError, ValueError):
        raise ExpressionError("is not readable") from None
    return tree


def _check(node: ast.AST, depth: int) -> None:
    if depth > DEEPEST:
        raise ExpressionError(f"is nested deeper than {DEEPEST} levels")
    for child in _children(node):
        _check(child, depth + 1)


def _children(node: ast.AST) -> list[ast.AST]:
    """Return the parts of an allowed node; raise for any other."""
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return _finite(number)
        case ast.Name(id=name):
            return _known(name)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return [left, right]
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _UNARY:
            return [operand]
        case ast.Compare(left=left, ops=ops, comparators=others) if all(type(op) in _COMPARE for op in ops):
            return [left, *others]
        case ast.BoolOp(values=values):
            return list(values)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return _call(name, arguments)
    raise ExpressionError(f'may not contain "{ast.unparse(node)[:40]}"; allowed: + - * / ** , {_allowed()}')


def _finite(number: float) -> list[ast.AST]:
    try:
        if abs(float(number)) < float("inf"):
            return []
    except OverflowError:
        pass
    raise ExpressionError("contains a number too large for a float")


def _known(name: str) -> list[ast.AST]:
    if name in VARIABLES:
        return []
    if name in FUNCTIONS:
        raise ExpressionError(f"{name} is a function: write {name}(...)")
    raise ExpressionError(f'contains the unknown name "{name}"{_nearest(name)}; allowed: {_allowed()}')


def _call(name: str, arguments: list[ast.expr]) -> list[ast.AST]:
    if name not in FUNCTIONS:
        raise ExpressionError(f'contains the unknown function "{name}"{_nearest(name)}; allowed: {_allowed()}')
    wanted = FUNCTIONS[name]
    enough = len(arguments) >= 2 if name in ("min", "max") else len(arguments) == wanted
    if not enough or any(isinstance(argument, ast.Starred) for argument in arguments):
        raise ExpressionError(f"{name} takes {wanted} argument{'s' if wanted > 1 else ''}, not {len(arguments)}")
    return list(arguments)


def _allowed() -> str:
    return ", ".join((*VARIABLES, *FUNCTIONS))


def _nearest(name: str) -> str:
    near = difflib.get_close_matches(name, (*VARIABLES, *FUNCTIONS), 1)
    return f" (did you mean {near[0]}?)" if near else ""


def _evaluate(node: ast.expr, names: dict[str, Any], np: Any) -> Any:
    match node:
        case ast.Constant(value=number):
            return np.float64(number)
        case ast.Name(id=name):
            return names[name]
        case ast.BinOp(left=left, op=op, right=right):
            return getattr(np, _BINARY[type(op)])(_evaluate(left, names, np), _evaluate(right, names, np))
        case ast.UnaryOp(op=op, operand=operand):
            return getattr(np, _UNARY[type(op)])(_evaluate(operand, names, np)) * 1.0
        case ast.Compare(left=left, ops=ops, comparators=others):
            sides = [_evaluate(side, names, np) for side in (left, *others)]
            pairs = zip(ops, sides, sides[1:], strict=False)
            return _joined(np.logical_and, [getattr(np, _COMPARE[type(op)])(a, b) for op, a, b in pairs]) * 1.0
        case ast.BoolOp(op=op, values=values):
            return _joined(getattr(np, _BOOLEAN[type(op)]), [_evaluate(value, names, np) for value in values]) * 1.0
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _joined_call(name, [_evaluate(argument, names, np) for argument in arguments], np)


def _joined_call(name: str, arguments: list[Any], np: Any) -> Any:
    function = getattr(np, _NUMPY_NAMES.get(name, name))
    return _joined(function, arguments) if name in ("min", "max") else function(*arguments)


def _joined(function: Any, values: list[Any]) -> Any:
    result = values[0]
    for value in values[1:]:
        result = function(result, value)
    return result
