"""Where text goes: standard output or a file, with colour and width as the stream has them."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import get_terminal_size

from poolcalc.cli.options import Colour, Printing
from poolcalc.errors import DoesNotFit, InvalidArchitecture, PoolcalcError, UnreadableFile
from poolcalc.finding import Finding
from poolcalc.renderers import diagnostics, renderer
from poolcalc.renderers.answer import Answer, Style
from poolcalc.source import Place, Source
from poolcalc.wish import Wish
from poolcalc.wording import counted

ASCII = str.maketrans({
    "×": "x", "–": "-", "−": "-", "─": "-", "→": "->", "←": "<-", "↑": "^", "…": "...", "±": "+-", "σ": "s",
    "≤": "<=", "≥": ">=", "⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")", "·": "*", "Δ": "change",
})  # fmt: skip
"""What our signs become on a stream that cannot encode them."""


REMEDIES = {
    Wish.UNFOLD: "--no-fold shows all",
    Wish.PROVE: "--verify does it",
    Wish.LIST_ALL: "--all lists every layer",
    Wish.TRY_SIZES: "--range tries sizes one by one",
    Wish.NAME_A_LAYER: "name one with --at",
    Wish.FEWER_CHANNELS: "check the same geometry with a few channels by --thin",
    Wish.LESS_WORK: "check a smaller --input, or the formulas alone with --no-forward",
}
"""The options that do what notes and errors make readers want."""


def say(answers: Sequence[Answer], how: Printing, *, several: bool = False) -> None:
    """Print answers. several: whether several were asked for, though one may have come."""
    write(renderer(how.form)(answers, _style(how, several=several)), how.output)


def _style(how: Printing, *, several: bool) -> Style:
    terminal = how.output is None and sys.stdout.isatty()
    emphasised = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Style(
        fold=how.fold,
        several=several,
        width=get_terminal_size().columns or 80 if terminal else None,
        colour=how.colour is Colour.ALWAYS or (how.colour is Colour.AUTO and emphasised),
        remedies=REMEDIES,
        spelled=_spelled if how.output is None else str,
    )


def _spelled(text: str) -> str:
    return _encodable(text, sys.stdout.encoding)


class CannotWrite(PoolcalcError):  # noqa: N818 - reads better where it is caught
    """Standard output, or the file of --output, cannot be written."""


def require_writable(output: str | None, sources: Sequence[str]) -> None:
    """Refuse, before any work is done, a file that could not be written in the end, or is one of the `sources`."""
    if output is None:
        return
    with _explained(output):
        target = Path(os.path.realpath(output))
        if target.is_dir():
            raise CannotWrite(f"cannot write {output}: it is a directory")
        if not target.parent.is_dir():
            raise CannotWrite(f"cannot write {output}: there is no directory {target.parent}")
        if target.exists() and any(target.samefile(source) for source in sources if Path(source).exists()):
            raise CannotWrite(f"--output {output} would overwrite the architecture itself")


def write(text: str, output: str | None) -> None:
    """Write to standard output, or to a file: whole or not at all."""
    if output is not None:
        with _explained(output):
            _replace(Path(os.path.realpath(output)), text.encode("utf-8", "replace"))
        return
    sys.stdout.write(_encodable(text, sys.stdout.encoding))


@contextmanager
def _explained(target: str) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CannotWrite(f"cannot write {target}: {error.strerror}") from None


def _replace(target: Path, data: bytes) -> None:
    """Put the data in place of a file, with its mode and owner; a device or a pipe just takes it."""
    if target.exists() and not target.is_file():
        target.write_bytes(data)
        return
    draft = target.with_name(f".{target.name[:99]}.{os.urandom(8).hex()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)  # never what somebody else put there
    try:
        with os.fdopen(descriptor, "wb") as file:
            if target.exists():
                _take_after(target, descriptor)
            file.write(data)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _take_after(target: Path, descriptor: int) -> None:
    """Give a file the mode and the owner of another, as far as that is allowed."""
    if hasattr(os, "fchown"):
        there = target.stat()
        with suppress(OSError):
            os.fchown(descriptor, there.st_uid, there.st_gid)
        os.fchmod(descriptor, there.st_mode & 0o7777)


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


def print_error(error: PoolcalcError) -> int:
    """Print what went wrong, and return the exit code that says so."""
    match error:
        case InvalidArchitecture():
            _print_problems(error)
            return 1
        case UnreadableFile():
            complain(f"error: {error.message}\n" + (f"  = help: {error.help}\n" if error.help else ""))
            return 2
        case _:
            complain(f"error: {error.told(REMEDIES)}\n")
            return 1 if isinstance(error, DoesNotFit) else 2


def _print_problems(error: InvalidArchitecture) -> None:
    """Print everything that is wrong with a file."""
    print_findings(error.findings, error.source, {})
    complain(f"{error.source.name}: {counted(len(error.findings), 'error')}\n")


def print_findings(findings: Iterable[Finding], source: Source, places: Mapping[str, Place]) -> None:
    """Print what is wrong in a file. places: where its layers stand."""
    for finding in findings:
        complain(diagnostics.render(finding, source, places) + "\n")
