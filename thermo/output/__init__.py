"""What a run leaves behind: fields.h5, fields.xmf, summary.json, report.html and log.txt, all or none.

Reads a :class:`~thermo.result.Result` and imports no solver.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from thermo.output import atomic, summary
from thermo.result import Result


def write(result: Result, directory: Path | str) -> dict[str, Path]:
    """Write the result into ``directory`` (made when absent) and return the paths by file name.

    A result without a field has no fields.xmf; its fields.h5 holds the case, the summary and the histories.
    Raises :class:`thermo.errors.OutputError` with one line when that fails; the files of an earlier run then stay.
    """
    from thermo.output import hdf5, report, xdmf

    ordered, text = summary.ordered(result.summary), summary.text(result.summary)
    writers: dict[str, atomic.Writer] = {
        "fields.h5": partial(hdf5.write, result=result, summary=ordered, summary_text=text),
        "report.html": lambda path: _write_text(path, report.text(result, ordered)),
        "log.txt": partial(_write_text, text="".join(f"{line}\n" for line in result.log)),
    }
    stale = []
    if result.fields is None:
        stale = ["fields.xmf"]
    else:
        writers["fields.xmf"] = partial(_write_text, text=xdmf.text(result.fields))
    writers["summary.json"] = partial(_write_text, text=text)
    return atomic.write_set(Path(directory), writers, stale)


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
