"""Exit codes: findings, wrong usage, faults of our own, Ctrl-C, and streams that nobody reads."""

import re
from pathlib import Path

import pytest
from support.command import Result, in_process, into_a_closed_pipe, on_pipes, on_terminals, without_emphasis
from support.printed import printed_tables

FORMATS = ("table", "json", "csv", "markdown")

FAULTY = """
import poolcalc.api
from poolcalc.__main__ import main

def fault(*_, **__):
    raise ZeroDivisionError("planted")

poolcalc.api.read = fault
main()
"""


@pytest.mark.parametrize("form", FORMATS)
def test_the_format_never_changes_the_exit_code(
    form: str, small: str, broken: str, invalid: str, tmp_path: Path
) -> None:
    codes = [in_process("rf", name, "-f", form, cwd=tmp_path).code for name in (small, broken, invalid, "nowhere")]
    assert codes == [0, 1, 1, 2]


@pytest.mark.parametrize(
    "arguments",
    [
        ("shapes",),
        ("shape", "mini_cnn"),
        ("shapes", "mini_cnn", "--bach", "2"),
        ("shapes", "mini_cnn", "--batch", "0"),
        ("shapes", "mini_cnn", "--batch", "two"),
        ("shapes", "mini_cnn", "--seed", "-1"),
        ("rf", "mini_cnn", "--format", "xml"),
        ("rf", "mini_cnn", "--color", "maybe"),
    ],
)
def test_wrong_usage_is_explained_without_a_traceback(arguments: tuple[str, ...], tmp_path: Path) -> None:
    result = in_process(*arguments, cwd=tmp_path)
    assert (result.code, result.out) == (2, "")
    assert "Usage" in result.err
    assert "Traceback" not in result.err


def test_a_doubt_about_the_input_is_said_and_fails_nothing(tmp_path: Path) -> None:
    result = in_process("rf", "mini_cnn", "--input", "3x28x28", cwd=tmp_path)
    assert (result.code, result.err.splitlines()[0]) == (
        0,
        "warning[PC108]: input: 3 channels, where the file's 1×28×28 has 1",
    )


def test_a_layer_that_does_not_exist_is_a_usage_error(tmp_path: Path) -> None:
    result = in_process("rf", "mini_cnn", "--at", "conv9", "--min", "3", cwd=tmp_path)
    assert result == Result(2, "", "error: no layer is called 'conv9'; did you mean 'conv2'?\n")


def test_a_bound_that_is_not_kept_is_a_finding(tmp_path: Path) -> None:
    result = in_process("rf", "mini_cnn", "--at", "conv2", "--max", "7", cwd=tmp_path)
    assert result.code == 1
    assert printed_tables(result.out)
    assert result.err.startswith("error[PC600]: conv2: ")


def test_every_mistake_of_an_invalid_file_is_printed_with_its_place(invalid: str, tmp_path: Path) -> None:
    result = in_process("shapes", invalid, cwd=tmp_path)
    assert (result.code, result.out) == (1, "")
    assert re.findall(r"--> (\S+)", result.err) == ["invalid.yaml:3:29", "invalid.yaml:4:5"]
    assert result.err.endswith("invalid.yaml: 2 errors\n")


def test_the_rest_of_a_broken_network_is_computed(broken: str, tmp_path: Path) -> None:
    result = on_pipes("shapes", broken, cwd=tmp_path)
    assert result.code == 1
    (table,) = printed_tables(result.out)
    assert table.column("output") == ["1×8×8", "2×6×6", "impossible", "unknown", "2×3×3"]
    assert "confirmed 2 of 2 shapes; 2 layers cannot run" in table.notes
    assert result.err.startswith(
        "error[PC100]: too_large: kernel_size 9 does not fit the padded input of 6\n --> broken.yaml:5:"
    )
    assert "help: use padding: " in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize("form", ["table", "json"])
def test_an_internal_error_is_two_lines_and_no_traceback(form: str, tmp_path: Path) -> None:
    result = on_pipes("rf", "mini_cnn", "-f", form, cwd=tmp_path, python=("-c", FAULTY))
    assert (result.code, result.out) == (3, "")
    assert result.err.splitlines() == [
        "error: internal error: ZeroDivisionError: planted",
        "this is a mistake in poolcalc; POOLCALC_TRACEBACK=1 shows where, please report it",
    ]


def test_the_traceback_of_an_internal_error_can_be_seen(tmp_path: Path) -> None:
    result = on_pipes("rf", "mini_cnn", cwd=tmp_path, python=("-c", FAULTY), environment={"POOLCALC_TRACEBACK": "1"})
    assert result.code == 3
    assert result.err.startswith("Traceback")
    assert result.err.endswith("ZeroDivisionError: planted\n")


def test_ctrl_c_ends_a_long_forward_pass_with_one_line(tmp_path: Path) -> None:
    result = on_terminals("shapes", "vgg19", "--batch", "50", cwd=tmp_path, interrupt_at="running vgg19")
    assert (result.code, result.out) == (130, "")
    assert without_emphasis(result.err).endswith("\ninterrupted\n")
    assert "Traceback" not in result.err


@pytest.mark.parametrize("module", ["poolcalc.cli.app", "rich.cells"])
def test_ctrl_c_while_modules_are_imported_leaves_no_traceback(module: str, tmp_path: Path) -> None:
    code = f"""
import sys
from poolcalc.__main__ import main

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            raise KeyboardInterrupt

sys.meta_path.insert(0, Finder())
main()
"""
    assert on_pipes("rf", "mini_cnn", cwd=tmp_path, python=("-c", code)) == Result(130, "", "\ninterrupted\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--version",),
        ("--help",),
        ("schema",),
        ("rf", "mini_cnn"),
        ("rf", "mini_cnn", "-f", "json"),
        ("shapes", "mini_cnn", "-f", "csv"),
    ],
)
def test_a_pipe_that_nobody_reads_ends_the_command_silently(arguments: tuple[str, ...], tmp_path: Path) -> None:
    assert into_a_closed_pipe(*arguments, cwd=tmp_path) == Result(141, "", "")


@pytest.mark.parametrize("form", ["table", "json"])
def test_a_pipe_that_is_closed_amid_a_long_output_ends_the_command_silently(form: str, tmp_path: Path) -> None:
    arguments = ("rf", *["densenet121"] * 5, "--no-fold", "-f", form)
    result = into_a_closed_pipe(*arguments, cwd=tmp_path, reads=10)
    assert (result.code, len(result.out), result.err) == (141, 10, "")
