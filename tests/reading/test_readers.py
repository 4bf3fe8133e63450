"""Which reader reads a file, and how much of it."""

import sys
from io import BytesIO
from types import ModuleType

import pytest

from poolcalc import reading
from poolcalc.errors import InvalidArchitecture, UnreadableFile
from poolcalc.network.design import Design
from poolcalc.reading import READERS, YAML, Reader, read

NETWORK = b"input: [3, 8, 8]\nlayers: [relu]\n"
ONNX = b"\x08\x07\x12\x07pytorch"


class Endless(BytesIO):
    """A stream that never ends, and counts what was taken."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        assert size is not None
        assert size >= 0
        self.taken += size
        return b"#" * size


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Return what a reader of another format is given; its files end in .net or begin with NET."""
    given: list[bytes] = []

    def parse(data: bytes, name: str, input_shape: tuple[int, ...] | None) -> Design:
        given.append(data)
        return read(BytesIO(NETWORK), "inner.yaml", input_shape=input_shape)

    module = ModuleType("poolcalc.reading.net")
    module.parse = parse  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(reading, "READERS", (*READERS, Reader("net", (".net",), most_bytes=1000, magic=b"NET\0")))
    return given


@pytest.mark.parametrize("name", ["net.yaml", "net.yml", "NET.YAML", "net", "net.txt", "<stdin>", "git:v1:a/net.yaml"])
def test_text_is_read_as_yaml_whatever_it_is_called(name: str) -> None:
    assert read(BytesIO(NETWORK), name).graph.input == (3, 8, 8)


@pytest.mark.parametrize("name", ["model.onnx", "weights.pt", "a/b.h5"])
def test_what_is_no_text_and_has_no_known_suffix_is_refused_with_the_formats(name: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read(BytesIO(ONNX), name)
    assert str(caught.value) == f"{name!r} has no format that can be read; the formats are .yaml, .yml"


@pytest.mark.parametrize("name", ["model.yaml", "<stdin>"])
def test_what_should_be_yaml_is_told_where_it_is_not(name: str) -> None:
    with pytest.raises(InvalidArchitecture, match="the character U\\+0008"):
        read(BytesIO(ONNX), name)


@pytest.mark.parametrize(
    ("name", "data"), [("a.net", b"anything"), ("a.NET", b""), ("a", b"NET\0..."), ("a.pb", b"NET\0" + b"." * 600)]
)
def test_a_format_is_known_by_its_suffix_or_by_how_it_begins(name: str, data: bytes, seen: list[bytes]) -> None:
    assert read(BytesIO(data), name, input_shape=(1, 4, 4)).graph.input == (1, 4, 4)
    assert seen == [data]


def test_a_known_suffix_counts_more_than_the_beginning(seen: list[bytes]) -> None:
    with pytest.raises(InvalidArchitecture):
        read(BytesIO(b"NET\0"), "a.yaml")
    assert seen == []


def test_no_more_is_taken_than_the_format_allows(seen: list[bytes]) -> None:
    stream = Endless()
    read(stream, "a.net")
    assert stream.taken == len(seen[0]) == 1001
    stream = Endless()
    with pytest.raises(InvalidArchitecture, match="the file is larger than 16 MiB"):
        read(stream, "a.yaml")
    assert stream.taken == YAML.most_bytes + 1
