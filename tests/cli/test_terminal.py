"""How wide, with which characters and with how much emphasis tables are printed."""

import os
from pathlib import Path

import pytest
from support.command import (
    in_process,
    ok,
    on_pipes,
    on_terminals,
    without_emphasis,
)
from support.files import SMALL, written
from support.printed import printed_tables, require_narrowed

from poolcalc.cli.output import ASCII

SOME = ("mini_cnn", "dcgan_generator", "efficientnet_b0", "r3d_18", "tcn")
"""Few networks that need every sign of the tables, with one, two and three axes."""


# Width


@pytest.fixture(scope="module", params=[("shapes", "--no-forward"), ("rf",)], ids=["shapes", "rf"])
def verb(request: pytest.FixtureRequest) -> tuple[str, ...]:
    arguments: tuple[str, ...] = request.param
    return arguments


@pytest.fixture(scope="module")
def piped(verb: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> str:
    """Some networks, printed into a pipe."""
    return ok(on_pipes(*verb, *SOME, cwd=tmp_path_factory.mktemp("piped")))


def test_a_piped_table_is_as_wide_as_it_needs_and_plain(verb: tuple[str, ...], piped: str) -> None:
    assert "\x1b" not in piped
    assert "…" not in piped
    tables = printed_tables(piped)
    assert tuple(table.title.split()[0] for table in tables) == SOME
    assert all(table.headings == tables[0].headings for table in tables)
    assert min(table.width for table in tables) > 80


def test_environment_variables_change_nothing_in_a_pipe(verb: tuple[str, ...], piped: str, tmp_path: Path) -> None:
    environment = {"COLUMNS": "40", "FORCE_COLOR": "1", "CLICOLOR_FORCE": "1", "TERM": "dumb", "TTY_COMPATIBLE": "1"}
    assert piped.startswith(ok(on_pipes(*verb, SOME[0], cwd=tmp_path, environment=environment)))


@pytest.mark.parametrize("width", [80, 120])
def test_on_a_terminal_columns_are_left_out_and_named_but_no_number_is_cut(
    width: int, verb: tuple[str, ...], piped: str, tmp_path: Path
) -> None:
    out = without_emphasis(ok(on_terminals(*verb, *SOME, cwd=tmp_path, width=width)))
    for shown, whole in zip(printed_tables(out), printed_tables(piped), strict=True):
        require_narrowed(shown, whole, width)


def test_a_wide_terminal_shows_all_columns(verb: tuple[str, ...], tmp_path: Path) -> None:
    result = on_terminals(*verb, "r3d_18", cwd=tmp_path, width=200, environment={"NO_COLOR": "1"})
    assert ok(result) == ok(on_pipes(*verb, "r3d_18", cwd=tmp_path))


def test_the_least_important_columns_go_first_and_come_back_as_the_terminal_grows(tmp_path: Path) -> None:
    def headings(width: int) -> list[str]:
        result = on_terminals("shapes", "resnet50", "--no-forward", cwd=tmp_path, width=width)
        return printed_tables(without_emphasis(result.out))[0].headings

    assert headings(20) == ["name", "output", "reduced", "RF", "params"]  # these stay, whatever the terminal
    assert headings(90) == ["name", "operator", "window", "output", "reduced", "RF", "jump", "params"]
    assert headings(130)[-1] == "MACs"


def test_a_wide_column_does_not_take_narrow_ones_with_it(tmp_path: Path) -> None:
    (table,) = printed_tables(without_emphasis(on_terminals("list", cwd=tmp_path, width=80).out))
    assert table.headings == ["name", "input", "params", "MACs"]


def test_a_terminal_that_does_not_tell_its_width_counts_as_80_columns(tmp_path: Path) -> None:
    narrow = on_terminals("shapes", "resnet18", "--no-forward", cwd=tmp_path, width=80)
    assert on_terminals("shapes", "resnet18", "--no-forward", cwd=tmp_path, width=0) == narrow


def test_columns_of_wide_characters_line_up(tmp_path: Path) -> None:
    name = "畳み込み" * 12
    written(tmp_path, "wide.yaml", SMALL.replace("name: first", f"name: {name}"))
    lines = ok(in_process("shapes", "wide.yaml", cwd=tmp_path)).splitlines()
    row = next(line for line in lines if line.startswith(name))
    assert row.endswith("43.8 %   43.8 %   3     1      20   648")
    heading = next(line for line in lines if line.startswith("name"))
    assert len(row) + len(name) == len(heading)  # every character of the name takes two columns


def test_ten_thousand_rows_are_printed(tmp_path: Path) -> None:
    layers = "[{conv: {out_channels: 4, kernel_size: 3, padding: 1}}, relu]"
    written(tmp_path, "deep.yaml", f"input: [4, 9, 9]\nlayers:\n  - repeat: {{times: 5000, layers: {layers}}}\n")
    (table,) = printed_tables(ok(on_pipes("shapes", "deep.yaml", "--no-fold", "--no-forward", cwd=tmp_path)))
    assert len(table.rows) == 10_001  # and the input
    assert table.rows[-1]["name"] == "relu5000"
    assert table.totals["params"] == f"{5000 * (4 * 4 * 9 + 4):,}"


# Characters and colour


def test_a_stream_that_knows_only_ascii_gets_ascii_and_its_columns_line_up(
    verb: tuple[str, ...], piped: str, tmp_path: Path
) -> None:
    out = ok(on_pipes(*verb, *SOME, cwd=tmp_path, environment={"PYTHONIOENCODING": "ascii"}))
    assert out.isascii()
    for plain, whole in zip(printed_tables(out), printed_tables(piped), strict=True):
        assert plain.rows == [{head.translate(ASCII): row[head].translate(ASCII) for head in row} for row in whole.rows]


@pytest.mark.parametrize("arguments", [("list",), ("rf", "unet", "-f", "csv")])
def test_everything_can_be_printed_in_ascii(arguments: tuple[str, ...], tmp_path: Path) -> None:
    assert ok(on_pipes(*arguments, cwd=tmp_path, environment={"PYTHONIOENCODING": "ascii"})).isascii()


def test_diagnostics_can_be_printed_in_ascii(tmp_path: Path) -> None:
    written(
        tmp_path, "net.yaml", "input: [1, 8, 8]\nlayers:\n  - conv: {out_channels: 1, kernel_size: 9, name: größe}\n"
    )
    result = on_pipes("rf", "net.yaml", cwd=tmp_path, environment={"PYTHONIOENCODING": "ascii"})
    assert result.code == 1
    assert (result.out + result.err).isascii()
    assert "error[PC100]: gr??e: kernel_size 9 does not fit" in result.err


def test_a_file_whose_name_is_not_utf_8_is_read(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/\xff.yaml"
    try:
        Path(os.fsdecode(path)).write_text(SMALL.replace("name: small\n", ""), encoding="utf-8")
    except OSError:
        pytest.skip("file names are UTF-8 here")
    assert ok(on_pipes("rf", os.fsdecode(b"\xff.yaml"), cwd=tmp_path)).startswith("?")
    assert ok(on_pipes("rf", os.fsdecode(b"\xff.yaml"), "-o", "out.txt", cwd=tmp_path)) == ""


def test_emphasis_stands_on_terminals_only_and_says_nothing_that_the_text_does_not(broken: str, tmp_path: Path) -> None:
    plain = on_terminals("rf", broken, "--color", "never", cwd=tmp_path, width=200)
    emphasised = on_terminals("rf", broken, cwd=tmp_path, width=200)
    assert "\x1b" not in plain.out + plain.err
    assert "\x1b[1m" in emphasised.out
    lines = [line.rstrip() for line in without_emphasis(emphasised.out).split("\n")]
    assert lines == [line.rstrip() for line in plain.out.split("\n")]


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_without_colour_gets_none(environment: dict[str, str], tmp_path: Path) -> None:
    assert "\x1b" not in on_terminals("rf", "mini_cnn", cwd=tmp_path, environment=environment).out


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb", "COLUMNS": "30"}])
def test_colour_that_is_asked_for_comes_and_cuts_nothing(environment: dict[str, str], tmp_path: Path) -> None:
    out = ok(on_pipes("rf", "mini_cnn", "--color", "always", cwd=tmp_path, environment=environment))
    assert "\x1b[1m" in out
    plain = ok(on_pipes("rf", "mini_cnn", cwd=tmp_path))
    assert [line.rstrip() for line in without_emphasis(out).split("\n")] == plain.split("\n")


@pytest.mark.parametrize("form", ["json", "csv", "markdown"])
def test_formats_for_machines_are_never_coloured(form: str, tmp_path: Path) -> None:
    assert "\x1b" not in ok(in_process("rf", "mini_cnn", "-f", form, "--color", "always", cwd=tmp_path))
