"""Run the validation problems and hold them against their references.

A problem is a folder of ``validation/``: ``case.toml``, an ordinary case; ``checks.toml``, the runs it is solved in and
what is compared; ``reference.csv`` files with their source. Nothing of the physics is special to them: they are loaded,
solved and measured as a user's case is.
"""

from __future__ import annotations

import time
from pathlib import Path

from thermo.errors import CaseError, DivergedError
from thermo.validate.judge import Row, judge
from thermo.validate.problem import Problem, load_problem, solve_runs

PACKAGE = Path(__file__).resolve().parent.parent
SHIPPED = PACKAGE / "validation_shipped"


def problems_directory() -> Path:
    """Return the folder of the problems: shipped in the installed package, or ``validation/`` of the checkout."""
    folder = SHIPPED if SHIPPED.is_dir() else PACKAGE.parent / "validation"
    if not any(folder.glob("*/checks.toml")):
        raise CaseError(f"no validation problems are in {SHIPPED} or {PACKAGE.parent / 'validation'}: install thermo "
                        "from its wheel, or run it from a checkout")
    return folder


def run_validation(names: list[str], tier: str, folder: Path | None = None, output: Path | None = None) -> int:
    """Run the problems called ``names`` (all when empty) and return 0 when every check holds, 1 when one does not.

    ``tier`` is "quick" or "full". With ``output`` a page, ``dossier.html``, is written into that directory. A run of
    all problems of a checkout renews ``results/TIER.json`` in their folder, and in the quick tier ``VALIDATED.md``.
    Raises :class:`CaseError` for a name that does not exist.
    """
    from thermo.validate import dossier, scorecard

    folder = problems_directory() if folder is None else folder
    known = sorted(path.parent.name for path in folder.glob("*/checks.toml"))
    unknown = [name for name in names if name not in known]
    if unknown:
        raise CaseError(f"there is no validation problem {unknown[0]}; valid: {', '.join(known)}")
    rows: list[Row] = []
    board = scorecard.Board()
    problems = {name: load_problem(folder / name) for name in names or known}
    for problem in problems.values():
        rows += run_problem(problem, tier, board)
    board.finish(rows)
    if output is not None:
        board.console.print(f"Page: {dossier.write(output, tier, problems, rows)}", highlight=False, markup=False)
    if not names and folder != SHIPPED:
        scorecard.write(folder, tier, rows)
    return 0 if all(row.passed for row in rows) else 1


def run_problem(problem: Problem, tier: str, board) -> list[Row]:
    """Solve the runs of a problem that belong to ``tier`` and judge every check whose runs are all there."""
    started = time.perf_counter()
    board.start(problem)
    checks = [check for check in problem.checks if tier == "full" or problem.is_quick(check)]
    wanted = {run for check in checks for run in check.runs}
    try:
        solved = solve_runs(problem, [run for run in problem.runs.values() if run.name in wanted], board)
    except DivergedError as failure:
        rows = [Row.failed(problem, check, str(failure)) for check in checks]
    else:
        rows = [judge(problem, check, solved) for check in checks]
    board.done(problem, rows, time.perf_counter() - started)
    return rows
