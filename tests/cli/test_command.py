"""The command as people and scripts meet it: what is printed where, exit codes, terminals, pipes and files."""

import json
import os
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from support.command import (
    Result,
    in_process,
    into_a_closed_pipe,
    on_pipes,
    on_terminals,
    printed_tables,
    require_narrowed,
    without_emphasis,
)

import poolcalc
from poolcalc.cli import progress
from poolcalc.cli.output import ASCII

BUNDLED = poolcalc.architectures()
SOME = ("mini_cnn", "dcgan_generator", "efficientnet_b0", "r3d_18", "tcn")
"""Few networks that need every sign of the tables, with one, two and three axes."""
FORMATS = ("table", "json", "csv", "markdown")

SMALL = """\
name: small
input: [1, 8, 8]
layers:
  - conv: {out_channels: 2, kernel_size: 3, name: first}
  - relu
"""
BROKEN = """\
name: broken
input: [1, 8, 8]
layers:
  - conv: {out_channels: 2, kernel_size: 3, name: fine}
  - conv: {out_channels: 2, kernel_size: 9, name: too_large}
  - relu
  - max_pool: {kernel_size: 2, from: fine, name: beside}
"""
INVALID = "input: [1, 8, 8]\nlayers:\n  - conv: {out_channels: 2, kernal_size: 3}\n  - rellu\n"

FAULTY = """
import poolcalc.api
from poolcalc.__main__ import main

def fault(*_, **__):
    raise ZeroDivisionError("planted")

poolcalc.api.read = fault
main()
"""
PATIENCE = """
import poolcalc.cli.progress
from poolcalc.__main__ import main

poolcalc.cli.progress.PATIENCE = {}
main()
"""
IMPATIENT, PATIENT = PATIENCE.format(-1.0), PATIENCE.format(3600.0)


@pytest.fixture
def small(tmp_path: Path) -> str:
    return written(tmp_path, "small.yaml", SMALL)


@pytest.fixture
def broken(tmp_path: Path) -> str:
    return written(tmp_path, "broken.yaml", BROKEN)


@pytest.fixture
def invalid(tmp_path: Path) -> str:
    return written(tmp_path, "invalid.yaml", INVALID)


def written(folder: Path, name: str, text: str) -> str:
    folder.joinpath(name).write_text(text, encoding="utf-8")
    return name


def forbid(path: Path, mode: int = 0) -> None:
    path.chmod(mode)
    if os.access(path, os.W_OK):
        pytest.skip("this user may read and write everything")


def ok(result: Result) -> str:
    assert (result.code, result.err) == (0, "")
    return result.out


def json_of(*arguments: str, cwd: Path) -> Any:
    return json.loads(ok(in_process(*arguments, "--format", "json", cwd=cwd)))


def without_seconds(report: Any) -> Any:
    report["forward"].pop("seconds")
    return report


# The verbs


def test_shapes_prints_sizes_costs_and_fields_and_says_that_they_were_confirmed(tmp_path: Path) -> None:
    (table,) = printed_tables(ok(on_pipes("shapes", "mini_cnn", cwd=tmp_path)))
    assert table.title.startswith("mini_cnn  1×28×28")
    conv = next(row for row in table.rows if row["name"] == "conv2")
    assert list(conv.values()) == [
        *("conv2", "conv", "3×3 p1", "64×14×14", "0.0 %", "75.0 %", "8", "2", "18,496", "3,612,672")
    ]
    assert table.totals["params"] == "19,466"
    assert "NumPy forward pass confirmed 9 of 9 shapes" in table.notes


def test_shapes_without_the_forward_pass_says_that_nothing_was_confirmed(tmp_path: Path) -> None:
    (table,) = printed_tables(ok(in_process("shapes", "mini_cnn", "--no-forward", cwd=tmp_path)))
    assert "not confirmed: the forward pass was not run, 9 shapes are predictions" in table.notes


def test_rf_prints_the_theoretical_receptive_field_of_every_layer(tmp_path: Path) -> None:
    (table,) = printed_tables(ok(in_process("rf", "vgg16", cwd=tmp_path)))
    last = [row for row in table.rows if row["name"] == "pool"][-1]
    keys = ("RF", "jump", "first", "center", "eff. padding", "covered")
    assert [last[key] for key in keys] == ["212", "32", "-90", "15.5", "90", "89.6 %"]
    assert "theoretical" in table.notes


def test_list_names_every_bundled_architecture(tmp_path: Path) -> None:
    (table,) = printed_tables(ok(in_process("list", cwd=tmp_path)))
    assert tuple(table.column("name")) == BUNDLED
    entries = json_of("list", cwd=tmp_path)["architectures"]
    assert tuple(entry["architecture"] for entry in entries) == BUNDLED
    assert [f"{entry['macs']:,}" for entry in entries] == table.column("MACs")
    lines = ok(in_process("list", "--format", "csv", cwd=tmp_path)).splitlines()
    assert [line.partition(",")[0] for line in lines[1:]] == list(BUNDLED)


def test_schema_prints_a_json_schema(tmp_path: Path) -> None:
    schema = json.loads(ok(on_pipes("schema", cwd=tmp_path)))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_without_arguments_the_help_is_shown(tmp_path: Path) -> None:
    result = on_pipes(cwd=tmp_path)
    assert result.code == 2
    assert "Usage" in result.out + result.err


@pytest.mark.parametrize("arguments", [("-h",), ("shapes", "-h"), ("rf", "--help")])
def test_help_can_be_read_on_every_stream(arguments: tuple[str, ...], tmp_path: Path) -> None:
    out = ok(on_pipes(*arguments, cwd=tmp_path, environment={"PYTHONIOENCODING": "ascii"}))
    assert "Usage" in out
    assert out.isascii()


def test_the_version_is_that_of_the_package(tmp_path: Path) -> None:
    assert ok(on_pipes("--version", cwd=tmp_path)) == f"poolcalc {poolcalc.__version__}\n"


# Architectures


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


@pytest.mark.parametrize("text", ["3", "3x", "0x8x8", "3x8x8x8x8", "3xaxb", "", "3x-8x8", "3x1e3x8", "3x99999999x8"])
def test_an_input_that_is_no_shape_is_a_usage_error(text: str, tmp_path: Path) -> None:
    result = in_process("rf", "vgg16", "--input", text, cwd=tmp_path)
    assert (result.code, result.out) == (2, "")
    assert "--input" in result.err
    assert "such as 3x224x224" in result.err


def test_an_input_that_does_not_suit_the_network_is_a_finding(tmp_path: Path) -> None:
    result = in_process("rf", "vgg16", "--input", "3x8x8", cwd=tmp_path)
    assert result.code == 1
    assert "error[PC100]: block4.pool: kernel_size 2 does not fit the padded input of 1" in result.err


# Exit codes


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
    assert "confirmed 2 of 4 shapes; 2 could not run" in table.notes
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


@pytest.mark.parametrize("module", ["poolcalc.cli.app", "rich.table"])
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


@pytest.mark.parametrize("closed", ["0", "1", "2"])
def test_a_stream_that_the_shell_closed_is_no_internal_error(closed: str, tmp_path: Path) -> None:
    code = f"""
import os, sys
os.close({closed})
os.execv(sys.executable, [sys.executable, "-m", "poolcalc", *sys.argv[1:]])
"""
    result = on_pipes("rf", "mini_cnn", cwd=tmp_path, python=("-c", code))
    assert result.code == 0
    assert result.err == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_disk_is_reported(tmp_path: Path) -> None:
    code = "import os, sys; os.dup2(os.open('/dev/full', os.O_WRONLY), 1); from poolcalc.__main__ import main; main()"
    result = on_pipes("rf", "mini_cnn", cwd=tmp_path, python=("-c", code))
    assert result == Result(2, "", "error: cannot write standard output: No space left on device\n")


# Options of `shapes`


def test_a_batch_is_run_and_reported(tmp_path: Path) -> None:
    report = json_of("shapes", "mini_cnn", "--batch", "3", cwd=tmp_path)
    assert (report["batch"], report["forward"]["confirmed"]) == (3, 9)
    assert report["totals"]["macs"] == 3_839_104  # per image
    (table,) = printed_tables(ok(in_process("shapes", "mini_cnn", "--batch", "3", cwd=tmp_path)))
    assert "confirmed 9 of 9 shapes on a batch of 3" in table.notes


def test_the_same_seed_gives_the_same_report(tmp_path: Path) -> None:
    reports = [without_seconds(json_of("shapes", "mini_cnn", "--seed", seed, cwd=tmp_path)) for seed in "445"]
    assert reports[0] == reports[1]
    assert [report["forward"].pop("seed") for report in reports] == [4, 4, 5]
    assert reports[0] == reports[2]


def test_a_forward_pass_that_does_not_fit_into_memory_is_refused_before_it_starts(tmp_path: Path) -> None:
    pytest.importorskip("resource")
    code = """
import resource
from poolcalc.__main__ import main

resource.setrlimit(resource.RLIMIT_AS, (2 * 2**30, 2 * 2**30))
main()
"""
    result = on_pipes("shapes", "vgg16", "--input", "3x4096x4096", cwd=tmp_path, python=("-c", code))
    assert (result.code, result.out) == (1, "")
    assert re.fullmatch(
        r"error: the forward pass needs about \d+\.\d GiB of memory, 1\.\d GiB are available; "
        r"check the same geometry with a few channels by --thin, or "
        r"check a smaller --input, or the formulas alone with --no-forward\n",
        result.err,
    )
    remedy = on_pipes("shapes", "vgg16", "--input", "3x4096x4096", "--no-forward", cwd=tmp_path, python=("-c", code))
    assert remedy.code == 0


def test_folding_leaves_out_rows_and_says_so(tmp_path: Path) -> None:
    (folded,) = printed_tables(ok(in_process("shapes", "mini_cnn", "--no-forward", cwd=tmp_path)))
    (full,) = printed_tables(ok(in_process("shapes", "mini_cnn", "--no-forward", "--no-fold", cwd=tmp_path)))
    assert [row for row in full.rows if row["operator"] != "relu"] == folded.rows
    assert full.totals == folded.totals
    assert "2 layers folded into the row above (2 relu); --no-fold shows all" in folded.notes
    assert "folded" not in full.notes


# Files to write


def test_output_goes_to_a_file_and_nothing_else_is_printed(small: str, tmp_path: Path) -> None:
    printed = ok(on_pipes("rf", small, cwd=tmp_path))
    assert ok(on_pipes("rf", small, "--output", "out.txt", cwd=tmp_path)) == ""
    assert tmp_path.joinpath("out.txt").read_text(encoding="utf-8") == printed
    assert sorted(file.name for file in tmp_path.iterdir()) == ["out.txt", "small.yaml"]  # no draft is left


@pytest.mark.parametrize("verb", ["list", "schema"])
def test_every_verb_can_write_to_a_file(verb: str, tmp_path: Path) -> None:
    printed = ok(in_process(verb, cwd=tmp_path))
    assert ok(in_process(verb, "-o", "out.txt", cwd=tmp_path)) == ""
    assert tmp_path.joinpath("out.txt").read_text(encoding="utf-8") == printed


def test_output_to_a_file_is_complete_whatever_the_terminal(tmp_path: Path) -> None:
    written_there = on_terminals("shapes", "resnet18", "--no-forward", "-o", "out.txt", cwd=tmp_path, width=40)
    assert (written_there.code, written_there.out) == (0, "")
    piped = ok(on_pipes("shapes", "resnet18", "--no-forward", cwd=tmp_path))
    assert tmp_path.joinpath("out.txt").read_text(encoding="utf-8") == piped


def test_a_file_is_replaced_as_a_whole(small: str, tmp_path: Path) -> None:
    written(tmp_path, "out.json", "x" * 100_000)
    ok(in_process("rf", small, "-f", "json", "-o", "out.json", cwd=tmp_path))
    json.loads(tmp_path.joinpath("out.json").read_text(encoding="utf-8"))


def test_a_file_that_cannot_be_written_completely_is_left_alone(small: str, tmp_path: Path) -> None:
    pytest.importorskip("resource")
    written(tmp_path, "out.txt", "as before")
    code = """
import resource
from poolcalc.__main__ import main

resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
main()
"""
    result = on_pipes("rf", small, "-o", "out.txt", cwd=tmp_path, python=("-B", "-c", code))
    assert result == Result(2, "", "error: cannot write out.txt: File too large\n")
    assert tmp_path.joinpath("out.txt").read_text(encoding="utf-8") == "as before"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["out.txt", "small.yaml"]


def test_nothing_is_written_for_an_invalid_architecture(invalid: str, tmp_path: Path) -> None:
    written(tmp_path, "out.txt", "as before")
    assert in_process("rf", invalid, "-o", "out.txt", cwd=tmp_path).code == 1
    assert tmp_path.joinpath("out.txt").read_text(encoding="utf-8") == "as before"


@pytest.mark.parametrize("alias", ["small.yaml", "./small.yaml", "symbolic.yaml", "hard.yaml"])
def test_the_architecture_itself_is_never_overwritten(alias: str, small: str, tmp_path: Path) -> None:
    tmp_path.joinpath("symbolic.yaml").symlink_to(small)
    tmp_path.joinpath("hard.yaml").hardlink_to(tmp_path / small)
    result = in_process("shapes", "mini_cnn", small, "-o", alias, cwd=tmp_path)
    assert result == Result(2, "", f"error: --output {alias} would overwrite the architecture itself\n")
    assert tmp_path.joinpath(small).read_text(encoding="utf-8") == SMALL


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("nowhere/out.txt", "there is no directory "),
        (".", "it is a directory"),
        ("", "it is a directory"),
        ("small.yaml/out.txt", "there is no directory "),
        ("x" * 5000, "File name too long"),
    ],
)
def test_a_file_that_cannot_be_written_is_reported_before_the_network_is_run(
    target: str, reason: str, small: str, tmp_path: Path
) -> None:
    result = in_process("shapes", "vgg19", "--batch", "100000", "-o", target, cwd=tmp_path)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"error: cannot write {target}: {reason}")


def test_a_directory_that_must_not_be_written_is_reported(small: str, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir()
    forbid(locked, 0o500)
    result = in_process("rf", small, "-o", "locked/out.txt", cwd=tmp_path)
    assert result == Result(2, "", "error: cannot write locked/out.txt: Permission denied\n")


def test_a_symbolic_link_is_followed_not_replaced(small: str, tmp_path: Path) -> None:
    tmp_path.joinpath("link.txt").symlink_to("out.txt")
    ok(in_process("rf", small, "-o", "link.txt", cwd=tmp_path))
    assert tmp_path.joinpath("link.txt").is_symlink()
    assert tmp_path.joinpath("out.txt").read_text(encoding="utf-8").startswith("small")


def test_a_named_pipe_takes_the_text_and_stays_a_pipe(small: str, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        ok(in_process("rf", small, "-o", "pipe", cwd=tmp_path))
        assert os.read(reader, 1 << 16).decode() == ok(in_process("rf", small, cwd=tmp_path))
    finally:
        os.close(reader)
    assert pipe.is_fifo()


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


# Names


TITLE = r"[/] [bold]x[/bold] | * <b> `y` _z_ &amp; ~~s~~ :smile: \n $a$"
LAYERS = ("a|b", "*b*", "<b>", "_c_", "`d`", "~~e~~", "&lt;", "\\", "$f$", ":smile:", "=1+1")


@pytest.fixture
def strange(tmp_path: Path) -> str:
    layers = "".join(f"  - conv: {{out_channels: 1, kernel_size: 1, name: '{name}'}}\n" for name in LAYERS)
    return written(tmp_path, "strange.yaml", f"name: '{TITLE}'\ninput: [1, 8, 8]\nlayers:\n{layers}")


def test_names_are_text_not_markup_in_a_table(strange: str, tmp_path: Path) -> None:
    for arguments in (("shapes", strange), ("rf", strange, "--color", "always")):
        (table,) = printed_tables(without_emphasis(ok(in_process(*arguments, cwd=tmp_path))))
        assert table.title.startswith(TITLE)
        assert table.column("name") == ["input", *LAYERS]


def test_names_are_text_not_markup_in_json_and_csv(strange: str, tmp_path: Path) -> None:
    report = json_of("rf", strange, cwd=tmp_path)
    assert report["architecture"] == TITLE
    assert [layer["name"] for layer in report["layers"]] == list(LAYERS)
    rows = ok(in_process("rf", strange, "-f", "csv", cwd=tmp_path)).splitlines()
    assert [row.split(",")[0] for row in rows] == ["name", "input", *LAYERS]


def test_names_are_text_not_markup_in_markdown(strange: str, tmp_path: Path) -> None:
    out = ok(in_process("shapes", strange, "-f", "markdown", cwd=tmp_path))
    html = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(out)
    title, *_ = re.findall(r"<p><strong>(.*?)</strong></p>", html)
    assert unescape(title).startswith(TITLE)
    names = re.findall(r"<tr>\n<td[^>]*>(.*?)</td>", html)
    assert [unescape(name) for name in names[:-1]] == ["input", *LAYERS]


def test_names_are_text_not_markup_in_the_progress_bar(strange: str, tmp_path: Path) -> None:
    result = on_terminals("shapes", strange, cwd=tmp_path, width=200, python=("-c", IMPATIENT))
    assert result.code == 0
    assert f"running {TITLE}" in without_emphasis(result.err)


# Progress


def test_no_bar_is_drawn_for_short_work(tmp_path: Path) -> None:
    assert progress.PATIENCE == 1.0
    assert on_terminals("shapes", "mini_cnn", cwd=tmp_path, python=("-c", PATIENT)).err == ""


def test_a_bar_is_drawn_on_a_terminal_and_erased(tmp_path: Path) -> None:
    result = on_terminals("shapes", "mini_cnn", cwd=tmp_path, python=("-c", IMPATIENT))
    assert result.code == 0
    assert "running mini_cnn" in result.err
    assert result.err.rstrip("\r\n").endswith("\x1b[2K")
    assert "running" not in result.out


def test_no_bar_is_drawn_in_a_pipe(tmp_path: Path) -> None:
    environment = {"FORCE_COLOR": "1", "TTY_COMPATIBLE": "1"}
    ok(on_pipes("shapes", "mini_cnn", cwd=tmp_path, python=("-c", IMPATIENT), environment=environment))
