"""The ``thermo`` command. Everything heavy is imported inside the command that needs it, so that help is instant."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import click

from thermo import __version__
from thermo.errors import CaseError, DivergedError, HardwareError, OutputError

SOLVED, LIMIT_EXCEEDED, WRONG_INPUT, NOT_CONVERGED, NO_HARDWARE, INTERRUPTED = 0, 1, 2, 3, 4, 130
EPILOG = (
    "Exit status: 0 solved, limits met; 1 solved, a limit of the case is exceeded; 2 the input is wrong or the results "
    "cannot be written; 3 not converged or diverged; 4 asked-for hardware or package missing; 130 interrupted."
)
case_argument = click.argument("case", type=click.Path(path_type=Path))
set_option = click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Change one key, such as case.size=full. Repeatable."
)


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="thermo")
def cli() -> None:
    """Heat and flow in data centres: fields, cooling plant and year from one case file."""


@cli.command()
@case_argument
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Results directory (default: results/CASE NAME).")
@click.option(
    "--backend", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True, help="Device."
)
@click.option("--precision", type=click.Choice(["single", "double"]), default="single", show_default=True)
@set_option
@click.option("--resume", is_flag=True, help="Go on from the last state in the results directory.")
def run(case: Path, output: Path | None, backend: str, precision: str, overrides: tuple[str, ...], resume: bool) -> int:
    """Solve CASE and write fields.h5, summary.json, report.html and log.txt."""
    from thermo.case import load
    from thermo.installation import overwritten, same_named_distributions

    others = same_named_distributions()
    if others:
        click.echo(f"warning: {overwritten(others)}", err=True)
    name = load(case, overrides).name
    directory = output or Path("results") / name
    if directory.exists() and not directory.is_dir():
        raise CaseError(f"{directory}: is a file; name a directory with -o")
    from thermo.run import run_case

    return run_case(case, directory, backend, precision, list(overrides), resume)


@cli.command()
@case_argument
@set_option
def check(case: Path, overrides: tuple[str, ...]) -> int:
    """Read CASE, check it and say what was understood. Solves and writes nothing."""
    from thermo.case import load
    from thermo.case.overview import overview

    loaded = load(case, overrides)
    click.echo(overview(loaded))
    from thermo.run import preflight

    report = preflight(loaded)
    click.echo("".join(f"{name:<24}{value:g}\n" for name, value in report.items()), nl=False)
    return SOLVED


@cli.command()
@click.argument("names", nargs=-1)
@click.option("--tier", type=click.Choice(["quick", "full"]), default="quick", show_default=True, help="How thorough.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=Path("results/validation"), show_default=True,
    help="Directory of the page.",
)
def validate(names: tuple[str, ...], tier: str, output: Path) -> int:
    """Run the validation problems (all, or those NAMEd), compare them with their references, write one page of all."""
    from thermo.validate import run_validation

    return run_validation(list(names), tier, output=output)


@cli.command()
@click.argument("names", nargs=-1, required=True, metavar="CASE...", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=Path("results/comparison"), show_default=True,
    help="Directory of the page and of the runs.",
)
@click.option(
    "--backend", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True, help="Device."
)
@click.option("--precision", type=click.Choice(["single", "double"]), default="single", show_default=True)
@set_option
def compare(names: tuple[Path, ...], output: Path, backend: str, precision: str, overrides: tuple[str, ...]) -> int:
    """Compare CASE files or results directories: one page with the verdict, and the same as Markdown and CSV.

    Case files are solved first, unless DIR/runs holds them already. Exit status 1 when no option meets its limits.
    """
    from thermo.study.compare import run as compare_options

    shown, status = compare_options(names, output, backend, precision, list(overrides))
    click.echo(shown)
    return status


@cli.command()
@click.argument("sweep", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Directory (default: results/SWEEP NAME).")
@click.option("--scheduler", metavar="ADDRESS", help="Dask scheduler of a cluster, such as tcp://head:8786.")
@click.option("--workers", type=click.IntRange(1), help="Processes of the local cluster (default: one a core).")
@click.option("--serial", is_flag=True, help="In this process, without Dask.")
@click.option(
    "--backend", type=click.Choice(["cpu", "cuda"]), default="cpu", show_default=True, help="Where years are computed."
)
def sweep(
    sweep: Path, output: Path | None, scheduler: str | None, workers: int | None, serial: bool, backend: str
) -> int:
    """Compute the variants that the file SWEEP asks for: a grid, samples, sensitivities or the best set-points.

    A sweep that was stopped goes on where it was. Exit status 1 when no point meets the limits of its case.
    """
    if serial and (scheduler or workers):
        raise click.UsageError("--serial goes with neither --scheduler nor --workers")
    from thermo.study.sweep import run as run_sweep

    directory = output or Path("results") / sweep.stem
    status_lines = partial(click.echo, err=True)
    shown, status = run_sweep(sweep, directory, scheduler, workers, serial, status_lines, backend)
    click.echo(shown)
    return status


@cli.command()
@click.argument("a", type=click.Path(path_type=Path))
@click.argument("b", type=click.Path(path_type=Path))
@click.option("--rtol", type=click.FloatRange(0.0), default=1e-6, show_default=True, help="Of the largest value in A.")
@click.option("--atol", type=click.FloatRange(0.0), default=0.0, show_default=True, help="In the variable's own unit.")
def diff(a: Path, b: Path, rtol: float, atol: float) -> int:
    """Compare two results A and B. Exit status 1 when they differ.

    Two results directories or summary.json: the figures of their summaries, and what in the cases made them differ.
    Two fields.h5: the fields, dataset by dataset.
    """
    if a.is_dir() or a.suffix == ".json":
        from thermo.output import summary_diff

        comparison = summary_diff.compare(a, b, rtol, atol)
        click.echo(summary_diff.text(comparison))
        return LIMIT_EXCEEDED if comparison.differs else SOLVED
    from thermo.output.diff import compare, table

    differences = compare(a, b, rtol, atol)
    click.echo(table(differences, a, b))
    return LIMIT_EXCEEDED if any(row.differs for row in differences) else SOLVED


@cli.command()
@click.argument("kind")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File to write (default: KIND.toml).")
def new(kind: str, output: Path | None) -> int:
    """Write a case file to start from: a copy of the shipped case KIND."""
    from thermo.case.shipped import new_case

    written = new_case(kind, output or Path(f"{kind}.toml"))
    click.echo(f"wrote {written}; next: thermo run {written}")
    return SOLVED


@cli.command()
def schema() -> int:
    """Print the JSON Schema of case files, for editors."""
    import json

    from thermo.case.json_schema import json_schema

    click.echo(json.dumps(json_schema(), indent=2))
    return SOLVED


@cli.command()
def info() -> int:
    """Print versions, the machine, the GPU and who owns the import names."""
    from thermo.installation import information

    click.echo(information())
    return SOLVED


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit status. Expected problems become one line on standard error."""
    try:
        status = cli.main(arguments, prog_name="thermo", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as problem:
        click.echo(problem.format_message())
        status = WRONG_INPUT
    except click.ClickException as problem:
        status = _fail(f"{problem.format_message()} (see thermo --help)", WRONG_INPUT)
    except (CaseError, OutputError) as problem:
        status = _fail(problem, WRONG_INPUT)
    except DivergedError as problem:
        status = _fail(problem, NOT_CONVERGED)
    except HardwareError as problem:
        status = _fail(problem, NO_HARDWARE)
    except (click.Abort, KeyboardInterrupt):
        status = _fail("interrupted", INTERRUPTED)
    sys.exit(status or SOLVED)


def _fail(problem: object, status: int) -> int:
    click.echo(f"error: {' '.join(str(problem).split())}", err=True)
    return status


if __name__ == "__main__":
    main()
