"""The case file: TOML in, one frozen object in SI units out, or one clear line about what is wrong."""

from __future__ import annotations

from thermo.case.expression import Expression, Value, evaluate
from thermo.case.load import load
from thermo.case.schema import Case
from thermo.case.variants import variant
from thermo.errors import CaseError

__all__ = ["Case", "CaseError", "Expression", "Value", "evaluate", "load", "variant"]
