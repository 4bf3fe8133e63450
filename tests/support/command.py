"""The real command in a process of its own, on pipes or on terminals of a given width; and its tables, read back.

What concerns texts alone is tested with `in_process`, which takes a hundredth of the time.
"""

import errno
import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO, TextIOWrapper
from pathlib import Path
from threading import Thread
from unittest.mock import patch

import poolcalc
from poolcalc.cli.app import run

ROOT = Path(poolcalc.__file__).parent.parent
POOLCALC = ("-m", "poolcalc")
NEVER = 120
"""Seconds after which a command hangs."""

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]")


@dataclass(frozen=True, slots=True)
class Result:
    """What a command left: exit code, standard output and standard error."""

    code: int
    out: str
    err: str


def in_process(*arguments: str, cwd: Path) -> Result:
    """Run the command in this process, all but its outermost shell."""
    out, err = (TextIOWrapper(BytesIO(), encoding="utf-8") for _ in range(2))
    before = Path.cwd()
    os.chdir(cwd)
    try:
        with (
            patch.object(sys, "argv", ["poolcalc", *arguments]),
            patch.object(sys, "stdout", out),
            patch.object(sys, "stderr", err),
            patch.dict(os.environ, {"COLUMNS": "200"}),
        ):
            code = run()
    finally:
        os.chdir(before)
    texts = []
    for stream in (out, err):
        stream.flush()
        texts.append(_text(stream.detach().getvalue()))
    return Result(code, *texts)


def on_pipes(
    *arguments: str,
    cwd: Path,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
    python: Sequence[str] = POOLCALC,
) -> Result:
    """Run the command on pipes.

    python: what the interpreter runs instead of the module, such as ("-c", code).
    """
    done = subprocess.run(
        [sys.executable, *python, *arguments],
        cwd=cwd,
        input=stdin,
        env=_environment(environment),
        capture_output=True,
        timeout=NEVER,
        check=False,
    )
    return Result(done.returncode, _text(done.stdout), _text(done.stderr))


def into_a_closed_pipe(*arguments: str, cwd: Path, reads: int = 0) -> Result:
    """Run the command and close its output after `reads` bytes of it."""
    reader, writer = os.pipe()
    if not reads:
        os.close(reader)
    with subprocess.Popen(
        [sys.executable, *POOLCALC, *arguments], cwd=cwd, env=_environment(), stdout=writer, stderr=subprocess.PIPE
    ) as process:
        os.close(writer)
        out = os.read(reader, reads) if reads else b""
        if reads:
            os.close(reader)
        _, err = process.communicate(timeout=NEVER)
    return Result(process.returncode, _text(out), _text(err))


def on_terminals(
    *arguments: str,
    cwd: Path,
    width: int = 80,
    environment: Mapping[str, str] | None = None,
    python: Sequence[str] = POOLCALC,
    interrupt_at: str | None = None,
) -> Result:
    """Run the command with a terminal for standard output and another for standard error.

    interrupt_at: press Ctrl-C as soon as this text stands on standard error.
    """
    screens = [_Screen(width), _Screen(width)]
    process = subprocess.Popen(
        [sys.executable, *python, *arguments],
        cwd=cwd,
        env=_environment({"TERM": "xterm-256color", **(environment or {})}),
        stdin=subprocess.DEVNULL,
        stdout=screens[0].inside,
        stderr=screens[1].inside,
    )

    def look(shown: str) -> bool:
        if interrupt_at is None or interrupt_at not in shown:
            return False
        process.send_signal(signal.SIGINT)
        return True

    screens[1].look = look
    try:
        for screen in screens:
            screen.start()
        code = process.wait(timeout=NEVER)
    finally:
        process.kill()
        for screen in screens:
            screen.stop()
    return Result(code, screens[0].shown, screens[1].shown)


def without_emphasis(text: str) -> str:
    """Remove the control sequences of a terminal."""
    return _ANSI.sub("", text)


class _Screen:
    """A pseudo-terminal, and a thread that reads what is written on it."""

    def __init__(self, width: int) -> None:
        self.outside, self.inside = pty.openpty()
        fcntl.ioctl(self.inside, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
        self.look: Callable[[str], bool] = lambda _: True
        self.data = bytearray()
        self.thread = Thread(target=self._read)

    def start(self) -> None:
        os.close(self.inside)  # the process has its own; the last one to close ends the reading
        self.thread.start()

    def stop(self) -> None:
        self.thread.join(NEVER)
        os.close(self.outside)

    @property
    def shown(self) -> str:
        return _text(bytes(self.data)).replace("\r\n", "\n")

    def _read(self) -> None:
        seen = False
        while chunk := self._chunk():
            self.data += chunk
            seen = seen or self.look(self.shown)

    def _chunk(self) -> bytes:
        try:
            return os.read(self.outside, 1 << 16)
        except OSError as error:
            if error.errno == errno.EIO:  # how Linux says that nobody writes any more
                return b""
            raise


def _environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment in which nothing but `more` decides how things look."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "SYSTEMROOT") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "LC_ALL": "C.UTF-8", **(more or {})}


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


@dataclass(slots=True)
class Printed:
    """A table as it stands on paper.

    title: the lines above. rows: cells by heading, without the totals. totals: likewise. notes: the lines below.
    lines: headings, rows and totals as printed.
    """

    title: str
    headings: list[str]
    rows: list[dict[str, str]]
    totals: dict[str, str]
    notes: str
    lines: list[str] = field(repr=False)

    @property
    def width(self) -> int:
        return max(map(len, self.lines))

    def column(self, heading: str) -> list[str]:
        return [row[heading] for row in self.rows]


def require_narrowed(shown: Printed, whole: Printed, width: int) -> None:
    """Require that a table was fitted into a width by leaving out columns, and by nothing else."""
    left_out = [heading for heading in whole.headings if heading not in shown.headings]
    assert max(map(len, [*shown.lines, *shown.title.split("\n"), *shown.notes.split("\n")])) <= width
    assert shown.title.split() == whole.title.split()
    assert shown.rows == [{heading: row[heading] for heading in shown.headings} for row in whole.rows]
    assert bool(left_out) == (whole.width > width)
    named = f"left out at {width} columns: {', '.join(left_out)} " * bool(left_out)
    assert " ".join(shown.notes.split()) == named + " ".join(whole.notes.split())


def printed_tables(text: str) -> list[Printed]:
    """Read tables of plain text, one below the other, without knowing their columns."""
    lines = text.split("\n")
    rules = [i for i, line in enumerate(lines) if line and set(line) <= {"─", "-"} and _is_below_headings(lines, i)]
    titles = [_title_above(lines, rule) for rule in rules]
    ends = [*titles[1:], len(lines)]
    return [_printed(lines[title:end], rule - title) for title, rule, end in zip(titles, rules, ends, strict=True)]


def _is_below_headings(lines: Sequence[str], rule: int) -> bool:
    return rule > 2 and lines[rule - 2] == "" and lines[rule - 1].lstrip().startswith("name")


def _title_above(lines: Sequence[str], rule: int) -> int:
    """Return the first line of the title; two lines below it stand the headings."""
    first = rule - 3
    while first and lines[first - 1]:
        first -= 1
    return first


def _printed(lines: Sequence[str], rule: int) -> Printed:
    body = list(_body(lines[rule + 1 :]))
    below = lines[rule + 1 + len(body) :]
    table = [line for line in (lines[rule - 1], *body) if line.strip() and set(line.strip()) != {"─"}]
    spans = _spans(table)
    cells = [[line[low:high].strip() for low, high in spans] for line in table]
    headings, rows = cells[0], [dict(zip(cells[0], row, strict=True)) for row in cells[1:]]
    totals = rows.pop() if rows[-1][headings[0]] == "total" else {}
    notes = "\n".join(line for line in below if line)
    return Printed("\n".join(lines[: rule - 2]), headings, rows, totals, notes, table)


def _body(lines: Sequence[str]) -> Iterator[str]:
    """Yield the lines of a table's body: up to the empty line below it, the one above the totals not counted."""
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if not line and not following.startswith("total "):
            return
        yield line


def _spans(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Return where columns begin and end: two blanks in every line part them."""
    width = max(map(len, lines))
    used = [any(line[i : i + 1].strip() for line in lines) for i in range(width)]
    starts = [i for i in range(width) if used[i] and not any(used[max(i - 2, 0) : i])]
    return list(zip(starts, [*starts[1:], width], strict=True))
