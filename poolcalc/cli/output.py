"""Where text goes: standard output or a file, with colour and width as the stream has them."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from shutil import get_terminal_size

from poolcalc.cli.options import Colour, Format
from poolcalc.document import Place
from poolcalc.errors import InvalidArchitecture, PoolcalcError
from poolcalc.renderers import diagnostics
from poolcalc.report import Report
from poolcalc.table import Table

ASCII = str.maketrans(
    {"×": "x", "–": "-", "−": "-", "─": "-", "━": "-", "→": "->", "←": "<-", "↑": "^", "·": ".", "…": "...", "≤": "<="}
)
"""What our signs become on a stream that cannot encode them."""


def drawn(tables: Sequence[Table], form: Format, output: str | None, colour: Colour) -> str:
    """Return tables in a format other than JSON."""
    from poolcalc.renderers import csv, markdown, text

    if form is Format.CSV:
        return csv.render(tables)
    if form is Format.MARKDOWN:
        return "\n".join(map(markdown.render, tables))
    terminal = output is None and sys.stdout.isatty()
    width = get_terminal_size().columns if terminal else None
    emphasised = colour is Colour.ALWAYS or (
        colour is Colour.AUTO and terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )
    return "\n".join(text.render(table, width=width, colour=emphasised) for table in tables)


def write(text: str, output: str | None, sources: Sequence[str] = ()) -> None:
    """Write to standard output, or to a file: whole or not at all, and never over one of the `sources`."""
    if output is None:
        sys.stdout.write(_encodable(text, sys.stdout.encoding))
        sys.stdout.flush()
        return
    target = Path(output)
    if any(Path(source).exists() and target.exists() and target.samefile(source) for source in sources):
        raise PoolcalcError(f"--output {output} would overwrite the architecture itself")
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(target)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise CannotWrite(f"cannot write {output}: {error.strerror}") from None


class CannotWrite(PoolcalcError):  # noqa: N818 - reads better where it is caught
    """The file of --output cannot be written."""


def _encodable(text: str, encoding: str | None) -> str:
    encoding = encoding or "ascii"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(ASCII).encode(encoding, "replace").decode(encoding)
    return text


def complain(text: str) -> None:
    """Write to standard error."""
    sys.stderr.write(_encodable(text, sys.stderr.encoding))


def print_problems(error: InvalidArchitecture) -> None:
    """Print everything that is wrong with a file."""
    source = error.source
    for problem in error.problems:
        complain(_diagnostic(source.name, source.text, problem.message, problem.place, problem.notes, problem.help))
    count = len(error.problems)
    complain(f"{source.name}: {count} {'error' if count == 1 else 'errors'}\n")


def print_findings(report: Report) -> None:
    """Print what is wrong with a network."""
    source = report.graph.source
    for finding in report.findings:
        complain(_diagnostic(source.name, source.text, finding.message, finding.place, finding.notes, finding.help))


def _diagnostic(name: str, text: str, message: str, place: Place, notes: Sequence[str], remedy: str | None) -> str:
    return diagnostics.render("error", message, name, text, place, notes, remedy) + "\n"
