"""Files to designs: every format has one reader, and `read` chooses it."""

import re
from importlib import import_module
from pathlib import PurePath
from typing import IO, TYPE_CHECKING, NamedTuple

from poolcalc.errors import UnreadableFile

if TYPE_CHECKING:
    from poolcalc.network.design import Design
    from poolcalc.network.op import Shape


class Reader(NamedTuple):
    """What reads one format of files.

    module: in this package; imported when such a file comes. It has a function `parse(data, name, input_shape)`, which
        returns a Design, or raises InvalidArchitecture with everything that is wrong.
    suffixes: how the names of such files end. magic: what such files begin with, where they all do.
    most_bytes: larger files are refused before they are read.
    """

    module: str
    suffixes: tuple[str, ...]
    most_bytes: int
    magic: bytes | None = None

    def read(self, data: bytes, name: str, input_shape: "Shape | None") -> "Design":
        """Return the design in a file; see `read` below."""
        design: Design = import_module(f"{__name__}.{self.module}").parse(data, name, input_shape)
        return design


YAML = Reader("architecture", (".yaml", ".yml"), most_bytes=16 * 2**20)

READERS = (YAML,)

_HEAD = 512
"""Bytes from the beginning of a file that tell its format."""

_BINARY = re.compile(rb"[\0-\x08\x0e-\x1a]")
"""What stands in no text file."""


def read(stream: IO[bytes], name: str, *, input_shape: "Shape | None" = None) -> "Design":
    """Return the design in a file.

    stream: its bytes, of which no more are taken than a file of its format may have. name: the file's, for messages.
    input_shape: channels and spatial sizes that replace the file's, or sizes alone; one stands for every axis.
    Raises InvalidArchitecture with everything that is wrong, UnreadableFile where no reader knows the format, the bytes
    do not come, or `input_shape` has not the axes of the file's.
    """
    try:
        head = stream.read(_HEAD)
        reader = _reader(name, head)
        data = head + stream.read(reader.most_bytes + 1 - len(head))  # one more than is allowed: a device has no end
    except OSError as error:
        raise UnreadableFile(f"cannot read {name!r}: {error.strerror}") from None
    return reader.read(data, name, None if input_shape is None else tuple(input_shape))


def _reader(name: str, head: bytes) -> Reader:
    """Return the reader for a file: by its suffix, by what it begins with, or that of YAML where it is text at all."""
    suffix = PurePath(name).suffix.lower()
    by_suffix = (reader for reader in READERS if suffix in reader.suffixes)
    by_magic = (reader for reader in READERS if reader.magic and head.startswith(reader.magic))
    if found := next(by_suffix, None) or next(by_magic, None):
        return found
    if suffix and _BINARY.search(head):
        known = ", ".join(suffix for reader in READERS for suffix in reader.suffixes)
        raise UnreadableFile(f"{name!r} has no format that can be read", f"the formats are {known}")
    return YAML
