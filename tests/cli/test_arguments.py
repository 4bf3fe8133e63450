"""Which architectures a command line names, and on which input."""

import json
import os
from pathlib import Path

import pytest
from support.command import (
    Result,
    in_process,
    json_of,
    ok,
    on_pipes,
)
from support.files import SMALL, written
from support.printed import printed_tables


def forbid(path: Path, mode: int = 0) -> None:
    path.chmod(mode)
    if os.access(path, os.W_OK):
        pytest.skip("this user may read and write everything")


def test_an_architecture_may_be_a_file_a_bundled_name_or_standard_input(small: str, tmp_path: Path) -> None:
    names = ["small", "mini_cnn", "from_stdin"]
    text = SMALL.replace("name: small", "name: from_stdin")
    out = ok(on_pipes("rf", small, "mini_cnn", "-", "-f", "json", cwd=tmp_path, stdin=text.encode()))
    reports = json.loads(out)
    assert [report["architecture"] for report in reports] == names
    assert [report["source"] for report in reports] == ["small.yaml", "mini_cnn.yaml", "<stdin>"]


def test_several_architectures_are_several_tables(small: str, tmp_path: Path) -> None:
    tables = printed_tables(ok(in_process("shapes", small, "mini_cnn", cwd=tmp_path)))
    assert [table.title.split()[0] for table in tables] == ["small", "mini_cnn"]


def test_several_architectures_are_a_list_in_json_even_where_only_one_is_valid(
    small: str, invalid: str, tmp_path: Path
) -> None:
    result = in_process("rf", small, invalid, "-f", "json", cwd=tmp_path)
    assert result.code == 1
    assert [report["architecture"] for report in json.loads(result.out)] == ["small"]


def test_rows_of_several_architectures_can_be_told_apart_in_csv(small: str, tmp_path: Path) -> None:
    header, *rows = ok(in_process("rf", small, "mini_cnn", "-f", "csv", cwd=tmp_path)).splitlines()
    place = header.split(",").index("architecture")
    assert sorted({row.split(",")[place] for row in rows}) == ["mini_cnn", "small"]


def test_a_file_named_like_a_bundled_architecture_comes_first(tmp_path: Path) -> None:
    written(tmp_path, "mini_cnn", SMALL)
    assert json_of("rf", "mini_cnn", cwd=tmp_path)["architecture"] == "small"


def test_a_directory_named_like_a_bundled_architecture_does_not_hide_it(tmp_path: Path) -> None:
    tmp_path.joinpath("mini_cnn").mkdir()
    assert json_of("rf", "mini_cnn", cwd=tmp_path)["architecture"] == "mini_cnn"


def test_a_missing_file_is_reported_with_the_bundled_name_that_was_meant(tmp_path: Path) -> None:
    result = in_process("shapes", "resnet5O.yaml", cwd=tmp_path)
    assert result == Result(
        2,
        "",
        "error: no such file or bundled architecture: resnet5O.yaml\n  = help: did you mean the bundled 'resnet50'?\n",
    )
    assert "the bundled ones are alexnet, " in in_process("shapes", "zzzz", cwd=tmp_path).err


def test_a_directory_is_no_architecture(tmp_path: Path) -> None:
    result = in_process("shapes", ".", cwd=tmp_path)
    assert result == Result(2, "", "error: . is a directory\n  = help: name a file in it\n")


@pytest.mark.parametrize("name", ["x" * 5000, "small.yaml/inside"])
def test_a_name_that_no_file_can_have_is_reported(name: str, small: str, tmp_path: Path) -> None:
    result = in_process("rf", name, cwd=tmp_path)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: cannot read ")


def test_a_file_without_permission_is_reported(small: str, tmp_path: Path) -> None:
    forbid(tmp_path / small)
    assert in_process("rf", small, cwd=tmp_path) == Result(
        2, "", "error: cannot read 'small.yaml': Permission denied\n"
    )


def test_a_directory_without_permission_is_reported(tmp_path: Path) -> None:
    inside = tmp_path / "closed"
    inside.mkdir()
    written(inside, "net.yaml", SMALL)
    forbid(inside)
    try:
        result = in_process("rf", "closed/net.yaml", cwd=tmp_path)
    finally:
        inside.chmod(0o700)
    assert result == Result(2, "", "error: cannot read 'closed/net.yaml': Permission denied\n")


def test_what_can_be_read_is_reported_though_another_file_is_missing(small: str, tmp_path: Path) -> None:
    result = in_process("rf", "nowhere.yaml", small, cwd=tmp_path)
    assert result.code == 2
    assert result.out.startswith("small  1×8×8")
    assert "no such file" in result.err


def test_the_input_can_be_given(tmp_path: Path) -> None:
    given = json_of("shapes", "vgg16", "--no-forward", "--input", "3x64x96", cwd=tmp_path)
    assert given["input"] == [3, 64, 96]
    assert given["layers"][0]["output_shape"] == [64, 64, 96]


@pytest.mark.parametrize(("text", "shape"), [("64", [3, 64, 64]), ("64x96", [3, 64, 96])])
def test_sizes_alone_keep_the_channels(text: str, shape: list[int], tmp_path: Path) -> None:
    assert json_of("rf", "vgg16", "-i", text, cwd=tmp_path)["input"] == shape


@pytest.mark.parametrize("verb", ["shapes", "rf", "sizes", "check"])
def test_an_input_with_other_axes_than_a_file_has_is_refused_and_other_files_are_told(
    verb: str, tmp_path: Path
) -> None:
    result = in_process(verb, "tcn", "mini_cnn", "-i", "1x28x28", cwd=tmp_path)
    assert result.code == 2
    assert "error: tcn.yaml takes no input of 1×28×28: its own is 1×784\n" in result.err
    assert "  = help: give 1 size, or channels and 1\n" in result.err
    assert "mini_cnn" in result.out


@pytest.mark.parametrize("text", ["3x", "x", "0x8x8", "3x8x8x8x8", "3xaxb", "", "3x-8x8", "3x1e3x8", "3x99999999x8"])
def test_an_input_that_is_no_shape_is_a_usage_error(text: str, tmp_path: Path) -> None:
    result = in_process("rf", "vgg16", "--input", text, cwd=tmp_path)
    assert (result.code, result.out) == (2, "")
    assert "--input" in result.err
    assert "such as 3x224x224" in result.err


def test_an_input_that_does_not_suit_the_network_is_a_finding(tmp_path: Path) -> None:
    result = in_process("rf", "vgg16", "--input", "3x8x8", cwd=tmp_path)
    assert result.code == 1
    assert "error[PC100]: block4.pool: kernel_size 2 does not fit the padded input of 1" in result.err
