"""Standard streams that lose nothing: all is written, or an error says that it was not."""

import errno
import io
import os
import sys
from contextlib import suppress
from typing import Any, TextIO


class Unwritable(OSError):  # noqa: N818 - reads better where it is caught
    """A standard stream takes no more; `stream` is its name."""

    def __init__(self, stream: str, error: OSError) -> None:
        super().__init__(error.errno, error.strerror)
        self.stream = stream


class Whole(io.RawIOBase):
    """A file descriptor that takes all that it is given, or raises Unwritable or BrokenPipeError, once.

    Python's own streams, where they are not buffered, drop what a single call to the system does not take.
    """

    def __init__(self, descriptor: int, name: str, *, closed: bool) -> None:
        super().__init__()
        self._descriptor, self._name, self._is_closed, self._gave_up = descriptor, name, closed, False

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._descriptor

    def isatty(self) -> bool:
        """Return whether it is a terminal."""
        return os.isatty(self._descriptor)

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, data: Any) -> int:
        """Write everything; after an error, which says enough, take whatever comes and do nothing."""
        rest = memoryview(b"" if self._gave_up else data)
        try:
            while rest:
                rest = rest[self._some(rest) :]
        except BrokenPipeError:
            self._gave_up = True
            raise
        except OSError as error:
            self._gave_up = True
            raise Unwritable(self._name, error) from None
        return len(data)

    def _some(self, data: memoryview) -> int:
        """Write as much as the system takes, and wait where it takes nothing yet."""
        if self._is_closed:
            raise OSError(errno.EBADF, "it is closed")
        try:
            return os.write(self._descriptor, data)
        except BlockingIOError:
            from select import select

            select([], [self._descriptor], [])
            return 0


def guard() -> None:
    """Put such streams in the place of standard output and standard error, also where the shell closed them."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:  # or a file would be opened by a stream's number
        pass
    os.close(descriptor)
    sys.stdin = sys.stdin or open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = _guarded(sys.stdout, 1, "standard output")
    sys.stderr = _guarded(sys.stderr, 2, "standard error")


def _guarded(stream: TextIO | None, descriptor: int, name: str) -> TextIO:
    raw, encoding = Whole(descriptor, name, closed=stream is None), stream.encoding if stream else "utf-8"
    # The help is full of signs that not every stream can encode.
    return io.TextIOWrapper(raw, encoding, errors="replace", write_through=True)  # type: ignore[type-var]


def report(text: str) -> None:
    """Write to standard error, if it takes anything."""
    with suppress(OSError):
        sys.stderr.write(text)
