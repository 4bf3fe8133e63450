"""The real command in a process of its own, on pipes or on terminals of a given width.

What concerns texts alone is tested with `in_process`, which takes a hundredth of the time.
"""

import errno
import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path
from threading import Thread
from typing import Any
from unittest.mock import patch

import poolcalc
from poolcalc.cli.app import run

ROOT = Path(poolcalc.__file__).parent.parent
POOLCALC = ("-m", "poolcalc")
NEVER = 120
"""Seconds after which a command hangs."""

PATIENCE = """
import poolcalc.cli.progress
from poolcalc.__main__ import main

poolcalc.cli.progress.PATIENCE = {}
main()
"""
IMPATIENT, PATIENT = PATIENCE.format(-1.0), PATIENCE.format(3600.0)
"""What Python runs for a command that draws its progress bar at once, or never."""

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


def ok(result: Result) -> str:
    """Require that nothing went wrong; return what was printed."""
    assert (result.code, result.err) == (0, "")
    return result.out


def json_of(*arguments: str, cwd: Path) -> Any:
    """Return what a command prints in JSON."""
    return json.loads(ok(in_process(*arguments, "--format", "json", cwd=cwd)))
