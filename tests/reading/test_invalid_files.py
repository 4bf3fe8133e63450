"""What the file reader says about broken files: the right place, what is wrong, and a remedy that works.

Every file of `invalid/` makes one mistake. Its comment says what is expected: `LINE:COLUMN message` for each problem,
its notes and its help, and behind `mend:` what a reader of the help would replace, after which the file is valid.
What cannot be written down so, because of its size or its bytes, is made here.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from poolcalc.errors import InvalidArchitecture
from poolcalc.finding import INVALID, Finding
from poolcalc.network.parameter import parameters
from poolcalc.ops import BY_NAME
from poolcalc.reading import YAML
from poolcalc.reading.architecture import parse
from poolcalc.reading.structures import STRUCTURES
from poolcalc.source import Place

FILES = sorted(Path(__file__).parent.joinpath("invalid").glob("*.yaml"))
BUNDLED = [
    path.read_text("utf-8") for path in sorted(Path(__file__).parents[2].joinpath("architectures").glob("*.yaml"))
]
HEAD = "input: [3, 16, 16]\nlayers:\n"


@dataclass(frozen=True)
class Sample:
    """What the comment of a file of `invalid/` expects, and the file without comment after mending."""

    expected: tuple[Finding, ...]
    mended: bytes


def sample(path: Path) -> Sample:
    text = path.read_text("utf-8")
    comment = "".join(re.findall(r"\A(?:#.*\n)*", text))
    body = text.removeprefix(comment)
    expected: list[Finding] = []
    for line in comment.splitlines():
        if found := re.fullmatch(r"# (\d+):(\d+) (.*)", line):
            expected.append(Finding(INVALID, found[3], Place(int(found[1]), int(found[2]))))
        elif found := re.fullmatch("# {5}note: (.*)", line):
            expected[-1] = expected[-1]._replace(notes=(*expected[-1].notes, found[1]))
        elif found := re.fullmatch("# {5}help: (.*)", line):
            expected[-1] = expected[-1]._replace(help=found[1])
        elif found := re.fullmatch("# mend: (.*?) =>(?: (.*))?", line):
            old, new = unescaped(found[1]), unescaped(found[2] or "")
            assert old in body
            body = body.replace(old, new, 1)
    return Sample(tuple(expected), body.encode())


def unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda escape: {"n": "\n", "t": "\t"}.get(escape[1], escape[1]), text)


def problems_of(file: str | bytes) -> tuple[Finding, ...]:
    data = file.encode() if isinstance(file, str) else file
    with pytest.raises(InvalidArchitecture) as caught:
        parse(data, "net.yaml")
    return caught.value.findings


def place_of(problem: Finding) -> Place:
    assert isinstance(problem.about, Place)
    return problem.about


def shortened(problem: Finding, expected: Finding) -> Finding:
    """Leave out what the sample does not say: the width, and the end of a list that it ends with `…`."""
    begun = (expected.help or "").removesuffix("…")
    cut = begun != expected.help and (problem.help or "").startswith(begun)
    return problem._replace(about=place_of(problem)._replace(width=1), help=expected.help if cut else problem.help)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_mistake_is_reported_at_its_place_with_a_remedy(path: Path) -> None:
    expected = sample(path).expected
    assert expected
    assert list(expected) == sorted(expected, key=lambda problem: place_of(problem)[:2])
    found = problems_of(path.read_bytes())
    assert len(found) == len(expected)
    assert tuple(map(shortened, found, expected)) == expected


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_is_valid_once_the_remedies_are_applied(path: Path) -> None:
    mended = sample(path).mended
    assert mended != path.read_bytes()
    assert parse(mended, "net.yaml").graph.nodes


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_messages_keep_to_one_grammar(path: Path) -> None:
    for problem in sample(path).expected:
        for text in (problem.message, *problem.notes, *([problem.help] if problem.help else [])):
            assert text.isprintable()
            assert not text[0].isupper()
            assert not text.endswith((".", "!"))
        assert len(problem.message) < 120


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_parser_without_a_c_library_says_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("poolcalc.reading.yaml_reader._Loader", yaml.SafeLoader)
    found, expected = problems_of(path.read_bytes()), sample(path).expected
    said = [shortened(*both) for both in zip(found, expected, strict=True)]
    assert [(place_of(each).line, each.message, each.help) for each in said] == [
        (place_of(each).line, each.message, each.help) for each in expected
    ]


START = "start with `input: [3, 224, 224]` and `layers:`"
AS_UTF_8 = "save the file as UTF-8"
NO_NUL = "the character U+0000 cannot stand in an architecture"
TOO_DEEP = "nested more than 64 deep"
NAME_THEM = "name inner layers and refer to them with `from:`"
LONG = "a" * 1_000_000
SHORTENED = f"'{'a' * 37}...'"

MADE: dict[str, tuple[str | bytes, str, str]] = {
    "nothing": ("", "1:1 the file is empty", START),
    "blanks": (" \n \n", "1:1 the file is empty", START),
    "a comment": ("# no more\n", "1:1 the file has no content", START),
    "null": ("~\n", "1:1 the file has no content", START),
    "zeros": (bytes(4096), f"1:1 {NO_NUL}", f"{AS_UTF_8} text"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "1:1 not UTF-8 text: byte 0x89", AS_UTF_8),
    "a NUL": (f"{HEAD}  - relu\0\n", f"3:9 {NO_NUL}", f"{AS_UTF_8} text"),
    "an escape sequence": (f"{HEAD}  - \x1b[31mrelu\n", f"3:5 {NO_NUL.replace('0000', '001B')}", "delete it"),
    "a line separator": (f"{HEAD}  - relu # \u2028- gap\n", f"3:12 {NO_NUL.replace('0000', '2028')}", "delete it"),
    "a second byte order mark": (f"\ufeff\ufeff{HEAD}", f"1:1 {NO_NUL.replace('0000', 'FEFF')}", "delete it"),
    "Latin-1": ("name: Größe\n".encode("latin-1"), "1:9 not UTF-8 text: byte 0xf6", AS_UTF_8),
    "Latin-1 behind a byte order mark": (b"\xef\xbb\xbfname: \xf6\n", "1:7 not UTF-8 text: byte 0xf6", AS_UTF_8),
    "Latin-1 behind other line ends": (b"a: 1\r\nb: 2\rc: \xf6\n", "3:4 not UTF-8 text: byte 0xf6", AS_UTF_8),
    "a lone surrogate": (b"name: \xed\xa0\x80\n", "1:7 not UTF-8 text: byte 0xed", AS_UTF_8),
    "UTF-16": (f"\ufeff{HEAD}".encode("utf-16-le"), "1:1 not UTF-8 text: byte 0xff", AS_UTF_8),
    "UTF-16 without a mark": (HEAD.encode("utf-16-le"), f"1:2 {NO_NUL}", f"{AS_UTF_8} text"),
    "100 MB": (b"#" * 100_000_000, f"1:1 the file is larger than {YAML.most_bytes // 2**20} MiB", "use `repeat`"),
    "200,000 brackets": ("[" * 200_000, f"1:65 {TOO_DEEP}", NAME_THEM),
    "brackets on lines of their own": ("[\n" * 5_000, f"65:1 {TOO_DEEP}", NAME_THEM),
    "brackets behind values": (f"{HEAD}  - concat: [a, b, " + "[{" * 5_000, f"3:80 {TOO_DEEP}", NAME_THEM),
    "200,000 braces": ("{a: " * 200_000, f"1:257 {TOO_DEEP}", NAME_THEM),
    "200,000 dashes": ("- " * 200_000, f"1:129 {TOO_DEEP}", NAME_THEM),
    "two million values": (
        "- a\n" * 2_000_000,
        "1000000:3 more than 1,000,000 values, with aliases written out",
        "use `repeat` for what recurs",
    ),
    "10,000 digits": (
        f"{HEAD}  - max_pool: {'1' * 10_000}",
        f"3:15 expected an integer of at most 2147483647, found '{'1' * 37}...'",
        "",
    ),
    "10,000 negative digits": (
        f"{HEAD}  - pad: -{'1' * 10_000}",
        f"3:10 expected an integer of at least -2147483647, found '-{'1' * 36}...'",
        "",
    ),
    "10,000 decimals": (
        f"{HEAD}  - dropout: 0.{'1' * 10_000}",
        f"3:14 expected a number from 0 to 1, found '0.{'1' * 35}...'",
        "",
    ),
    "a huge exponent": (
        f"{HEAD}  - dropout: 1e-999999999",
        "3:14 expected a number from 0 to 1, found '1e-999999999'",
        "",
    ),
    "a word of a megabyte": (f"{HEAD}  - {LONG}", f"3:5 unknown operator {SHORTENED}", "the operators are conv"),
    "a key of a megabyte": (
        f"{HEAD}  - relu: {{? {LONG} : 1}}",
        f"3:14 relu has no parameter {SHORTENED}",
        "the keys are name, from",
    ),
    "a name of a megabyte": (
        f"{HEAD}  - relu: {{name: {LONG}}}",
        f"3:18 expected a name, found {SHORTENED}",
        "use up to 100 letters",
    ),
    "a word that colours the terminal": (
        f'{HEAD}  - "\\e[31mrelu\\n"',
        r"3:5 unknown operator '\x1b[31mrelu\n'",
        "the operators are conv",
    ),
    "a blank that is none": (f"{HEAD}  - relu\xa0\n", r"3:5 unknown operator 'relu\xa0'", "did you mean 'relu'?"),
    "letters of another alphabet": (
        f"name: сеть\nслои: 1\n{HEAD}  - relu\n",
        "2:1 unknown key 'слои'",
        "the keys are name, description",
    ),
    "columns behind wide characters": (
        f"{HEAD}  - {{relu: {{name: 卷積, from: '畳み'}}}}\n",
        "3:29 no layer is called '畳み'",
        "the names are input",
    ),
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * (name == "two million values")) for name in MADE]
)
def test_what_no_editor_would_write_is_refused_at_once(name: str) -> None:
    data, expected, remedy = MADE[name]
    (problem,) = problems_of(data)
    assert f"{place_of(problem).line}:{place_of(problem).column} {problem.message}" == expected
    assert (problem.help or "").startswith(remedy)
    assert bool(problem.help) == bool(remedy)


def test_what_is_wrong_in_a_long_repeat_is_reported_at_once() -> None:
    layers = "[{relu: {from: nope}}, {relu: {gain: 3}}, rleu, {max_pool: big}]"
    problems = problems_of(f"{HEAD}  - repeat: {{times: 20000, layers: {layers}}}\n")
    assert len(problems) == 4


def test_layers_in_reverse_order_are_sorted_at_once() -> None:
    count = 4_000
    rows = [f"  - relu: {{name: a{i}, from: a{i + 1}}}\n" for i in range(count)]
    wide = ", ".join(f"a{i}" for i in range(count))
    text = f"{HEAD}  - concat: [{wide}]\n{''.join(rows)}  - relu: {{name: a{count}, from: input}}\n"
    graph = parse(text.encode(), "net.yaml").graph
    assert [node.name for node in graph.nodes[:2]] == [f"a{count}", f"a{count - 1}"]
    assert graph.nodes[-1].name == "concat1"


def test_reading_stops_at_a_hundred_problems() -> None:
    problems = problems_of(HEAD + "".join(f"  - wrong{i}\n" for i in range(50_000)))
    assert len(problems) == 101
    assert problems[-1].message == "too many problems; the rest of the file is not checked"
    assert place_of(problems[-1]).line == 102


def test_a_reference_is_compared_with_a_limited_number_of_names() -> None:
    rows = "".join(f"  - relu: {{name: layer{i}}}\n" for i in range(3_000))
    wrong = "".join(f"  - relu: {{from: leyar{i}}}\n" for i in range(99))
    assert len(problems_of(HEAD + rows + wrong)) == 99


def test_the_exception_lists_every_problem_with_file_line_and_column() -> None:
    with pytest.raises(InvalidArchitecture) as caught:
        parse(f"{HEAD}  - rleu\n  - max_pool: 0\n".encode(), "net.yaml")
    assert str(caught.value).splitlines() == [
        "net.yaml:3:5: unknown operator 'rleu' (did you mean 'relu'?)",
        "net.yaml:4:15: expected an integer of at least 1, found '0'",
    ]


@pytest.mark.parametrize(
    "text",
    [
        f"\ufeff{HEAD}  - relu\n",
        f"{HEAD}  - relu\n".replace("\n", "\r\n"),
        f"{HEAD}  - relu\n".replace("\n", "\r"),
        f"{HEAD}  - relu",
        f"---\n{HEAD}  - relu\n...\n",
        f"%YAML 1.1\n---\n{HEAD}  - relu\n",
        f"name: Größe 卷積\n{HEAD}  - relu: {{name: größe}}\n  - gap: {{from: größe}}\n",
    ],
)
def test_ordinary_variants_of_text_files_are_read(text: str) -> None:
    assert parse(text.encode(), "net.yaml").graph.nodes


# Whatever comes, a graph or an explanation.


class Reading:
    """Reads files, and collects the problems of the only exception that is allowed."""

    problems: tuple[Finding, ...] = ()
    text = ""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if isinstance(error, InvalidArchitecture):
            self.problems, self.text = error.findings, error.source.text
            assert self.problems
        return isinstance(error, InvalidArchitecture)


def assert_read_or_explained(data: bytes) -> None:
    reading = Reading()
    with reading:
        assert parse(data, "net.yaml").graph.nodes
    lines = reading.text.split("\n")
    for problem in reading.problems:
        assert 1 <= place_of(problem).line <= len(lines) or not reading.text
        assert place_of(problem).column >= 1
        assert place_of(problem).width >= 1
        if reading.text:
            assert place_of(problem).column <= len(lines[place_of(problem).line - 1]) + 1


@given(st.text())
def test_any_text_is_read_or_explained(text: str) -> None:
    assert_read_or_explained(text.encode("utf-8", "surrogatepass"))


@given(st.binary(), st.booleans())
def test_any_bytes_are_read_or_explained(data: bytes, headed: bool) -> None:  # noqa: FBT001
    assert_read_or_explained(HEAD.encode() + data if headed else data)


WORDS = [
    *BY_NAME,
    *STRUCTURES,
    *(declared.name for operator in BY_NAME.values() for declared in parameters(operator)),
    *("times", "layers", "body", "shortcut", "merge", "paths", "name", "from", "input", "outputs", "task"),
    *(
        "same",
        "valid",
        "true",
        "false",
        "null",
        "~",
        "no",
        "0",
        "1",
        "2",
        "-1",
        "3.5",
        "1e3",
        "010",
        "99999999999",
        "a",
        "b",
    ),
]
MARKS = [
    "- ",
    ": ",
    ", ",
    "{",
    "}",
    "[",
    "]",
    "\n",
    "\n  ",
    "\n    ",
    "\n  - ",
    "&a ",
    "*a",
    "<<: ",
    "!!int ",
    "? ",
    "'",
    '"',
]
MARKS += ["|\n", ">\n", "#", "\t", "---\n", "...\n", "%", "@", "×", "\r\n", "\\", " "]
PIECES = st.one_of(st.sampled_from(WORDS), st.sampled_from(MARKS), st.text(max_size=3))


@given(st.lists(PIECES, max_size=40).map("".join), st.sampled_from(["", f"{HEAD}  - "]))
def test_any_words_and_marks_are_read_or_explained(text: str, head: str) -> None:
    assert_read_or_explained((head + text).encode("utf-8", "surrogatepass"))


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """A bundled file, with pieces deleted, doubled, replaced, inserted and moved."""
    pieces = re.findall(r"\w+|\s+|.", draw(st.sampled_from(BUNDLED)))
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, len(pieces) - 1))
        stop = place + draw(st.integers(1, 12))
        change = draw(st.sampled_from(["delete", "double", "replace", "insert", "move", "cut"]))
        match change:
            case "delete":
                del pieces[place:stop]
            case "double":
                pieces[place:place] = pieces[place:stop]
            case "replace":
                pieces[place] = draw(PIECES)
            case "insert":
                pieces.insert(place, draw(PIECES))
            case "move":
                moved = pieces[place:stop]
                del pieces[place:stop]
                target = draw(st.integers(0, len(pieces)))
                pieces[target:target] = moved
            case _:
                del pieces[max(place, 1) :]
        pieces = pieces or [""]
    return "".join(pieces)


@given(mutations())
def test_any_damage_to_a_real_file_is_read_or_explained(text: str) -> None:
    assert_read_or_explained(text.encode("utf-8", "surrogatepass"))
